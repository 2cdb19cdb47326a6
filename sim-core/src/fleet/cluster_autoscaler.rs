//! The Kubernetes Cluster Autoscaler.
//!
//! ```text
//!   each scan:  pods without room? ─► for each group: how many of its nodes would they need (first-fit
//!               decreasing) ─► the expander picks a group ─► nodes are asked for; done for this scan
//!               none? ─► nodes under the threshold whose pods fit elsewhere are unneeded; unneeded for long
//!               enough, and no pause: empty ones go together, of the others one is drained at a time
//! ```
//!
//! Source: kubernetes/autoscaler, cluster-autoscaler/FAQ.md and the code: expander/waste, estimator, core/scaledown.
//! Simplifications: pods wait for the node that was asked for on their behalf, even if room appears elsewhere;
//! the price expander compares the price of the new nodes per pod; a drain evicts all pods of a node at once;
//! there is no new node while more than 45 % of the nodes are unready upstream, which is not modelled. Scans while
//! nothing has changed and nothing is due would decide nothing and are skipped. Groups of spot nodes: see `spot_groups`.

mod backoff;
mod expander;
mod spot_groups;
mod words;

use super::cluster::{Cluster, Launch};
use super::nodes::{NewNode, Node, NodeState, Nodes};
use super::packing;
use super::spot::SpotNodes;
use crate::random::{Rng, uniform};
use crate::scenario::Scenario;
use crate::scenario::document::{ClusterAutoscalerDocument, ExpanderDocument, GroupCapacity};
use backoff::Backoff;
use expander::Expansion;
use words::{Look, NoScaleUp};

/// Nodes with pods that one scan considers (flag scale-down-non-empty-candidates-count).
const MOST_CANDIDATES_WITH_PODS: u32 = 30;

/// A group of equal nodes. Its number, by which its nodes know it and which is also that of its type, is its
/// index plus one.
#[derive(Clone, Debug)]
struct Group {
    minimum: u32,
    maximum: u32,
    /// Nodes, without those that are being removed.
    count: u32,
    /// Whether its nodes are spot: they are of the types of its pools, which are of its own size.
    is_spot: bool,
    /// The priority expander takes the group with the highest.
    priority: u32,
    backoff: Backoff,
}

/// The Cluster Autoscaler with its memory.
#[derive(Clone, Debug)]
pub(super) struct ClusterAutoscaler {
    groups: Vec<Group>,
    expander: ExpanderDocument,
    scan_s: f64,
    /// When its first scan is: it was not started with the simulation.
    phase_s: f64,
    threshold: f64,
    unneeded_s: f64,
    delay_after_add_s: f64,
    patience_s: f64,
    failure_probability: f64,
    most_empty: u32,
    drain_s: f64,
    /// Nodes at most, of all groups and the base together.
    most_nodes: u32,
    /// Spot nodes, where there may be any.
    spot: Option<SpotNodes>,
    choices: Rng,
    last_add_s: f64,
    next_scan_s: f64,
    is_stuck: bool,
}

impl ClusterAutoscaler {
    pub(super) fn new(
        document: &ClusterAutoscalerDocument,
        scenario: &Scenario,
        mut choices: Rng,
        spot: Option<SpotNodes>,
    ) -> Self {
        let groups = document.groups.iter().map(|group| Group {
            minimum: group.min_nodes,
            maximum: group.max_nodes,
            count: 0,
            is_spot: group.capacity == GroupCapacity::Spot,
            priority: group.priority,
            backoff: Backoff::default(),
        });
        let scan_s = f64::from(document.scan_interval_s);
        Self {
            groups: groups.collect(),
            expander: document.expander,
            scan_s,
            phase_s: scan_s * uniform(&mut choices),
            threshold: document.utilization_threshold_percent / 100.0,
            unneeded_s: f64::from(document.unneeded_s),
            delay_after_add_s: f64::from(document.delay_after_add_s),
            patience_s: f64::from(document.max_provision_s),
            failure_probability: document.provisioning_failure_percent / 100.0,
            most_empty: document.max_empty_bulk_delete,
            drain_s: f64::from(document.drain_s),
            most_nodes: scenario.document().fleet.max_nodes,
            spot,
            choices,
            last_add_s: f64::NEG_INFINITY,
            next_scan_s: f64::INFINITY,
            is_stuck: false,
        }
    }

    /// The groups at their minimum, and nodes for the pending pods, as the expander picks them.
    pub(super) fn start(&mut self, cluster: &mut Cluster) {
        for (group, number) in self.groups.iter_mut().zip(1..) {
            if group.is_spot {
                continue;
            }
            for _ in 0..group.minimum {
                cluster.nodes.add(NewNode::at_start(number, number));
            }
            group.count = group.minimum;
        }
        let now_s = f64::NEG_INFINITY;
        self.replenish(cluster, now_s);
        cluster.place_pending(now_s, |_, _| None);
        while let Some(expansion) = self.pick_expansion(cluster, now_s) {
            self.expand(cluster, &expansion, now_s);
        }
    }

    pub(super) fn next_s(&self) -> f64 {
        self.next_scan_s
    }

    pub(super) fn is_stuck(&self) -> bool {
        self.is_stuck
    }

    /// Something has changed: the next scan looks at it.
    pub(super) fn note_change(&mut self, now_s: f64) {
        let scans = ((now_s - self.phase_s) / self.scan_s).ceil().max(0.0);
        let scan_s = self.phase_s + scans * self.scan_s;
        let scan_s = if scan_s < now_s {
            scan_s + self.scan_s
        } else {
            scan_s
        };
        self.next_scan_s = self.next_scan_s.min(scan_s);
    }

    /// There is something to do at the next scan but this one.
    fn scan_again(&mut self, now_s: f64) {
        self.next_scan_s = self.next_scan_s.min(now_s + self.scan_s);
    }

    /// A node did not come in time.
    pub(super) fn node_is_given_up(&mut self, cluster: &mut Cluster, place: u32, now_s: f64) {
        let Some(group) = cluster.nodes.get(place).map(|node| node.pool) else {
            return;
        };
        let Some(group) = self.group_mut(group) else {
            return;
        };
        group.count = group.count.saturating_sub(1);
        group.backoff.fail(now_s);
        let backoff_s = group.backoff.until_s - now_s;
        cluster.note(|nodes| words::given_up(nodes, place, backoff_s, now_s));
    }

    /// A node has come. The last of those that its group was asked for makes up for earlier failures.
    pub(super) fn node_is_ready(&mut self, nodes: &Nodes, place: u32) {
        let Some(number) = nodes.get(place).map(|node| node.pool) else {
            return;
        };
        let Some(group) = self.group_mut(number) else {
            return;
        };
        let is_coming = |node: &Node| node.pool == number && node.state == NodeState::Coming;
        if group.backoff.is_remembered() && !nodes.iter().any(|(_, node)| is_coming(node)) {
            group.backoff.succeed();
        }
    }

    fn group_mut(&mut self, number: u32) -> Option<&mut Group> {
        self.groups.get_mut((number as usize).checked_sub(1)?)
    }

    fn group(&self, number: u32) -> Option<&Group> {
        self.groups.get((number as usize).checked_sub(1)?)
    }

    /// Looks around.
    pub(super) fn scan(&mut self, cluster: &mut Cluster, now_s: f64) {
        self.next_scan_s = f64::INFINITY;
        self.is_stuck = false;
        if cluster.pods.pending() > 0 && self.scale_up(cluster, now_s) {
            self.last_add_s = now_s;
            self.scan_again(now_s);
        } else {
            self.scale_down(cluster, now_s);
        }
    }

    /// Whether nodes were asked for.
    fn scale_up(&mut self, cluster: &mut Cluster, now_s: f64) -> bool {
        let Some(expansion) = self.pick_expansion(cluster, now_s) else {
            self.note_no_expansion(cluster, now_s);
            return false;
        };
        let (expander, pending) = (self.expander, cluster.pods.pending());
        cluster.note(|nodes| words::scale_up(nodes, &expansion, expander, pending, now_s));
        self.expand(cluster, &expansion, now_s);
        true
    }

    fn note_no_expansion(&mut self, cluster: &mut Cluster, now_s: f64) {
        let pods = cluster.pods.pending_largest_first();
        let takes_some = |number: u32| {
            let empty = cluster.nodes.kind(number).empty;
            pods.iter().any(|(size, _)| empty.count(*size) > 0)
        };
        let mut reason = if cluster.nodes.count() >= self.most_nodes() {
            NoScaleUp::Maximum
        } else {
            NoScaleUp::TooLarge
        };
        let mut again_s = f64::INFINITY;
        for (group, number) in self.groups.iter().zip(1..) {
            if !takes_some(number) {
                continue;
            }
            if group.count >= group.maximum {
                reason = reason.or(NoScaleUp::Maximum);
            } else if group.backoff.holds(now_s) && reason != NoScaleUp::Maximum {
                again_s = again_s.min(group.backoff.until_s);
            }
        }
        if again_s < f64::INFINITY {
            // Nodes will be tried again: the pods are late, but not out of nodes.
            reason = NoScaleUp::Backoff;
            self.note_change(again_s);
        }
        self.is_stuck = reason != NoScaleUp::Backoff;
        let pending = cluster.pods.pending();
        cluster.note(|nodes| words::no_scale_up(nodes, reason, pending, now_s));
    }

    fn expand(&mut self, cluster: &mut Cluster, expansion: &Expansion, now_s: f64) {
        let (number, at_start) = (expansion.group, now_s == f64::NEG_INFINITY);
        let is_spot = self.group(number).is_some_and(|group| group.is_spot);
        let mut wanted = 0;
        for bin in &expansion.bins {
            let place = if is_spot {
                self.ask_for_spot(cluster, number, now_s)
            } else if at_start {
                cluster.nodes.add(NewNode::at_start(number, number))
            } else {
                let launch = Launch {
                    fails: self.fails(),
                    patience_s: self.patience_s,
                    lifetime_s: f64::INFINITY,
                    spot_s: f64::INFINITY,
                };
                cluster.launch(number, number, now_s, launch)
            };
            for (size, count) in &bin.loads {
                cluster.place_on(place, *size, *count, now_s);
            }
            let node = cluster.nodes.get(place);
            wanted += u32::from(node.is_some_and(|node| node.is_wanting));
        }
        if wanted > 0 {
            cluster.note(|nodes| words::no_spot(nodes, wanted, self.patience_s, now_s));
        }
        let added = expansion.bins.len() as u32;
        if let Some(group) = self.group_mut(number) {
            group.count += added;
        }
    }

    /// Whether the next node will never become ready.
    fn fails(&mut self) -> bool {
        self.failure_probability > 0.0 && uniform(&mut self.choices) < self.failure_probability
    }

    /// Removes what is not needed, and sets when to look again.
    fn scale_down(&mut self, cluster: &mut Cluster, now_s: f64) {
        let mut look = self.find_unneeded(cluster, now_s);
        // Upstream also pauses after a removal that failed (scale-down-delay-after-failure): here none does.
        let pause_end_s = self.last_add_s + self.delay_after_add_s;
        look.pause_s = (pause_end_s - now_s).max(0.0);
        let mut removals = Vec::new();
        let mut next_s = f64::INFINITY;
        let mut is_draining = draining_with_pods(&cluster.nodes);
        let mut empty_left = self.most_empty;
        for &place in &look.unneeded {
            let Some(node) = cluster.nodes.get(place) else {
                continue;
            };
            let (is_empty, number) = (node.is_empty(), node.pool);
            let due_s = (node.unneeded_since_s + self.unneeded_s).max(pause_end_s);
            let may_shrink = self
                .group(number)
                .is_some_and(|group| group.count > group.minimum);
            if !may_shrink {
                look.at_minimum += 1;
                continue;
            }
            if due_s > now_s {
                next_s = next_s.min(due_s);
                continue;
            }
            if is_empty && empty_left > 0 {
                empty_left -= 1;
            } else if !is_empty && !is_draining {
                is_draining = true;
            } else {
                next_s = next_s.min(now_s + self.scan_s);
                continue;
            }
            removals.push(place);
            if let Some(group) = self.group_mut(number) {
                group.count -= 1;
            }
        }
        cluster.note(|nodes| words::scale_down(nodes, &look, &removals, self.unneeded_s, now_s));
        for place in &removals {
            let is_empty = cluster.nodes.get(*place).is_some_and(Node::is_empty);
            let gone_s = if is_empty {
                now_s
            } else {
                now_s + self.drain_s
            };
            cluster.drain(*place, now_s, gone_s);
        }
        if !removals.is_empty() {
            cluster.place_pending(now_s, |_, _| None);
            self.scan_again(now_s);
        }
        if next_s < f64::INFINITY {
            self.note_change(next_s);
        }
    }

    /// Marks the nodes that could be done without, all of them together.
    fn find_unneeded(&self, cluster: &mut Cluster, now_s: f64) -> Look {
        let mut look = Look::default();
        let mut candidates = Vec::new();
        let mut needed = Vec::new();
        for (place, node) in cluster.nodes.iter() {
            if self.group(node.pool).is_none() || node.state != NodeState::Ready {
                continue;
            }
            let used = utilization(node, &cluster.nodes);
            look.lowest_utilization = look.lowest_utilization.min(used);
            look.nodes += 1;
            if used >= self.threshold {
                look.in_use += 1;
                needed.push(place);
            } else {
                let is_new = node.unneeded_since_s == f64::INFINITY;
                candidates.push((!node.is_empty(), is_new, place));
            }
        }
        look.threshold = self.threshold;
        // Empty nodes first, then those that were not needed before.
        candidates.sort_unstable();
        let mut room = cluster.nodes.ready_room();
        let mut with_pods = 0;
        for (has_pods, _, place) in candidates {
            let mut pods = cluster
                .nodes
                .get(place)
                .map(|node| node.loads.clone())
                .unwrap_or_default();
            with_pods += u32::from(has_pods);
            let own = room.get(place);
            room.set(place, super::room::Room::NONE);
            let before = packing::put(&mut pods, &mut room);
            if packing::is_done(&pods) && with_pods <= MOST_CANDIDATES_WITH_PODS {
                look.unneeded.push(place);
            } else {
                packing::undo(before, &mut room);
                room.set(place, own);
                look.fits_nowhere += 1;
                needed.push(place);
            }
        }
        for place in needed {
            cluster.nodes.set_unneeded_since(place, f64::INFINITY);
        }
        for &place in &look.unneeded {
            let since_s = cluster
                .nodes
                .get(place)
                .map_or(now_s, |node| node.unneeded_since_s.min(now_s));
            cluster.nodes.set_unneeded_since(place, since_s);
        }
        look
    }
}

/// Share of the node that its pods ask for, of CPU or memory, whichever is more.
fn utilization(node: &Node, nodes: &Nodes) -> f64 {
    let all = nodes.kind(node.kind).empty.size;
    let share = |free: u32, all: u32| {
        if all > 0 {
            1.0 - f64::from(free) / f64::from(all)
        } else {
            1.0
        }
    };
    let free = node.room.size;
    share(free.millicores, all.millicores).max(share(free.mib, all.mib))
}

fn draining_with_pods(nodes: &Nodes) -> bool {
    nodes
        .iter()
        .any(|(_, node)| node.state == NodeState::Draining)
}

impl NoScaleUp {
    /// The more telling of two reasons.
    fn or(self, other: Self) -> Self {
        if self == NoScaleUp::TooLarge {
            other
        } else {
            self
        }
    }
}
