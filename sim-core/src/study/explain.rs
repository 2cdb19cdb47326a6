//! What would help most: the effect of one change at a time on attainment and cost.
//!
//! Each candidate move changes one field of the design by a sensible step of its kind (a fifth at least, whole steps where
//! only whole numbers fit, the neighbours of the instance type in price). All moves see the replications of the design as it is
//! (common random numbers), so their effects are means of paired differences: Student's t for cost, and for attainment,
//! where a pair differs by −1, 0 or 1, Tango's score interval, as in comparisons.
//!
//! A screening with few replications drops moves that do nothing; the most promising get the rest. When it is wrong: moves
//! are judged alone, two together may do more or less than their sum; and what looks best of many is a little worse than
//! it looks, so intervals are for one move, not for the best of all.

use super::probe::{Adaptive, Answer, Edits, Outcome, Probe, Round, digest, study_id};
use super::report::Proportion;
use super::result::Figure;
use crate::scenario::document::ScenarioDocument;
use crate::stats::sort_by;
use crate::stats::{Summary, paired_difference, tango};
use serde::{Deserialize, Serialize};

mod moves;

/// Replications of every move.
const SCREENED: u32 = 8;
/// Moves that get all replications.
const KEPT: usize = 10;

/// One change and what it does.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Move {
    /// What it writes into the document; nothing for the design as it is.
    pub edits: Edits,
    /// Replications, all of them paired with those of the design as it is.
    pub replications: u32,
    /// Attainment with the change.
    pub attainment: Proportion,
    /// Attainment with the change less that without: estimate and 95 % interval, −1..1.
    pub gain: (f64, f64, f64),
    /// Cost per month with the change less that without, US dollars.
    pub cost: Summary,
    /// Mean budget consumed with the change over that without, as a logarithm: below 0 is better. It tells small effects
    /// where the attainment does not move.
    pub budget: Summary,
}

/// What would help most.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ExplainReport {
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
    /// Attainment of the design as it is.
    pub attainment: Proportion,
    /// Its cost per month, US dollars.
    pub cost_per_month: Summary,
    /// The moves, most helpful first: while the design falls short of what is wanted, by what they do for the attainment;
    /// where it clears it, those that save money without harm first.
    pub moves: Vec<Move>,
    /// Moves that were dropped after a screening, for they promised little.
    pub dropped: u32,
    /// Moves that break a rule of the document.
    pub unsound: u32,
    /// Replications computed.
    pub replications: u32,
    /// Whether the study is over.
    pub finished: bool,
    /// SHA-256 of all outcomes.
    pub digest: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
enum Stage {
    Screen,
    Judge,
    Over,
}

/// The study.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Explain {
    id: String,
    seed: u64,
    wanted: f64,
    name: String,
    /// The design as it is, then the moves.
    variants: Vec<Variant>,
    replications: u32,
    stage: Stage,
    round: Round,
    spent: u32,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
struct Variant {
    edits: Edits,
    outcomes: Vec<Outcome>,
    unsound: bool,
}

impl Explain {
    /// The study of a scenario, with so many replications of each promising move.
    pub fn new(document: &ScenarioDocument, replications: Option<u32>) -> Self {
        let replications = replications.unwrap_or(32).max(SCREENED);
        let variant = |edits: Edits| Variant {
            edits,
            outcomes: Vec::new(),
            unsound: false,
        };
        let moves = moves::of(document).into_iter();
        let none = core::iter::once(Edits::new());
        Self {
            id: study_id(document, &format!("explain {replications}")),
            seed: document.run.seed,
            wanted: document.slo.wanted_attainment_percent / 100.0,
            name: document.name.clone(),
            variants: none.chain(moves).map(variant).collect(),
            replications,
            stage: Stage::Screen,
            round: Round::default(),
            spent: 0,
        }
    }

    fn probes(&self, chosen: &[usize], until: u32) -> Vec<Probe> {
        let probe = |&index: &usize| {
            let variant = self.variants.get(index)?;
            let done = variant.outcomes.len() as u32;
            (!variant.unsound && done < until).then(|| Probe {
                variant: index as u32,
                edits: variant.edits.clone(),
                first_replication: done,
                replications: until - done,
            })
        };
        chosen.iter().filter_map(probe).collect()
    }

    fn close_round(&mut self) {
        let (outcomes, unsound) = core::mem::take(&mut self.round).close();
        for (variant, outcomes) in outcomes {
            if let Some(variant) = self.variants.get_mut(variant as usize) {
                self.spent += outcomes.len() as u32;
                variant
                    .outcomes
                    .extend(outcomes.into_iter().map(|(_, one)| one));
            }
        }
        for variant in unsound.into_keys() {
            if let Some(variant) = self.variants.get_mut(variant as usize) {
                variant.unsound = true;
            }
        }
    }

    /// The effect of a move on the replications that it shares with the design as it is.
    fn judged(&self, variant: &Variant) -> Option<Move> {
        let base = self.variants.first()?;
        let n = variant.outcomes.len().min(base.outcomes.len());
        if n == 0 || variant.unsound {
            return None;
        }
        let (with, without) = (&variant.outcomes[..n], &base.outcomes[..n]);
        let values = |of: &[Outcome], value: fn(&Outcome) -> f64| -> Vec<f64> {
            of.iter().map(value).collect()
        };
        let difference = |value: fn(&Outcome) -> f64| {
            paired_difference(&values(with, value), &values(without, value)).unwrap_or_default()
        };
        let pairs = with.iter().zip(without).map(|(a, b)| (a.met, b.met));
        Some(Move {
            edits: variant.edits.clone(),
            replications: n as u32,
            attainment: Proportion::of(with.iter().map(|one| one.met)),
            gain: gain(pairs),
            cost: difference(|one| one.figure(Figure::CostPerMonth)),
            budget: difference(|one| libm::log(one.budget.clamp(1e-4, 1e4))),
        })
    }

    /// How much a move is worth: attainment where that is wanting, else money saved without harm.
    fn worth(&self, one: &Move, clears: bool) -> f64 {
        let scale = self.base_cost().abs().max(1e-9);
        let dearer = one.cost.mean / scale;
        // A share of the attainment is worth what halving the budget consumed is worth a tenth of.
        let better = one.gain.0 - 0.1 * one.budget.mean.clamp(-2.0, 2.0);
        if clears {
            -dearer - 4.0 * (-one.gain.0).max(0.0) + 0.01 * better
        } else {
            better - 0.25 * dearer
        }
    }

    fn base_cost(&self) -> f64 {
        let base = self.variants.first().map(|base| base.outcomes.as_slice());
        let costs: Vec<f64> = base.unwrap_or_default().iter().map(Outcome::cost).collect();
        Summary::of(&costs).mean
    }

    /// Moves in the order of their worth.
    fn ranked(&self) -> Vec<(usize, Move)> {
        let base = self.variants.first().map(|base| base.outcomes.as_slice());
        let attainment = Proportion::of(base.unwrap_or_default().iter().map(|one| one.met));
        let clears = attainment.estimate >= self.wanted;
        let moves = self.variants.iter().enumerate().skip(1);
        let mut moves: Vec<(usize, Move)> = moves
            .filter_map(|(index, variant)| Some((index, self.judged(variant)?)))
            .collect();
        sort_by(&mut moves, |a, b| {
            let worth = |one: &Move| self.worth(one, clears);
            worth(&b.1).total_cmp(&worth(&a.1)).then(a.0.cmp(&b.0))
        });
        moves
    }

    /// What was found in complete rounds; `None` before the first.
    pub fn report(&self) -> Option<ExplainReport> {
        let base = self
            .variants
            .first()
            .filter(|base| !base.outcomes.is_empty())?;
        let costs: Vec<f64> = base.outcomes.iter().map(Outcome::cost).collect();
        let ranked = self.ranked();
        let most = ranked.iter().map(|(_, one)| one.replications).max();
        let known = ranked.len();
        let moves: Vec<Move> = ranked
            .into_iter()
            .map(|(_, one)| one)
            .filter(|one| Some(one.replications) == most)
            .collect();
        let outcomes = self.variants.iter().enumerate();
        Some(ExplainReport {
            engine_version: crate::ENGINE_VERSION.to_owned(),
            name: self.name.clone(),
            plan: self.id.clone(),
            seed: self.seed,
            wanted_attainment: self.wanted,
            attainment: Proportion::of(base.outcomes.iter().map(|one| one.met)),
            cost_per_month: Summary::of(&costs),
            dropped: (known - moves.len()) as u32,
            unsound: self.variants.iter().filter(|one| one.unsound).count() as u32,
            moves,
            replications: self.spent,
            finished: self.stage == Stage::Over,
            digest: digest(outcomes.map(|(index, one)| (index as u32, one.outcomes.as_slice()))),
        })
    }
}

/// What pairs that are true with a change and true without it say of the difference: estimate and 95 % interval.
fn gain(pairs: impl Iterator<Item = (bool, bool)>) -> (f64, f64, f64) {
    let (mut gained, mut lost, mut n) = (0u32, 0u32, 0u32);
    for (with, without) in pairs {
        n += 1;
        gained += u32::from(with && !without);
        lost += u32::from(without && !with);
    }
    let (low, high) = tango(gained.into(), lost.into(), n.into(), 0.95);
    let difference = f64::from(gained) - f64::from(lost);
    (difference / f64::from(n.max(1)), low, high)
}

impl Adaptive for Explain {
    fn next_round(&mut self) -> Vec<Probe> {
        let open = self.round.open();
        if !open.is_empty() || self.stage == Stage::Over {
            return open;
        }
        self.close_round();
        if self.stage == Stage::Screen {
            let all: Vec<usize> = (0..self.variants.len()).collect();
            let asked = self.probes(&all, SCREENED);
            if asked.is_empty() {
                self.stage = Stage::Judge;
            } else {
                self.round = Round::new(asked);
                return self.round.open();
            }
        }
        let kept = self.ranked().into_iter().take(KEPT).map(|(index, _)| index);
        let kept: Vec<usize> = core::iter::once(0).chain(kept).collect();
        // Ranks move as replications come in; a move that has all keeps them.
        let asked = self.probes(&kept, self.replications);
        if asked.is_empty() {
            self.stage = Stage::Over;
        }
        self.round = Round::new(asked);
        self.round.open()
    }

    fn tell(&mut self, answer: Answer) {
        self.round.tell(answer);
    }

    fn progress(&self) -> (u32, u32) {
        let done = self.spent + self.round.done();
        let variants = self.variants.len() as u32;
        let kept = variants.min(KEPT as u32 + 1);
        let needed = variants * SCREENED + kept * (self.replications - SCREENED);
        let needed = if self.stage == Stage::Over {
            done
        } else {
            needed.max(done)
        };
        (done, needed)
    }
}
