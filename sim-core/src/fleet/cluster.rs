//! Pods and nodes together, and what can be done with them.

use super::backfill::Backfill;
use super::nodes::{NewNode, Node, NodeState, Nodes};
use super::pods::{Origin, Pending, Pods};
use super::{Size, pod_request};
use crate::control::decision::Decision;
use crate::random::{Distribution, Rng};
use crate::scenario::Scenario;

/// Pods, nodes, and how long things take.
#[derive(Clone, Debug)]
pub(super) struct Cluster {
    pub(super) pods: Pods,
    pub(super) nodes: Nodes,
    /// What pods created from now on ask for.
    pub(super) request: Size,
    startup_s: Distribution,
    startup_rng: Rng,
    provisioning_s: Distribution,
    provisioning_rng: Rng,
    /// What replaces reclaimed nodes and their pods; `None` without spot nodes.
    reclaimed: Option<Reclaimed>,
    /// Batch work on what the pods leave, if there is any.
    pub(super) backfill: Option<Backfill>,
    /// Decisions about nodes that nobody has fetched yet; `None` while nobody wants them. Their times are seconds
    /// since the start of the simulation.
    pub(super) decisions: Option<Vec<Decision>>,
}

impl Cluster {
    pub(super) fn new(scenario: &Scenario, startup_rng: Rng, provisioning_rng: Rng) -> Self {
        // The simple group gives a pod its node at once, ready or not.
        let has_provisioner = scenario.document().fleet.provisioner.is_some();
        Self {
            pods: Pods::default(),
            nodes: Nodes::new(scenario, has_provisioner),
            request: pod_request(scenario),
            startup_s: scenario.startup_s.clone(),
            startup_rng,
            provisioning_s: scenario.provisioning_s.clone(),
            provisioning_rng,
            reclaimed: None,
            backfill: scenario
                .document()
                .fleet
                .backfill
                .as_ref()
                .map(Backfill::new),
            decisions: None,
        }
    }

    /// Takes down a decision about nodes; it is made only when somebody wants it.
    pub(super) fn note(&mut self, make: impl FnOnce(&Nodes) -> Decision) {
        if let Some(decisions) = &mut self.decisions {
            decisions.push(make(&self.nodes));
        }
    }

    /// Replacements of reclaimed nodes and pods draw from streams of their own, so that they change nothing for others.
    pub(super) fn set_reclaimed(&mut self, reclaimed: Reclaimed) {
        self.reclaimed = Some(reclaimed);
    }

    /// How long a node takes that is added for a pod of this origin.
    pub(super) fn provisioning_time_s(&mut self, origin: Origin) -> f64 {
        match self
            .reclaimed
            .as_mut()
            .filter(|_| origin == Origin::Reclaimed)
        {
            Some(reclaimed) => self.provisioning_s.sample(&mut reclaimed.provisioning_rng),
            None => self.provisioning_s.sample(&mut self.provisioning_rng),
        }
    }

    /// How long a pod of this origin takes to start.
    pub(super) fn startup_time_s(&mut self, origin: Origin) -> f64 {
        match self
            .reclaimed
            .as_mut()
            .filter(|_| origin == Origin::Reclaimed)
        {
            Some(reclaimed) => {
                let startup_s = self.startup_s.sample(&mut reclaimed.startup_rng);
                startup_s + reclaimed.recovery_s
            }
            None => self.startup_s.sample(&mut self.startup_rng),
        }
    }

    /// Gives pending pods their nodes, the oldest first; one that finds no room does not hold up smaller ones.
    /// `add` may add a node for one that finds none.
    pub(super) fn place_pending(
        &mut self,
        now_s: f64,
        mut add: impl FnMut(&mut Self, Pending) -> Option<(u32, f64)>,
    ) {
        let mut index = 0;
        while let Some(run) = self.pods.pending_run(index) {
            let found = self.nodes.place(run.size);
            match found.or_else(|| add(self, run)) {
                Some(place) => self.start(index, run.origin(), place, now_s),
                None => index += 1,
            }
        }
    }

    /// Gives up to `count` pending pods of a size, the oldest first, to a certain node; how many it took.
    pub(super) fn place_on(&mut self, place: u32, size: Size, count: u32, now_s: f64) -> u32 {
        for placed in 0..count {
            let Some(index) = self.pods.pending_index(size) else {
                return placed;
            };
            let Some(place) = self.nodes.put(place, size) else {
                return placed;
            };
            let origin = self
                .pods
                .pending_run(index)
                .map_or(Origin::New, |run| run.origin());
            self.start(index, origin, place, now_s);
        }
        count
    }

    /// A node that has been there for ever has had its pods for ever: they are ready at the very start.
    fn start(
        &mut self,
        index: usize,
        origin: Origin,
        (place, node_ready_s): (u32, f64),
        now_s: f64,
    ) {
        if now_s == f64::NEG_INFINITY {
            self.pods.start_pending(index, place, now_s, now_s);
            return;
        }
        let starts_s = node_ready_s.max(now_s) + self.wait_for_backfill_s(place, now_s);
        let ready_s = starts_s + self.startup_time_s(origin);
        self.pods.start_pending(index, place, now_s, ready_s);
        self.nodes.touch(place, now_s);
    }

    /// How long the pod that has come to a node waits for batch work to leave, seconds.
    fn wait_for_backfill_s(&mut self, place: u32, now_s: f64) -> f64 {
        let Some(backfill) = &mut self.backfill else {
            return 0.0;
        };
        let node = self.nodes.get(place).filter(|node| node.ready_s <= now_s);
        node.map_or(0.0, |node| {
            backfill.give_way(place, node.room.size.millicores)
        })
    }

    /// Asks for a node: it is ready after its provisioning time, unless that is longer than `patience_s`, or
    /// `fails`; then it is given up after `patience_s`. Answers its place.
    pub(super) fn launch(&mut self, kind: u32, pool: u32, now_s: f64, launch: Launch) -> u32 {
        let provisioning_s = self.provisioning_time_s(Origin::New);
        let never = launch.fails || provisioning_s > launch.patience_s;
        let ready_s = if never {
            f64::INFINITY
        } else {
            now_s + provisioning_s
        };
        self.nodes.add(NewNode {
            kind,
            pool,
            now_s,
            ready_s,
            given_up_s: now_s + launch.patience_s,
            expires_s: now_s + launch.lifetime_s,
            reclaimed_s: ready_s + launch.spot_s,
            is_wanting: false,
        })
    }

    /// Gives up a node that did not become ready: the pods that wait for it are pending again.
    pub(super) fn give_up(&mut self, place: u32) {
        self.take_off(place);
        self.nodes.remove(place);
    }

    /// The pods that wait for a node that is coming are pending again.
    pub(super) fn take_off(&mut self, place: u32) {
        for pod in self.pods.take_from_node(place) {
            self.nodes.release(place, pod.size, 0.0);
            self.pods.add_pending(pod.size, 1, pod.origin());
        }
    }

    /// New pods replace those of a node, which takes no more. The ready ones go on serving until others stand in for
    /// them or the node ends at `ends_s`. Answers how many are replaced.
    pub(super) fn leave(&mut self, place: u32, now_s: f64, ends_s: f64) -> u32 {
        let starting = self.pods.leave_node(place);
        for pod in &starting {
            self.nodes.release(place, pod.size, now_s);
        }
        self.nodes.change(place, |node| {
            node.state = NodeState::Cordoned;
            node.expires_s = ends_s;
            node.reclaimed_s = f64::INFINITY;
            node.gone_s = ends_s;
        });
        let staying = self.nodes.get(place).map_or(0, Node::pods);
        let count = staying + starting.len() as u32;
        self.pods
            .add_pending(self.request, count, Origin::Reclaimed);
        count
    }

    /// A node ends with its pods; how many of them were ready. `replaced`: new pods stand in for them from now on.
    pub(super) fn end(&mut self, place: u32, now_s: f64, replaced: bool) -> u32 {
        let ready = self.pods.ready();
        let gone = self.pods.take_from_node(place);
        for pod in &gone {
            self.nodes.release(place, pod.size, now_s);
        }
        self.nodes.remove(place);
        if replaced {
            let count = gone.len() as u32;
            self.pods
                .add_pending(self.request, count, Origin::Reclaimed);
        }
        ready - self.pods.ready()
    }

    /// Evicts all pods of a node; new pods replace them. The node is gone at `gone_s`.
    pub(super) fn drain(&mut self, place: u32, now_s: f64, gone_s: f64) {
        let evicted = self.pods.take_from_node(place);
        self.nodes.change(place, |node| {
            node.state = NodeState::Draining;
            node.gone_s = gone_s;
        });
        for pod in &evicted {
            self.nodes.release(place, pod.size, now_s);
        }
        let count = evicted.len() as u32;
        self.pods.add_pending(self.request, count, Origin::Evicted);
        if gone_s <= now_s {
            self.nodes.remove(place);
        }
    }
}

/// What replaces reclaimed nodes and their pods.
#[derive(Clone, Debug)]
pub(super) struct Reclaimed {
    /// What a pod needs beside its start-up.
    pub(super) recovery_s: f64,
    pub(super) startup_rng: Rng,
    pub(super) provisioning_rng: Rng,
}

/// How a node is asked for.
#[derive(Clone, Copy, Debug)]
pub(super) struct Launch {
    /// It will not come.
    pub(super) fails: bool,
    /// How long it is waited for.
    pub(super) patience_s: f64,
    /// How old it may become; infinite for ever.
    pub(super) lifetime_s: f64,
    /// How long after it is ready its provider takes it back; infinite on demand.
    pub(super) spot_s: f64,
}
