//! The search: what is tried next, decided between rounds.

use super::confirm::Plan;
use super::fill::Halton;
use super::ranking::contenders;
use super::space::{Rungs, Space};
use super::surrogate::{Lengths, first_lengths};
use super::trial::{Opinion, Score, Trial, opinion};
use crate::random::{Purpose, Rng, StreamKey};
use crate::scenario::document::{BoundedFigure, ScenarioDocument};
use crate::stats::{sort_by, sort_by_key};
use crate::study::probe::{Adaptive, Answer, Probe, Round, study_id};
use crate::study::result::{FIGURES, Figure};
use serde::{Deserialize, Serialize};

/// Replications of a design that is tried for the first time.
pub(super) const FIRST: u32 = 3;
/// A round has at least so many replications, so that workers do not wait for each other for long.
const LEAST_ROUND: u32 = 24;
/// Share of the budget for the start.
const START_SHARE: f64 = 0.35;
/// Replications that a design must have before it can become a candidate, or a part of the front.
pub(super) const LEAST_KNOWN: u32 = 8;
/// Fresh replications are those from this number on: no other study gets there.
pub(super) const FRESH: u32 = 1 << 20;
/// A design that passes with less than this is no candidate.
pub(super) const LIKELY: f64 = 0.5;
/// Replications of the design that the search starts from: from them it learns what replications do to all designs.
const REFERENCE: (u32, u32) = (16, 64);
/// Most replications of a design on the front.
const MOST_POLISHED: u32 = 256;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
enum Stage {
    Fill,
    Explore,
    Polish,
    Confirm,
    Over,
}

/// What became of a candidate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Verdict {
    Open,
    Passed,
    Failed,
}

/// A search under way. It can be kept and gone on with: what it does next follows from what it holds.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Search {
    pub(super) id: String,
    pub(super) seed: u64,
    pub(super) wanted: f64,
    pub(super) space: Space,
    pub(super) bounds: Vec<(usize, f64)>,
    /// The third figure that the front trades, by its place among the figures.
    #[serde(default)]
    pub(super) third: Option<usize>,
    pub(super) budget: u32,
    pub(super) trials: Vec<Trial>,
    pub(super) tested: Vec<(usize, Verdict)>,
    pub(super) spent: u32,
    pub(super) rounds: u32,
    stage: Stage,
    round: Round,
    points: u32,
    pub(super) lengths: [Lengths; 2],
}

impl Search {
    /// A search of a scenario's knobs; `budget` is instead of the scenario's.
    pub fn new(document: &ScenarioDocument, budget: Option<u32>) -> Self {
        let search = document.search.as_ref();
        let budget = budget.or(search.and_then(|search| search.budget));
        let constraints = search.iter().flat_map(|search| &search.constraints);
        let bounds = constraints.filter_map(|bound| Some((place_of(bound.figure)?, bound.at_most)));
        let wanted = document.slo.wanted_attainment_percent / 100.0;
        let space = Space::of(document);
        let mut this = Self::over(space, document.run.seed, wanted, budget);
        this.bounds = bounds.collect();
        this.third = search
            .and_then(|search| search.third_figure)
            .and_then(place_of);
        this.id = study_id(document, &format!("search {}", this.budget));
        let present = this.space.nearest(document);
        this.trials.push(Trial::new(present));
        this
    }

    /// A search of a space of designs that anybody may judge.
    pub fn over(space: Space, seed: u64, wanted: f64, budget: Option<u32>) -> Self {
        let plan = Plan::new(wanted);
        let explore = 200 + 40 * space.knobs.len() as u32;
        let usual = explore.saturating_add(plan.looks[0] + plan.looks[1]);
        let lengths = first_lengths(&space);
        Self {
            id: String::new(),
            seed,
            wanted,
            bounds: Vec::new(),
            third: None,
            budget: budget.unwrap_or(usual).max(1),
            trials: Vec::new(),
            tested: Vec::new(),
            spent: 0,
            rounds: 0,
            stage: Stage::Fill,
            round: Round::default(),
            points: 0,
            lengths: [lengths.clone(), lengths],
            space,
        }
    }

    /// The same search with a front that also trades a figure, of which less is better.
    pub fn with_third(mut self, figure: Figure) -> Self {
        self.third = FIGURES.iter().position(|info| info.figure == figure);
        self
    }

    /// Whether it is over.
    pub fn finished(&self) -> bool {
        self.stage == Stage::Over
    }

    /// Values of the knobs of a probe's design.
    pub(super) fn probe(&self, trial: usize, first_replication: u32, replications: u32) -> Probe {
        let design = self.trials.get(trial).map(|trial| trial.design.as_slice());
        let values = self.space.values(design.unwrap_or_default());
        let paths = self.space.knobs.iter().map(|knob| knob.path.clone());
        Probe {
            variant: trial as u32,
            edits: paths.zip(values).collect(),
            first_replication,
            replications,
        }
    }

    /// So many more replications of a design.
    pub(super) fn more(&self, trial: usize, replications: u32) -> Probe {
        let done = self
            .trials
            .get(trial)
            .map_or(0, |trial| trial.outcomes.len());
        self.probe(trial, done as u32, replications)
    }

    /// Replications for everything but the confirmation.
    pub(super) fn exploring(&self) -> u32 {
        let looks = self.plan().looks;
        self.budget - looks[0].saturating_add(looks[1]).min(self.budget / 2)
    }

    pub(super) fn plan(&self) -> Plan {
        Plan::new(self.wanted)
    }

    pub(super) fn round_size(&self) -> u32 {
        LEAST_ROUND.max(self.exploring() / 12)
    }

    pub(super) fn rng(&self, component: u32) -> Rng {
        StreamKey {
            seed: self.seed,
            replication: self.rounds,
            component,
            purpose: Purpose::DesignSearch,
        }
        .rng()
    }

    pub(super) fn opinion(&self) -> Opinion {
        opinion(&self.trials, &self.bounds, self.third)
    }

    fn close_round(&mut self) {
        let (outcomes, unsound) = std::mem::take(&mut self.round).close();
        for (variant, outcomes) in outcomes {
            let Some(trial) = self.trials.get_mut(variant as usize) else {
                continue;
            };
            self.spent += outcomes.len() as u32;
            for (replication, outcome) in outcomes {
                match replication >= FRESH {
                    true => trial.fresh.push(outcome),
                    false => trial.outcomes.push(outcome),
                }
            }
        }
        for (variant, why) in unsound {
            if let Some(trial) = self.trials.get_mut(variant as usize) {
                trial.unsound = why;
            }
        }
    }

    /// Space-filling points, beside the design that the search starts from.
    fn fill(&mut self) -> Vec<Probe> {
        let knobs = self.space.knobs.len() as u32;
        let affordable = f64::from(self.exploring()) * START_SHARE / f64::from(FIRST);
        let wanted = f64::from(6 + 4 * knobs).min(affordable).max(2.0);
        let wanted = wanted.min(self.space.size()) as usize;
        let mut key_rng = StreamKey {
            seed: self.seed,
            replication: 0,
            component: 1,
            purpose: Purpose::DesignSearch,
        }
        .rng();
        let halton = Halton::new(self.space.knobs.len(), &mut key_rng);
        let fits = (self.round_size() / FIRST).max(1) as usize;
        let tries = 64 * wanted as u32;
        let known = |trials: &[Trial], design: &Rungs| trials.iter().any(|t| t.design == *design);
        let started = |trial: &Trial| !trial.outcomes.is_empty() || !trial.unsound.is_empty();
        let before = self.trials.iter().filter(|trial| started(trial)).count();
        while self.trials.len() < wanted.min(before + fits) && self.points < tries {
            let design = self.space.at(halton.point(self.points));
            self.points += 1;
            if !known(&self.trials, &design) {
                self.trials.push(Trial::new(design));
            }
        }
        let fresh = (0..self.trials.len()).filter(|&index| !started(&self.trials[index]));
        let reference = (self.exploring() / 10).clamp(REFERENCE.0, REFERENCE.1);
        let replications = |index| if index == 0 { reference } else { FIRST };
        fresh
            .map(|index| self.more(index, replications(index)))
            .collect()
    }

    /// Deals out replications to designs, FIRST to each in turn, those with the fewest first.
    pub(super) fn shared(
        &self,
        scores: &[Score],
        mut chosen: Vec<usize>,
        target: u32,
        replications: u32,
    ) -> Vec<Probe> {
        chosen.retain(|&index| scores[index].n < target);
        sort_by_key(&mut chosen, |&index| (scores[index].n, scores[index].trial));
        let mut more = vec![0u32; chosen.len()];
        let mut left = replications;
        let mut dealt = true;
        while left > 0 && dealt {
            dealt = false;
            for (more, &index) in more.iter_mut().zip(&chosen) {
                let part = FIRST
                    .min(left)
                    .min(target.saturating_sub(scores[index].n + *more));
                *more += part;
                left -= part;
                dealt |= part > 0;
            }
        }
        let asked = chosen.iter().zip(more).filter(|(_, more)| *more > 0);
        asked
            .map(|(&index, more)| self.more(scores[index].trial, more))
            .collect()
    }

    /// Replications of a design on a polished front.
    pub(super) fn polished(&self) -> u32 {
        (self.exploring() / 24).clamp(16, 64)
    }

    /// Equal replications for all designs on the front, and for the cheapest that may clear what is wanted; twice as many
    /// once all have them, as long as the budget lasts.
    fn polish(&mut self) -> Vec<Probe> {
        let left = self.exploring().saturating_sub(self.spent);
        if left == 0 {
            return Vec::new();
        }
        let scores = self.opinion().scores;
        let mut chosen = contenders(&scores);
        chosen.retain(|&index| scores[index].chance > 0.02);
        let mut clearing: Vec<usize> = (0..scores.len())
            .filter(|&index| scores[index].bounded && scores[index].chance >= self.wanted)
            .collect();
        sort_by(&mut clearing, |&a, &b| {
            scores[a].cost.total_cmp(&scores[b].cost)
        });
        chosen.extend(clearing.into_iter().take(3));
        chosen.sort_unstable();
        chosen.dedup();
        let fewest = chosen
            .iter()
            .map(|&index| scores[index].n)
            .min()
            .unwrap_or(0);
        let mut target = self.polished();
        while target <= fewest && target < MOST_POLISHED {
            target *= 2;
        }
        self.shared(&scores, chosen, target, left.min(self.round_size()))
    }
}

impl Adaptive for Search {
    fn next_round(&mut self) -> Vec<Probe> {
        let open = self.round.open();
        if !open.is_empty() || self.finished() {
            return open;
        }
        self.close_round();
        self.rounds += 1;
        loop {
            let (asked, next) = match self.stage {
                Stage::Fill => (self.fill(), Stage::Explore),
                Stage::Explore => (self.explore(), Stage::Polish),
                Stage::Polish => (self.polish(), Stage::Confirm),
                Stage::Confirm => (self.confirm(), Stage::Over),
                Stage::Over => return Vec::new(),
            };
            if asked.is_empty() {
                self.stage = next;
            } else {
                self.round = Round::new(asked);
                return self.round.open();
            }
        }
    }

    fn tell(&mut self, answer: Answer) {
        self.round.tell(answer);
    }

    fn progress(&self) -> (u32, u32) {
        let done = self.spent + self.round.done();
        let needed = if self.finished() {
            done
        } else {
            self.budget.max(done)
        };
        (done, needed)
    }
}

/// Place of a figure among those of a report.
fn place_of(bounded: BoundedFigure) -> Option<usize> {
    let wanted = figure(bounded);
    FIGURES.iter().position(|info| info.figure == wanted)
}

fn figure(bounded: BoundedFigure) -> Figure {
    match bounded {
        BoundedFigure::CostPerMonth => Figure::CostPerMonth,
        BoundedFigure::MeanLatency => Figure::MeanLatency,
        BoundedFigure::P95Latency => Figure::P95Latency,
        BoundedFigure::P99Latency => Figure::P99Latency,
        BoundedFigure::PeakReplicas => Figure::PeakReplicas,
        BoundedFigure::NodeHours => Figure::NodeHours,
        BoundedFigure::ScaleEventsPerHour => Figure::ScaleEventsPerHour,
        BoundedFigure::ViolationMinutes => Figure::ViolationMinutes,
        BoundedFigure::WorstHourlyBurnRate => Figure::WorstHourlyBurnRate,
        BoundedFigure::IncidentsPerMonth => Figure::IncidentsPerMonth,
        BoundedFigure::RevenueAtRisk => Figure::RevenueAtRisk,
    }
}
