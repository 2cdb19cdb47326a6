//! The decision log: what a controller saw, which rule bound it, and what it asked for.
//!
//! A replication takes tens of thousands of decisions, so nothing is written down while studies run. A log is made
//! when somebody asks, by running one replication again: it gives the same decisions, since one seed explains a run.

use serde::{Deserialize, Serialize};

/// What bound a decision, in the terms of the controllers' own documentation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Rule {
    /// A metric asks for this number, and nothing stands in the way.
    Metric,
    /// Every metric lies within the tolerance around its target.
    Tolerance,
    /// A recommendation of the look-back window holds the change back.
    Stabilization,
    /// A policy or cap limits how fast the number may change.
    RateLimit,
    /// The fewest replicas allowed.
    Minimum,
    /// The most replicas allowed.
    Maximum,
    /// Inputs are missing, and the controller does not act on what it cannot see.
    NoData,
    /// Somebody scaled the target to zero: the controller keeps its hands off.
    Disabled,
    /// A pause after the last change is not over.
    Cooldown,
    /// A timetable.
    Schedule,
    /// A forecast.
    Forecast,
    /// Panic mode: a burst within the short window rules, and nothing goes down.
    Panic,
    /// Work arrived while there were no replicas, or the activation threshold was crossed.
    Activation,
    /// There was no work for long enough to go to zero, or to the idle number.
    Idle,
    /// The fallback replaces a metric that failed.
    Fallback,
    /// Another controller of the same target was given precedence.
    Arbitration,
    /// A fixed number.
    Fixed,
    /// Pods without room.
    PendingPods,
    /// Nodes are used, or their pods fit nowhere else.
    InUse,
    /// Nodes are not needed.
    Unneeded,
    /// A disruption budget.
    Budget,
    /// A pause after a node that did not come.
    Backoff,
    /// A node is too old.
    Expiry,
    /// Pods fit on fewer or cheaper nodes.
    Consolidation,
    /// The spot market took capacity away, or has some again.
    Reclaimed,
}

impl Rule {
    /// Words for people.
    pub fn label(self) -> &'static str {
        match self {
            Rule::Metric => "metric",
            Rule::Tolerance => "within tolerance",
            Rule::Stabilization => "stabilisation window",
            Rule::RateLimit => "rate limit",
            Rule::Minimum => "minimum",
            Rule::Maximum => "maximum",
            Rule::NoData => "missing data",
            Rule::Disabled => "disabled",
            Rule::Cooldown => "cooldown",
            Rule::Schedule => "schedule",
            Rule::Forecast => "forecast",
            Rule::Panic => "panic mode",
            Rule::Activation => "activation",
            Rule::Idle => "idle",
            Rule::Fallback => "fallback",
            Rule::Arbitration => "arbitration",
            Rule::Fixed => "fixed",
            Rule::PendingPods => "pods without room",
            Rule::InUse => "nodes in use",
            Rule::Unneeded => "nodes not needed",
            Rule::Budget => "disruption budget",
            Rule::Backoff => "back-off",
            Rule::Expiry => "age limit",
            Rule::Consolidation => "consolidation",
            Rule::Reclaimed => "spot market",
        }
    }
}

/// One input of a decision, as the controller saw it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Input {
    /// What it is, with its unit.
    pub name: String,
    /// Its value; `None` when the controller did not get one.
    pub value: Option<f64>,
    /// What it is compared with; `None` for inputs without a target.
    pub target: Option<f64>,
    /// Age of the sample in seconds; `None` when there is none, or it is no sample.
    pub age_s: Option<f64>,
    /// Replicas that this input alone asks for.
    pub proposes: Option<u32>,
    /// Why there is no value, in the controller's words; empty otherwise.
    pub problem: String,
}

/// One look of a controller at its inputs, whether or not it changed anything.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Decision {
    /// Time since the start of the window, seconds; negative in the warm-up.
    pub at_s: f64,
    /// Who decided.
    pub controller: String,
    /// What was asked for before: replicas, or nodes for a controller of nodes.
    pub from: u32,
    /// What this controller asks for from now on.
    pub to: u32,
    /// What bound it.
    pub rule: Rule,
    /// The inputs.
    pub inputs: Vec<Input>,
    /// The reason in one or two sentences.
    pub why: String,
}

impl Decision {
    /// Whether it asks for another number than before.
    pub fn is_change(&self) -> bool {
        self.from != self.to
    }
}

/// Which decisions are wanted.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct LogFilter {
    /// Earliest time, seconds since the start of the window.
    pub from_s: f64,
    /// Latest time, seconds since the start of the window.
    pub to_s: f64,
    /// Leave out decisions that change nothing.
    pub changes_only: bool,
    /// At most this many; later ones are counted, not kept.
    pub most: u32,
}

/// Takes down decisions, or does nothing at all.
#[derive(Clone, Debug, Default)]
pub struct DecisionLog {
    filter: Option<LogFilter>,
    at_s: f64,
    /// Whose decisions are to come, where there are several services.
    component: String,
    decisions: Vec<Decision>,
    left_out: u32,
}

impl DecisionLog {
    /// A log that keeps nothing.
    pub fn off() -> Self {
        Self::default()
    }

    /// A log that keeps what passes the filter.
    pub fn on(filter: LogFilter) -> Self {
        Self {
            filter: Some(filter),
            ..Self::default()
        }
    }

    /// The time of the decisions to come, seconds since the start of the window.
    pub fn set_time(&mut self, at_s: f64) {
        self.at_s = at_s;
    }

    /// The decisions to come are about this component.
    pub fn set_component(&mut self, name: &str) {
        if self.filter.is_some() {
            name.clone_into(&mut self.component);
        }
    }

    /// Whether decisions of now are wanted.
    #[inline]
    pub fn is_on(&self) -> bool {
        self.filter
            .is_some_and(|filter| (filter.from_s..=filter.to_s).contains(&self.at_s))
    }

    /// Takes down a decision; it is made only when it is wanted. Its time is set here.
    #[inline]
    pub fn record(&mut self, make: impl FnOnce() -> Decision) {
        if self.is_on() {
            self.take_down(make());
        }
    }

    fn take_down(&mut self, made: Decision) {
        let Some(filter) = self.filter else {
            return;
        };
        let mut decision = Decision {
            at_s: self.at_s,
            ..made
        };
        if !self.component.is_empty() {
            decision.controller = format!("{}: {}", self.component, decision.controller);
        }
        if filter.changes_only && !decision.is_change() {
            return;
        }
        if self.decisions.len() >= filter.most as usize {
            self.left_out = self.left_out.saturating_add(1);
        } else {
            self.decisions.push(decision);
        }
    }

    /// What was taken down, in order of time, and how many more there were.
    pub fn into_parts(self) -> (Vec<Decision>, u32) {
        (self.decisions, self.left_out)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decision(from: u32, to: u32) -> Decision {
        Decision {
            at_s: f64::NAN,
            controller: "test".into(),
            from,
            to,
            rule: Rule::Metric,
            inputs: vec![],
            why: String::new(),
        }
    }

    #[test]
    fn keeps_what_passes_the_filter() {
        let mut log = DecisionLog::on(LogFilter {
            from_s: 10.0,
            to_s: 20.0,
            changes_only: true,
            most: 2,
        });
        for (at_s, to) in [
            (5.0, 2),
            (10.0, 1),
            (12.0, 2),
            (15.0, 3),
            (20.0, 4),
            (21.0, 5),
        ] {
            log.set_time(at_s);
            log.record(|| decision(1, to));
        }
        let (kept, left_out) = log.into_parts();
        let kept: Vec<_> = kept.iter().map(|d| (d.at_s, d.to)).collect();
        assert_eq!(kept, [(12.0, 2), (15.0, 3)]);
        assert_eq!(left_out, 1);
    }

    #[test]
    fn a_log_that_is_off_makes_nothing() {
        let mut log = DecisionLog::off();
        log.record(|| unreachable!("it is not wanted"));
        assert!(log.into_parts().0.is_empty());
    }
}
