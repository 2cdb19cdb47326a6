//! Older versions of the manifest, brought into the shape of autoscaling/v2.

use super::super::manifest::fields::Findings;
use super::super::{ImportError, shown};
use serde_json::{Map, Value, json};

/// The spec in the shape of autoscaling/v2.
pub(super) fn as_v2(
    version: &str,
    spec: Value,
    metadata: Option<&Value>,
    found: &mut Findings,
) -> Result<Value, ImportError> {
    match version {
        "autoscaling/v2" => Ok(spec),
        "autoscaling/v2beta2" => {
            found.note("autoscaling/v2beta2 was read as autoscaling/v2, which has the same fields (v2beta2 is gone since Kubernetes 1.26).");
            Ok(spec)
        }
        "autoscaling/v2beta1" => {
            found.note("autoscaling/v2beta1 was converted to autoscaling/v2 (v2beta1 is gone since Kubernetes 1.25).");
            Ok(from_v2beta1(spec))
        }
        "autoscaling/v1" => {
            note_annotations(metadata, found);
            Ok(from_v1(spec, found))
        }
        other => Err(ImportError::new(format!(
            "apiVersion {:?} is not read; autoscaling/v2, v2beta2, v2beta1 and v1 are",
            shown(other)
        ))),
    }
}

/// autoscaling/v1 knows one metric: CPU utilization.
fn from_v1(mut spec: Value, found: &mut Findings) -> Value {
    let Some(fields) = spec.as_object_mut() else {
        return spec;
    };
    if let Some(percent) = fields
        .remove("targetCPUUtilizationPercentage")
        .filter(|percent| !percent.is_null())
    {
        found.note("autoscaling/v1 was converted to autoscaling/v2: its CPU percentage is a Resource metric.");
        let target = json!({"type": "Utilization", "averageUtilization": percent});
        fields.insert(
            "metrics".to_owned(),
            json!([{"type": "Resource", "resource": {"name": "cpu", "target": target}}]),
        );
    }
    spec
}

/// kubectl keeps what v1 cannot say in annotations.
fn note_annotations(metadata: Option<&Value>, found: &mut Findings) {
    let annotations = metadata
        .and_then(|metadata| metadata.get("annotations"))
        .and_then(Value::as_object);
    let kept = annotations.into_iter().flat_map(Map::keys).filter(|key| {
        key.starts_with("autoscaling.alpha.kubernetes.io/")
            && (key.ends_with("/metrics") || key.ends_with("/behavior"))
    });
    for key in kept {
        found.error(format!(
            "metadata.annotations: {key} holds a part of the autoscaler that autoscaling/v1 cannot say; get it as v2 (kubectl get hpa.v2.autoscaling -o yaml)"
        ));
    }
}

fn from_v2beta1(mut spec: Value) -> Value {
    let metrics = spec.get_mut("metrics").and_then(Value::as_array_mut);
    for metric in metrics.into_iter().flatten() {
        for (source, names_metric) in [
            ("resource", false),
            ("containerResource", false),
            ("pods", true),
            ("object", true),
            ("external", true),
        ] {
            if let Some(fields) = metric.get_mut(source).and_then(Value::as_object_mut) {
                convert_source(fields, names_metric);
            }
        }
    }
    spec
}

/// `targetAverageValue: 1` becomes `target: {type: AverageValue, averageValue: 1}`, `metricName` becomes `metric.name`.
fn convert_source(fields: &mut Map<String, Value>, names_metric: bool) {
    let described = fields.remove("target");
    if let Some(described) = described {
        fields.insert("describedObject".to_owned(), described);
    }
    for (old, kind, new) in [
        (
            "targetAverageUtilization",
            "Utilization",
            "averageUtilization",
        ),
        ("targetAverageValue", "AverageValue", "averageValue"),
        ("averageValue", "AverageValue", "averageValue"),
        ("targetValue", "Value", "value"),
    ] {
        if let Some(value) = fields.remove(old) {
            fields
                .entry("target")
                .or_insert_with(|| json!({"type": kind, new: value}));
        }
    }
    if names_metric {
        let name = fields.remove("metricName").unwrap_or_default();
        let selector = fields
            .remove("metricSelector")
            .or_else(|| fields.remove("selector"))
            .unwrap_or_default();
        fields.insert(
            "metric".to_owned(),
            json!({"name": name, "selector": selector}),
        );
    }
}
