//! Components and routes of a topology: what a replication yields of them, and the report's part on them.

use super::report::{CauseReport, Proportion};
use super::result::ReplicationResult;
use crate::scenario::document::{CallMode, SloDocument};
use crate::slo::{Cause, CauseCounts};
use crate::stats::Summary;
use crate::topology::{ComponentKind, Topology};
use serde::{Deserialize, Serialize};

/// A topology in one window.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct NetworkResult {
    /// Callers first, as in the scenario's [`Topology`].
    pub components: Vec<ComponentResult>,
    /// Which of them are dependencies.
    pub dependencies: Vec<bool>,
    /// The main service's route first.
    pub routes: Vec<RouteResult>,
}

/// A component in one window.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ComponentResult {
    /// Requests and calls that came here, attempts counted, per second.
    pub requests_rps: f64,
    /// Mean time of an answer, with the answers that it waits for, milliseconds.
    pub mean_ms: f64,
    /// 95th percentile of the same.
    pub p95_ms: f64,
    /// Mean number of ready replicas; 0 of a dependency.
    pub mean_replicas: f64,
    /// Share of its slots that are held, 0..1; 0 of a dependency.
    pub busy: f64,
    /// Its nodes, or the price of the dependency, US dollars per month.
    pub usd_per_month: f64,
    /// The users' bad requests that it is to blame for, by objective and cause.
    pub bad_by_cause: Vec<CauseCounts>,
}

/// A route in one window.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RouteResult {
    /// Requests that got an outcome.
    pub requests: f64,
    /// 95th percentile of latency, milliseconds.
    pub p95_ms: f64,
    /// Share of good requests by objective, 0..1.
    pub good: Vec<f64>,
}

impl NetworkResult {
    /// What all dependencies cost, US dollars per month.
    pub fn dependencies_usd_per_month(&self) -> f64 {
        let components = self.components.iter().zip(&self.dependencies);
        let dependencies = components.filter(|(_, is_dependency)| **is_dependency);
        dependencies
            .map(|(component, _)| component.usd_per_month)
            .sum()
    }
}

/// What a study found out about a topology.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct NetworkReport {
    /// Callers first.
    pub components: Vec<ComponentReport>,
    /// Who calls whom.
    pub calls: Vec<CallReport>,
    /// The main service's route first.
    pub routes: Vec<RouteReport>,
}

/// Calls of one component to another.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CallReport {
    /// Place of the caller among the components.
    pub from: u32,
    /// Place of the one that is called.
    pub to: u32,
    /// Calls per request of the caller.
    pub per_request: f64,
    /// Whether the caller waits.
    pub mode: CallMode,
}

/// A component over the replications.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ComponentReport {
    /// Name.
    pub name: String,
    /// Where it is in the document, as a JSON Pointer.
    pub path: String,
    /// Whether it is a dependency.
    pub is_dependency: bool,
    /// Requests and calls that come here, per second.
    pub requests_rps: Summary,
    /// 95th percentile of the time of an answer, milliseconds.
    pub p95_ms: Summary,
    /// Mean number of ready replicas.
    pub mean_replicas: Summary,
    /// Share of its slots that are held, 0..1.
    pub busy: Summary,
    /// US dollars per month.
    pub usd_per_month: Summary,
    /// Share of the error budget that it has spent (1 is the whole budget), of the objective where that is most.
    pub budget_consumed: Summary,
    /// The same by cause, the causes that spent any.
    pub causes: Vec<CauseReport>,
}

/// A route over the replications.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RouteReport {
    /// Name.
    pub name: String,
    /// Share of the requests, 0..1.
    pub share: f64,
    /// 95th percentile of latency, milliseconds.
    pub p95_ms: Summary,
    /// Share of good requests, 0..1, by objective.
    pub good: Vec<Summary>,
    /// Probability that each objective is met on this route, over the window.
    pub attainment: Vec<Proportion>,
}

impl NetworkReport {
    /// The report on results of a scenario with a topology; `None` where they have none.
    pub(super) fn new(
        topology: &Topology,
        slo: &SloDocument,
        results: &[ReplicationResult],
    ) -> Option<Self> {
        let found: Vec<(&ReplicationResult, &NetworkResult)> = results
            .iter()
            .filter_map(|result| Some((result, result.network.as_ref()?)))
            .collect();
        if found.is_empty() {
            return None;
        }
        let targets: Vec<f64> = slo
            .objectives
            .iter()
            .map(|objective| objective.target_percent() / 100.0)
            .collect();
        let components = topology.components.iter().enumerate();
        let components = components.map(|(index, component)| {
            let of = |value: &dyn Fn(&ComponentResult) -> f64| {
                let values = found
                    .iter()
                    .map(|(_, network)| network.components.get(index).map_or(f64::NAN, value));
                Summary::of(&values.collect::<Vec<_>>())
            };
            let spent = |cause: Option<Cause>| {
                let values = found.iter().map(|(result, network)| {
                    network
                        .components
                        .get(index)
                        .map_or(0.0, |component| spent(result, component, &targets, cause))
                });
                Summary::of(&values.collect::<Vec<_>>())
            };
            let causes = Cause::ALL.map(|cause| CauseReport {
                cause,
                budget_consumed: spent(Some(cause)),
            });
            ComponentReport {
                name: component.name.clone(),
                path: component.path.clone(),
                is_dependency: matches!(component.kind, ComponentKind::Dependency(_)),
                requests_rps: of(&|component| component.requests_rps),
                p95_ms: of(&|component| component.p95_ms),
                mean_replicas: of(&|component| component.mean_replicas),
                busy: of(&|component| component.busy),
                usd_per_month: of(&|component| component.usd_per_month),
                budget_consumed: spent(None),
                causes: causes
                    .into_iter()
                    .filter(|cause| cause.budget_consumed.mean > 0.0)
                    .collect(),
            }
        });
        let routes = topology.routes.iter().enumerate().map(|(index, route)| {
            let at = || {
                found
                    .iter()
                    .filter_map(|(_, network)| network.routes.get(index))
            };
            let good = |objective: usize| {
                at().map(move |route| route.good.get(objective).copied().unwrap_or(1.0))
            };
            RouteReport {
                name: route.name.clone(),
                share: route.entry.share,
                p95_ms: Summary::of(&at().map(|route| route.p95_ms).collect::<Vec<_>>()),
                good: (0..targets.len())
                    .map(|objective| Summary::of(&good(objective).collect::<Vec<_>>()))
                    .collect(),
                attainment: targets
                    .iter()
                    .enumerate()
                    .map(|(objective, target)| {
                        Proportion::of(good(objective).map(|good| good >= *target))
                    })
                    .collect(),
            }
        });
        let calls = (0..)
            .zip(&topology.components)
            .flat_map(|(from, component)| {
                component.calls.iter().map(move |call| CallReport {
                    from,
                    to: call.to as u32,
                    per_request: call.per_request,
                    mode: call.mode,
                })
            });
        Some(Self {
            components: components.collect(),
            calls: calls.collect(),
            routes: routes.collect(),
        })
    }
}

/// The share of the error budget that a component has spent in a window, of the objective where all of them together
/// have spent most; for one cause, or for all.
fn spent(
    result: &ReplicationResult,
    component: &ComponentResult,
    targets: &[f64],
    cause: Option<Cause>,
) -> f64 {
    let objectives = result.objectives.iter().enumerate();
    let worst = objectives.max_by(|a, b| a.1.budget_consumed.total_cmp(&b.1.budget_consumed));
    let Some((index, objective)) = worst else {
        return 0.0;
    };
    let bad = component
        .bad_by_cause
        .get(index)
        .map_or(0.0, |bad| match cause {
            Some(cause) => bad[cause as usize],
            None => bad.iter().sum(),
        });
    let allowed = targets
        .get(index)
        .map_or(0.0, |target| (1.0 - target) * objective.total);
    if allowed > 0.0 { bad / allowed } else { 0.0 }
}
