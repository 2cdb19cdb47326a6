//! The controller of the number of replicas: what a document asks for, driven by telemetry.

use super::hpa_driver::HpaDriver;
use super::telemetry::Telemetry;
use crate::fleet::Fleet;
use crate::scenario::document::{AutoscalerDocument, ScenarioDocument};

/// What a controller wants after a tick.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wish {
    /// Replicas.
    pub replicas: u32,
    /// It would ask for more than its maximum.
    pub at_maximum: bool,
}

/// A controller with its memory.
#[derive(Clone, Debug)]
pub enum Controller {
    /// A fixed number of replicas.
    Static {
        /// The number.
        replicas: u32,
    },
    /// The HorizontalPodAutoscaler.
    Hpa(Box<HpaDriver>),
}

impl Controller {
    /// The controller that a document asks for.
    pub fn new(document: &ScenarioDocument, tick_s: f64) -> Self {
        match &document.autoscaler {
            AutoscalerDocument::Static { replicas } => Controller::Static {
                replicas: *replicas,
            },
            AutoscalerDocument::Hpa(hpa) => {
                let cpu_request = document.service.pod.cpu_request_millicores;
                Controller::Hpa(Box::new(HpaDriver::new(
                    hpa,
                    &document.telemetry,
                    cpu_request,
                    tick_s,
                )))
            }
        }
    }

    /// Replicas at the start of the warm-up.
    pub fn initial_replicas(&self) -> u32 {
        match self {
            Controller::Static { replicas } => *replicas,
            Controller::Hpa(hpa) => hpa.min_replicas(),
        }
    }

    /// Ticks from a change of load until the controller can have answered it: averaging, scraping, lag, period.
    pub fn reaction_ticks(&self) -> u32 {
        match self {
            Controller::Static { .. } => 1,
            Controller::Hpa(hpa) => hpa.reaction_ticks(),
        }
    }

    /// Whether it looks at latency, which costs time to measure.
    pub fn wants_latency(&self) -> bool {
        match self {
            Controller::Static { .. } => false,
            Controller::Hpa(hpa) => hpa.wants_latency(),
        }
    }

    /// Decides at the end of a tick.
    pub fn decide(&mut self, now_s: f64, tick: u32, fleet: &Fleet, telemetry: &Telemetry) -> Wish {
        match self {
            Controller::Static { replicas } => Wish {
                replicas: *replicas,
                at_maximum: false,
            },
            Controller::Hpa(hpa) => hpa.decide(now_s, tick, fleet, telemetry),
        }
    }
}
