//! What an autoscaler's metrics show, read from samples in the units of the service.
//!
//! It runs at every sync of every autoscaler, so its memory is reused from call to call.

use super::listing::{PodList, milli, sampled_again};
use super::metric::MetricInput;
use super::pods::{PodCounts, PodGroup, PodSample, PodSamples};
use super::reconcile::{Decision, HpaState, reconcile};
use super::spec::HpaSpec;
use crate::telemetry::Sample;

/// At most this many metrics are read.
pub const MAX_METRICS: usize = 10;

/// The readings of all metrics, in the spec's order.
#[derive(Clone, Debug)]
pub struct Readings {
    metrics: Vec<Reading>,
}

/// One metric.
#[derive(Clone, Debug, Default)]
struct Reading {
    /// Whether it is one of the service as a whole.
    is_whole: bool,
    /// Of such a one: its value, milli-units; `None`: it cannot be read.
    value_m: Option<[i64; 1]>,
    /// Of another: the pods with their samples.
    pods: Vec<PodGroup>,
}

impl Readings {
    /// Nothing has been read yet of these metrics, of which some are of the service as a `whole`.
    pub fn new(whole: impl Iterator<Item = bool>) -> Self {
        Self {
            metrics: whole
                .map(|is_whole| Reading {
                    is_whole,
                    ..Reading::default()
                })
                .collect(),
        }
    }

    /// Each pod that was ready when the sample was taken shows `value`; without one, or without a sample, none does.
    /// `same_pods`: the list is that of the last time.
    #[inline(never)]
    pub fn show_pods(
        &mut self,
        index: usize,
        (list, same_pods): (&PodList, bool),
        sample: Option<&Sample>,
        value: Option<f64>,
    ) {
        let Some(metric) = self.metrics.get_mut(index) else {
            return;
        };
        let seen = sample.zip(value).map(|(sample, value)| PodSample {
            value_m: milli(value),
            taken_ms: milli(sample.taken_s),
            window_ms: milli(sample.window_s).unsigned_abs(),
        });
        if same_pods {
            sampled_again(seen, &mut metric.pods);
        } else {
            list.sampled(seen, &mut metric.pods);
        }
    }

    /// What each group of pods requests of the metric's resource, milli-units, in the list's order.
    pub fn request(&mut self, index: usize, requests_m: impl Iterator<Item = i64>) {
        let pods = self.metrics.get_mut(index).map(|metric| &mut metric.pods);
        for (pod, request_m) in pods.into_iter().flatten().zip(requests_m) {
            pod.request_m = Some(request_m);
        }
    }

    /// The service as a whole shows `value`.
    #[inline(never)]
    pub fn show(&mut self, index: usize, value: Option<f64>) {
        self.show_milli(index, value.map(milli));
    }

    /// The same in milli-units.
    pub fn show_milli(&mut self, index: usize, value_m: Option<i64>) {
        if let Some(metric) = self.metrics.get_mut(index) {
            metric.value_m = value_m.map(|value_m| [value_m]);
        }
    }

    /// The value of a metric of the service as a whole, milli-units.
    pub fn value_m(&self, index: usize) -> Option<i64> {
        let metric = self.metrics.get(index)?;
        metric.value_m.map(|[value_m]| value_m)
    }

    /// Runs the controller once on what was read; see [`reconcile`].
    #[inline(never)]
    pub fn reconcile(
        &self,
        spec: &HpaSpec,
        state: &mut HpaState,
        now_s: f64,
        (current, there): (i32, i32),
        list: &PodList,
    ) -> Decision {
        let counts = PodCounts::of(list.pods());
        let mut inputs = [MetricInput::Unavailable; MAX_METRICS];
        for (input, metric) in inputs.iter_mut().zip(&self.metrics) {
            *input = match (metric.is_whole, &metric.value_m) {
                (true, Some(values_m)) => MetricInput::Service {
                    values_m,
                    pods: counts,
                },
                (true, None) => MetricInput::Unavailable,
                (false, _) => MetricInput::Pods(PodSamples {
                    pods: &metric.pods,
                    unmatched: &[],
                }),
            };
        }
        let inputs = &inputs[..self.metrics.len().min(MAX_METRICS)];
        let now_ms = milli(now_s).unsigned_abs();
        reconcile(spec, state, now_ms, current, there, inputs)
    }
}
