//! Drives a KEDA ScaledJob in the simulation: jobs are created by the poll, and end by themselves.
//!
//! A job is a pod that takes requests off the queue until it finds it empty, as workers do that run to completion.
//! KEDA's own picture of one message per job has the same life where a burst of work finds no jobs; where work
//! comes while others are at it, such workers take it up when they are done with theirs, so that it waits less
//! than for a job of its own, and the job that was created for it finds nothing.
//!
//! When a job ends is known to a tick only: at the end of a tick with an empty queue (less than half a request
//! waits) those jobs stay whose request is still in service, and those that have not started end with the others.
//! Telemetry of the tick knows the mean number in service, not that at its end. Where a service lasts
//! longer than a tick, the end is the mean carried on as it fell from the tick before, half a tick further:
//! mean × √(mean / mean before), exact where the number stays or dies out exponentially. Where it is shorter,
//! requests that were there when the queue ran empty die out within the tick, as e^(−t/s): at its end there are
//! x / (e^x − 1) of the mean, x = T/s.
//!
//! The demand counts waiting requests only: those in service are no longer in the queue, as with queues that hide
//! messages which somebody works on. That is what the strategy `accurate` is made for.

use super::controller::{Controller, LatencyWanted, Surroundings, View, Wish};
use super::decision::{Decision, DecisionLog, Rule};
use super::hpa_words::number;
use super::keda::{
    Calculation, JobCounts, JobDemand, JobSpec, JobStrategy, JobTrigger, TriggerState, aggregate,
};
use super::keda_triggers::{Reading, Triggers};
use crate::scenario::document::{CalculationDocument, JobStrategyDocument, KedaScaledJobDocument};

/// A queue shorter than this is empty: planes that compute expectations never come to nothing.
const EMPTY: f64 = 0.5;

/// A ScaledJob.
pub struct KedaJobsDriver {
    triggers: Triggers,
    spec: JobSpec,
    calculation: Calculation,
    poll_ticks: u32,
    reaction_ticks: u32,
    /// Services that fit one after another into a tick.
    services_per_tick: f64,
    /// Mean number of requests in service in the tick before.
    in_service_before: f64,
    concurrency: f64,
    at_maximum: bool,
    /// Reused from call to call.
    readings: Vec<Reading>,
    demands: Vec<JobTrigger>,
}

impl KedaJobsDriver {
    /// A ScaledJob that has just been applied.
    pub fn new(jobs: &KedaScaledJobDocument, around: Surroundings<'_>) -> Self {
        let triggers = Triggers::new(&jobs.triggers, around);
        let interval_s = f64::from(jobs.polling_interval_s);
        let ticks = |seconds: f64| (seconds / around.tick_s).round().max(1.0) as u32;
        Self {
            spec: JobSpec {
                min_count: i64::from(jobs.min_replicas),
                max_count: i64::from(jobs.max_replicas),
                strategy: strategy(&jobs.strategy),
            },
            calculation: match jobs.calculation {
                CalculationDocument::Max => Calculation::Max,
                CalculationDocument::Min => Calculation::Min,
                CalculationDocument::Avg => Calculation::Avg,
                CalculationDocument::Sum => Calculation::Sum,
            },
            poll_ticks: ticks(interval_s),
            reaction_ticks: ticks(triggers.delay_s(around) + interval_s) + 1,
            services_per_tick: around.tick_s / around.mean_service_s,
            in_service_before: 0.0,
            concurrency: f64::from(around.document.service.concurrency),
            at_maximum: false,
            readings: Vec::new(),
            demands: Vec::new(),
            triggers,
        }
    }

    /// Requests in service at the end of a tick with an empty queue, over their mean in the tick.
    fn share_at_end(&self, mean: f64) -> f64 {
        let services = self.services_per_tick;
        if services > 1.0 {
            services / libm::expm1(services)
        } else if mean < self.in_service_before {
            (mean / self.in_service_before).sqrt()
        } else {
            1.0
        }
    }

    /// Lets the jobs go that found nothing to do; how many stay.
    fn end_idle(&mut self, view: &View<'_>, log: &mut DecisionLog) -> u32 {
        let (current, mean) = (view.current, view.measure.in_service);
        let at_work = mean * self.share_at_end(mean) / self.concurrency;
        self.in_service_before = mean;
        if view.measure.waiting >= EMPTY {
            return current;
        }
        let kept = u32::try_from(self.spec.min_replicas()).unwrap_or(0);
        let stay = (at_work.round() as u32).max(kept).min(current);
        if stay < current {
            log.record(|| Decision {
                at_s: 0.0,
                controller: "Jobs".into(),
                from: current,
                to: stay,
                rule: Rule::Idle,
                inputs: vec![],
                why: format!(
                    "Nothing waits any more: {} that found nothing to do ended.",
                    jobs(current - stay)
                ),
            });
        }
        stay
    }

    /// The operator's look: creates jobs.
    fn poll(&mut self, view: &View<'_>, current: u32, log: &mut DecisionLog) -> u32 {
        self.triggers.read(view, &mut self.readings);
        self.demands.clear();
        let read = self.triggers.iter().zip(&self.readings);
        // CPU triggers and those that cannot be read are passed over.
        self.demands.extend(read.filter_map(|(trigger, reading)| {
            let TriggerState::Read { value, active } = reading.state else {
                return None;
            };
            Some(JobTrigger {
                queue_length: value,
                target_average: trigger.threshold,
                active,
            })
        }));
        let (least, most) = (self.spec.min_replicas(), self.spec.max_replicas());
        let demand = aggregate(&self.demands, self.calculation, least, most);
        // Of those that end the ones that have not started go first.
        let ended = view.current - current;
        let counts = JobCounts {
            running: i64::from(current),
            pending: i64::from(view.fleet.not_ready().saturating_sub(ended)),
        };
        let decided = self.spec.decide(demand.wanted(), counts);
        let wanted = if demand.active { decided.jobs() } else { 0 };
        // The custom strategy may go beyond the maximum in KEDA; here the maximum is one.
        let room = (self.spec.max_count - counts.running).max(0);
        let created = u32::try_from(wanted.min(room)).unwrap_or(0);
        let to = current.saturating_add(created);
        self.at_maximum = i64::from(to) >= self.spec.max_count && demand.queue_length > wanted;
        log.record(|| self.explain(counts, demand, created));
        to
    }

    fn explain(&self, counts: JobCounts, demand: JobDemand, created: u32) -> Decision {
        let existing = u32::try_from(counts.running).unwrap_or(u32::MAX);
        let demand_words = format!(
            "The demand is {}, work for {}; there {}, {} not started",
            number(demand.queue_length as f64),
            jobs(u32::try_from(demand.max_value).unwrap_or(u32::MAX)),
            are(existing),
            counts.pending
        );
        let (rule, why) = if created > 0 {
            let rule = if self.at_maximum {
                Rule::Maximum
            } else {
                Rule::Activation
            };
            let created = jobs(created);
            let why = format!("{demand_words}: {created} more.");
            (rule, why)
        } else if !demand.active {
            let why = match self.demands.len() {
                0 => "No trigger can be read: no jobs are created.",
                _ => "No trigger is active: no jobs are created.",
            };
            let rule = if self.demands.is_empty() {
                Rule::NoData
            } else {
                Rule::Idle
            };
            (rule, why.to_owned())
        } else {
            let rule = if self.at_maximum {
                Rule::Maximum
            } else {
                Rule::Metric
            };
            let why = format!("{demand_words}: enough, by the strategy or the maximum.");
            (rule, why)
        };
        Decision {
            at_s: 0.0,
            controller: "KEDA operator".into(),
            from: existing,
            to: existing.saturating_add(created),
            rule,
            inputs: self.triggers.inputs(&self.readings),
            why,
        }
    }
}

impl Controller for KedaJobsDriver {
    fn initial_replicas(&self) -> u32 {
        u32::try_from(self.spec.min_replicas()).unwrap_or(0)
    }

    fn reaction_ticks(&self) -> u32 {
        self.reaction_ticks
    }

    fn latency_wanted(&self) -> LatencyWanted {
        self.triggers.latency_wanted()
    }

    fn decide(&mut self, view: &View<'_>, log: &mut DecisionLog) -> Option<Wish> {
        let mut replicas = self.end_idle(view, log);
        let polls = view.tick.is_multiple_of(self.poll_ticks);
        if polls {
            replicas = self.poll(view, replicas, log);
        }
        (polls || replicas != view.current).then_some(Wish {
            replicas,
            at_maximum: self.at_maximum,
        })
    }
}

fn jobs(count: u32) -> String {
    if count == 1 {
        "1 job".into()
    } else {
        format!("{count} jobs")
    }
}

/// "are 7 jobs".
fn are(count: u32) -> String {
    let verb = if count == 1 { "is" } else { "are" };
    format!("{verb} {}", jobs(count))
}

fn strategy(document: &JobStrategyDocument) -> JobStrategy {
    match document {
        JobStrategyDocument::Default {} => JobStrategy::Default,
        JobStrategyDocument::Custom {
            queue_length_deduction,
            running_job_percent,
        } => JobStrategy::Custom {
            queue_length_deduction: i64::from(*queue_length_deduction),
            running_share: running_job_percent / 100.0,
        },
        JobStrategyDocument::Accurate {} => JobStrategy::Accurate,
        JobStrategyDocument::Eager {} => JobStrategy::Eager,
    }
}
