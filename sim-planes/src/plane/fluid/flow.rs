//! What the queue does in an interval with servers.

use super::capacity::{CapacityTable, Point};
use super::limited::LimitedQueue;
use super::luck::{Chance, Draws};
use super::{DELAY_SHARES, FluidPlane, NEGLIGIBLE, balanced};
use crate::bounds::Bounds;
use crate::plane::{Balancing, Interval, QueueDiscipline};
use crate::stats::special::normal_cdf;

/// Room without end: nobody is ever rejected.
pub(super) const ENDLESS: f64 = 1e5;

/// Share of the arrivals that would be beyond a limit if there were none, up to which the queue is cut there, and from which
/// on it is taken for one that is always at its limit.
const OFTEN_MET: f64 = 0.9;
const MOSTLY_MET: f64 = 0.99;
/// Points that stand for the waits.
const WAIT_PARTS: usize = 24;
/// By how much more the number that waits before one whose wait is known is spread than a Poisson number, for each 1 of the
/// services' cv beyond 1: simulations of M/G/1 with lognormal services, cv up to 3, loads of 0.6 to 0.9, room for 1 to 50.
const UNEVEN: f64 = 0.65;
/// Standard deviations above anything, and those at which a normal number is sure to be above its mean.
const MANY: f64 = 40.0;
const SURELY: f64 = 6.0;
/// Share of the spare capacity that makes no difference.
const SLIGHT: f64 = 0.02;
/// Load up to which a queue has a luck of its own; above, it is that of this load.
const FULLEST: f64 = 0.999;

/// What an interval does to the arrivals that are served or give up.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Flow {
    /// Share of the arrivals that finds no room, or leaves before its turn.
    pub(super) lost: f64,
    /// Requests that have waited in the backlog until their clients gave up.
    pub(super) gave_up: f64,
    /// Requests that the queue's rule has dropped.
    pub(super) dropped: f64,
    /// Share of those that start that has waited.
    pub(super) waits: f64,
    /// Requests waiting at the end.
    pub(super) waiting: f64,
    /// Mean of these over the interval, where that is known better than at its end.
    pub(super) crowd: f64,
    /// Share of those that come now about which luck decides alone; the mixture is that of the others.
    pub(super) lucky: f64,
    /// Their wait, in mean service times.
    pub(super) delay: f64,
    /// The same as they feel it: where processors are shared, the number of requests changes while they are served.
    pub(super) felt: f64,
    /// Mean time for which those that come hold a server, seconds, if that is not their service time; else 0.
    pub(super) held_s: f64,
}

/// The conditions of an interval.
pub(super) struct Tick<'a> {
    pub(super) table: &'a CapacityTable,
    /// The random part's state.
    pub(super) state: &'a Point,
    pub(super) chance: Chance,
    /// The stationary state in which that chance has its place.
    pub(super) usual: &'a Point,
    /// What chance added to the arrivals and took off the services: standard normal.
    pub(super) push: f64,
    /// More arrives than the servers, all busy, can serve.
    pub(super) above: bool,
    /// Offered load; may exceed 1.
    pub(super) load: f64,
    /// Services that a server can make in the interval.
    pub(super) turnover: f64,
    /// Number of waiting requests that the queue or the clients' patience allows.
    pub(super) room: f64,
    /// Whether the room is that of the queue, not of the clients' patience.
    pub(super) counted: bool,
    pub(super) length_s: f64,
}

/// What a limit takes off the waits of a queue without one.
struct Cut {
    /// Share of all that is beyond it.
    beyond: f64,
    /// Share of all that would wait for longer than the one at luck's place in what is left.
    longer: f64,
    /// The longest wait that is left, in mean service times.
    limit: f64,
}

/// Standard deviations by which a Poisson number with a mean is likely to be at least `least` (Wilson & Hilferty 1931).
fn poisson_score(least: f64, mean: f64) -> f64 {
    if least < 1.0 {
        return MANY;
    }
    3.0 * least.sqrt() * (libm::cbrt(mean / least) - 1.0 + 1.0 / (9.0 * least))
}

impl FluidPlane<'_> {
    /// Advances the queue through an interval with servers, and fills the mixture with its waits;
    /// `arrivals` came.
    pub(super) fn flow(
        &mut self,
        table: &CapacityTable,
        interval: &Interval,
        draws: Draws,
        arrivals: f64,
    ) -> Flow {
        if let (Some(of), Some(cancels)) = (self.tables.cancelling(), self.cancel_table(interval)) {
            return self.flow_cancelled(of, &cancels, interval, draws);
        }
        let mean_s = self.tables.mean_service_s();
        let servers = table.capacity;
        let turnover = interval.length_s / mean_s;
        let load = interval.rate_rps * mean_s / servers;
        if self.is_followed(table, load, self.room(interval)) {
            return self.follow(table, interval, load, arrivals);
        }
        // Number of waiting requests at which a further one waits for all its patience, or is rejected.
        let patience = servers * self.left_to_low(load) * self.patience_s / mean_s;
        let counted = self.is_counted(interval);
        let is_newest = self.tables.service().queue == QueueDiscipline::Lifo;
        let room = if is_newest {
            self.room(interval)
        } else {
            self.room(interval).at_most(patience)
        };
        // A limit keeps the queue from going far.
        let may_grow = counted && room < ENDLESS || !self.is_far_from_empty();
        let (state, above) = self.advance(table, load, turnover, may_grow);
        self.classes = self.classes_at(table, &state, load);
        let (chance, usual_busy) = self.try_luck(table, load, turnover, draws, may_grow);
        // Where load changes slowly, the usual state is the expected one. A copy is a call in WebAssembly.
        let other;
        let usual = if (usual_busy - state.busy).abs() < SLIGHT * (servers - state.busy) {
            &state
        } else {
            other = table.at(usual_busy, &mut self.usual_hint);
            &other
        };
        let tick = Tick {
            table,
            state: &state,
            chance,
            usual,
            push: draws.push,
            above,
            load,
            turnover,
            length_s: interval.length_s,
            room,
            counted,
        };
        if is_newest {
            return self.newest(&tick);
        }
        let full = self.queue + table.apart > room;
        // A room that is full within the interval is at its limit, and no backlog without end builds up before it.
        let at_limit = full && counted && load >= 1.0;
        if self.backlog.requests() > 0.0 || above || full && !at_limit {
            return self.crowded(&tick);
        }
        self.occupied = self.busy;
        if at_limit {
            return self.limited(&tick, 1.0);
        }
        let reach = NEGLIGIBLE * (table.apart + self.queue / state.waits.at_least(1e-12));
        if room < reach && self.limit_matters(&tick) {
            return self.limited(&tick, 1.0);
        }
        self.random(&tick, 1.0)
    }

    /// Whether it is the room that bounds the queue, not the clients' patience. Above capacity those who will give up
    /// are in line as well, until they do.
    pub(super) fn is_counted(&self, interval: &Interval) -> bool {
        let served_rps = self.tables.capacity_of(interval.servers) / self.tables.mean_service_s();
        let load = interval.rate_rps / served_rps.at_least(f64::MIN_POSITIVE);
        let in_line =
            served_rps.at_least(interval.rate_rps) * self.left_to_low(load) * self.patience_s;
        self.room(interval) <= in_line
    }

    /// Requests that there is room for beyond those served at full speed.
    pub(super) fn room(&self, interval: &Interval) -> f64 {
        f64::from(interval.waiting_room()) + self.tables.beyond(interval.servers)
    }

    /// Advances the random part by one interval.
    ///
    /// Above capacity, the mean of the queue is that of the backlog plus that of a queue with the opposite
    /// drift: Q(t) = X(t) + sup(−X) for the free process X, and sup(−X) is distributed like the queue that
    /// −X would feed (Reich 1958). So the random part then follows the load mirrored at 1, and what this
    /// takes off it has become backlog.
    fn advance(
        &mut self,
        table: &CapacityTable,
        load: f64,
        turnover: f64,
        may_grow: bool,
    ) -> (Point, bool) {
        let servers = table.capacity;
        let queue_before = self.queue;
        let mut in_system = self.busy + self.queue * self.heft + load * servers * turnover;
        let mut state = table.state(in_system, turnover, &mut self.hint);
        let mirrored = (2.0 - load).clamp(0.5, 1.0);
        // Long services: the servers may take longer than this interval to fill.
        let crowded = self.backlog.requests() > 0.0;
        let above = load >= 1.0 && (crowded || state.busy > mirrored * servers);
        if above {
            in_system = self.busy.at_most(mirrored * servers)
                + self.queue * self.heft
                + mirrored * servers * turnover;
            state = table.state(in_system, turnover, &mut self.hint);
        }
        self.busy = state.busy;
        if table.shared.is_some() && state.queue > 0.0 {
            self.heft = (state.work / state.queue).at_least(1e-3);
        }
        self.queue = (in_system - state.busy * (1.0 + turnover)).at_least(0.0) / self.heft;
        if !may_grow {
            self.queue = self.queue.at_most(queue_before);
        }
        if crowded || above {
            let moved = (queue_before - self.queue).at_least(0.0);
            self.backlog.push(self.now_s, self.now_s, moved);
        }
        (state, above)
    }

    /// Whether the backlog is longer than the random part on top of it, so that the queue will hardly be empty, which is
    /// what lets the random part grow.
    fn is_far_from_empty(&self) -> bool {
        self.backlog.requests() > self.queue
    }

    /// The luck of the queue in an interval, and the requests in service of the stationary state in which it has its place:
    /// that of the load, or of the requests in service where these have yet to become as many as the load will keep. Above
    /// capacity that of the mirrored load.
    #[inline]
    fn try_luck(
        &mut self,
        table: &CapacityTable,
        load: f64,
        turnover: f64,
        draws: Draws,
        may_grow: bool,
    ) -> (Chance, f64) {
        let servers = table.capacity;
        self.offered = (self.offered + load * servers * turnover) / (1.0 + turnover);
        let below = load
            .at_most(2.0 - load)
            .at_least(0.5 * f64::from(u8::from(load > 1.0)));
        let used = below.at_most(self.offered / servers).clamp(0.0, FULLEST);
        let scvs = (self.tables.scv(), self.tables.queue_scv());
        let services = table.width * turnover;
        let chance = self.luck.pass(services, used, scvs, table.stretch, draws);
        if !may_grow {
            self.luck.be_at_most(chance.rarity);
        }
        // Queues apart have lucks of their own, which even out.
        let chance = Chance {
            weight: chance.weight / table.apart.sqrt(),
            excess: chance.excess * table.apart,
            ..chance
        };
        (chance, used * servers)
    }

    /// Whether more than one in a hundred million meets a full queue: P(wait) times the geometric tail.
    pub(super) fn limit_matters(&self, tick: &Tick<'_>) -> bool {
        let apart = tick.table.apart;
        let busy_queue = self.queue / apart / tick.state.waits.at_least(1e-12);
        let decay = libm::log1p(1.0 / busy_queue.at_least(1e-12));
        tick.state.waits * libm::exp(-decay * tick.room / apart) > 1e-8
    }

    /// Waits of the stationary queue, for the share `weight` of the requests; luck decides about a part of it.
    #[inline]
    pub(super) fn random(&mut self, tick: &Tick<'_>, weight: f64) -> Flow {
        let (state, chance) = (tick.state, tick.chance);
        let others = weight * (1.0 - chance.weight);
        let waits = if let Some(shared) = &tick.table.shared {
            self.tables
                .add_shared(&mut self.mixture, shared, state, others)
        } else {
            self.tables
                .add_unwaiting(&mut self.mixture, (1.0 - state.waits) * others);
            self.add_waiting_classes(state, state.waits * others);
            state.waits
        };
        Flow {
            waits,
            ..self.by_luck(tick, chance.rarity, weight)
        }
    }

    /// The queue at a place of its stationary law that is exceeded with probability e^−`rarity`, which decides about a part of
    /// the share `weight` of the requests.
    #[inline]
    fn by_luck(&self, tick: &Tick<'_>, rarity: f64, weight: f64) -> Flow {
        let (state, chance, usual) = (tick.state, tick.chance, tick.usual);
        let delay = if rarity > usual.rarity {
            let mean = usual.queue / (usual.busy * usual.waits);
            mean * self.tables.exceeded(usual, rarity - usual.rarity)
        } else {
            0.0
        };
        let apart = tick.table.apart;
        let waiting = if apart > 1.0 {
            (state.queue + (delay * usual.busy - usual.queue) / apart.sqrt()).at_least(0.0)
        } else {
            delay * usual.busy
        };
        Flow {
            waiting,
            crowd: state.queue + chance.weight * (waiting - state.queue),
            lucky: weight * chance.weight,
            delay,
            felt: match &tick.table.shared {
                Some(shared) => shared.felt(delay, usual.queue / usual.busy.max(f64::MIN_POSITIVE)),
                None => delay,
            },
            ..Flow::default()
        }
    }

    /// Waits where the queue has a limit, for the share `weight` of the requests; luck decides about a part of it. Up to the
    /// limit they are those without (exact for one server: Takács 1962; Tijms 2003), unless there is hardly a queue without.
    #[inline(never)]
    pub(super) fn limited(&mut self, tick: &Tick<'_>, weight: f64) -> Flow {
        let queue = self.stationary(tick);
        let near = if tick.load < 1.0 && tick.table.shared.is_none() {
            ((queue.beyond - OFTEN_MET) / (MOSTLY_MET - OFTEN_MET)).clamp(0.0, 1.0)
        } else {
            1.0
        };
        if near >= 1.0 {
            self.queue = self.queue.at_most(tick.table.apart * queue.queue);
            return self.at_limit(tick, &queue, weight);
        }
        let far = self.before_limit(tick, &queue, weight * (1.0 - near));
        if near <= 0.0 {
            return far;
        }
        let flow = self.at_limit(tick, &queue, weight * near);
        let lucky = far.lucky + flow.lucky;
        let of = |far: f64, flow: f64| far + near * (flow - far);
        Flow {
            lost: of(far.lost, flow.lost),
            waits: of(far.waits, flow.waits),
            waiting: of(far.waiting, flow.waiting),
            lucky,
            delay: of(far.delay, flow.delay),
            felt: of(far.felt, flow.felt),
            ..far
        }
    }

    /// Waits without a limit, but for those beyond it.
    fn before_limit(&mut self, tick: &Tick<'_>, queue: &LimitedQueue, weight: f64) -> Flow {
        let state = tick.state;
        let first = self.mixture.parts().len();
        let cut = if tick.counted {
            self.add_within_room(tick, queue)
        } else {
            self.add_patient(tick)
        };
        let beyond = cut.beyond.at_most(1.0 - 1e-9);
        let kept = weight * (1.0 - tick.chance.weight) / (1.0 - beyond);
        self.mixture.scale_from(first, kept);
        self.tables
            .add_unwaiting(&mut self.mixture, (1.0 - state.waits) * kept);
        let flow = self.by_luck(tick, -libm::log(cut.longer), weight);
        Flow {
            lost: (1.0 - tick.load) * beyond / (1.0 - tick.load * beyond),
            waits: ((state.waits - beyond) / (1.0 - beyond)).at_least(0.0),
            delay: flow.delay.at_most(cut.limit),
            felt: flow.felt.at_most(cut.limit),
            ..flow
        }
    }

    /// Adds those who wait, but for who would do so for longer than clients have patience.
    fn add_patient(&mut self, tick: &Tick<'_>) -> Cut {
        let first = self.mixture.parts().len();
        self.add_waiting_classes(tick.state, tick.state.waits);
        let limit = self.patience_s / self.tables.mean_service_s();
        let beyond = self.mixture.impatient_from(self.tables, first);
        self.tables.remove_delayed(&mut self.mixture, limit, beyond);
        Cut {
            beyond,
            longer: beyond + libm::exp(-tick.chance.rarity) * (1.0 - beyond),
            limit,
        }
    }

    /// Adds those who wait, but for who would find no room. As many wait before one who comes as come while it waits (Keilson
    /// & Servi 1988): with exponential services a Poisson number whichever of the two is known, with others one that is
    /// spread more.
    fn add_within_room(&mut self, tick: &Tick<'_>, queue: &LimitedQueue) -> Cut {
        let (tables, state) = (self.tables, tick.state);
        let room = tick.room / tick.table.apart;
        let served = tick.load * tick.table.width;
        let scatter = 1.0 + UNEVEN * (tables.scv().sqrt() - 1.0);
        let mean = libm::exp2(state.log_wait);
        let mut parts = [(0.0, 0.0, 0.0); WAIT_PARTS];
        let (mut sum, mut beyond) = (1e-300, 0.0);
        let (mut edge, mut above, mut place) = (0.0, state.waits, 0.0);
        for part in &mut parts {
            place += 1.0;
            // Fine where the waits are short, for room for few; the last edge leaves e^−14 of those who wait.
            let next = 0.025 * place * place;
            let step = next - edge;
            // The middle of what is between the edges, of an exponential law.
            let delay = mean * tables.exceeded(state, edge + step * (0.5 - 0.125 * step));
            let left = state.waits * libm::exp(-next);
            let share = above - left;
            (edge, above) = (next, left);
            let count = served * delay;
            let score = poisson_score(room, count);
            let mut far = 0.0;
            if score > -SURELY * scatter {
                beyond += share * normal_cdf(score);
                far = share * normal_cdf(score / scatter);
                sum += far;
            }
            *part = (delay, share, far);
        }
        // The number of those before replicas among which requests are balanced is no such one.
        if state.scv > 0.0 {
            beyond = queue.beyond;
        }
        let wanted = libm::exp(-tick.chance.rarity) * (1.0 - beyond);
        let (mut longer, mut kept) = (state.waits, state.waits - beyond);
        if kept < wanted {
            longer = beyond + wanted;
        }
        for (delay, share, far) in parts {
            let within = (share - far * beyond / sum).at_least(0.0);
            self.add_met(delay, within);
            if kept > wanted {
                longer -= share * ((kept - wanted) / within).at_most(1.0);
                kept -= within;
            }
        }
        Cut {
            beyond,
            longer,
            limit: (room + 2.0 * scatter * room.sqrt() + 2.0) / served,
        }
    }

    /// The same, of a queue at its limit.
    fn at_limit(&mut self, tick: &Tick<'_>, queue: &LimitedQueue, weight: f64) -> Flow {
        // Luck does not move a line in which everybody waits as long as anybody will.
        let lucky = if tick.above && !tick.counted {
            0.0
        } else {
            weight * tick.chance.weight
        };
        let others = weight - lucky;
        self.tables
            .add_unwaiting(&mut self.mixture, (1.0 - queue.waits) * others);
        let share = queue.waits * others / f64::from(DELAY_SHARES);
        let is_by_requests = self.tables.is_careful && tick.counted && tick.table.shared.is_none();
        for step in 0..DELAY_SHARES {
            let before = queue.length_quantile((f64::from(step) + 0.5) / f64::from(DELAY_SHARES));
            if is_by_requests {
                let [low, middle, high] = self.behind_whole(tick, before);
                for delay in [low, middle, high] {
                    self.add_met(delay, share / 3.0);
                }
                continue;
            }
            for delay in behind(tick, before) {
                self.add_met(delay, 0.5 * share);
            }
        }
        let longer = libm::exp(-tick.chance.rarity);
        let (mut waiting, mut delay) = (0.0, 0.0);
        if longer < queue.waits {
            let before = queue.length_quantile(1.0 - longer / queue.waits);
            waiting = tick.table.apart * before;
            let [sooner, later] = behind(tick, before);
            delay = if self.slow.is_above_median() {
                sooner
            } else {
                later
            };
        }
        Flow {
            lost: queue.lost,
            waits: queue.waits,
            waiting,
            lucky,
            delay,
            felt: delay,
            ..Flow::default()
        }
    }

    /// Adds the requests about which luck decides, with the wait that it has for them now.
    #[inline]
    pub(super) fn add_lucky(&mut self, delay: f64, weight: f64) {
        if delay > 0.0 {
            self.add_met(delay, weight);
        } else {
            self.tables.add_unwaiting(&mut self.mixture, weight);
        }
    }

    pub(super) fn stationary(&self, tick: &Tick<'_>) -> LimitedQueue {
        let (table, load) = (tick.table, tick.load.at_least(1e-9));
        let room = tick.room / table.apart;
        // In turn, the arrivals at a replica are an Erlang process.
        let in_turn = match self.tables.service().balancing {
            Balancing::RoundRobin => 1.0 / table.queues - 1.0,
            _ => 0.0,
        };
        let scv = (self.tables.queue_scv() + in_turn).at_least(-0.9);
        let plain = LimitedQueue::new(table.slots, load, scv, room);
        let mut hint = self.usual_hint;
        let usual = table.at(load.at_most(1.0) * table.capacity, &mut hint);
        plain.balanced(table.slots, load, usual.waits, usual.queue / table.apart)
    }

    /// Waits behind `before` other requests of its queue, rounded down, as three equally likely points, in mean service
    /// times: a gamma law of as many departures from the replica.
    fn behind_whole(&self, tick: &Tick<'_>, before: f64) -> [f64; 3] {
        let table = tick.table;
        let k = table.capacity / table.queues;
        let ahead = (before.floor() * table.apart / table.queues + 1.0)
            .at_most((tick.room / table.queues).at_least(1.0));
        let scv = (1.0 + (self.tables.scv() - 1.0) / k).at_least(0.05) / ahead;
        [5.0, 3.0, 1.0].map(|sixths| ahead / k * balanced::exceeded(scv, sixths / 6.0))
    }
}

/// Waits behind `before` other requests, in mean service times. One more than these must leave, at the rate of all
/// servers: a gamma law, two points of which have its mean and variance. Patience is counted in time, not in requests.
fn behind(tick: &Tick<'_>, before: f64) -> [f64; 2] {
    let servers = tick.table.width;
    let ahead = (before + 1.0).at_most((tick.room / tick.table.apart).at_least(1.0));
    let spread = if tick.counted && tick.table.shared.is_none() {
        ahead.sqrt()
    } else {
        0.0
    };
    [(ahead - spread) / servers, (ahead + spread) / servers]
}
