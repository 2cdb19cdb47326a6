//! Reachability: how much more traffic the design carries.
//!
//! The factor on all traffic is moved over a grid of steps of 5 %; at each step looked at, the same replications are
//! computed (common random numbers), and the attainment falls as the factor grows. Bisection finds three places: where the
//! estimate falls below what is wanted, the last step at which the whole 95 % interval clears it, and the first at which
//! none of it does. Between the latter two lie the factors at which a test at 5 % cannot tell the attainment from what is
//! wanted: the interval of the breaking point, by inversion of Wilson's test.
//!
//! When it is wrong: the attainment must not rise with traffic, as it may where an autoscaler only wakes up under load;
//! storage and batch jobs do not grow with the requests.

use super::probe::{Adaptive, Answer, Edits, Outcome, Probe, Round, digest, study_id};
use super::report::Proportion;
use crate::scenario::document::{ScenarioDocument, TrafficSource};
use crate::stats::Summary;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;

/// Ratio of two steps of the grid.
const STEP: f64 = 1.05;
/// Largest number of steps up and down: a factor of about 19.
const FARTHEST: i32 = 60;
/// Replications of a first rough search.
const ROUGH: u32 = 8;
/// Replications of a close look, at least and at most.
const LEAST_CLOSE: u32 = 48;
const MOST_CLOSE: u32 = 200;

/// The attainment at one factor on traffic.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ReachPoint {
    /// Factor on all traffic.
    pub factor: f64,
    /// Probability of meeting the SLO.
    pub attainment: Proportion,
    /// Cost per month, US dollars.
    pub cost_per_month: Summary,
}

/// How much more traffic the design carries.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ReachReport {
    /// Version of the engine.
    pub engine_version: String,
    /// Name of the scenario.
    pub name: String,
    /// Id of the study.
    pub plan: String,
    /// Seed.
    pub seed: u64,
    /// Wanted probability of meeting the SLO, 0..1.
    pub wanted_attainment: f64,
    /// Largest factor at which the estimate of the attainment is at least what is wanted; none if there is none above a
    /// twentieth.
    pub breaks_at: Option<f64>,
    /// Lower end of its 95 % interval: the largest factor that is carried for certain; none if there is none.
    pub carries: Option<f64>,
    /// Upper end: the smallest factor at which the design falls short for certain; none if none was found.
    pub falls_short: Option<f64>,
    /// The largest factor that could be simulated, where the limits of the document ended the search.
    pub limit: Option<f64>,
    /// The factors looked at, ascending.
    pub points: Vec<ReachPoint>,
    /// Replications at each of the closer looks.
    pub replications_each: u32,
    /// Replications computed.
    pub replications: u32,
    /// Whether the study is over.
    pub finished: bool,
    /// SHA-256 of all outcomes.
    pub digest: String,
}

/// The study.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Reach {
    id: String,
    seed: u64,
    wanted: f64,
    name: String,
    source: Source,
    replications: u32,
    looks: BTreeMap<i32, Vec<Outcome>>,
    /// The least step that cannot be simulated.
    limit: Option<i32>,
    round: Round,
    spent: u32,
    finished: bool,
}

/// Where the factor goes.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Source {
    path: String,
    mean_rps: f64,
}

impl Source {
    fn of(document: &ScenarioDocument) -> Self {
        match &document.traffic.source {
            TrafficSource::Model { base_rps, .. } => Self {
                path: "/traffic/source/base_rps".to_owned(),
                mean_rps: *base_rps,
            },
            TrafficSource::Recorded {
                mean_rps,
                counts,
                interval_s,
                ..
            } => Self {
                path: "/traffic/source/mean_rps".to_owned(),
                mean_rps: mean_rps.unwrap_or_else(|| {
                    let known = counts.iter().flatten();
                    known.clone().sum::<f64>() / (known.count().max(1) as f64 * interval_s)
                }),
            },
        }
    }

    /// No edit at factor 1: the scenario as it is.
    fn edits(&self, step: i32) -> Edits {
        match step {
            0 => Edits::new(),
            step => vec![(self.path.clone(), Value::from(self.mean_rps * factor(step)))],
        }
    }
}

fn factor(step: i32) -> f64 {
    libm::pow(STEP, f64::from(step))
}

/// The next step to look at to find where something that holds for little traffic ends: none when it is known to a step.
fn next_look(
    known: impl Iterator<Item = (i32, bool)> + Clone,
    start: i32,
    limit: i32,
) -> Option<i32> {
    let holds = known
        .clone()
        .filter(|(_, holds)| *holds)
        .map(|(step, _)| step)
        .max();
    let fails = known.filter(|(_, holds)| !*holds);
    // Luck may make the curve rise a little: the lowest failure above the highest success counts.
    let fails = fails.map(|(step, _)| step);
    match holds {
        None => match fails.min() {
            None => Some(start),
            Some(least) if least <= -FARTHEST => None,
            Some(least) => Some((least - gap(least - start)).max(-FARTHEST)),
        },
        Some(most) => match fails.filter(|step| *step > most).min() {
            Some(least) if least - most <= 1 => None,
            Some(least) => Some(most + (least - most) / 2),
            None if most >= limit - 1 => None,
            None => Some((most + gap(most - start)).min(limit - 1)),
        },
    }
}

/// Steps taken while no end is in sight: more and more.
fn gap(gone: i32) -> i32 {
    (gone.abs() * 2).clamp(3, 16)
}

/// Place of the test whether the whole interval clears what is wanted, which takes enough replications.
const CLEARS: usize = 1;

impl Reach {
    /// The study of a scenario, with so many replications of each closer look.
    pub fn new(document: &ScenarioDocument, replications: Option<u32>) -> Self {
        let wanted = document.slo.wanted_attainment_percent / 100.0;
        // Wilson's bound of n successes is n / (n + 3.84): some more than it takes to clear what is wanted.
        let enough = (4.0 * wanted / (1.0 - wanted).max(1e-3)) as u32 + 12;
        let usual = enough.clamp(LEAST_CLOSE, MOST_CLOSE);
        let replications = replications.unwrap_or(usual).max(ROUGH);
        Self {
            id: study_id(document, &format!("reach {replications}")),
            seed: document.run.seed,
            wanted,
            name: document.name.clone(),
            source: Source::of(document),
            replications,
            looks: BTreeMap::new(),
            limit: None,
            round: Round::default(),
            spent: 0,
            finished: false,
        }
    }

    fn end(&self) -> i32 {
        self.limit.unwrap_or(FARTHEST + 1).min(FARTHEST + 1)
    }

    /// Steps with so many replications, and whether something holds there.
    fn known(&self, n: u32, holds: impl Fn(&Proportion) -> bool) -> Vec<(i32, bool)> {
        let looks = self
            .looks
            .iter()
            .filter(|(_, known)| known.len() as u32 >= n);
        looks
            .map(|(&step, known)| (step, holds(&chance(known.iter().take(n as usize)))))
            .collect()
    }

    fn tests(&self) -> [Vec<(i32, bool)>; 3] {
        let (n, wanted) = (self.replications, self.wanted);
        [
            self.known(n, |chance| chance.estimate >= wanted),
            self.known(n, |chance| chance.ci_low >= wanted),
            self.known(n, |chance| chance.ci_high >= wanted),
        ]
    }

    /// What to look at next: roughly at first, then at all three places with all replications.
    fn asked(&self) -> Vec<Probe> {
        let rough = self.known(ROUGH, |chance| chance.estimate >= self.wanted);
        if let Some(step) = next_look(rough.iter().copied(), 0, self.end()) {
            return self.probe(step, ROUGH).into_iter().collect();
        }
        let found = rough
            .iter()
            .filter(|(_, holds)| *holds)
            .map(|(step, _)| *step);
        let start = found.max().unwrap_or(-FARTHEST);
        let n = self.replications;
        let can_clear = Proportion::of((0..n).map(|_| true)).ci_low >= self.wanted;
        let tests = self.tests().into_iter().enumerate();
        let mut steps: Vec<i32> = tests
            .filter(|(index, _)| *index != CLEARS || can_clear)
            .filter_map(|(_, known)| next_look(known.iter().copied(), start, self.end()))
            .collect();
        steps.push(0);
        steps.sort_unstable();
        steps.dedup();
        let probes = steps.into_iter();
        probes
            .filter_map(|step| self.probe(step, self.replications))
            .collect()
    }

    fn probe(&self, step: i32, until: u32) -> Option<Probe> {
        let done = self.looks.get(&step).map_or(0, |known| known.len() as u32);
        (done < until).then(|| Probe {
            variant: (step + FARTHEST) as u32,
            edits: self.source.edits(step),
            first_replication: done,
            replications: until - done,
        })
    }

    fn close_round(&mut self) {
        let (outcomes, unsound) = core::mem::take(&mut self.round).close();
        for (variant, outcomes) in outcomes {
            self.spent += outcomes.len() as u32;
            let known = self.looks.entry(variant as i32 - FARTHEST).or_default();
            known.extend(outcomes.into_iter().map(|(_, one)| one));
        }
        let least = unsound
            .into_keys()
            .map(|variant| variant as i32 - FARTHEST)
            .min();
        self.limit = self.limit.into_iter().chain(least).min();
    }

    /// What was found in complete rounds; `None` before the first.
    pub fn report(&self) -> Option<ReachReport> {
        if self.looks.is_empty() {
            return None;
        }
        let [estimate, low, high] = self.tests();
        let last = |known: &[(i32, bool)]| {
            let holds = known
                .iter()
                .filter(|(_, holds)| *holds)
                .map(|(step, _)| *step);
            holds.max()
        };
        let short = {
            let highest = last(&high).unwrap_or(i32::MIN);
            let fails = high
                .iter()
                .filter(|(step, holds)| !holds && *step > highest);
            fails.map(|(step, _)| *step).min()
        };
        let point = |(&step, known): (&i32, &Vec<Outcome>)| {
            let costs: Vec<f64> = known.iter().map(Outcome::cost).collect();
            ReachPoint {
                factor: factor(step),
                attainment: chance(known.iter()),
                cost_per_month: Summary::of(&costs),
            }
        };
        let looks = self.looks.iter();
        Some(ReachReport {
            engine_version: crate::ENGINE_VERSION.to_owned(),
            name: self.name.clone(),
            plan: self.id.clone(),
            seed: self.seed,
            wanted_attainment: self.wanted,
            breaks_at: last(&estimate).map(factor),
            carries: last(&low).map(factor),
            falls_short: short.map(factor),
            limit: self.limit.map(|step| factor(step - 1)),
            points: self.looks.iter().map(point).collect(),
            replications_each: self.replications,
            replications: self.spent,
            finished: self.finished,
            digest: digest(
                looks.map(|(&step, known)| ((step + FARTHEST) as u32, known.as_slice())),
            ),
        })
    }
}

fn chance<'a>(outcomes: impl Iterator<Item = &'a Outcome>) -> Proportion {
    Proportion::of(outcomes.map(|one| one.met))
}

impl Adaptive for Reach {
    fn next_round(&mut self) -> Vec<Probe> {
        let open = self.round.open();
        if !open.is_empty() || self.finished {
            return open;
        }
        self.close_round();
        let asked = self.asked();
        self.finished = asked.is_empty();
        self.round = Round::new(asked);
        self.round.open()
    }

    fn tell(&mut self, answer: Answer) {
        self.round.tell(answer);
    }

    fn progress(&self) -> (u32, u32) {
        let done = self.spent + self.round.done();
        // Some seven rough looks and ten close ones, as a rule.
        let needed = 7 * ROUGH + 10 * self.replications;
        (
            done,
            if self.finished {
                done
            } else {
                needed.max(done + 1)
            },
        )
    }
}

impl ReachReport {
    /// The finding in a sentence.
    pub fn words(&self) -> String {
        let wanted = 100.0 * self.wanted_attainment;
        let times = |factor: f64| format!("{factor:.2} times");
        let interval = match (self.carries, self.falls_short) {
            (Some(low), Some(high)) => format!(" (95 % interval {low:.2} to {high:.2})"),
            (Some(low), None) => format!(" (at least {low:.2} for certain)"),
            (None, Some(high)) => format!(" (less than {high:.2} for certain)"),
            (None, None) => String::new(),
        };
        match self.breaks_at {
            None => format!("No traffic that was tried meets the SLO with a chance of {wanted} %"),
            Some(factor) if self.limit.is_some_and(|limit| factor >= limit) => format!(
                "It carries at least {} today's traffic, the most that can be simulated",
                times(factor)
            ),
            Some(factor) if factor < 1.0 => format!(
                "It meets the SLO with a chance of {wanted} % up to {} today's traffic only{interval}",
                times(factor)
            ),
            Some(factor) => format!(
                "It carries {} today's traffic before its chance to meet the SLO falls below {wanted} %{interval}",
                times(factor)
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bisection_finds_the_step() {
        for (truth, start, limit) in [
            (7, 0, 61),
            (-20, 0, 61),
            (0, 12, 61),
            (40, -3, 61),
            (80, 0, 30),
        ] {
            let mut known: BTreeMap<i32, bool> = BTreeMap::new();
            let mut looks = 0;
            while let Some(step) = next_look(known.iter().map(|(a, b)| (*a, *b)), start, limit) {
                assert!(known.insert(step, step <= truth).is_none(), "{step} twice");
                looks += 1;
                assert!(looks < 20);
            }
            let last = known
                .iter()
                .filter(|(_, holds)| **holds)
                .map(|(step, _)| *step)
                .max();
            assert_eq!(last, Some(truth.min(limit - 1)));
        }
    }
}
