//! Golden digests: what each template gives under each engine version, to the last bit.

use crate::runs::first;
use sim_core::scenario::document::ScenarioDocument;
use sim_core::scenario::templates::TEMPLATES;
use sim_core::study::{Collection, Plan, Prepared};

/// The committed digests: engine version, template, SHA-256 of its first replications.
pub const DIGESTS: &str = include_str!("../golden/digests.txt");
/// Replications behind a digest.
pub const REPLICATIONS: u32 = 3;

/// One digest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Golden {
    /// Version of the engine.
    pub engine: String,
    /// Id of the template.
    pub template: String,
    /// The digest.
    pub digest: String,
}

/// The committed ones.
pub fn committed() -> Vec<Golden> {
    let line = |line: &str| {
        let mut words = line.split_whitespace().map(str::to_owned);
        Some(Golden {
            engine: words.next()?,
            template: words.next()?,
            digest: words.next()?,
        })
    };
    let lines = DIGESTS.lines().filter(|line| !line.starts_with('#'));
    lines.filter_map(line).collect()
}

/// Those of this engine, computed now.
///
/// # Panics
/// A template is no sound scenario.
pub fn current() -> Vec<Golden> {
    let golden = |(id, json): (&str, &str)| {
        let document: ScenarioDocument = serde_json::from_str(json).expect("a document");
        let plan = Plan::single(&document);
        let prepared = Prepared::new(plan.clone()).expect("a sound scenario");
        let mut collection = Collection::new(&plan);
        collection.add(prepared.run_shard(first(REPLICATIONS)));
        Golden {
            engine: sim_core::ENGINE_VERSION.to_owned(),
            template: id.to_owned(),
            digest: collection.digest(0),
        }
    };
    let templates = TEMPLATES
        .iter()
        .map(|template| (template.id, template.json));
    templates.map(golden).collect()
}
