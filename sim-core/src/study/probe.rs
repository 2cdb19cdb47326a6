//! Probes: the unit of work of studies that decide as they go (find designs, explain, reach).
//!
//! ```text
//!   Adaptive::next_round ─► probes: edits of the scenario × replications ─► Prepared::answer — pure, anywhere, any order
//!          ▲                                                                      │
//!          └──────────────────────────── Adaptive::tell ◄── answers ──────────────┘
//! ```
//!
//! Such a study decides at round barriers only, from complete rounds, so that threads, web workers and any order of
//! answers give the same bytes. Probes of equal replications see the same traffic: they differ by their edits alone.

use super::plan::hex;
use super::result::{FIGURE_COUNT, FIGURES, Figure, ReplicationResult};
use crate::scenario::canonical_json;
use crate::scenario::document::ScenarioDocument;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, BTreeSet};

/// Values to set in the scenario, by JSON Pointer.
pub type Edits = Vec<(String, Value)>;

/// Some replications of the scenario with edits made to it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Probe {
    /// Number of the variant within its study; equal numbers have equal edits.
    pub variant: u32,
    /// The edits.
    pub edits: Edits,
    /// Index of the first replication.
    pub first_replication: u32,
    /// Number of replications.
    pub replications: u32,
}

impl Probe {
    /// The same work in probes of at most so many replications.
    pub fn split(&self, most: u32) -> impl Iterator<Item = Probe> + '_ {
        let most = most.max(1);
        (0..self.replications.div_ceil(most)).map(move |part| Probe {
            first_replication: self.first_replication + part * most,
            replications: most.min(self.replications - part * most),
            ..self.clone()
        })
    }
}

/// What one replication of a probe yields.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Outcome {
    /// Whether every objective was met.
    pub met: bool,
    /// Largest share of an error budget that was consumed: at most 1 where all is met, above 1 elsewhere.
    pub budget: f64,
    /// Figures in the order of [`FIGURES`].
    pub figures: [f64; FIGURE_COUNT],
}

impl Outcome {
    pub(super) fn of(result: &ReplicationResult) -> Self {
        let met = result.met();
        let consumed = result.objectives.iter();
        let largest = consumed.fold(0.0, |most: f64, one| most.max(one.budget_consumed));
        // What storage or jobs miss has no budget: it counts as half as much again as there is.
        let budget = if met {
            largest.min(1.0)
        } else if largest > 1.0 {
            largest
        } else {
            1.5
        };
        Self {
            met,
            budget,
            figures: result.figures,
        }
    }

    /// The value of a figure.
    pub fn figure(&self, figure: Figure) -> f64 {
        let mut known = FIGURES.iter().zip(self.figures);
        known
            .find(|(info, _)| info.figure == figure)
            .map_or(f64::NAN, |(_, value)| value)
    }

    /// Cost of a month, US dollars.
    pub fn cost(&self) -> f64 {
        self.figure(Figure::CostPerMonth)
    }
}

/// What came of a probe.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Answer {
    /// Number of the variant.
    pub variant: u32,
    /// Index of the first replication.
    pub first_replication: u32,
    /// The outcomes in order; none where the variant is not sound.
    pub outcomes: Vec<Outcome>,
    /// Why the variant cannot be simulated; empty where it can.
    pub unsound: String,
}

/// A study that decides as it goes.
pub trait Adaptive {
    /// The probes of the next round, or those of this one that are still open. Empty when the study is over.
    fn next_round(&mut self) -> Vec<Probe>;

    /// Takes in an answer; those that nobody waits for change nothing.
    fn tell(&mut self, answer: Answer);

    /// Replications done, and those that will be needed as far as is known.
    fn progress(&self) -> (u32, u32);
}

/// Identity of a study of this kind: SHA-256 of engine version, canonical document and words for the study.
pub(super) fn study_id(document: &ScenarioDocument, words: &str) -> String {
    let mut hash = Sha256::new();
    for part in [crate::ENGINE_VERSION, &canonical_json(document), words] {
        hash.update(part.as_bytes());
        hash.update([0]);
    }
    hex(&hash.finalize(), 8)
}

/// SHA-256 of outcomes with their places, in the order given.
pub(super) fn digest<'a>(outcomes: impl Iterator<Item = (u32, &'a [Outcome])>) -> String {
    let mut hash = Sha256::new();
    for (place, outcomes) in outcomes {
        hash.update(place.to_le_bytes());
        for outcome in outcomes {
            // Plain numbers: serialising them cannot fail.
            hash.update(postcard::to_allocvec(outcome).unwrap_or_default());
        }
    }
    hex(&hash.finalize(), 32)
}

/// A round under way: what was asked for, and what has arrived.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(super) struct Round {
    asked: Vec<Probe>,
    arrived: BTreeMap<u32, BTreeMap<u32, Outcome>>,
    unsound: BTreeMap<u32, String>,
}

/// A variant with its outcomes, by replication.
pub(super) type Arrived = (u32, Vec<(u32, Outcome)>);

impl Round {
    pub(super) fn new(asked: Vec<Probe>) -> Self {
        Self {
            asked,
            ..Self::default()
        }
    }

    fn has(&self, variant: u32, replication: u32) -> bool {
        self.unsound.contains_key(&variant)
            || self
                .arrived
                .get(&variant)
                .is_some_and(|known| known.contains_key(&replication))
    }

    fn wants(&self, variant: u32, replication: u32) -> bool {
        self.asked.iter().any(|probe| {
            probe.variant == variant
                && (probe.first_replication..probe.first_replication + probe.replications)
                    .contains(&replication)
        })
    }

    pub(super) fn tell(&mut self, answer: Answer) {
        if !answer.unsound.is_empty() {
            if self
                .asked
                .iter()
                .any(|probe| probe.variant == answer.variant)
            {
                self.unsound.insert(answer.variant, answer.unsound);
            }
            return;
        }
        for (replication, outcome) in (answer.first_replication..).zip(answer.outcomes) {
            if self.wants(answer.variant, replication) {
                let known = self.arrived.entry(answer.variant).or_default();
                known.entry(replication).or_insert(outcome);
            }
        }
    }

    /// What was asked for and has not arrived.
    pub(super) fn open(&self) -> Vec<Probe> {
        let parts = self.asked.iter().flat_map(|probe| probe.split(1));
        parts
            .filter(|part| !self.has(part.variant, part.first_replication))
            .collect()
    }

    /// Replications that have arrived.
    pub(super) fn done(&self) -> u32 {
        self.arrived.values().map(|known| known.len() as u32).sum()
    }

    /// Everything that arrived: outcomes by variant in the order of their replications, and what is not sound.
    pub(super) fn close(self) -> (Vec<Arrived>, BTreeMap<u32, String>) {
        let asked: BTreeSet<u32> = self.asked.iter().map(|probe| probe.variant).collect();
        let mut arrived = self.arrived;
        let outcomes = asked.into_iter().filter_map(|variant| {
            let known = arrived.remove(&variant)?;
            Some((variant, known.into_iter().collect()))
        });
        (outcomes.collect(), self.unsound)
    }
}
