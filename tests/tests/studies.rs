//! Studies that decide as they go, held against closed forms: what would help most, and how much traffic is carried.

use serde_json::Value;
use sim_core::plane::queueing::erlang_c;
use sim_core::scenario::document::{AutoscalerDocument, ScenarioDocument, TrafficSource};
use sim_core::study::explain::Explain;
use sim_core::study::reach::Reach;
use sim_core::study::{Adaptive, Plan, Prepared};
use tests::base::base;

fn run<S: Adaptive>(document: &ScenarioDocument, mut study: S) -> S {
    let prepared = Prepared::new(Plan::probed(document)).expect("sound");
    loop {
        let probes = study.next_round();
        if probes.is_empty() {
            return study;
        }
        for probe in probes.iter().rev() {
            study.tell(prepared.answer(probe));
        }
    }
}

fn set_rate(document: &mut ScenarioDocument, rate: f64) {
    if let TrafficSource::Model { base_rps, .. } = &mut document.traffic.source {
        *base_rps = rate;
    }
}

/// Share of requests of an M/M/c queue that are answered later than `t_s`: wait and service are independent, the wait is
/// 0 or exponential of rate cμ − λ.
fn late(servers: u32, service_s: f64, rate: f64, t_s: f64) -> f64 {
    let (mu, c) = (1.0 / service_s, f64::from(servers));
    let delta = c * mu - rate;
    let waits = erlang_c(servers, rate * service_s);
    let both = (delta * (-mu * t_s).exp() - mu * (-delta * t_s).exp()) / (delta - mu);
    (1.0 - waits) * (-mu * t_s).exp() + waits * both
}

/// The base scenario is an M/M/16 queue: it breaks where 1 % of requests take longer than 500 ms, which is at 2.9 times its
/// traffic. The grid has steps of 5 %.
#[test]
fn the_breaking_point_is_the_queues() {
    let mut document = base();
    document.run.warm_up_minutes = 20;
    let (mut low, mut high) = (50.0, 159.0);
    for _ in 0..60 {
        let middle = 0.5 * (low + high);
        if late(16, 0.1, middle, 0.5) < 0.01 {
            low = middle;
        } else {
            high = middle;
        }
    }
    let truth = low / 50.0;
    let report = run(&document, Reach::new(&document, None))
        .report()
        .expect("looks");
    println!(
        "{truth:.3} {} {:?}",
        report.words(),
        report
            .points
            .iter()
            .map(|p| (p.factor, p.attainment.estimate))
            .collect::<Vec<_>>()
    );
    assert!(report.finished);
    let found = report.breaks_at.expect("it carries something");
    assert!((found / truth - 1.0).abs() < 0.08, "{found} for {truth}");
    let (carries, short) = (
        report.carries.expect("some"),
        report.falls_short.expect("some"),
    );
    assert!(carries <= found && found < short);
    assert!(
        carries * 0.95 < truth && truth < short * 1.05,
        "{carries} to {short} for {truth}"
    );
}

/// A design that falls short already is told so, with the factor that it carries.
#[test]
fn less_traffic_may_be_what_is_carried() {
    let mut document = base();
    document.run.warm_up_minutes = 20;
    set_rate(&mut document, 300.0);
    let report = run(&document, Reach::new(&document, Some(16)))
        .report()
        .expect("looks");
    let found = report.breaks_at.expect("a sixth is carried easily");
    assert!((0.4..0.6).contains(&found), "{found}");
}

/// One pod fills a node: a fifth replica costs a node more, 0.2 USD × 730 hours, and nothing else but what little it
/// saves in failed answers. It turns a hopeless queue into one that always holds.
#[test]
fn moves_do_what_arithmetic_says() {
    let mut document = base();
    document.run.warm_up_minutes = 20;
    document.service.pod.cpu_request_millicores = 4000;
    document.service.cpu_ms_per_request = 400.0;
    set_rate(&mut document, 152.0);
    let report = run(&document, Explain::new(&document, Some(16)))
        .report()
        .expect("moves");
    assert!(report.attainment.estimate < 0.1, "{:?}", report.attainment);
    let is_fifth = |path: &str, value: &Value| path == "/autoscaler/replicas" && *value == 5;
    let fifth = report
        .moves
        .iter()
        .find(|one| one.edits.iter().any(|(path, value)| is_fifth(path, value)));
    let fifth = fifth.expect("a fifth replica is among the moves");
    println!("{fifth:?}");
    assert!((fifth.cost.mean - 146.0).abs() < 1.5, "{}", fifth.cost.mean);
    assert!(fifth.gain.0 > 0.9 && fifth.gain.1 > 0.5, "{:?}", fifth.gain);
    assert!(
        report.moves[0].gain.0 > 0.9,
        "what helps is named first: {:?}",
        report.moves[0]
    );
    let AutoscalerDocument::Static { .. } = document.autoscaler else {
        unreachable!("the base scenario is static")
    };
}
