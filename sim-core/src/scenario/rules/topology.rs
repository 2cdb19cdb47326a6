//! The topology: names that are known, calls without circles, and every further service a sound scenario of its own.

use super::super::Scenario;
use super::super::check::check_between;
use super::super::document::*;
use super::super::limits::plain_number;
use super::super::problem::{Found, Problem, Remedy, Severity};
use super::distribution::compile;
use super::functions;
use super::serving::{FEWEST_SLOTS, MOST_UNEVEN};
use super::shared;
use crate::fleet::spot::SpotModel;
use crate::plane::RetryModel;
use crate::plane::network::{Call, Entry, Unsupported, unsupported, unsupported_by_fluid};
use crate::random::Distribution;
use crate::replication::service_model;
use crate::topology::{Component, ComponentKind, Dependency, Route, Topology};
use crate::words::closest;
use std::collections::BTreeSet;
use std::sync::Arc;

/// Holds a document's topology; `None` if it has none, or a wrong one.
pub(in super::super) fn hold_topology(
    document: &ScenarioDocument,
    found: &mut Found,
) -> Option<Topology> {
    let written = document.topology.as_ref()?;
    shared::hold_shared(document, written, found);
    functions::hold_account(written, found);
    super::resilience::hold_calls(document, written, found);
    let names = names(written, found)?;
    let calls = calls(written, &names, found);
    let order = order(&names, &calls?, written, found)?;
    let place = |index: usize| order.iter().position(|&at| at == index);
    let routes = routes(written, &names, place, found)?;
    let kinds: Vec<Option<ComponentKind>> = core::iter::once(main_kind(document, found))
        .chain(
            written
                .components
                .iter()
                .enumerate()
                .map(|(index, component)| kind(index, component, document, found)),
        )
        .collect();
    let mut kinds = kinds.into_iter().collect::<Option<Vec<_>>>()?;
    let component = |index: usize| {
        let name = names.get(index)?.clone();
        let made = written.calls.iter().filter(|call| call.from == name);
        let calls = made.map(|call| {
            let to = names.iter().position(|name| *name == call.to)?;
            Some(Call {
                to: place(to)?,
                per_request: call.per_request,
                mode: call.mode,
                required: !call.optional,
                retries: call
                    .retries
                    .as_ref()
                    .map_or(RetryModel::NONE, RetryDocument::model),
                guard: call.guard(),
            })
        });
        let calls = calls.collect::<Option<Vec<_>>>()?;
        Some((name, calls))
    };
    let mut components = Vec::with_capacity(order.len());
    for &index in &order {
        let (name, calls) = component(index)?;
        components.push(Component {
            name,
            path: path_of(index),
            kind: core::mem::replace(kinds.get_mut(index)?, ComponentKind::Main),
            calls,
            visits: 0.0,
        });
    }
    let mut topology = Topology {
        main: place(0)?,
        components,
        routes,
    };
    topology.count_visits();
    hold_visits(&topology, document, found);
    super::capacity::hold(&topology, document, found);
    super::sleepers::hold(&topology, document, found);
    for component in &topology.components {
        if component.visits <= 0.0 {
            found.warning(
                component.path.clone(),
                format!("no request ever comes to \"{}\"", component.name),
                "call it, let a route enter there, or leave it out",
            );
        }
    }
    (!found.has_errors()).then_some(topology)
}

/// What is wrong with a topology on its own, while the rest of the document is not yet right.
pub(in super::super) fn hold_shape(written: &TopologyDocument, found: &mut Found) {
    let Some(names) = names(written, found) else {
        return;
    };
    if let Some(calls) = calls(written, &names, found) {
        order(&names, &calls, written, found);
    }
    routes(written, &names, Some, found);
}

/// Requests of services that a request of a user becomes, at most.
const MOST_VISITS: f64 = 1000.0;

/// No request of a user becomes too many, retries included.
fn hold_visits(topology: &Topology, document: &ScenarioDocument, found: &mut Found) {
    let attempts = |call: &Call| {
        let most = f64::from(call.retries.max_attempts.max(1));
        let hedges = f64::from(u8::from(call.guard.hedge_after_s.is_some()));
        most.min(1.0 + call.retries.budget) + hedges
    };
    let components = topology.components.iter();
    let most = components.clone().flat_map(|component| &component.calls);
    let retried = most.map(attempts).fold(1.0, f64::max);
    let visits: f64 = components.map(|component| component.visits).sum();
    if visits * retried > MOST_VISITS {
        let message = format!(
            "a user's request becomes {} requests of services, retries included",
            plain_number((visits * retried).round())
        );
        let limit = format!("at most {}", plain_number(MOST_VISITS));
        let hint = "lower the calls per request, or the attempts";
        found.push(Problem::error("/topology/calls", message, hint).with_limit(limit));
        return;
    }
    super::run::hold_played(
        &document.run,
        &document.traffic,
        &document.slo,
        visits,
        found,
    );
}

/// Where a component is in the document: the main service, or one of the list.
fn path_of(index: usize) -> String {
    index.checked_sub(1).map_or_else(
        || "/service".to_owned(),
        |index| format!("/topology/components/{index}"),
    )
}

/// The names of all components, the main service first; `None` when two are the same.
fn names(written: &TopologyDocument, found: &mut Found) -> Option<Vec<String>> {
    let mut names = vec![MAIN_SERVICE.to_owned()];
    let mut are_unique = true;
    for (index, component) in written.components.iter().enumerate() {
        let name = component.name();
        if names.iter().any(|other| other == name) {
            let message = if name == MAIN_SERVICE {
                format!("\"{MAIN_SERVICE}\" is the name of the main service")
            } else {
                format!("two components are called \"{name}\"")
            };
            found.error(
                format!("/topology/components/{index}/name"),
                message,
                "calls know components by their names; choose another one",
            );
            are_unique = false;
        }
        names.push(name.to_owned());
    }
    are_unique.then_some(names)
}

/// The number of the component with this name; a problem if there is none.
fn known(name: &str, path: String, names: &[String], found: &mut Found) -> Option<usize> {
    let place = names.iter().position(|other| other == name);
    if place.is_none() {
        let others: Vec<&str> = names.iter().map(String::as_str).collect();
        let hint = match closest(name, others.iter().copied()) {
            Some(near) => format!("did you mean \"{near}\"?"),
            None => format!("there are: {}", others.join(", ")),
        };
        found.error(path, format!("no component is called \"{name}\""), hint);
    }
    place
}

/// Callers and callees by number; `None` when one is unknown.
fn calls(
    written: &TopologyDocument,
    names: &[String],
    found: &mut Found,
) -> Option<Vec<(usize, usize)>> {
    let mut calls = Some(Vec::new());
    for (index, call) in written.calls.iter().enumerate() {
        let path = |field: &str| format!("/topology/calls/{index}/{field}");
        let from = known(&call.from, path("from"), names, found);
        let to = known(&call.to, path("to"), names, found);
        let Some((from, to)) = from.zip(to) else {
            calls = None;
            continue;
        };
        let caller = from
            .checked_sub(1)
            .and_then(|index| written.components.get(index));
        if matches!(caller, Some(ComponentDocument::Dependency(_))) {
            found.error(
                path("from"),
                format!("\"{}\" is a dependency: it calls nobody", call.from),
                "what it does inside is part of its latency; or make it a service",
            );
            calls = None;
        }
        if let Some(calls) = &mut calls {
            calls.push((from, to));
        }
    }
    calls
}

/// Components, callers before those that they call (Kahn 1962), otherwise the main service first and then by name: the
/// order in which they are written changes no result.
fn order(
    names: &[String],
    calls: &[(usize, usize)],
    written: &TopologyDocument,
    found: &mut Found,
) -> Option<Vec<usize>> {
    let mut callers = vec![0; names.len()];
    for &(_, to) in calls {
        callers[to] += 1;
    }
    let key = |at: usize| (at > 0, names[at].as_str(), at);
    let mut free: BTreeSet<(bool, &str, usize)> = (0..names.len())
        .filter(|&at| callers[at] == 0)
        .map(key)
        .collect();
    let mut order = Vec::with_capacity(names.len());
    while let Some((_, _, at)) = free.pop_first() {
        order.push(at);
        for &(_, to) in calls.iter().filter(|(from, _)| *from == at) {
            callers[to] -= 1;
            if callers[to] == 0 {
                free.insert(key(to));
            }
        }
    }
    if order.len() == names.len() {
        return Some(order);
    }
    let circle = circle(names.len(), calls, &order);
    let words: Vec<&str> = circle.iter().map(|&at| names[at].as_str()).collect();
    let last = circle.len().saturating_sub(2);
    let closing = written.calls.iter().position(|call| {
        Some(call.from.as_str()) == words.get(last).copied()
            && Some(call.to.as_str()) == words.last().copied()
    });
    found.error(
        format!("/topology/calls/{}", closing.unwrap_or(0)),
        format!("calls go in a circle: {}", words.join(" → ")),
        "a request would never end; take one of these calls out",
    );
    None
}

/// A circle among the components that are in no order; its first is its last.
fn circle(count: usize, calls: &[(usize, usize)], order: &[usize]) -> Vec<usize> {
    let mut path: Vec<usize> = (0..count)
        .find(|at| !order.contains(at))
        .into_iter()
        .collect();
    // Everyone left has a caller that is left: going back meets somebody again.
    while let Some(&at) = path.last() {
        let caller = calls
            .iter()
            .find(|(from, to)| *to == at && !order.contains(from));
        let Some(&(from, _)) = caller else {
            return path;
        };
        if let Some(first) = path.iter().position(|&other| other == from) {
            let mut circle = path.split_off(first);
            circle.push(from);
            circle.reverse();
            return circle;
        }
        path.push(from);
    }
    path
}

fn routes(
    written: &TopologyDocument,
    names: &[String],
    place: impl Fn(usize) -> Option<usize>,
    found: &mut Found,
) -> Option<Vec<Route>> {
    let mut routes = Vec::new();
    let mut are_known = true;
    let mut elsewhere = 0.0;
    for (index, route) in written.routes.iter().enumerate() {
        let path = format!("/topology/routes/{index}/enters");
        let number = known(&route.enters, path.clone(), names, found);
        let component = number.and_then(|number| written.components.get(number.checked_sub(1)?));
        if matches!(component, Some(ComponentDocument::Dependency(_))) {
            found.error(
                path,
                format!(
                    "\"{}\" is a dependency: users do not enter there",
                    route.enters
                ),
                "let them enter at a service that calls it",
            );
            are_known = false;
        }
        let others = written.routes.iter().take(index).map(|other| &other.name);
        if route.name == MAIN_SERVICE || others.into_iter().any(|name| *name == route.name) {
            found.error(
                format!("/topology/routes/{index}/name"),
                format!("another route is called \"{}\"", route.name),
                "reports tell routes apart by their names; choose another one",
            );
            are_known = false;
        }
        let station = number.and_then(&place);
        are_known &= station.is_some();
        elsewhere += route.share_percent;
        routes.push(Route {
            name: route.name.clone(),
            entry: Entry {
                station: station.unwrap_or(0),
                share: route.share_percent / 100.0,
            },
        });
    }
    if elsewhere > 100.0 + 1e-9 {
        found.error(
            "/topology/routes",
            format!(
                "routes have {} % of the requests together",
                plain_number(elsewhere)
            ),
            "the main service has what is left of 100 %; lower the shares",
        );
        return None;
    }
    let main = Route {
        name: MAIN_SERVICE.to_owned(),
        entry: Entry {
            station: place(0)?,
            share: (1.0 - elsewhere / 100.0).max(0.0),
        },
    };
    routes.insert(0, main);
    are_known.then_some(routes)
}

/// The main service, if a network can have it.
fn main_kind(document: &ScenarioDocument, found: &mut Found) -> Option<ComponentKind> {
    let plane = document.run.plane;
    hold_plane(&document.service, plane, "", found).then_some(ComponentKind::Main)
}

fn kind(
    index: usize,
    component: &ComponentDocument,
    document: &ScenarioDocument,
    found: &mut Found,
) -> Option<ComponentKind> {
    let path = format!("/topology/components/{index}");
    match component {
        ComponentDocument::Service(service) => {
            let plane = document.run.plane;
            let sound = hold_plane(&service.service, plane, &path, found);
            let topology = document.topology.iter();
            let calls_others = topology
                .flat_map(|topology| &topology.calls)
                .any(|call| call.from == service.name);
            let scenario = scenario(service, document);
            // Each of its fields has been looked at where it is written.
            let problems = match check_between(scenario) {
                Ok(scenario) if sound => {
                    let warnings = scenario.warnings.iter().filter(|warning| {
                        // Requests that wait for others use no processor: how much, the service time does not tell.
                        !(calls_others && warning.path == "/service/pod/cpu_request_millicores")
                    });
                    pass_on(warnings, &path, service.fleet.is_some(), found);
                    let scenario = match service.fleet {
                        Some(_) => own_pools(scenario, index),
                        None => scenario,
                    };
                    let scenario = Scenario {
                        commitment: shared::shared_commitment(document),
                        ..scenario
                    };
                    return Some(ComponentKind::Service(Box::new(scenario)));
                }
                Ok(_) => return None,
                Err(problems) => problems.0,
            };
            pass_on(problems.iter(), &path, service.fleet.is_some(), found);
            if !found.has_errors() {
                found.error(
                    path,
                    "this service cannot be simulated as it is",
                    "compare it with the main service",
                );
            }
            None
        }
        ComponentDocument::Dependency(dependency) => {
            let latency = compile(
                &dependency.latency_ms,
                &format!("{path}/latency_ms"),
                "service.service_time_ms",
                found,
            )?;
            let dependency = Dependency::new(dependency, latency.scale(0.001));
            Some(ComponentKind::Dependency(Box::new(dependency)))
        }
        ComponentDocument::Function(function) => {
            let account = document.topology.as_ref()?.account_instances;
            let function = functions::hold(function, account, &path, found)?;
            Some(ComponentKind::Function(Box::new(function)))
        }
    }
}

/// Says whose pools the nodes of component `index` come from.
fn own_pools(mut scenario: Scenario, index: usize) -> Scenario {
    scenario.spot = scenario.spot.map(|model| {
        Arc::new(SpotModel {
            owner: u32::try_from(index + 1).unwrap_or(u32::MAX),
            ..(*model).clone()
        })
    });
    scenario
}

/// A further service as a scenario of its own, in the surroundings of the whole.
fn scenario(service: &ServiceComponentDocument, document: &ScenarioDocument) -> ScenarioDocument {
    ScenarioDocument {
        service: service.service.clone(),
        autoscaler: service.autoscaler.clone(),
        fleet: FleetDocument {
            backfill: None,
            ..service
                .fleet
                .clone()
                .unwrap_or_else(|| document.fleet.clone())
        },
        shared_control: None,
        right_sizing: None,
        topology: None,
        storage: None,
        sweep: Vec::new(),
        search: None,
        uncertain: Vec::new(),
        // Field by field: the whole has all the other services, too.
        version: document.version,
        name: document.name.clone(),
        description: document.description.clone(),
        traffic: document.traffic.clone(),
        telemetry: document.telemetry.clone(),
        prices: document.prices.clone(),
        edge_cache: document.edge_cache.clone(),
        batch: document.batch.clone(),
        slo: document.slo.clone(),
        run: document.run.clone(),
    }
}

/// Takes over what is wrong with a further service, at its place. What is shared has been judged with the whole; how
/// many requests come, only the whole knows.
fn pass_on<'a>(
    problems: impl Iterator<Item = &'a Problem>,
    path: &str,
    has_fleet: bool,
    found: &mut Found,
) {
    // The commitment has been judged with the whole.
    for problem in problems.filter(|problem| !problem.path.starts_with("/fleet/commitments")) {
        let own = ["/service", "/autoscaler"];
        let is_own = own.iter().any(|section| problem.path.starts_with(section))
            || has_fleet && problem.path.starts_with("/fleet");
        let depends_on_traffic =
            problem.severity == Severity::Warning && problem.path.starts_with("/autoscaler");
        if is_own && !depends_on_traffic {
            found.push(Problem {
                path: format!("{path}{}", problem.path),
                remedy: problem.remedy.clone().map(|remedy| {
                    // How the whole is run is not the component's own.
                    let is_of_whole = remedy.path.starts_with("/run");
                    Box::new(Remedy {
                        path: if is_of_whole {
                            remedy.path.clone()
                        } else {
                            format!("{path}{}", remedy.path)
                        },
                        ..*remedy
                    })
                }),
                ..problem.clone()
            });
        } else if problem.severity == Severity::Error || problem.path.starts_with("/fleet/max") {
            // Its own doing all the same: at the component, in the words of the place where it shows.
            found.push(Problem {
                path: path.to_owned(),
                message: format!("{}: {}", problem.path, problem.message),
                remedy: None,
                ..problem.clone()
            });
        }
    }
}

/// Coefficient of variation of the service time; 0 if it is not sound, which is told elsewhere.
fn cv(service: &ServiceDocument) -> f64 {
    let (limit, mut unheard) = ("service.service_time_ms", Found::default());
    let time = compile(&service.service_time_ms, "", limit, &mut unheard);
    time.map_or(0.0, |time| time.cv())
}

/// What a network does not play, in either plane; whether there is nothing of it.
fn hold_plane(service: &ServiceDocument, plane: PlaneKind, path: &str, found: &mut Found) -> bool {
    // Whatever the service time is.
    let Ok(second) = Distribution::deterministic(1.0) else {
        return true;
    };
    let model = service_model(service, second, Vec::new());
    if let Some(Unsupported { field, what }) = unsupported(&model) {
        found.error(
            format!("{path}/service/{field}"),
            format!("with a topology, there is no {what} yet"),
            "take it out, or take the topology out",
        );
        return false;
    }
    let by_fluid = (plane == PlaneKind::Fluid).then(|| unsupported_by_fluid(&model));
    if let Some(Unsupported { field, what }) = by_fluid.flatten() {
        found.error(
            format!("{path}/service/{field}"),
            format!("the fluid plane does not compute {what} in a topology yet"),
            "set /run/plane to \"requests\", take it out, or take the topology out",
        );
        found.remedy("Play every request", "/run/plane", Some("requests".into()));
        return false;
    }
    // Replicas chosen by load are held to their slots with and without a topology.
    let is_blind = matches!(service.balancing, Balancing::Random | Balancing::RoundRobin);
    if plane == PlaneKind::Fluid
        && is_blind
        && (service.concurrency < FEWEST_SLOTS || cv(service) > MOST_UNEVEN)
    {
        found.error(
            format!("{path}/service/balancing"),
            "the fluid plane does not compute queues at replicas that are chosen at random or in turn, and serve fewer than 4 \
             requests at once or have service times with a cv above 1, in a topology yet",
            "set /run/plane to \"requests\", leave it at its default, or take the topology out",
        );
        found.remedy("Play every request", "/run/plane", Some("requests".into()));
        return false;
    }
    true
}
