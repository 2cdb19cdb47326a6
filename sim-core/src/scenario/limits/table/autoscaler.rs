//! Autoscaler.

use super::super::Limit;
use super::{items, number, text, whole};
use crate::control::keda::MAX_FORMULA_CHARS;

const HPA_DEFAULT: &str = "Kubernetes: default of kube-controller-manager";
const HPA_LIMIT: &str = "Kubernetes: limit of autoscaling/v2";
const VPA_DEFAULT: &str =
    "Kubernetes: default of the Vertical Pod Autoscaler's recommender or updater";
const KEDA_DEFAULT: &str = "KEDA: default of the ScaledObject";
const KNATIVE_DEFAULT: &str = "Knative Serving: default of config-autoscaler";
const KNATIVE_LIMIT: &str = "Knative Serving: default and limits of its annotation";

pub(super) const ROWS: &[Limit] = &[
    whole("autoscaler.replicas", 1, 5000, "replicas")
        .log()
        .soft(1.0, 200.0)
        .default(6.0),
    whole("autoscaler.min_replicas", 1, 5000, "replicas")
        .log()
        .soft(1.0, 100.0)
        .default(2.0),
    whole("autoscaler.max_replicas", 1, 5000, "replicas")
        .log()
        .soft(1.0, 200.0)
        .default(20.0),
    items("scheduled.entries", 1, 24),
    number("scheduled.hour", 0.0, 24.0, "h").step(0.25),
    items("step.steps", 1, 8),
    whole("scaler.period_s", 1, 3600, "s")
        .log()
        .soft(10.0, 300.0)
        .default(60.0),
    whole("scaler.datapoints", 1, 60, "periods").default(3.0),
    whole("scaler.cooldown_s", 0, 86_400, "s")
        .soft(0.0, 1800.0)
        .default(300.0),
    number("predictive.rps_per_replica", 0.001, 1e6, "req/s")
        .log()
        .soft(0.1, 1000.0)
        .default(20.0),
    whole("predictive.lead_minutes", 0, 1440, "min")
        .soft(0.0, 120.0)
        .default(15.0),
    whole("predictive.weeks", 1, 8, "weeks").default(2.0),
    number("predictive.margin_percent", 0.0, 500.0, "%")
        .soft(0.0, 100.0)
        .step(1.0)
        .default(10.0),
    number("slo_driven.relax_percent", 0.0, 100.0, "%")
        .step(1.0)
        .default(70.0),
    items("autoscaler.others", 1, 4),
    whole("autoscaler.lock_s", 0, 86_400, "s")
        .log()
        .soft(15.0, 3600.0)
        .default(300.0),
    items("autoscaler.metrics", 1, 10),
    number("autoscaler.tolerance_percent", 0.0, 100.0, "%")
        .soft(0.0, 50.0)
        .step(0.5)
        .default(10.0)
        .source(HPA_DEFAULT),
    whole("autoscaler.sync_period_s", 5, 600, "s")
        .soft(5.0, 120.0)
        .default(15.0)
        .source(HPA_DEFAULT),
    whole("autoscaler.cpu_initialization_period_s", 0, 3600, "s")
        .soft(0.0, 600.0)
        .default(300.0)
        .source(HPA_DEFAULT),
    whole("autoscaler.initial_readiness_delay_s", 0, 3600, "s")
        .soft(0.0, 300.0)
        .default(30.0)
        .source(HPA_DEFAULT),
    whole("metric.target_percent", 1, 1000, "%")
        .soft(10.0, 100.0)
        .default(80.0)
        .source("Kubernetes: default of autoscaling/v2"),
    whole("metric.target_millicores", 1, 512_000, "millicores")
        .log()
        .soft(50.0, 8000.0)
        .default(400.0),
    number("metric.target_mib", 1.0, 25_165_824.0, "MiB")
        .log()
        .soft(64.0, 32_768.0)
        .default(400.0),
    number("metric.target", 0.001, 1e9, "")
        .log()
        .soft(1.0, 10_000.0)
        .default(100.0),
    whole("behavior.stabilization_window_s", 0, 3600, "s")
        .soft(0.0, 900.0)
        .default(300.0)
        .source(HPA_LIMIT),
    items("behavior.policies", 0, 10),
    whole("behavior.pods", 1, 5000, "pods")
        .log()
        .soft(1.0, 100.0)
        .default(4.0)
        .source("Kubernetes: default scale-up policy"),
    whole("behavior.percent", 1, 10_000, "%")
        .log()
        .soft(1.0, 1000.0)
        .default(100.0)
        .source("Kubernetes: default scaling policy"),
    whole("behavior.period_s", 1, 1800, "s")
        .soft(1.0, 600.0)
        .default(15.0)
        .source(HPA_LIMIT),
    whole("keda.min_replicas", 0, 5000, "replicas")
        .soft(0.0, 100.0)
        .default(0.0)
        .source(KEDA_DEFAULT),
    whole("keda.idle_replicas", 0, 4999, "replicas")
        .soft(0.0, 10.0)
        .default(0.0),
    whole("keda.polling_interval_s", 5, 3600, "s")
        .log()
        .soft(5.0, 300.0)
        .default(30.0)
        .source(KEDA_DEFAULT),
    whole("keda.cooldown_s", 0, 86_400, "s")
        .soft(0.0, 1800.0)
        .default(300.0)
        .source(KEDA_DEFAULT),
    whole("keda.initial_cooldown_s", 0, 86_400, "s")
        .soft(0.0, 1800.0)
        .default(0.0)
        .source(KEDA_DEFAULT),
    items("keda.triggers", 1, 10),
    text("keda.trigger_name", 0, 40),
    number("keda.activation_threshold", 0.0, 1e9, "")
        .soft(0.0, 1000.0)
        .default(0.0)
        .source(KEDA_DEFAULT),
    text("keda.formula", 1, MAX_FORMULA_CHARS as u32),
    number("cron.start_hour", 0.0, 24.0, "h")
        .step(0.25)
        .default(8.0),
    number("cron.end_hour", 0.0, 24.0, "h")
        .step(0.25)
        .default(20.0),
    items("cron.days", 1, 7),
    whole("cron.desired_replicas", 1, 5000, "replicas")
        .log()
        .soft(1.0, 100.0)
        .default(5.0),
    whole("fallback.failure_threshold", 0, 1000, "failures")
        .soft(0.0, 20.0)
        .default(3.0),
    whole("fallback.replicas", 0, 5000, "replicas")
        .soft(0.0, 100.0)
        .default(6.0),
    whole("jobs.queue_length_deduction", 0, 1_000_000, "")
        .soft(0.0, 100.0)
        .default(0.0),
    number("jobs.running_job_percent", 0.0, 1000.0, "%")
        .soft(0.0, 100.0)
        .step(1.0)
        .default(50.0),
    whole("knative.min_scale", 0, 5000, "replicas")
        .soft(0.0, 100.0)
        .default(0.0),
    whole("knative.initial_scale", 0, 5000, "replicas")
        .soft(0.0, 100.0)
        .default(1.0)
        .source(KNATIVE_DEFAULT),
    number("knative.target", 0.01, 1e6, "")
        .log()
        .soft(1.0, 1000.0)
        .default(100.0)
        .source(KNATIVE_DEFAULT),
    number("knative.target_utilization_percent", 1.0, 100.0, "%")
        .soft(10.0, 100.0)
        .step(1.0)
        .default(70.0)
        .source(KNATIVE_DEFAULT),
    whole("knative.stable_window_s", 6, 3600, "s")
        .soft(6.0, 600.0)
        .default(60.0)
        .source(KNATIVE_LIMIT),
    number("knative.panic_window_percent", 1.0, 100.0, "%")
        .step(1.0)
        .default(10.0)
        .source(KNATIVE_LIMIT),
    number("knative.panic_threshold_percent", 110.0, 1000.0, "%")
        .step(10.0)
        .default(200.0)
        .source(KNATIVE_LIMIT),
    number("knative.max_scale_up_rate", 1.01, 100_000.0, "×")
        .log()
        .soft(1.1, 1000.0)
        .default(1000.0)
        .source(KNATIVE_DEFAULT),
    number("knative.max_scale_down_rate", 1.01, 100_000.0, "×")
        .log()
        .soft(1.1, 1000.0)
        .default(2.0)
        .source(KNATIVE_DEFAULT),
    number("knative.target_burst_capacity", -1.0, 1e6, "requests")
        .soft(-1.0, 1000.0)
        .step(1.0)
        .default(211.0)
        .source(KNATIVE_DEFAULT),
    whole("knative.scale_to_zero_grace_s", 0, 3600, "s")
        .soft(0.0, 300.0)
        .default(30.0)
        .source(KNATIVE_DEFAULT),
    whole("knative.scale_to_zero_retention_s", 0, 86_400, "s")
        .soft(0.0, 3600.0)
        .default(0.0)
        .source(KNATIVE_DEFAULT),
    whole("knative.scale_down_delay_s", 0, 3600, "s")
        .soft(0.0, 900.0)
        .default(0.0)
        .source(KNATIVE_LIMIT),
    whole("knative.activation_scale", 1, 5000, "replicas")
        .log()
        .soft(1.0, 100.0)
        .default(1.0),
    number("vpa.target_percentile", 1.0, 100.0, "%")
        .step(1.0)
        .default(90.0)
        .source(VPA_DEFAULT),
    number("vpa.lower_percentile", 0.0, 100.0, "%")
        .step(1.0)
        .default(50.0)
        .source(VPA_DEFAULT),
    number("vpa.upper_percentile", 1.0, 100.0, "%")
        .step(1.0)
        .default(95.0)
        .source(VPA_DEFAULT),
    number("vpa.margin_percent", 0.0, 1000.0, "%")
        .soft(0.0, 100.0)
        .step(1.0)
        .default(15.0)
        .source(VPA_DEFAULT),
    whole("vpa.interval_s", 5, 3600, "s")
        .soft(15.0, 600.0)
        .default(60.0)
        .source(VPA_DEFAULT),
    whole("vpa.min_replicas", 1, 5000, "replicas")
        .soft(1.0, 20.0)
        .default(2.0)
        .source(VPA_DEFAULT),
    number("vpa.eviction_tolerance_percent", 0.0, 100.0, "%")
        .step(1.0)
        .default(50.0)
        .source(VPA_DEFAULT),
    whole("telemetry.scrape_interval_s", 5, 600, "s")
        .soft(5.0, 120.0)
        .default(15.0)
        .source("metrics-server: --metric-resolution=15s of its manifest"),
    whole("telemetry.window_s", 5, 3600, "s")
        .soft(15.0, 300.0)
        .default(60.0),
    whole("telemetry.lag_s", 0, 600, "s")
        .soft(0.0, 120.0)
        .default(15.0),
    number("telemetry.gap_hours_between", 0.1, 8760.0, "h")
        .log()
        .soft(1.0, 720.0)
        .default(168.0),
    number("telemetry.gap_duration_minutes", 0.1, 1440.0, "min")
        .log()
        .soft(1.0, 240.0)
        .default(15.0),
];
