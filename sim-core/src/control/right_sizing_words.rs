//! Why the Vertical Pod Autoscaler sized pods, or did not, in words that name its own rules.
//!
//! A decision has one number, so there is one entry per resource: the request of new pods, or of the first pod that
//! changes, in millicores or MiB.

use super::decision::{Decision, DecisionLog, Input, Rule};
use super::hpa_words::number;
use super::right_sizing::{BYTES_PER_MIB, RightSizing, Round};
use super::vpa::{Amounts, DAY_MS, MAX_AMOUNT, Recommendation};
use crate::fleet::Size;
use crate::scenario::document::UpdateMode;

/// A round with all that it looked at.
pub(super) struct Explained<'a> {
    pub(super) vpa: &'a RightSizing,
    /// Request of new pods before the round.
    pub(super) before: Size,
    /// And after it.
    pub(super) after: Size,
    pub(super) round: Round,
}

/// One of the two resources.
#[derive(Clone, Copy)]
struct Resource {
    name: &'static str,
    unit: &'static str,
    of_size: fn(Size) -> u32,
    of_amounts: fn(Amounts) -> f64,
}

const CPU: Resource = Resource {
    name: "CPU",
    unit: "millicores",
    of_size: |size| size.millicores,
    of_amounts: |amounts| amounts.cpu_m as f64,
};

const MEMORY: Resource = Resource {
    name: "memory",
    unit: "MiB",
    of_size: |size| size.mib,
    of_amounts: |amounts| amounts.memory_bytes as f64 / BYTES_PER_MIB as f64,
};

impl Explained<'_> {
    /// Takes down an entry for each resource that is controlled.
    pub(super) fn record(&self, log: &mut DecisionLog) {
        let (cpu, memory) = self.vpa.controls();
        for (resource, controlled) in [(CPU, cpu), (MEMORY, memory)] {
            if controlled {
                log.record(|| self.decision(resource));
            }
        }
    }

    fn decision(&self, resource: Resource) -> Decision {
        let from = self.round.first.unwrap_or(self.before);
        let (rule, why) = self.reason(resource);
        Decision {
            at_s: 0.0,
            controller: format!("VPA, {} ({})", resource.name, resource.unit),
            from: (resource.of_size)(from),
            to: (resource.of_size)(self.after),
            rule,
            inputs: self.inputs(resource),
            why,
        }
    }

    fn inputs(&self, resource: Resource) -> Vec<Input> {
        let input = |name: String, value: Option<f64>, problem: &str| Input {
            name,
            value,
            target: None,
            age_s: None,
            proposes: None,
            problem: problem.into(),
        };
        let Some(wanted) = self.vpa.recommendation else {
            let name = format!("Use of {}", resource.name);
            return vec![input(name, None, "no sample yet")];
        };
        let parts = [
            ("Target", wanted.target),
            ("Lower bound", wanted.lower),
            ("Upper bound", wanted.upper),
        ];
        let mut inputs: Vec<Input> = parts
            .into_iter()
            .map(|(name, amounts)| {
                let name = format!("{name} ({})", resource.unit);
                input(name, Some((resource.of_amounts)(amounts)), "")
            })
            .collect();
        let days = self.vpa.usage.confidence(DAY_MS);
        inputs.push(input("History (days)".into(), Some(days), ""));
        inputs
    }

    fn reason(&self, resource: Resource) -> (Rule, String) {
        let Some(wanted) = self.vpa.recommendation else {
            let why = "Nothing has been measured yet, so there is no recommendation.";
            return (Rule::NoData, why.into());
        };
        let recommends = self.recommends(resource, wanted);
        if self.vpa.document.update_mode == UpdateMode::Off {
            let rule = self.bound(resource, wanted).unwrap_or(Rule::Metric);
            return (rule, format!("{recommends}; it only recommends."));
        }
        let round = &self.round;
        let waiting = match round.held_back {
            0 => String::new(),
            1 => "; one more has to wait".into(),
            more => format!("; {more} more have to wait"),
        };
        let changed = round.evicted + round.resized;
        if changed > 0 {
            let rule = self.bound(resource, wanted).unwrap_or(Rule::Metric);
            let what = match (round.evicted, round.resized) {
                (evicted, 0) => format!("{} for pods of that size", pods(evicted, "evicted")),
                (0, resized) => pods(resized, "resized in place"),
                (evicted, resized) => format!(
                    "{} and {}",
                    pods(resized, "resized in place"),
                    pods(evicted, "evicted, as there is no room on their nodes")
                ),
            };
            return (rule, format!("{recommends}: {what}{waiting}."));
        }
        if round.held_back > 0 {
            let why = format!(
                "{recommends}, and {} another size, but not more than {} % of the replicas may be missing, and none where there are fewer than {}.",
                pods(
                    round.held_back,
                    if round.held_back == 1 {
                        "needs"
                    } else {
                        "need"
                    }
                ),
                number(self.vpa.document.eviction_tolerance_percent),
                self.vpa.document.min_replicas
            );
            return (Rule::RateLimit, why);
        }
        let rule = self.bound(resource, wanted).unwrap_or(Rule::Tolerance);
        (
            rule,
            format!(
                "{recommends} for new pods; those that run are within the bounds, or differ too little or are too young to be touched."
            ),
        )
    }

    fn recommends(&self, resource: Resource, wanted: Recommendation) -> String {
        let upper = (resource.of_amounts)(wanted.upper);
        let highest = Amounts {
            cpu_m: MAX_AMOUNT,
            memory_bytes: MAX_AMOUNT,
        };
        let upper = if upper >= (resource.of_amounts)(highest) {
            // The less history, the higher.
            "any number".into()
        } else {
            number(upper)
        };
        format!(
            "It recommends {} {} of {} (bounds {} to {upper})",
            number((resource.of_amounts)(wanted.target)),
            resource.unit,
            resource.name,
            number((resource.of_amounts)(wanted.lower)),
        )
    }

    /// The limit of the administrator's at which the target stands.
    fn bound(&self, resource: Resource, wanted: Recommendation) -> Option<Rule> {
        let bounds = &self.vpa.bounds;
        let target = (resource.of_amounts)(wanted.target);
        let (least, most) = (
            (resource.of_amounts)(bounds.least),
            (resource.of_amounts)(bounds.most),
        );
        if target == most {
            Some(Rule::Maximum)
        } else if target == least && least > 0.0 {
            Some(Rule::Minimum)
        } else {
            None
        }
    }
}

fn pods(count: u32, what: &str) -> String {
    match count {
        1 => format!("1 pod {what}"),
        count => format!("{count} pods {what}"),
    }
}
