//! Batch work of low priority on what the service's nodes have left.
//!
//! ```text
//!   each tick: room that no pod asked for, on ready nodes ──► the work takes of it what it wants, the newest nodes first
//!   a pod comes to a node and the work is in its way ──► the work has a grace period to leave, for which the pod waits
//! ```
//!
//! Source: Kubernetes, "Pod Priority and Preemption": victims get their graceful termination period, and the pod that needs
//! their room starts only then; the Cluster Autoscaler's expendable-pods-priority-cutoff: pods below it neither keep nodes nor
//! ask for any. Pods fill the oldest node with room, so that the work is in their way least on the newest.

use super::nodes::{Node, NodeState, Nodes};
use crate::scenario::document::BackfillDocument;

/// The work on the nodes of one fleet.
#[derive(Clone, Debug)]
pub(super) struct Backfill {
    grace_s: f64,
    /// What the work takes of the node at each place, in thousandths of a processor.
    taken: Vec<u32>,
    /// Pods that have waited for the work to leave.
    preemptions: u32,
}

/// What the work has for a tick.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct BackfillTick {
    /// Processors that ready nodes have and no pod asked for.
    pub idle_cores: f64,
    /// Of these, those that the work takes.
    pub used_cores: f64,
}

impl Backfill {
    pub(super) fn new(document: &BackfillDocument) -> Self {
        Self {
            grace_s: f64::from(document.preemption_s),
            taken: Vec::new(),
            preemptions: 0,
        }
    }

    pub(super) fn preemptions(&self) -> u32 {
        self.preemptions
    }

    /// Spreads the work anew: it wants so many processors.
    pub(super) fn spread(&mut self, nodes: &Nodes, wanted_cores: f64, now_s: f64) -> BackfillTick {
        self.taken.clear();
        // What does not fill a thousandth of a processor is done as part of one.
        let mut left = (wanted_cores * 1000.0).ceil().clamp(0.0, 4e9) as u32;
        let (mut idle, mut used) = (0_u64, 0_u64);
        let is_open = |node: &Node| node.state == NodeState::Ready && node.ready_s <= now_s;
        for (place, node) in nodes.iter().rev().filter(|(_, node)| is_open(node)) {
            let free = node.room.size.millicores;
            let taken = free.min(left);
            idle += u64::from(free);
            used += u64::from(taken);
            left -= taken;
            if taken > 0 {
                let place = place as usize;
                if self.taken.len() <= place {
                    self.taken.resize(place + 1, 0);
                }
                self.taken[place] = taken;
            }
        }
        let idle_cores = idle as f64 / 1000.0;
        BackfillTick {
            idle_cores,
            used_cores: (used as f64 / 1000.0).min(wanted_cores),
        }
    }

    /// A pod has come to a node that has so much left: how long it waits for the work to leave, seconds.
    pub(super) fn give_way(&mut self, place: u32, free_millicores: u32) -> f64 {
        let Some(taken) = self.taken.get_mut(place as usize) else {
            return 0.0;
        };
        if *taken <= free_millicores {
            return 0.0;
        }
        *taken = free_millicores;
        self.preemptions += 1;
        self.grace_s
    }
}
