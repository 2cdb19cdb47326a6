//! The fleet: pods on nodes, from "so many replicas please" to replicas that serve.
//!
//! ```text
//!   desired replicas ──► pods ──► first node with room (oldest first) ──► starts ──► ready
//!                          └─► no room: a new node, if the fleet may grow ──► provisioned ──┘
//!   fewer replicas: pods that are not ready go first, then the youngest; a node that stays empty is removed
//! ```
//!
//! A pod asks for CPU and memory; a node has room for as many pods as its CPU and its memory, less what the
//! system reserves, hold (and at most 110, the kubelet's default). Kubernetes removes pods in the same order
//! (not ready before ready, younger before older), and pods are packed onto the oldest node with room, as the
//! scheduler does when it scores by most allocated.
//!
//! When nothing is due, a tick costs two comparisons. What happens costs the logarithm of the number of nodes
//! a pod, except evictions and restarts, which go through all pods once each.

mod group;
pub mod memory;
mod nodes;
mod pods;
mod resize;
mod room;
mod size;

use crate::random::{Distribution, Purpose, Rng, StreamKey};
use crate::scenario::Scenario;
use group::NodeGroup;
use nodes::Nodes;
pub use pods::{AgeGroup, Pod, PodAges};
use pods::{Origin, Pods};
pub use size::Size;

/// The kubelet's default limit of pods on a node.
pub const MAX_PODS_PER_NODE: u32 = 110;

/// Pods of the given requests that fit on one node, by CPU, by memory and by the kubelet's limit.
pub fn pods_per_node(scenario: &Scenario) -> u32 {
    nodes::empty_room(&scenario.node, scenario).count(pod_request(scenario))
}

/// What a pod of the scenario asks for.
fn pod_request(scenario: &Scenario) -> Size {
    let pod = &scenario.document().service.pod;
    Size {
        millicores: pod.cpu_request_millicores,
        mib: pod.memory_request_mib,
    }
}

/// Pods and nodes of one replication. Times are seconds since the start of the simulation; what becomes
/// ready within a tick counts from the nearer of its two ends.
#[derive(Clone, Debug)]
pub struct Fleet {
    startup_s: Distribution,
    startup_rng: Rng,
    desired: u32,
    /// What pods created from now on ask for.
    request: Size,
    pods: Pods,
    nodes: Nodes,
    group: NodeGroup,
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
        let request = pod_request(scenario);
        let mut fleet = Self {
            startup_s: scenario.startup_s.clone(),
            startup_rng: stream(Purpose::PodStartup),
            desired: replicas,
            request,
            pods: Pods::default(),
            nodes: Nodes::new(scenario),
            group: NodeGroup::new(scenario, stream(Purpose::NodeProvisioning)),
        };
        for _ in 0..replicas {
            match fleet.group.place_at_start(&mut fleet.nodes, request) {
                Some(node) => fleet.pods.add_ready(node, request),
                None => fleet.pods.add_pending(request, 1, Origin::New),
            }
        }
        fleet.group.fill_to_minimum(&mut fleet.nodes);
        fleet
    }

    /// Asks for `replicas` from `now_s` on.
    pub fn set_desired(&mut self, replicas: u32, now_s: f64) {
        self.desired = replicas;
        let have = self.pods.len();
        self.pods
            .add_pending(self.request, replicas.saturating_sub(have), Origin::New);
        for _ in replicas..have {
            if let Some((node, size)) = self.pods.remove_one() {
                self.release(node, size, now_s);
            }
        }
        self.place_pending(now_s);
    }

    /// What pods created from now on ask for; those that exist keep what they have. At least 1 of each.
    pub fn set_pod_request(&mut self, request: Size) {
        self.request = Size {
            millicores: request.millicores.max(1),
            mib: request.mib.max(1),
        };
    }

    /// Evicts the ready pods that `which` picks, oldest first, `most` of them at most. Each is replaced by a new
    /// pod of the present request, which finds a node and starts like any other. Answers how many were evicted.
    pub fn evict(&mut self, most: u32, now_s: f64, which: impl FnMut(&Pod) -> bool) -> u32 {
        let evicted = self.pods.take_ready(most, which);
        self.replace(&evicted, now_s)
    }

    /// Restarts the containers of the ready pods that `which` picks, oldest first, `most` of them at most. They
    /// keep their node and their size, and are not ready until they have started again. Answers how many.
    pub fn restart_ready(&mut self, most: u32, now_s: f64, which: impl FnMut(&Pod) -> bool) -> u32 {
        let restarted = self.pods.take_ready(most, which);
        for pod in &restarted {
            let ready_s = now_s + self.startup_s.sample(&mut self.startup_rng);
            self.pods.restart(*pod, ready_s);
        }
        restarted.len() as u32
    }

    fn replace(&mut self, evicted: &[Pod], now_s: f64) -> u32 {
        for pod in evicted {
            self.release(pod.node, pod.size, now_s);
        }
        let count = evicted.len() as u32;
        self.pods.add_pending(self.request, count, Origin::Evicted);
        self.place_pending(now_s);
        count
    }

    /// Lets everything happen that is due by `now_s`.
    pub fn advance(&mut self, now_s: f64) {
        self.pods.make_ready(now_s);
        if self.group.advance(&mut self.nodes, now_s) {
            self.place_pending(now_s);
        }
    }

    fn release(&mut self, node: u32, size: Size, now_s: f64) {
        if self.nodes.release(node, size, now_s)
            && let Some(node) = self.nodes.get(node)
        {
            self.group.note_empty(node.empty_since_s);
        }
    }

    /// Gives pending pods their nodes, the oldest first; one that finds no room does not hold up smaller ones.
    fn place_pending(&mut self, now_s: f64) {
        let mut index = 0;
        while let Some(run) = self.pods.pending_run(index) {
            let place = self
                .nodes
                .place(run.size)
                .or_else(|| self.group.add_for(&mut self.nodes, run.size, now_s));
            let Some((node, node_ready_s)) = place else {
                index += 1;
                continue;
            };
            let ready_s = node_ready_s.max(now_s) + self.startup_s.sample(&mut self.startup_rng);
            self.pods.start_pending(index, node, now_s, ready_s);
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
        self.pods.pending() > 0
    }

    /// Nodes that are paid for: ready ones and ones being provisioned.
    pub fn paid_nodes(&self) -> u32 {
        self.nodes.count()
    }

    /// The same by type, in the order of [`Scenario::node_types`].
    pub fn paid_nodes_by_type(&self) -> &[u32] {
        self.nodes.counts()
    }

    /// What the nodes cost an hour, US dollars, before any discount.
    pub fn nodes_usd_per_hour(&self) -> f64 {
        self.nodes.usd_per_hour()
    }

    /// Pods by age, for a controller that judges young pods differently.
    pub fn pod_ages(&self) -> PodAges<'_> {
        self.pods.ages()
    }

    /// Pods that have a node: ready ones, oldest first, then starting ones.
    pub fn placed_pods(&self) -> impl Iterator<Item = &Pod> {
        self.pods.placed()
    }

    /// What pods created now ask for.
    pub fn pod_request(&self) -> Size {
        self.request
    }

    /// Pods that exist and are not ready.
    pub fn not_ready(&self) -> u32 {
        self.pods.len() - self.pods.ready()
    }

    /// Of the pods that are not ready, those that replace evicted ones.
    pub fn not_ready_after_eviction(&self) -> u32 {
        self.pods.waiting(Origin::Evicted)
    }

    /// Of the pods that are not ready, those whose containers were restarted.
    pub fn not_ready_after_restart(&self) -> u32 {
        self.pods.waiting(Origin::Restarted)
    }
}
