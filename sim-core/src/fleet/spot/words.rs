//! What the market did, in words for the decision log.

use super::super::nodes::Nodes;
use super::super::words::{count, decision};
use crate::control::decision::{Decision, Rule};

const NAME: &str = "Spot market";

/// A node has been taken, or will be in a moment.
pub(super) fn reclaimed(
    nodes: &Nodes,
    pool: &str,
    pods: u32,
    notice_s: f64,
    now_s: f64,
) -> Decision {
    let why = if notice_s > 0.0 {
        format!(
            "A node of {pool} is reclaimed and ends in {notice_s} s: {} on it {} replaced.",
            count(pods, "pod"),
            if pods == 1 { "is" } else { "are" },
        )
    } else {
        format!(
            "A node of {pool} is gone, and {} with it.",
            count(pods, "pod")
        )
    };
    Decision {
        to: nodes.count().saturating_sub(1),
        why,
        ..decision(NAME, nodes, Rule::Reclaimed, now_s)
    }
}

/// A pool ran out of capacity, or has some again.
pub(super) fn pool_changed(nodes: &Nodes, pool: &str, has_capacity: bool, now_s: f64) -> Decision {
    let why = if has_capacity {
        format!("There is spot capacity in {pool} again.")
    } else {
        format!("{pool} has no spot capacity any more.")
    };
    Decision {
        why,
        ..decision(NAME, nodes, Rule::Reclaimed, now_s)
    }
}

/// A node on demand takes the place of one that spot does not have.
pub(super) fn fell_back(nodes: &Nodes, now_s: f64) -> Decision {
    Decision {
        to: nodes.count().saturating_add(1),
        why: "No pool has spot capacity: a node on demand instead.".to_owned(),
        ..decision(NAME, nodes, Rule::Fallback, now_s)
    }
}
