//! What decides the number of replicas.
//!
//! - [`hpa`]: the Kubernetes HorizontalPodAutoscaler v2, rule for rule.

pub mod hpa;
