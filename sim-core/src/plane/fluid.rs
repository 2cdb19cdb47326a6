//! The `fluid` plane: an interval in closed form, a month in milliseconds.
//!
//! ```text
//!   rate, servers ──► requests in the system, carried over ──► utilisation ──► P(wait), mean, shape of wait
//!                     (random part + backlog)                                        │
//!   outcome, latencies ◄── rows of the latency library, weighted ◄───────────────────┘
//! ```
//!
//! - The *random part* of the queue follows the pointwise stationary fluid-flow approximation (Wang, Tipper
//!   & Banerjee 1996): d(in system)/dt = λ − cμ·u, where u is the utilisation at which the stationary queue
//!   holds as many. One implicit Euler step per interval. The stationary queue is M/M/c (Erlang C)
//!   corrected for the service-time law by measured ratios (`calibration`).
//! - The *backlog* is what load above capacity leaves behind, and drains at the spare capacity.
//! - Room for waiting requests and the clients' patience bound both (`limited`).
//! - Latency is wait ⊕ service: each interval is a mixture of rows of a library (`tables`).
//!
//! Arrivals are drawn from the same stream as in the `requests` plane; the queue follows the intensity, and
//! the expected outcomes are scaled to the drawn number.

mod asleep;
mod calibration;
mod calibration_table;
mod capacity;
mod levels;
mod limited;
mod luck;
mod mixture;
mod recent;
mod row;
mod service_law;
mod tables;
mod thinned;
mod wait_law;

use super::{DataPlane, Interval, MAX_THRESHOLDS, Outcome};
use crate::random::{POISSON_MAX_MEAN, Purpose, Rng, StreamKey, poisson};
use crate::stats::LogHistogram;
use asleep::Asleep;
use capacity::{CapacityTable, Point};
use limited::LimitedQueue;
use luck::{Chance, Draws, Luck};
use mixture::{Mixture, Shares};
use recent::Recent;
use std::sync::Arc;
pub use tables::FluidTables;
use tables::RowWeights;
use thinned::Thinning;

/// Tail probabilities below e^−NEGLIGIBLE of meeting a limit are not looked at.
const NEGLIGIBLE: f64 = 16.0;
/// Requests that wait behind a full queue are split into this many equal shares by their delay.
const DELAY_SHARES: u32 = 6;
/// The backlog of an interval is looked at in this many moments.
const MOMENTS: u32 = 3;

/// Serves intervals in closed form.
pub struct FluidPlane<'a> {
    tables: &'a FluidTables,
    arrivals: Rng,
    capacity: Option<Arc<CapacityTable>>,
    /// Where the last search in the capacity table ended.
    hint: usize,
    /// Requests in service, in expectation.
    busy: f64,
    /// Requests of the random part of the queue, in expectation.
    queue: f64,
    /// Requests left behind by load above capacity.
    backlog: f64,
    /// Requests waiting as last reported; differs from `queue + backlog` by luck.
    waiting: f64,
    /// Requests in the system as counted: what the servers have to work on.
    in_system: f64,
    luck: Luck,
    slow: Thinning,
    errors: Thinning,
    /// Of `waiting`: those that came while there was no server, and behind them until all of these have started.
    asleep: Asleep,
    mixture: Mixture,
    undrained: RowWeights,
    recent: Recent,
}

/// What an interval does to the arrivals that are served or give up.
struct Flow {
    /// Share of the arrivals that finds no room, or leaves before its turn.
    lost: f64,
    /// Share of the others that waits.
    waits: f64,
    /// Requests waiting at the end.
    waiting: f64,
}

impl<'a> FluidPlane<'a> {
    /// A plane at time 0 without servers and requests, which remembers the latencies of the last
    /// `recent_intervals` intervals for [`recent_quantile`](DataPlane::recent_quantile). Its arrivals come
    /// from the arrival stream of `seed`, `replication` and `component`.
    pub fn new(
        tables: &'a FluidTables,
        recent_intervals: u32,
        seed: u64,
        replication: u32,
        component: u32,
    ) -> Self {
        let key = StreamKey {
            seed,
            replication,
            component,
            purpose: Purpose::Arrivals,
        };
        Self {
            tables,
            arrivals: key.rng(),
            capacity: None,
            hint: 0,
            busy: 0.0,
            queue: 0.0,
            backlog: 0.0,
            waiting: 0.0,
            in_system: 0.0,
            luck: Luck::new(seed, replication, component),
            slow: Thinning::new(seed, replication, component, Purpose::RequestLuck),
            errors: Thinning::new(seed, replication, component, Purpose::Errors),
            asleep: Asleep::default(),
            mixture: Mixture::new(),
            undrained: RowWeights::new(),
            recent: Recent::new(recent_intervals),
        }
    }

    /// Changes the number of servers. Removed servers take their share of the requests in service along.
    fn resize(&mut self, servers: u32) {
        let before = self.capacity.as_ref().map_or(0, |table| table.servers);
        if servers == before {
            return;
        }
        if servers < before {
            let share = f64::from(servers) / f64::from(before);
            self.busy *= share;
            self.in_system -= self.in_system.min(f64::from(before)) * (1.0 - share);
        }
        self.capacity = (servers > 0).then(|| self.tables.capacity(servers));
        self.hint = 0;
    }

    /// Advances the queue through an interval with servers, and fills the mixture with its waits.
    fn flow(&mut self, table: &CapacityTable, interval: &Interval, draws: Draws) -> Flow {
        let mean_s = self.tables.mean_service_s();
        let servers = f64::from(table.servers);
        let turnover = interval.length_s / mean_s;
        let load = interval.rate_rps * mean_s / servers;
        // Number of waiting requests at which a further one waits for all its patience, or is rejected.
        let patience = servers * self.tables.limits.timeout_s / mean_s;
        let counted = f64::from(interval.waiting_room()) <= patience;
        let room = f64::from(interval.waiting_room()).min(patience);
        let (state, above) = self.advance(table, load, turnover);
        let used = state.busy / servers;
        let lengths = turnover * servers * (1.0 - used) * (1.0 - used)
            / (1.0 + used * self.tables.scv());
        let chance = self.luck.pass(lengths, draws);
        let tick = Tick {
            table,
            state,
            chance,
            above,
            load,
            turnover,
            room,
            counted,
            backlog: self.backlog.min(room),
        };
        if tick.backlog > 0.0 || above || self.queue + 1.0 > room {
            return self.crowded(&tick);
        }
        let reach = NEGLIGIBLE * (1.0 + self.queue / state.waits.max(1e-12));
        if room < reach && self.limit_matters(&tick) {
            return self.limited(&tick, 1.0);
        }
        self.random(&tick, 1.0)
    }

    /// Advances the random part by one interval.
    ///
    /// Above capacity, the mean of the queue is that of the backlog plus that of a queue with the opposite
    /// drift: Q(t) = X(t) + sup(−X) for the free process X, and sup(−X) is distributed like the queue that
    /// −X would feed (Reich 1958). So the random part then follows the load mirrored at 1, and what this
    /// takes off it has become backlog.
    fn advance(&mut self, table: &CapacityTable, load: f64, turnover: f64) -> (Point, bool) {
        let servers = f64::from(table.servers);
        let queue_before = self.queue;
        let mut in_system = self.busy + self.queue + load * servers * turnover;
        let mut state = table.state(in_system, turnover, &mut self.hint);
        let mirrored = (2.0 - load).clamp(0.5, 1.0);
        // Long services: the servers may take longer than this interval to fill.
        let above = load >= 1.0 && (self.backlog > 0.0 || state.busy > mirrored * servers);
        if above {
            in_system =
                self.busy.min(mirrored * servers) + self.queue + mirrored * servers * turnover;
            state = table.state(in_system, turnover, &mut self.hint);
        }
        self.busy = state.busy;
        self.queue = (in_system - state.busy * (1.0 + turnover)).max(0.0);
        if self.backlog > 0.0 || above {
            self.backlog += (queue_before - self.queue).max(0.0);
        }
        (state, above)
    }

    /// Whether more than one in a hundred million meets a full queue: P(wait) times the geometric tail.
    fn limit_matters(&self, tick: &Tick<'_>) -> bool {
        let busy_queue = self.queue / tick.state.waits.max(1e-12);
        let decay = libm::log1p(1.0 / busy_queue.max(1e-12));
        tick.state.waits * libm::exp(-decay * tick.room) > 1e-8
    }

    /// Waits of the stationary queue, for the share `weight` of the requests.
    #[inline]
    fn random(&mut self, tick: &Tick<'_>, weight: f64) -> Flow {
        let (state, chance) = (&tick.state, tick.chance);
        let (lucky, others) = (weight * chance.weight, weight * (1.0 - chance.weight));
        let mut unwaiting = (1.0 - state.waits) * others;
        self.tables.add_waiting(
            &mut self.mixture,
            state.log_wait,
            state.shape,
            state.waits * others,
        );
        let mut delay = 0.0;
        if chance.rarity > state.rarity {
            let mean = self.queue / (state.busy * state.waits);
            delay = mean * self.tables.exceeded(state.shape, chance.rarity - state.rarity);
            self.tables.add_delayed(&mut self.mixture, delay, lucky);
        } else {
            unwaiting += lucky;
        }
        self.tables.add_unwaiting(&mut self.mixture, unwaiting);
        Flow {
            lost: 0.0,
            waits: state.waits,
            waiting: delay * state.busy,
        }
    }

    /// Waits at the limit of the queue, for the share `weight` of the requests.
    fn limited(&mut self, tick: &Tick<'_>, weight: f64) -> Flow {
        let queue = self.stationary(tick);
        let (lucky, others) = (
            weight * tick.chance.weight,
            weight * (1.0 - tick.chance.weight),
        );
        let mut unwaiting = (1.0 - queue.waits) * others;
        let share = queue.waits * others / f64::from(DELAY_SHARES);
        for step in 0..DELAY_SHARES {
            let before = queue.length_quantile((f64::from(step) + 0.5) / f64::from(DELAY_SHARES));
            self.behind(tick, before, share);
        }
        let longer = libm::exp(-tick.chance.rarity);
        let mut waiting = 0.0;
        if longer < queue.waits {
            waiting = queue.length_quantile(1.0 - longer / queue.waits);
            self.behind(tick, waiting, lucky);
        } else {
            unwaiting += lucky;
        }
        self.tables.add_unwaiting(&mut self.mixture, unwaiting);
        self.queue = self.queue.min(queue.queue);
        Flow {
            lost: queue.lost,
            waits: queue.waits,
            waiting,
        }
    }

    /// Waits behind `before` other requests. One more than these must leave, at the rate of all servers: a gamma
    /// law, two points of which have its mean and variance. Patience is counted in time, not in requests.
    fn behind(&mut self, tick: &Tick<'_>, before: f64, weight: f64) {
        let servers = f64::from(tick.table.servers);
        let ahead = (before + 1.0).min(tick.room.max(1.0));
        let spread = if tick.counted { ahead.sqrt() } else { 0.0 };
        let (sooner, later) = ((ahead - spread) / servers, (ahead + spread) / servers);
        self.tables
            .add_delayed(&mut self.mixture, sooner, 0.5 * weight);
        self.tables
            .add_delayed(&mut self.mixture, later, 0.5 * weight);
    }

    /// An interval with a backlog: it grows to what the queue may hold, or drains; then all is stationary.
    fn crowded(&mut self, tick: &Tick<'_>) -> Flow {
        let servers = f64::from(tick.table.servers);
        // Change of the backlog over the interval, if nothing stopped it.
        let drift = (tick.load - 1.0) * servers * tick.turnover;
        let limit = if tick.above {
            if tick.room < 1e15 {
                (self.stationary(tick).queue - self.queue).max(0.0)
            } else {
                f64::INFINITY
            }
        } else {
            0.0
        };
        let distance = limit - tick.backlog;
        // The part of the interval before the backlog has reached its limit.
        let speed = if drift == 0.0 {
            // At a load of exactly 1 only chance moves it: by the spread of arrivals less services.
            let variance = (1.0 + self.tables.scv()) * servers * tick.turnover;
            variance.sqrt().copysign(distance)
        } else {
            drift
        };
        let moving = if speed * distance <= 0.0 {
            0.0
        } else {
            (distance / speed).min(1.0)
        };
        self.backlog = if moving < 1.0 {
            limit
        } else {
            tick.backlog + drift
        };
        let mut flow = Flow {
            lost: 0.0,
            waits: moving,
            waiting: tick.chance.rarity * self.queue,
        };
        if moving > 0.0 {
            self.behind_backlog(tick, drift, moving);
        }
        if moving < 1.0 {
            let rest = if tick.above || self.queue + 1.0 > tick.room || self.limit_matters(tick) {
                self.limited(tick, 1.0 - moving)
            } else {
                self.random(tick, 1.0 - moving)
            };
            flow.lost = rest.lost * (1.0 - moving);
            flow.waits += rest.waits * (1.0 - moving);
            flow.waiting = rest.waiting;
        }
        flow.waiting = (flow.waiting + self.backlog).min(tick.room);
        flow
    }

    fn stationary(&self, tick: &Tick<'_>) -> LimitedQueue {
        LimitedQueue::new(
            tick.table.servers,
            tick.load.max(1e-9),
            self.tables.scv(),
            tick.room,
        )
    }

    /// Waits behind the backlog while it moves by `drift` per interval, for the share `weight`.
    fn behind_backlog(&mut self, tick: &Tick<'_>, drift: f64, weight: f64) {
        let servers = f64::from(tick.table.servers);
        // The random part on top: thirds of an exponential law with its mean.
        const THIRDS: [f64; 3] = [0.189_070, 0.716_395, 2.094_535];
        let share = weight / f64::from(MOMENTS);
        for moment in 0..MOMENTS {
            let time = weight * (f64::from(moment) + 0.5) / f64::from(MOMENTS);
            let backlog = (tick.backlog + drift * time).max(0.0);
            let mut add = |random: f64, share: f64| {
                let ahead = (backlog + random * self.queue + 1.0).min(tick.room.max(1.0));
                self.tables
                    .add_delayed(&mut self.mixture, ahead / servers, share);
            };
            let others = share * (1.0 - tick.chance.weight);
            if others > 0.0 {
                for third in THIRDS {
                    add(third, others / THIRDS.len() as f64);
                }
            }
            add(tick.chance.rarity, share * tick.chance.weight);
        }
    }

    /// An interval without servers: requests pile up to the queue's limit, and leave when their patience ends.
    fn closed(&mut self, interval: &Interval, arrivals: f64) -> Outcome {
        let unknown = self.waiting - self.asleep.count();
        if unknown > 0.0 {
            self.asleep.fall_asleep(unknown);
        }
        let timeout_s = self.tables.limits.timeout_s;
        let room = f64::from(interval.waiting_room());
        let before = self.waiting;
        let (impatient, rejected) = self
            .asleep
            .pass(interval.length_s, arrivals, room, timeout_s);
        let waiting = (before + arrivals - impatient - rejected).max(0.0);
        self.queue = 0.0;
        self.busy = 0.0;
        self.backlog = waiting;
        self.waiting = waiting;
        self.in_system = waiting;
        let wait_sum_s = if impatient > 0.0 {
            impatient * timeout_s
        } else {
            0.0
        };
        Outcome {
            arrivals,
            rejected,
            timed_out: impatient,
            timed_out_in_service: impatient * self.tables.service_above_timeout(),
            wait_sum_s,
            waits: impatient,
            waited: impatient,
            waiting_at_end: waiting,
            open_at_end: waiting,
            ..Outcome::default()
        }
    }

    /// Requests that waited for the first server are the first to start: their waits take the place of those of
    /// others. `started` is the number of all that start in the interval; answers how many had waited so.
    fn wake(&mut self, interval: &Interval, started: f64) -> f64 {
        let groups = self.asleep.start(started, interval.length_s);
        let woken: f64 = groups.iter().map(|group| group.count).sum();
        if woken <= 0.0 {
            return 0.0;
        }
        self.mixture.scale((1.0 - woken / started).max(0.0));
        let servers = f64::from(interval.servers);
        let mut ahead = 0.0;
        for group in groups {
            // Half of the group starts before its middle, and as many as there are servers at once.
            let turn = (ahead + 0.5 * group.count - servers).max(0.0) / servers;
            let delay = group.waited_s / self.tables.mean_service_s() + turn;
            self.tables
                .add_delayed(&mut self.mixture, delay, group.count / started);
            ahead += group.count;
        }
        woken
    }

    /// The servers work on what has been admitted, as long as there is any: server-seconds. One implicit Euler step, as
    /// of the queue, but of the drawn number of arrivals. What all servers cannot do in this interval remains.
    fn work(&mut self, interval: &Interval, admitted: f64) -> f64 {
        let servers = f64::from(interval.servers);
        let turnover = interval.length_s / self.tables.mean_service_s();
        let room = f64::from(interval.waiting_room());
        let there = (self.in_system + admitted).max(0.0);
        let busy = (there / (1.0 + turnover)).min(servers);
        self.in_system = (there - busy * turnover).clamp(0.0, servers + room);
        busy * interval.length_s
    }

    /// Applies the interval's shares to the drawn number of arrivals.
    fn outcome(&mut self, interval: &Interval, arrivals: f64, flow: &Flow) -> Outcome {
        let lost = arrivals * flow.lost;
        let waiting = flow.waiting.min(self.waiting + arrivals - lost);
        let started = (self.waiting + arrivals - lost - waiting).max(0.0);
        self.waiting = waiting;
        let woken = if self.asleep.count() > 0.0 {
            let woken = self.wake(interval, started);
            // Who came meanwhile and waits behind them is in the same line.
            let behind = self.backlog.min(waiting) - self.asleep.count();
            self.asleep.join(behind, arrivals, interval.length_s);
            woken
        } else {
            0.0
        };
        let limits = &self.tables.limits;
        let shares: Shares = self.mixture.shares(self.tables);
        let too_late = self.slow.struck(started, 1.0 - shares.in_time);
        let in_time = started - too_late;
        let failed = if self.tables.service().error_probability > 0.0 {
            self.errors.draw();
            self.errors
                .struck(in_time, self.tables.service().error_probability)
        } else {
            0.0
        };
        let served = in_time - failed;
        // Of those in time, errors spare none.
        let spared = if in_time > 0.0 { served / in_time } else { 0.0 };
        let slow: [f64; MAX_THRESHOLDS] = std::array::from_fn(|k| {
            let bad = self.slow.struck(started, 1.0 - shares.in_time + shares.slow[k]);
            (bad - too_late).max(0.0) * spared
        });
        let slow_in_service = std::array::from_fn(|k| {
            if shares.slow[k] > 0.0 {
                slow[k] * (shares.slow_in_service[k] / shares.slow[k]).min(1.0)
            } else {
                0.0
            }
        });
        // The latencies are those expected, of as many requests as are served.
        let answered = if shares.in_time > 0.0 {
            served / shares.in_time
        } else {
            0.0
        };
        let patience =
            f64::from(interval.servers) * limits.timeout_s / self.tables.mean_service_s();
        let rejecting = f64::from(interval.waiting_room()) <= patience;
        let (rejected, impatient) = if rejecting { (lost, 0.0) } else { (0.0, lost) };
        let impatience_s = if impatient > 0.0 {
            impatient * limits.timeout_s
        } else {
            0.0
        };
        self.undrained.add(&self.mixture, answered);
        self.recent.push(&self.mixture, answered);
        let service_alone = self.tables.service_above_timeout();
        let busy_server_s = self.work(interval, arrivals - lost);
        Outcome {
            arrivals,
            served,
            rejected,
            timed_out: too_late + impatient,
            timed_out_in_service: (started * service_alone).min(too_late)
                + impatient * service_alone,
            failed,
            slow,
            slow_in_service,
            wait_sum_s: started * shares.wait_s + impatience_s,
            waits: started + impatient,
            waited: woken + (started - woken) * flow.waits + impatient,
            latency_sum_s: answered * shares.latency_s,
            busy_server_s,
            in_service_s: busy_server_s,
            waiting_at_end: waiting,
            open_at_end: waiting,
            ..Outcome::default()
        }
    }
}

/// The conditions of an interval.
struct Tick<'a> {
    table: &'a CapacityTable,
    /// The random part's state.
    state: Point,
    chance: Chance,
    /// More arrives than the servers, all busy, can serve.
    above: bool,
    /// Offered load; may exceed 1.
    load: f64,
    /// Services that a server can make in the interval.
    turnover: f64,
    /// Number of waiting requests that the queue or the clients' patience allows.
    room: f64,
    /// Whether the room is that of the queue, not of the clients' patience.
    counted: bool,
    /// At the interval's start.
    backlog: f64,
}

impl DataPlane for FluidPlane<'_> {
    fn serve(&mut self, interval: &Interval) -> Outcome {
        self.resize(interval.servers);
        let expected = (interval.rate_rps * interval.length_s).clamp(0.0, POISSON_MAX_MEAN);
        let arrivals = poisson(&mut self.arrivals, expected) as f64;
        // Drawn whatever happens, so that two designs have the same luck.
        let draws = self.luck.draw(arrivals, expected, self.tables.scv());
        self.slow.draw();
        self.mixture.clear();
        match self.capacity.take() {
            Some(table) => {
                let flow = self.flow(&table, interval, draws);
                self.capacity = Some(table);
                self.outcome(interval, arrivals, &flow)
            }
            None => {
                self.recent.push(&self.mixture, 0.0);
                self.closed(interval, arrivals)
            }
        }
    }

    fn recent_quantile(&self, q: f64, intervals: u32) -> Option<f64> {
        self.recent.quantile(self.tables, q, intervals)
    }

    fn drain_latency(&mut self, into: &mut LogHistogram) {
        self.undrained.drain(self.tables, into);
    }
}
