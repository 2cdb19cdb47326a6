//! KEDA manifests become the autoscaler of a scenario.
//!
//! ```text
//!   YAML (or JSON), several documents ──► the ScaledObject or ScaledJob ──► triggers (triggers), cron expressions
//!   (cron), behavior (as of a HorizontalPodAutoscaler) ──► AutoscalerDocument
//! ```
//!
//! Source: keda.sh/v1alpha1, `scaledobject_types.go` and `scaledjob_types.go`, and the reference of each scaler in the
//! documentation of KEDA 2.21. Fields that KEDA does not know are refused where a misspelling would change the
//! scaling, and named in the notes elsewhere; the metadata of triggers is not checked for spelling.

mod cron;
mod triggers;

use super::hpa::{self, HpaOptions};
use super::manifest::fields::{Fields, Findings};
use super::manifest::{self, Wanted};
use super::{ImportError, shown};
use crate::scenario::document::{
    AutoscalerDocument, CalculationDocument, FallbackBehaviorDocument, FallbackDocument,
    JobStrategyDocument, KedaDocument, KedaScaledJobDocument, MetricTypeDocument,
    ScalingModifiersDocument, TriggerDocument,
};
use serde_json::Value;

/// An autoscaler, ready for a scenario document.
#[derive(Clone, Debug, PartialEq)]
pub struct ImportedKeda {
    /// The part of the document: `/autoscaler`.
    pub autoscaler: AutoscalerDocument,
    /// How it was read, and what was converted, ignored or left out, in sentences.
    pub notes: Vec<String>,
}

/// Shortest polling interval that is simulated, seconds.
const SHORTEST_POLLING_S: u32 = 5;

/// Reads a ScaledObject or ScaledJob of keda.sh/v1alpha1 from JSON or, with the feature `yaml`, from YAML.
///
/// # Errors
/// The text is no YAML, holds neither of them, or one that cannot be modelled; all reasons at once.
pub fn keda(text: &str, options: &HpaOptions) -> Result<ImportedKeda, ImportError> {
    let mut found = Findings::new("keda.sh/v1alpha1");
    let wanted = Wanted {
        kinds: &["ScaledObject", "ScaledJob"],
        api: "keda.sh/v1alpha1",
    };
    let object = manifest::pick(text, wanted, &mut found)?;
    let kind = manifest::kind(&object).to_owned();
    let mut top = Fields::of("", &object, &mut found);
    let version = top.text("apiVersion", &mut found).unwrap_or_default();
    if version != "keda.sh/v1alpha1" {
        return Err(ImportError::new(format!(
            "apiVersion {:?} is not read; keda.sh/v1alpha1 is",
            shown(&version)
        )));
    }
    note_annotations(top.take("metadata"), &mut found);
    let spec = top
        .take("spec")
        .ok_or_else(|| ImportError::new(format!("the {kind} has no spec")))?;
    let fields = Fields::of("spec", &spec, &mut found);
    let autoscaler = if kind == "ScaledObject" {
        scaled_object(fields, options, &mut found).map(AutoscalerDocument::Keda)
    } else {
        scaled_job(fields, options, &mut found).map(AutoscalerDocument::KedaScaledJob)
    };
    let Findings { errors, notes, .. } = found;
    match autoscaler {
        Some(autoscaler) if errors.is_empty() => Ok(ImportedKeda { autoscaler, notes }),
        _ => Err(ImportError::new(errors.join("\n"))),
    }
}

/// Pausing is told by annotations.
fn note_annotations(metadata: Option<Value>, found: &mut Findings) {
    let annotations = metadata
        .as_ref()
        .and_then(|metadata| metadata.get("annotations"))
        .and_then(Value::as_object);
    for key in annotations.into_iter().flat_map(|map| map.keys()) {
        let name = key.strip_prefix("autoscaling.keda.sh/");
        if name.is_some_and(|name| name.starts_with("paused") || name.starts_with("force")) {
            found.note(format!("The annotation {key} is ignored."));
        }
    }
}

fn scaled_object(
    mut fields: Fields,
    options: &HpaOptions,
    found: &mut Findings,
) -> Option<KedaDocument> {
    let _ = fields.take("scaleTargetRef");
    let min_replicas = fields.whole("minReplicaCount", found).unwrap_or(0);
    let max_replicas = most(&mut fields, min_replicas, found);
    let idle_replicas = fields.whole("idleReplicaCount", found);
    let polling_interval_s = polling(&mut fields, found);
    let cooldown_s = fields.whole("cooldownPeriod", found).unwrap_or(300);
    let initial_cooldown_s = fields.whole("initialCooldownPeriod", found).unwrap_or(0);
    let fallback = fields
        .object("fallback", found)
        .and_then(|fallback| read_fallback(fallback, found));
    let (behavior, scaling_modifiers) = match fields.object("advanced", found) {
        None => (None, None),
        Some(advanced) => read_advanced(advanced, found),
    };
    let triggers = triggers::read_all(&mut fields, options, found);
    fields.note_unknown(found);
    if min_replicas == 0 || idle_replicas == Some(0) {
        found.note("It goes to zero: requests that come then wait as far as service/buffer_limit allows, else they are rejected.");
    }
    Some(KedaDocument {
        min_replicas,
        max_replicas,
        idle_replicas,
        polling_interval_s,
        cooldown_s,
        initial_cooldown_s,
        triggers: triggers?,
        scaling_modifiers,
        fallback,
        behavior,
    })
}

fn most(fields: &mut Fields, min_replicas: u32, found: &mut Findings) -> u32 {
    let most = fields.whole("maxReplicaCount", found).unwrap_or(100);
    if most < min_replicas {
        found.error(format!(
            "{}: it is below minReplicaCount, {min_replicas}",
            fields.path("maxReplicaCount")
        ));
    }
    most
}

fn polling(fields: &mut Fields, found: &mut Findings) -> u32 {
    let interval_s = fields.whole("pollingInterval", found).unwrap_or(30);
    if interval_s < SHORTEST_POLLING_S {
        found.note(format!(
            "pollingInterval {interval_s} was read as {SHORTEST_POLLING_S} s, the shortest that is simulated."
        ));
    }
    interval_s.max(SHORTEST_POLLING_S)
}

fn read_fallback(mut fields: Fields, found: &mut Findings) -> Option<FallbackDocument> {
    let failure_threshold = fields.whole("failureThreshold", found);
    let replicas = fields.whole("replicas", found);
    let path = fields.path("behavior");
    let behavior = match fields.text("behavior", found).as_deref() {
        None | Some("static") => FallbackBehaviorDocument::Static,
        Some("currentReplicas") => FallbackBehaviorDocument::CurrentReplicas,
        Some("currentReplicasIfHigher") => FallbackBehaviorDocument::CurrentReplicasIfHigher,
        Some("currentReplicasIfLower") => FallbackBehaviorDocument::CurrentReplicasIfLower,
        Some(other) => {
            found.error(format!(
                "{path}: {:?} is not modelled; static, currentReplicas, currentReplicasIfHigher and currentReplicasIfLower are",
                shown(other)
            ));
            FallbackBehaviorDocument::Static
        }
    };
    let missing = [
        (failure_threshold.is_none(), "failureThreshold"),
        (replicas.is_none(), "replicas"),
    ];
    for (_, key) in missing.iter().filter(|(missing, _)| *missing) {
        found.missing(&fields.path(key), "a whole number, 0 or more");
    }
    fields.refuse_unknown(found);
    Some(FallbackDocument {
        failure_threshold: failure_threshold?,
        replicas: replicas?,
        behavior,
    })
}

type Advanced = (
    Option<crate::scenario::document::BehaviorDocument>,
    Option<ScalingModifiersDocument>,
);

fn read_advanced(mut fields: Fields, found: &mut Findings) -> Advanced {
    let _ = fields.take("restoreToOriginalReplicaCount");
    let behavior = fields
        .object("horizontalPodAutoscalerConfig", found)
        .and_then(|mut config| {
            let _ = config.take("name");
            let path = config.path("behavior");
            let behavior = config
                .take("behavior")
                .map(|value| hpa::behavior::read(&path, &value, found));
            config.refuse_unknown(found);
            behavior
        });
    let modifiers = fields
        .object("scalingModifiers", found)
        .and_then(|modifiers| read_modifiers(modifiers, found));
    fields.refuse_unknown(found);
    (behavior, modifiers)
}

fn read_modifiers(mut fields: Fields, found: &mut Findings) -> Option<ScalingModifiersDocument> {
    let formula = fields.text("formula", found);
    let target = fields.quantity("target", found);
    let activation_target = fields.quantity("activationTarget", found).unwrap_or(0.0);
    let metric_type = metric_type(&mut fields, found);
    let (formula_path, target_path) = (fields.path("formula"), fields.path("target"));
    fields.refuse_unknown(found);
    if formula.is_none() {
        found.missing(&formula_path, "a formula of the triggers' names");
    }
    if target.is_none() {
        found.missing(&target_path, "a number above 0");
    }
    Some(ScalingModifiersDocument {
        formula: formula?,
        target: target?,
        activation_target,
        metric_type: metric_type?,
    })
}

/// AverageValue where nothing is written; `None` for Utilization and what KEDA does not know, with an error.
fn metric_type(fields: &mut Fields, found: &mut Findings) -> Option<MetricTypeDocument> {
    let path = fields.path("metricType");
    match fields.text("metricType", found).as_deref() {
        None | Some("" | "AverageValue") => Some(MetricTypeDocument::AverageValue),
        Some("Value") => Some(MetricTypeDocument::Value),
        Some(other) => {
            found.error(format!(
                "{path}: {:?} is not possible here; AverageValue and Value are",
                shown(other)
            ));
            None
        }
    }
}

fn scaled_job(
    mut fields: Fields,
    options: &HpaOptions,
    found: &mut Findings,
) -> Option<KedaScaledJobDocument> {
    let not_scaling = [
        "jobTargetRef",
        "successfulJobsHistoryLimit",
        "failedJobsHistoryLimit",
        "envSourceContainerName",
        "rollout",
        "rolloutStrategy",
    ];
    for key in not_scaling {
        let _ = fields.take(key);
    }
    let min_replicas = fields.whole("minReplicaCount", found).unwrap_or(0);
    let max_replicas = most(&mut fields, min_replicas, found);
    let polling_interval_s = polling(&mut fields, found);
    let (strategy, calculation) = match fields.object("scalingStrategy", found) {
        None => Default::default(),
        Some(strategy) => read_strategy(strategy, found),
    };
    let triggers = triggers::read_all(&mut fields, options, found);
    fields.note_unknown(found);
    if triggers.iter().flatten().any(TriggerDocument::is_cpu) {
        found.error("spec.triggers: KEDA creates no jobs for CPU use; take the cpu trigger out");
    }
    Some(KedaScaledJobDocument {
        min_replicas,
        max_replicas,
        polling_interval_s,
        triggers: triggers?,
        calculation,
        strategy,
    })
}

fn read_strategy(
    mut fields: Fields,
    found: &mut Findings,
) -> (JobStrategyDocument, CalculationDocument) {
    let path = fields.path("strategy");
    let deduction = fields.whole("customScalingQueueLengthDeduction", found);
    let share = fields.quantity("customScalingRunningJobPercentage", found);
    let strategy = match fields.text("strategy", found).as_deref() {
        None | Some("" | "default") => JobStrategyDocument::Default {},
        Some("accurate") => JobStrategyDocument::Accurate {},
        Some("eager") => JobStrategyDocument::Eager {},
        Some("custom") => match share {
            Some(share) => JobStrategyDocument::Custom {
                queue_length_deduction: deduction.unwrap_or(0),
                running_job_percent: (share * 1e8).round() / 1e6,
            },
            None => {
                found.note("The custom strategy has no customScalingRunningJobPercentage; KEDA takes the default strategy then.");
                JobStrategyDocument::Default {}
            }
        },
        Some(other) => {
            found.error(format!(
                "{path}: {:?} is not possible; default, custom, accurate and eager are",
                shown(other)
            ));
            JobStrategyDocument::Default {}
        }
    };
    let path = fields.path("multipleScalersCalculation");
    let calculation = match fields.text("multipleScalersCalculation", found).as_deref() {
        None | Some("" | "max") => CalculationDocument::Max,
        Some("min") => CalculationDocument::Min,
        Some("avg") => CalculationDocument::Avg,
        Some("sum") => CalculationDocument::Sum,
        Some(other) => {
            found.error(format!(
                "{path}: {:?} is not possible; max, min, avg and sum are",
                shown(other)
            ));
            CalculationDocument::Max
        }
    };
    if fields.take("pendingPodConditions").is_some() {
        found.note("pendingPodConditions are ignored: a job is pending until its pod is ready.");
    }
    fields.refuse_unknown(found);
    (strategy, calculation)
}

/// At most as many triggers as a document holds.
fn within_limit(triggers: &[TriggerDocument], found: &mut Findings) {
    const MOST: usize = 10;
    if triggers.len() > MOST {
        found.error(format!(
            "spec.triggers: {} triggers are too many; at most {MOST} are modelled",
            triggers.len()
        ));
    }
}
