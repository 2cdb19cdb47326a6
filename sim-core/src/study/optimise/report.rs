//! What a search found, in the shape of a sweep's report, with its evidence.

use super::front::{Place, Place3, front_of, front3_of, knee};
use super::ranking::places3_of;
use super::regret::{LeastRegret, least};
use super::search::{LEAST_KNOWN, LIKELY, Search, Verdict};
use super::trial::Trial;
use crate::scenario::document::ScenarioDocument;
use crate::stats::{Summaries, Summary};
use crate::study::attainable::BudgetKept;
use crate::study::probe::{Outcome, digest};
use crate::study::report::{Proportion, prices};
use crate::study::result::{FIGURES, Figure};
use crate::study::sweep::{DesignPoint, SweepReport, ThirdFigure, mark_front};
use serde::{Deserialize, Serialize};

/// What a search found beside the designs themselves.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SearchReport {
    /// The recommended design on fresh replications; none if no design clears what is wanted.
    pub recommendation: Option<Recommendation>,
    /// Why this design, or why none.
    pub why: String,
    /// The design on the front beyond which more money buys little more attainment, if the front has a knee.
    pub knee: Option<u32>,
    /// The design that is regretted least over the uncertain inputs; none where no number is uncertain.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub least_regret: Option<LeastRegret>,
    /// Designs in the space that was searched; a plain number, for it may be huge.
    pub possible: f64,
    /// Designs tried.
    pub tried: u32,
    /// Designs that break a rule and cannot be simulated.
    pub unsound: u32,
    /// Replications spent.
    pub replications: u32,
    /// Most replications that it may spend.
    pub budget: u32,
    /// Rounds.
    pub rounds: u32,
    /// Whether the search is over.
    pub finished: bool,
    /// SHA-256 of all outcomes, by design and replication.
    pub digest: String,
}

/// A recommended design, judged by replications that did not choose it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Recommendation {
    /// The design.
    pub design: u32,
    /// Probability of meeting the SLO.
    pub attainment: Proportion,
    /// Cost per month, US dollars.
    pub cost_per_month: Summary,
}

impl Search {
    /// What was found in complete rounds.
    pub fn report(&self, document: &ScenarioDocument) -> SweepReport {
        let known = |trial: &&(usize, &Trial)| !trial.1.outcomes.is_empty();
        let trials: Vec<(usize, &Trial)> = self.trials.iter().enumerate().collect();
        let mut summaries = Summaries::default();
        let mut points: Vec<DesignPoint> = trials
            .iter()
            .filter(known)
            .map(|(index, trial)| self.point(*index, trial, &mut summaries))
            .collect();
        let front = self.front(&mut points);
        let recommendation = self.recommendation();
        let recommended = recommendation.as_ref().map(|one| one.design);
        let known = front
            .iter()
            .filter_map(|design| points.iter().find(|point| point.design == *design));
        let places: Vec<Place> = known
            .map(|point| (point.cost_per_month.mean, point.attainment.estimate))
            .collect();
        // Of a front that trades a third figure, the knee is that of its part in two dimensions.
        let flat = front_of(&places);
        let bends: Vec<Place> = flat.iter().map(|&index| places[index]).collect();
        let knee = knee(&bends).and_then(|place| front.get(*flat.get(place)?).copied());
        let outcomes = self.trials.iter().enumerate();
        let all = outcomes.flat_map(|(index, trial)| {
            let index = index as u32;
            [
                (index, trial.outcomes.as_slice()),
                (index, trial.fresh.as_slice()),
            ]
        });
        let search = SearchReport {
            why: self.why(recommendation.as_ref()),
            knee,
            least_regret: match document.uncertain.is_empty() {
                true => None,
                false => self.least_regret(&front, recommended),
            },
            possible: self.space.size(),
            tried: points.len() as u32,
            unsound: self
                .trials
                .iter()
                .filter(|trial| !trial.unsound.is_empty())
                .count() as u32,
            replications: self.spent,
            budget: self.budget,
            rounds: self.rounds,
            finished: self.finished(),
            digest: digest(all),
            recommendation,
        };
        SweepReport {
            engine_version: crate::ENGINE_VERSION.to_owned(),
            name: document.name.clone(),
            plan: self.id.clone(),
            seed: self.seed,
            plane: crate::replication::plane_name(document.run.plane).to_owned(),
            prices: prices(document),
            knobs: self
                .space
                .knobs
                .iter()
                .map(|knob| knob.path.clone())
                .collect(),
            wanted_attainment: self.wanted,
            objectives: document.slo.objectives.clone(),
            third: self.third.and_then(|index| {
                let info = FIGURES.get(index)?;
                Some(ThirdFigure {
                    key: info.key.to_owned(),
                    label: info.label.to_owned(),
                    unit: info.unit.to_owned(),
                })
            }),
            points,
            front,
            recommended,
            search: Some(search),
        }
    }

    fn point(&self, index: usize, trial: &Trial, summaries: &mut Summaries) -> DesignPoint {
        let outcomes = &trial.outcomes;
        let mut summary = |figure| summaries.of(&figures(outcomes, figure));
        let budgets: Vec<f64> = outcomes.iter().map(|outcome| outcome.budget).collect();
        DesignPoint {
            design: index as u32,
            values: self.space.values(&trial.design),
            replications: outcomes.len() as u32,
            attainment: chance(outcomes),
            cost_per_month: summary(Figure::CostPerMonth),
            budget_kept: BudgetKept::of(&budgets, self.wanted),
            p95_latency_ms: summary(Figure::P95Latency),
            mean_replicas: summary(Figure::MeanReplicas),
            third: self.third.map(|index| {
                let values = outcomes.iter().map(|outcome| outcome.figures[index]);
                summaries.of(&values.collect::<Vec<f64>>())
            }),
            on_front: false,
            digest: digest([(index as u32, outcomes.as_slice())].into_iter()),
        }
    }

    /// Marks the front among the designs that are known well enough and keep the bounds; of all, while none is. A design
    /// lies on it when no other beats it by the smooth estimates, which tell more than a few replications, nor by
    /// what the replications say.
    fn front(&self, points: &mut [DesignPoint]) -> Vec<u32> {
        let mut scores = self.opinion().scores;
        let least = match scores.iter().any(|score| score.n >= LEAST_KNOWN) {
            true => LEAST_KNOWN,
            false => 1,
        };
        scores.retain(|score| score.n >= least && score.bounded);
        let places: Vec<Place> = scores
            .iter()
            .map(|score| (score.cost, score.chance))
            .collect();
        let smooth = match self.third {
            None => front_of(&places),
            Some(_) => front3_of(&places3_of(&scores)),
        };
        let smooth = smooth.into_iter();
        let smooth: Vec<u32> = smooth.map(|index| scores[index].trial as u32).collect();
        let chosen = points.iter().filter(|point| smooth.contains(&point.design));
        let mut chosen: Vec<DesignPoint> = chosen.cloned().collect();
        let front = match self.third {
            None => mark_front(&mut chosen),
            Some(_) => {
                let places: Vec<Place3> = chosen.iter().map(place3).collect();
                let front = front3_of(&places).into_iter();
                front.map(|index| chosen[index].design).collect()
            }
        };
        for point in points {
            point.on_front = front.contains(&point.design);
        }
        front
    }

    /// The least regretted of the front and the recommended design, on the replications that all of them have.
    fn least_regret(&self, front: &[u32], recommended: Option<u32>) -> Option<LeastRegret> {
        let off_front = recommended.filter(|design| !front.contains(design));
        let candidates = front.iter().copied().chain(off_front).filter_map(|design| {
            let outcomes = &self.trials.get(design as usize)?.outcomes;
            (outcomes.len() as u32 >= LEAST_KNOWN).then_some((design, outcomes.as_slice()))
        });
        let candidates: Vec<(u32, &[Outcome])> = candidates.collect();
        least(&candidates, self.wanted, recommended)
    }

    fn recommendation(&self) -> Option<Recommendation> {
        let passed = |(_, verdict): &&(usize, Verdict)| *verdict == Verdict::Passed;
        let (design, _) = self.tested.iter().find(passed)?;
        let fresh = &self.trials.get(*design)?.fresh;
        Some(Recommendation {
            design: *design as u32,
            attainment: chance(fresh),
            cost_per_month: Summary::of(&figures(fresh, Figure::CostPerMonth)),
        })
    }

    /// Why this design, or why none.
    fn why(&self, found: Option<&Recommendation>) -> String {
        let wanted = 100.0 * self.wanted;
        let failed = self.tested.iter();
        let failed = failed
            .filter(|(_, verdict)| *verdict == Verdict::Failed)
            .count();
        let cheaper = match failed {
            0 => "no cheaper design that was tried promised as much".to_owned(),
            1 => "a cheaper one that promised as much failed there".to_owned(),
            more => format!("{more} cheaper ones that promised as much failed there"),
        };
        if let Some(found) = found {
            return format!(
                "on {} fresh replications it met the SLO in {}: its attainment is at least {:.1} % by the lower bound of its 95 % interval, {wanted} % are wanted; {cheaper}",
                found.attainment.n,
                found.attainment.successes,
                100.0 * found.attainment.ci_low,
            );
        }
        if !self.finished() {
            return "the search is not over".to_owned();
        }
        let plan = self.plan();
        if failed > 0 {
            let designs = if failed == 1 {
                "design was"
            } else {
                "designs were"
            };
            return format!(
                "{failed} promising {designs} tried on fresh replications, and none clears {wanted} % for certain: widen the knobs, or allow more replications"
            );
        }
        let scores = self.opinion().scores;
        let promising = scores.iter().filter(|score| score.bounded);
        let best = promising.map(|score| score.chance).fold(0.0, f64::max);
        let left = self.budget.saturating_sub(self.spent);
        if scores.is_empty() {
            "none of the designs that were tried can be simulated".to_owned()
        } else if plan.power(best) >= LIKELY && left < plan.looks[0] {
            format!(
                "there are designs that promise {wanted} %, but confirming one takes at least {} fresh replications and only {left} were left: allow more",
                plan.looks[0]
            )
        } else if scores.iter().all(|score| !score.bounded) {
            "no design that was tried keeps the bounds on its figures".to_owned()
        } else {
            format!(
                "the best of {} designs promises an attainment of about {:.0} %, too little above {wanted} % to be sure of it: widen the knobs",
                scores.len(),
                100.0 * best
            )
        }
    }
}

/// What the replications of a point say, in three dimensions.
fn place3(point: &DesignPoint) -> Place3 {
    let third = point.third.as_ref().map_or(0.0, |third| third.mean);
    (point.cost_per_month.mean, point.attainment.estimate, third)
}

fn chance(outcomes: &[Outcome]) -> Proportion {
    Proportion::of(outcomes.iter().map(|outcome| outcome.met))
}

fn figures(outcomes: &[Outcome], figure: Figure) -> Vec<f64> {
    outcomes.iter().map(|one| one.figure(figure)).collect()
}
