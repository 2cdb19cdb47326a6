//! What every controller of the number of replicas has in common: what it sees, and what it asks for.

use super::decision::DecisionLog;
use super::fixed::Fixed;
use super::hpa_driver::HpaDriver;
use super::keda_driver::KedaDriver;
use super::keda_jobs_driver::KedaJobsDriver;
use super::knative::Knative;
use super::predictive::Predictive;
use super::scheduled::Scheduled;
use super::slo_driven::SloDriven;
use super::step_scaling::StepScaling;
use super::target_tracking::TargetTracking;
use super::telemetry::{Telemetry, TickMeasure};
use crate::fleet::Fleet;
use crate::scenario::document::{AutoscalerDocument, ScenarioDocument};
use crate::traffic::RateCurve;

/// What a controller asks for after a tick.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wish {
    /// Replicas.
    pub replicas: u32,
    /// It would ask for more than its maximum.
    pub at_maximum: bool,
}

/// What a controller can see at the end of a tick.
pub struct View<'a> {
    /// Time since the start of the simulation, warm-up included, seconds.
    pub now_s: f64,
    /// Index of the tick that has just ended, from the start of the simulation.
    pub tick: u32,
    /// Replicas asked for now; what the target's `spec.replicas` says.
    pub current: u32,
    /// The pods as they are.
    pub fleet: &'a Fleet,
    /// Sampled, averaged and late.
    pub telemetry: &'a Telemetry,
    /// The tick itself, exact: for controllers with probes of their own in the path of the requests.
    pub measure: &'a TickMeasure,
}

/// Which quantiles of latency a controller looks at; measuring them costs time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LatencyWanted {
    /// The 95th percentile.
    pub p95: bool,
    /// The 99th percentile.
    pub p99: bool,
}

impl LatencyWanted {
    /// What either wants.
    pub fn or(self, other: Self) -> Self {
        Self {
            p95: self.p95 || other.p95,
            p99: self.p99 || other.p99,
        }
    }
}

/// A controller with its memory.
pub trait Controller {
    /// Replicas at the start of the warm-up.
    fn initial_replicas(&self) -> u32;

    /// Ticks from a change of load until it can have answered: averaging, scraping, lag, its own period.
    fn reaction_ticks(&self) -> u32;

    /// Which latencies it looks at.
    fn latency_wanted(&self) -> LatencyWanted {
        LatencyWanted::default()
    }

    /// Whether it is blind while telemetry is missing.
    fn goes_by_telemetry(&self) -> bool {
        true
    }

    /// Decides at the end of a tick; `None` when it is not its turn.
    fn decide(&mut self, view: &View<'_>, log: &mut DecisionLog) -> Option<Wish>;
}

/// What a controller is made from.
#[derive(Clone, Copy)]
pub struct Surroundings<'a> {
    /// The whole scenario.
    pub document: &'a ScenarioDocument,
    /// The expected rate, warm-up first.
    pub curve: &'a RateCurve,
    /// Length of a tick, seconds.
    pub tick_s: f64,
    /// Ticks before the window.
    pub warm_up_ticks: u32,
    /// Mean time to serve a request, seconds.
    pub mean_service_s: f64,
}

/// The controller that a part of a document asks for.
pub fn controller(
    autoscaler: &AutoscalerDocument,
    around: Surroundings<'_>,
) -> Box<dyn Controller> {
    match autoscaler {
        AutoscalerDocument::Static { replicas } => Box::new(Fixed::new(*replicas)),
        AutoscalerDocument::Scheduled(timetable) => Box::new(Scheduled::new(timetable, around)),
        AutoscalerDocument::Hpa(hpa) => Box::new(HpaDriver::new(hpa, around)),
        AutoscalerDocument::StepScaling(steps) => Box::new(StepScaling::new(steps, around)),
        AutoscalerDocument::TargetTracking(target) => Box::new(TargetTracking::new(target, around)),
        AutoscalerDocument::Predictive(forecast) => Box::new(Predictive::new(forecast, around)),
        AutoscalerDocument::SloDriven(slo) => Box::new(SloDriven::new(slo, around)),
        AutoscalerDocument::Keda(keda) => Box::new(KedaDriver::new(keda, around)),
        AutoscalerDocument::KedaScaledJob(jobs) => Box::new(KedaJobsDriver::new(jobs, around)),
        AutoscalerDocument::Knative(knative) => Box::new(Knative::new(knative, around)),
    }
}
