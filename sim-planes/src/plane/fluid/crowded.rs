//! An interval with a backlog: it grows to what the queue may hold, or drains; then all is stationary.

use super::FluidPlane;
use super::backlog::{Course, Drained};
use super::flow::{Flow, Tick};

/// Requests that start from the backlog are looked at in this many equal shares.
const GROUPS: u32 = 5;
/// Thirds of an exponential law with mean 1: the random part that lies on top of the backlog.
const THIRDS: [f64; 3] = [0.189_070, 0.716_395, 2.094_535];
/// Luck of an interval is at most so many standard deviations.
const MOST_DEVIATIONS: f64 = 3.0;

impl FluidPlane<'_> {
    /// Serves the interval from the backlog.
    #[inline(never)]
    pub(super) fn crowded(&mut self, tick: &Tick<'_>) -> Flow {
        let servers = tick.table.capacity;
        let end_s = self.now_s + tick.length_s;
        let rate_rps = servers * tick.turnover / tick.length_s;
        // Servers that are idle and find nobody to serve now fill in the course of a service.
        let free = servers - self.occupied.min(servers);
        let left_free = (free - self.backlog.requests()).max(0.0);
        let (fading, faded) = (libm::exp(-tick.turnover), -libm::expm1(-tick.turnover));
        let more = self.luck_of_backlog(tick);
        let pace_rps = self.pace(tick, rate_rps);
        let (mut flow, moving, high) = self.admit(tick, rate_rps, pace_rps);
        // What luck takes off the services of this interval and is more than these is taken off later ones.
        let services = (pace_rps * tick.length_s - high - left_free * faded).max(0.0);
        let wanted = services - self.owed - moving * more;
        self.owed = (-wanted).max(0.0);
        let drained = self.backlog.drain(&Course {
            from_s: self.now_s,
            to_s: end_s,
            at_once: free,
            rate_rps: wanted.max(0.0) / tick.length_s,
            patience_s: self.patience_s,
            is_above: tick.above,
        });
        flow.gave_up = drained.gave_up;
        // Those that come when the backlog is gone, and meet a stationary queue.
        let rest = if drained.empty_s < end_s && !tick.above {
            self.backlog.clear();
            self.owed = 0.0;
            tick.load * rate_rps * (end_s - drained.empty_s)
        } else {
            0.0
        };
        let high = high * ((drained.empty_s - self.now_s) / tick.length_s).clamp(0.0, 1.0);
        let all = drained.started + high + rest;
        let before = if rest > 0.0 {
            (drained.started + high) / all
        } else {
            1.0
        };
        let behind = if high > 0.0 {
            before * drained.started / (drained.started + high)
        } else {
            before
        };
        self.add_high(before - behind);
        let at_limit = self.behind_backlog(tick, &drained, behind * moving, pace_rps / rate_rps)
            + behind * (1.0 - moving);
        flow.waits = before;
        flow.waiting = self.backlog.requests();
        if at_limit > 0.0 {
            let admitted_load = if tick.counted {
                tick.load.min(1.0)
            } else {
                tick.load
            };
            let both = self.be_low(admitted_load);
            let limited = self.limited(tick, at_limit);
            self.add_lucky(limited.felt, limited.lucky);
            self.classes = both;
            flow.lost += limited.lost * (1.0 - moving);
            if tick.counted {
                flow.waiting = limited.waiting;
            }
        } else if behind > 0.0 && self.backlog.requests() > 0.0 {
            flow.waiting += tick.chance.excess;
        }
        if before < 1.0 {
            let others = 1.0 - before;
            let stationary =
                if self.queue + tick.table.apart > tick.room || self.limit_matters(tick) {
                    self.limited(tick, others)
                } else {
                    self.random(tick, others)
                };
            self.add_lucky(stationary.felt, stationary.lucky);
            flow.lost += stationary.lost * others;
            flow.waits += stationary.waits * others;
            flow.waiting = stationary.waiting;
        }
        self.occupied = if tick.above || self.backlog.requests() > 0.0 {
            servers - (free - drained.at_once).max(0.0) * fading
        } else {
            self.busy
        };
        flow.lost = flow.lost.min(1.0);
        flow
    }

    /// By how many requests the backlog grows more, or shrinks less, than expected: as services and arrivals vary. Less
    /// when it is nearly gone, so that it does not fall below nothing and its mean remains.
    fn luck_of_backlog(&self, tick: &Tick<'_>) -> f64 {
        let services = tick.table.capacity * tick.turnover;
        let deviation = (services * (tick.load + self.tables.scv())).sqrt() / self.heft;
        let most = self.backlog.requests() / MOST_DEVIATIONS;
        deviation.min(most) * tick.push.clamp(-MOST_DEVIATIONS, MOST_DEVIATIONS)
    }

    /// Requests of high priority that come, and start before those of the backlog, per second.
    fn high_rps(&self, tick: &Tick<'_>, rate_rps: f64) -> f64 {
        self.classes
            .map_or(0.0, |_| (1.0 - self.left_to_low(tick.load)) * rate_rps)
    }

    /// Requests per second by which the backlog moves on. While all of it shares the processors it is by the work that is
    /// left of it, not by the number of requests, that it grows and shrinks.
    fn pace(&self, tick: &Tick<'_>, rate_rps: f64) -> f64 {
        let Some(slower) = self.tables.slower(tick.load) else {
            return rate_rps;
        };
        let beyond = self.tables.beyond(tick.table.servers);
        let there = self.backlog.requests() + self.queue;
        let growth_rps = (tick.load - 1.0) * rate_rps;
        // Until all slots are taken, or from when on some are free.
        let moved = if growth_rps >= 0.0 {
            let shares_s =
                (slower * (beyond - there).max(0.0) / growth_rps.max(1e-9)).min(tick.length_s);
            growth_rps * (shares_s / slower + tick.length_s - shares_s)
        } else {
            let waits_s = ((beyond - there).min(0.0) / growth_rps).min(tick.length_s);
            growth_rps * (waits_s + (tick.length_s - waits_s) / slower)
        };
        (tick.load * rate_rps - moved / tick.length_s).max(0.01 * rate_rps)
    }

    /// Lets the interval's arrivals join the backlog, as far as there is room. Answers what is lost before the limit
    /// is reached, that part of the interval, and how many of high priority are let in, who do not join it.
    fn admit(&mut self, tick: &Tick<'_>, rate_rps: f64, pace_rps: f64) -> (Flow, f64, f64) {
        let arrivals_rps = tick.load * rate_rps;
        let (start_s, end_s) = (self.now_s, self.now_s + tick.length_s);
        // Those of high priority do not stand in it.
        let high_rps = self.high_rps(tick, rate_rps);
        let low = 1.0 - high_rps / arrivals_rps.max(f64::MIN_POSITIVE);
        if !(tick.above && tick.counted && tick.room < 1e15) {
            self.backlog
                .push(start_s, end_s, low * arrivals_rps * tick.length_s);
            return (Flow::default(), 1.0, high_rps * tick.length_s);
        }
        let stationary = self.stationary(tick);
        let limit = (tick.table.apart * stationary.queue - self.queue).max(0.0);
        let gap = limit - self.backlog.requests();
        let speed_rps = if gap < 0.0 {
            pace_rps
        } else {
            arrivals_rps - pace_rps
        };
        let moving_s = if speed_rps > 0.0 {
            (gap.abs() / speed_rps).min(tick.length_s)
        } else {
            tick.length_s
        };
        let moving = moving_s / tick.length_s;
        let mut flow = Flow::default();
        if gap < 0.0 {
            // Servers are gone, or room: nobody is let in until there is some again.
            flow.lost = moving;
        } else {
            self.backlog
                .push(start_s, start_s + moving_s, low * arrivals_rps * moving_s);
        }
        let admitted_rps = arrivals_rps * (1.0 - stationary.lost);
        let left_s = tick.length_s - moving_s;
        self.backlog
            .push(start_s + moving_s, end_s, low * admitted_rps * left_s);
        let all_in_s = if gap < 0.0 { 0.0 } else { moving_s };
        let high = high_rps * (all_in_s + (1.0 - stationary.lost) * left_s);
        (flow, moving, high)
    }

    /// Waits of those that started from the backlog, for the share `weight`; answers the share of them that has waited
    /// for all of the clients' patience: of these the queue's own law says more.
    /// The backlog moves on at `pace` times the rate of the servers.
    fn behind_backlog(
        &mut self,
        tick: &Tick<'_>,
        drained: &Drained,
        weight: f64,
        pace: f64,
    ) -> f64 {
        if weight <= 0.0 {
            return 0.0;
        }
        if drained.started <= 0.0 {
            // Nobody was expected to start; who does by luck is the first in line.
            let wait_s = self.backlog.longest_wait_s(self.now_s + tick.length_s);
            let delay = pace * wait_s.min(self.patience_s) / self.tables.mean_service_s();
            self.tables.add_delayed(&mut self.mixture, delay, weight);
            return 0.0;
        }
        let servers = tick.table.capacity;
        let mean_s = self.tables.mean_service_s();
        let patience_s = self.patience_s;
        let share = weight / f64::from(GROUPS);
        let slower = self.classes.map_or(1.0, |of| of.slower);
        let mut at_limit = 0.0;
        for group in 0..GROUPS {
            let wait_s = self
                .backlog
                .wait_s((f64::from(group) + 0.5) / f64::from(GROUPS));
            if tick.above && wait_s >= patience_s * (1.0 - 1e-6) {
                at_limit += share;
                continue;
            }
            let mut add = |random: f64, share: f64| {
                let delay = pace * wait_s / mean_s + slower * (random + 1.0) / servers;
                self.tables
                    .add_delayed(&mut self.mixture, delay.min(patience_s / mean_s), share);
            };
            let others = share * (1.0 - tick.chance.weight);
            if others > 0.0 {
                for third in THIRDS {
                    add(third * self.queue, others / THIRDS.len() as f64);
                }
            }
            add(tick.chance.excess, share * tick.chance.weight);
        }
        at_limit
    }
}
