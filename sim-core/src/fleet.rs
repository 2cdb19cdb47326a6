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

mod backfill;
mod cluster;
mod cluster_autoscaler;
mod group;
mod karpenter;
pub mod memory;
mod nodes;
mod packing;
mod pods;
mod provisioner;
mod resize;
mod room;
mod size;
pub mod spot;
mod words;

use crate::control::decision::Decision;
use crate::random::{Purpose, StreamKey};
use crate::scenario::Scenario;
pub use backfill::BackfillTick;
use cluster::{Cluster, Reclaimed};
pub use nodes::NodeState;
use pods::Origin;
pub use pods::{AgeGroup, Pod, PodAges};
use provisioner::Provisioner;
pub use size::Size;
use spot::Market;
pub use spot::{MAX_SPOT_OFFERS, MAX_SPOT_POOLS};
use std::sync::Arc;

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

/// Pods and nodes of one replication. Times are seconds since the start of the simulation. Nodes are looked
/// after at their own times, but what becomes ready within a tick counts from the nearer of its two ends: the
/// control tick bounds the resolution of capacity.
#[derive(Clone, Debug)]
pub struct Fleet {
    desired: u32,
    cluster: Cluster,
    provisioner: Provisioner,
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
        let mut cluster = Cluster::new(
            scenario,
            stream(Purpose::PodStartup),
            stream(Purpose::NodeProvisioning),
        );
        let market = scenario.spot.as_ref().map(|model| {
            cluster.set_reclaimed(Reclaimed {
                recovery_s: model.recovery_s,
                startup_rng: stream(Purpose::SpotStartup),
                provisioning_rng: stream(Purpose::SpotProvisioning),
            });
            Market::new(Arc::clone(model), seed, replication, component)
        });
        let mut provisioner = Provisioner::new(scenario, stream(Purpose::NodeChoices), market);
        let request = cluster.request;
        cluster.pods.add_pending(request, replicas, Origin::New);
        provisioner.start(scenario, &mut cluster);
        cluster.pods.make_ready(0.0);
        provisioner.note_change(&cluster, 0.0);
        Self {
            desired: replicas,
            cluster,
            provisioner,
        }
    }

    /// Lets everything happen to nodes that is due by `now_s`, so that it is not taken for an answer to what changes
    /// then. Only a provisioner and the spot market have things due; the simple group waits for [`Fleet::advance`].
    #[inline]
    pub fn advance_nodes(&mut self, now_s: f64) {
        self.provisioner.advance_events(&mut self.cluster, now_s);
        self.retire_surplus(now_s);
    }

    /// Pods that leave go as soon as there are enough without them.
    #[inline(always)]
    fn retire_surplus(&mut self, now_s: f64) {
        // Hardly ever does any; this is asked for twice a tick.
        if self.cluster.pods.leaving() > 0 {
            self.retire_leaving(now_s);
        }
    }

    fn retire_leaving(&mut self, now_s: f64) {
        let pods = &mut self.cluster.pods;
        let surplus = pods.ready().saturating_sub(self.desired);
        for _ in 0..surplus.min(pods.leaving()) {
            if let Some(pod) = self.cluster.pods.take_leaving() {
                self.release(pod.node, pod.size, now_s);
            }
        }
    }

    /// Asks for `replicas` from `now_s` on.
    pub fn set_desired(&mut self, replicas: u32, now_s: f64) {
        self.advance_nodes(now_s);
        self.desired = replicas;
        let have = self.cluster.pods.staying();
        let more = replicas.saturating_sub(have);
        let request = self.cluster.request;
        self.cluster.pods.add_pending(request, more, Origin::New);
        for _ in replicas..have {
            if let Some((node, size)) = self.cluster.pods.remove_one() {
                self.release(node, size, now_s);
            }
        }
        self.retire_surplus(now_s);
        self.place_pending(now_s);
    }

    /// What pods created from now on ask for; those that exist keep what they have. At least 1 of each.
    pub fn set_pod_request(&mut self, request: Size) {
        self.cluster.request = Size {
            millicores: request.millicores.max(1),
            mib: request.mib.max(1),
        };
    }

    /// Evicts the ready pods that `which` picks, oldest first, `most` of them at most. Each is replaced by a new
    /// pod of the present request, which finds a node and starts like any other. Answers how many were evicted.
    pub fn evict(&mut self, most: u32, now_s: f64, mut which: impl FnMut(&Pod) -> bool) -> u32 {
        self.advance_nodes(now_s);
        let pods = &mut self.cluster.pods;
        let evicted = pods.take_ready(most, |pod| !pod.is_leaving() && which(pod));
        let count = evicted.len() as u32;
        if count > 0 {
            for pod in evicted {
                self.release(pod.node, pod.size, now_s);
            }
            let request = self.cluster.request;
            self.cluster
                .pods
                .add_pending(request, count, Origin::Evicted);
            self.place_pending(now_s);
        }
        count
    }

    /// Restarts the containers of the ready pods that `which` picks, oldest first, `most` of them at most. They
    /// keep their node and their size, and are not ready until they have started again. Pods whose node goes are left
    /// alone. Answers how many.
    pub fn restart_ready(
        &mut self,
        most: u32,
        now_s: f64,
        mut which: impl FnMut(&Pod) -> bool,
    ) -> u32 {
        self.advance_nodes(now_s);
        let pods = &mut self.cluster.pods;
        let restarted = pods.take_ready(most, |pod| !pod.is_leaving() && which(pod));
        for pod in &restarted {
            let ready_s = now_s + self.cluster.startup_time_s(Origin::Restarted);
            self.cluster.pods.restart(*pod, ready_s);
        }
        restarted.len() as u32
    }

    /// Lets everything happen that is due by `now_s`.
    #[inline(always)]
    pub fn advance(&mut self, now_s: f64) {
        // What happens to nodes on the way may start pods that are ready by then.
        self.provisioner.advance(&mut self.cluster, now_s);
        self.cluster.pods.make_ready(now_s);
        self.retire_surplus(now_s);
    }

    fn release(&mut self, node: u32, size: Size, now_s: f64) {
        if self.cluster.nodes.release(node, size, now_s) {
            self.provisioner.note_empty(&mut self.cluster, node);
        }
    }

    fn place_pending(&mut self, now_s: f64) {
        let provisioner = &mut self.provisioner;
        self.cluster.place_pending(now_s, |cluster, pod| {
            provisioner.add_for(cluster, pod, now_s)
        });
        self.provisioner.note_change(&self.cluster, now_s);
    }

    /// Replicas asked for.
    #[inline(always)]
    pub fn desired(&self) -> u32 {
        self.desired
    }

    /// Replicas that serve.
    #[inline(always)]
    pub fn ready(&self) -> u32 {
        self.cluster.pods.ready()
    }

    /// Pods asked for that are not ready.
    #[inline(always)]
    pub fn not_ready(&self) -> u32 {
        let pods = &self.cluster.pods;
        pods.staying().saturating_sub(pods.ready())
    }

    /// Ready pods whose node goes, and in whose place others are on their way.
    pub fn leaving(&self) -> u32 {
        self.cluster.pods.leaving()
    }

    /// Of the pods that are not ready, those that replace evicted ones, and those of reclaimed nodes.
    #[inline(always)]
    pub fn not_ready_after_eviction(&self) -> u32 {
        let pods = &self.cluster.pods;
        pods.waiting(Origin::Evicted) + pods.waiting(Origin::Reclaimed)
    }

    /// Of the pods that are not ready, those whose containers were restarted: not more than all, as those that stand in for ready
    /// pods of leaving nodes are not counted there.
    #[inline(always)]
    pub fn not_ready_after_restart(&self) -> u32 {
        let restarted = self.cluster.pods.waiting(Origin::Restarted);
        restarted.min(self.not_ready())
    }

    /// Pods without a node, not even one to come.
    pub fn pending(&self) -> u32 {
        self.cluster.pods.pending()
    }

    /// Whether some pod has no node to come, and none will be added for it.
    #[inline]
    pub fn is_out_of_nodes(&self) -> bool {
        self.provisioner.is_stuck(&self.cluster)
    }

    /// Nodes that are paid for: ready ones, ones being provisioned, and ones being drained.
    #[inline(always)]
    pub fn paid_nodes(&self) -> u32 {
        self.cluster.nodes.paid()
    }

    /// The same by type, in the order of [`Scenario::node_types`].
    #[inline(always)]
    pub fn paid_nodes_by_type(&self) -> &[u32] {
        self.cluster.nodes.counts()
    }

    /// Spot nodes reclaimed so far, by pool of the document; nothing without spot.
    pub fn reclaimed_nodes(&self) -> &[u32] {
        let spot = self.provisioner.spot();
        spot.map_or(&[], |spot| spot.reclaimed())
    }

    /// Nodes on demand that stand in for spot nodes.
    pub fn fallback_nodes(&self) -> u32 {
        self.provisioner.fallback_nodes(&self.cluster)
    }

    /// What an hour in a spot pool costs at some time, US dollars.
    pub fn spot_usd_per_hour(&self, pool: usize, now_s: f64) -> f64 {
        let spot = self.provisioner.spot();
        spot.map_or(0.0, |spot| spot.usd_per_hour(pool, now_s))
    }

    /// Ready pods that ended with their nodes since the last call: what they held is lost.
    #[inline]
    pub fn take_killed(&mut self) -> u32 {
        let spot = self.provisioner.spot_mut();
        spot.map_or(0, |spot| spot.take_killed())
    }

    /// What the nodes cost an hour, US dollars, before any discount.
    pub fn nodes_usd_per_hour(&self) -> f64 {
        self.cluster.nodes.usd_per_hour()
    }

    /// Spreads batch work of low priority over what the pods leave of the ready nodes: it wants so many processors. Pods that
    /// come in its way from then on wait for it to leave.
    pub fn backfill(&mut self, wanted_cores: f64, now_s: f64) -> BackfillTick {
        let cluster = &mut self.cluster;
        match &mut cluster.backfill {
            Some(backfill) => backfill.spread(&cluster.nodes, wanted_cores, now_s),
            None => BackfillTick::default(),
        }
    }

    /// Pods that have waited for batch work to leave.
    pub fn preemptions(&self) -> u32 {
        let backfill = self.cluster.backfill.as_ref();
        backfill.map_or(0, |backfill| backfill.preemptions())
    }

    /// Pods by age, for a controller that judges young pods differently.
    #[inline]
    pub fn pod_ages(&self) -> PodAges<'_> {
        self.cluster.pods.ages()
    }

    /// Pods that have a node: ready ones, oldest first, then starting ones.
    pub fn placed_pods(&self) -> impl Iterator<Item = &Pod> {
        self.cluster.pods.placed()
    }

    /// What pods created now ask for.
    pub fn pod_request(&self) -> Size {
        self.cluster.request
    }

    /// All nodes, by place.
    pub fn nodes(&self) -> impl Iterator<Item = NodeView<'_>> {
        let nodes = &self.cluster.nodes;
        nodes.iter().map(|(place, node)| NodeView {
            place,
            kind: node.kind,
            state: node.state,
            is_base: node.pool == nodes::BASE,
            is_wanting: node.is_wanting,
            pods: &node.loads,
            room: node.room.size,
            allocatable: nodes.kind(node.kind).empty.size,
        })
    }

    /// Takes down decisions about nodes from now on, until they are fetched.
    pub fn log_decisions(&mut self) {
        self.cluster.decisions.get_or_insert_default();
    }

    /// Whether there are any to be taken.
    #[inline(always)]
    pub fn has_decisions(&self) -> bool {
        let decisions = self.cluster.decisions.as_ref();
        decisions.is_some_and(|decisions| !decisions.is_empty())
    }

    /// The decisions about nodes since the last call, in order of time: seconds since the start of the simulation.
    pub fn take_decisions(&mut self) -> Vec<Decision> {
        self.cluster
            .decisions
            .as_mut()
            .map(core::mem::take)
            .unwrap_or_default()
    }
}

/// A node, for who wants to look.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct NodeView<'a> {
    /// Its place: pods name their node by it. Places of removed nodes are reused.
    pub place: u32,
    /// Index of its type in [`Scenario::node_types`].
    pub kind: u32,
    /// What it is about.
    pub state: NodeState,
    /// Whether it belongs to the fixed base that no provisioner touches.
    pub is_base: bool,
    /// Whether it was asked for where there is no spot capacity: it costs nothing until there is some.
    pub is_wanting: bool,
    /// Its pods by size.
    pub pods: &'a [(Size, u32)],
    /// What they leave free.
    pub room: Size,
    /// What an empty node of its type has to give.
    pub allocatable: Size,
}
