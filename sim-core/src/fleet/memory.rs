//! Memory of the containers: what they use, and when they are killed for it.
//!
//! ```text
//!   use of a replica = base + per request × requests in flight / ready replicas + leak × age of the container
//! ```
//!
//! Load is balanced, so replicas of one age use the same. Above the limit the kernel kills the container, and the
//! kubelet restarts it where it is: its age starts anew, and until it is ready it serves nothing. The limit grows
//! and shrinks with the pod's request, as the Vertical Pod Autoscaler keeps their ratio.
//!
//! Coarser than the real thing: use is looked at once a tick, with the tick's mean number in service, and a
//! container that is killed again and again is not held back for longer and longer (CrashLoopBackOff).

use super::{Fleet, Pod, Size};
use crate::random::{Rng, uniform};
use crate::scenario::document::ServiceDocument;

/// Above this share of its limit a container is under memory pressure.
pub const PRESSURE: f64 = 0.7;

/// The memory model of a service.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Memory {
    base_mib: f64,
    mib_per_request: f64,
    leak_mib_per_s: f64,
    /// Of a pod of the service's own request.
    limit_mib: f64,
    limit_per_requested: f64,
}

/// What the ready pods use at one moment.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct MemoryUse {
    /// All together, MiB.
    pub total_mib: f64,
    /// Pods above [`PRESSURE`].
    pub under_pressure: u32,
    /// Pods above their limit.
    pub above_limit: u32,
}

impl Memory {
    /// The model of a service; `None` where it has none.
    pub fn new(service: &ServiceDocument) -> Option<Self> {
        let memory = service.memory.as_ref()?;
        let limit_mib = f64::from(memory.limit_mib);
        Some(Self {
            base_mib: memory.base_mib,
            mib_per_request: memory.mib_per_request,
            leak_mib_per_s: memory.leak_mib_per_hour / 3600.0,
            limit_mib,
            limit_per_requested: limit_mib / f64::from(service.pod.memory_request_mib.max(1)),
        })
    }

    /// Memory of a replica with `in_flight` requests whose container has run for `age_s`, MiB.
    pub fn used_mib(&self, in_flight: f64, age_s: f64) -> f64 {
        let leaked_mib = if self.leak_mib_per_s > 0.0 {
            self.leak_mib_per_s * age_s.max(0.0)
        } else {
            0.0
        };
        self.base_mib + self.mib_per_request * in_flight + leaked_mib
    }

    /// What a pod of this size may use, MiB.
    pub fn limit_mib(&self, size: Size) -> f64 {
        self.limit_per_requested * f64::from(size.mib)
    }

    /// Whether a pod is above its limit.
    pub fn kills(&self, pod: &Pod, in_flight: f64, now_s: f64) -> bool {
        self.used_mib(in_flight, now_s - pod.ready_s) > self.limit_mib(pod.size)
    }

    /// Looks at all ready pods, with `in_flight` requests each.
    pub fn look(&self, fleet: &Fleet, in_flight: f64, now_s: f64) -> MemoryUse {
        let mut sum = MemoryUse::default();
        let mut add = |count: u32, size: Size, age_s: f64| {
            let (used_mib, limit_mib) = (self.used_mib(in_flight, age_s), self.limit_mib(size));
            sum.total_mib += used_mib * f64::from(count);
            sum.under_pressure += if used_mib > PRESSURE * limit_mib {
                count
            } else {
                0
            };
            sum.above_limit += if used_mib > limit_mib { count } else { 0 };
        };
        if self.leak_mib_per_s > 0.0 {
            for group in fleet.pod_ages().groups_youngest_first() {
                add(group.count, group.size, now_s - group.ready_s);
            }
        } else {
            for (size, count) in fleet.pod_ages().ready_by_size() {
                add(*count, *size, 0.0);
            }
        }
        sum
    }

    /// Gives the pods of a fleet that starts now an age, if it matters: each somewhere between its last restart and
    /// the next one, as if it had been running, leaking and restarting for long.
    pub fn spread_ages(&self, fleet: &mut Fleet, rng: &mut Rng) {
        if self.leak_mib_per_s <= 0.0 {
            return;
        }
        let life_s = (self.limit_mib - self.base_mib).max(0.0) / self.leak_mib_per_s;
        let mut since_s: Vec<f64> = (0..fleet.ready()).map(|_| -life_s * uniform(rng)).collect();
        since_s.sort_unstable_by(f64::total_cmp);
        fleet.set_ready_since(since_s);
    }
}
