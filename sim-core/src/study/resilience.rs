//! Guards of calls and rate limits: what a replication yields of them, and the report's part on them.

use super::result::ReplicationResult;
use crate::scenario::Scenario;
use crate::scenario::document::{MAIN_SERVICE, RateLimitDocument};
use crate::stats::Summary;
use crate::topology::{ComponentKind, Topology};
use serde::{Deserialize, Serialize};

/// Guards and limits in one window.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ResilienceResult {
    /// The calls that have a guard, in the order of [`guarded_calls`].
    pub calls: Vec<GuardedCallResult>,
    /// The components that have a rate limit, in the order of [`limited_components`].
    pub limits: Vec<RateLimitResult>,
}

impl ResilienceResult {
    /// The same figures, without what goes over time.
    pub(super) fn without_series(mut self) -> Self {
        for call in &mut self.calls {
            call.open_series.clear();
        }
        self
    }
}

/// A guarded call in one window.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct GuardedCallResult {
    /// Attempts that were to be made, hedges not among them.
    pub wanted: f64,
    /// Of these: turned away by the breaker.
    pub short_circuited: f64,
    /// Of these: turned away by the bulkhead.
    pub crowded_out: f64,
    /// Second attempts that hedged a first.
    pub hedges: f64,
    /// Of these: answered first.
    pub hedges_won: f64,
    /// How often the breaker opened.
    pub opened: f64,
    /// Share of the time that it was open, 0..1.
    pub open: f64,
    /// The same over time, point by point as in [`Series`](super::Series).
    pub open_series: Vec<f32>,
}

/// A rate limit in one window.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct RateLimitResult {
    /// Attempts that came.
    pub attempts: f64,
    /// Of these: answered with 429.
    pub turned_away: f64,
    /// Requests and calls whose last attempt was.
    pub throttled: f64,
}

/// What a study found out about guards and limits.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ResilienceReport {
    /// Calls with a breaker, a bulkhead or a hedge.
    pub calls: Vec<GuardedCallReport>,
    /// Components with a rate limit.
    pub limits: Vec<RateLimitReport>,
}

/// A guarded call over the replications.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct GuardedCallReport {
    /// Name of the caller.
    pub from: String,
    /// Name of the one that is called.
    pub to: String,
    /// Share of the attempts that a breaker turned away; there is none where this is missing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub short_circuited: Option<Summary>,
    /// Share of the time that the breaker was open.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub open: Option<Summary>,
    /// How often it opened in the window.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub opened: Option<Summary>,
    /// Share of the replications' time that it was open, over time; empty where no series were asked for.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub open_series: Vec<f32>,
    /// Share of the attempts that a bulkhead turned away; there is none where this is missing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub crowded_out: Option<Summary>,
    /// Second attempts per call; no hedging where this is missing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hedges: Option<Summary>,
    /// Share of them that were answered first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hedges_won: Option<Summary>,
}

/// A rate limit over the replications.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RateLimitReport {
    /// Name of the component.
    pub name: String,
    /// Attempts per second that may pass.
    pub rps: f64,
    /// Share of the attempts that were answered with 429.
    pub turned_away: Summary,
    /// Requests and calls that came to nothing for it.
    pub throttled: Summary,
}

/// Calls that have a guard: their places among all calls, component by component, with the names of both ends.
pub(crate) fn guarded_calls(topology: &Topology) -> Vec<(usize, &str, &str)> {
    let name = |at: usize| {
        let component = topology.components.get(at);
        component.map_or("", |component| component.name.as_str())
    };
    let calls = topology.components.iter().flat_map(|component| {
        let from = component.name.as_str();
        component.calls.iter().map(move |call| (from, call))
    });
    calls
        .enumerate()
        .filter(|(_, (_, call))| call.guard.is_on())
        .map(|(place, (from, call))| (place, from, name(call.to)))
        .collect()
}

/// Components that have a rate limit: their places, names and limits. Without a topology the service is the only one.
pub(crate) fn limited_components(scenario: &Scenario) -> Vec<(usize, String, f64)> {
    let rps = |limit: &Option<RateLimitDocument>| limit.as_ref().map(|limit| limit.rps);
    let main = || rps(&scenario.document().service.rate_limit);
    let Some(topology) = &scenario.topology else {
        let main = main().map(|rps| (0, MAIN_SERVICE.to_owned(), rps));
        return main.into_iter().collect();
    };
    let components = topology.components.iter().enumerate();
    components
        .filter_map(|(place, component)| {
            let rps = match &component.kind {
                ComponentKind::Main => main(),
                ComponentKind::Service(service) => rps(&service.document().service.rate_limit),
                // Its limits are those of its instances.
                ComponentKind::Function(_) => None,
                ComponentKind::Dependency(dependency) => {
                    dependency.model.rate_limit.map(|limit| limit.rps)
                }
            }?;
            Some((place, component.name.clone(), rps))
        })
        .collect()
}

impl ResilienceReport {
    /// The report on results of a scenario; `None` where they have no guards and limits.
    pub(super) fn new(scenario: &Scenario, results: &[ReplicationResult]) -> Option<Self> {
        let found: Vec<&ResilienceResult> = results
            .iter()
            .filter_map(|result| result.resilience.as_ref())
            .collect();
        if found.is_empty() {
            return None;
        }
        let guarded = scenario.topology.as_ref().map(|topology| {
            let all = topology.components.iter().flat_map(|from| &from.calls);
            let all: Vec<_> = all.collect();
            let calls = guarded_calls(topology).into_iter().enumerate();
            calls
                .filter_map(|(index, (place, from, to))| {
                    Some(call_report(index, all.get(place)?, (from, to), &found))
                })
                .collect()
        });
        let limits = limited_components(scenario).into_iter().enumerate();
        let limits = limits.map(|(index, (_, name, rps))| {
            let of = |value: &dyn Fn(&RateLimitResult) -> f64| {
                let values = found
                    .iter()
                    .filter_map(|result| result.limits.get(index).map(value));
                Summary::of(&values.collect::<Vec<_>>())
            };
            RateLimitReport {
                name,
                rps,
                turned_away: of(&|limit| share(limit.turned_away, limit.attempts)),
                throttled: of(&|limit| limit.throttled),
            }
        });
        Some(Self {
            calls: guarded.unwrap_or_default(),
            limits: limits.collect(),
        })
    }
}

fn call_report(
    index: usize,
    call: &crate::plane::network::Call,
    (from, to): (&str, &str),
    found: &[&ResilienceResult],
) -> GuardedCallReport {
    let of = |value: &dyn Fn(&GuardedCallResult) -> f64| {
        let values = found
            .iter()
            .filter_map(|result| result.calls.get(index).map(value));
        Summary::of(&values.collect::<Vec<_>>())
    };
    let guard = &call.guard;
    let breaker = guard.breaker.is_some();
    let hedge = guard.hedge_after_s.is_some();
    GuardedCallReport {
        from: from.to_owned(),
        to: to.to_owned(),
        short_circuited: breaker.then(|| of(&|call| share(call.short_circuited, call.wanted))),
        open: breaker.then(|| of(&|call| call.open)),
        opened: breaker.then(|| of(&|call| call.opened)),
        open_series: if breaker {
            mean_series(index, found)
        } else {
            Vec::new()
        },
        crowded_out: guard
            .max_concurrent
            .map(|_| of(&|call| share(call.crowded_out, call.wanted))),
        hedges: hedge.then(|| of(&|call| share(call.hedges, call.wanted))),
        hedges_won: hedge.then(|| of(&|call| share(call.hedges_won, call.hedges))),
    }
}

/// Mean share of the time open at each point, over the replications that have a series.
fn mean_series(index: usize, found: &[&ResilienceResult]) -> Vec<f32> {
    let series: Vec<&[f32]> = found
        .iter()
        .filter_map(|result| result.calls.get(index))
        .map(|call| call.open_series.as_slice())
        .filter(|series| !series.is_empty())
        .collect();
    let points = series.iter().map(|series| series.len()).min().unwrap_or(0);
    let mean = |point: usize| {
        let sum: f32 = series.iter().filter_map(|series| series.get(point)).sum();
        sum / series.len() as f32
    };
    (0..points).map(mean).collect()
}

fn share(part: f64, whole: f64) -> f64 {
    if whole > 0.0 { part / whole } else { 0.0 }
}
