//! What the simple autoscalers look at: CPU utilisation, or a signal of the service.

use super::controller::LatencyWanted;
use super::decision::Input;
use super::hpa_words::signal_words;
use super::telemetry::Sample;
use crate::scenario::document::{ScalerMetricDocument, Signal};

/// The value of a signal of the service as a whole; `None` when the sample has none.
pub(super) fn signal_value(sample: &Sample, signal: Signal) -> Option<f64> {
    match signal {
        Signal::RequestsPerSecond => Some(sample.requests_per_second),
        Signal::InFlightRequests => Some(sample.in_flight),
        Signal::WaitingRequests => Some(sample.waiting),
        Signal::P95LatencyMs => sample.p95_s.map(|seconds| seconds * 1000.0),
        Signal::P99LatencyMs => sample.p99_s.map(|seconds| seconds * 1000.0),
        Signal::BurnRate => sample.burn_rate,
    }
}

/// The value of a signal per ready replica. Latencies and the burn rate are the same for each.
pub(super) fn signal_per_replica(sample: &Sample, signal: Signal) -> Option<f64> {
    let value = signal_value(sample, signal)?;
    match signal {
        Signal::P95LatencyMs | Signal::P99LatencyMs | Signal::BurnRate => Some(value),
        _ if sample.ready == 0 => None,
        _ => Some(value / f64::from(sample.ready)),
    }
}

/// Which latencies a signal needs.
pub(super) fn latency_of(signal: Signal) -> LatencyWanted {
    LatencyWanted {
        p95: signal == Signal::P95LatencyMs,
        p99: signal == Signal::P99LatencyMs,
    }
}

/// Reads a metric from samples.
#[derive(Clone, Debug)]
pub(super) struct ScalerMetric {
    metric: ScalerMetricDocument,
}

impl ScalerMetric {
    pub(super) fn new(metric: &ScalerMetricDocument) -> Self {
        Self {
            metric: metric.clone(),
        }
    }

    /// Mean CPU use in per cent of the request.
    pub(super) fn cpu() -> Self {
        Self::new(&ScalerMetricDocument::CpuUtilization {})
    }

    pub(super) fn latency_wanted(&self) -> LatencyWanted {
        match self.metric {
            ScalerMetricDocument::CpuUtilization {} => LatencyWanted::default(),
            ScalerMetricDocument::Service { signal }
            | ScalerMetricDocument::PerReplica { signal } => latency_of(signal),
        }
    }

    /// The metric's value; `None` when there is no sample, or nothing to measure in it.
    pub(super) fn value(&self, sample: Option<&Sample>) -> Option<f64> {
        let sample = sample?;
        match self.metric {
            ScalerMetricDocument::CpuUtilization {} if sample.ready == 0 => None,
            ScalerMetricDocument::CpuUtilization {} => Some(
                100_000.0 * sample.cpu_cores_per_replica / sample.cpu_request_millicores.max(1.0),
            ),
            ScalerMetricDocument::Service { signal } => signal_value(sample, signal),
            ScalerMetricDocument::PerReplica { signal } => signal_per_replica(sample, signal),
        }
    }

    pub(super) fn name(&self) -> String {
        match self.metric {
            ScalerMetricDocument::CpuUtilization {} => "CPU use (% of request)".into(),
            ScalerMetricDocument::Service { signal } => signal_words(signal).into(),
            ScalerMetricDocument::PerReplica { signal } => {
                format!("{} per replica", signal_words(signal))
            }
        }
    }

    /// The metric as the decision log shows it.
    pub(super) fn input(&self, sample: Option<&Sample>, now_s: f64, target: Option<f64>) -> Input {
        let value = self.value(sample);
        Input {
            name: self.name(),
            value,
            target,
            age_s: sample.map(|sample| now_s - sample.taken_s),
            proposes: None,
            problem: match (value, sample) {
                (Some(_), _) => String::new(),
                (None, None) => "no sample has arrived".into(),
                (None, Some(_)) => "the sample has no value for it".into(),
            },
        }
    }
}
