//! Memory of a replica, and the autoscaler that sizes pods.

use super::serving::is_default;
use crate::scenario::read::FromValue;
use serde::Serialize;

/// How much memory a replica uses, and how much it may use.
#[derive(Clone, Debug, PartialEq, Serialize, FromValue)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct MemoryDocument {
    /// Memory of a replica that has just started and serves nothing.
    #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "memory.base_mib")))]
    pub base_mib: f64,
    /// Further memory per request that is in service or waits at the replica.
    #[serde(default)]
    #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "memory.mib_per_request")))]
    pub mib_per_request: f64,
    /// Growth with the time since the container started: a leak, or a cache without bound. Replicas that are there at the beginning are of random age.
    #[serde(default)]
    #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "memory.leak_mib_per_hour")))]
    pub leak_mib_per_hour: f64,
    /// The container is killed and restarted when it uses more than this.
    #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "memory.limit_mib")))]
    pub limit_mib: u32,
}

/// A VerticalPodAutoscaler: it learns what replicas use and sizes their requests.
#[derive(Clone, Debug, PartialEq, Serialize, FromValue)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct VpaDocument {
    /// What it does with its recommendation.
    pub update_mode: UpdateMode,
    /// Which requests it controls. Memory is only known where the service has a memory model.
    #[serde(default, skip_serializing_if = "is_default")]
    #[cfg_attr(feature = "schema", schemars(extend("default" = "cpu_and_memory")))]
    pub resources: ControlledResources,
    /// The least CPU to recommend; without it 25 millicores.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "pod.cpu_request_millicores")))]
    pub min_cpu_millicores: Option<u32>,
    /// The most CPU to recommend; without it there is no such limit, and pods may outgrow every node.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "pod.cpu_request_millicores")))]
    pub max_cpu_millicores: Option<u32>,
    /// The least memory to recommend; without it 250 MiB.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "pod.memory_request_mib")))]
    pub min_memory_mib: Option<u32>,
    /// The most memory to recommend; without it there is no such limit, and pods may outgrow every node.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "pod.memory_request_mib")))]
    pub max_memory_mib: Option<u32>,
    /// Percentile of use that the target rests on.
    #[serde(default = "target_percentile", skip_serializing_if = "is_target")]
    #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "vpa.target_percentile")))]
    pub target_percentile: f64,
    /// Percentile of use below which a request is too small.
    #[serde(default = "lower_percentile", skip_serializing_if = "is_lower")]
    #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "vpa.lower_percentile")))]
    pub lower_percentile: f64,
    /// Percentile of use above which a request is too large; the less history, the more room above it.
    #[serde(default = "upper_percentile", skip_serializing_if = "is_upper")]
    #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "vpa.upper_percentile")))]
    pub upper_percentile: f64,
    /// What is added to every percentile for safety.
    #[serde(default = "margin_percent", skip_serializing_if = "is_margin")]
    #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "vpa.margin_percent")))]
    pub margin_percent: f64,
    /// Time between two samples, recommendations and rounds of updates.
    #[serde(default = "interval_s", skip_serializing_if = "is_interval")]
    #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "vpa.interval_s")))]
    pub interval_s: u32,
    /// No pod is taken away while there are fewer replicas than this.
    #[serde(default = "min_replicas", skip_serializing_if = "is_min_replicas")]
    #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "vpa.min_replicas")))]
    pub min_replicas: u32,
    /// Share of the replicas that may be missing at once for the sake of other sizes.
    #[serde(default = "tolerance_percent", skip_serializing_if = "is_tolerance")]
    #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "vpa.eviction_tolerance_percent")))]
    pub eviction_tolerance_percent: f64,
}

/// What a VerticalPodAutoscaler does with its recommendation.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, FromValue)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum UpdateMode {
    /// It only recommends.
    #[default]
    Off,
    /// New pods get the recommended size, and pods far from it are evicted so that others take their place.
    Recreate,
    /// Pods get the recommended size where they are; one whose node has no room for it is evicted after five minutes.
    InPlace,
}

/// The requests that a VerticalPodAutoscaler controls.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, FromValue)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum ControlledResources {
    /// Both.
    #[default]
    CpuAndMemory,
    /// CPU only.
    Cpu,
    /// Memory only, so that an autoscaler on CPU is not disturbed.
    Memory,
}

impl ControlledResources {
    /// Whether CPU requests change.
    pub fn has_cpu(self) -> bool {
        self != Self::Memory
    }

    /// Whether memory requests change.
    pub fn has_memory(self) -> bool {
        self != Self::Cpu
    }
}

/// A default with its test, so that what is at its default is not written.
macro_rules! defaults {
    ($($name:ident, $test:ident: $type:ty = $value:expr;)*) => {$(
        fn $name() -> $type {
            $value
        }

        fn $test(value: &$type) -> bool {
            *value == $value
        }
    )*};
}

defaults! {
    target_percentile, is_target: f64 = 90.0;
    lower_percentile, is_lower: f64 = 50.0;
    upper_percentile, is_upper: f64 = 95.0;
    margin_percent, is_margin: f64 = 15.0;
    interval_s, is_interval: u32 = 60;
    min_replicas, is_min_replicas: u32 = 2;
    tolerance_percent, is_tolerance: f64 = 50.0;
}
