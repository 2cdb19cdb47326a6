//! HorizontalPodAutoscaler manifests become the autoscaler of a scenario.
//!
//! ```text
//!   YAML (or JSON), several documents ──► the HorizontalPodAutoscaler ──► its spec in the shape of
//!   autoscaling/v2 (versions) ──► metrics (metrics), behavior (behavior) ──► AutoscalerDocument
//! ```
//!
//! Source: Kubernetes API reference, HorizontalPodAutoscaler autoscaling/v2; fields, defaults and limits of
//! k8s.io/api/autoscaling/v2/types.go. Fields that Kubernetes does not know are refused where a misspelling
//! would change the scaling, and named in the notes elsewhere.

pub(super) mod behavior;
pub(super) mod metrics;
mod versions;

use super::ImportError;
use super::manifest::fields::{Fields, Findings};
use super::manifest::{self, Wanted};
use crate::scenario::document::{AutoscalerDocument, HpaDocument, MetricDocument, Signal};
use serde_json::Value;
use std::collections::BTreeMap;

/// What the reader of a manifest knows better than the manifest.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct HpaOptions {
    /// What custom and external metrics (or KEDA's triggers) measure, by their names. Metrics that are not listed are
    /// read by the words of their names, such as `http_requests_per_second`.
    pub signals: BTreeMap<String, Signal>,
}

/// An autoscaler, ready for a scenario document.
#[derive(Clone, Debug, PartialEq)]
pub struct ImportedHpa {
    /// The part of the document: `/autoscaler`.
    pub autoscaler: AutoscalerDocument,
    /// How it was read, and what was converted, ignored or left out, in sentences.
    pub notes: Vec<String>,
}

/// Reads a HorizontalPodAutoscaler of autoscaling/v2, v2beta2, v2beta1 or v1 from JSON or, with the feature `yaml`,
/// from YAML.
///
/// # Errors
/// The text is no YAML, holds no HorizontalPodAutoscaler, or one that cannot be modelled; all reasons at once.
pub fn hpa(text: &str, options: &HpaOptions) -> Result<ImportedHpa, ImportError> {
    let mut found = Findings::new("autoscaling/v2");
    let wanted = Wanted {
        kinds: &["HorizontalPodAutoscaler"],
        api: "autoscaling/v2",
    };
    let object = manifest::pick(text, wanted, &mut found)?;
    let mut top = Fields::of("", &object, &mut found);
    let version = top.text("apiVersion", &mut found).unwrap_or_default();
    let metadata = top.take("metadata");
    let spec = top
        .take("spec")
        .ok_or_else(|| ImportError::new("the HorizontalPodAutoscaler has no spec"))?;
    let spec = versions::as_v2(&version, spec, metadata.as_ref(), &mut found)?;
    let hpa = read_spec(&spec, options, &mut found);
    let Findings { errors, notes, .. } = found;
    match hpa {
        Some(hpa) if errors.is_empty() => Ok(ImportedHpa {
            autoscaler: AutoscalerDocument::Hpa(hpa),
            notes,
        }),
        _ => Err(ImportError::new(errors.join("\n"))),
    }
}

fn read_spec(spec: &Value, options: &HpaOptions, found: &mut Findings) -> Option<HpaDocument> {
    let mut fields = Fields::of("spec", spec, found);
    let _ = fields.take("scaleTargetRef");
    let mut min_replicas = fields.whole("minReplicas", found).unwrap_or(1);
    let max_replicas = fields.whole("maxReplicas", found);
    if max_replicas.is_none() {
        found.missing("spec.maxReplicas", "a whole number of replicas");
    }
    if min_replicas == 0 {
        found.note("minReplicas 0 (scaling to zero) is not modelled; it was read as 1.");
        min_replicas = 1;
    }
    if max_replicas.is_some_and(|most| most < min_replicas) {
        found.error(format!(
            "spec.maxReplicas: it is below minReplicas, {min_replicas}"
        ));
    }
    let listed = fields.take("metrics");
    let behavior = fields
        .take("behavior")
        .map(|value| behavior::read("spec.behavior", &value, found));
    fields.note_unknown(found);
    let metrics = match listed {
        None | Some(Value::Array(_))
            if listed
                .as_ref()
                .and_then(Value::as_array)
                .is_none_or(Vec::is_empty) =>
        {
            found.note("It names no metrics; Kubernetes then scales on 80 % CPU utilization.");
            vec![MetricDocument::CpuUtilization { target_percent: 80 }]
        }
        Some(Value::Array(items)) => {
            let metrics: Vec<MetricDocument> = items
                .iter()
                .enumerate()
                .filter_map(|(index, item)| metrics::read(index, item, options, found))
                .collect();
            if metrics.is_empty() && found.errors.is_empty() {
                found.error("spec.metrics: none of its metrics is modelled; add CPU, a request rate, a queue or a latency");
            }
            metrics
        }
        _ => {
            found.error("spec.metrics: expected is a list of metrics");
            Vec::new()
        }
    };
    Some(HpaDocument {
        min_replicas,
        max_replicas: max_replicas?,
        metrics,
        behavior,
        // The controller's own flags are not part of the manifest: their defaults.
        tolerance_percent: 10.0,
        sync_period_s: 15,
        cpu_initialization_period_s: 300,
        initial_readiness_delay_s: 30,
    })
}
