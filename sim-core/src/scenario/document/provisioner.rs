//! What adds and removes nodes.

use super::serving::is_default;
use super::{DaysDocument, NodeDocument};
use crate::scenario::read::FromValue;
use serde::Serialize;

/// What adds and removes nodes. Its nodes come beside the fleet's own `min_nodes`, which are a fixed base then.
#[derive(Clone, Debug, PartialEq, Serialize, FromValue)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum ProvisionerDocument {
    /// The Kubernetes Cluster Autoscaler: groups of equal nodes grow when pods do not fit and lose nodes that are little used.
    ClusterAutoscaler(ClusterAutoscalerDocument),
    /// Karpenter: packs pods onto the cheapest types of a catalogue, and replaces nodes by fewer or cheaper ones.
    Karpenter(KarpenterDocument),
}

/// The Kubernetes Cluster Autoscaler.
#[derive(Clone, Debug, PartialEq, Serialize, FromValue)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct ClusterAutoscalerDocument {
    /// Groups of equal nodes.
    #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "autoscaled.groups")))]
    pub groups: Vec<NodeGroupDocument>,
    /// Which group grows when several could (flag expander).
    #[serde(default)]
    pub expander: ExpanderDocument,
    /// Time between two looks at pods and nodes (flag scan-interval). The control tick bounds how finely their effect is seen.
    #[serde(default = "default_scan_interval_s")]
    #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "autoscaled.scan_interval_s")))]
    pub scan_interval_s: u32,
    /// A node is little used when its pods ask for less than this share of its CPU and of its memory (flag scale-down-utilization-threshold).
    #[serde(default = "default_utilization_threshold_percent")]
    #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "autoscaled.utilization_threshold_percent")))]
    pub utilization_threshold_percent: f64,
    /// How long a node must have been little used, with pods that fit elsewhere, before it is removed (flag scale-down-unneeded-time).
    #[serde(default = "default_unneeded_s")]
    #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "autoscaled.unneeded_s")))]
    pub unneeded_s: u32,
    /// Nothing is removed for so long after nodes were added (flag scale-down-delay-after-add).
    #[serde(default = "default_delay_after_add_s")]
    #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "autoscaled.delay_after_add_s")))]
    pub delay_after_add_s: u32,
    /// A node that is not ready by then is given up, and its group backs off for 5 to 30 minutes (flag max-node-provision-time).
    #[serde(default = "default_max_provision_s")]
    #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "autoscaled.max_provision_s")))]
    pub max_provision_s: u32,
    /// Share of new nodes that never become ready.
    #[serde(default)]
    #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "autoscaled.provisioning_failure_percent")))]
    pub provisioning_failure_percent: f64,
    /// Empty nodes that are removed at once; of nodes with pods, one is drained at a time (flag max-empty-bulk-delete).
    #[serde(default = "default_max_empty_bulk_delete")]
    #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "autoscaled.max_empty_bulk_delete")))]
    pub max_empty_bulk_delete: u32,
    /// From evicting a node's pods to no longer paying for the node: they stop, and the machine is given back.
    #[serde(default = "default_drain_s")]
    #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "provisioner.drain_s")))]
    pub drain_s: u32,
}

/// A group of equal nodes.
#[derive(Clone, Debug, PartialEq, Serialize, FromValue)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct NodeGroupDocument {
    /// The kind of node.
    pub node: NodeDocument,
    /// Fewest nodes of the group.
    #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "autoscaled.min_nodes")))]
    pub min_nodes: u32,
    /// Most nodes of the group; the fleet's `max_nodes` bounds all nodes together.
    #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "autoscaled.max_nodes")))]
    pub max_nodes: u32,
    /// How its nodes are paid for.
    #[serde(default, skip_serializing_if = "is_default")]
    #[cfg_attr(feature = "schema", schemars(extend("default" = "on_demand")))]
    pub capacity: GroupCapacity,
    /// With the expander `priority`, the group with the highest grows.
    #[serde(default, skip_serializing_if = "is_default")]
    #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "autoscaled.priority", "default" = 0)))]
    pub priority: u32,
}

/// How the nodes of a group are paid for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, FromValue)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum GroupCapacity {
    /// On demand.
    #[default]
    OnDemand,
    /// Spot, from the pools of the fleet's spot nodes. Where none has capacity, the group waits for it until `max_provision_s` has passed, then backs off, and another group grows.
    Spot,
}

/// Which group grows when several could.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, FromValue)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum ExpanderDocument {
    /// The one whose new nodes would have the smallest share of CPU and memory left.
    #[default]
    LeastWaste,
    /// Any of them, with equal probability.
    Random,
    /// The one whose new nodes would take most of the pods.
    MostPods,
    /// The one whose new nodes cost least for each pod.
    Price,
    /// The one with the highest priority.
    Priority,
}

/// Karpenter with one node pool.
#[derive(Clone, Debug, PartialEq, Serialize, FromValue)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct KarpenterDocument {
    /// Instance types it may launch; of those that take a node's pods, the cheapest is.
    #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "karpenter.instance_types")))]
    pub instance_types: Vec<String>,
    /// Whether its nodes may be spot, of the pools of the fleet's spot nodes (karpenter.sh/capacity-type).
    #[serde(default, skip_serializing_if = "is_default")]
    #[cfg_attr(feature = "schema", schemars(extend("default" = "on_demand")))]
    pub capacity_types: CapacityTypes,
    /// Consolidation also replaces spot nodes by cheaper spot nodes: several by one, and one only when at least 15 types are cheaper (feature gate SpotToSpotConsolidation).
    #[serde(default, skip_serializing_if = "is_default")]
    #[cfg_attr(feature = "schema", schemars(extend("default" = false)))]
    pub spot_to_spot: bool,
    /// A batch of pods is closed when none has come for so long (flag batch-idle-duration).
    #[serde(default = "default_batch_idle_s")]
    #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "karpenter.batch_idle_s")))]
    pub batch_idle_s: f64,
    /// A batch is closed so long after its first pod at the latest (flag batch-max-duration).
    #[serde(default = "default_batch_max_s")]
    #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "karpenter.batch_max_s")))]
    pub batch_max_s: f64,
    /// Which nodes it removes or replaces (consolidationPolicy).
    #[serde(default)]
    pub consolidation: ConsolidationPolicy,
    /// How long no pod may have come to a node or left it before it is considered (consolidateAfter).
    #[serde(default)]
    #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "karpenter.consolidate_after_s")))]
    pub consolidate_after_s: u32,
    /// How many nodes may be disrupted at once; of several that hold, the smallest counts, and without any all may be.
    #[serde(default = "default_budgets")]
    #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "karpenter.budgets")))]
    pub budgets: Vec<BudgetDocument>,
    /// Age at which a node is drained, whatever the budgets say (expireAfter, 720 h by default); without it nodes do not expire.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "karpenter.expire_after_hours")))]
    pub expire_after_hours: Option<f64>,
    /// A node that is not ready by then is given up, and its pods are looked at again.
    #[serde(default = "default_registration_timeout_s")]
    #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "karpenter.registration_timeout_s")))]
    pub registration_timeout_s: u32,
    /// Most CPU and memory of its nodes together; the fleet's `max_nodes` bounds their number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limits: Option<PoolLimitsDocument>,
    /// From evicting a node's pods to no longer paying for the node: they stop, and the machine is given back.
    #[serde(default = "default_drain_s")]
    #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "provisioner.drain_s")))]
    pub drain_s: u32,
}

/// How Karpenter's nodes may be paid for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, FromValue)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum CapacityTypes {
    /// On demand only.
    #[default]
    OnDemand,
    /// Spot only: pods wait while no pool has capacity.
    Spot,
    /// Spot where a pool has capacity, on demand where none has.
    SpotAndOnDemand,
}

/// Which nodes Karpenter removes or replaces.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, FromValue)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum ConsolidationPolicy {
    /// Empty nodes, nodes whose pods fit elsewhere, and nodes that one cheaper node can replace.
    #[default]
    WhenEmptyOrUnderutilized,
    /// Empty nodes only.
    WhenEmpty,
    /// None (consolidateAfter: Never).
    Never,
}

/// A limit on how many nodes are disrupted at once.
#[derive(Clone, Debug, PartialEq, Serialize, FromValue)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct BudgetDocument {
    /// How many.
    pub most: BudgetLimitDocument,
    /// Reasons that it holds for; without any it holds for all.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "karpenter.reasons")))]
    pub reasons: Vec<DisruptionReason>,
    /// When it holds (schedule and duration); without it always.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hours: Option<BudgetHoursDocument>,
}

/// How many nodes a budget lets be disrupted at once.
#[derive(Clone, Debug, PartialEq, Serialize, FromValue)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum BudgetLimitDocument {
    /// A share of the nodes, rounded up.
    Percent {
        /// Per cent of the nodes.
        #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "karpenter.budget_percent")))]
        percent: f64,
    },
    /// A number of nodes.
    Count {
        /// Number of nodes.
        #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "karpenter.budget_nodes")))]
        nodes: u32,
    },
}

/// Hours in which a budget holds. The window starts on a Monday at 00:00.
#[derive(Clone, Debug, PartialEq, Serialize, FromValue)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct BudgetHoursDocument {
    /// Days on which they start.
    #[serde(default)]
    pub days: DaysDocument,
    /// Hour of the day at which they start.
    #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "scheduled.hour")))]
    pub from_hour: f64,
    /// Hour of the day at which they end; at or before the start means on the next day.
    #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "scheduled.hour")))]
    pub to_hour: f64,
}

/// Why a node is disrupted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, FromValue)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum DisruptionReason {
    /// Its pods fit elsewhere, or on a cheaper node.
    Underutilized,
    /// It has no pods.
    Empty,
    /// It no longer is what its pool asks for. Nothing drifts in a simulation.
    Drifted,
}

/// Most CPU and memory of a pool's nodes together.
#[derive(Clone, Debug, PartialEq, Serialize, FromValue)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct PoolLimitsDocument {
    /// Processors.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "karpenter.limit_vcpus")))]
    pub vcpus: Option<f64>,
    /// Memory.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "karpenter.limit_memory_gib")))]
    pub memory_gib: Option<f64>,
}

fn default_scan_interval_s() -> u32 {
    10
}
fn default_utilization_threshold_percent() -> f64 {
    50.0
}
fn default_unneeded_s() -> u32 {
    600
}
fn default_delay_after_add_s() -> u32 {
    600
}
fn default_max_provision_s() -> u32 {
    900
}
fn default_max_empty_bulk_delete() -> u32 {
    10
}
fn default_drain_s() -> u32 {
    30
}
fn default_batch_idle_s() -> f64 {
    1.0
}
fn default_batch_max_s() -> f64 {
    10.0
}
fn default_budgets() -> Vec<BudgetDocument> {
    vec![BudgetDocument {
        most: BudgetLimitDocument::Percent { percent: 10.0 },
        reasons: vec![],
        hours: None,
    }]
}
fn default_registration_timeout_s() -> u32 {
    900
}
