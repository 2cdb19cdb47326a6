//! How other people's files become parts of the document on the page, by the same readers as on the command line.

use crate::editor::outline;
use crate::state::pointer;
use serde::Serialize;
use serde_json::Value;
use sim_core::import::{self, HpaOptions, SpotTraceOptions, TrafficOptions};
use sim_core::scenario::document::StorageDocument;

/// What an import gives: the fields to set with their values (null takes a field away), and how it was read.
#[derive(Default)]
pub struct Imported {
    pub changes: Vec<(String, Value)>,
    /// What was taken, in words.
    pub taken: Vec<String>,
    pub notes: Vec<String>,
    pub message: String,
}

/// A part of the document that an import can replace.
#[derive(Clone)]
pub struct Place {
    /// JSON Pointer.
    pub pointer: String,
    /// Its name, for a list.
    pub name: String,
}

/// A text, and the scenario that it is read into.
pub struct Source<'a> {
    pub text: &'a str,
    /// Name of its file; empty for a pasted text.
    pub name: &'a str,
    pub document: &'a Value,
    /// Where it goes, if there is such a place.
    pub place: Option<&'a Place>,
}

impl Source<'_> {
    /// What is said when it is in the document.
    fn message(&self, what: &str) -> String {
        match self.name {
            "" => format!("Imported {what}"),
            name => format!("Imported {name}"),
        }
    }
}

impl Imported {
    /// Sets a field, told in words.
    fn set(&mut self, field: &str, part: &impl Serialize) -> Result<(), String> {
        let words = outline(field, self.put(field, part)?);
        self.taken.extend(words);
        Ok(())
    }

    /// Sets a field that is not told in words.
    fn put(&mut self, field: &str, part: &impl Serialize) -> Result<&Value, String> {
        let value = serde_json::to_value(part).map_err(|error| error.to_string())?;
        self.changes.push((field.to_owned(), pointer::tidy(value)));
        Ok(self.changes.last().map_or(&Value::Null, |(_, value)| value))
    }
}

/// How a text becomes parts of the document.
pub type Reader = fn(&Source<'_>) -> Result<Imported, String>;

/// Reads the autoscaler and the node pool of a text that may hold both.
pub fn manifests(source: &Source<'_>) -> Result<Imported, String> {
    let text = source.text;
    let options = HpaOptions::default();
    let mut imported = Imported::default();
    let (has_keda, has_pool) = (text.contains("keda.sh/"), text.contains("karpenter.sh/v"));
    if has_keda {
        let read = import::keda(text, &options).map_err(|error| error.message)?;
        imported.set("/autoscaler", &read.autoscaler)?;
        imported.notes = read.notes;
    } else if text.contains("HorizontalPodAutoscaler") || !has_pool {
        let read = import::hpa(text, &options).map_err(|error| advised(error.message, text))?;
        imported.set("/autoscaler", &read.autoscaler)?;
        imported.notes = read.notes;
    }
    if has_pool {
        let read = import::nodepool(text).map_err(|error| error.message)?;
        imported.set("/fleet/provisioner", &read.provisioner)?;
        let spot = source.document.pointer("/fleet/spot");
        if let (Some(assumed), None | Some(Value::Null)) = (&read.spot, spot) {
            imported.put("/fleet/spot", assumed)?;
        }
        if let Some(most) = read.max_nodes {
            imported.set("/fleet/max_nodes", &most)?;
        }
        imported.notes.extend(read.notes);
    }
    imported.message = source.message("the manifest");
    Ok(imported)
}

/// What to do about a text that holds no autoscaler.
fn advised(message: String, text: &str) -> String {
    if text.trim().is_empty() {
        return "There is nothing to import yet: paste a manifest, or choose a file.".to_owned();
    }
    match text.contains("VerticalPodAutoscaler") {
        true => format!("{message}. A VerticalPodAutoscaler is set in the form: Pod sizes (VPA)."),
        false => message,
    }
}

/// Reads a recording of traffic.
pub fn traffic(source: &Source<'_>) -> Result<Imported, String> {
    let options = TrafficOptions::default();
    let imported = import::traffic(source.text, &options).map_err(|error| error.message)?;
    let mut value =
        pointer::tidy(serde_json::to_value(imported.source()).map_err(|error| error.to_string())?);
    if !source.name.is_empty() && imported.origin.is_empty() {
        pointer::set(&mut value, "/origin", Value::from(source.name));
    }
    let message = format!(
        "Imported {} intervals of recorded traffic",
        imported.counts.len()
    );
    Ok(Imported {
        changes: vec![("/traffic/source".to_owned(), value)],
        taken: Vec::new(),
        notes: imported.notes,
        message,
    })
}

/// The items of a list of the document, each with its pointer.
fn items<'a>(document: &'a Value, list: &str) -> Vec<(String, &'a Value)> {
    let items = document.pointer(list).and_then(Value::as_array);
    let items = items.into_iter().flatten().enumerate();
    let with_pointer = |(index, item)| (format!("{list}/{index}"), item);
    items.map(with_pointer).collect()
}

fn named(item: &Value) -> &str {
    item.get("name").and_then(Value::as_str).unwrap_or_default()
}

/// A place for each item of a list, named by `name`.
fn places(document: &Value, list: &str, name: impl Fn(&str) -> String) -> Vec<Place> {
    let place = |(pointer, item): (String, &Value)| Place {
        pointer,
        name: name(named(item)),
    };
    items(document, list).into_iter().map(place).collect()
}

/// The datasets of the storage.
pub fn datasets(document: &Value) -> Vec<Place> {
    let name = |own: &str| format!("the dataset {own}");
    places(document, "/storage/datasets", name)
}

/// The spot pools of the fleet, and those of batch jobs.
pub fn spot_places(document: &Value) -> Vec<Place> {
    let name = |own: &str| format!("the spot pool {own} of the fleet");
    let mut found = places(document, "/fleet/spot/pools", name);
    for (pointer, job) in items(document, "/batch/jobs") {
        let name = |own: &str| format!("the pool {own} of the job {}", named(job));
        found.extend(places(document, &format!("{pointer}/pools"), name));
    }
    found
}

/// Reads a lifecycle of a bucket into a dataset.
pub fn lifecycle(source: &Source<'_>) -> Result<Imported, String> {
    let read = import::lifecycle(source.text).map_err(|error| error.message)?;
    let place = source.place.ok_or(
        "This scenario has no storage with datasets: import it into one that has, such as the template Data lake with lifecycle rules.",
    )?;
    let storage = source.document.pointer("/storage").unwrap_or(&Value::Null);
    let mut storage: StorageDocument = sim_core::scenario::read(storage)
        .map_err(|error| format!("Fix the problems of the storage first: {error}"))?;
    let index = place.pointer.rsplit('/').next();
    let index = index.and_then(|index| index.parse::<usize>().ok());
    let tiers = storage.tiers.len();
    let name = index.and_then(|index| storage.datasets.get(index));
    let name = name.map(|dataset| dataset.name.clone());
    read.place(&mut storage, name.as_deref())
        .map_err(|error| error.message)?;
    let mut imported = Imported {
        message: source.message("the lifecycle"),
        ..Imported::default()
    };
    imported.set(&format!("{}/lifecycle", place.pointer), &read.lifecycle)?;
    if storage.tiers.len() > tiers {
        imported.set("/storage/tiers", &storage.tiers)?;
    }
    imported.notes = read.notes;
    imported.notes.push(format!("It went into {}.", place.name));
    Ok(imported)
}

/// Reads recorded spot availability into a pool of the fleet or of a batch job.
pub fn spot_trace(source: &Source<'_>) -> Result<Imported, String> {
    let mut imported = Imported {
        message: source.message("the recording"),
        ..Imported::default()
    };
    let of_fleet = source
        .place
        .is_none_or(|place| place.pointer.starts_with("/fleet"));
    // The part is long: its notes say what it amounts to.
    if of_fleet {
        let options = SpotTraceOptions::default();
        let read = import::spot_trace(source.text, &options).map_err(|error| error.message)?;
        let place = spot_place(source)?;
        imported.put(&format!("{}/trace", place.pointer), &read.trace)?;
        imported.notes = read.notes;
        let reclaims = format!("{}/reclaims", place.pointer);
        if source.document.pointer(&reclaims).is_some() {
            imported.changes.push((reclaims, Value::Null));
            let words = "The recording says when the pool runs out; its random times of that were taken out.";
            imported.notes.push(words.to_owned());
        }
    } else {
        let read = import::availability(source.text).map_err(|error| error.message)?;
        let place = spot_place(source)?;
        imported.put(&format!("{}/market", place.pointer), &read.market)?;
        if let Some(usd) = read.spot_usd_per_hour {
            imported.put(&format!("{}/spot_usd_per_hour", place.pointer), &usd)?;
        }
        imported.notes = read.notes;
    }
    let place = spot_place(source)?;
    imported.notes.push(format!("It went into {}.", place.name));
    Ok(imported)
}

fn spot_place<'a>(source: &'a Source<'_>) -> Result<&'a Place, String> {
    let words = "This scenario has no spot pool: import it into one that has, such as the template Spot with fallback, or one with batch jobs.";
    source.place.ok_or_else(|| words.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn template(id: &str) -> Value {
        let found = sim_core::scenario::templates::TEMPLATES
            .iter()
            .find(|one| one.id == id);
        serde_json::from_str(found.expect("a template").json).expect("JSON")
    }

    fn after(document: &Value, imported: &Imported) -> Value {
        let mut document = document.clone();
        for (field, value) in &imported.changes {
            pointer::put(&mut document, field, value.clone());
        }
        document
    }

    #[test]
    fn a_lifecycle_brings_its_tiers() {
        let mut document = template("data-lake-lifecycle");
        // Its knob moves the second of two transitions; the page takes it out with what is replaced.
        pointer::remove(&mut document, "/sweep");
        let text = json!({"Rules": [{"ID": "all", "Status": "Enabled", "Filter": {"Prefix": ""},
            "Transitions": [{"Days": 45, "StorageClass": "GLACIER_IR"}], "Expiration": {"Days": 400}}]});
        let places = datasets(&document);
        let source = Source {
            text: &text.to_string(),
            name: "",
            document: &document,
            place: places.first(),
        };
        let imported = lifecycle(&source).expect("it is taken");
        let now = after(&document, &imported);
        assert_eq!(
            now.pointer("/storage/datasets/0/lifecycle/transitions/0/after_days"),
            Some(&json!(45))
        );
        assert_eq!(
            now.pointer("/storage/tiers/3/storage_class"),
            Some(&json!("glacier_ir"))
        );
        assert!(sim_core::scenario::check_value(&now).is_ok());
        let none = Source {
            place: None,
            ..source
        };
        assert!(lifecycle(&none).is_err_and(|words| words.contains("no storage")));
    }

    #[test]
    fn a_recording_goes_into_the_fleet_or_a_job() {
        let text = json!({"metadata": {"gap_seconds": 600}, "data": [1, 1, 0, 3]}).to_string();
        for (id, place, kept, gone) in [
            (
                "spot-with-fallback",
                0,
                "/fleet/spot/pools/0/trace/available",
                Some("/fleet/spot/pools/0/reclaims"),
            ),
            (
                "nightly-batch-on-spot",
                1,
                "/batch/jobs/0/pools/1/market/available",
                None,
            ),
        ] {
            let document = template(id);
            let places = spot_places(&document);
            let source = Source {
                text: &text,
                name: "",
                document: &document,
                place: places.get(place),
            };
            let now = after(&document, &spot_trace(&source).expect("it is taken"));
            assert!(now.pointer(kept).is_some(), "{id}");
            assert!(gone.is_none_or(|gone| now.pointer(gone).is_none()), "{id}");
            assert!(sim_core::scenario::check_value(&now).is_ok(), "{id}");
        }
    }
}
