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
//! - The *backlog* is what load above capacity, or no servers, leave behind: a fluid of requests that knows when each
//!   came, first come first served (`backlog`, `crowded`).
//! - *Luck*: the queue of the moment is longer or shorter than expected, for as long as such queues remember (`luck`,
//!   `line`); of the requests, whole ones are slow or late (`thinned`). Luck changes no expectation, and has streams of
//!   its own.
//! - Room for waiting requests and the clients' patience bound the queue (`limited`).
//! - Queues that serve the newest first (`newest`, `busy_period`).
//! - Queues whose rule goes by the wait of the moment are followed step by step (`followed`).
//! - Clients that try again (`returning`).
//! - Latency is wait ⊕ service: each interval is a mixture of rows of a library (`tables`).
//!
//! Arrivals are drawn from the same stream as in the `requests` plane; the expected queue follows the intensity, the
//! servers' work the drawn number.

mod backlog;
mod balanced;
mod base_law;
mod busy_period;
mod calibration;
mod calibration_table;
mod cancelled;
mod cancelling;
mod capacity;
mod classes;
mod crowded;
mod delay;
mod flow;
mod followed;
mod killed;
mod levels;
mod limited;
mod line;
mod luck;
mod mixture;
mod network;
mod newest;
mod outcome;
mod recent;
mod response;
mod returning;
mod row;
mod row_weights;
mod service_law;
mod sharing;
mod tables;
mod thinned;
mod throttled;
mod trail;
#[cfg(test)]
mod versus;
mod wait_law;

use super::{Balancing, DataPlane, Interval, Outcome};
use crate::random::{POISSON_MAX_MEAN, Purpose, Rng, StreamKey, poisson_number};
use crate::stats::LogHistogram;
use backlog::Backlog;
use cancelling::CancelTable;
use capacity::CapacityTable;
use classes::Classes;
use followed::Followed;
use line::Line;
use luck::Luck;
use mixture::Mixture;
pub use network::{FluidNetwork, NetworkTables, Precision, unsupported as unsupported_by_fluid};
use recent::Recent;
use returning::Returning;
use row_weights::RowWeights;
use std::sync::Arc;
pub use tables::FluidTables;
use thinned::Thinning;
use throttled::Throttle;

/// Tail probabilities below e^−NEGLIGIBLE of meeting a limit are not looked at.
const NEGLIGIBLE: f64 = 16.0;
/// Requests that wait behind a full queue are split into this many equal shares by their delay.
const DELAY_SHARES: u32 = 6;

/// Serves intervals in closed form.
pub struct FluidPlane<'a> {
    tables: &'a FluidTables,
    arrivals: Rng,
    capacity: Option<Arc<CapacityTable>>,
    /// Of a service that stops working when the client gives up, as last asked for.
    cancel_table: Option<Arc<CancelTable>>,
    /// Of such a service: the variance of the wait, seconds².
    spread_s2: f64,
    /// What those that wait waited for in the last interval, in equal parts, seconds.
    last_waits_s: Option<[f64; cancelling::PARTS]>,
    /// Where the last search in the capacity table ended.
    hint: usize,
    /// The same, of the search for the usual state.
    usual_hint: usize,
    /// Requests in service, in expectation.
    busy: f64,
    /// Requests in service if there were servers for all, in expectation.
    offered: f64,
    /// Requests of the random part of the queue, in expectation.
    queue: f64,
    /// Requests of high priority and others in the present interval, if there are both.
    classes: Option<Classes>,
    /// Work of each of these, in mean service times.
    heft: f64,
    /// Requests left behind by load above capacity.
    backlog: Backlog,
    /// Of the next arrivals without servers: how many come at the interval's start.
    early: f64,
    /// Since when those who came have been passed over by newer ones, where these go first.
    passed_over_since_s: f64,
    /// Services that luck has yet to take off those of the backlog.
    owed: f64,
    /// Requests lost with their replicas that could not be taken off those served yet.
    unlost: f64,
    /// Busy servers at the end of the last interval.
    occupied: f64,
    now_s: f64,
    /// The clients give up waiting after this time, seconds.
    patience_s: f64,
    /// Requests that started in the last interval.
    started: f64,
    /// Requests waiting as last reported; differs from `queue + backlog` by luck.
    waiting: f64,
    /// Of `waiting`: those of a queue that remembers for longer than an interval.
    line: Line,
    /// Requests in the system as counted: what the servers have to work on.
    in_system: f64,
    luck: Luck,
    slow: Thinning,
    errors: Thinning,
    mixture: Mixture,
    undrained: RowWeights,
    recent: Recent,
    /// The limit on what may arrive.
    throttle: Option<Throttle>,
    /// The rule of a queue that has to be followed.
    followed: Option<Box<Followed>>,
    /// Clients that try again.
    returning: Option<Box<Returning>>,
    /// Whether it is the queue of a station in a network, whose answers wait for others: this plane tells when requests
    /// start, and not how they are answered.
    is_answered_elsewhere: bool,
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
            cancel_table: None,
            spread_s2: 0.0,
            last_waits_s: None,
            hint: 0,
            usual_hint: 0,
            busy: 0.0,
            offered: 0.0,
            queue: 0.0,
            classes: None,
            heft: 1.0,
            backlog: Backlog::default(),
            early: 0.0,
            passed_over_since_s: 0.0,
            owed: 0.0,
            unlost: 0.0,
            occupied: 0.0,
            now_s: 0.0,
            patience_s: tables.limits.timeout_s + tables.patience_in_service_s(),
            started: 0.0,
            waiting: 0.0,
            line: Line::default(),
            in_system: 0.0,
            luck: Luck::new(seed, replication, component),
            slow: Thinning::new(seed, replication, component, Purpose::RequestLuck),
            errors: Thinning::new(seed, replication, component, Purpose::Errors),
            mixture: Mixture::new(),
            undrained: RowWeights::new(),
            recent: Recent::new(recent_intervals),
            throttle: tables.service().rate_limit.map(Throttle::new),
            followed: Followed::new(tables.service(), seed, replication, component).map(Box::new),
            returning: Returning::new(
                tables.service().retries,
                tables.limits.timeout_s,
                tables.mean_service_s(),
            )
            .map(Box::new),
            is_answered_elsewhere: false,
        }
    }

    /// The queue of a station in a network.
    fn of_station(tables: &'a FluidTables, seed: u64, replication: u32, component: u32) -> Self {
        Self {
            // What is lost with a replica is taken from those that are answered.
            is_answered_elsewhere: !tables.service().kills_lose_work,
            undrained: RowWeights::none(),
            ..Self::new(tables, 0, seed, replication, component)
        }
    }

    /// Changes the number of servers. Removed servers take their share of the requests in service along.
    #[inline]
    fn resize(&mut self, servers: u32) {
        let before = self.capacity.as_ref().map_or(0, |table| table.servers);
        if servers != before {
            self.resize_from(before, servers);
        }
    }

    #[inline(never)]
    fn resize_from(&mut self, before: u32, servers: u32) {
        if servers < before {
            let share = f64::from(servers) / f64::from(before);
            self.busy *= share;
            self.offered *= share;
            self.occupied *= share;
            self.in_system -= self.in_system.min(f64::from(before)) * (1.0 - share);
        }
        // Points have the same utilisations in all tables: the searches begin where the last ones ended.
        self.capacity = (servers > 0).then(|| self.tables.capacity(servers));
    }

    /// An interval without servers: requests pile up to the queue's limit, and leave when their patience ends.
    #[inline(never)]
    fn closed(&mut self, interval: &Interval, arrivals: f64) -> Outcome {
        let timeout_s = self.patience_s - self.tables.patience_in_service_s();
        let end_s = self.now_s + interval.length_s;
        // Requests of the random part have waited for no time worth mentioning.
        self.backlog.set(self.waiting, self.now_s);
        // Where replicas have queues of their own there are none.
        let room = f64::from(if self.tables.service().balancing == Balancing::Shared {
            interval.waiting_room()
        } else {
            interval.buffer_limit
        });
        let first = self.early.min(arrivals);
        let let_in = first.min((room - self.backlog.requests()).max(0.0));
        self.backlog.push(self.now_s, self.now_s, let_in);
        let (all, arrivals) = (arrivals, arrivals - first);
        let early = self.backlog.give_up(end_s, timeout_s);
        // Those that come and give up within the interval make room for those behind them.
        let patient = (timeout_s / interval.length_s).min(1.0);
        let passed_by = arrivals * (1.0 - patient);
        let admitted = (arrivals * patient).min((room - self.backlog.requests()).max(0.0));
        self.backlog
            .push(end_s - interval.length_s * patient, end_s, admitted);
        let rejected = arrivals * patient - admitted + (first - let_in);
        let impatient = early + passed_by;
        if let Some(clients) = &mut self.returning {
            clients.admit(all - rejected);
            clients.leave(impatient, timeout_s, [timeout_s; 3]);
        }
        let waiting = self.backlog.requests();
        self.queue = 0.0;
        self.busy = 0.0;
        self.offered = 0.0;
        self.luck.clear();
        self.line.clear();
        self.occupied = 0.0;
        self.owed = 0.0;
        self.waiting = waiting;
        self.in_system = waiting;
        let wait_sum_s = if impatient > 0.0 {
            impatient * timeout_s
        } else {
            0.0
        };
        Outcome {
            arrivals: all,
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
}

impl DataPlane for FluidPlane<'_> {
    fn serve(&mut self, interval: &Interval) -> Outcome {
        if let Some(clients) = self.returning.take() {
            return self.serve_with_retries(interval, *clients);
        }
        let arrivals = self.come(expected(interval));
        self.serve_throttled(interval, arrivals)
    }

    // It knows rates only.
    fn give_arrivals(&mut self, _: &[f64]) {}

    fn recent_quantile(&self, q: f64, intervals: u32) -> Option<f64> {
        self.recent.quantile(self.tables, q, intervals)
    }

    fn drain_latency(&mut self, into: &mut LogHistogram) {
        self.undrained.drain(self.tables, into);
    }
}

/// Arrivals expected in an interval.
fn expected(interval: &Interval) -> f64 {
    (interval.rate_rps * interval.length_s).clamp(0.0, POISSON_MAX_MEAN)
}

impl FluidPlane<'_> {
    /// How many come when so many are expected.
    fn come(&mut self, expected: f64) -> f64 {
        poisson_number(&mut self.arrivals, expected.clamp(0.0, POISSON_MAX_MEAN))
    }

    /// Serves an interval to which so many come, of whom the rate limit turns some away.
    #[inline]
    fn serve_throttled(&mut self, interval: &Interval, arrivals: f64) -> Outcome {
        if self.throttle.is_none() {
            return self.serve_given(interval, arrivals);
        }
        self.turn_some_away(interval, arrivals)
    }

    #[inline(never)]
    fn turn_some_away(&mut self, interval: &Interval, arrivals: f64) -> Outcome {
        let Some(throttle) = &mut self.throttle else {
            return self.serve_given(interval, arrivals);
        };
        let expected = expected(interval);
        let lost = throttle.turn_away(arrivals, expected, interval.length_s);
        let passed = arrivals - lost;
        let passing = Interval {
            rate_rps: interval.rate_rps
                * if arrivals > 0.0 {
                    passed / arrivals
                } else {
                    1.0
                },
            ..*interval
        };
        let mut outcome = self.serve_given(&passing, passed);
        outcome.arrivals += lost;
        outcome.rejected += lost;
        outcome.throttled += lost;
        outcome.turned_away += lost;
        outcome
    }

    /// Lets the clients be patient for so long, and time be measured in other units from now on: `ratio` new ones to an
    /// old one.
    pub(super) fn measure_time_anew(&mut self, ratio: f64, patience_s: f64) {
        self.patience_s = patience_s;
        if let Some(followed) = &mut self.followed {
            followed.slowness /= ratio;
        }
        if ratio != 1.0 {
            self.backlog.measure_anew(self.now_s, ratio);
            self.passed_over_since_s = self.now_s + (self.passed_over_since_s - self.now_s) * ratio;
            self.line.measure_anew(self.now_s, ratio);
        }
    }

    /// Serves an interval in which so many requests arrive, where its rate expects as many in the long run.
    #[inline(never)]
    pub(super) fn serve_given(&mut self, interval: &Interval, arrivals: f64) -> Outcome {
        let outside = *interval;
        // Whoever finds no room waits outside, in the same order.
        let blocks = self.tables.blocks();
        let interval = &Interval {
            queue_limit: if blocks {
                u32::MAX
            } else {
                interval.queue_limit
            },
            ..*interval
        };
        let held = self.take_away(interval);
        self.resize(interval.servers);
        let expected = expected(interval);
        // Drawn whatever happens, so that two designs have the same luck.
        let draws = self.luck.draw(arrivals, expected, self.tables.luck);
        self.slow.draw();
        self.mixture.clear();
        let mut outcome = match self.capacity.take() {
            Some(table) => {
                let flow = self.flow(&table, interval, draws, arrivals);
                self.capacity = Some(table);
                let mut outcome = self.outcome(interval, arrivals, &flow);
                self.tell_high(&mut outcome);
                if blocks {
                    outcome.blocked = self.blocked(&outside, arrivals, flow.waits);
                }
                outcome
            }
            None => {
                self.recent.push(&self.mixture, 0.0);
                self.started = 0.0;
                self.closed(interval, arrivals)
            }
        };
        self.now_s += interval.length_s;
        if let Some(followed) = &mut self.followed {
            followed.pass(interval.length_s);
        }
        if held > 0.0 {
            outcome = killed::lose(outcome, held);
            self.unlost = held - outcome.lost;
        }
        outcome
    }
}
