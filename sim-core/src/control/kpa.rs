//! The Knative Pod Autoscaler (KPA), rule for rule, by itself.
//!
//! Source: `pkg/autoscaler` and `pkg/reconciler/autoscaling/kpa` of knative/serving, rules as of 2026: revisions
//! without a route ignore the initial scale (pull request 16327) and the last pod's retention (pull request 15161).
//! No code of it is used here. Held against the tables of its unit tests by the test target `vectors`.
//!
//! ```text
//!   requests in flight (or per second), every second
//!      │
//!      ▼
//!   buckets.rs, averages.rs: mean over the stable and over the panic window
//!      │                                                              target.rs: what one pod should have
//!      ▼                                                                 │
//!   decider.rs, every 2 s: pods wanted, rates, panic mode, scale-down delay (max_window.rs),
//!      │                   excess burst capacity
//!      ▼
//!   scaler.rs: bounds, initial scale, when the last pod may go
//!      │
//!      ▼
//!   activity.rs: active, inactive or activating; whether requests go through the activator
//! ```
//!
//! Values of the metric are `f64`, pods `i32`; conversions saturate, and what is not a number is 0 pods.
//!
//! Time is an input: `now_ms`, milliseconds on the caller's clock, never decreasing.

mod activity;
mod averages;
mod buckets;
mod decider;
mod max_window;
mod sample_size;
mod scaler;
mod target;

pub use activity::{Activity, ActivityState};
pub use averages::{Averages, Averaging, BUCKET_MS, MetricWindows, panic_window_ms};
pub use buckets::{TimedBuckets, WeightedBuckets, smoothing_coefficient};
pub use decider::{
    Decider, DeciderSpec, Scale, TICK_MS, activator_is_in_path, initial_excess_burst_capacity,
};
pub use max_window::{MaxWindow, TimeWindowMax};
pub use sample_size::sample_size;
pub use scaler::{
    ACTIVATION_TIMEOUT_MS, Reachability, Scaled, ScalerReason, ScalerSpec, ScalerView, scale,
};
pub use target::{MetricTarget, ScalingMetric, TargetInput};
