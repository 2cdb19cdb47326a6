//! What a sweep found: every design with its intervals, the front, and the design to take.

use super::attainable::{BudgetKept, Ranks};
use super::collection::{Brief, Collection};
use super::optimise::SearchReport;
use super::plan::Plan;
use super::report::Proportion;
use crate::scenario::document::ObjectiveDocument;
use crate::stats::{Summaries, Summary, sort_by};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// One design of a sweep.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DesignPoint {
    /// Index in the plan.
    pub design: u32,
    /// Value of each knob.
    pub values: Vec<Value>,
    /// Replications merged.
    pub replications: u32,
    /// Probability of meeting the SLO.
    pub attainment: Proportion,
    /// Cost per month, US dollars.
    pub cost_per_month: Summary,
    /// Share of its error budgets that it keeps as surely as wanted; none of a few replications.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub budget_kept: Option<BudgetKept>,
    /// 95th percentile of latency, milliseconds.
    pub p95_latency_ms: Summary,
    /// Mean replicas.
    pub mean_replicas: Summary,
    /// The third figure that the front trades, where there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub third: Option<Summary>,
    /// Whether no other design is both cheaper and more likely to meet the SLO.
    pub on_front: bool,
    /// SHA-256 of the design's results.
    pub digest: String,
}

/// A figure that a front trades beside cost and attainment; less is better.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ThirdFigure {
    /// Key, from [`super::FIGURES`].
    pub key: String,
    /// Words for people.
    pub label: String,
    /// Unit; empty for plain counts.
    pub unit: String,
}

/// A sweep's result.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SweepReport {
    /// Version of the engine.
    pub engine_version: String,
    /// Name of the scenario.
    pub name: String,
    /// Id of the plan.
    pub plan: String,
    /// Seed: all designs see the same traffic.
    pub seed: u64,
    /// Data plane.
    pub plane: String,
    /// Price book and its date.
    pub prices: String,
    /// JSON Pointers of the knobs.
    pub knobs: Vec<String>,
    /// Wanted probability of meeting the SLO, 0..1.
    pub wanted_attainment: f64,
    /// The objectives.
    #[serde(default)]
    pub objectives: Vec<ObjectiveDocument>,
    /// The third figure of a search's front, if it trades one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub third: Option<ThirdFigure>,
    /// The designs that have results, in the plan's order.
    pub points: Vec<DesignPoint>,
    /// Designs on the front, cheapest first.
    pub front: Vec<u32>,
    /// The cheapest design whose attainment's lower bound clears what is wanted; none if no design does.
    pub recommended: Option<u32>,
    /// What a search found beside; none for a sweep.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub search: Option<SearchReport>,
}

impl SweepReport {
    /// Judges what has arrived so far.
    pub fn new(plan: &Plan, collection: &Collection) -> Self {
        Self::renewed(plan, collection, None)
    }

    /// The same. Designs without more replications than in a former report on the plan are taken from that: while thousands
    /// are swept, most of them.
    pub fn renewed(plan: &Plan, collection: &Collection, former: Option<&Self>) -> Self {
        let former = former.filter(|former| former.plan == collection.plan_id());
        let wanted = plan.document.slo.wanted_attainment_percent / 100.0;
        let mut judge = Judge {
            wanted,
            ..Judge::default()
        };
        // Both lie in the order of the designs.
        let mut known = former.into_iter().flat_map(|former| &former.points);
        let mut next = known.next();
        let mut points: Vec<DesignPoint> = (0..collection.designs())
            .filter(|&design| collection.replications(design) > 0)
            .map(|design| {
                while next.is_some_and(|point| point.design < design) {
                    next = known.next();
                }
                let n = collection.replications(design);
                let same = |point: &&DesignPoint| point.design == design && point.replications == n;
                match next.filter(same) {
                    Some(point) => DesignPoint {
                        on_front: false,
                        ..point.clone()
                    },
                    None => judge.point(plan, collection, design),
                }
            })
            .collect();
        let front = mark_front(&mut points);
        let recommended = points
            .iter()
            .filter(|point| point.attainment.ci_low >= wanted)
            .min_by(|a, b| a.cost_per_month.mean.total_cmp(&b.cost_per_month.mean))
            .map(|point| point.design);
        Self {
            engine_version: plan.engine_version.clone(),
            name: plan.document.name.clone(),
            plan: collection.plan_id().to_owned(),
            seed: plan.document.run.seed,
            plane: crate::replication::plane_name(plan.document.run.plane).to_owned(),
            prices: super::report::prices(&plan.document),
            knobs: plan.knobs.clone(),
            wanted_attainment: wanted,
            objectives: plan.document.slo.objectives.clone(),
            third: None,
            points,
            front,
            recommended,
            search: None,
        }
    }

    /// The point of a design.
    pub fn point(&self, design: u32) -> Option<&DesignPoint> {
        self.place(design).and_then(|place| self.points.get(place))
    }

    /// The place of a design's point among the points. Those of a sweep lie in the order of their designs.
    pub fn place(&self, design: u32) -> Option<usize> {
        let is_it = |point: &DesignPoint| point.design == design;
        let place = design as usize;
        match self.points.get(place) {
            Some(point) if is_it(point) => Some(place),
            _ => self.points.iter().position(is_it),
        }
    }
}

/// Judges design after design. What depends on the number of replications alone is computed when that changes.
#[derive(Default)]
struct Judge {
    wanted: f64,
    ranks: Ranks,
    summaries: Summaries,
}

impl Judge {
    fn point(&mut self, plan: &Plan, collection: &Collection, design: u32) -> DesignPoint {
        let briefs = collection.briefs(design);
        let n = briefs.len() as u32;
        if self.ranks.n != n {
            self.ranks = Ranks::of(n, self.wanted);
        }
        let values = |of: fn(&Brief) -> f64| briefs.iter().map(of).collect::<Vec<f64>>();
        let mut summary = |of| self.summaries.of(&values(of));
        DesignPoint {
            design,
            values: plan
                .designs
                .get(design as usize)
                .map(|design| design.values.iter().map(|&value| value.into()).collect())
                .unwrap_or_default(),
            replications: n,
            attainment: Proportion::of(briefs.iter().map(|brief| brief.met)),
            cost_per_month: summary(|brief| brief.cost),
            budget_kept: BudgetKept::at(&self.ranks, &values(|brief| brief.budget)),
            p95_latency_ms: summary(|brief| brief.p95_ms),
            mean_replicas: summary(|brief| brief.mean_replicas),
            third: None,
            on_front: false,
            digest: collection.digest(design),
        }
    }
}

/// Marks the designs that no other dominates (cheaper or equal, and at least as likely, one of them strictly);
/// answers them cheapest first.
pub(super) fn mark_front(points: &mut [DesignPoint]) -> Vec<u32> {
    let mut order: Vec<usize> = (0..points.len()).collect();
    sort_by(&mut order, |&a, &b| {
        let (a, b) = (&points[a], &points[b]);
        let by_cost = a.cost_per_month.mean.total_cmp(&b.cost_per_month.mean);
        by_cost
            .then(b.attainment.estimate.total_cmp(&a.attainment.estimate))
            .then(a.design.cmp(&b.design))
    });
    let mut front = Vec::new();
    let mut best = f64::NEG_INFINITY;
    for index in order {
        let point = &mut points[index];
        if point.attainment.estimate > best {
            best = point.attainment.estimate;
            point.on_front = true;
            front.push(point.design);
        }
    }
    front
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::check_value;
    use crate::scenario::templates::TEMPLATES;
    use crate::study::{Prepared, Rounds};
    use serde_json::json;

    /// Whatever a former report said, and however much of it: the report is that of the results alone.
    #[test]
    fn a_renewed_report_is_one_made_anew() {
        let mut document: Value = serde_json::from_str(TEMPLATES[0].json).expect("a template");
        document["slo"]["window_days"] = json!(0.05);
        document["run"]["warm_up_minutes"] = json!(20);
        document["run"]["min_replications"] = json!(3);
        document["run"]["max_replications"] = json!(6);
        document["sweep"] =
            json!([{ "path": "/autoscaler/min_replicas", "from": 2, "to": 6, "steps": 5 }]);
        let scenario = check_value(&document).expect("sound");
        let plan = Plan::sweep(scenario.document());
        let prepared = Prepared::new(plan.clone()).expect("sound");
        let rounds = Rounds::new(&plan);
        let mut collection = Collection::new(&plan);
        let mut former: Option<SweepReport> = None;
        let mut reports = 0;
        loop {
            let round = rounds.next_round(&collection);
            if round.is_empty() {
                break;
            }
            for shard in round.into_iter().rev() {
                collection.add(prepared.run_shard(shard));
                let renewed = SweepReport::renewed(&plan, &collection, former.as_ref());
                assert_eq!(renewed, SweepReport::new(&plan, &collection));
                reports += 1;
                // Some reports are left out, as on a page that is busy.
                if reports % 3 != 0 {
                    former = Some(renewed);
                }
            }
        }
        assert!(reports >= 15, "{reports}");
        let other = SweepReport {
            plan: "another".to_owned(),
            ..former.expect("reports")
        };
        assert_eq!(
            SweepReport::renewed(&plan, &Collection::new(&plan), Some(&other)).points,
            []
        );
    }
}
