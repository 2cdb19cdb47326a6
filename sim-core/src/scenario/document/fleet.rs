//! The nodes that replicas run on, and prices.

use super::{
    BackfillDocument, CommitmentsDocument, DistributionDocument, ProvisionerDocument, SpotDocument,
};
use crate::scenario::read::FromValue;
use serde::Serialize;

/// The nodes: without a provisioner a group of equal ones that grows when pods do not fit and shrinks when nodes are empty.
#[derive(Clone, Debug, PartialEq, Serialize, FromValue)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct FleetDocument {
    /// The kind of node; with a provisioner that of the fixed base.
    pub node: NodeDocument,
    /// Fewest nodes; with a provisioner the fixed base, which it leaves alone (0 for none).
    #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "fleet.min_nodes")))]
    pub min_nodes: u32,
    /// Most nodes, of whatever kind; pods beyond their room stay pending.
    #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "fleet.max_nodes")))]
    pub max_nodes: u32,
    /// From asking for a node to the node being ready: at once when a pod does not fit, with a provisioner when it decides. Lognormal, by autoscaler: Karpenter about 45 s (5 % above 90 s), Cluster Autoscaler about 200 s (5 % above 300 s).
    #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "fleet.provisioning_s")))]
    pub provisioning_s: DistributionDocument,
    /// How long a node must stand empty before it is removed; a provisioner has its own rules instead.
    #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "fleet.empty_node_removal_s")))]
    pub empty_node_removal_s: u32,
    /// CPU of each node that pods cannot use: system, kubelet, daemon sets.
    #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "fleet.reserved_millicores")))]
    pub reserved_millicores: u32,
    /// Memory of each node that pods cannot use.
    #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "fleet.reserved_mib")))]
    pub reserved_mib: u32,
    /// What adds and removes nodes; without it nodes are added at once when a pod does not fit, and removed when they stay empty.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub provisioner: Option<ProvisionerDocument>,
    /// Spot nodes beside those on demand; without it all nodes are on demand. Under a provisioner, what is spot is said there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub spot: Option<SpotDocument>,
    /// Reserved capacity or a savings plan for nodes on demand, of all services together; without it all are paid by the hour. Not in a component's own fleet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub commitments: Option<CommitmentsDocument>,
    /// Batch work of low priority on what the pods leave of the nodes. With a topology, on the main service's nodes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub backfill: Option<BackfillDocument>,
}

/// A kind of node.
#[derive(Clone, Debug, PartialEq, Serialize, FromValue)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum NodeDocument {
    /// An instance type of the price book, at its on-demand price.
    Catalogue {
        /// Name of the instance type.
        #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "fleet.instance_type")))]
        instance_type: String,
    },
    /// A node of your own size and price.
    Custom {
        /// Processors.
        #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "fleet.vcpus")))]
        vcpus: f64,
        /// Memory.
        #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "fleet.memory_gib")))]
        memory_gib: f64,
        /// Price of an hour.
        #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "prices.usd_per_node_hour")))]
        usd_per_hour: f64,
    },
}

/// Prices beside the nodes' own. The defaults are the published ones of the price book.
#[derive(Clone, Debug, PartialEq, Serialize, FromValue)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct PricesDocument {
    /// Discount on the nodes' on-demand price.
    #[serde(default)]
    #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "prices.node_discount_percent")))]
    pub node_discount_percent: f64,
    /// The cluster's control plane, per hour.
    #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "prices.cluster_usd_per_hour")))]
    pub cluster_usd_per_hour: f64,
    /// The load balancer, per hour.
    #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "prices.load_balancer_usd_per_hour")))]
    pub load_balancer_usd_per_hour: f64,
    /// One load-balancer capacity unit (LCU), per hour: 25 new connections a second or 1 GB an hour, whichever is more.
    #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "prices.load_balancer_usd_per_lcu_hour")))]
    pub load_balancer_usd_per_lcu_hour: f64,
    /// Requests that share one connection, for the load balancer's capacity units.
    #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "prices.requests_per_connection")))]
    pub requests_per_connection: f64,
    /// Data sent to the internet, per GB.
    #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "prices.egress_usd_per_gb")))]
    pub egress_usd_per_gb: f64,
}
