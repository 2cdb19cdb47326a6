//! What failures mean to the business: incidents, and the revenue of requests without an answer.

use sim_core::scenario::document::{AutoscalerDocument, PlaneKind, ScenarioDocument};
use sim_core::study::Figure;
use tests::base::base;
use tests::runs::{report, run};

/// Two replicas, and an hour in which far more comes than they can serve.
fn crowded(plane: PlaneKind) -> ScenarioDocument {
    let mut document = base();
    document.run.plane = plane;
    document.slo.window_days = 0.25;
    document.autoscaler = AutoscalerDocument::Static { replicas: 2 };
    document.traffic.bursts = None;
    document.traffic.flash_crowds = serde_json::from_value(serde_json::json!([
        {"at_hour": 2.0, "ramp_minutes": 1, "hold_minutes": 30, "fall_minutes": 1, "factor": 20.0}
    ]))
    .expect("a crowd");
    document
}

/// Requests without an answer × what a request brings in, for a month of 730 hours.
#[test]
fn revenue_at_risk_by_hand() {
    for plane in [PlaneKind::Fluid, PlaneKind::Requests] {
        let mut document = crowded(plane);
        document.slo.revenue_usd_per_1000_requests = Some(12.5);
        for result in run(&document, 3) {
            let unanswered: f64 = result.fates[1..].iter().sum();
            assert!(unanswered > 1000.0, "{unanswered}");
            let by_hand = unanswered * 0.0125 * 730.0 / 6.0;
            let found = result.figure(Figure::RevenueAtRisk);
            assert!((found / by_hand - 1.0).abs() < 1e-12, "{found} {by_hand}");
        }
    }
}

/// One crowd is one incident, in both planes: 730 / 6 of such windows are a month. Without it there is none.
#[test]
fn a_crowd_is_an_incident() {
    for plane in [PlaneKind::Fluid, PlaneKind::Requests] {
        let mut document = crowded(plane);
        for result in run(&document, 3) {
            let found = result.figure(Figure::IncidentsPerMonth);
            assert!((found - 730.0 / 6.0).abs() < 1e-9, "{found}");
        }
        document.traffic.flash_crowds.clear();
        document.autoscaler = AutoscalerDocument::Static { replicas: 8 };
        for result in run(&document, 3) {
            assert_eq!(result.figure(Figure::IncidentsPerMonth), 0.0);
        }
    }
}

/// Where nobody has said what requests bring in, no figure pretends to know.
#[test]
fn revenue_is_not_guessed() {
    let mut document = crowded(PlaneKind::Fluid);
    assert!(report(&document, 2).figure("revenue_at_risk").is_none());
    document.slo.revenue_usd_per_1000_requests = Some(0.0);
    let report = report(&document, 2);
    let at_risk = report.figure("revenue_at_risk").expect("it was said");
    assert_eq!(at_risk.summary.mean, 0.0);
}
