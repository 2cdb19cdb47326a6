//! What the users of a network see, and who is to blame when it is bad.

use super::super::delay::{Delay, Guilt};
use super::super::response::{Blame, Response};
use super::super::row_weights::RowWeights;
use super::super::thinned::Thinning;
use super::tables::{Edge, Node};
use super::{FluidNetwork, share};
use crate::plane::Outcome;
use crate::plane::network::EntryOutcome;
use crate::random::{POISSON_MAX_MEAN, Purpose, Rng, StreamKey, poisson};

/// Probabilities below this are not followed to their causes.
const NEGLIGIBLE: f64 = 1e-12;

/// The users of an entry.
pub(super) struct Users {
    arrivals: Rng,
    errors: Thinning,
    slow: Thinning,
    /// Requests of theirs that wait at their station.
    open: f64,
    pub(super) undrained: RowWeights,
}

impl Users {
    /// Nobody has come yet.
    pub(super) fn new(seed: u64, replication: u32, component: u32) -> Self {
        let arrivals = StreamKey {
            seed,
            replication,
            component,
            purpose: Purpose::Arrivals,
        };
        Self {
            arrivals: arrivals.rng(),
            errors: Thinning::new(seed, replication, component, Purpose::Errors),
            slow: Thinning::new(seed, replication, component, Purpose::RequestLuck),
            open: 0.0,
            undrained: RowWeights::new(),
        }
    }

    /// How many come when so many are expected.
    pub(super) fn come(&mut self, expected: f64) -> f64 {
        poisson(&mut self.arrivals, expected.clamp(0.0, POISSON_MAX_MEAN)) as f64
    }
}

impl FluidNetwork<'_> {
    /// What the users of an entry see, and who is to blame.
    pub(super) fn tell_users(&mut self, entry: usize, into: &mut EntryOutcome) {
        let Some((users, at)) = self
            .users
            .get_mut(entry)
            .zip(self.tables.entries.get(entry))
        else {
            return;
        };
        let (Some(state), Some(response), Some(node)) = (
            self.states.get(at.station),
            self.responses.get(at.station),
            self.tables.nodes.get(at.station),
        ) else {
            return;
        };
        users.errors.draw();
        users.slow.draw();
        let EntryOutcome { total, blamed } = into;
        if state.is_down {
            total.failed = total.arrivals;
            total.open_at_end = users.open;
            total.waiting_at_end = users.open;
            if let Some(blame) = blamed.get_mut(at.station) {
                blame.failed = total.failed;
            }
            return;
        }
        // Of all that is at the station, theirs.
        let there = users.open + total.arrivals;
        let deferred_before = self.asleep.deferred_before(at.station);
        let all = state.waiting_before + deferred_before + state.arrivals;
        let theirs = share(there, all);
        let started = state.ended * theirs;
        total.rejected = state.rejected * theirs;
        total.throttled = state.throttled * theirs;
        total.dropped = state.dropped * theirs;
        let gave_up = state.gave_up * theirs;
        users.open = (there - started - total.rejected - gave_up).max(0.0);
        total.lost = state.lost * theirs;
        let started = started - total.lost;
        (total.waiting_at_end, total.open_at_end) = (users.open, users.open);
        let guilt = self.asleep.guilt(at.station);
        let fine = (1.0 - state.error) * (1.0 - state.calls_fail);
        total.failed = users.errors.struck(started, 1.0 - fine);
        let answered = started - total.failed;
        let late_share = 1.0 - response.in_time();
        let late = users.slow.struck(answered, late_share);
        let in_service = |part: f64, whole: f64, count: f64| count * share(part, whole).min(1.0);
        let late_in_service = in_service(response.late_in_service(), late_share, late);
        total.timed_out = gave_up + late;
        total.timed_out_in_service = late_in_service;
        total.served = answered - late;
        for k in 0..total.slow.len() {
            let slow = response.slow(k);
            if slow > 0.0 {
                let bad = users.slow.struck(answered, late_share + slow);
                total.slow[k] = (bad - late).max(0.0);
                total.slow_in_service[k] =
                    in_service(response.slow_in_service(k), slow, total.slow[k]);
            }
        }
        let in_time = response.in_time();
        total.latency_sum_s = share(response.latency_s(), in_time) * total.served;
        total.waits = total.served;
        total.wait_sum_s = response.longer_s() * total.served;
        users
            .undrained
            .add(response.mixture(), share(total.served, in_time));
        if let Some(blame) = blamed.get_mut(at.station) {
            blame.rejected += total.rejected;
            blame.throttled += total.throttled;
            blame.dropped += total.dropped;
            blame.timed_out += gave_up;
            blame.lost += total.lost;
        }
        let blame = Blaming {
            node,
            response,
            delays: &self.delays,
            asleep: guilt,
        };
        total.timed_out_in_service += blame.late(late, late_in_service, blamed);
        for k in 0..total.slow.len() {
            let (slow, alone) = (total.slow[k], total.slow_in_service[k]);
            let shares = Waited::new(response, |blame| blame.slow[k]);
            for (index, member) in node.tree.iter().enumerate() {
                let Some(blame) = blamed.get_mut(member.station) else {
                    continue;
                };
                let served = alone * node.slow_share(index);
                blame.slow_in_service[k] += served;
                if !member.is_delay {
                    blame.slow[k] += served + (slow - alone) * shares.of(index);
                    continue;
                }
                let waited = (slow - alone) * shares.of(index);
                let delay = self.delays.get(member.station);
                for part in delay.iter().flat_map(|delay| &delay.guilt) {
                    if let Some(blame) = blamed.get_mut(part.station) {
                        let slow = waited * part.share;
                        blame.slow[k] += slow;
                        blame.slow_in_service[k] += slow * part.service;
                        total.slow_in_service[k] += slow * part.service;
                    }
                }
            }
            let waited = (slow - alone) * shares.of(node.tree.len());
            for part in guilt {
                if let Some(blame) = blamed.get_mut(part.station) {
                    blame.slow[k] += waited * part.share;
                }
            }
        }
        if total.failed > 0.0 {
            let failed = total.failed;
            self.blame_failures(at.station, failed, blamed);
        }
    }

    /// Finds out what `failed` requests that started at a station failed for, down its tree.
    fn blame_failures(&self, station: usize, failed: f64, blamed: &mut [Outcome]) {
        let mut failing = vec![0.0; self.states.len()];
        if let Some(first) = failing.get_mut(station) {
            *first = failed;
        }
        for index in station..self.states.len() {
            let (count, Some(node)) = (failing[index], self.tables.nodes.get(index)) else {
                continue;
            };
            if count <= 0.0 {
                continue;
            }
            let own = self.states.get(index).map_or(0.0, |state| state.error);
            let of = |edge: &Edge| self.call_fails(edge);
            let all = own + node.calls.iter().map(of).sum::<f64>();
            if all <= NEGLIGIBLE {
                blamed[index].failed += count;
                continue;
            }
            blamed[index].failed += count * own / all;
            for edge in &node.calls {
                let mut part = count * of(edge) / all;
                if let Some(live) = edge.live.and_then(|live| self.live.get(live)) {
                    let refused = part * live.refused_of_failed();
                    blamed[edge.call.to].failed += refused;
                    blamed[edge.call.to].refused += refused;
                    part -= refused;
                }
                if part > 0.0 {
                    failing[edge.call.to] += self.blame_attempt(edge.call.to, part, blamed);
                }
            }
        }
    }

    /// Blames the calls to a station that came to nothing; answers how many of them failed after they had started.
    fn blame_attempt(&self, station: usize, count: f64, blamed: &mut [Outcome]) -> f64 {
        let (Some(state), Some(response), Some(node)) = (
            self.states.get(station),
            self.responses.get(station),
            self.tables.nodes.get(station),
        ) else {
            return 0.0;
        };
        if state.is_down {
            blamed[station].failed += count;
            return 0.0;
        }
        let fine = (1.0 - state.error) * (1.0 - state.calls_fail);
        let kept = (state.ended - state.lost).max(0.0);
        let late = kept * fine * (1.0 - response.in_time());
        let failed = kept * (1.0 - fine);
        let all = state.rejected + state.gave_up + late + failed + state.lost;
        if all <= NEGLIGIBLE {
            if state.waiting > 0.0 {
                blamed[station].timed_out += count;
            } else {
                blamed[station].failed += count;
            }
            return 0.0;
        }
        let part = count / all;
        blamed[station].rejected += state.rejected * part;
        blamed[station].throttled += state.throttled * part;
        blamed[station].timed_out += state.gave_up * part;
        blamed[station].lost += state.lost * part;
        let late = late * part;
        let alone = late * share(response.late_in_service(), 1.0 - response.in_time()).min(1.0);
        let blame = Blaming {
            node,
            response,
            delays: &self.delays,
            asleep: self.asleep.guilt(station),
        };
        blame.late(late, alone, blamed);
        failed * part
    }
}

/// Whose answers were late.
struct Blaming<'r, 'a> {
    node: &'r Node,
    response: &'r Response<'a>,
    delays: &'r [Delay],
    /// Who sleeps, in shares.
    asleep: &'r [Guilt],
}

impl Blaming<'_, '_> {
    /// Blames late answers on the members of a tree: `alone` of them would have been late if nobody had waited, for calls
    /// that are followed neither. How many more are late for service: those calls' own.
    fn late(&self, late: f64, alone: f64, blamed: &mut [Outcome]) -> f64 {
        let shares = Waited::new(self.response, |blame| blame.late);
        let mut in_service = 0.0;
        for (index, member) in self.node.tree.iter().enumerate() {
            let served = alone * self.node.slow_share(index);
            let waited = (late - alone) * shares.of(index);
            if !member.is_delay {
                if let Some(blame) = blamed.get_mut(member.station) {
                    blame.timed_out_in_service += served;
                    blame.timed_out += served + waited;
                }
                continue;
            }
            let delay = self.delays.get(member.station);
            for part in delay.iter().flat_map(|delay| &delay.guilt) {
                if let Some(blame) = blamed.get_mut(part.station) {
                    let late = waited * part.share;
                    blame.timed_out += late;
                    blame.timed_out_in_service += late * part.service;
                    in_service += late * part.service;
                }
            }
        }
        let waited = (late - alone) * shares.of(self.node.tree.len());
        for part in self.asleep {
            if let Some(blame) = blamed.get_mut(part.station) {
                blame.timed_out += waited * part.share;
            }
        }
        in_service
    }
}

/// The members' shares of the blame for what waiting has made slow or late.
struct Waited<'r, F> {
    blame: &'r [Blame],
    part: F,
    all: f64,
}

impl<'r, F: Fn(&Blame) -> f64> Waited<'r, F> {
    fn new(response: &'r Response<'_>, part: F) -> Self {
        let blame = response.blame();
        let all = blame.iter().map(&part).sum();
        Self { blame, part, all }
    }

    /// The share of a member; the tree's root has it all where there is none.
    fn of(&self, index: usize) -> f64 {
        match self.blame.get(index) {
            Some(own) if self.all > NEGLIGIBLE => (self.part)(own) / self.all,
            _ => f64::from(u8::from(index == 0)),
        }
    }
}
