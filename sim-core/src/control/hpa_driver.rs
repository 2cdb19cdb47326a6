//! Drives the HPA in the simulation: pods and telemetry in, replicas out.
//!
//! Ready pods share the load, so they have the same samples; they differ in age only, which decides whether
//! the controller trusts a sample of theirs. A pod that became ready after the newest sample was taken has none.

use super::controller::{Controller, LatencyWanted, Surroundings, View, Wish};
use super::decision::DecisionLog;
use super::hpa::{
    Behavior, HpaSpec, HpaState, MetricSpec, PodList, Readings, ResourceName, ResourceTarget,
    ScalingPolicy, ScalingRules, SelectPolicy, ServiceTarget, Tolerances, milli,
};
use super::hpa_words::{Explained, decision};
use super::scaler_metric::{signal_per_replica, signal_value};
use super::telemetry::Sample;
use crate::fleet::{Fleet, PodAges, Size};
use crate::scenario::document as doc;

/// Bytes of a MiB.
pub(super) const BYTES_PER_MIB: f64 = 1_048_576.0;

/// Where the value of a metric comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Source {
    /// CPU use per pod.
    Cpu,
    /// Memory use per pod.
    Memory,
    /// A signal of the service, as its mean per pod.
    PerPod(doc::Signal),
    /// A signal of the service as a whole.
    Whole(doc::Signal),
    /// Somebody else reads it: see [`Given`].
    Given,
}

/// A service-wide metric that another controller hands to its HPA.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Given {
    /// Its value, milli-units; `None`: it cannot be read.
    pub(super) value_m: Option<i64>,
    /// Age of the value, seconds, where it comes from a sample.
    pub(super) age_s: Option<f64>,
    /// It stands in for one that cannot be read.
    pub(super) is_fallback: bool,
}

/// An HPA as another controller makes it.
pub(super) struct MadeHpa {
    /// Who it is in the decision log.
    pub(super) controller: &'static str,
    /// Its spec.
    pub(super) spec: HpaSpec,
    /// Where each metric's value comes from.
    pub(super) sources: Vec<Source>,
    /// What each metric is, for those that are given.
    pub(super) names: Vec<String>,
}

/// An HPA with its memory.
#[derive(Clone, Debug)]
pub struct HpaDriver {
    controller: &'static str,
    spec: HpaSpec,
    state: HpaState,
    sources: Vec<Source>,
    names: Vec<String>,
    sync_ticks: u32,
    reaction_ticks: u32,
    /// Pods that have been ready for longer are all the same to the controller.
    settled_after_s: f64,
    at_maximum: bool,
    /// Reused from call to call: pods without samples.
    pods: PodList,
    /// What each pod of a group asks of memory.
    memory_mib: Vec<u32>,
    /// Ready pods by size that are old enough to be all the same.
    settled: Vec<(Size, u32)>,
    /// Whether these are all pods there are, and listed.
    all_settled: bool,
    readings: Readings,
}

impl HpaDriver {
    /// A controller that has not run yet.
    pub fn new(hpa: &doc::HpaDocument, around: Surroundings<'_>) -> Self {
        let metrics = metrics(hpa, around.document);
        let made = MadeHpa {
            controller: "Kubernetes HPA",
            spec: spec(hpa, &metrics),
            sources: metrics.iter().copied().map(source).collect(),
            names: Vec::new(),
        };
        Self::made(made, around)
    }

    /// The HPA of another controller, which has not run yet.
    pub(super) fn made(made: MadeHpa, around: Surroundings<'_>) -> Self {
        let MadeHpa {
            controller,
            spec,
            sources,
            names,
        } = made;
        let (telemetry, tick_s) = (&around.document.telemetry, around.tick_s);
        let delay_s = telemetry.window_s + telemetry.scrape_interval_s + telemetry.lag_s;
        let sync_s = spec.sync_period_ms as f64 / 1000.0;
        let reaction_s = f64::from(delay_s) + sync_s;
        let initialization_s = spec.cpu_initialization_period_ms as f64 / 1000.0;
        Self {
            controller,
            state: HpaState::new(&spec),
            sync_ticks: (sync_s / tick_s).round().max(1.0) as u32,
            reaction_ticks: (reaction_s / tick_s).ceil() as u32 + 1,
            settled_after_s: initialization_s + reaction_s,
            at_maximum: false,
            pods: PodList::default(),
            memory_mib: Vec::new(),
            settled: Vec::new(),
            all_settled: false,
            readings: Readings::new(sources.iter().copied().map(is_whole)),
            sources,
            names,
            spec,
        }
    }

    /// Whether it runs at the end of a tick.
    pub(super) fn is_due(&self, tick: u32) -> bool {
        tick.is_multiple_of(self.sync_ticks)
    }

    /// Whether it looks at metrics at all at so many replicas: inside its bounds, which zero is not.
    pub(super) fn looks_at_metrics(&self, current: u32) -> bool {
        (self.spec.min_replicas..=self.spec.max_replicas).contains(&as_i32(current))
    }

    /// Whether it would ask for more than its maximum.
    pub(super) fn at_maximum(&self) -> bool {
        self.at_maximum
    }

    /// Runs once. `given` are the values of the metrics that somebody else reads, at their places.
    pub(super) fn reconcile_given(
        &mut self,
        view: &View<'_>,
        given: &[Given],
        log: &mut DecisionLog,
    ) -> Wish {
        Wish {
            replicas: self.reconcile(view, given, log),
            at_maximum: self.at_maximum,
        }
    }

    fn reconcile(&mut self, view: &View<'_>, given: &[Given], log: &mut DecisionLog) -> u32 {
        let (now_s, current, fleet) = (view.now_s, view.current, view.fleet);
        let sample = view.telemetry.visible();
        let same_pods = self.list_pods(now_s, fleet);
        self.take_samples(sample, given, same_pods);
        let there = (as_i32(current), as_i32(fleet.ready() + fleet.not_ready()));
        let decision =
            self.readings
                .reconcile(&self.spec, &mut self.state, now_s, there, &self.pods);
        let most = self.spec.max_replicas;
        self.at_maximum =
            decision.desired >= most && decision.proposed.is_some_and(|wanted| wanted > most);
        log.record(|| {
            self::decision(Explained {
                controller: self.controller,
                spec: &self.spec,
                decision: &decision,
                outcomes: self.state.outcomes(),
                sources: &self.sources,
                names: &self.names,
                given,
                readings: &self.readings,
                sample,
                now_s,
            })
        });
        decision.desired.unsigned_abs()
    }

    /// Pods by what the controller may treat differently: age, size, and whether they are ready at all. Answers whether the
    /// list is that of the last time.
    fn list_pods(&mut self, now_s: f64, fleet: &Fleet) -> bool {
        let ages = fleet.pod_ages();
        let is_young = |ready_s: f64| now_s - ready_s <= self.settled_after_s;
        let some_young = ages.youngest_ready_s().is_some_and(is_young);
        let all_settled = !some_young && fleet.not_ready() == 0;
        if all_settled && self.all_settled && are_same(&self.settled, ages.ready_by_size()) {
            return true;
        }
        self.list_anew(now_s, fleet, some_young);
        self.all_settled = all_settled;
        false
    }

    fn list_anew(&mut self, now_s: f64, fleet: &Fleet, some_young: bool) {
        let ages = fleet.pod_ages();
        self.pods.clear();
        self.memory_mib.clear();
        self.settled.clear();
        self.settled.extend_from_slice(ages.ready_by_size());
        if some_young {
            self.list_young(now_s, ages);
        }
        for (size, count) in self.settled.iter().filter(|(_, count)| *count > 0) {
            self.pods.settled(*count, i64::from(size.millicores));
            self.memory_mib.push(size.mib);
        }
        let request = fleet.pod_request();
        let request_m = i64::from(request.millicores);
        let restarting = fleet.not_ready_after_restart();
        if restarting > 0 {
            // A container that restarts leaves its pod running, but nobody has measured the new one yet.
            self.pods.restarting(restarting, request_m, milli(now_s));
            self.memory_mib.push(request.mib);
        }
        let pending = fleet.not_ready() - restarting;
        if pending > 0 {
            self.pods.pending(pending, request_m);
            self.memory_mib.push(request.mib);
        }
    }

    /// Ready pods that are young; the others stay settled.
    fn list_young(&mut self, now_s: f64, ages: PodAges<'_>) {
        for group in ages.groups_youngest_first() {
            // The rest is older still; going through thousands of them each time would be slow.
            if now_s - group.ready_s > self.settled_after_s {
                break;
            }
            let mut settled = self.settled.iter_mut();
            if let Some((_, count)) = settled.find(|(size, _)| *size == group.size) {
                *count -= group.count;
            }
            if group.count > 0 {
                let (started_ms, ready_ms) = (milli(group.started_s), milli(group.ready_s));
                let request_m = i64::from(group.size.millicores);
                self.pods
                    .ready(group.count, request_m, started_ms, ready_ms);
                self.memory_mib.push(group.size.mib);
            }
        }
    }

    fn take_samples(&mut self, sample: Option<&Sample>, given: &[Given], same_pods: bool) {
        let readings = &mut self.readings;
        let pods = (&self.pods, same_pods);
        for (index, source) in self.sources.iter().enumerate() {
            match *source {
                Source::Given => {
                    let given = given.get(index).and_then(|given| given.value_m);
                    readings.show_milli(index, given);
                }
                Source::Whole(signal) => {
                    readings.show(index, sample.and_then(|s| signal_value(s, signal)));
                }
                Source::Cpu => {
                    let cores = sample.map(|sample| sample.cpu_cores_per_replica);
                    readings.show_pods(index, pods, sample, cores);
                }
                Source::Memory => {
                    let mib = sample.and_then(|sample| sample.memory_mib_per_replica);
                    readings.show_pods(index, pods, sample, mib.map(|mib| mib * BYTES_PER_MIB));
                    let requests = self.memory_mib.iter();
                    let bytes = requests.map(|&mib| milli(f64::from(mib) * BYTES_PER_MIB));
                    readings.request(index, bytes);
                }
                Source::PerPod(signal) => {
                    let value = sample.and_then(|sample| signal_per_replica(sample, signal));
                    readings.show_pods(index, pods, sample, value);
                }
            }
        }
    }
}

impl Controller for HpaDriver {
    fn initial_replicas(&self) -> u32 {
        self.spec.min_replicas.unsigned_abs()
    }

    fn reaction_ticks(&self) -> u32 {
        self.reaction_ticks
    }

    fn latency_wanted(&self) -> LatencyWanted {
        let looks_at = |signal| {
            self.sources
                .iter()
                .any(|&source| source == Source::PerPod(signal) || source == Source::Whole(signal))
        };
        LatencyWanted {
            p95: looks_at(doc::Signal::P95LatencyMs),
            p99: looks_at(doc::Signal::P99LatencyMs),
        }
    }

    fn decide(&mut self, view: &View<'_>, log: &mut DecisionLog) -> Option<Wish> {
        self.is_due(view.tick)
            .then(|| self.reconcile_given(view, &[], log))
    }
}

/// Whether a metric is one of the service as a whole, not of each pod.
fn is_whole(source: Source) -> bool {
    match source {
        Source::Whole(_) | Source::Given => true,
        Source::Cpu | Source::Memory | Source::PerPod(_) => false,
    }
}

pub(super) fn as_i32(count: u32) -> i32 {
    i32::try_from(count).unwrap_or(i32::MAX)
}

/// Whether these are the same pods; comparing slices is a call for each pair where the core is compiled for size.
fn are_same(some: &[(Size, u32)], others: &[(Size, u32)]) -> bool {
    if some.len() != others.len() {
        return false;
    }
    for (one, other) in some.iter().zip(others) {
        if one != other {
            return false;
        }
    }
    true
}

fn source(metric: &doc::MetricDocument) -> Source {
    match metric {
        doc::MetricDocument::CpuUtilization { .. } | doc::MetricDocument::CpuAverage { .. } => {
            Source::Cpu
        }
        doc::MetricDocument::MemoryUtilization { .. }
        | doc::MetricDocument::MemoryAverage { .. } => Source::Memory,
        doc::MetricDocument::Pods { signal, .. } => Source::PerPod(*signal),
        doc::MetricDocument::Object { signal, .. }
        | doc::MetricDocument::External { signal, .. } => Source::Whole(*signal),
    }
}

/// The metrics that have a value: without a memory model those of memory are passed over, unless there are no
/// others.
fn metrics<'a>(
    hpa: &'a doc::HpaDocument,
    document: &doc::ScenarioDocument,
) -> Vec<&'a doc::MetricDocument> {
    let others = || hpa.metrics.iter().filter(|m| source(m) != Source::Memory);
    if document.service.memory.is_some() || others().next().is_none() {
        hpa.metrics.iter().collect()
    } else {
        others().collect()
    }
}

fn spec(hpa: &doc::HpaDocument, metrics: &[&doc::MetricDocument]) -> HpaSpec {
    let tolerance = hpa.tolerance_percent / 100.0;
    HpaSpec {
        min_replicas: as_i32(hpa.min_replicas),
        metrics: metrics.iter().copied().map(metric_spec).collect(),
        behavior: hpa.behavior.as_ref().map(behavior),
        tolerance: Tolerances {
            down: tolerance,
            up: tolerance,
        },
        sync_period_ms: u64::from(hpa.sync_period_s) * 1000,
        cpu_initialization_period_ms: u64::from(hpa.cpu_initialization_period_s) * 1000,
        initial_readiness_delay_ms: u64::from(hpa.initial_readiness_delay_s) * 1000,
        ..HpaSpec::new(as_i32(hpa.max_replicas))
    }
}

fn metric_spec(metric: &doc::MetricDocument) -> MetricSpec {
    let target = |target: &doc::MetricTarget| match target {
        doc::MetricTarget::Value { value } => ServiceTarget::Value {
            milli: milli(*value),
        },
        doc::MetricTarget::AverageValue { value } => ServiceTarget::AverageValue {
            milli: milli(*value),
        },
    };
    let cpu = |target| MetricSpec::Resource {
        resource: ResourceName::Cpu,
        target,
    };
    let memory = |target| MetricSpec::Resource {
        resource: ResourceName::Memory,
        target,
    };
    match metric {
        doc::MetricDocument::CpuUtilization { target_percent } => {
            cpu(ResourceTarget::Utilization {
                percent: as_i32(*target_percent),
            })
        }
        doc::MetricDocument::CpuAverage { target_millicores } => {
            cpu(ResourceTarget::AverageValue {
                milli: i64::from(*target_millicores),
            })
        }
        doc::MetricDocument::MemoryUtilization { target_percent } => {
            memory(ResourceTarget::Utilization {
                percent: as_i32(*target_percent),
            })
        }
        doc::MetricDocument::MemoryAverage { target_mib } => memory(ResourceTarget::AverageValue {
            milli: milli(target_mib * BYTES_PER_MIB),
        }),
        doc::MetricDocument::Pods { average_value, .. } => MetricSpec::Pods {
            average_value_m: milli(*average_value),
        },
        doc::MetricDocument::Object { target: value, .. } => MetricSpec::Object {
            target: target(value),
        },
        doc::MetricDocument::External { target: value, .. } => MetricSpec::External {
            target: target(value),
        },
    }
}

/// What is not written takes the API server's defaults, as soon as there is a behaviour at all.
pub(super) fn behavior(document: &doc::BehaviorDocument) -> Behavior {
    Behavior {
        scale_up: rules(document.scale_up.as_ref(), ScalingRules::scale_up_default()),
        scale_down: rules(
            document.scale_down.as_ref(),
            ScalingRules::scale_down_default(),
        ),
    }
}

fn rules(document: Option<&doc::ScalingRulesDocument>, default: ScalingRules) -> ScalingRules {
    let Some(document) = document else {
        return default;
    };
    let policies: Vec<ScalingPolicy> = document
        .policies
        .iter()
        .map(|policy| match policy {
            doc::PolicyDocument::Pods { value, period_s } => {
                ScalingPolicy::pods(as_i32(*value), *period_s)
            }
            doc::PolicyDocument::Percent { value, period_s } => {
                ScalingPolicy::percent(as_i32(*value), *period_s)
            }
        })
        .collect();
    ScalingRules {
        stabilization_window_s: document
            .stabilization_window_s
            .or(default.stabilization_window_s),
        select_policy: match document.select_policy {
            doc::SelectPolicy::Max => SelectPolicy::Max,
            doc::SelectPolicy::Min => SelectPolicy::Min,
            doc::SelectPolicy::Disabled => SelectPolicy::Disabled,
        },
        policies: if policies.is_empty() {
            default.policies
        } else {
            policies
        },
        tolerance: document.tolerance_percent.map(|percent| percent / 100.0),
    }
}
