//! The plan of a study, its shards, and how a shard is computed.

use super::draw;
use super::probe::{Answer, Outcome, Probe};
use super::result::{ReplicationResult, ShardResult};
use crate::plane::network::Precision;
use crate::replication::{self, Setup, Simulation};
use crate::scenario::document::{KnobDocument, ScenarioDocument};
use crate::scenario::{
    Problems, Scenario, apply_edits, apply_values, canonical_json, check, check_design,
};
use core::ops::Range;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::borrow::Cow;
use std::sync::Arc;

/// A design: one value for each knob of the plan, in their order.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Design {
    /// The values.
    pub values: Vec<f64>,
}

/// What is to be computed. Its canonical bytes are its identity.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Plan {
    /// Version of the engine that made the plan; another must not compute it.
    pub engine_version: String,
    /// The scenario.
    pub document: ScenarioDocument,
    /// JSON Pointers of the knobs.
    pub knobs: Vec<String>,
    /// The designs; one without values when there are no knobs.
    pub designs: Vec<Design>,
    /// Whether replications record the window over time.
    pub with_series: bool,
    /// How precise it is: rough for a first answer, which a precise one follows.
    #[serde(default)]
    pub precision: Precision,
}

/// A part of a plan: `designs` × `replications` from the given ones on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shard {
    /// Index of the first design.
    pub first_design: u32,
    /// Number of designs.
    pub designs: u32,
    /// Index of the first replication.
    pub first_replication: u32,
    /// Number of replications of each design.
    pub replications: u32,
}

impl Plan {
    /// The plan of running a scenario as it stands.
    pub fn single(document: &ScenarioDocument) -> Self {
        // The twins of the replications: see `study/draw.rs`.
        let designs = 1 + usize::from(!document.uncertain.is_empty());
        Self::new(document, &[], vec![Design::default(); designs], true)
    }

    /// The plan that probes start from: the scenario as it stands, without what says how to vary it.
    pub fn probed(document: &ScenarioDocument) -> Self {
        let bare = ScenarioDocument {
            sweep: Vec::new(),
            search: None,
            ..document.clone()
        };
        Self::new(&bare, &[], vec![Design::default()], false)
    }

    /// The plan of sweeping a scenario's knobs over their grid, the last knob fastest.
    pub fn sweep(document: &ScenarioDocument) -> Self {
        let mut designs = vec![Design::default()];
        for knob in &document.sweep {
            let values = knob.values();
            let extended = designs.iter().flat_map(|design| {
                values.iter().map(move |&value| {
                    let mut values = design.values.clone();
                    values.push(value);
                    Design { values }
                })
            });
            designs = extended.collect();
        }
        Self::new(document, &document.sweep, designs, false)
    }

    /// The plan of so many designs, one value for each path, without what happens over time.
    pub(super) fn of_designs(
        document: &ScenarioDocument,
        knobs: Vec<String>,
        designs: Vec<Design>,
    ) -> Self {
        Self {
            knobs,
            ..Self::new(document, &[], designs, false)
        }
    }

    fn new(
        document: &ScenarioDocument,
        knobs: &[KnobDocument],
        designs: Vec<Design>,
        with_series: bool,
    ) -> Self {
        Self {
            engine_version: crate::ENGINE_VERSION.to_owned(),
            document: document.clone(),
            knobs: knobs.iter().map(|knob| knob.path.clone()).collect(),
            designs,
            with_series,
            precision: Precision::Full,
        }
    }

    /// Whether a design is that of the twins: the same values of uncertain numbers, other luck.
    pub fn is_twin(&self, design: u32) -> bool {
        design == 1 && self.knobs.is_empty() && !self.document.uncertain.is_empty()
    }

    /// Identity: SHA-256 of engine version, canonical document, knobs and designs; the first 16 hexadecimal digits.
    pub fn id(&self) -> String {
        let mut hash = Sha256::new();
        hash.update(self.engine_version.as_bytes());
        hash.update([0]);
        hash.update(canonical_json(&self.document).as_bytes());
        for knob in &self.knobs {
            hash.update([0]);
            hash.update(knob.as_bytes());
        }
        for value in self.designs.iter().flat_map(|design| &design.values) {
            hash.update(value.to_le_bytes());
        }
        hash.update([u8::from(self.with_series)]);
        if self.precision == Precision::Rough {
            hash.update(b"rough");
        }
        hex(&hash.finalize(), 8)
    }

    /// The document of a design: the scenario with the knobs set.
    ///
    /// # Errors
    /// A knob's path names no number of the document.
    pub fn design_document(&self, design: &Design) -> Result<ScenarioDocument, Problems> {
        if self.knobs.is_empty() {
            return Ok(self.document.clone());
        }
        let knobs = self.knobs.iter().map(String::as_str);
        let knobs = knobs.zip(design.values.iter().copied());
        apply_values(&self.document, knobs).map_err(Problems::from)
    }

    fn scenario(&self, design: &Design) -> Result<Scenario, Problems> {
        check_design(&self.design_document(design)?)
    }
}

/// The first `bytes` bytes in hexadecimal.
pub(crate) fn hex(digest: &[u8], bytes: usize) -> String {
    digest
        .iter()
        .take(bytes)
        .flat_map(|byte| [byte >> 4, byte & 15])
        .map(|digit| HEX[usize::from(digit)])
        .collect()
}

const HEX: [char; 16] = [
    '0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'a', 'b', 'c', 'd', 'e', 'f',
];

/// A plan whose designs have all been checked.
#[derive(Clone, Debug)]
pub struct Prepared {
    id: String,
    plan: Plan,
    base: Setup,
    /// The checked designs, as far as they are kept.
    scenarios: Vec<Scenario>,
}

/// So many checked designs are kept: with a long recording each has half a megabyte. The others are made again from the
/// document when their turn comes, which takes a fraction of what a replication does.
const KEPT_SCENARIOS: usize = 256;

impl Prepared {
    /// Checks every design of a plan.
    ///
    /// # Errors
    /// The problems of the first design that has any.
    pub fn new(plan: Plan) -> Result<Self, Problems> {
        Self::like(plan, None)
    }

    /// The same. What the plan has in common with a former one (traffic, services, functions) is shared with that, not
    /// computed again: an edit of an autoscaler leaves all latency tables as they are. Results are the same.
    ///
    /// # Errors
    /// As of [`new`](Self::new).
    pub fn like(plan: Plan, former: Option<&Self>) -> Result<Self, Problems> {
        let mut scenarios = Vec::new();
        for design in &plan.designs {
            let scenario = plan.scenario(design)?;
            if scenarios.len() < KEPT_SCENARIOS {
                scenarios.push(scenario);
            }
        }
        let base = match scenarios.first() {
            Some(scenario) => scenario.clone(),
            None => check_design(&plan.document)?,
        };
        Ok(Self {
            id: plan.id(),
            base: Setup::with(
                base,
                plan.with_series,
                plan.precision,
                former.map(|former| &former.base),
            ),
            plan,
            scenarios,
        })
    }

    /// The plan.
    pub fn plan(&self) -> &Plan {
        &self.plan
    }

    /// The plan's id.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The first design, set up: for stepping through a replication by hand.
    pub fn base(&self) -> &Setup {
        &self.base
    }

    /// Computes a probe: some replications of the plan's document with edits made to it.
    pub fn answer(&self, probe: &Probe) -> Answer {
        let edited = apply_edits(&self.plan.document, &probe.edits).map_err(Problems::from);
        let (outcomes, unsound) = match edited.and_then(|document| check(&document)) {
            Ok(scenario) => {
                let last = probe.first_replication.saturating_add(probe.replications);
                let outcomes = probe.first_replication..last;
                let outcomes = self.outcomes(scenario, outcomes);
                (outcomes, String::new())
            }
            Err(problems) => (Vec::new(), problems.to_string()),
        };
        Answer {
            variant: probe.variant,
            first_replication: probe.first_replication,
            outcomes,
            unsound,
        }
    }

    /// What becomes of a variant, with the values that each replication has of uncertain numbers.
    fn outcomes(&self, scenario: Scenario, replications: Range<u32>) -> Vec<Outcome> {
        let seed = self.plan.document.run.seed;
        if scenario.uncertain.is_empty() {
            let precision = self.plan.precision;
            let setup = Setup::with(scenario, false, precision, Some(&self.base));
            let outcome = |index| Outcome::of(&replication::run(&setup, seed, index));
            return replications.map(outcome).collect();
        }
        let outcome = |index| Outcome::of(&self.drawn(&scenario, 0, index).run(seed));
        replications.map(outcome).collect()
    }

    fn setup(&self, scenario: &Scenario) -> Setup {
        let plan = &self.plan;
        let base = Some(&self.base);
        Setup::with(scenario.clone(), plan.with_series, plan.precision, base)
    }

    /// The first design as a replication has it, with its values of uncertain numbers: for looking at it closely.
    pub fn setup_of(&self, replication: u32) -> Setup {
        let scenario = &self.base.scenario;
        if scenario.uncertain.is_empty() {
            return self.base.clone();
        }
        let seed = self.plan.document.run.seed;
        self.setup(&draw::drawn(scenario, seed, replication).0)
    }

    /// A design of the plan, checked. All have been found sound when the plan was prepared.
    fn scenario(&self, design: u32) -> Option<Cow<'_, Scenario>> {
        if let Some(kept) = self.scenarios.get(design as usize) {
            return Some(Cow::Borrowed(kept));
        }
        let design = self.plan.designs.get(design as usize)?;
        self.plan.scenario(design).ok().map(Cow::Owned)
    }

    /// A replication of a scenario with values of its own of uncertain numbers.
    fn drawn(&self, scenario: &Scenario, design: u32, replication: u32) -> Task {
        let seed = self.plan.document.run.seed;
        let (scenario, inputs) = draw::drawn(scenario, seed, replication);
        Task {
            setup: Arc::new(self.setup(&scenario)),
            luck: draw::luck(replication, self.plan.is_twin(design)),
            inputs: Some(inputs),
        }
    }

    /// The replications of a shard, in its order. What lies outside the plan is left out.
    fn tasks(&self, shard: Shard) -> impl Iterator<Item = Task> {
        let end = shard.first_design.saturating_add(shard.designs);
        let last = shard.first_replication.saturating_add(shard.replications);
        let designs = shard.first_design..end.min(self.plan.designs.len() as u32);
        let known = designs.filter_map(|design| Some((design, self.scenario(design)?)));
        known.flat_map(move |(design, scenario)| {
            let is_certain = scenario.uncertain.is_empty();
            let shared = is_certain.then(|| Arc::new(self.setup(&scenario)));
            (shard.first_replication..last).map(move |replication| match &shared {
                Some(setup) => Task {
                    setup: Arc::clone(setup),
                    luck: replication,
                    inputs: None,
                },
                None => self.drawn(&scenario, design, replication),
            })
        })
    }

    fn result(&self, shard: Shard, results: Vec<ReplicationResult>) -> ShardResult {
        ShardResult {
            plan: self.id.clone(),
            shard,
            results,
        }
    }

    /// Computes a shard. What lies outside the plan is left out.
    pub fn run_shard(&self, shard: Shard) -> ShardResult {
        let seed = self.plan.document.run.seed;
        let results = self.tasks(shard).map(|task| task.run(seed));
        self.result(shard, results.collect())
    }

    /// The same in parts, for a caller that wants to do something else in between, or to give it up. `part` simulates one
    /// of a replication, and tells whether its window is over; `go_on` tells after each whether to. `None` when it was
    /// given up.
    pub async fn run_shard_in_parts(
        &self,
        shard: Shard,
        part: impl Fn(&mut Simulation<'_>) -> bool,
        mut go_on: impl AsyncFnMut() -> bool,
    ) -> Option<ShardResult> {
        let seed = self.plan.document.run.seed;
        let mut results = Vec::new();
        for task in self.tasks(shard) {
            let mut simulation = Simulation::new(&task.setup, seed, task.luck);
            while !part(&mut simulation) {
                if !go_on().await {
                    return None;
                }
            }
            results.push(task.finished(simulation));
        }
        Some(self.result(shard, results))
    }
}

/// A replication to be run.
struct Task {
    setup: Arc<Setup>,
    /// The number in the names of its random streams.
    luck: u32,
    /// Its values of uncertain numbers, if there are any.
    inputs: Option<Vec<f64>>,
}

impl Task {
    fn run(&self, seed: u64) -> ReplicationResult {
        let mut simulation = Simulation::new(&self.setup, seed, self.luck);
        while !simulation.advance(u32::MAX) {}
        self.finished(simulation)
    }

    fn finished(&self, simulation: Simulation<'_>) -> ReplicationResult {
        let result = simulation.finish();
        ReplicationResult {
            inputs: self.inputs.clone().or(result.inputs),
            ..result
        }
    }
}
