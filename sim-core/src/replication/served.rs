//! A network of services in a replication, and what is counted of its components and routes.

use super::Setup;
use super::edge::{EdgeStage, Merged, amplified, plus};
use super::guards::Guards;
use super::network::Network;
use super::part::{Part, Passed};
use crate::control::decision::DecisionLog;
use crate::cost::meter::CostMeter;
use crate::functions::meter::{FunctionMeter, FunctionResult};
use crate::plane::Outcome;
use crate::plane::network::{Precision, StationInterval};
use crate::scenario::document::MAIN_SERVICE;
use crate::slo::Cause;
use crate::slo::budget::{Judged, Ledger};
use crate::stats::LogHistogram;
use crate::study::{ComponentResult, NetworkResult, RouteResult};
use crate::topology::{Component, ComponentKind, Topology};

/// A network, and what is counted of its components and routes.
pub(super) struct Served<'a> {
    topology: &'a Topology,
    network: Network<'a>,
    /// Where each service is among the components, the main one first.
    places: Vec<usize>,
    components: Vec<ComponentSums>,
    routes: Vec<RouteSums>,
    pub(super) guards: Guards,
    /// Whether the latencies of each component are taken down at the end only, not at each point of the series: for a first
    /// answer, in which they would be a tenth of the work.
    is_rough: bool,
}

/// An interval of the users' requests.
pub(super) struct Passage {
    /// As the users saw it.
    pub(super) users: Outcome,
    /// What of it reached the services.
    pub(super) entered: Outcome,
}

/// Counts of a component over the window.
struct ComponentSums {
    attempts: f64,
    served: f64,
    latency_s: f64,
    /// Of a dependency; services have their own.
    ledger: Ledger,
    latency: LogHistogram,
    /// Of a function.
    function: FunctionMeter,
}

/// Counts of a route over the window.
struct RouteSums {
    concluded: f64,
    bad: Vec<f64>,
    latency: LogHistogram,
}

impl<'a> Served<'a> {
    pub(super) fn new(
        setup: &Setup,
        topology: &'a Topology,
        network: Network<'a>,
        places: Vec<usize>,
    ) -> Self {
        let component = |_: &_| ComponentSums {
            attempts: 0.0,
            served: 0.0,
            latency_s: 0.0,
            ledger: Ledger::new(&setup.objectives),
            latency: LogHistogram::new(),
            function: FunctionMeter::default(),
        };
        let route = |_: &_| RouteSums {
            concluded: 0.0,
            bad: vec![0.0; setup.objectives.len()],
            latency: LogHistogram::new(),
        };
        Self {
            topology,
            network,
            places,
            components: topology.components.iter().map(component).collect(),
            routes: topology.routes.iter().map(route).collect(),
            guards: Guards::new(setup),
            is_rough: setup.precision() == Precision::Rough,
        }
    }

    /// All services go through a tick; what the users saw, and how it is judged.
    pub(super) fn step(
        &mut self,
        setup: &Setup,
        parts: &mut [&mut Part<'_>],
        tick: u32,
        rate_rps: f64,
        edge: Option<&mut EdgeStage<'_>>,
        log: &mut DecisionLog,
    ) -> (Passage, Judged) {
        let objectives = &setup.objectives;
        let start_s = f64::from(tick) * setup.tick_s;
        for (part, &place) in parts.iter_mut().zip(&self.places) {
            log.set_component(self.name_of(place));
            let interval = part.begin(start_s, 0.0, log);
            if let Some(given) = self.network.given.get_mut(place) {
                given.interval = interval;
            }
        }
        self.network
            .look_at_dependencies(start_s + 0.5 * setup.tick_s);
        let window_s = start_s - f64::from(setup.warm_up_ticks) * setup.tick_s;
        self.network.provision(window_s);
        let entered = self.network.serve(rate_rps);
        self.network.look_at_functions(window_s + setup.tick_s);
        let merged = edge.map(|edge| edge.merge(&entered));
        let users = merged.as_ref().map_or(entered, |merged| merged.users);
        let judged = objectives.judge(&users);
        for (part, &place) in parts.iter_mut().zip(&self.places) {
            log.set_component(self.name_of(place));
            let station = self.network.station(place);
            let seen = Outcome {
                // What arrives at a service are attempts.
                arrivals: station.arrivals + station.retries,
                ..station
            };
            let blamed = self.blamed(place, merged.as_ref());
            let blamed = objectives.judge(&blamed);
            // A service's own controllers burn what it is to blame for, of all that the users asked for.
            let mut burnt = blamed;
            burnt.concluded = judged.concluded;
            let passed = Passed {
                tick,
                end_s: start_s + setup.tick_s,
                outcome: &seen,
                judged: if place == self.topology.main {
                    &judged
                } else {
                    &burnt
                },
                blamed: &blamed,
            };
            let network = &self.network;
            let quantile = |q, ticks| network.recent_quantile(place, q, ticks);
            part.end(&passed, quantile, log);
        }
        if tick >= setup.warm_up_ticks {
            self.count(setup, window_s, merged.as_ref());
        }
        let passage = Passage { users, entered };
        (passage, judged)
    }

    /// The users' bad requests that a component is to blame for; what the edge answered is the main service's.
    fn blamed(&self, place: usize, merged: Option<&Merged>) -> Outcome {
        let blamed = self.network.blamed(place);
        let Some(merged) = merged else {
            return blamed;
        };
        let blamed = amplified(&blamed, merged.per_request);
        if place == self.topology.main {
            plus(blamed, &merged.hits)
        } else {
            blamed
        }
    }

    /// When the users' requests of the next interval arrive.
    pub(super) fn give_arrivals(&mut self, after_s: &[f64]) {
        self.network.give_arrivals(after_s);
    }

    /// What the components were given for the last tick.
    pub(super) fn given(&self) -> &[StationInterval] {
        &self.network.given
    }

    fn name_of(&self, place: usize) -> &'a str {
        let component = self.topology.components.get(place);
        component.map_or(MAIN_SERVICE, |component| &component.name)
    }

    fn count(&mut self, setup: &Setup, window_s: f64, merged: Option<&Merged>) {
        let outcome = &self.network.outcome;
        self.guards.count(&outcome.calls, &outcome.stations);
        let objectives = &setup.objectives;
        let per_request = merged.map_or(1.0, |merged| merged.per_request);
        let components = self.topology.components.iter().zip(&mut self.components);
        for (place, (component, sums)) in components.enumerate() {
            let outcome = self.network.station(place);
            sums.attempts += outcome.arrivals + outcome.retries;
            sums.served += outcome.served;
            sums.latency_s += outcome.latency_sum_s;
            if matches!(component.kind, ComponentKind::Dependency(_)) {
                let blamed = amplified(&self.network.blamed(place), per_request);
                let judged = objectives.judge(&blamed);
                sums.ledger
                    .count_all(judged.bad(objectives), Cause::Dependency);
            }
            if let Some(used) = self.network.outcome.functions.get(place)
                && matches!(component.kind, ComponentKind::Function(_))
            {
                sums.function.tick(used, window_s, setup.tick_s);
                let blamed = amplified(&self.network.blamed(place), per_request);
                let judged = objectives.judge(&blamed);
                sums.ledger
                    .count_function(judged.bad(objectives), blamed.rejected);
            }
        }
        for (entry, sums) in self.network.outcome.entries.iter().zip(&mut self.routes) {
            let judged = objectives.judge(&entry.total);
            sums.concluded += judged.concluded;
            for (sum, bad) in sums.bad.iter_mut().zip(judged.bad(objectives)) {
                *sum += bad.total();
            }
        }
    }

    pub(super) fn forget_latencies(&mut self) {
        let mut nowhere = LogHistogram::new();
        for route in 0..self.routes.len() {
            self.network.drain_latency(route, &mut nowhere);
        }
        for place in 0..self.components.len() {
            self.network.drain_station_latency(place, &mut nowhere);
        }
    }

    /// Moves the users' latencies into a histogram, and takes down those of routes and components.
    pub(super) fn drain_latencies(&mut self, into: &mut LogHistogram) {
        self.guards.close_point();
        for (route, sums) in self.routes.iter_mut().enumerate() {
            let mut latency = LogHistogram::new();
            self.network.drain_latency(route, &mut latency);
            into.merge(&latency);
            sums.latency.merge(&latency);
        }
        if !self.is_rough {
            self.drain_components();
        }
    }

    fn drain_components(&mut self) {
        for (place, sums) in self.components.iter_mut().enumerate() {
            self.network.drain_station_latency(place, &mut sums.latency);
        }
    }

    /// The window is over.
    pub(super) fn finish(&mut self) {
        if self.is_rough {
            self.drain_components();
        }
    }

    /// What dependencies are to blame for.
    pub(super) fn dependencies(&self) -> impl Iterator<Item = &Ledger> + Clone {
        self.components.iter().map(|component| &component.ledger)
    }

    /// What the window yields of functions, by component; `None` where there are none.
    pub(super) fn functions(&self) -> Option<Vec<Option<FunctionResult>>> {
        let components = self.topology.components.iter().zip(&self.components);
        let functions: Vec<Option<FunctionResult>> = components
            .map(|(component, sums)| match &component.kind {
                ComponentKind::Function(function) => Some(sums.function.clone().finish(function)),
                _ => None,
            })
            .collect();
        functions.iter().any(Option::is_some).then_some(functions)
    }

    /// What the window yields of components and routes.
    pub(super) fn result<'p>(
        &self,
        parts: impl Iterator<Item = &'p Part<'p>> + Clone,
        functions: &[Option<FunctionResult>],
    ) -> NetworkResult {
        let components = self.topology.components.iter().zip(&self.components);
        let components = components.enumerate().map(|(place, (component, sums))| {
            let mut services = parts.clone().zip(&self.places);
            let part = services.find(|(_, at)| **at == place).map(|(part, _)| part);
            let cost = parts.clone().next().map(|main| &main.cost);
            let function = functions.get(place).and_then(Option::as_ref);
            let usd_per_month = match (&component.kind, part) {
                (ComponentKind::Dependency(dependency), _) => {
                    let calls = sums.attempts / 1e6 * dependency.usd_per_million_calls;
                    dependency.usd_per_month + cost.map_or(0.0, |cost| cost.per_month(calls))
                }
                (ComponentKind::Function(_), _) => function.map_or(0.0, |f| f.bill.total()),
                (_, Some(part)) => part.cost.per_month(part.nodes_usd()),
                (_, None) => 0.0,
            };
            ComponentResult {
                requests_rps: share(sums.attempts, cost.map_or(0.0, CostMeter::hours) * 3600.0),
                mean_ms: share(sums.latency_s * 1000.0, sums.served),
                p95_ms: p95_ms(&sums.latency),
                mean_replicas: match (part, function) {
                    (Some(part), _) => part.mean_replicas(),
                    (None, Some(function)) => function.mean_instances,
                    (None, None) => 0.0,
                },
                busy: match (part, function) {
                    (Some(part), _) => share(part.sums.in_service_s, part.sums.slot_s),
                    (None, Some(function)) => share(function.mean_running, function.mean_instances),
                    (None, None) => 0.0,
                },
                usd_per_month,
                bad_by_cause: part
                    .map_or(&sums.ledger, |part| &part.ledger)
                    .bad()
                    .to_vec(),
            }
        });
        let routes = self.routes.iter().map(|sums| RouteResult {
            requests: sums.concluded,
            p95_ms: p95_ms(&sums.latency),
            good: sums
                .bad
                .iter()
                .map(|bad| 1.0 - share(*bad, sums.concluded))
                .collect(),
        });
        let is_dependency =
            |component: &Component| matches!(component.kind, ComponentKind::Dependency(_));
        NetworkResult {
            dependencies: self.topology.components.iter().map(is_dependency).collect(),
            components: components.collect(),
            routes: routes.collect(),
        }
    }
}

fn share(part: f64, whole: f64) -> f64 {
    if whole > 0.0 { part / whole } else { 0.0 }
}

fn p95_ms(latency: &LogHistogram) -> f64 {
    latency
        .quantile(0.95)
        .map_or(0.0, |seconds| seconds * 1000.0)
}
