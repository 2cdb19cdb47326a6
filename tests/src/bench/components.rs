//! What a component costs: days of services that call each other, from one to as many as a scenario may have; the
//! memory that a replication takes; and the first answer after an edit.

use super::clock::{Effort, each, rates};
use super::row::{Row, Wanted};
use super::study::{DAYS, shard};
use sim_core::replication::Simulation;
use sim_core::scenario::check;
use sim_core::scenario::document::ScenarioDocument;
use sim_core::scenario::templates::TEMPLATES;
use sim_core::study::{Plan, Prepared, beginning};
use std::hint::black_box;
use std::process::Command;

/// Services with the main one; 64 are the most of the limits table.
const SERVICES: [usize; 4] = [1, 4, 16, 64];
/// Time for each component may grow so much from the second of these to the last.
const GROWTH: f64 = 1.25;
/// Most memory of a replication, MiB.
const MOST_MIB: f64 = 32.0;
/// Replications whose memory is measured together, and the same in a hurry.
const HELD: u32 = 4;
const HELD_QUICK: u32 = 2;
/// Whose services are taken, and what is measured for memory, too.
const SHOP: &str = "online-shop";
/// Months whose memory is measured.
const MEMORY: [&str; 4] = ["kubernetes-slo-driven", SHOP, "large-shop", TREE];
/// The tree with all services.
const TREE: &str = "64 services in a tree";

/// Whose first answer after an edit is timed.
pub(super) const ANSWERS: [&str; 5] = [
    "kubernetes-slo-driven",
    SHOP,
    "large-shop",
    "serverless-api",
    TREE,
];

/// Rows for all of this.
pub fn rows(effort: Effort) -> Vec<Row> {
    let mut rows = Vec::new();
    let mut each_ms = Vec::new();
    let days = effort.days_of_many();
    for services in SERVICES {
        let prepared = prepared(tree(services, days));
        let mut replication = 0;
        let month = each(|| {
            replication += 1;
            black_box(prepared.run_shard(shard(replication)));
        });
        let ms = 1000.0 / rates(effort, &mut [month])[0];
        each_ms.push(ms / services as f64);
        let case = format!("{days} days of {services} services in a tree: for each");
        rows.push(Row::new(case, "ms", ms / services as f64).note(format!("{ms:.0} ms for all")));
    }
    if let [_, few, .., many] = each_ms[..] {
        let case = "growth of the time for each service from 4 to 64 of them";
        rows.push(Row::new(case, "×", many / few).wanted(Wanted::AtMost(GROWTH)));
    }
    rows.extend(
        MEMORY
            .into_iter()
            .filter_map(|case| memory_row(effort, case)),
    );
    rows.extend(ANSWERS.map(|case| first_answer(effort, case)));
    rows
}

/// From a document that has just been edited to the first answer about it: check, plan, set-up and the beginning of one
/// replication. Nothing is known from before, as after an edit of every service; the remark says what it takes after an
/// edit of one service, and when the services are those of the former document, as after an edit of an autoscaler or
/// the traffic. What the page is to keep to is measured there (`wasm.rs`).
fn first_answer(effort: Effort, case: &str) -> Row {
    let document = of_case(case, DAYS);
    let edited = edited(&document);
    let of = |document: &ScenarioDocument, former: Option<&Prepared>| {
        let document = black_box(document.clone());
        check(&document).expect("a valid scenario");
        let plan = beginning(&document).expect("a long window");
        let prepared = Prepared::like(plan, former).expect("a valid plan");
        black_box(prepared.run_shard(shard(0)));
        prepared
    };
    let former = of(&document, None);
    let days = former.plan().document.slo.window_days;
    let alone = each(|| drop(of(&document, None)));
    let one = each(|| drop(of(&edited, Some(&former))));
    let like = each(|| drop(of(&document, Some(&former))));
    let seen = rates(effort, &mut [alone, one, like]);
    let case = format!("first answer natively, nothing known from before, {DAYS} days of {case}");
    Row::new(case, "ms", 1000.0 / seen[0]).note(format!(
        "{days} days; {:.0} ms after an edit of one service, {:.0} ms with the services of before",
        1000.0 / seen[1],
        1000.0 / seen[2]
    ))
}

fn prepared(document: ScenarioDocument) -> Prepared {
    Prepared::new(Plan::single(&document)).expect("a valid scenario")
}

/// A template over so many days.
fn template(id: &str, days: f64) -> ScenarioDocument {
    let template = TEMPLATES.iter().find(|template| template.id == id);
    let json = template.expect("a template").json;
    let mut document: ScenarioDocument =
        serde_json::from_str(json).expect("a template is a document");
    document.slo.window_days = days;
    document
}

/// The main service has one slot more: a service and a document like none before.
pub(super) fn edited(document: &ScenarioDocument) -> ScenarioDocument {
    let mut edited = document.clone();
    edited.service.concurrency += 1;
    edited
}

/// A template, or the tree with all services.
pub(super) fn of_case(case: &str, days: f64) -> ScenarioDocument {
    if case == TREE {
        tree(SERVICES[SERVICES.len() - 1], days)
    } else {
        template(case, days)
    }
}

/// So many services with an autoscaler each: each asks two others at once, and waits for both.
fn tree(services: usize, days: f64) -> ScenarioDocument {
    let mut document = serde_json::to_value(template(SHOP, days)).expect("a document is JSON");
    let one = document["topology"]["components"][0].clone();
    let named = |place: usize| format!("service {place}");
    let component = |place: usize| {
        let mut component = one.clone();
        component["name"] = named(place).into();
        component
    };
    let call = |place: usize| {
        let caller = (place - 1) / 2;
        serde_json::json!({
            "from": if caller == 0 { "service".to_string() } else { named(caller) },
            "to": named(place),
            "per_request": 1.0,
            "mode": "parallel",
        })
    };
    if services > 1 {
        document["topology"] = serde_json::json!({
            "components": (1..services).map(component).collect::<Vec<_>>(),
            "calls": (1..services).map(call).collect::<Vec<_>>(),
        });
    } else if let Some(fields) = document.as_object_mut() {
        fields.remove("topology");
    }
    if let Some(fields) = document.as_object_mut() {
        // Its knobs are those of components that are gone.
        fields.remove("sweep");
    }
    serde_json::from_value(document).expect("a document")
}

/// A program of its own says how much memory replications take.
fn memory_row(effort: Effort, case: &str) -> Option<Row> {
    let program = std::env::current_exe().ok()?;
    let days = effort.days_of_many();
    let quick = effort.quick.then_some("--quick");
    let output = Command::new(program)
        .args(quick)
        .args(["--memory", case])
        .output();
    let text = String::from_utf8(output.ok()?.stdout).ok()?;
    let mut figures = text.split_whitespace().map(str::parse::<f64>);
    let (each, all) = (figures.next()?.ok()?, figures.next()?.ok()?);
    let case = format!("memory of a replication: {days} days of {case}");
    let row = Row::new(case, "MiB", each).wanted(Wanted::AtMost(MOST_MIB));
    Some(row.note(format!(
        "{all:.0} MiB with the program and what all of them share"
    )))
}

/// Memory, MiB (Linux): what each of several replications adds that have been simulated to their ends and are all
/// there, and what a program with one of them has.
pub fn memory_mib(effort: Effort, case: &str) -> Option<(f64, f64)> {
    let prepared = prepared(of_case(case, effort.days_of_many()));
    let simulated = |replication| {
        let mut simulation = Simulation::new(prepared.base(), 1, replication);
        simulation.advance(u32::MAX);
        simulation
    };
    // The first one fills the tables that all share.
    let first = simulated(0);
    let before = resident_mib()?;
    let held = if effort.quick { HELD_QUICK } else { HELD };
    let others: Vec<Simulation<'_>> = (1..=held).map(simulated).collect();
    let each = (resident_mib()? - before) / f64::from(held);
    for simulation in others.into_iter().chain([first]) {
        black_box(simulation.finish());
    }
    Some((each, before))
}

/// Memory that this program has now.
fn resident_mib() -> Option<f64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmRSS:"))?;
    let kib: f64 = line.split_whitespace().nth(1)?.parse().ok()?;
    Some(kib / 1024.0)
}
