//! Which number matters: the tornado of a scenario.
//!
//! Each knob of the sweep and each uncertain input goes to its low and to its high end – first and last value of a knob,
//! 5th and 95th percentile of a belief – while all others stay as written. All designs see the same random numbers, so
//! that a bar is a mean of paired differences with Student's interval, of the attainment with Tango's. One at a time
//! says nothing about interactions; the rank correlations over the draws of all uncertain inputs together do
//! ([`super::UncertaintyReport`]).
//!
//! Howard, "Decision Analysis: Practice and Promise", Management Science 34, 1988 (tornado diagrams); Eschenbach,
//! "Spiderplots versus tornado diagrams", Interfaces 22, 1992.

use super::collection::Collection;
use super::compare::{Difference, PairedProportion};
use super::plan::{Design, Plan, hex};
use super::report::Proportion;
use super::result::{Figure, ReplicationResult};
use crate::scenario::Scenario;
use crate::stats::sort_by;
use crate::stats::{Summary, paired_difference};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// The ends of a belief that a bar goes to.
const ENDS: [f64; 2] = [0.05, 0.95];

/// A number that is moved.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Factor {
    /// JSON Pointer of the number.
    pub path: String,
    /// Whether it is an uncertain input, not a knob.
    pub uncertain: bool,
    /// The value as written, which holds in all other designs.
    pub base: f64,
    /// Low end.
    pub low: f64,
    /// High end.
    pub high: f64,
}

/// A sensitivity study: the design as written, then each number at its low and at its high end.
#[derive(Clone, Debug, PartialEq)]
pub struct Sensitivity {
    plan: Plan,
    factors: Vec<Factor>,
}

/// One bar of the tornado.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SensitivityBar {
    /// The number and its ends.
    #[serde(flatten)]
    pub factor: Factor,
    /// Monthly cost at the low end against the design as written.
    pub cost_low: Difference,
    /// Monthly cost at the high end against the design as written.
    pub cost_high: Difference,
    /// Monthly cost at the high end minus that at the low end, pair by pair.
    pub cost_swing: Summary,
    /// Attainment at the low end against the design as written.
    pub attainment_low: PairedProportion,
    /// Attainment at the high end against the design as written.
    pub attainment_high: PairedProportion,
    /// Attainment at the high end against that at the low end.
    pub attainment_swing: PairedProportion,
}

/// What a sensitivity study found.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SensitivityReport {
    /// Version of the engine.
    pub engine_version: String,
    /// Name of the scenario.
    pub name: String,
    /// Id of the plan.
    pub plan: String,
    /// Seed of the random streams, the same for all designs.
    pub seed: u64,
    /// Data plane.
    pub plane: String,
    /// Price book and its date.
    pub prices: String,
    /// Replications of each design.
    pub replications: u32,
    /// SHA-256 of the results: equal wherever the same study runs.
    pub digest: String,
    /// Cost per month of the design as written.
    pub cost: Summary,
    /// Attainment of the design as written.
    pub attainment: Proportion,
    /// The bars, the widest swing of cost first.
    pub bars: Vec<SensitivityBar>,
}

impl Sensitivity {
    /// The study of a scenario; `None` when it names no knobs and no uncertain numbers.
    pub fn new(scenario: &Scenario) -> Option<Self> {
        let mut document = scenario.document().clone();
        let tree = serde_json::to_value(&document).ok()?;
        let written = |path: &str| tree.pointer(path)?.as_f64();
        let knobs = document.sweep.iter().filter_map(|knob| {
            Some(Factor {
                path: knob.path.clone(),
                uncertain: false,
                base: written(&knob.path)?,
                low: knob.from.min(knob.to),
                high: knob.from.max(knob.to),
            })
        });
        let uncertain = scenario.uncertain.iter().filter_map(|input| {
            let [low, high] = ENDS.map(|p| input.value(p));
            Some(Factor {
                path: input.path.clone(),
                uncertain: true,
                base: written(&input.path)?,
                low,
                high,
            })
        });
        let factors: Vec<Factor> = knobs.chain(uncertain).collect();
        if factors.is_empty() {
            return None;
        }
        let base: Vec<f64> = factors.iter().map(|factor| factor.base).collect();
        let at = |index: usize, value: f64| {
            let mut values = base.clone();
            if let Some(place) = values.get_mut(index) {
                *place = value;
            }
            Design { values }
        };
        let ends = factors.iter().enumerate();
        let ends = ends.flat_map(|(index, factor)| [at(index, factor.low), at(index, factor.high)]);
        let mut designs = vec![Design {
            values: base.clone(),
        }];
        designs.extend(ends);
        document.sweep.clear();
        document.uncertain.clear();
        let paths = factors.iter().map(|factor| factor.path.clone()).collect();
        Some(Self {
            plan: Plan::of_designs(&document, paths, designs),
            factors,
        })
    }

    /// The plan; its rounds are those of [`super::Rounds::paired`].
    pub fn plan(&self) -> &Plan {
        &self.plan
    }

    /// The report on the replications that all designs have; `None` before the first.
    pub fn report(&self, collection: &Collection) -> Option<SensitivityReport> {
        let all: Vec<&[ReplicationResult]> = (0..collection.designs())
            .map(|design| collection.results(design))
            .collect();
        let n = all.iter().map(|results| results.len()).min().unwrap_or(0);
        if n == 0 {
            return None;
        }
        let all: Vec<&[ReplicationResult]> = all.iter().map(|results| &results[..n]).collect();
        let (base, ends) = all.split_first()?;
        let bars = self.factors.iter().zip(ends.chunks_exact(2));
        let mut bars: Vec<SensitivityBar> = bars
            .map(|(factor, ends)| bar(factor, base, ends[0], ends[1]))
            .collect();
        sort_by(&mut bars, |a, b| {
            let size = |bar: &SensitivityBar| bar.cost_swing.mean.abs();
            size(b).total_cmp(&size(a))
        });
        let document = &self.plan.document;
        let mut hash = Sha256::new();
        for result in all.iter().copied().flatten() {
            hash.update(result.bytes());
        }
        Some(SensitivityReport {
            engine_version: self.plan.engine_version.clone(),
            name: document.name.clone(),
            plan: self.plan.id(),
            seed: document.run.seed,
            plane: crate::replication::plane_name(document.run.plane).to_owned(),
            prices: super::report::prices(document),
            replications: n as u32,
            digest: hex(&hash.finalize(), 32),
            cost: Summary::of(&costs(base)),
            attainment: Proportion::of(base.iter().map(ReplicationResult::met)),
            bars,
        })
    }
}

fn costs(results: &[ReplicationResult]) -> Vec<f64> {
    let cost = |result: &ReplicationResult| result.figure(Figure::CostPerMonth);
    results.iter().map(cost).collect()
}

fn bar(
    factor: &Factor,
    base: &[ReplicationResult],
    low: &[ReplicationResult],
    high: &[ReplicationResult],
) -> SensitivityBar {
    let name = ("cost_per_month", "Cost per month", "USD");
    let [of_base, of_low, of_high] = [base, low, high].map(costs);
    let met = |a: &[ReplicationResult], b: &[ReplicationResult]| {
        PairedProportion::of(a.iter().zip(b).map(|(a, b)| (a.met(), b.met())))
    };
    SensitivityBar {
        factor: factor.clone(),
        cost_low: Difference::of(name, &of_base, &of_low),
        cost_high: Difference::of(name, &of_base, &of_high),
        cost_swing: paired_difference(&of_high, &of_low).unwrap_or_default(),
        attainment_low: met(base, low),
        attainment_high: met(base, high),
        attainment_swing: met(low, high),
    }
}
