//! What decides the number of replicas, and what it sees.
//!
//! - [`hpa`]: the Kubernetes HorizontalPodAutoscaler v2, rule for rule, by itself.
//! - [`vpa`]: the Vertical Pod Autoscaler, rule for rule, by itself.
//! - [`keda`]: KEDA's poll, fallback, scaling modifiers and jobs, by itself.
//! - [`kpa`]: the Knative Pod Autoscaler, rule for rule, by itself.
//! - [`telemetry`]: samples of the service, averaged and late.
//! - [`controller`]: what a controller in the simulation sees and asks for.
//! - Controllers: [`fixed`], [`scheduled`], [`hpa_driver`], [`keda_driver`], [`keda_jobs_driver`], [`knative`],
//!   [`step_scaling`], [`target_tracking`], [`predictive`], [`slo_driven`].
//! - [`right_sizing`]: the Vertical Pod Autoscaler in the simulation, beside the controllers of replicas.
//! - [`arbitration`]: several controllers on one target.
//! - [`decision`]: the log of what they saw, which rule bound them, and what they asked for.

pub(crate) mod alarm;
pub mod arbitration;
pub mod controller;
pub mod decision;
pub mod fixed;
pub mod hpa_driver;
mod hpa_words;
pub mod keda;
pub mod keda_driver;
pub mod keda_jobs_driver;
mod keda_triggers;
pub mod knative;
mod knative_words;
pub mod kpa;
pub mod predictive;
pub mod right_sizing;
mod right_sizing_words;
mod scaler_metric;
pub mod scheduled;
pub mod slo_driven;
pub mod step_scaling;
pub mod target_tracking;
pub mod telemetry;
pub mod vpa;

// It runs every few ticks, and the page compiles that crate for speed.
pub use sim_planes::hpa;
