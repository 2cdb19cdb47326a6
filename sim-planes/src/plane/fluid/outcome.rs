//! From shares to counts: how many requests have which outcome.

use super::FluidPlane;
use super::flow::Flow;
use super::line::Cohort;
use super::mixture::Shares;
use crate::bounds::Bounds;
use crate::plane::{Interval, MAX_THRESHOLDS, Outcome, QueueDiscipline};

/// Share of an interval about which luck must decide, for those who wait at its end to stand in line.
const LEAST_LUCK: f64 = 0.05;

/// How those are answered that start in an interval.
#[derive(Clone, Copy, Debug, Default)]
struct Answers {
    too_late: f64,
    failed: f64,
    served: f64,
    slow: [f64; MAX_THRESHOLDS],
    slow_in_service: [f64; MAX_THRESHOLDS],
    /// Requests whose latencies are those of the mixture.
    answered: f64,
    /// Mean wait, and mean latency of those in time, times their share, seconds.
    wait_s: f64,
    latency_s: f64,
}

impl FluidPlane<'_> {
    /// Applies the interval's shares to the drawn number of arrivals.
    pub(super) fn outcome(&mut self, interval: &Interval, arrivals: f64, flow: &Flow) -> Outcome {
        let lost = arrivals * flow.lost;
        let before = self.waiting;
        let cancels = flow.held_s > 0.0;
        let (started, [gave_up, dropped]) = if flow.lucky >= LEAST_LUCK && !cancels {
            (
                self.start_in_line(interval, arrivals - lost, flow),
                [0.0; 2],
            )
        } else {
            self.start_at_once(arrivals - lost, flow)
        };
        self.started = started;
        let waiting = self.waiting;
        let (in_service, waiting_outside) = self.shared_service(interval, before, flow);
        if self.returning.is_some() {
            self.let_return(arrivals - lost, started + gave_up + dropped);
        }
        let answers = if self.is_answered_elsewhere {
            Answers {
                wait_s: self.tables.mean_wait_s(&self.mixture),
                ..Answers::default()
            }
        } else {
            self.answers(started)
        };
        let newest_first = self.tables.service().queue == QueueDiscipline::Lifo;
        let rejecting = cancels || newest_first || self.is_counted(interval);
        let (rejected, impatient) = if rejecting {
            (lost, gave_up)
        } else {
            (0.0, lost + gave_up)
        };
        let impatience_s = if impatient > 0.0 {
            impatient * (self.patience_s - self.tables.patience_in_service_s())
        } else {
            0.0
        };
        if !self.is_answered_elsewhere {
            self.undrained.add(&self.mixture, answers.answered);
            self.recent.push(&self.mixture, answers.answered);
        }
        let service_alone = self.tables.service_above_timeout();
        let busy_server_s = self.work(interval, arrivals - lost - gave_up - dropped, flow.held_s);
        let too_late = answers.too_late;
        Outcome {
            arrivals,
            served: answers.served,
            rejected: rejected + dropped,
            dropped,
            timed_out: too_late + impatient,
            timed_out_in_service: (started * service_alone).at_most(too_late)
                + impatient * service_alone,
            failed: answers.failed,
            cancelled: if cancels { too_late } else { 0.0 },
            slow: answers.slow,
            slow_in_service: answers.slow_in_service,
            wait_sum_s: started * answers.wait_s + impatience_s,
            waits: started + impatient,
            waited: started * flow.waits + impatient,
            latency_sum_s: answers.answered * answers.latency_s,
            busy_server_s,
            in_service_s: busy_server_s + in_service * interval.length_s,
            waiting_at_end: waiting_outside,
            open_at_end: waiting,
            ..Outcome::default()
        }
    }

    /// How those are answered that have started.
    #[inline(always)]
    fn answers(&mut self, started: f64) -> Answers {
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
            if shares.slow[k] <= 0.0 {
                return 0.0;
            }
            let bad = self
                .slow
                .struck(started, 1.0 - shares.in_time + shares.slow[k]);
            (bad - too_late).at_least(0.0) * spared
        });
        let slow_in_service = std::array::from_fn(|k| {
            if shares.slow[k] > 0.0 {
                slow[k] * (shares.slow_in_service[k] / shares.slow[k]).at_most(1.0)
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
        Answers {
            too_late,
            failed,
            served,
            slow,
            slow_in_service,
            answered,
            wait_s: shares.wait_s,
            latency_s: shares.latency_s,
        }
    }

    /// Clients that try again: so many were admitted, and so many have ended their wait.
    #[inline(never)]
    fn let_return(&mut self, admitted: f64, ended: f64) {
        let Some(clients) = &mut self.returning else {
            return;
        };
        clients.admit(admitted);
        let shares = self.mixture.shares(self.tables);
        let latencies_s = if self.tables.service().error_probability > 0.0 {
            self.mixture.thirds(self.tables, &shares)
        } else {
            [0.0; 3]
        };
        clients.leave(ended, shares.wait_s, latencies_s);
        clients.age(&mut self.mixture);
    }

    /// Of those beyond what is served at full speed: how many shared the processors in an interval that began with so
    /// many, and how many wait for room in service at its end.
    fn shared_service(&self, interval: &Interval, before: f64, flow: &Flow) -> (f64, f64) {
        let beyond = self.tables.beyond(interval.servers);
        if beyond <= 0.0 {
            return (0.0, self.waiting);
        }
        let mean = if flow.crowd > 0.0 {
            flow.crowd
        } else {
            0.5 * (before + self.waiting)
        };
        (mean.min(beyond), (self.waiting - beyond).max(0.0))
    }

    /// Starts what does not wait at the interval's end; who waits then is not told apart from others.
    fn start_at_once(&mut self, admitted: f64, flow: &Flow) -> (f64, [f64; 2]) {
        self.line.clear();
        self.add_lucky(flow.felt, flow.lucky);
        let there = self.waiting + admitted;
        self.waiting = flow.waiting.at_most(there);
        let gave_up = flow.gave_up.at_most(there - self.waiting);
        let dropped = flow.dropped.at_most(there - self.waiting - gave_up);
        let started = there - self.waiting - gave_up - dropped;
        (started.at_least(0.0), [gave_up, dropped])
    }

    /// Lets the admitted stand in line, and starts those whose time has come: the mixture becomes theirs.
    fn start_in_line(&mut self, interval: &Interval, admitted: f64, flow: &Flow) -> f64 {
        if flow.delay <= 0.0 && self.line.count() <= 0.0 {
            // As often: nobody waits, and nobody has waited in line.
            self.add_lucky(flow.felt, flow.lucky);
            return core::mem::take(&mut self.waiting) + admitted;
        }
        self.start_some_in_line(interval, admitted, flow)
    }

    #[inline(never)]
    fn start_some_in_line(&mut self, interval: &Interval, admitted: f64, flow: &Flow) -> f64 {
        // Those that have waited, but not in line, go first.
        let others = (self.waiting - self.line.count()).at_least(0.0);
        let start_s = self.now_s + flow.delay * self.tables.mean_service_s();
        self.line.push(Cohort {
            count: admitted,
            delay: flow.felt,
            weight: flow.lucky,
            from_s: start_s,
            to_s: start_s + interval.length_s,
        });
        let cohorts = self.line.take_started(self.now_s + interval.length_s);
        let started = others + cohorts.iter().map(|cohort| cohort.count).sum::<f64>();
        let mut lucky = cohorts
            .iter()
            .map(|cohort| cohort.count * cohort.weight)
            .sum::<f64>();
        let of_mixture = 1.0 - flow.lucky;
        if of_mixture > 1e-6 && started > 0.0 {
            self.mixture
                .scale((1.0 - lucky / started).at_least(0.0) / of_mixture);
            lucky = started;
        }
        for cohort in &cohorts {
            let weight = cohort.count * cohort.weight / lucky;
            self.add_lucky(cohort.delay, weight);
        }
        self.line.give_back(cohorts);
        self.waiting = self.line.count();
        started
    }

    /// The servers work on what has been admitted, as long as there is any: server-seconds. One implicit Euler step, as
    /// of the queue, but of the drawn number of arrivals. What all servers cannot do in this interval remains.
    fn work(&mut self, interval: &Interval, admitted: f64, held_s: f64) -> f64 {
        let servers = self.tables.capacity_of(interval.servers);
        let mean_s = if held_s > 0.0 {
            held_s
        } else {
            self.tables.mean_service_s()
        };
        let turnover = interval.length_s / mean_s;
        let room = self.room(interval);
        let mut there = (self.in_system + admitted).at_least(0.0);
        if self.backlog.requests() > 0.0 {
            // Somebody waits: all that are occupied work.
            there = there.at_least(self.occupied.at_most(servers) * (1.0 + turnover));
        }
        let busy = (there / (1.0 + turnover)).at_most(servers);
        self.in_system = (there - busy * turnover).clamp(0.0, servers + room);
        busy * interval.length_s
    }
}
