//! A network of services in a replication: the data plane of all of them, and the state of what they depend on.

use super::setup::{Setup, model_of, service_of};
use crate::control::telemetry::{Gaps, gaps};
use crate::functions::provisioning::Provisioning;
use crate::plane::network::{
    Entry, FluidNetwork, NetworkOutcome, NetworkPlane, NetworkTables, Precision, RequestsNetwork,
    Station, StationInterval,
};
use crate::plane::{Interval, Outcome, ServiceModel};
use crate::random::{Purpose, StreamKey};
use crate::scenario::Scenario;
use crate::scenario::document::PlaneKind;
use crate::slo::budget;
use crate::stats::LogHistogram;
use crate::topology::{ComponentKind, Dependency, Topology};
use crate::traffic::RateCurve;
use std::sync::Arc;

/// What all replications of a design with a topology share.
#[derive(Debug)]
pub(super) struct NetworkSetup {
    stations: Vec<Station>,
    entries: Vec<Entry>,
    thresholds_s: Vec<f64>,
    pub(super) precision: Precision,
    /// Only where the plane is fluid.
    tables: Option<Arc<NetworkTables>>,
    /// The expected rate at each component.
    pub(super) curves: Vec<RateCurve>,
}

impl NetworkSetup {
    /// What it has in common with `like` is shared. `None` if the network cannot be computed, which checking has made
    /// sure of.
    pub(super) fn new(
        topology: &Topology,
        scenario: &Scenario,
        curve: &RateCurve,
        precision: Precision,
        like: Option<&Self>,
    ) -> Option<Self> {
        let document = scenario.document();
        let thresholds_s = budget::thresholds_s(&document.slo);
        let components = topology.components.iter();
        let stations: Vec<Station> = components
            .map(|component| Station {
                service: match &component.kind {
                    ComponentKind::Main => waking(model_of(scenario), scenario),
                    ComponentKind::Service(service) => {
                        waking(service_of(service, Vec::new()), service)
                    }
                    ComponentKind::Dependency(dependency) => dependency.model.clone(),
                    ComponentKind::Function(function) => function.service.clone(),
                },
                function: match &component.kind {
                    ComponentKind::Function(function) => Some(function.model.clone()),
                    _ => None,
                },
                calls: component.calls.clone(),
            })
            .collect();
        let entries: Vec<Entry> = topology.routes.iter().map(|route| route.entry).collect();
        let is_same = like.is_some_and(|like| {
            (&like.stations, &like.entries, &like.thresholds_s)
                == (&stations, &entries, &thresholds_s)
                && like.precision == precision
        });
        let former = like.and_then(|like| like.tables.as_ref());
        let tables = match (document.run.plane, former) {
            (PlaneKind::Requests, _) => None,
            (PlaneKind::Fluid, Some(tables)) if is_same => Some(Arc::clone(tables)),
            (PlaneKind::Fluid, former) => {
                let former = former.map(|former| &**former);
                let tables =
                    NetworkTables::like(&stations, &entries, &thresholds_s, precision, former);
                Some(Arc::new(tables.ok()?))
            }
        };
        Some(Self {
            stations,
            entries,
            thresholds_s,
            precision,
            tables,
            curves: topology
                .components
                .iter()
                .map(|component| curve.scaled(component.visits))
                .collect(),
        })
    }

    /// The plane that plays requests, whatever the scenario's is; `None` if it cannot.
    pub(super) fn played(&self, seed: u64, replication: u32) -> Option<RequestsNetwork> {
        RequestsNetwork::new(
            &self.stations,
            &self.entries,
            &self.thresholds_s,
            0,
            seed,
            replication,
        )
        .ok()
    }
}

/// The data plane of a network, and the conditions of its stations.
pub(super) struct Network<'a> {
    plane: Box<dyn NetworkPlane + 'a>,
    pub(super) given: Vec<StationInterval>,
    pub(super) outcome: NetworkOutcome,
    dependencies: Vec<(usize, State<'a>)>,
    /// Where functions are, and how many of their instances are provisioned.
    functions: Vec<(usize, Provisioning)>,
}

/// What becomes of a dependency at random.
struct State<'a> {
    dependency: &'a Dependency,
    outages: Option<Gaps>,
    brown_outs: Option<Gaps>,
    /// The window's start, seconds.
    window_s: f64,
}

impl<'a> Network<'a> {
    /// A network at the start of the warm-up; `None` if it cannot be computed.
    pub(super) fn new(
        setup: &'a Setup,
        network: &'a NetworkSetup,
        topology: &'a Topology,
        recent_intervals: u32,
        seed: u64,
        replication: u32,
    ) -> Option<Self> {
        let plane: Box<dyn NetworkPlane + 'a> = match &network.tables {
            Some(tables) => Box::new(FluidNetwork::new(
                tables,
                recent_intervals,
                seed,
                replication,
            )),
            None => Box::new(
                RequestsNetwork::new(
                    &network.stations,
                    &network.entries,
                    &network.thresholds_s,
                    recent_intervals,
                    seed,
                    replication,
                )
                .ok()?,
            ),
        };
        let dependencies = (0..)
            .zip(&topology.components)
            .filter_map(|(index, component)| {
                let ComponentKind::Dependency(dependency) = &component.kind else {
                    return None;
                };
                let rng = |purpose| {
                    StreamKey {
                        seed,
                        replication,
                        component: index,
                        purpose,
                    }
                    .rng()
                };
                let outages = dependency.outages.as_ref().map(|outages| {
                    gaps(
                        outages.mean_hours_between,
                        outages.mean_duration_minutes,
                        rng(Purpose::Dependencies),
                    )
                });
                let brown_outs = dependency.brown_outs.as_ref().map(|brown_outs| {
                    gaps(
                        brown_outs.mean_hours_between,
                        brown_outs.mean_duration_minutes,
                        rng(Purpose::BrownOuts),
                    )
                });
                let state = State {
                    dependency,
                    outages,
                    brown_outs,
                    window_s: f64::from(setup.warm_up_ticks) * setup.tick_s,
                };
                Some((index as usize, state))
            });
        let functions = topology.components.iter().enumerate();
        let functions = functions.filter_map(|(index, component)| match &component.kind {
            ComponentKind::Function(function) => {
                let rule = function.provisioned.as_ref();
                Some((index, Provisioning::new(rule, setup.tick_s)))
            }
            _ => None,
        });
        Some(Self {
            plane,
            given: topology
                .components
                .iter()
                .map(|_| StationInterval {
                    interval: Interval {
                        length_s: setup.tick_s,
                        ..Interval::default()
                    },
                    ..StationInterval::default()
                })
                .collect(),
            outcome: NetworkOutcome::default(),
            dependencies: dependencies.collect(),
            functions: functions.collect(),
        })
    }

    /// What is up, and how fast, in a tick of which `middle_s` is the middle.
    pub(super) fn look_at_dependencies(&mut self, middle_s: f64) {
        for (index, state) in &mut self.dependencies {
            let Some(given) = self.given.get_mut(*index) else {
                continue;
            };
            let is_in = |gaps: &mut Option<Gaps>| {
                gaps.as_mut().is_some_and(|gaps| gaps.is_missing(middle_s))
            };
            given.interval.servers = state.dependency.connections;
            given.interval.queue_limit = state.dependency.queue_limit;
            given.down = is_in(&mut state.outages);
            let slow = is_in(&mut state.brown_outs);
            let slowdown = state
                .dependency
                .brown_outs
                .as_ref()
                .map(|brown| brown.slowdown);
            given.time_factor = slowdown.filter(|_| slow).unwrap_or(1.0);
            let hours = (middle_s - state.window_s) / 3600.0;
            for trouble in &state.dependency.scheduled {
                let since = hours - trouble.start_hour;
                if since < 0.0 || since >= trouble.duration_minutes / 60.0 {
                    continue;
                }
                match trouble.slowdown {
                    Some(slowdown) => given.time_factor = given.time_factor.max(slowdown),
                    None => given.down = true,
                }
            }
        }
    }

    /// How many instances of functions are provisioned in a tick that begins `start_s` after the start of the window.
    pub(super) fn provision(&mut self, start_s: f64) {
        for (index, provisioning) in &mut self.functions {
            if let Some(given) = self.given.get_mut(*index) {
                given.interval.servers = provisioning.instances(start_s);
            }
        }
    }

    /// What functions used in a tick that ends at `end_s`: those who provision look at it.
    pub(super) fn look_at_functions(&mut self, end_s: f64) {
        for (index, provisioning) in &mut self.functions {
            if let Some(used) = self.outcome.functions.get(*index) {
                provisioning.observe(used, end_s);
            }
        }
    }

    /// When the users' requests of the next interval arrive.
    pub(super) fn give_arrivals(&mut self, after_s: &[f64]) {
        self.plane.give_arrivals(after_s);
    }

    /// Serves a tick; what the users of all routes saw.
    pub(super) fn serve(&mut self, rate_rps: f64) -> Outcome {
        self.plane.serve(rate_rps, &self.given, &mut self.outcome);
        let mut users = Outcome::default();
        for entry in &self.outcome.entries {
            add(&mut users, &entry.total);
        }
        users
    }

    /// The users' bad requests that a component is to blame for.
    pub(super) fn blamed(&self, index: usize) -> Outcome {
        let mut sum = Outcome::default();
        for entry in &self.outcome.entries {
            if let Some(blamed) = entry.blamed.get(index) {
                add(&mut sum, blamed);
            }
        }
        sum
    }

    /// What a component did in the last tick.
    pub(super) fn station(&self, index: usize) -> Outcome {
        self.outcome
            .stations
            .get(index)
            .copied()
            .unwrap_or_default()
    }

    /// Latency quantile of what a component answered in the last ticks.
    pub(super) fn recent_quantile(&self, index: usize, q: f64, ticks: u32) -> Option<f64> {
        self.plane.recent_quantile(index, q, ticks)
    }

    /// Moves the users' latencies into a histogram each, by route.
    pub(super) fn drain_latency(&mut self, route: usize, into: &mut LogHistogram) {
        self.plane.drain_latency(route, into);
    }

    /// Moves a component's latencies into a histogram.
    pub(super) fn drain_station_latency(&mut self, index: usize, into: &mut LogHistogram) {
        self.plane.drain_station_latency(index, into);
    }
}

/// A service of a network, which calls may have to wake.
fn waking(model: ServiceModel, scenario: &Scenario) -> ServiceModel {
    ServiceModel {
        may_sleep: scenario.document().autoscaler.bounds().0 == 0,
        ..model
    }
}

/// Adds the counts of another outcome.
pub(super) fn add(sum: &mut Outcome, other: &Outcome) {
    sum.arrivals += other.arrivals;
    sum.retries += other.retries;
    sum.served += other.served;
    sum.rejected += other.rejected;
    sum.dropped += other.dropped;
    sum.throttled += other.throttled;
    sum.refused += other.refused;
    sum.timed_out += other.timed_out;
    sum.timed_out_in_service += other.timed_out_in_service;
    sum.failed += other.failed;
    sum.lost += other.lost;
    for k in 0..sum.slow.len() {
        sum.slow[k] += other.slow[k];
        sum.slow_in_service[k] += other.slow_in_service[k];
    }
    sum.latency_sum_s += other.latency_sum_s;
    sum.waiting_at_end += other.waiting_at_end;
    sum.open_at_end += other.open_at_end;
}
