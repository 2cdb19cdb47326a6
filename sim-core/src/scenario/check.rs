//! Checking: document → scenario, or every problem at once.

use super::document::{
    DOCUMENT_VERSION, KnobDocument, ScenarioDocument, SearchDocument, UncertainDocument,
};
use super::field::schema;
use super::inline::lift_beliefs;
use super::parse::parse;
use super::problem::{Found, Problem, Problems};
use super::read::{FromValue, read};
use super::rules::{self, Sections};
use super::walk::{Place, walk};
use super::{NodeType, Scenario, UncertainInput};
use crate::batch::BatchModel;
use crate::cost::commitments::Commitment;
use crate::edge::Edge;
use crate::fleet::spot::SpotModel;
use crate::random::Distribution;
use crate::storage::StorageModel;
use crate::topology::Topology;
use serde_json::Value;
use std::sync::Arc;

/// Checks a JSON text.
///
/// # Errors
/// Everything that is wrong with it; of a text that is not JSON, its first syntax error.
pub fn check_json(text: &str) -> Result<Scenario, Problems> {
    check_owned(parse(text)?, true)
}

/// Checks a JSON value.
///
/// # Errors
/// Everything that is wrong with it.
pub fn check_value(value: &Value) -> Result<Scenario, Problems> {
    check_owned(value.clone(), true)
}

/// Checks a document that is at hand.
///
/// # Errors
/// Everything that is wrong with it.
pub fn check(document: &ScenarioDocument) -> Result<Scenario, Problems> {
    check_written(document, true)
}

fn check_written(document: &ScenarioDocument, ends: bool) -> Result<Scenario, Problems> {
    match serde_json::to_value(document) {
        Ok(value) => check_owned(value, ends),
        Err(error) => Err(Problem::error(
            "",
            error.to_string(),
            "report this as a defect of the studio",
        )
        .into()),
    }
}

/// Checks one design of a sweep.
pub(super) fn check_without_sweep(mut document: ScenarioDocument) -> Result<Scenario, Problems> {
    document.sweep.clear();
    document.search = None;
    check(&document)
}

/// Checks one design of a study: its knobs and beliefs were held against their ends before.
pub(crate) fn check_design(document: &ScenarioDocument) -> Result<Scenario, Problems> {
    check_written(document, false)
}

/// Checks a design whose knobs and uncertain numbers all have a value.
pub(crate) fn check_plain(mut document: ScenarioDocument) -> Result<Scenario, Problems> {
    document.uncertain.clear();
    check_without_sweep(document)
}

/// Checks a document of which each field has been held against its own limits, in this document or in one that it is made
/// of: how they fit together is left. Knobs and beliefs were held against their ends before.
pub(crate) fn check_between(document: ScenarioDocument) -> Result<Scenario, Problems> {
    let mut found = Found::default();
    let (sections, rest) = into_sections(document);
    let parts = rules::hold(&sections, &mut found);
    let whole = from_sections(sections, rest).filter(|_| !found.has_errors());
    let topology = whole
        .as_ref()
        .and_then(|document| rules::hold_topology(document, &mut found));
    let uncertain = whole
        .as_ref()
        .map(|document| rules::hold_uncertain(document, false, &mut found));
    if let (Some(((document, parts), uncertain)), false) =
        (whole.zip(parts).zip(uncertain), found.has_errors())
    {
        return Ok(parts.into_scenario(document, topology, uncertain, found.into_list()));
    }
    if !found.has_errors() {
        found.error("", "the document cannot be read", "start from a template");
    }
    Err(Problems(found.into_list()))
}

/// Everything, but for the designs at the ends of knobs and beliefs when these are not asked for.
fn check_owned(mut value: Value, ends: bool) -> Result<Scenario, Problems> {
    if !value.is_object() {
        return Err(
            Problem::error("", "a scenario is a JSON object", "start from a template").into(),
        );
    }
    check_version(&value)?;
    lift_beliefs(&mut value);
    let mut found = Found::default();
    walk(&mut value, schema(), Place::Root, &mut found);
    let sections = read_sections(&value);
    let parts = rules::hold(&sections, &mut found);
    let whole = if found.has_errors() {
        if let Some(topology) = &sections.topology {
            rules::hold_shape(topology, &mut found);
        }
        None
    } else {
        complete(&value, sections, &mut found)
    };
    let topology = whole
        .as_ref()
        .and_then(|document| rules::hold_topology(document, &mut found));
    let Some((document, parts)) = whole.zip(parts) else {
        if !found.has_errors() {
            found.error("", "the document cannot be read", "start from a template");
        }
        return Err(Problems(found.into_list()));
    };
    if ends {
        rules::hold_sweep(&document, &mut found);
        rules::hold_search(&document, &mut found);
    }
    let uncertain = rules::hold_uncertain(&document, ends, &mut found);
    if found.has_errors() {
        return Err(Problems(found.into_list()));
    }
    Ok(parts.into_scenario(document, topology, uncertain, found.into_list()))
}

/// A document of another version cannot be judged by this one's rules: it gets one answer, not a hundred.
fn check_version(value: &Value) -> Result<(), Problem> {
    let Some(version) = value
        .get("version")
        .and_then(Value::as_f64)
        .filter(|version| version.fract() == 0.0)
    else {
        return Ok(());
    };
    let reads = format!("this one reads version {DOCUMENT_VERSION}");
    if version > f64::from(DOCUMENT_VERSION) {
        let message = format!("written by a newer studio: version {version}; {reads}");
        return Err(Problem::error(
            "/version",
            message,
            "open it with that studio, or update this one",
        ));
    }
    if version < f64::from(DOCUMENT_VERSION) {
        let message = format!("version {version} is unknown; {reads}");
        return Err(Problem::error(
            "/version",
            message,
            format!("write {DOCUMENT_VERSION}"),
        ));
    }
    Ok(())
}

/// Each section on its own, so that a slip in one does not hide the problems of another.
fn read_sections(value: &Value) -> Sections {
    Sections {
        traffic: section(value, "traffic"),
        service: section(value, "service"),
        autoscaler: section(value, "autoscaler"),
        shared_control: section(value, "shared_control"),
        right_sizing: section(value, "right_sizing"),
        telemetry: section(value, "telemetry"),
        fleet: section(value, "fleet"),
        prices: section(value, "prices"),
        topology: section(value, "topology"),
        edge_cache: section(value, "edge_cache"),
        storage: section(value, "storage"),
        batch: section(value, "batch"),
        slo: section(value, "slo"),
        run: section(value, "run"),
    }
}

fn section<T: FromValue>(value: &Value, name: &str) -> Option<T> {
    read(value.get(name)?).ok()
}

fn complete(value: &Value, sections: Sections, found: &mut Found) -> Option<ScenarioDocument> {
    let sweep = match value.get("sweep") {
        Some(sweep) => read(sweep).ok(),
        None => Some(vec![]),
    };
    let search = match value.get("search").filter(|search| !search.is_null()) {
        Some(search) => read::<SearchDocument>(search).ok().map(Some),
        None => Some(None),
    };
    let uncertain = match value.get("uncertain") {
        Some(uncertain) => read(uncertain).ok(),
        None => Some(vec![]),
    };
    let text = |name: &str| {
        value
            .get(name)
            .and_then(Value::as_str)
            .unwrap_or_default()
            .to_owned()
    };
    let rest = sweep.zip(search).zip(uncertain);
    let document = rest.and_then(|((sweep, search), uncertain)| {
        let rest = Rest {
            name: text("name"),
            description: text("description"),
            sweep,
            search,
            uncertain,
        };
        from_sections(sections, rest)
    });
    if document.is_none() {
        found.error(
            "",
            "a part of the document cannot be read",
            "start from a template",
        );
    }
    document
}

/// What a document has beside its sections.
struct Rest {
    name: String,
    description: String,
    sweep: Vec<KnobDocument>,
    search: Option<SearchDocument>,
    uncertain: Vec<UncertainDocument>,
}

/// The document of these sections; `None` if one is missing that every document has.
fn from_sections(sections: Sections, rest: Rest) -> Option<ScenarioDocument> {
    Some(ScenarioDocument {
        version: DOCUMENT_VERSION,
        name: rest.name,
        description: rest.description,
        traffic: sections.traffic?,
        service: sections.service?,
        autoscaler: sections.autoscaler?,
        shared_control: sections.shared_control,
        right_sizing: sections.right_sizing,
        telemetry: sections.telemetry?,
        fleet: sections.fleet?,
        prices: sections.prices?,
        topology: sections.topology,
        edge_cache: sections.edge_cache,
        storage: sections.storage,
        batch: sections.batch,
        slo: sections.slo?,
        run: sections.run?,
        sweep: rest.sweep,
        search: rest.search,
        uncertain: rest.uncertain,
    })
}

fn into_sections(document: ScenarioDocument) -> (Sections, Rest) {
    let sections = Sections {
        traffic: Some(document.traffic),
        service: Some(document.service),
        autoscaler: Some(document.autoscaler),
        shared_control: document.shared_control,
        right_sizing: document.right_sizing,
        telemetry: Some(document.telemetry),
        fleet: Some(document.fleet),
        prices: Some(document.prices),
        topology: document.topology,
        edge_cache: document.edge_cache,
        storage: document.storage,
        batch: document.batch,
        slo: Some(document.slo),
        run: Some(document.run),
    };
    let rest = Rest {
        name: document.name,
        description: document.description,
        sweep: document.sweep,
        search: document.search,
        uncertain: document.uncertain,
    };
    (sections, rest)
}

/// What checking compiles beside the document.
pub(super) struct Parts {
    pub(super) service_time_s: Distribution,
    pub(super) startup_s: Distribution,
    pub(super) provisioning_s: Distribution,
    pub(super) node: NodeType,
    pub(super) node_types: Vec<NodeType>,
    pub(super) spot: Option<Arc<SpotModel>>,
    pub(super) edge: Option<Edge>,
    pub(super) storage: Option<StorageModel>,
    pub(super) batch: Option<BatchModel>,
}

impl Parts {
    fn into_scenario(
        self,
        document: ScenarioDocument,
        topology: Option<Topology>,
        uncertain: Vec<UncertainInput>,
        warnings: Vec<Problem>,
    ) -> Scenario {
        let Self {
            service_time_s,
            startup_s,
            provisioning_s,
            node,
            node_types,
            spot,
            edge,
            storage,
            batch,
        } = self;
        let commitments = document.fleet.commitments.as_ref();
        let commitment = commitments.map(|commitments| {
            let discount_percent = document.prices.node_discount_percent;
            Commitment::new(commitments, node.usd_per_hour, discount_percent)
        });
        Scenario {
            document,
            service_time_s,
            startup_s,
            provisioning_s,
            node,
            node_types,
            spot,
            commitment,
            topology,
            edge,
            storage,
            batch,
            uncertain,
            warnings,
        }
    }
}
