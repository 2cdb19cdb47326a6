//! Random sound scenarios: small enough to simulate in a test, wide enough to reach every branch.

use super::autoscaler::{autoscaler, needs_short_ticks, shared_control};
use super::batch::batch;
use super::edge::edge_cache;
use super::fleet::fleet;
use super::service::{fits_fluid, right_sizing, service};
use super::storage::storage;
use super::topology::{has_breaker_before_function, topology};
use super::traffic::traffic;
use proptest::prelude::*;
use sim_core::scenario::document::*;

/// A sound scenario of up to three hours, without a sweep: every kind of traffic, distribution, autoscaler, metric and node.
pub fn document() -> impl Strategy<Value = ScenarioDocument> {
    (
        traffic(),
        service(),
        (
            autoscaler(),
            proptest::option::weighted(0.2, shared_control()),
            proptest::option::weighted(0.2, right_sizing()),
        ),
        telemetry(),
        fleet(),
        (
            prices(),
            proptest::option::weighted(0.2, storage()),
            proptest::option::weighted(0.2, batch()),
            proptest::option::weighted(0.2, uncertain()),
            proptest::option::weighted(0.2, search()),
            proptest::option::weighted(0.2, edge_cache()),
        ),
        slo(),
        run(),
    )
        .prop_flat_map(|parts| {
            let topology = proptest::option::weighted(0.25, topology(&parts.1));
            (Just(parts), topology.prop_map(Option::flatten))
        })
        .prop_map(
            |(
                (
                    traffic,
                    service,
                    (autoscaler, shared_control, right_sizing),
                    telemetry,
                    fleet,
                    (prices, storage, batch, uncertain, search, edge_cache),
                    slo,
                    mut run,
                ),
                topology,
            )| {
                let cancels = service.on_timeout == OnTimeout::Cancel;
                let has_such_breaker = topology.as_ref().is_some_and(has_breaker_before_function);
                if !fits_fluid(&service) || topology.is_some() && cancels || has_such_breaker {
                    // The fluid plane cannot compute it yet.
                    run.plane = PlaneKind::Requests;
                }
                if needs_short_ticks(&autoscaler, shared_control.as_ref()) {
                    run.tick_s = 1 + run.tick_s % 2;
                }
                ScenarioDocument {
                    version: DOCUMENT_VERSION,
                    name: "Random".into(),
                    description: String::new(),
                    traffic,
                    service,
                    autoscaler,
                    shared_control,
                    right_sizing,
                    telemetry,
                    fleet,
                    prices,
                    topology,
                    edge_cache,
                    storage,
                    batch,
                    slo,
                    run,
                    sweep: vec![],
                    search,
                    uncertain: uncertain.into_iter().collect(),
                }
            },
        )
}

fn telemetry() -> impl Strategy<Value = TelemetryDocument> {
    let gaps =
        (0.1..48.0_f64, 0.1..240.0_f64).prop_map(|(mean_hours_between, mean_duration_minutes)| {
            GapsDocument {
                mean_hours_between,
                mean_duration_minutes,
            }
        });
    let gaps = proptest::option::weighted(0.2, gaps);
    (5..90_u32, 5..300_u32, 0..90_u32, gaps).prop_map(
        |(scrape_interval_s, window_s, lag_s, gaps)| TelemetryDocument {
            scrape_interval_s,
            window_s,
            lag_s,
            gaps,
        },
    )
}

/// A belief about a price that every document has.
fn uncertain() -> impl Strategy<Value = UncertainDocument> {
    let belief = prop_oneof![
        (0.01..0.1_f64, 1.1..2.0_f64).prop_map(|(p5, width)| BeliefDocument::Lognormal {
            p5,
            p95: p5 * width
        }),
        (0.01..0.1_f64, 0.01..0.1_f64).prop_map(|(low, width)| BeliefDocument::Uniform {
            low,
            high: low + width
        }),
        proptest::collection::vec(0.01..0.2_f64, 2..9)
            .prop_map(|samples| BeliefDocument::Samples { samples }),
    ];
    belief.prop_map(|distribution| UncertainDocument {
        path: "/prices/egress_usd_per_gb".into(),
        distribution,
    })
}

/// A search over prices that every document has: all kinds of knobs that fit there, bounds and a third figure.
fn search() -> impl Strategy<Value = SearchDocument> {
    let figure = || {
        prop_oneof![
            Just(BoundedFigure::P95Latency),
            Just(BoundedFigure::PeakReplicas),
            Just(BoundedFigure::NodeHours),
            Just(BoundedFigure::ScaleEventsPerHour),
            Just(BoundedFigure::ViolationMinutes),
            Just(BoundedFigure::IncidentsPerMonth),
            Just(BoundedFigure::RevenueAtRisk),
        ]
    };
    let discount =
        (0.0..30.0_f64, 1.0..50.0_f64).prop_map(|(from, width)| SearchKnobDocument::Range {
            path: "/prices/node_discount_percent".into(),
            from,
            to: from + width,
            scale: KnobScale::Linear,
        });
    let cluster =
        (0.01..0.1_f64, 2.0..9.0_f64).prop_map(|(from, ratio)| SearchKnobDocument::Range {
            path: "/prices/cluster_usd_per_hour".into(),
            from,
            to: from * ratio,
            scale: KnobScale::Log,
        });
    let connections = Just(SearchKnobDocument::Choice {
        path: "/prices/requests_per_connection".into(),
        values: vec!["1".into(), "10".into(), "100".into()],
    });
    let constraints = (figure(), 0.1..1e4_f64)
        .prop_map(|(figure, at_most)| ConstraintDocument { figure, at_most });
    (
        discount,
        cluster,
        connections,
        proptest::collection::vec(constraints, 0..2),
        proptest::option::of(figure()),
        proptest::option::of(60..300_u32),
    )
        .prop_map(
            |(discount, cluster, connections, constraints, third_figure, budget)| SearchDocument {
                knobs: vec![discount, cluster, connections],
                constraints,
                third_figure,
                budget,
            },
        )
}

fn prices() -> impl Strategy<Value = PricesDocument> {
    (
        0.0..90.0_f64,
        0.0..1.0_f64,
        0.0..0.1_f64,
        0.0..0.05_f64,
        1.0..100.0_f64,
        0.0..0.2_f64,
    )
        .prop_map(
            |(discount, cluster, balancer, unit, requests_per_connection, egress_usd_per_gb)| {
                PricesDocument {
                    node_discount_percent: discount,
                    cluster_usd_per_hour: cluster,
                    load_balancer_usd_per_hour: balancer,
                    load_balancer_usd_per_lcu_hour: unit,
                    requests_per_connection,
                    egress_usd_per_gb,
                }
            },
        )
}

fn slo() -> impl Strategy<Value = SloDocument> {
    let success =
        (90.0..99.99_f64).prop_map(|target_percent| ObjectiveDocument::Success { target_percent });
    let latency = || {
        (10.0..3000.0_f64, 50.0..99.9_f64).prop_map(|(threshold_ms, target_percent)| {
            ObjectiveDocument::Latency {
                threshold_ms,
                target_percent,
            }
        })
    };
    (
        0.02..0.12_f64,
        success,
        proptest::collection::vec(latency(), 0..4),
        50.0..99.0_f64,
        proptest::option::of(0.0..50.0_f64),
    )
        .prop_map(
            |(window_days, success, mut objectives, wanted_attainment_percent, revenue)| {
                objectives.insert(0, success);
                SloDocument {
                    window_days,
                    objectives,
                    wanted_attainment_percent,
                    revenue_usd_per_1000_requests: revenue,
                }
            },
        )
}

fn run() -> impl Strategy<Value = RunDocument> {
    (
        0..1_u64 << 53,
        any::<bool>(),
        5..60_u32,
        0..30_u32,
        (1..8_u32, 0..8_u32),
    )
        .prop_map(
            |(seed, requests, tick_s, warm_up_minutes, replications)| RunDocument {
                seed,
                plane: if requests {
                    PlaneKind::Requests
                } else {
                    PlaneKind::Fluid
                },
                tick_s,
                warm_up_minutes,
                min_replications: replications.0,
                max_replications: replications.0 + replications.1,
                attainment_precision_points: 5.0,
                cost_precision_percent: 1.0,
            },
        )
}
