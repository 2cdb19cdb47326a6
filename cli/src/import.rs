//! `qec import`: other people's files as parts of a scenario.

use crate::args::{
    AvailabilityArguments, HpaArguments, ImportCommand, LifecycleArguments, NodepoolArguments,
    SpotTraceArguments, TrafficArguments,
};
use crate::failure::Failure;
use crate::{output, source};
use serde::Serialize;
use sim_core::import::{
    self, HpaOptions, ImportError, MAX_MANIFEST_BYTES, MAX_TRAFFIC_BYTES, SpotTraceOptions,
    TrafficOptions,
};
use sim_core::scenario::check;
use sim_core::scenario::document::ScenarioDocument;
use std::path::Path;

/// Imports a file.
pub fn import(command: &ImportCommand) -> Result<(), Failure> {
    match command {
        ImportCommand::Traffic(options) => traffic(options),
        ImportCommand::Hpa(options) => hpa(options),
        ImportCommand::Keda(options) => keda(options),
        ImportCommand::Nodepool(options) => nodepool(options),
        ImportCommand::Lifecycle(options) => lifecycle(options),
        ImportCommand::SpotTrace(options) => spot_trace(options),
        ImportCommand::AvailabilityTrace(options) => availability(options),
    }
}

fn traffic(options: &TrafficArguments) -> Result<(), Failure> {
    let text = source::read(&options.file, MAX_TRAFFIC_BYTES)?;
    let read = TrafficOptions {
        unit: options.unit.map(Into::into),
        time_column: options.time.clone(),
        value_column: options.column.clone(),
        series: options.series.clone(),
        interval_s: options.interval,
        origin: Path::new(&options.file)
            .file_name()
            .map(|name| name.to_string_lossy().into_owned())
            .unwrap_or_default(),
    };
    let imported = import::traffic(&text, &read).map_err(|error| refused(&options.file, error))?;
    output::explain_all(&imported.notes);
    place(
        &imported.source(),
        options.into.as_deref(),
        |document, source| document.traffic.source = source,
    )
}

fn hpa(options: &HpaArguments) -> Result<(), Failure> {
    let text = source::read(&options.file, MAX_MANIFEST_BYTES)?;
    let read = HpaOptions {
        signals: options.signal.iter().cloned().collect(),
    };
    let imported = import::hpa(&text, &read).map_err(|error| refused(&options.file, error))?;
    output::explain_all(&imported.notes);
    place(
        &imported.autoscaler,
        options.into.as_deref(),
        |document, autoscaler| document.autoscaler = autoscaler,
    )
}

fn keda(options: &HpaArguments) -> Result<(), Failure> {
    let text = source::read(&options.file, MAX_MANIFEST_BYTES)?;
    let read = HpaOptions {
        signals: options.signal.iter().cloned().collect(),
    };
    let imported = import::keda(&text, &read).map_err(|error| refused(&options.file, error))?;
    output::explain_all(&imported.notes);
    place(
        &imported.autoscaler,
        options.into.as_deref(),
        |document, autoscaler| document.autoscaler = autoscaler,
    )
}

fn nodepool(options: &NodepoolArguments) -> Result<(), Failure> {
    let text = source::read(&options.file, MAX_MANIFEST_BYTES)?;
    let imported = import::nodepool(&text).map_err(|error| refused(&options.file, error))?;
    output::explain_all(&imported.notes);
    place(
        &imported.provisioner,
        options.into.as_deref(),
        |document, provisioner| {
            document.fleet.provisioner = Some(provisioner);
            let spot = document.fleet.spot.take();
            document.fleet.spot = spot.or_else(|| imported.spot.clone());
            if let Some(most) = imported.max_nodes {
                document.fleet.max_nodes = most;
            }
        },
    )
}

fn lifecycle(options: &LifecycleArguments) -> Result<(), Failure> {
    let text = source::read(&options.file, MAX_MANIFEST_BYTES)?;
    let imported = import::lifecycle(&text).map_err(|error| refused(&options.file, error))?;
    output::explain_all(&imported.notes);
    let Some(into) = &options.into else {
        return output::print_json_pretty(&imported.lifecycle);
    };
    let mut document = source::checked(into)?.document().clone();
    let Some(storage) = &mut document.storage else {
        return Err(Failure::Input(format!(
            "{into} has no storage; put it into a scenario that has, such as data-lake-lifecycle"
        )));
    };
    imported
        .place(storage, options.dataset.as_deref())
        .map_err(|error| refused(into, error))?;
    check(&document)?;
    output::print_json_pretty(&document)
}

fn spot_trace(options: &SpotTraceArguments) -> Result<(), Failure> {
    let text = source::read(&options.file, MAX_MANIFEST_BYTES)?;
    let read = SpotTraceOptions {
        at_least: options.at_least,
    };
    let imported =
        import::spot_trace(&text, &read).map_err(|error| refused(&options.file, error))?;
    output::explain_all(&imported.notes);
    let Some(into) = &options.into else {
        return output::print_json_pretty(&imported.trace);
    };
    let mut document = source::checked(into)?.document().clone();
    let mut pools = document
        .fleet
        .spot
        .iter_mut()
        .flat_map(|spot| &mut spot.pools);
    let wanted = options.pool.as_ref();
    let Some(pool) = pools.find(|pool| wanted.is_none_or(|name| pool.name == *name)) else {
        return Err(Failure::Input(format!(
            "{into} has no spot pool{}; put it into a scenario that has, such as spot-with-fallback",
            wanted.map_or_else(String::new, |name| format!(" named {name:?}"))
        )));
    };
    pool.trace = Some(imported.trace);
    // The trace says when the pool runs out.
    pool.reclaims = None;
    check(&document)?;
    output::print_json_pretty(&document)
}

fn availability(options: &AvailabilityArguments) -> Result<(), Failure> {
    let text = source::read(&options.file, MAX_MANIFEST_BYTES)?;
    let imported = import::availability(&text).map_err(|error| refused(&options.file, error))?;
    output::explain_all(&imported.notes);
    let Some(into) = &options.into else {
        return output::print_json_pretty(&imported.market);
    };
    let mut document = source::checked(into)?.document().clone();
    let Some(batch) = &mut document.batch else {
        return Err(Failure::Input(format!(
            "{into} has no batch jobs; put it into a scenario that has, such as nightly-batch-on-spot"
        )));
    };
    imported
        .place(batch, options.job.as_deref(), options.pool.as_deref())
        .map_err(|error| refused(into, error))?;
    check(&document)?;
    output::print_json_pretty(&document)
}

fn refused(file: &str, error: ImportError) -> Failure {
    Failure::Input(format!("{file}: {error}"))
}

/// Prints a part alone, or a scenario with the part in it.
fn place<T: Clone + Serialize>(
    part: &T,
    into: Option<&str>,
    set: impl Fn(&mut ScenarioDocument, T),
) -> Result<(), Failure> {
    let Some(into) = into else {
        return output::print_json_pretty(part);
    };
    let mut document = source::checked(into)?.document().clone();
    set(&mut document, part.clone());
    check(&document)?;
    output::print_json_pretty(&document)
}
