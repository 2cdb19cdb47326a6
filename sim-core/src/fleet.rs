//! The fleet: pods on nodes, from "so many replicas please" to replicas that serve.
//!
//! ```text
//!   desired replicas ──► pods ──► first node with room (oldest first) ──► starts ──► ready
//!                          └─► no room: a new node, if the fleet may grow ──► provisioned ──┘
//!   fewer replicas: pods that are not ready go first, then the youngest; a node that stays empty is removed
//! ```
//!
//! All pods are equal, so a node has room for a fixed number: as many as its CPU and its memory, less what
//! the system reserves, hold (and at most 110, the kubelet's default). Kubernetes removes pods in the same
//! order (not ready before ready, younger before older), and pods are packed onto the oldest node with
//! room, as the scheduler does when it scores by most allocated.

mod nodes;
mod pods;

use crate::random::{Distribution, Purpose, Rng, StreamKey};
use crate::scenario::Scenario;
use nodes::Nodes;
pub use pods::PodAges;
use pods::Pods;

/// The kubelet's default limit of pods on a node.
pub const MAX_PODS_PER_NODE: u32 = 110;

/// Pods of the given requests that fit on one node, by CPU, by memory and by the kubelet's limit.
pub fn pods_per_node(scenario: &Scenario) -> u32 {
    let document = scenario.document();
    let (pod, fleet) = (&document.service.pod, &document.fleet);
    let cpu = scenario
        .node
        .vcpus_millicores
        .saturating_sub(fleet.reserved_millicores)
        / pod.cpu_request_millicores.max(1);
    let memory =
        scenario.node.memory_mib.saturating_sub(fleet.reserved_mib) / pod.memory_request_mib.max(1);
    cpu.min(memory).min(MAX_PODS_PER_NODE)
}

/// Pods and nodes of one replication. Times are seconds since the start of the simulation; what becomes
/// ready within a tick counts from the nearer of its two ends.
#[derive(Clone, Debug)]
pub struct Fleet {
    startup_s: Distribution,
    startup_rng: Rng,
    desired: u32,
    pods: Pods,
    nodes: Nodes,
}

impl Fleet {
    /// A fleet that starts with `replicas` ready, on as many nodes as they need.
    pub fn new(
        scenario: &Scenario,
        replicas: u32,
        seed: u64,
        replication: u32,
        component: u32,
    ) -> Self {
        let stream = |purpose| {
            StreamKey {
                seed,
                replication,
                component,
                purpose,
            }
            .rng()
        };
        let mut fleet = Self {
            startup_s: scenario.startup_s.clone(),
            startup_rng: stream(Purpose::PodStartup),
            desired: replicas,
            pods: Pods::default(),
            nodes: Nodes::new(scenario, stream(Purpose::NodeProvisioning)),
        };
        for _ in 0..replicas {
            match fleet.nodes.place_at_start() {
                Some(node) => fleet.pods.add_ready(node),
                None => fleet.pods.add_pending(),
            }
        }
        fleet.nodes.fill_to_minimum();
        fleet
    }

    /// Asks for `replicas` from `now_s` on.
    pub fn set_desired(&mut self, replicas: u32, now_s: f64) {
        self.desired = replicas;
        let have = self.pods.len();
        for _ in have..replicas {
            self.pods.add_pending();
        }
        for _ in replicas..have {
            if let Some(node) = self.pods.remove_one() {
                self.nodes.release(node, now_s);
            }
        }
        self.place_pending(now_s);
    }

    /// Lets everything happen that is due by `now_s`.
    pub fn advance(&mut self, now_s: f64) {
        self.pods.make_ready(now_s);
        if self.nodes.advance(now_s) {
            self.place_pending(now_s);
        }
    }

    fn place_pending(&mut self, now_s: f64) {
        while self.pods.has_pending() {
            let Some((node, node_ready_s)) = self.nodes.place(now_s) else {
                return;
            };
            let ready_s = node_ready_s.max(now_s) + self.startup_s.sample(&mut self.startup_rng);
            self.pods.start_one_pending(node, now_s, ready_s);
        }
    }

    /// Replicas asked for.
    pub fn desired(&self) -> u32 {
        self.desired
    }

    /// Replicas that serve.
    pub fn ready(&self) -> u32 {
        self.pods.ready()
    }

    /// Whether some pod has no node to come.
    pub fn is_out_of_nodes(&self) -> bool {
        self.pods.has_pending()
    }

    /// Nodes that are paid for: ready ones and ones being provisioned.
    pub fn paid_nodes(&self) -> u32 {
        self.nodes.count()
    }

    /// Pods by age, for a controller that judges young pods differently.
    pub fn pod_ages(&self) -> PodAges<'_> {
        self.pods.ages()
    }

    /// Pods that exist and are not ready.
    pub fn not_ready(&self) -> u32 {
        self.pods.len() - self.pods.ready()
    }
}
