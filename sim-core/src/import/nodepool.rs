//! Karpenter NodePool manifests become the provisioner of a scenario.
//!
//! ```text
//!   YAML (or JSON), several documents ──► the NodePool ──► requirements: types of the price book that match
//!   (requirements) ──► disruption: policy, budgets (budgets) ──► KarpenterDocument
//! ```
//!
//! Source: kubernetes-sigs/karpenter, pkg/apis/v1/nodepool.go; labels of karpenter.k8s.aws as in the documentation
//! of the AWS provider. Of the versions karpenter.sh/v1 and v1beta1 are read.

mod budgets;
mod duration;
mod requirements;

use super::ImportError;
use super::manifest::fields::{Fields, Findings};
use super::manifest::{self, Wanted};
use crate::scenario::document::{
    CapacityTypes, ConsolidationPolicy, KarpenterDocument, OnNotice, PoolLimitsDocument,
    ProvisionerDocument, SpotAllocation, SpotDocument, SpotPoolDocument,
};
use duration::Span;
use serde_json::Value;

/// Age at which nodes expire when a manifest does not say (karpenter.sh/v1).
const EXPIRE_AFTER_HOURS: f64 = 720.0;
const BYTES_PER_GIB: f64 = 1024.0 * 1024.0 * 1024.0;

/// A node pool, ready for a scenario document.
#[derive(Clone, Debug, PartialEq)]
pub struct ImportedNodePool {
    /// The part of the document: `/fleet/provisioner`.
    pub provisioner: ProvisionerDocument,
    /// Spot pools to be assumed where the scenario has none, if the pool takes spot nodes: `/fleet/spot`.
    pub spot: Option<SpotDocument>,
    /// The most nodes, where the pool limits them: `/fleet/max_nodes`.
    pub max_nodes: Option<u32>,
    /// How it was read, and what was assumed, ignored or left out, in sentences.
    pub notes: Vec<String>,
}

/// Reads a NodePool of karpenter.sh/v1 or v1beta1 from JSON or, with the feature `yaml`, from YAML.
///
/// # Errors
/// The text is no YAML, holds no NodePool, or one that cannot be modelled; all reasons at once.
pub fn nodepool(text: &str) -> Result<ImportedNodePool, ImportError> {
    let mut found = Findings::new("karpenter.sh/v1");
    let wanted = Wanted {
        kinds: &["NodePool"],
        api: "karpenter.sh/v1",
    };
    let object = manifest::pick(text, wanted, &mut found)?;
    let mut top = Fields::of("", &object, &mut found);
    let version = top.text("apiVersion", &mut found).unwrap_or_default();
    match version.as_str() {
        "karpenter.sh/v1" => {}
        "karpenter.sh/v1beta1" => {
            found.note("karpenter.sh/v1beta1 was read as karpenter.sh/v1.");
        }
        other => {
            return Err(ImportError::new(format!(
                "apiVersion {:?} is not read; karpenter.sh/v1 and karpenter.sh/v1beta1 are",
                super::shown(other)
            )));
        }
    }
    let pool = top
        .object("spec", &mut found)
        .ok_or_else(|| ImportError::new("the NodePool has no spec"))?;
    let (karpenter, max_nodes) = read_spec(pool, &mut found);
    let spot = (karpenter.capacity_types != CapacityTypes::OnDemand).then(|| {
        found.note(SPOT_IS_ASSUMED);
        assumed_spot()
    });
    let Findings { errors, notes, .. } = found;
    if !errors.is_empty() {
        return Err(ImportError::new(errors.join("\n")));
    }
    Ok(ImportedNodePool {
        provisioner: ProvisionerDocument::Karpenter(karpenter),
        spot,
        max_nodes,
        notes,
    })
}

const SPOT_IS_ASSUMED: &str = "A NodePool says nothing of the spot market: where the scenario has no spot pools, one for each type is assumed, 55 % off, with 7.5 % of the nodes interrupted in a month.";

/// One pool for each type, as the AWS Spot Instance Advisor has m6i.xlarge in us-east-1 (2025-07).
fn assumed_spot() -> SpotDocument {
    SpotDocument {
        on_demand_base: 0,
        spot_share_percent: 100.0,
        fallback_percent: 100.0,
        retry_spot_after_s: 180,
        allocation: SpotAllocation::PriceCapacityOptimized,
        notice_s: 120,
        on_notice: OnNotice::Drain,
        recovery_s: 0.0,
        pools: vec![SpotPoolDocument {
            name: "any zone".to_owned(),
            instance_type: None,
            discount_percent: 55.0,
            usd_per_hour: None,
            monthly_interruption_percent: 7.5,
            depth: 1.0,
            reclaims: None,
            trace: None,
        }],
    }
}

fn read_spec(mut spec: Fields, found: &mut Findings) -> (KarpenterDocument, Option<u32>) {
    let mut expires = None;
    let (mut instance_types, mut capacity_types) = (Vec::new(), CapacityTypes::OnDemand);
    match spec.object("template", found) {
        None => found.missing("spec.template", "a template with requirements"),
        Some(mut template) => {
            let _ = template.take("metadata");
            if let Some(node) = template.object("spec", found) {
                ((instance_types, capacity_types), expires) = read_template(node, found);
            }
            template.note_unknown(found);
        }
    }
    let mut karpenter = KarpenterDocument {
        instance_types,
        capacity_types,
        spot_to_spot: false,
        batch_idle_s: 1.0,
        batch_max_s: 10.0,
        consolidation: ConsolidationPolicy::default(),
        consolidate_after_s: 0,
        budgets: budgets::default(),
        expire_after_hours: None,
        registration_timeout_s: 900,
        limits: None,
        drain_s: 30,
    };
    if let Some(disruption) = spec.object("disruption", found) {
        let expires_too = read_disruption(disruption, &mut karpenter, found);
        expires = expires.or(expires_too);
    }
    karpenter.expire_after_hours = match expires {
        None => Some(EXPIRE_AFTER_HOURS),
        Some(Span::Never) => None,
        Some(Span::Seconds(seconds)) => Some(seconds / 3600.0),
    };
    let max_nodes = spec
        .object("limits", found)
        .and_then(|limits| read_limits(limits, &mut karpenter, found));
    if spec.take("weight").is_some() {
        found.note("spec.weight is ignored: there is one pool.");
    }
    if spec.take("replicas").is_some() {
        found.error("spec.replicas: a static pool has a fixed number of nodes; set fleet.min_nodes instead of importing it");
    }
    spec.note_unknown(found);
    (karpenter, max_nodes)
}

/// Types, how they may be paid for, and age limit.
fn read_template(
    mut node: Fields,
    found: &mut Findings,
) -> ((Vec<String>, CapacityTypes), Option<Span>) {
    let requirements = node.take("requirements");
    let types = requirements::matching(requirements.as_ref(), found);
    let expires = duration::take(&mut node, "expireAfter", found);
    for key in [
        "nodeClassRef",
        "taints",
        "startupTaints",
        "terminationGracePeriod",
        "kubelet",
    ] {
        if node.take(key).is_some() && key != "nodeClassRef" {
            found.note(format!("{} is ignored.", node.path(key)));
        }
    }
    node.note_unknown(found);
    (types, expires)
}

/// Fills in policy and budgets; answers the age limit, which v1beta1 has here.
fn read_disruption(
    mut fields: Fields,
    karpenter: &mut KarpenterDocument,
    found: &mut Findings,
) -> Option<Span> {
    let policy = fields.text("consolidationPolicy", found);
    karpenter.consolidation = match policy.as_deref() {
        None | Some("WhenEmptyOrUnderutilized" | "WhenUnderutilized") => {
            ConsolidationPolicy::WhenEmptyOrUnderutilized
        }
        Some("WhenEmpty") => ConsolidationPolicy::WhenEmpty,
        Some("Balanced") => {
            found.note("consolidationPolicy Balanced was read as WhenEmptyOrUnderutilized, which also takes small savings.");
            ConsolidationPolicy::WhenEmptyOrUnderutilized
        }
        Some(other) => {
            found.error(format!(
                "{}: {other:?} is unknown; WhenEmptyOrUnderutilized and WhenEmpty are read",
                fields.path("consolidationPolicy")
            ));
            ConsolidationPolicy::default()
        }
    };
    match duration::take(&mut fields, "consolidateAfter", found) {
        None => {}
        Some(Span::Never) => karpenter.consolidation = ConsolidationPolicy::Never,
        Some(Span::Seconds(seconds)) => karpenter.consolidate_after_s = seconds.round() as u32,
    }
    match fields.take("budgets") {
        None => {}
        Some(Value::Array(items)) => {
            karpenter.budgets = items
                .iter()
                .enumerate()
                .filter_map(|(index, item)| budgets::read(index, item, found))
                .collect();
        }
        Some(_) => found.error(format!(
            "{}: expected is a list of budgets",
            fields.path("budgets")
        )),
    }
    let expires = duration::take(&mut fields, "expireAfter", found);
    fields.note_unknown(found);
    expires
}

/// Fills in CPU and memory; answers the most nodes.
fn read_limits(
    mut fields: Fields,
    karpenter: &mut KarpenterDocument,
    found: &mut Findings,
) -> Option<u32> {
    let vcpus = fields.quantity("cpu", found);
    let memory_gib = fields
        .quantity("memory", found)
        .map(|bytes| bytes / BYTES_PER_GIB);
    if vcpus.is_some() || memory_gib.is_some() {
        karpenter.limits = Some(PoolLimitsDocument { vcpus, memory_gib });
    }
    let nodes = fields.quantity("nodes", found);
    if nodes.is_some() {
        found.note("limits.nodes is the fleet's max_nodes: it is set where the pool is put into a scenario.");
    }
    fields.note_unknown(found);
    nodes.map(|nodes| nodes.round().clamp(1.0, f64::from(u32::MAX)) as u32)
}
