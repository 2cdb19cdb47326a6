//! Whole replications and studies.

use super::clock::{Effort, each, median, rates, used_s};
use super::peers;
use super::row::{Row, Wanted};
use sim_core::scenario::document::{PlaneKind, ScenarioDocument};
use sim_core::scenario::templates::{TEMPLATES, Template};
use sim_core::study::{Plan, Prepared, Shard};
use std::hint::black_box;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Instant;

/// Days of the window of every replication here, but for templates with ticks shorter than [`SHORT_TICK_S`].
pub(super) const DAYS: f64 = 28.0;
/// Below this, a month would have more ticks than a replication may.
const SHORT_TICK_S: u32 = 5;
/// Days of those templates.
const FEWER_DAYS: f64 = 7.0;
/// The template of the study.
pub(super) const KUBERNETES: &str = "kubernetes-slo-driven";
/// Everything in one document: its month must not take more than 1.5 s.
const LARGE_SHOP: &str = "large-shop";
/// Replications of the study.
const REPLICATIONS: u32 = 1000;

/// A template, and the days that it is run for: its own on the plane that plays every request.
fn prepared(template: &Template) -> (Prepared, f64) {
    let mut document: ScenarioDocument =
        serde_json::from_str(template.json).expect("a template is a document");
    let days = if document.run.plane == PlaneKind::Requests {
        document.slo.window_days
    } else if document.run.tick_s < SHORT_TICK_S {
        FEWER_DAYS
    } else {
        DAYS
    };
    document.slo.window_days = days;
    let plan = Plan::single(&document);
    (
        Prepared::new(plan).expect("a template is a valid scenario"),
        days,
    )
}

pub(super) fn shard(replication: u32) -> Shard {
    Shard {
        first_design: 0,
        designs: 1,
        first_replication: replication,
        replications: 1,
    }
}

/// A row for a month of every template, one for ticks, and those of the Monte Carlo study.
pub fn rows(effort: Effort) -> Vec<Row> {
    let mut months = Vec::new();
    let mut others = Vec::new();
    for template in TEMPLATES {
        let (prepared, days) = prepared(template);
        let per_s = months_per_s(effort, &prepared);
        let case = format!("{days} days of {}", template.id);
        let row = Row::new(case, "ms", 1000.0 / per_s);
        months.push(match template.id {
            LARGE_SHOP => row.wanted(Wanted::AtMost(1500.0)),
            _ => row,
        });
        if template.id == KUBERNETES {
            others.push(ticks(&prepared, per_s));
            others.extend(monte_carlo(effort, &prepared));
        }
    }
    months.extend(others);
    months
}

fn months_per_s(effort: Effort, prepared: &Prepared) -> f64 {
    let mut replication = 0;
    let month = each(|| {
        replication += 1;
        black_box(prepared.run_shard(shard(replication)));
    });
    rates(effort, &mut [month])[0]
}

fn ticks(prepared: &Prepared, months_per_s: f64) -> Row {
    let ticks = f64::from(prepared.base().ticks());
    Row::new(
        "fluid: HPA, telemetry, nodes, meters, SLOs",
        "service-ticks/s",
        ticks * months_per_s,
    )
    .wanted(Wanted::AtLeast(1.5e6))
    .peers(peers::TICKS)
}

/// The study, and what a second thread gains. What counts is the time that passes; the processor time beside it says
/// what a machine without other work would need.
fn monte_carlo(effort: Effort, prepared: &Prepared) -> Vec<Row> {
    let sample = if effort.quick { 14 } else { 100 };
    let (mut one, mut two) = (Vec::new(), Vec::new());
    for _ in 0..3 {
        one.push(compute(prepared, sample, 1));
        two.push(compute(prepared, sample, 2));
    }
    let ratio = |of: fn(&Took) -> f64| {
        let pairs = one.iter().zip(&two);
        median(pairs.map(|(one, two)| of(one) / of(two)).collect())
    };
    let threads = Row::new(
        "Monte Carlo: two threads over one",
        "×",
        ratio(|took| took.passed_s),
    )
    .wanted(Wanted::AtLeast(1.8))
    .note(format!(
        "time passed; {:.2} by processor time",
        2.0 * ratio(|took| took.used_s)
    ));
    let (passed_s, used_s, from) = if effort.quick {
        let scale = f64::from(REPLICATIONS) / f64::from(sample);
        let middle = |of: fn(&Took) -> f64| scale * median(two.iter().map(of).collect());
        let from = format!("from {sample}, ");
        (
            middle(|took| took.passed_s),
            middle(|took| took.used_s),
            from,
        )
    } else {
        let whole = compute(prepared, REPLICATIONS, 2);
        (whole.passed_s, whole.used_s, String::new())
    };
    let case = "Monte Carlo: 1,000 × 28 days of the Kubernetes template, 2 threads";
    let study = Row::new(case, "s", passed_s)
        .wanted(Wanted::AtMost(60.0))
        .note(format!(
            "{from}time passed; {:.0} s of processor time, half of that on each",
            used_s
        ));
    vec![study, threads]
}

/// What a study took.
struct Took {
    passed_s: f64,
    /// Processor time of all threads.
    used_s: f64,
}

/// Computes so many replications on so many threads: each takes the next one, as those of the command line do.
fn compute(prepared: &Prepared, replications: u32, threads: u32) -> Took {
    let next = AtomicU32::new(0);
    let work = || {
        let mut results = Vec::new();
        let used_s = used_s(|| {
            loop {
                let replication = next.fetch_add(1, Ordering::Relaxed);
                if replication >= replications {
                    break;
                }
                results.push(prepared.run_shard(shard(replication)));
            }
        });
        black_box(results);
        used_s
    };
    let start = Instant::now();
    let used_s = std::thread::scope(|scope| {
        let hands: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
        let used = hands.into_iter().map(|hand| hand.join());
        used.map(|used_s| used_s.expect("a replication does not panic"))
            .sum()
    });
    Took {
        passed_s: start.elapsed().as_secs_f64(),
        used_s,
    }
}
