//! Karpenter's decisions in words.

use super::super::nodes::Nodes;
use super::super::words::{are, count, decision, input, listed};
use super::NotAll;
use super::consolidation::{NodeId, Proposal};
use crate::control::decision::{Decision, Rule};
use crate::scenario::document::DisruptionReason;

const NAME: &str = "Karpenter";

/// Why nothing is proposed.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct NothingToDo {
    /// Nodes that were looked at.
    pub(super) candidates: u32,
    /// More nodes could have gone, had the budgets let them.
    pub(super) kept_by_budget: bool,
    /// Nodes whose pods fit neither elsewhere nor on one new node.
    pub(super) fits_nowhere: u32,
    /// Nodes for whose pods there is no cheaper node.
    pub(super) none_cheaper: u32,
}

/// Nodes launched for a batch: their types, and the pods of each.
pub(super) fn provisioned(
    nodes: &Nodes,
    before: u32,
    pending: u32,
    launched: &[(u32, u32)],
    not_all: NotAll,
    now_s: f64,
) -> Decision {
    let placed: u32 = launched.iter().map(|(_, pods)| pods).sum();
    let left = pending - placed;
    let mut why = format!("{} {} without room.", count(pending, "pod"), are(pending));
    if placed > 0 {
        let names = launched
            .iter()
            .map(|(kind, _)| nodes.kind(*kind).name.as_str());
        why.push_str(&format!(
            " {} for {placed} of them: the cheapest types that take what was packed together.",
            listed(names)
        ));
    }
    if left > 0 {
        why.push_str(&format!(
            " {left} stay pending: {}.",
            match not_all {
                NotAll::MostNodes => "the fleet has its most nodes",
                NotAll::NoSpot => "no pool that could take them has spot capacity",
                NotAll::NoType => "no type within the pool's limits takes them",
            }
        ));
    }
    let rule = if placed > 0 {
        Rule::PendingPods
    } else {
        Rule::Maximum
    };
    Decision {
        from: before,
        inputs: vec![input("pods without room", f64::from(pending), None)],
        why,
        ..decision(NAME, nodes, rule, now_s)
    }
}

pub(super) fn given_up(nodes: &Nodes, place: u32, now_s: f64) -> Decision {
    Decision {
        to: nodes.count().saturating_sub(1),
        why: format!(
            "A {} did not register in time and is given up.",
            name(nodes, place)
        ),
        ..decision(NAME, nodes, Rule::Backoff, now_s)
    }
}

pub(super) fn expired(nodes: &Nodes, place: u32, now_s: f64) -> Decision {
    let pods = nodes.get(place).map_or(0, |node| node.pods());
    Decision {
        to: nodes.count().saturating_sub(1),
        why: format!(
            "A {} has reached its age limit: {} evicted, whatever the budgets say.",
            name(nodes, place),
            count(pods, "pod")
        ),
        ..decision(NAME, nodes, Rule::Expiry, now_s)
    }
}

fn name(nodes: &Nodes, place: u32) -> &str {
    let node = nodes.get(place);
    node.map_or("", |node| nodes.kind(node.kind).name.as_str())
}

pub(super) fn proposed(nodes: &Nodes, proposal: &Proposal, now_s: f64) -> Decision {
    Decision {
        why: format!(
            "{} It is looked at again in 15 s.",
            sentence(nodes, proposal, &proposal.nodes)
        ),
        ..decision(NAME, nodes, Rule::Consolidation, now_s)
    }
}

pub(super) fn carried_out(
    nodes: &Nodes,
    proposal: &Proposal,
    going: &[NodeId],
    now_s: f64,
) -> Decision {
    let to = match proposal.by {
        // The old nodes go when the new one is ready.
        Some(_) => nodes.count() + 1,
        None => nodes.count() - going.len() as u32,
    };
    Decision {
        to,
        why: format!("{} Done.", sentence(nodes, proposal, going)),
        ..decision(NAME, nodes, Rule::Consolidation, now_s)
    }
}

fn sentence(nodes: &Nodes, proposal: &Proposal, going: &[NodeId]) -> String {
    let names = listed(going.iter().map(|(place, _)| name(nodes, *place)));
    match (proposal.by, proposal.reason) {
        (Some(kind), _) => format!(
            "{names} can be replaced by one {}, which is cheaper, once that is ready.",
            nodes.kind(kind).name
        ),
        (None, DisruptionReason::Empty) => format!("{names}: empty."),
        (None, _) => format!("{names}: the pods fit on other nodes."),
    }
}

pub(super) fn no_longer_holds(nodes: &Nodes, now_s: f64) -> Decision {
    Decision {
        why: "What was proposed 15 s ago no longer holds: pods have come or gone, or the budget is used.".to_owned(),
        ..decision(NAME, nodes, Rule::Consolidation, now_s)
    }
}

pub(super) fn nothing_to_do(nodes: &Nodes, nothing: &NothingToDo, now_s: f64) -> Decision {
    let NothingToDo {
        candidates,
        kept_by_budget,
        fits_nowhere,
        none_cheaper,
    } = *nothing;
    let (rule, why) = if kept_by_budget && fits_nowhere + none_cheaper == 0 {
        let why = "Nodes could go, but the disruption budgets let none.";
        (Rule::Budget, why.to_owned())
    } else {
        let why = format!(
            "Nothing to consolidate: of {} the pods of {fits_nowhere} fit nowhere else, and for those of {none_cheaper} there is no cheaper node.",
            count(candidates, "node")
        );
        (Rule::InUse, why)
    };
    Decision {
        why,
        ..decision(NAME, nodes, rule, now_s)
    }
}
