//! Drives the Vertical Pod Autoscaler in the simulation: what pods use in, sizes and evictions out.
//!
//! ```text
//!   every interval:  CPU of the interval, memory of now ──► usage ──► recommendation ──► size of new pods
//!                                     OOM kills ──────────────┘             └──► updater: evict or resize some
//! ```
//!
//! Ready pods share the load, so all use the same CPU, and pods of one age the same memory: they are sampled
//! together. A container's memory peaks go on when it restarts, as they do upstream, where they belong to the pod.
//!
//! Coarser than the real thing: samples come once an interval, without the lag of the metrics server; history
//! starts empty with the simulation; pods that have no node keep the size with which they were created.

use super::decision::DecisionLog;
use super::right_sizing_words::Explained;
use super::vpa::{
    Amounts, Bounds, ContainerSize, ContainerUsage, DAY_MS, Disruption, MAX_AMOUNT, MemoryPeaks,
    OomBump, Percentiles, Recommendation, Recommender, Sizing, UpdatePriority, UpdateRules,
};
use crate::fleet::memory::Memory;
use crate::fleet::{Fleet, Pod, Size};
use crate::scenario::document::{ScenarioDocument, UpdateMode, VpaDocument};
use crate::stats::sort_by;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Bytes of a MiB.
pub(super) const BYTES_PER_MIB: i64 = 1_048_576;

/// A resize that waits for room on its node for longer than this becomes an eviction, seconds. Source:
/// `DeferredResizeUpdateTimeout` of upstream's `pods_inplace_restriction.go`.
const DEFERRED_S: f64 = 300.0;

/// A size that the Vertical Pod Autoscaler recommends.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct RecommendedSize {
    /// CPU request, millicores.
    pub cpu_millicores: f64,
    /// Memory request, MiB; that of the service where memory is not modelled.
    pub memory_mib: f64,
}

/// The recommendation of the Vertical Pod Autoscaler.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct RecommendedSizes {
    /// What to request.
    pub target: RecommendedSize,
    /// Less is too little.
    pub lower: RecommendedSize,
    /// More is too much.
    pub upper: RecommendedSize,
}

/// What a tick shows of the pods.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SizingView {
    /// End of the tick, seconds since the start of the simulation.
    pub now_s: f64,
    /// Its index.
    pub tick: u32,
    /// CPU-seconds used by all ready pods.
    pub cpu_s: f64,
    /// Seconds that pods were ready, over all of them.
    pub pod_s: f64,
    /// Requests in flight per ready pod.
    pub in_flight: f64,
}

/// Pods that got their nodes at the same time and became ready at the same time, by the bits of these times.
type Key = (u64, u64);

/// A container, as long as its pod lives.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Container {
    peaks: MemoryPeaks,
    /// When it started last, seconds.
    started_s: f64,
    /// It was killed for memory soon after its start, the last time that it ended.
    quick_oom: bool,
    /// Since when its node has had no room for its new size, seconds.
    deferred_since_s: Option<f64>,
}

impl Container {
    fn new(started_s: f64) -> Self {
        Self {
            peaks: MemoryPeaks::new(DAY_MS),
            started_s,
            quick_oom: false,
            deferred_since_s: None,
        }
    }
}

/// Equal pods that may get another size.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Candidates {
    key: Key,
    count: u32,
    size: Size,
    restarting: bool,
    priority: UpdatePriority,
    update: bool,
}

impl Candidates {
    fn include(&self, pod: &Pod) -> bool {
        key(pod.started_s, pod.ready_s) == self.key && pod.size == self.size
    }
}

/// What a round of updates did, for the log.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Round {
    pub(super) evicted: u32,
    pub(super) resized: u32,
    /// Wanted another size, and had to wait for it.
    pub(super) held_back: u32,
    /// Size of the first pod that changed.
    pub(super) first: Option<Size>,
}

/// A Vertical Pod Autoscaler with its memory.
#[derive(Clone, Debug)]
pub struct RightSizing {
    pub(super) document: VpaDocument,
    pub(super) bounds: Bounds,
    recommender: Recommender,
    rules: UpdateRules,
    interval_ticks: u32,
    interval_s: f64,
    memory: Option<Memory>,
    pub(super) usage: ContainerUsage,
    containers: BTreeMap<Key, Container>,
    /// Containers that restart, by when their pods got their nodes; those of pods that are gone by then stay until
    /// no container restarts.
    restarting: Vec<(u64, Container)>,
    cpu_s: f64,
    pod_s: f64,
    pub(super) recommendation: Option<Recommendation>,
}

impl RightSizing {
    /// The autoscaler of a scenario, before it has seen anything; `None` where there is none.
    pub fn new(scenario: &ScenarioDocument, tick_s: f64) -> Option<Self> {
        let document = scenario.right_sizing.as_ref()?;
        let share = |percent: f64| percent / 100.0;
        let percentiles = Percentiles {
            target: share(document.target_percentile),
            lower: share(document.lower_percentile),
            upper: share(document.upper_percentile),
        };
        let interval_ticks = (f64::from(document.interval_s) / tick_s).round().max(1.0) as u32;
        Some(Self {
            bounds: bounds(document),
            recommender: Recommender {
                cpu: percentiles,
                memory: percentiles,
                margin: share(document.margin_percent),
                ..Recommender::default()
            },
            rules: UpdateRules::default(),
            interval_s: f64::from(interval_ticks) * tick_s,
            interval_ticks,
            memory: Memory::new(&scenario.service),
            usage: ContainerUsage::default(),
            containers: BTreeMap::new(),
            restarting: Vec::new(),
            cpu_s: 0.0,
            pod_s: 0.0,
            recommendation: None,
            document: document.clone(),
        })
    }

    /// Whether it changes the pods' CPU, and their memory.
    pub(super) fn controls(&self) -> (bool, bool) {
        let resources = self.document.resources;
        let memory = resources.has_memory() && self.memory.is_some();
        (resources.has_cpu(), memory)
    }

    /// A pod's container is killed for memory now; it restarts in place.
    pub fn killed(&mut self, pod: &Pod, now_s: f64) {
        let (started, _) = key(pod.started_s, pod.ready_s);
        let mut container = self.container(pod.started_s, pod.ready_s, 1);
        let requested = i64::from(pod.size.mib) * BYTES_PER_MIB;
        let change = container
            .peaks
            .oom(milli(now_s), requested, OomBump::default());
        self.usage.change_peak(1.0, change.unwrap_or_default());
        container.quick_oom = self.rules.is_quick_oom(milli(now_s - container.started_s));
        container.started_s = now_s;
        self.restarting.push((started, container));
    }

    /// What is known of `count` equal pods: theirs, or that of one which restarted since the last look.
    fn container(&mut self, started_s: f64, ready_s: f64, count: u32) -> Container {
        let key = key(started_s, ready_s);
        if let Some(container) = self.containers.get(&key) {
            return *container;
        }
        let mut known = None;
        for _ in 0..count {
            let place = self.restarting.iter().position(|(s, _)| *s == key.0);
            if let Some(place) = place {
                known = known.or(Some(self.restarting.remove(place).1));
            }
        }
        known.unwrap_or_else(|| Container::new(started_s))
    }

    /// Takes in a tick; at the end of an interval, samples, recommends and updates. Answers how many pods were
    /// evicted or resized.
    pub fn tick(&mut self, view: &SizingView, fleet: &mut Fleet, log: &mut DecisionLog) -> u32 {
        self.cpu_s += view.cpu_s;
        self.pod_s += view.pod_s;
        if !(view.tick + 1).is_multiple_of(self.interval_ticks) {
            return 0;
        }
        self.sample(view, fleet);
        let recommendation = self.recommender.recommend(&self.usage, 1);
        self.recommendation = recommendation.map(|wide| self.bounds.cap(wide));
        let before = fleet.pod_request();
        let mut round = Round::default();
        if let Some(recommendation) = self.recommendation
            && self.document.update_mode != UpdateMode::Off
        {
            let target = self.size(recommendation.target, before);
            fleet.set_pod_request(target);
            round = self.update(recommendation, target, view.now_s, fleet);
        }
        let changed = round.evicted + round.resized;
        Explained {
            vpa: self,
            before,
            after: fleet.pod_request(),
            round,
        }
        .record(log);
        changed
    }

    fn sample(&mut self, view: &SizingView, fleet: &Fleet) {
        let now_ms = milli(view.now_s);
        if self.pod_s > 0.0 {
            // Pods that served for a part of the interval count for that part.
            let pods = self.pod_s / self.interval_s;
            self.usage.add_cpu(pods, self.cpu_s / self.pod_s, now_ms);
        }
        (self.cpu_s, self.pod_s) = (0.0, 0.0);
        let mut seen = BTreeMap::new();
        for group in fleet.pod_ages().groups_youngest_first() {
            let mut container = self.container(group.started_s, group.ready_s, group.count);
            if let Some(memory) = &self.memory {
                let used_mib = memory.used_mib(view.in_flight, view.now_s - group.ready_s);
                let bytes = (used_mib * BYTES_PER_MIB as f64) as i64;
                let change = container.peaks.sample(now_ms, bytes).unwrap_or_default();
                self.usage.change_peak(f64::from(group.count), change);
            }
            seen.insert(key(group.started_s, group.ready_s), container);
        }
        self.containers = seen;
        if fleet.not_ready_after_restart() == 0 {
            self.restarting.clear();
        }
    }

    /// A recommendation as the size of a pod: what it does not control stays as in `now`.
    pub(super) fn size(&self, amounts: Amounts, now: Size) -> Size {
        let (cpu, memory) = self.controls();
        Size {
            millicores: if cpu {
                to_u32(amounts.cpu_m)
            } else {
                now.millicores
            },
            mib: if memory {
                to_u32(whole_mib(amounts.memory_bytes))
            } else {
                now.mib
            },
        }
    }

    fn update(
        &mut self,
        recommendation: Recommendation,
        target: Size,
        now_s: f64,
        fleet: &mut Fleet,
    ) -> Round {
        let restarting = fleet.not_ready_after_restart();
        let mut disruption = Disruption::new(
            fleet.desired(),
            fleet.ready() + restarting,
            fleet.not_ready() - restarting,
            self.document.eviction_tolerance_percent / 100.0,
            self.document.min_replicas,
        );
        let mut round = Round::default();
        for candidates in self.candidates(recommendation, now_s, fleet) {
            let mut most = 0;
            while most < candidates.count && disruption.allows_running() {
                disruption.disrupt();
                most += 1;
            }
            round.held_back += candidates.count - most;
            if most > 0 {
                self.apply(&candidates, most, target, now_s, fleet, &mut round);
            }
        }
        round
    }

    /// The pods that should get another size, the most urgent first.
    fn candidates(&self, wanted: Recommendation, now_s: f64, fleet: &Fleet) -> Vec<Candidates> {
        let one = |started_s: f64, ready_s: f64, size: Size, count: u32, restarting: bool| {
            let key = key(started_s, ready_s);
            let container = if restarting {
                let mut known = self.restarting.iter();
                known.find(|(s, _)| *s == key.0).map(|(_, c)| c)
            } else {
                self.containers.get(&key)
            };
            let quick_oom = container.is_some_and(|container| container.quick_oom);
            let priority = self.priority(wanted, size);
            let age_ms = milli(now_s - started_s);
            Candidates {
                key,
                count,
                size,
                restarting,
                priority,
                update: self.rules.should_update(&priority, quick_oom, age_ms),
            }
        };
        let ages = fleet.pod_ages();
        let mut candidates: Vec<_> = ages
            .groups_youngest_first()
            .map(|g| one(g.started_s, g.ready_s, g.size, g.count, false))
            .collect();
        candidates.reverse();
        let restarting = fleet.restarting_pods();
        candidates.extend(restarting.map(|p| one(p.started_s, p.ready_s, p.size, 1, true)));
        candidates.retain(|candidates| candidates.update);
        sort_by(&mut candidates, |one, two| {
            one.priority.most_urgent_first(&two.priority)
        });
        candidates
    }

    fn priority(&self, wanted: Recommendation, size: Size) -> UpdatePriority {
        let (cpu, memory) = self.controls();
        let bytes = |mib: u32| i64::from(mib) * BYTES_PER_MIB;
        UpdatePriority::of(&[ContainerSize {
            cpu: cpu.then(|| Sizing {
                request: Some(i64::from(size.millicores)),
                target: wanted.target.cpu_m,
                lower: Some(wanted.lower.cpu_m),
                upper: Some(wanted.upper.cpu_m),
            }),
            memory: memory.then(|| Sizing {
                request: Some(bytes(size.mib)),
                // Pods are sized in whole MiB; a pod of the recommended size must not differ from it.
                target: whole_mib(wanted.target.memory_bytes) * BYTES_PER_MIB,
                lower: Some(wanted.lower.memory_bytes),
                upper: Some(wanted.upper.memory_bytes),
            }),
        }])
    }

    fn apply(
        &mut self,
        candidates: &Candidates,
        most: u32,
        target: Size,
        now_s: f64,
        fleet: &mut Fleet,
        round: &mut Round,
    ) {
        let evict = |fleet: &mut Fleet, most: u32| {
            let which = |pod: &Pod| candidates.include(pod);
            if candidates.restarting {
                fleet.evict_restarting(most, now_s, which)
            } else {
                fleet.evict(most, now_s, which)
            }
        };
        let before = round.evicted + round.resized;
        if self.document.update_mode == UpdateMode::InPlace {
            let (resized, refused) =
                fleet.resize(most, target, now_s, |pod| candidates.include(pod));
            round.resized += resized;
            if refused > 0 && self.is_overdue(candidates.key, now_s) {
                round.evicted += evict(fleet, refused);
            } else {
                round.held_back += refused;
            }
        } else {
            round.evicted += evict(fleet, most);
        }
        if round.first.is_none() && round.evicted + round.resized > before {
            round.first = Some(candidates.size);
        }
    }

    /// Notes that a node has no room for a pod's new size; whether that has lasted for too long.
    fn is_overdue(&mut self, key: Key, now_s: f64) -> bool {
        self.containers.get_mut(&key).is_some_and(|container| {
            let since_s = *container.deferred_since_s.get_or_insert(now_s);
            now_s - since_s > DEFERRED_S
        })
    }

    /// The last recommendation, with what it does not control as in `now`.
    pub fn recommended(&self, now: Size) -> Option<RecommendedSizes> {
        let (cpu, memory) = self.controls();
        let size = |amounts: Amounts| RecommendedSize {
            cpu_millicores: if cpu {
                amounts.cpu_m as f64
            } else {
                f64::from(now.millicores)
            },
            memory_mib: if memory {
                amounts.memory_bytes as f64 / BYTES_PER_MIB as f64
            } else {
                f64::from(now.mib)
            },
        };
        self.recommendation.map(|recommendation| RecommendedSizes {
            target: size(recommendation.target),
            lower: size(recommendation.lower),
            upper: size(recommendation.upper),
        })
    }
}

/// Times are the bits of their seconds: equal times are equal keys.
fn key(started_s: f64, ready_s: f64) -> Key {
    (started_s.to_bits(), ready_s.to_bits())
}

fn milli(seconds: f64) -> i64 {
    (seconds * 1000.0).round() as i64
}

fn to_u32(amount: i64) -> u32 {
    u32::try_from(amount.max(1)).unwrap_or(u32::MAX)
}

/// Bytes as MiB, rounded up.
fn whole_mib(bytes: i64) -> i64 {
    bytes / BYTES_PER_MIB + i64::from(bytes % BYTES_PER_MIB > 0)
}

fn bounds(document: &VpaDocument) -> Bounds {
    let bytes = |mib: u32| i64::from(mib) * BYTES_PER_MIB;
    Bounds {
        least: Amounts {
            cpu_m: document.min_cpu_millicores.map_or(0, i64::from),
            memory_bytes: document.min_memory_mib.map_or(0, bytes),
        },
        most: Amounts {
            cpu_m: document.max_cpu_millicores.map_or(MAX_AMOUNT, i64::from),
            memory_bytes: document.max_memory_mib.map_or(MAX_AMOUNT, bytes),
        },
    }
}
