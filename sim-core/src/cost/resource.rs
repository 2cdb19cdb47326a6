//! What money is spent on. Every dollar belongs to exactly one resource.

use serde::{Deserialize, Serialize};

/// What money is spent on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Resource {
    /// Node-hours.
    Nodes,
    /// The cluster's control plane.
    ControlPlane,
    /// The load balancer: its hours and capacity units.
    LoadBalancer,
    /// Data sent to the internet.
    Egress,
    /// What services depend on: databases, caches, other people's interfaces.
    Dependencies,
    /// Data held in storage tiers.
    Storage,
    /// Objects written and read, and asked to be restored.
    StorageRequests,
    /// Bytes read from tiers that charge for it.
    StorageRetrieval,
    /// Objects moved by lifecycle rules.
    StorageTransitions,
    /// Objects that left a tier before their minimum time.
    StorageEarlyDeletion,
    /// Watching which objects are read.
    StorageMonitoring,
    /// The cache in front of the tiers.
    StorageCache,
    /// Spot machines of batch jobs.
    BatchSpot,
    /// On-demand machines of batch jobs.
    BatchOnDemand,
    /// Node-hours on demand, where some are spot or committed to.
    OnDemandNodes,
    /// Node-hours of spot nodes.
    SpotNodes,
    /// Node-hours that a commitment pays for.
    CommittedNodes,
    /// What a commitment pays for and nobody uses.
    UnusedCommitment,
    /// Requests of functions.
    FunctionRequests,
    /// Time that functions' instances are at work.
    FunctionDuration,
    /// Starts of functions' instances.
    FunctionStarts,
    /// Functions' provisioned instances, and the time at work on them.
    FunctionProvisioned,
    /// Requests at the edge cache.
    EdgeRequests,
    /// Data sent from the edge cache to users.
    EdgeTransfer,
}

impl Resource {
    /// Number of resources that serve requests: every scenario pays for them.
    pub const COUNT: usize = 4;

    /// What serves requests, in the order in which results list it.
    pub const ALL: [Resource; Resource::COUNT] = [
        Resource::Nodes,
        Resource::ControlPlane,
        Resource::LoadBalancer,
        Resource::Egress,
    ];

    /// What storage is paid for, in the order in which results list it; only scenarios with storage have it.
    pub const STORAGE: [Resource; 7] = [
        Resource::Storage,
        Resource::StorageRequests,
        Resource::StorageRetrieval,
        Resource::StorageTransitions,
        Resource::StorageEarlyDeletion,
        Resource::StorageMonitoring,
        Resource::StorageCache,
    ];

    /// What the edge cache is paid for; only scenarios with one have it.
    pub const EDGE: [Resource; 2] = [Resource::EdgeRequests, Resource::EdgeTransfer];

    /// How nodes are paid for beside on demand; only scenarios with spot nodes or commitments have it.
    pub const NODE_MARKET: [Resource; 3] = [
        Resource::SpotNodes,
        Resource::CommittedNodes,
        Resource::UnusedCommitment,
    ];
    /// What functions are paid for, in the order in which results list it; only scenarios with functions have it.
    pub const FUNCTIONS: [Resource; 4] = [
        Resource::FunctionRequests,
        Resource::FunctionDuration,
        Resource::FunctionStarts,
        Resource::FunctionProvisioned,
    ];
    /// What batch jobs are paid for, in the order in which results list it; only scenarios with jobs have it.
    pub const BATCH: [Resource; 2] = [Resource::BatchSpot, Resource::BatchOnDemand];

    /// Words for people.
    pub fn label(self) -> &'static str {
        match self {
            Resource::Nodes => "Nodes",
            Resource::ControlPlane => "Control plane",
            Resource::LoadBalancer => "Load balancer",
            Resource::Egress => "Egress",
            Resource::Dependencies => "Dependencies",
            Resource::Storage => "Storage",
            Resource::StorageRequests => "Storage requests",
            Resource::StorageRetrieval => "Retrieval",
            Resource::StorageTransitions => "Transitions",
            Resource::StorageEarlyDeletion => "Early deletion",
            Resource::StorageMonitoring => "Monitoring",
            Resource::StorageCache => "Storage cache",
            Resource::BatchSpot => "Batch jobs, spot",
            Resource::BatchOnDemand => "Batch jobs, on demand",
            Resource::OnDemandNodes => "On-demand nodes",
            Resource::SpotNodes => "Spot nodes",
            Resource::CommittedNodes => "Committed nodes",
            Resource::UnusedCommitment => "Unused commitment",
            Resource::FunctionRequests => "Function requests",
            Resource::FunctionDuration => "Function time",
            Resource::FunctionStarts => "Function starts",
            Resource::FunctionProvisioned => "Provisioned functions",
            Resource::EdgeRequests => "Edge requests",
            Resource::EdgeTransfer => "Edge transfer",
        }
    }
}
