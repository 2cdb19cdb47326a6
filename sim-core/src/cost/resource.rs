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
}

impl Resource {
    /// Number of resources.
    pub const COUNT: usize = 4;

    /// All resources, in the order in which results list them.
    pub const ALL: [Resource; Resource::COUNT] = [
        Resource::Nodes,
        Resource::ControlPlane,
        Resource::LoadBalancer,
        Resource::Egress,
    ];

    /// Words for people.
    pub fn label(self) -> &'static str {
        match self {
            Resource::Nodes => "Nodes",
            Resource::ControlPlane => "Control plane",
            Resource::LoadBalancer => "Load balancer",
            Resource::Egress => "Egress",
        }
    }
}
