//! Those whom newer ones have passed over: a stack that load above capacity, and times without servers, leave behind.

use super::{Coming, Way};
use crate::plane::fluid::FluidPlane;
use crate::plane::fluid::flow::{Flow, Tick};

/// Steps of an interval with a stack, at least and at most, and to a patience.
const FEWEST_STEPS: f64 = 4.0;
const MOST_STEPS: f64 = 48.0;
const STEPS_PER_PATIENCE: f64 = 4.0;
/// Requests that start from the stack are looked at in so many equal shares.
const GROUPS: u32 = 8;
/// Luck of an interval is at most so many standard deviations.
const MOST_DEVIATIONS: f64 = 3.0;

impl Way {
    /// Probability of having to wait while there is a stack: all, but where a short patience alone keeps the queue short.
    fn waits_above(&self, tick: &Tick<'_>) -> f64 {
        if tick.load >= 1.0 { self.waits } else { 1.0 }
    }

    /// Share of those let in that is served.
    fn served(&self, tick: &Tick<'_>) -> f64 {
        1.0 - self.waits_above(tick) * self.late
    }
}

/// What became of those that came in an interval with a stack, as counts.
#[derive(Default)]
struct Passed {
    /// Let in while the queue could grow, and when it was full.
    free: f64,
    full: f64,
    rejected: f64,
    gave_up: f64,
    /// When the stack was gone.
    empty_s: f64,
}

impl FluidPlane<'_> {
    /// An interval with a stack.
    pub(super) fn stack(&mut self, tick: &Tick<'_>) -> Flow {
        let servers = tick.table.capacity;
        let rate_rps = servers * tick.turnover / tick.length_s;
        let free = servers - self.occupied.min(servers);
        let left_free = (free - self.backlog.requests()).max(0.0);
        let (fading, faded) = (libm::exp(-tick.turnover), -libm::expm1(-tick.turnover));
        let coming = self.coming(tick, self.is_limited(tick));
        self.backlog.forget_started();
        let at_once = self.backlog.take_newest(free, self.now_s);
        // Servers that are idle still take time to fill.
        let service_rps =
            (rate_rps - left_free * faded / tick.length_s).max(0.0) + self.luck_rps(tick);
        let passed = self.pass(tick, &coming, service_rps);
        let end_s = self.now_s + tick.length_s;
        let rest = tick.load * rate_rps * (end_s - passed.empty_s);
        let flow = self.started(tick, &coming, &passed, rest);
        self.occupied = if tick.above || self.backlog.requests() > 0.0 {
            servers - (free - at_once).max(0.0) * fading
        } else {
            self.busy
        };
        flow
    }

    /// Fills the mixture with those who started while there was a stack, and the `rest` that came later.
    fn started(&mut self, tick: &Tick<'_>, coming: &Coming, passed: &Passed, rest: f64) -> Flow {
        let end_s = self.now_s + tick.length_s;
        let from_stack = self.backlog.started();
        let ways = [
            (Some(&coming.free), passed.free),
            (coming.full.as_ref(), passed.full),
        ];
        let ways = || ways.iter().filter_map(|&(way, count)| Some((way?, count)));
        let newcomers: f64 = ways().map(|(way, count)| count * way.served(tick)).sum();
        let all = (newcomers + from_stack + rest).max(f64::MIN_POSITIVE);
        self.add_started(from_stack / all);
        // Nobody has waited for longer than there has been a stack.
        let oldest = (end_s - self.passed_over_since_s) / self.tables.mean_service_s();
        let mut unwaiting = 0.0;
        for (way, count) in ways() {
            let p = way.waits_above(tick);
            unwaiting += (1.0 - p) * count / all;
            self.add_waits(&way.law.shortened(oldest), p * count / all);
        }
        self.tables.add_unwaiting(&mut self.mixture, unwaiting);
        let came = (passed.free + passed.full + passed.rejected + rest).max(f64::MIN_POSITIVE);
        let mut flow = Flow {
            lost: passed.rejected / came,
            gave_up: passed.gave_up,
            waits: (newcomers + from_stack) / all - unwaiting,
            waiting: self.backlog.requests(),
            ..Flow::default()
        };
        if passed.empty_s < end_s {
            self.backlog.clear();
            self.passed_over_since_s = end_s;
            let later = self.upon_empty(tick, rest / all, rest);
            flow.lost += later.lost * rest / came;
            flow.gave_up += later.gave_up;
            flow.waits += later.waits * rest / all;
            flow.waiting = later.waiting;
        } else {
            flow.waiting += tick.chance.excess.min(tick.room);
        }
        flow
    }

    /// Services per second that luck adds, less what it adds to the arrivals.
    fn luck_rps(&self, tick: &Tick<'_>) -> f64 {
        let services = tick.table.capacity * tick.turnover;
        let deviation = (services * (tick.load + self.tables.scv())).sqrt();
        let most = self.backlog.requests() / MOST_DEVIATIONS;
        -deviation.min(most) * tick.push.clamp(-MOST_DEVIATIONS, MOST_DEVIATIONS) / tick.length_s
    }

    /// Lets newcomers pass over the stack, and its top start when there is time for it.
    fn pass(&mut self, tick: &Tick<'_>, coming: &Coming, service_rps: f64) -> Passed {
        let arrivals_rps = tick.load * tick.table.capacity * tick.turnover / tick.length_s;
        let end_s = self.now_s + tick.length_s;
        let steps = (STEPS_PER_PATIENCE * tick.length_s / self.patience_s)
            .clamp(FEWEST_STEPS, MOST_STEPS)
            .ceil();
        let (limit, full_lost) = coming.full.as_ref().map_or((f64::INFINITY, 0.0), |way| {
            ((way.queue - self.queue).max(0.0), way.lost)
        });
        let behind =
            coming.free.waits_above(tick) * coming.free.late.max(1.0 - 1.0 / tick.load.max(1.0));
        let mut passed = Passed {
            empty_s: end_s,
            ..Passed::default()
        };
        let (mut from_s, step_s) = (self.now_s, tick.length_s / steps);
        while from_s < end_s - 1e-9 * tick.length_s {
            let to_s = (from_s + step_s).min(end_s);
            let dt_s = to_s - from_s;
            passed.gave_up += self.backlog.give_up(to_s, self.patience_s);
            let come = arrivals_rps * dt_s;
            let room = (limit - self.backlog.requests()).max(0.0);
            let growth = come * behind;
            // The part of the step in which the queue may grow.
            let open = if growth > room { room / growth } else { 1.0 };
            let at_limit = come * (1.0 - open);
            passed.free += come * open;
            passed.full += at_limit * (1.0 - full_lost);
            passed.rejected += at_limit * full_lost;
            self.backlog.push(from_s, to_s, growth * open);
            let newcomers = come * open * (1.0 - behind) + at_limit * (1.0 - full_lost);
            // Where more come than can be served, newcomers leave no time, and their waits know of chance.
            let spare = if tick.load < 1.0 {
                service_rps * dt_s - newcomers
            } else {
                0.0
            };
            if spare > 0.0 {
                let there = self.backlog.requests();
                let taken = self.backlog.take_newest(spare, to_s);
                if !tick.above && taken >= there * (1.0 - 1e-9) && taken < spare {
                    passed.empty_s = from_s + dt_s * (taken / spare);
                    let kept = taken / spare;
                    passed.free -= come * open * (1.0 - kept);
                    passed.full -= at_limit * (1.0 - full_lost) * (1.0 - kept);
                    passed.rejected -= at_limit * full_lost * (1.0 - kept);
                    break;
                }
            } else if spare < 0.0 {
                self.backlog.push(from_s, to_s, -spare);
            }
            from_s = to_s;
        }
        passed
    }

    /// Adds those that started from the stack.
    fn add_started(&mut self, weight: f64) {
        let most = self.patience_s / self.tables.mean_service_s();
        for group in 0..GROUPS {
            let wait_s = self
                .backlog
                .wait_s((f64::from(group) + 0.5) / f64::from(GROUPS));
            let delay = (wait_s / self.tables.mean_service_s()).min(most);
            self.tables
                .add_delayed(&mut self.mixture, delay, weight / f64::from(GROUPS));
        }
    }
}
