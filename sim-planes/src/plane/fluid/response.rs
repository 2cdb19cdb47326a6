//! A station of a fluid network: its queue, and the time in which it answers, which is also that of those it calls.
//!
//! The library of a station's tables is over its *base law*: its own service and the answers that it waits for, when
//! nobody waits anywhere. A request then waits nowhere; or at one of the stations in its tree, and takes that much
//! longer; or at several of them, and takes longer by the wait at the one where most is waited plus the mean of the
//! other waits. Waits at different stations are taken to be independent of each other.

use super::FluidPlane;
use super::delay::Delay;
use super::levels::Shape;
use super::mixture::{Mixture, Shares};
use super::network::Sleeper;
use super::recent::Recent;
use super::row_weights::RowWeights;
use super::tables::{FluidTables, RowWait};
use crate::plane::{Interval, MAX_THRESHOLDS, Outcome};
use crate::stats::LogHistogram;
use core::cell::RefCell;

/// Shares below this are not looked at.
const NEGLIGIBLE: f64 = 1e-10;
/// The position of the exponential law among the shapes.
const EXPONENTIAL: Shape = Shape {
    position: 6.0,
    first: 0.0,
};

/// The queue of a station.
pub(super) struct Station<'a> {
    plane: FluidPlane<'a>,
    /// By what factor requests hold their slots for longer than usual.
    held: f64,
    /// By how much services take longer than usual, on average, seconds.
    slower_s: f64,
    /// Share of those that start that waits.
    waits: f64,
    /// Mean wait of these, seconds.
    wait_s: f64,
    /// Mean by which callers hold their slots for longer than usual, for waits here and for slowness, seconds.
    holds_s: f64,
    /// Of a function: what those wait that wait for a start, in equal parts, seconds.
    starts_s: &'a [f64],
    /// Parts of those that waited in the last interval, for the answers of all that wait for this station.
    parts: RefCell<Parts>,
}

/// Requests that wait, in parts that wait by the same law.
#[derive(Debug, Default)]
struct Parts {
    /// Shares of all that start, and their waits here.
    waits: Vec<(f64, RowWait)>,
    /// Of all shares.
    sum: f64,
    /// Whether the waits' logarithms are known.
    is_known: bool,
}

impl<'a> Station<'a> {
    /// An empty queue, whose luck comes from the streams of `component`.
    pub(super) fn new(
        tables: &'a FluidTables,
        seed: u64,
        replication: u32,
        component: u32,
    ) -> Self {
        Self {
            plane: FluidPlane::of_station(tables, seed, replication, component),
            held: 1.0,
            slower_s: 0.0,
            waits: 0.0,
            wait_s: 0.0,
            holds_s: 0.0,
            starts_s: &[],
            parts: RefCell::default(),
        }
    }

    /// Of the requests to a function in an interval the share `cold` waits for a start, `mean_s` on average.
    pub(super) fn start_instances(&mut self, cold: f64, mean_s: f64, starts_s: &'a [f64]) {
        (self.waits, self.wait_s, self.starts_s) = (cold, mean_s, starts_s);
        self.holds_s = cold * mean_s;
    }

    /// Serves an interval in which so many requests arrive. They hold their slots for `held` times as long as usual,
    /// `slower_s` of that (on average) for their own service.
    ///
    /// A queue of which all services take longer is the usual one in slow motion. Of the waits the share `here` is spent
    /// here; callers that have no slot for it wait for the rest before they come: users wait as long either way.
    pub(super) fn serve(
        &mut self,
        interval: &Interval,
        arrivals: f64,
        held: f64,
        slower_s: f64,
        here: f64,
    ) -> Outcome {
        let patience_s = self.plane.tables.limits.timeout_s / held;
        self.plane.measure_time_anew(self.held / held, patience_s);
        self.held = held;
        let slow_motion = Interval {
            length_s: interval.length_s / held,
            rate_rps: interval.rate_rps * held,
            ..*interval
        };
        let mut outcome = self.plane.serve_given(&slow_motion, arrivals);
        outcome.busy_server_s *= held;
        outcome.in_service_s *= held;
        outcome.wait_sum_s *= held;
        let known = self.plane.tables.waits();
        let parts = self.parts.get_mut();
        parts.waits.clear();
        parts.is_known = held == 1.0;
        let (mut all, mut waiting, mut sum_s) = (0.0, 0.0, 0.0);
        for &(row, weight) in self.plane.mixture.parts() {
            all += weight;
            let Some(wait) = known.get(row as usize).filter(|wait| wait.mean_s > 0.0) else {
                continue;
            };
            waiting += weight;
            sum_s += weight * wait.mean_s;
            let here = RowWait {
                mean_s: held * wait.mean_s,
                ..*wait
            };
            parts.waits.push((weight, here));
        }
        parts.sum = all;
        (self.waits, self.wait_s) = (0.0, 0.0);
        if waiting > 0.0 {
            (self.waits, self.wait_s) = (waiting / all, held * sum_s / waiting);
        }
        self.slower_s = slower_s;
        self.holds_s = slower_s + here * self.waits * self.wait_s;
        if slower_s > 0.0 {
            self.wait_s = slower_s + self.waits * self.wait_s;
            self.waits = 1.0;
        }
        outcome
    }

    /// For `rest_s` more nobody can start: so many come and wait. What those that have started waited stays known.
    pub(super) fn hold(&mut self, interval: &Interval, rest_s: f64, arrivals: f64) -> Outcome {
        let closed = Interval {
            length_s: rest_s / self.held,
            servers: 0,
            killed_replicas: 0,
            ..*interval
        };
        let mixture = core::mem::replace(&mut self.plane.mixture, Mixture::new());
        let started = self.plane.started;
        let mut outcome = self.plane.serve_given(&closed, arrivals);
        (self.plane.mixture, self.plane.started) = (mixture, started);
        outcome.wait_sum_s *= self.held;
        outcome
    }

    /// So many of the next interval's arrivals come at its start.
    pub(super) fn come_early(&mut self, arrivals: f64) {
        self.plane.early = arrivals;
    }

    /// Requests that load above capacity, or no servers, have left behind.
    pub(super) fn backlog(&self) -> f64 {
        self.plane.backlog.requests()
    }

    /// How long those that started in the last interval had waited here, with probabilities that sum to 1.
    pub(super) fn waits_s(&self) -> Vec<(f64, f64)> {
        let waits = self.plane.tables.waits();
        let parts = self.plane.mixture.parts();
        let all: f64 = parts.iter().map(|(_, weight)| weight).sum();
        let wait_s = |row: u32| waits.get(row as usize).map_or(0.0, |wait| wait.mean_s);
        let part = |&(row, weight): &(u32, f64)| (self.held * wait_s(row), weight / all);
        if all > 0.0 {
            parts.iter().map(part).collect()
        } else {
            vec![(0.0, 1.0)]
        }
    }

    /// The waits of the last interval, over the station's own library; nobody's service is slower in it.
    pub(super) fn queue(&self) -> &Mixture {
        &self.plane.mixture
    }

    /// Mean wait of those that started, not what was slow, seconds.
    pub(super) fn queue_wait_s(&self) -> f64 {
        (self.waits * self.wait_s - self.slower_s).max(0.0)
    }

    /// Requests that started in the last interval.
    pub(super) fn started(&self) -> f64 {
        self.plane.started
    }

    /// Adds the requests that wait here, of weight `weight`, and `more_s` elsewhere, to an answer's mixture.
    fn add_waits(&self, tables: &FluidTables, into: &mut Mixture, weight: f64, more_s: f64) {
        if self.slower_s > 0.0 {
            let mean_s = self.wait_s;
            let wait = RowWait {
                mean_s,
                log_s: libm::log2(mean_s),
                shape: Some(EXPONENTIAL),
            };
            return tables.add_wait(into, &wait, more_s, weight);
        }
        if !self.starts_s.is_empty() {
            let part = weight / self.starts_s.len() as f64;
            for &start_s in self.starts_s {
                let wait = RowWait {
                    mean_s: start_s,
                    log_s: 0.0,
                    shape: None,
                };
                tables.add_wait(into, &wait, more_s, part);
            }
            return;
        }
        let mut parts = self.parts.borrow_mut();
        let scale = weight / (parts.sum * self.waits);
        if !parts.is_known && more_s <= 0.0 {
            parts.is_known = true;
            for (_, wait) in &mut parts.waits {
                wait.log_s = libm::log2(wait.mean_s);
            }
        }
        for (part, wait) in &parts.waits {
            tables.add_wait(into, wait, more_s, part * scale);
        }
    }
}

/// A station in the tree of another.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Member {
    /// Number of the station.
    pub(super) station: usize,
    /// How often a request of the tree's root waits for it, on average.
    pub(super) visits: f64,
    /// It stands for those calls of the station whose answers are followed, not for the station.
    pub(super) is_delay: bool,
}

/// What a member's requests wait for.
#[derive(Clone, Copy)]
enum Source<'s, 'a> {
    Queue(&'s Station<'a>),
    Calls(&'s Delay),
}

impl<'s, 'a> Source<'s, 'a> {
    fn of(member: &Member, stations: &'s [Station<'a>], delays: &'s [Delay]) -> Option<Self> {
        if member.is_delay {
            delays.get(member.station).map(Self::Calls)
        } else {
            stations.get(member.station).map(Self::Queue)
        }
    }

    /// Probability of waiting, below 1.
    fn probability(self) -> f64 {
        let waits = match self {
            Self::Queue(station) => station.waits,
            Self::Calls(delay) => delay.waits,
        };
        waits.min(1.0 - 1e-9)
    }

    fn wait_s(self) -> f64 {
        match self {
            Self::Queue(station) => station.wait_s,
            Self::Calls(delay) => delay.wait_s,
        }
    }

    fn holds_s(self) -> f64 {
        match self {
            Self::Queue(station) => station.holds_s,
            Self::Calls(delay) => delay.holds_s,
        }
    }

    /// What of the mean wait is service.
    fn service_s(self) -> f64 {
        match self {
            Self::Queue(_) => 0.0,
            Self::Calls(delay) => delay.waits * delay.wait_s - delay.waiting_s,
        }
    }

    fn add_waits(self, tables: &FluidTables, into: &mut Mixture, weight: f64, more_s: f64) {
        let delay = match self {
            Self::Queue(station) => return station.add_waits(tables, into, weight, more_s),
            Self::Calls(delay) => delay,
        };
        for &(time_s, share) in &delay.times {
            let wait = RowWait {
                mean_s: time_s,
                log_s: 0.0,
                shape: None,
            };
            tables.add_wait(into, &wait, more_s, weight * share);
        }
    }
}

/// Who is to blame for answers that were slow or late, as shares of all answers.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Blame {
    /// Later than the timeout.
    pub(super) late: f64,
    /// In time, but slower than threshold k.
    pub(super) slow: [f64; MAX_THRESHOLDS],
}

/// In what time a station answers, what it waits for included.
pub(super) struct Response<'a> {
    tables: &'a FluidTables,
    mixture: Mixture,
    shares: Shares,
    /// Of requests that wait nowhere.
    base: Shares,
    longer_s: f64,
    /// Mean by which callers hold their slots for longer, seconds.
    holds_s: f64,
    /// By member.
    blame: Vec<Blame>,
    undrained: RowWeights,
    recent: Recent,
}

impl<'a> Response<'a> {
    /// Remembers the last `recent_intervals` intervals.
    pub(super) fn new(tables: &'a FluidTables, recent_intervals: u32) -> Self {
        Self {
            tables,
            mixture: Mixture::new(),
            shares: Shares::default(),
            base: Shares::default(),
            longer_s: 0.0,
            holds_s: 0.0,
            blame: Vec::new(),
            undrained: RowWeights::new(),
            recent: Recent::new(recent_intervals),
        }
    }

    /// Takes in the waits of an interval at the stations of the tree, and for calls that are followed.
    pub(super) fn update(
        &mut self,
        members: &[Member],
        stations: &[Station<'_>],
        delays: &[Delay],
    ) {
        self.take_in(|| {
            let at = |member: &Member| Some((member.visits, Source::of(member, stations, delays)?));
            members.iter().map(at)
        });
    }

    /// The same where station `of`, whose tree it is, sleeps, or waits for some that do: that is a delay of its own, the last
    /// one to be blamed, and not waited for at the queues of those that sleep.
    pub(super) fn update_drowsy(
        &mut self,
        members: &[Member],
        stations: &[Station<'_>],
        delays: &[Delay],
        asleep: &[Sleeper],
        of: usize,
    ) {
        let delay = asleep.get(of).map(|at| (1.0, Source::Calls(&at.delay)));
        let is_behind = |station: usize| asleep.get(station).is_some_and(|at| at.is_behind);
        self.take_in(|| {
            let at = |member: &Member| {
                let sleeps = !member.is_delay && is_behind(member.station);
                let visits = if sleeps { 0.0 } else { member.visits };
                Some((visits, Source::of(member, stations, delays)?))
            };
            members.iter().map(at).chain([delay])
        });
    }

    /// Takes in what is waited for, and how often each.
    fn take_in<'s, 't: 's, I>(&mut self, tree: impl Fn() -> I)
    where
        I: Iterator<Item = Option<(f64, Source<'s, 't>)>>,
    {
        let nowhere: f64 = tree()
            .flatten()
            .map(|(visits, at)| none_of(visits, at.probability()))
            .product();
        self.mixture.clear();
        self.blame.clear();
        self.tables.add_unwaiting(&mut self.mixture, nowhere);
        let mut sum = self.mixture.shares(self.tables);
        self.base = if nowhere > 0.0 {
            scaled(&sum, 1.0 / nowhere)
        } else {
            let mut alone = Mixture::new();
            self.tables.add_unwaiting(&mut alone, 1.0);
            alone.shares(self.tables)
        };
        let (mut once, mut once_s, mut all_s, mut service_s) = (0.0, 0.0, 0.0, 0.0);
        let mut most = (0.0, 0);
        for (index, member) in tree().enumerate() {
            let mut blame = Blame::default();
            if let Some((visits, at)) = member {
                let (p, wait_s) = (at.probability(), at.wait_s());
                let here = one_over_none(visits, p) * nowhere;
                once += here;
                once_s += here * wait_s;
                all_s += visits * p * wait_s;
                service_s += visits * at.service_s();
                if visits * p * wait_s > most.0 {
                    most = (visits * p * wait_s, index);
                }
                if here > NEGLIGIBLE {
                    blame = self.add(at, here, 0.0, &mut sum);
                }
            }
            self.blame.push(blame);
        }
        let several = 1.0 - nowhere - once;
        if several > NEGLIGIBLE
            && let Some((_, at)) = tree().nth(most.1).flatten()
        {
            let more_s = ((all_s - once_s) / several - at.wait_s()).max(0.0);
            let blame = self.add(at, several, more_s, &mut sum);
            if let Some(own) = self.blame.get_mut(most.1) {
                own.late += blame.late;
                for (own, more) in own.slow.iter_mut().zip(blame.slow) {
                    *own += more;
                }
            }
        }
        self.shares = sum;
        self.longer_s = all_s - service_s;
        let holds = tree().flatten().map(|(visits, at)| visits * at.holds_s());
        self.holds_s = holds.sum();
    }

    /// Adds requests that wait at a station; answers what that costs.
    fn add(&mut self, at: Source<'_, '_>, weight: f64, more_s: f64, sum: &mut Shares) -> Blame {
        let first = self.mixture.parts().len();
        at.add_waits(self.tables, &mut self.mixture, weight, more_s);
        let here = self.mixture.shares_from(self.tables, first);
        sum.join(&here);
        let unwaiting = &self.base;
        Blame {
            late: (weight * unwaiting.in_time - here.in_time).max(0.0),
            slow: std::array::from_fn(|k| (here.slow[k] - here.slow_in_service[k]).max(0.0)),
        }
    }

    /// Share of the answers in time.
    pub(super) fn in_time(&self) -> f64 {
        self.shares.in_time.min(1.0)
    }

    /// Share of the answers that is in time, but slower than threshold k.
    pub(super) fn slow(&self, k: usize) -> f64 {
        self.shares.slow[k]
    }

    /// Of these: the share that would be so if nobody waited.
    pub(super) fn slow_in_service(&self, k: usize) -> f64 {
        self.shares.slow_in_service[k].min(self.shares.slow[k])
    }

    /// Share of the answers that would be late if nobody waited.
    pub(super) fn late_in_service(&self) -> f64 {
        1.0 - self.base.in_time
    }

    /// Mean latency of answers in time, times their share, seconds.
    pub(super) fn latency_s(&self) -> f64 {
        self.shares.latency_s
    }

    /// Mean by which callers hold their slots for longer than if nobody waited and nothing was slow, seconds.
    pub(super) fn holds_s(&self) -> f64 {
        self.holds_s
    }

    /// Mean by which answers take longer than if nobody waited and nothing was slow, seconds.
    pub(super) fn longer_s(&self) -> f64 {
        self.longer_s
    }

    /// The answers of the last interval.
    pub(super) fn mixture(&self) -> &Mixture {
        &self.mixture
    }

    /// Who is to blame, by member.
    pub(super) fn blame(&self) -> &[Blame] {
        &self.blame
    }

    /// Counts the answers of an interval, of which `served` are good.
    pub(super) fn count(&mut self, served: f64) {
        let answered = if self.shares.in_time > 0.0 {
            served / self.shares.in_time
        } else {
            0.0
        };
        self.undrained.add(&self.mixture, answered);
        self.recent.push(&self.mixture, answered);
    }

    /// Whether what is counted next belongs to the interval before, too.
    pub(super) fn continue_interval(&mut self, continues: bool) {
        self.recent.continues = continues;
    }

    /// Latency quantile of what was answered in the last intervals, seconds.
    pub(super) fn recent_quantile(&self, q: f64, intervals: u32) -> Option<f64> {
        self.recent.quantile(self.tables, q, intervals)
    }

    /// Moves the latencies that were counted into a histogram.
    pub(super) fn drain_latency(&mut self, into: &mut LogHistogram) {
        self.undrained.drain(self.tables, into);
    }
}

/// Probability that none of so many visits (the whole ones, and one more with the probability that is left) meets what
/// each meets with probability `p`.
pub(super) fn none_of(visits: f64, p: f64) -> f64 {
    let whole = visits.floor();
    let last = 1.0 - (visits - whole) * p;
    if whole == 1.0 {
        (1.0 - p) * last
    } else if whole > 0.0 {
        libm::pow(1.0 - p, whole) * last
    } else {
        last
    }
}

/// Probability that exactly one of them does, over that of none; `p` is below 1.
fn one_over_none(visits: f64, p: f64) -> f64 {
    let whole = visits.floor();
    let part = visits - whole;
    whole * p / (1.0 - p) + part * p / (1.0 - part * p)
}

fn scaled(shares: &Shares, factor: f64) -> Shares {
    Shares {
        in_time: shares.in_time * factor,
        slow: shares.slow.map(|slow| slow * factor),
        slow_in_service: shares.slow_in_service.map(|slow| slow * factor),
        wait_s: shares.wait_s * factor,
        latency_s: shares.latency_s * factor,
    }
}
