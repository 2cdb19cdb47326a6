//! What decides the number of replicas, and what it sees.
//!
//! - [`hpa`]: the Kubernetes HorizontalPodAutoscaler v2, rule for rule, by itself.
//! - [`keda`]: KEDA's poll, fallback, scaling modifiers and jobs, by itself.
//! - [`telemetry`]: samples of the service, averaged and late.
//! - [`controller`]: a document's autoscaler in the simulation; [`hpa_driver`] feeds pods and samples to the HPA.

pub mod controller;
pub mod hpa;
pub mod hpa_driver;
pub mod keda;
pub mod telemetry;
