//! The rows.

use super::{Bounds, Limit, Scale};
use crate::batch::{MAX_JOBS, MAX_MACHINES, MAX_POINTS, MAX_POOLS};
use crate::control::keda::MAX_FORMULA_CHARS;
use crate::fleet::MAX_SPOT_POOLS;
use crate::plane::MAX_THRESHOLDS;
use crate::storage::MAX_TIERS;

const fn row(key: &'static str, bounds: Bounds, min: f64, max: f64, unit: &'static str) -> Limit {
    Limit {
        key,
        bounds,
        min,
        max,
        unit,
        scale: Scale::Linear,
        soft_min: min,
        soft_max: max,
        step: 0.0,
        default: None,
        source: "",
    }
}

const fn number(key: &'static str, min: f64, max: f64, unit: &'static str) -> Limit {
    row(key, Bounds::Number, min, max, unit)
}

const fn whole(key: &'static str, min: u64, max: u64, unit: &'static str) -> Limit {
    row(key, Bounds::Number, min as f64, max as f64, unit).step(1.0)
}

const fn items(key: &'static str, min: u32, max: u32) -> Limit {
    row(key, Bounds::Items, min as f64, max as f64, "").step(1.0)
}

const fn text(key: &'static str, min: u32, max: u32) -> Limit {
    row(key, Bounds::Length, min as f64, max as f64, "").step(1.0)
}

const fn mean(key: &'static str, min: f64, max: f64, unit: &'static str) -> Limit {
    row(key, Bounds::Mean, min, max, unit)
}

impl Limit {
    const fn log(mut self) -> Self {
        self.scale = Scale::Log;
        self
    }

    /// Range of the slider.
    const fn soft(mut self, min: f64, max: f64) -> Self {
        self.soft_min = min;
        self.soft_max = max;
        self
    }

    const fn step(mut self, step: f64) -> Self {
        self.step = step;
        self
    }

    const fn default(mut self, default: f64) -> Self {
        self.default = Some(default);
        self
    }

    const fn source(mut self, source: &'static str) -> Self {
        self.source = source;
        self
    }
}

const S3_PRICES: &str = "Amazon S3 in us-east-1, 2024-07-01";
const HPA_DEFAULT: &str = "Kubernetes: default of kube-controller-manager";
const HPA_LIMIT: &str = "Kubernetes: limit of autoscaling/v2";
const VPA_DEFAULT: &str =
    "Kubernetes: default of the Vertical Pod Autoscaler's recommender or updater";
const KEDA_DEFAULT: &str = "KEDA: default of the ScaledObject";
const KNATIVE_DEFAULT: &str = "Knative Serving: default of config-autoscaler";
const KNATIVE_LIMIT: &str = "Knative Serving: default and limits of its annotation";
const CLUSTER_AUTOSCALER: &str = "Cluster Autoscaler: default of its flags";
const KARPENTER: &str = "Karpenter: default of its settings and of karpenter.sh/v1";
const SPOT_ADVISOR: &str = "AWS Spot Instance Advisor, m6i.xlarge in us-east-1, 2025-07: 55 % off, 5 to 10 % interrupted in a month";
const AWS_PRICES: &str = "AWS price list, us-east-1, 2026-07-20";
const EKS_RESERVED: &str = "Amazon EKS on a *.large node: kubelet 70 m and 574 MiB, eviction threshold 100 MiB; the rest for daemon sets";

/// All limits, in the order of the document.
pub const LIMITS: &[Limit] = &[
    whole("version", 1, 1, "").default(1.0),
    text("name", 1, 100),
    text("description", 0, 2000),
    number("probability", 0.0, 1.0, "").step(0.01).default(1.0),
    // Random quantities. Their unit is that of the field that holds them.
    number("distribution.value", 1e-6, 1e7, "")
        .log()
        .soft(0.1, 10_000.0)
        .default(80.0),
    number("distribution.cv", 0.01, 10.0, "")
        .soft(0.1, 3.0)
        .step(0.05)
        .default(0.8),
    number("distribution.hyper_cv", 1.0, 10.0, "")
        .soft(1.0, 5.0)
        .step(0.05)
        .default(2.0),
    number("distribution.weibull_shape", 0.3, 20.0, "")
        .soft(0.5, 5.0)
        .step(0.05)
        .default(1.5),
    number("distribution.pareto_shape", 1.05, 20.0, "")
        .soft(1.1, 5.0)
        .step(0.05)
        .default(2.5),
    items("distribution.quantiles", 2, 1000),
    // Traffic.
    number("traffic.base_rps", 0.01, 1e6, "req/s")
        .log()
        .soft(1.0, 10_000.0)
        .default(120.0),
    items("traffic.weekday_weights", 7, 7),
    number("traffic.weekday_weights[]", 0.0, 1000.0, "")
        .soft(0.0, 2.0)
        .step(0.05)
        .default(1.0),
    items("traffic.hourly_weights", 24, 24),
    number("traffic.hourly_weights[]", 0.0, 1000.0, "")
        .soft(0.0, 2.0)
        .step(0.05)
        .default(1.0),
    number("traffic.growth_percent_per_month", -90.0, 1000.0, "%")
        .soft(-20.0, 50.0)
        .step(1.0)
        .default(0.0),
    number("traffic.amplitude", 0.0, 1.0, "")
        .step(0.01)
        .default(0.5),
    number("traffic.peak_hour", 0.0, 24.0, "h")
        .step(0.25)
        .default(14.0),
    number("traffic.interval_s", 1.0, 86_400.0, "s")
        .log()
        .soft(1.0, 3600.0)
        .default(600.0),
    items("traffic.counts", 1, 50_000),
    number("traffic.counts[]", 0.0, 1e10, "requests")
        .soft(0.0, 1e6)
        .default(0.0),
    number("traffic.over_dispersion", 0.0, 4.0, "")
        .soft(0.0, 0.2)
        .step(0.001)
        .default(0.0),
    number("traffic.burst_factor", 1.0, 100.0, "×")
        .soft(1.0, 5.0)
        .step(0.05)
        .default(1.5),
    number("traffic.burst_gap_hours", 0.1, 8760.0, "h")
        .log()
        .soft(1.0, 168.0)
        .default(24.0),
    number("traffic.burst_duration_minutes", 0.5, 1440.0, "min")
        .log()
        .soft(1.0, 240.0)
        .default(15.0),
    items("traffic.flash_crowds", 0, 20),
    number("traffic.crowd_at_hour", 0.0, 720.0, "h")
        .step(0.25)
        .default(36.0),
    number("traffic.crowd_factor", 0.0, 100.0, "×")
        .soft(0.0, 10.0)
        .step(0.05)
        .default(2.0),
    number("traffic.crowd_minutes", 0.0, 10_080.0, "min")
        .soft(0.0, 240.0)
        .step(1.0)
        .default(10.0),
    // Service.
    mean("service.service_time_ms", 0.01, 600_000.0, "ms")
        .log()
        .soft(1.0, 2000.0)
        .default(80.0),
    whole("service.concurrency", 1, 1000, "requests")
        .log()
        .soft(1.0, 200.0)
        .default(8.0),
    number("service.cpu_ms_per_request", 0.0, 600_000.0, "ms")
        .soft(0.0, 500.0)
        .step(0.5)
        .default(30.0),
    whole("service.queue_limit", 0, 100_000, "requests")
        .soft(0.0, 500.0)
        .default(100.0),
    number("service.timeout_ms", 1.0, 600_000.0, "ms")
        .log()
        .soft(50.0, 60_000.0)
        .default(2000.0),
    number("service.error_percent", 0.0, 100.0, "%")
        .soft(0.0, 1.0)
        .step(0.005)
        .default(0.0),
    number("service.response_kib", 0.0, 1e6, "KiB")
        .soft(0.0, 500.0)
        .step(1.0)
        .default(20.0),
    number("service.cores", 0.05, 1000.0, "cores")
        .log()
        .soft(0.25, 64.0)
        .default(1.0),
    whole("service.buffer_limit", 0, 1_000_000, "requests")
        .soft(0.0, 1000.0)
        .default(0.0),
    number("service.high_priority_percent", 0.0, 100.0, "%")
        .step(1.0)
        .default(0.0),
    whole("retries.max_attempts", 1, 10, "attempts")
        .soft(1.0, 5.0)
        .default(3.0),
    number("retries.backoff_ms", 0.0, 600_000.0, "ms")
        .soft(0.0, 5000.0)
        .step(10.0)
        .default(100.0),
    number("retries.multiplier", 1.0, 10.0, "×")
        .soft(1.0, 4.0)
        .step(0.1)
        .default(2.0),
    number("retries.budget_percent", 0.0, 1000.0, "%")
        .soft(0.0, 100.0)
        .step(1.0)
        .default(20.0)
        .source("Envoy, Finagle and Linkerd: default of 20 %"),
    whole("pod.cpu_request_millicores", 1, 512_000, "millicores")
        .log()
        .soft(50.0, 8000.0)
        .default(500.0),
    whole("pod.memory_request_mib", 1, 25_165_824, "MiB")
        .log()
        .soft(64.0, 32_768.0)
        .default(512.0),
    number("memory.base_mib", 1.0, 25_165_824.0, "MiB")
        .log()
        .soft(16.0, 16_384.0)
        .default(200.0),
    number("memory.mib_per_request", 0.0, 1_048_576.0, "MiB")
        .soft(0.0, 100.0)
        .step(0.1)
        .default(5.0),
    number("memory.leak_mib_per_hour", 0.0, 1_048_576.0, "MiB/h")
        .soft(0.0, 100.0)
        .step(0.1)
        .default(0.0),
    whole("memory.limit_mib", 1, 25_165_824, "MiB")
        .log()
        .soft(64.0, 32_768.0)
        .default(512.0),
    mean("pod.startup_s", 0.001, 3600.0, "s")
        .log()
        .soft(1.0, 300.0)
        .default(30.0),
    // Autoscaler.
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
    // Fleet.
    text("fleet.instance_type", 1, 40),
    number("fleet.vcpus", 0.25, 512.0, "vCPU")
        .log()
        .soft(1.0, 64.0)
        .default(2.0),
    number("fleet.memory_gib", 0.25, 24_576.0, "GiB")
        .log()
        .soft(1.0, 512.0)
        .default(8.0),
    whole("fleet.min_nodes", 0, 5000, "nodes")
        .soft(0.0, 50.0)
        .default(2.0),
    whole("fleet.max_nodes", 1, 5000, "nodes")
        .log()
        .soft(1.0, 200.0)
        .default(20.0),
    mean("fleet.provisioning_s", 0.001, 7200.0, "s")
        .log()
        .soft(10.0, 600.0)
        .default(90.0)
        .source("Reported: Karpenter about 1 minute, Cluster Autoscaler on EKS 3 to 5 minutes"),
    whole("fleet.empty_node_removal_s", 0, 86_400, "s")
        .soft(0.0, 1800.0)
        .default(600.0)
        .source("Cluster Autoscaler: default of --scale-down-unneeded-time"),
    whole("fleet.reserved_millicores", 0, 512_000, "millicores")
        .soft(0.0, 2000.0)
        .default(250.0)
        .source(EKS_RESERVED),
    whole("fleet.reserved_mib", 0, 25_165_824, "MiB")
        .soft(0.0, 8192.0)
        .default(900.0)
        .source(EKS_RESERVED),
    // Provisioners.
    items("autoscaled.groups", 1, 20),
    whole("autoscaled.min_nodes", 0, 5000, "nodes")
        .soft(0.0, 50.0)
        .default(0.0),
    whole("autoscaled.max_nodes", 1, 5000, "nodes")
        .log()
        .soft(1.0, 200.0)
        .default(10.0),
    whole("autoscaled.scan_interval_s", 1, 600, "s")
        .soft(5.0, 60.0)
        .default(10.0)
        .source(CLUSTER_AUTOSCALER),
    number("autoscaled.utilization_threshold_percent", 0.0, 100.0, "%")
        .step(1.0)
        .default(50.0)
        .source(CLUSTER_AUTOSCALER),
    whole("autoscaled.unneeded_s", 0, 86_400, "s")
        .soft(0.0, 1800.0)
        .default(600.0)
        .source(CLUSTER_AUTOSCALER),
    whole("autoscaled.delay_after_add_s", 0, 86_400, "s")
        .soft(0.0, 1800.0)
        .default(600.0)
        .source(CLUSTER_AUTOSCALER),
    whole("autoscaled.max_provision_s", 10, 7200, "s")
        .soft(60.0, 1800.0)
        .default(900.0)
        .source(CLUSTER_AUTOSCALER),
    number("autoscaled.provisioning_failure_percent", 0.0, 100.0, "%")
        .soft(0.0, 20.0)
        .step(0.5)
        .default(0.0),
    whole("autoscaled.max_empty_bulk_delete", 1, 1000, "nodes")
        .soft(1.0, 50.0)
        .default(10.0)
        .source(CLUSTER_AUTOSCALER),
    whole("provisioner.drain_s", 0, 3600, "s")
        .soft(0.0, 600.0)
        .default(30.0)
        .source("Kubernetes: default of terminationGracePeriodSeconds"),
    items("karpenter.instance_types", 1, 100),
    text("karpenter.instance_types[]", 1, 40),
    number("karpenter.batch_idle_s", 0.0, 600.0, "s")
        .soft(0.0, 30.0)
        .step(0.5)
        .default(1.0)
        .source(KARPENTER),
    number("karpenter.batch_max_s", 0.0, 600.0, "s")
        .soft(0.0, 60.0)
        .step(0.5)
        .default(10.0)
        .source(KARPENTER),
    whole("karpenter.consolidate_after_s", 0, 604_800, "s")
        .soft(0.0, 1800.0)
        .default(0.0)
        .source(KARPENTER),
    items("karpenter.budgets", 0, 50),
    number("karpenter.budget_percent", 0.0, 100.0, "%")
        .step(1.0)
        .default(10.0)
        .source(KARPENTER),
    whole("karpenter.budget_nodes", 0, 5000, "nodes")
        .soft(0.0, 50.0)
        .default(1.0),
    items("karpenter.reasons", 0, 3),
    number("karpenter.expire_after_hours", 0.1, 87_600.0, "h")
        .log()
        .soft(1.0, 720.0)
        .default(720.0)
        .source(KARPENTER),
    whole("karpenter.registration_timeout_s", 10, 7200, "s")
        .soft(60.0, 1800.0)
        .default(900.0)
        .source(KARPENTER),
    number("karpenter.limit_vcpus", 0.0, 1e6, "vCPU")
        .soft(0.0, 1000.0)
        .step(1.0)
        .default(100.0),
    number("karpenter.limit_memory_gib", 0.0, 1e7, "GiB")
        .soft(0.0, 4000.0)
        .step(1.0)
        .default(400.0),
    // Spot and commitments.
    whole("spot.on_demand_base", 0, 5000, "nodes")
        .soft(0.0, 20.0)
        .default(1.0),
    number("spot.spot_share_percent", 0.0, 100.0, "%")
        .step(5.0)
        .default(70.0),
    number("spot.fallback_percent", 0.0, 100.0, "%")
        .step(10.0)
        .default(100.0),
    whole("spot.retry_spot_after_s", 1, 86_400, "s")
        .log()
        .soft(30.0, 7200.0)
        .default(180.0)
        .source("Karpenter: an offering without capacity is tried again after 3 minutes"),
    whole("spot.notice_s", 0, 3600, "s")
        .soft(0.0, 300.0)
        .default(120.0)
        .source("AWS 2 minutes; Google Cloud and Azure 30 s"),
    number("spot.recovery_s", 0.0, 86_400.0, "s")
        .soft(0.0, 1800.0)
        .step(10.0)
        .default(0.0),
    items("spot.pools", 1, MAX_SPOT_POOLS),
    text("spot.pool_name", 1, 60),
    number("spot.discount_percent", 0.0, 95.0, "%")
        .step(1.0)
        .default(55.0)
        .source(SPOT_ADVISOR),
    number("spot.monthly_interruption_percent", 0.0, 99.0, "%")
        .soft(0.0, 60.0)
        .step(0.5)
        .default(7.5)
        .source(SPOT_ADVISOR),
    number("spot.depth", 0.001, 1000.0, "")
        .log()
        .soft(0.1, 10.0)
        .default(1.0),
    number("spot.reclaims_per_month", 0.001, 1000.0, "1/month")
        .log()
        .soft(0.1, 100.0)
        .default(4.0),
    number("spot.reclaimed_nodes_percent", 0.0, 100.0, "%")
        .step(5.0)
        .default(60.0),
    number("spot.mean_unavailable_minutes", 0.1, 100_000.0, "min")
        .log()
        .soft(1.0, 1000.0)
        .default(45.0),
    number("spot.trace_gap_s", 1.0, 86_400.0, "s")
        .log()
        .soft(10.0, 3600.0)
        .default(600.0),
    items("spot.trace_available", 1, 50_000),
    whole("spot.trace_available[]", 0, 1, ""),
    items("spot.trace_usd_per_hour", 0, 50_000),
    number("spot.trace_usd_per_hour[]", 0.0, 1000.0, "USD/h"),
    number("commitments.nodes", 0.0, 5000.0, "nodes")
        .soft(0.0, 50.0)
        .step(1.0)
        .default(2.0),
    number("commitments.discount_percent", 0.0, 95.0, "%")
        .step(0.5)
        .default(38.5)
        .source("AWS standard reserved, one year, nothing upfront, 2026-07-20"),
    // Prices.
    number("prices.usd_per_node_hour", 0.0, 1000.0, "USD/h")
        .soft(0.0, 5.0)
        .step(0.001)
        .default(0.096)
        .source(AWS_PRICES),
    number("prices.node_discount_percent", 0.0, 100.0, "%")
        .soft(0.0, 80.0)
        .step(1.0)
        .default(0.0),
    number("prices.cluster_usd_per_hour", 0.0, 1000.0, "USD/h")
        .soft(0.0, 1.0)
        .step(0.01)
        .default(0.10)
        .source("AWS price list: Amazon EKS cluster in standard support"),
    number("prices.load_balancer_usd_per_hour", 0.0, 1000.0, "USD/h")
        .soft(0.0, 1.0)
        .step(0.0005)
        .default(0.0225)
        .source("AWS price list: Application Load Balancer, us-east-1"),
    number(
        "prices.load_balancer_usd_per_lcu_hour",
        0.0,
        1000.0,
        "USD/h",
    )
    .soft(0.0, 0.1)
    .step(0.0005)
    .default(0.008)
    .source("AWS price list: Application Load Balancer, us-east-1"),
    number("prices.requests_per_connection", 1.0, 1e6, "requests")
        .log()
        .soft(1.0, 1000.0)
        .default(10.0),
    number("prices.egress_usd_per_gb", 0.0, 100.0, "USD/GB")
        .soft(0.0, 0.5)
        .step(0.005)
        .default(0.09)
        .source("AWS price list: data transfer out of us-east-1, first 10 TB a month"),
    // Topology.
    items("topology.components", 1, 63),
    items("topology.calls", 0, 256),
    items("topology.routes", 0, 15),
    text("topology.name", 1, 60),
    whole("topology.connections", 1, 100_000, "connections")
        .log()
        .soft(1.0, 1000.0)
        .default(100.0),
    whole("topology.queue_limit", 0, 1_000_000, "calls")
        .soft(0.0, 1000.0)
        .default(1000.0),
    number("topology.calls_per_request", 0.0, 100.0, "")
        .soft(0.0, 10.0)
        .step(0.1)
        .default(1.0),
    number("topology.share_percent", 0.0, 100.0, "%").default(10.0),
    number("topology.hours_between", 0.01, 100_000.0, "h")
        .log()
        .soft(1.0, 2000.0)
        .default(240.0),
    number("topology.duration_minutes", 0.1, 10_000.0, "min")
        .log()
        .soft(0.5, 240.0)
        .default(10.0),
    number("topology.slowdown", 1.0, 100.0, "×")
        .log()
        .soft(1.0, 20.0)
        .default(3.0),
    number("topology.usd_per_month", 0.0, 1e7, "USD")
        .soft(0.0, 5000.0)
        .default(0.0),
    number("topology.usd_per_million_calls", 0.0, 1e6, "USD")
        .soft(0.0, 100.0)
        .default(0.0),
    // Storage.
    items("storage.tiers", 1, MAX_TIERS as u32),
    items("storage.datasets", 1, 8),
    number("storage.within_s", 0.001, 1e6, "s")
        .log()
        .soft(0.1, 86_400.0)
        .default(5.0),
    number("storage.target_percent", 1.0, 99.9999, "%")
        .soft(50.0, 99.9)
        .step(0.1)
        .default(90.0),
    text("storage.name", 1, 60),
    text("storage.tier", 1, 60),
    number("storage.usd_per_gib_month", 0.0, 100.0, "USD/GiB")
        .soft(0.0, 0.2)
        .default(0.023)
        .source(S3_PRICES),
    number("storage.put_usd_per_1000", 0.0, 100.0, "USD/1000")
        .soft(0.0, 0.1)
        .default(0.005)
        .source(S3_PRICES),
    number("storage.get_usd_per_1000", 0.0, 100.0, "USD/1000")
        .soft(0.0, 0.1)
        .default(0.0004)
        .source(S3_PRICES),
    number("storage.transition_usd_per_1000", 0.0, 100.0, "USD/1000")
        .soft(0.0, 0.1)
        .default(0.01)
        .source(S3_PRICES),
    number("storage.retrieval_usd_per_gib", 0.0, 100.0, "USD/GiB")
        .soft(0.0, 0.1)
        .default(0.0)
        .source(S3_PRICES),
    whole("storage.min_days", 0, 3650, "days")
        .soft(0.0, 180.0)
        .default(0.0),
    number("storage.min_object_kib", 0.0, 1_048_576.0, "KiB")
        .soft(0.0, 1024.0)
        .default(0.0),
    mean("storage.first_byte_ms", 0.001, 86_400_000.0, "ms")
        .log()
        .soft(0.1, 10_000.0)
        .default(150.0)
        .source("AWS: S3 answers small objects within 100 to 200 ms"),
    number("storage.throughput_mib_per_s", 0.1, 100_000.0, "MiB/s")
        .log()
        .soft(10.0, 2000.0)
        .default(85.0)
        .source("AWS: 85 to 90 MB/s per connection to S3"),
    number("storage.restore_hours", 0.001, 240.0, "h")
        .log()
        .soft(0.01, 48.0)
        .default(4.0),
    number("storage.capacity_gib", 0.0, 1e9, "GiB")
        .soft(0.0, 100_000.0)
        .default(1000.0),
    number("storage.cache_usd_per_gib_month", 0.0, 100.0, "USD/GiB")
        .soft(0.0, 1.0)
        .default(0.08)
        .source("AWS price list: EBS gp3, us-east-1"),
    number("storage.ingest_gib_per_day", 0.001, 1e7, "GiB/day")
        .log()
        .soft(1.0, 10_000.0)
        .default(100.0),
    number("storage.growth_percent_per_month", -90.0, 100.0, "%/month")
        .soft(-10.0, 20.0)
        .step(0.5)
        .default(0.0),
    whole("storage.history_days", 0, 3650, "days")
        .soft(0.0, 1095.0)
        .default(365.0),
    number("storage.object_mib", 0.001, 5_242_880.0, "MiB")
        .log()
        .soft(0.01, 1024.0)
        .default(64.0)
        .source("S3 takes objects of up to 5 TiB"),
    number("storage.top_fifth_percent", 20.0, 99.0, "%")
        .step(1.0)
        .default(20.0),
    items("storage.queries", 0, 8),
    number("storage.queries_per_day", 0.001, 1e7, "1/day")
        .log()
        .soft(0.1, 100_000.0)
        .default(100.0),
    number("storage.over_dispersion", 0.0, 10.0, "")
        .soft(0.0, 2.0)
        .step(0.05)
        .default(0.1),
    whole("storage.objects", 1, 1_000_000, "objects")
        .log()
        .soft(1.0, 10_000.0)
        .default(10.0),
    whole("storage.parallel_reads", 1, 10_000, "")
        .log()
        .soft(1.0, 256.0)
        .default(16.0),
    number("storage.half_life_days", 0.1, 3650.0, "days")
        .log()
        .soft(0.5, 365.0)
        .default(7.0),
    items("storage.transitions", 1, MAX_TIERS as u32 - 1),
    whole("storage.after_days", 1, 3650, "days")
        .soft(1.0, 365.0)
        .default(30.0),
    whole("storage.expire_after_days", 1, 3650, "days")
        .soft(1.0, 1095.0)
        .default(365.0),
    number("storage.moved_object_kib", 0.0, 1_048_576.0, "KiB")
        .soft(0.0, 1024.0)
        .default(128.0)
        .source("S3 Lifecycle: objects below 128 KiB are not moved by default"),
    number("storage.keep_popular_percent", 0.0, 99.0, "%")
        .soft(0.0, 50.0)
        .step(0.5)
        .default(0.0),
    number("storage.monitoring_usd_per_1000", 0.0, 10.0, "USD/1000")
        .soft(0.0, 0.01)
        .default(0.0025)
        .source(S3_PRICES),
    // Batch jobs.
    items("batch.jobs", 1, MAX_JOBS as u32),
    text("batch.name", 1, 60),
    number("batch.every_hours", 1.0, 720.0, "h")
        .log()
        .soft(1.0, 168.0)
        .default(24.0),
    mean("batch.work_hours", 0.01, 100_000.0, "h")
        .log()
        .soft(0.1, 1000.0)
        .default(8.0),
    number("batch.planned_hours", 0.01, 100_000.0, "h")
        .log()
        .soft(0.1, 1000.0)
        .default(8.0),
    whole("batch.parallelism", 1, MAX_MACHINES as u64, "machines")
        .log()
        .soft(1.0, 64.0)
        .default(1.0),
    number("batch.deadline_hours", 0.05, 1000.0, "h")
        .log()
        .soft(1.0, 72.0)
        .default(12.0),
    number("batch.on_time_percent", 1.0, 100.0, "%")
        .soft(50.0, 100.0)
        .step(0.5)
        .default(95.0),
    number("batch.start_seconds", 0.0, 36_000.0, "s")
        .soft(0.0, 900.0)
        .step(10.0)
        .default(0.0),
    number("batch.restart_seconds", 0.0, 36_000.0, "s")
        .soft(0.0, 900.0)
        .step(10.0)
        .default(120.0),
    number("batch.interval_minutes", 0.5, 10_000.0, "min")
        .log()
        .soft(1.0, 480.0)
        .default(45.0),
    number("batch.cost_seconds", 0.0, 36_000.0, "s")
        .soft(0.0, 900.0)
        .step(10.0)
        .default(180.0),
    whole("batch.base_machines", 0, MAX_MACHINES as u64, "machines")
        .soft(0.0, 64.0)
        .default(1.0),
    items("batch.pools", 1, MAX_POOLS as u32),
    number("batch.on_demand_usd_per_hour", 0.0, 1000.0, "USD/h")
        .soft(0.0, 10.0)
        .default(0.192)
        .source("AWS price list: m5.xlarge, Linux, us-east-1"),
    number("batch.spot_usd_per_hour", 0.0, 1000.0, "USD/h")
        .soft(0.0, 10.0)
        .default(0.065)
        .source("AWS Spot Advisor, 2025-07: m5.xlarge in us-east-1 saves 66 %"),
    number("batch.mean_hours_between_reclaims", 0.05, 100_000.0, "h")
        .log()
        .soft(0.25, 2000.0)
        .default(6.0)
        .source("Recorded by SkyPilot: 0.7 to 10 hours where capacity is scarce; interruption bands of AWS: thousands"),
    number("batch.mean_minutes_unavailable", 0.0, 10_000.0, "min")
        .soft(0.0, 240.0)
        .step(1.0)
        .default(20.0),
    number("batch.step_seconds", 1.0, 86_400.0, "s")
        .log()
        .soft(10.0, 3600.0)
        .default(600.0),
    text("batch.available", 1, MAX_POINTS as u32),
    number("batch.look_every_seconds", 1.0, 86_400.0, "s")
        .log()
        .soft(10.0, 3600.0)
        .default(600.0),
    // Objectives.
    number("slo.window_days", 0.02, 30.0, "days")
        .soft(0.25, 30.0)
        .step(0.25)
        .default(28.0)
        .source("Google SRE Workbook: a four-week window"),
    items("slo.objectives", 1, 1 + MAX_THRESHOLDS as u32),
    number("slo.target_percent", 1.0, 99.9999, "%")
        .soft(90.0, 99.99)
        .step(0.01)
        .default(99.9),
    number("slo.threshold_ms", 0.1, 600_000.0, "ms")
        .log()
        .soft(10.0, 10_000.0)
        .default(300.0),
    number("slo.wanted_attainment_percent", 1.0, 99.9, "%")
        .soft(50.0, 99.0)
        .step(1.0)
        .default(95.0),
    // Run. The seed is a whole number that JavaScript reads exactly.
    whole("run.seed", 0, (1 << 53) - 1, "")
        .soft(0.0, 1000.0)
        .default(1.0)
        .source("2^53 - 1, the largest whole number exact in every JSON reader"),
    whole("run.tick_s", 1, 60, "s")
        .default(15.0)
        .source("The sync period of the HorizontalPodAutoscaler"),
    whole("run.warm_up_minutes", 0, 1440, "min")
        .soft(0.0, 240.0)
        .default(60.0),
    whole("run.replications", 1, 10_000, "replications")
        .log()
        .soft(1.0, 1000.0)
        .default(128.0),
    number("run.attainment_precision_points", 0.1, 50.0, "points")
        .soft(0.5, 20.0)
        .step(0.5)
        .default(5.0),
    number("run.cost_precision_percent", 0.01, 50.0, "%")
        .soft(0.1, 10.0)
        .step(0.1)
        .default(1.0),
    // Sweep.
    items("sweep.knobs", 0, 2),
    text("sweep.path", 2, 200),
    number("sweep.value", -1e9, 1e9, "")
        .soft(0.0, 100.0)
        .default(1.0),
    whole("sweep.steps", 1, 441, "")
        .soft(2.0, 21.0)
        .default(5.0),
];
