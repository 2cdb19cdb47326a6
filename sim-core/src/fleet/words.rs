//! Words that decisions about nodes share.

use super::nodes::Nodes;
use crate::control::decision::{Decision, Input, Rule};

/// A decision that leaves as many nodes as there are, before anything is said about it.
pub(super) fn decision(controller: &str, nodes: &Nodes, rule: Rule, now_s: f64) -> Decision {
    Decision {
        at_s: now_s,
        controller: controller.to_owned(),
        from: nodes.count(),
        to: nodes.count(),
        rule,
        inputs: Vec::new(),
        why: String::new(),
    }
}

/// An input that is known as it is.
pub(super) fn input(name: &str, value: f64, target: Option<f64>) -> Input {
    Input {
        name: name.to_owned(),
        value: Some(value),
        target,
        age_s: None,
        proposes: None,
        problem: String::new(),
    }
}

/// "1 pod", "2 pods".
pub(super) fn count(number: u32, what: &str) -> String {
    if number == 1 {
        format!("1 {what}")
    } else {
        format!("{number} {what}s")
    }
}

/// "are" for several, "is" for one.
pub(super) fn are(number: u32) -> &'static str {
    if number == 1 { "is" } else { "are" }
}

/// "2 m6i.large, 1 c6i.xlarge": names in order of appearance.
pub(super) fn listed<'a>(names: impl Iterator<Item = &'a str>) -> String {
    let mut counts: Vec<(&str, u32)> = Vec::new();
    for name in names {
        match counts.iter_mut().find(|(known, _)| *known == name) {
            Some((_, count)) => *count += 1,
            None => counts.push((name, 1)),
        }
    }
    let items: Vec<String> = counts
        .iter()
        .map(|(name, count)| format!("{count} {name}"))
        .collect();
    items.join(", ")
}
