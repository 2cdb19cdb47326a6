//! The Cluster Autoscaler's decisions in words.

use super::super::nodes::Nodes;
use super::super::words::{are, count, decision, input};
use super::expander::Expansion;
use crate::control::decision::{Decision, Input, Rule};
use crate::scenario::document::ExpanderDocument;

const NAME: &str = "Cluster Autoscaler";

/// Why nodes are not asked for although pods have no room.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum NoScaleUp {
    /// No group's node could take any of them.
    TooLarge,
    /// The groups that could, or the fleet, have their most nodes.
    Maximum,
    /// The groups that could are in back-off after a failure.
    Backoff,
}

/// What a look at the nodes found.
#[derive(Clone, Debug)]
pub(super) struct Look {
    /// Ready nodes of the groups.
    pub(super) nodes: u32,
    pub(super) lowest_utilization: f64,
    pub(super) threshold: f64,
    /// Nodes at or above the threshold.
    pub(super) in_use: u32,
    /// Nodes below it whose pods do not fit elsewhere.
    pub(super) fits_nowhere: u32,
    /// Places of the nodes that are not needed.
    pub(super) unneeded: Vec<u32>,
    /// Of those, nodes whose group has its fewest.
    pub(super) at_minimum: u32,
    /// How long nothing may be removed yet.
    pub(super) pause_s: f64,
}

impl Default for Look {
    fn default() -> Self {
        Self {
            nodes: 0,
            lowest_utilization: f64::INFINITY,
            threshold: 0.0,
            in_use: 0,
            fits_nowhere: 0,
            unneeded: Vec::new(),
            at_minimum: 0,
            pause_s: 0.0,
        }
    }
}

fn pending_pods(pending: u32) -> Input {
    input("pods without room", f64::from(pending), None)
}

pub(super) fn scale_up(
    nodes: &Nodes,
    expansion: &Expansion,
    expander: ExpanderDocument,
    pending: u32,
    now_s: f64,
) -> Decision {
    let (added, pods) = (expansion.bins.len() as u32, expansion.pods());
    let kind = nodes.kind(expansion.group);
    let reason = match (expansion.others, expander) {
        (0, _) => "the only group that can take any".to_owned(),
        (_, ExpanderDocument::LeastWaste) => format!(
            "least waste: {:.0} % of its CPU and memory would stay free",
            50.0 * expansion.score
        ),
        (_, ExpanderDocument::Random) => "drawn among the groups that can".to_owned(),
        (_, ExpanderDocument::MostPods) => "most pods placed".to_owned(),
        (_, ExpanderDocument::Price) => {
            format!(
                "lowest price: {:.4} USD an hour for each pod",
                expansion.score
            )
        }
        (_, ExpanderDocument::Priority) => {
            format!("highest priority, {:.0}", -expansion.score)
        }
    };
    Decision {
        inputs: vec![pending_pods(pending)],
        to: nodes.count() + added,
        why: format!(
            "{} {} without room. {added} {} for {pods} of them: {reason} ({} could).",
            count(pending, "pod"),
            are(pending),
            kind.name,
            count(expansion.others, "other group")
        ),
        ..decision(NAME, nodes, Rule::PendingPods, now_s)
    }
}

pub(super) fn no_scale_up(nodes: &Nodes, reason: NoScaleUp, pending: u32, now_s: f64) -> Decision {
    let (rule, why) = match reason {
        NoScaleUp::TooLarge => (
            Rule::PendingPods,
            "they are too large for the nodes of every group",
        ),
        NoScaleUp::Maximum => (
            Rule::Maximum,
            "the groups that could take them, or all nodes together, are at their maximum",
        ),
        NoScaleUp::Backoff => (
            Rule::Backoff,
            "the groups that could take them wait after a node that did not come",
        ),
    };
    Decision {
        inputs: vec![pending_pods(pending)],
        why: format!(
            "{} {} without room: {why}.",
            count(pending, "pod"),
            are(pending)
        ),
        ..decision(NAME, nodes, rule, now_s)
    }
}

/// A spot group's nodes were asked for where no pool has capacity.
pub(super) fn no_spot(nodes: &Nodes, wanted: u32, patience_s: f64, now_s: f64) -> Decision {
    Decision {
        why: format!(
            "No pool of the group has spot capacity: {} {} waited for, {patience_s:.0} s at most.",
            count(wanted, "node"),
            are(wanted)
        ),
        ..decision(NAME, nodes, Rule::Fallback, now_s)
    }
}

pub(super) fn given_up(nodes: &Nodes, place: u32, backoff_s: f64, now_s: f64) -> Decision {
    let name = nodes
        .get(place)
        .map_or("", |node| nodes.kind(node.kind).name.as_str());
    Decision {
        to: nodes.count().saturating_sub(1),
        why: format!(
            "A {name} did not come in time and is given up. Its group waits for {backoff_s:.0} s before it is tried again."
        ),
        ..decision(NAME, nodes, Rule::Backoff, now_s)
    }
}

/// Nodes that go, or why none does.
pub(super) fn scale_down(
    nodes: &Nodes,
    look: &Look,
    removals: &[u32],
    unneeded_s: f64,
    now_s: f64,
) -> Decision {
    let mut inputs = Vec::new();
    if look.lowest_utilization < f64::INFINITY {
        let target = Some(100.0 * look.threshold);
        inputs.push(input(
            "lowest utilisation of a node (%)",
            100.0 * look.lowest_utilization,
            target,
        ));
    }
    inputs.push(input("nodes not needed", look.unneeded.len() as f64, None));
    if !removals.is_empty() {
        let with_pods = removals
            .iter()
            .filter_map(|place| nodes.get(*place))
            .filter(|node| !node.is_empty());
        let (drained, pods) = with_pods.fold((0, 0), |(n, pods), node| (n + 1, pods + node.pods()));
        let gone = removals.len() as u32;
        return Decision {
            to: nodes.count() - gone,
            inputs,
            why: format!(
                "{} removed and {drained} with {} drained: not needed for {unneeded_s:.0} s or more, and the pods fit elsewhere.",
                count(gone - drained, "empty node"),
                count(pods, "pod")
            ),
            ..decision(NAME, nodes, Rule::Unneeded, now_s)
        };
    }
    let (rule, why) = why_none(look, unneeded_s);
    Decision {
        inputs,
        why,
        ..decision(NAME, nodes, rule, now_s)
    }
}

fn why_none(look: &Look, unneeded_s: f64) -> (Rule, String) {
    if look.unneeded.is_empty() {
        let mut why = format!(
            "Every node is needed: {} of {} {} used to {:.0} % or more",
            look.in_use,
            count(look.nodes, "node"),
            are(look.in_use),
            100.0 * look.threshold
        );
        if look.fits_nowhere > 0 {
            why.push_str(&format!(
                ", and the pods of {} fit nowhere else",
                look.fits_nowhere
            ));
        }
        why.push('.');
        return (Rule::InUse, why);
    }
    let number = look.unneeded.len() as u32;
    let unneeded = format!("{} {} not needed", count(number, "node"), are(number));
    if look.at_minimum == number {
        let why = format!("{unneeded}, but the groups have their fewest.");
        return (Rule::Minimum, why);
    }
    if look.pause_s > 0.0 {
        let why = format!(
            "{unneeded}; nothing is removed for {:.0} s more after the last new node or failure.",
            look.pause_s
        );
        return (Rule::Cooldown, why);
    }
    let why =
        format!("{unneeded}, but not for {unneeded_s:.0} s yet, or others are being removed.");
    (Rule::Unneeded, why)
}
