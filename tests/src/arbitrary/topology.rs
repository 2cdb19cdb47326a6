//! Random sound topologies around a random sound service.

use super::autoscaler::autoscaler;
use super::resilience::{Guards, guards, rate_limit};
use proptest::prelude::*;
use sim_core::scenario::document::*;

/// What a component is made from: whether it is a service, calls per request, mode, whether it may fail.
type Seed = (bool, f64, u8, bool);
/// How the calls are guarded, component by component, and a limit of all dependencies.
type Care = (Vec<Guards>, Option<RateLimitDocument>);

/// A topology whose services are like `service`; nothing for services that networks do not play.
pub fn topology(service: &ServiceDocument) -> BoxedStrategy<Option<TopologyDocument>> {
    let plain = service.processor_sharing.is_none()
        && service.high_priority_percent == 0.0
        && service.overflow != Overflow::Block
        && service.buffer_limit == 0;
    if !plain {
        return Just(None).boxed();
    }
    let service = service.clone();
    let seeds =
        proptest::collection::vec((any::<bool>(), 0.0..2.5_f64, 0..3_u8, any::<bool>()), 1..4);
    let care = (
        prop_oneof![
            5 => Just(Vec::new()),
            1 => proptest::collection::vec(guards(), 4),
        ],
        proptest::option::weighted(0.2, rate_limit()),
    );
    (seeds, autoscaler(), 0.0..60.0_f64, care)
        .prop_map(move |(seeds, autoscaler, share, care)| {
            // Controllers with probes of their own look every other second; they are the main service's business.
            let autoscaler = match autoscaler {
                AutoscalerDocument::Hpa(_) => autoscaler,
                _ => AutoscalerDocument::Static { replicas: 2 },
            };
            Some(made(&seeds, &service, &autoscaler, share, &care))
        })
        .boxed()
}

fn made(
    seeds: &[Seed],
    service: &ServiceDocument,
    autoscaler: &AutoscalerDocument,
    share: f64,
    (guards, rate_limit): &Care,
) -> TopologyDocument {
    let mode = |number: u8| match number {
        0 => CallMode::Sequential,
        1 => CallMode::Parallel,
        _ => CallMode::Async,
    };
    let mut components = Vec::new();
    let mut calls = Vec::new();
    let mut callers = vec![MAIN_SERVICE.to_owned()];
    for (index, &(is_service, per_request, number, optional)) in seeds.iter().enumerate() {
        let name = format!("part {index}");
        let from = callers[(number as usize + index) % callers.len()].clone();
        let (breaker, max_concurrent, hedge_after_ms) =
            guards.get(index).cloned().unwrap_or_default();
        calls.push(CallDocument {
            from,
            to: name.clone(),
            per_request,
            mode: mode(number),
            optional,
            retries: None,
            breaker,
            max_concurrent,
            hedge_after_ms,
        });
        components.push(if is_service {
            callers.push(name.clone());
            ComponentDocument::Service(Box::new(ServiceComponentDocument {
                name,
                service: ServiceDocument {
                    retries: None,
                    ..service.clone()
                },
                autoscaler: autoscaler.clone(),
                fleet: None,
            }))
        } else if number == 1 {
            callers.push(name.clone());
            ComponentDocument::Function(Box::new(function(name, optional)))
        } else {
            ComponentDocument::Dependency(DependencyDocument {
                name,
                latency_ms: DistributionDocument::Lognormal { mean: 8.0, cv: 1.0 },
                connections: 20,
                queue_limit: 100,
                timeout_ms: 800.0,
                error_percent: if optional { 0.1 } else { 0.0 },
                outages: optional.then_some(OutagesDocument {
                    mean_hours_between: 1.0,
                    mean_duration_minutes: 1.0,
                }),
                brown_outs: is_service.then_some(BrownOutsDocument {
                    mean_hours_between: 1.0,
                    mean_duration_minutes: 5.0,
                    slowdown: 4.0,
                }),
                scheduled: vec![TroubleDocument {
                    start_hour: 0.2,
                    duration_minutes: 2.0,
                    slowdown: is_service.then_some(3.0),
                }],
                rate_limit: rate_limit.clone(),
                usd_per_month: 10.0,
                usd_per_million_calls: 1.0,
            })
        });
    }
    let last = callers.last().filter(|_| callers.len() > 1);
    let routes = last.map(|enters| RouteDocument {
        name: "other".to_owned(),
        enters: enters.clone(),
        share_percent: share,
    });
    TopologyDocument {
        components,
        calls,
        routes: routes.into_iter().collect(),
        account_instances: None,
    }
}

/// A function that throttles, or one that is kept warm.
fn function(name: String, is_small: bool) -> FunctionComponentDocument {
    FunctionComponentDocument {
        name,
        memory_mb: 512,
        duration_ms: DistributionDocument::Lognormal {
            mean: 30.0,
            cv: 1.0,
        },
        init_ms: DistributionDocument::Exponential { mean: 200.0 },
        keep_alive_minutes: if is_small { 0.5 } else { 5.0 },
        concurrency: if is_small { 1 } else { 4 },
        next_instance: NextInstance::default(),
        max_instances: is_small.then_some(3),
        burst: None,
        timeout_ms: 1000.0,
        error_percent: 0.1,
        provisioned: is_small.then_some(ProvisionedDocument::TargetTracked {
            min_instances: 1,
            max_instances: 3,
            utilization_percent: 70.0,
        }),
        warmer: (!is_small).then_some(WarmerDocument {
            every_minutes: 2.0,
            calls: 3,
        }),
        prices: None,
    }
}

/// Whether a call to a function goes through a breaker.
pub(super) fn has_breaker_before_function(topology: &TopologyDocument) -> bool {
    let is_function = |name: &str| {
        topology.components.iter().any(|component| {
            matches!(component, ComponentDocument::Function(function) if function.name == name)
        })
    };
    let mut guarded = topology.calls.iter().filter(|call| call.breaker.is_some());
    guarded.any(|call| is_function(&call.to))
}
