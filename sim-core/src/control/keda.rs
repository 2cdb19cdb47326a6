//! KEDA (Kubernetes Event-Driven Autoscaling), rule for rule, by itself.
//!
//! Source: `pkg/scaling`, `pkg/fallback` and `pkg/scalers/cron_scaler.go` of kedacore/keda, rules as of 2.21, and its
//! documentation (concepts: scaling deployments, scaling jobs). No code of it is used here. Held against the tables
//! of its unit tests by the test target `vectors`.
//!
//! ```text
//!   ScaledObject                                              ScaledJob
//!   triggers ──► activity.rs: is any of them active?          triggers ──► jobs.rs: demand (max, min, avg, sum)
//!      │              │                                           │
//!      │         poll.rs: 0 (or idle) ↔ 1, every 30 s             └──► strategy ──► jobs to create
//!      │
//!      └──► fallback.rs, modifiers.rs (formula.rs): the metrics
//!           of the HPA that KEDA makes, which decides 1 … N
//! ```
//!
//! The two actors do not talk to each other: the poll changes replicas only from and to zero (or idle), the
//! HPA ([`super::hpa`]) only above it, on metrics that KEDA's metrics server hands it.
//!
//! Values of triggers are `f64`, metrics for the HPA integer milli-units (`i64`, truncated as KEDA does), replicas
//! `i32`, jobs `i64`. Time is an input: milliseconds on the caller's clock.

mod activity;
mod cron;
mod fallback;
mod formula;
mod jobs;
mod modifiers;
mod poll;

pub use activity::{Activity, TriggerState, is_active, object_activity};
pub use cron::CronWindow;
pub use fallback::{Fallback, FallbackBehavior, Health, MetricReading, Workload};
pub use formula::{Formula, FormulaError, MAX_FORMULA_CHARS};
pub use jobs::{
    Calculation, JobCounts, JobDemand, JobScale, JobSpec, JobStrategy, JobTrigger, aggregate,
    target_average,
};
pub use modifiers::{MetricKind, Modifiers, metric_milli};
pub use poll::{PollDecision, PollInput, PollReason, PollSpec, PollState, poll};
