//! One replication: one SLO window, one seed. The loop of the picture in the crate's tour.
//!
//! ```text
//!   each tick:  fleet lets pods become ready ─► traffic gives the rate ─► data plane serves
//!               ─► telemetry samples ─► containers above their memory limit are killed
//!               ─► controllers decide ─► fleet is asked ─► pods are sized ─► meters count
//! ```

mod backfill;
mod edge;
mod guards;
mod market;
mod network;
mod part;
mod replay;
mod result;
mod series;
mod served;
mod setup;
mod window;

use crate::control::decision::{DecisionLog, LogFilter};
use crate::cost::node_market::SharedDemand;
use crate::plane::network::StationInterval;
use crate::plane::{DataPlane, Outcome};
use crate::scenario::document::PlaneKind;
use crate::slo::budget::{BudgetMeter, Judged};
use crate::stats::LogHistogram;
use crate::study::ReplicationResult;
use crate::topology::ComponentKind;
use crate::traffic::RandomRate;
use edge::EdgeStage;
use guards::Guards;
use network::Network;
use part::{Part, Passed};
pub use replay::{Replay, ReplayRequest, ReplayTick, replay};
use series::Recorder;
use served::Served;
pub(crate) use setup::service_model;
pub(crate) use setup::ticks_per_point;
pub use setup::{MAX_SERIES_POINTS, Setup};
use window::TickConditions;
pub use window::{
    LatencyBin, MOST_WINDOW_S, WindowCause, WindowCounts, WindowReplay, WindowRequest,
    replay_window,
};

/// The number of the main service in the names of random streams.
const SERVICE: u32 = 0;

/// Simulates one whole replication.
pub fn run(setup: &Setup, seed: u64, replication: u32) -> ReplicationResult {
    let mut simulation = Simulation::new(setup, seed, replication);
    while !simulation.advance(u32::MAX) {}
    simulation.finish()
}

/// A replication under way. It can be advanced in small steps, so that its owner can stop in between.
pub struct Simulation<'a> {
    setup: &'a Setup,
    seed: u64,
    replication: u32,
    tick: u32,
    traffic: RandomRate,
    /// The main service.
    main: Part<'a>,
    /// The others.
    others: Vec<Part<'a>>,
    plane: Plane<'a>,
    /// The cache in front, if there is one.
    edge: Option<EdgeStage<'a>>,
    log: DecisionLog,
    budget: BudgetMeter,
    recorder: Recorder,
    sums: Sums,
    /// Of a single service.
    guards: Guards,
    last: LastTick,
    /// Whether somebody wants to know what each tick gives the data plane, and what the last one gave.
    listens: bool,
    conditions: Option<TickConditions>,
}

/// Who serves the requests.
enum Plane<'a> {
    One(Box<dyn DataPlane + 'a>),
    Network(Box<Served<'a>>),
}

impl Plane<'_> {
    fn drain_latency(&mut self, into: &mut LogHistogram) {
        match self {
            Self::One(plane) => plane.drain_latency(into),
            Self::Network(served) => served.drain_latencies(into),
        }
    }
}

/// What the users saw in the last tick: requests, those that got an outcome, and bad ones of the worst objective.
#[derive(Clone, Copy, Debug, Default)]
struct LastTick {
    arrivals: f64,
    concluded: f64,
    worst: f64,
}

/// What the figures are made of.
#[derive(Clone, Copy, Debug, Default)]
struct Sums {
    arrivals: f64,
    open_at_start: f64,
    served: f64,
    rejected: f64,
    timed_out: f64,
    failed: f64,
    lost: f64,
    latency_s: f64,
    open: f64,
    peak_ready: u32,
}

impl<'a> Simulation<'a> {
    /// A replication at the start of its warm-up.
    pub fn new(setup: &'a Setup, seed: u64, replication: u32) -> Self {
        let scenario = &setup.scenario;
        let document = scenario.document();
        let network = scenario.topology.as_ref().zip(setup.network.as_deref());
        let curve = network
            .and_then(|(topology, network)| network.curves.get(topology.main))
            .unwrap_or_else(|| {
                setup
                    .edge
                    .as_ref()
                    .map_or(&*setup.curve, |edge| &edge.curve)
            });
        let main = Part::new(setup, scenario, curve, seed, replication, SERVICE);
        let mut recent = main.recent_ticks();
        let mut others = Vec::new();
        let mut plane = None;
        if let Some((topology, network)) = network {
            let mut places = vec![topology.main];
            let components = topology.components.iter().zip(&network.curves);
            for (place, (component, curve)) in components.enumerate() {
                if let ComponentKind::Service(service) = &component.kind {
                    let stream = SERVICE + 1 + others.len() as u32;
                    let part = Part::new(setup, service, curve, seed, replication, stream);
                    recent = recent.max(part.recent_ticks());
                    others.push(part);
                    places.push(place);
                }
            }
            let network = Network::new(setup, network, topology, recent, seed, replication);
            plane = network.map(|network| {
                Plane::Network(Box::new(Served::new(setup, topology, network, places)))
            });
        }
        Self {
            setup,
            seed,
            replication,
            tick: 0,
            traffic: RandomRate::new(&document.traffic, seed, replication, SERVICE),
            main,
            others,
            plane: plane.unwrap_or_else(|| {
                let kind = document.run.plane;
                Plane::One(setup.data_plane(kind, recent, seed, replication, SERVICE))
            }),
            edge: setup
                .edge
                .as_ref()
                .map(|edge| EdgeStage::new(edge, seed, replication, SERVICE)),
            log: DecisionLog::off(),
            budget: BudgetMeter::new(setup.tick_s),
            recorder: Recorder::new(setup),
            sums: Sums::default(),
            guards: Guards::new(setup),
            last: LastTick::default(),
            listens: false,
            conditions: None,
        }
    }

    /// Takes down what each tick to come gives the data plane.
    fn listen(&mut self) {
        self.listens = true;
    }

    /// Whether hardly anything waited at the services at the end of the last tick.
    fn is_calm(&self) -> bool {
        self.parts().all(|part| {
            let slots = part.scenario.document().service.concurrency;
            let servers = f64::from(part.measure.ready) * f64::from(slots);
            part.measure.waiting <= 1.0 + 0.1 * servers
        })
    }

    /// The services, the main one first.
    fn parts(&self) -> impl Iterator<Item = &Part<'a>> + Clone {
        core::iter::once(&self.main).chain(&self.others)
    }

    /// Takes down the decisions to come that pass the filter.
    pub fn log_decisions(&mut self, filter: LogFilter) {
        self.log = DecisionLog::on(filter);
        self.main.fleet.log_decisions();
        for part in &mut self.others {
            part.fleet.log_decisions();
        }
    }

    /// Simulates up to `ticks` more ticks; whether the window is over.
    // What a tick passes through is `#[inline]` so that `sim-loop` compiles it for speed; what it rarely does is not.
    #[inline]
    pub fn advance(&mut self, ticks: u32) -> bool {
        let end = self.tick.saturating_add(ticks).min(self.setup.ticks());
        while self.tick < end {
            self.step();
            self.tick += 1;
        }
        self.tick == self.setup.ticks()
    }

    /// Share of the window simulated so far, 0..1.
    pub fn progress(&self) -> f64 {
        f64::from(self.tick) / f64::from(self.setup.ticks().max(1))
    }

    #[inline]
    fn step(&mut self) {
        let setup = self.setup;
        let tick = self.tick;
        let start_s = f64::from(tick) * setup.tick_s;
        if tick == setup.warm_up_ticks {
            self.start_window();
        }
        let rate_rps = self.traffic.next_rps(&setup.curve, tick, setup.tick_s);
        if self.listens {
            self.conditions = Some(TickConditions::default());
        }
        let rate_rps = self.pass_edge(rate_rps);
        let Plane::One(plane) = &mut self.plane else {
            return self.step_network(rate_rps);
        };
        let (log, edge) = (&mut self.log, self.edge.as_mut());
        let interval = self.main.begin(start_s, rate_rps, log);
        if let Some(conditions) = &mut self.conditions {
            conditions.stations = vec![StationInterval {
                interval,
                ..StationInterval::default()
            }];
        }
        let entered = plane.serve(&interval);
        let merged = edge.map(|edge| edge.merge(&entered).users);
        let users = merged.as_ref().unwrap_or(&entered);
        let judged = setup.objectives.judge(users);
        let passed = Passed {
            tick,
            end_s: start_s + setup.tick_s,
            outcome: &entered,
            judged: &judged,
            blamed: &judged,
        };
        let quantile = |q, ticks| plane.recent_quantile(q, ticks);
        self.main.end(&passed, quantile, log);
        if tick >= setup.warm_up_ticks {
            self.guards.count(&[], core::slice::from_ref(&entered));
        }
        self.conclude(rate_rps, users, &entered, &judged);
    }

    /// The rest of a tick of a network of components.
    fn step_network(&mut self, rate_rps: f64) {
        let (setup, log, edge) = (self.setup, &mut self.log, self.edge.as_mut());
        let Plane::Network(served) = &mut self.plane else {
            return;
        };
        let mut parts: Vec<&mut Part<'a>> = core::iter::once(&mut self.main)
            .chain(&mut self.others)
            .collect();
        let (passage, judged) = served.step(setup, &mut parts, self.tick, rate_rps, edge, log);
        if let Some(conditions) = &mut self.conditions {
            conditions.stations = served.given().to_vec();
        }
        self.conclude(rate_rps, &passage.users, &passage.entered, &judged);
    }

    /// Takes down a tick: what the users saw, what of it reached the services, and how it is judged.
    #[inline]
    fn conclude(&mut self, rate_rps: f64, users: &Outcome, entered: &Outcome, judged: &Judged) {
        if let Some(conditions) = &mut self.conditions {
            conditions.rate_rps = rate_rps;
            conditions.outcome = *entered;
        }
        self.last = LastTick {
            arrivals: users.arrivals,
            concluded: judged.concluded,
            worst: judged.worst,
        };
        self.sums.open = users.open_at_end;
        if self.tick >= self.setup.warm_up_ticks {
            let objectives = &self.setup.objectives;
            let bad = judged.bad(objectives);
            self.budget.count(objectives, judged.concluded, bad);
            self.meter(users, entered, judged.worst);
        }
    }

    /// The users' requests come to the edge, if there is one; the rate of those that reach the services.
    #[inline]
    fn pass_edge(&mut self, rate_rps: f64) -> f64 {
        if self.edge.is_none() {
            return rate_rps;
        }
        self.pass_some_edge(rate_rps)
    }

    fn pass_some_edge(&mut self, rate_rps: f64) -> f64 {
        let Some(edge) = &mut self.edge else {
            return rate_rps;
        };
        let (rate_rps, times) = edge.pass(self.setup.tick_s, rate_rps);
        if let Some(times) = times {
            if let Some(conditions) = &mut self.conditions {
                conditions.arrivals = Some(times.to_vec());
            }
            match &mut self.plane {
                Plane::One(plane) => plane.give_arrivals(times),
                Plane::Network(served) => served.give_arrivals(times),
            }
        }
        rate_rps
    }

    /// The tick that has just ended, at `at_s`.
    fn last_tick(&self, at_s: f64) -> ReplayTick {
        let last = &self.last;
        let share = |part: f64, whole: f64| if whole > 0.0 { part / whole } else { 0.0 };
        let (mut waiting, mut in_service, mut servers) = (0.0, 0.0, 0.0);
        let (mut desired, mut ready, mut nodes) = (0, 0, 0);
        for part in self.parts() {
            let slots = part.scenario.document().service.concurrency;
            servers += f64::from(part.measure.ready) * f64::from(slots);
            in_service += part.measure.in_service;
            waiting += part.measure.waiting;
            desired += part.fleet.desired();
            ready += part.measure.ready;
            nodes += part.fleet.paid_nodes();
        }
        ReplayTick {
            at_s,
            arrivals_rps: last.arrivals / self.setup.tick_s,
            waiting,
            busy: share(in_service, servers),
            bad: share(last.worst, last.concluded),
            desired,
            ready,
            nodes,
        }
    }

    /// The warm-up is over: what it left behind is the start, not a part, of the window.
    fn start_window(&mut self) {
        if let Plane::Network(served) = &mut self.plane {
            served.forget_latencies();
        }
        drain(
            &mut self.plane,
            self.edge.as_mut(),
            &mut LogHistogram::new(),
        );
        self.sums.open_at_start = self.sums.open;
        self.main.start_window();
        for part in &mut self.others {
            part.start_window();
        }
    }

    /// What uses the commitment that the services share; `None` for one service, or without a commitment. While nothing
    /// does, the main service bears it.
    #[inline]
    fn shared_demand(&self) -> Option<SharedDemand> {
        if self.others.is_empty() {
            return None;
        }
        let demands = self.parts().map(Part::committable_usd_per_hour);
        Some(SharedDemand {
            list_usd_per_hour: demands.sum::<Option<f64>>()?,
            bears_idle: true,
        })
    }

    #[inline]
    fn meter(&mut self, users: &Outcome, entered: &Outcome, worst: f64) {
        if let Some(edge) = &mut self.edge {
            edge.count(users);
        }
        // Load balancer and egress are those of the users' requests that reach the services: the main service's meter
        // has them.
        let shared = self.shared_demand();
        let answers = entered.served + entered.failed;
        self.main.count_cost(entered.arrivals, answers, shared);
        let mut ready = self.main.measure.ready;
        let mut nodes = self.main.fleet.paid_nodes();
        for part in &mut self.others {
            let shared = shared.map(|shared| SharedDemand {
                bears_idle: false,
                ..shared
            });
            part.count_cost(0.0, 0.0, shared);
            ready += part.measure.ready;
            nodes += part.fleet.paid_nodes();
        }
        let (plane, edge) = (&mut self.plane, &mut self.edge);
        let drain = |into: &mut LogHistogram| drain(plane, edge.as_mut(), into);
        self.recorder
            .tick(users.arrivals, worst, ready, nodes, drain);
        let sums = &mut self.sums;
        sums.arrivals += users.arrivals;
        sums.served += users.served;
        sums.rejected += users.rejected;
        sums.timed_out += users.timed_out;
        sums.failed += users.failed;
        sums.lost += users.lost;
        sums.latency_s += users.latency_sum_s;
        sums.peak_ready = sums.peak_ready.max(ready);
    }
}

/// Moves the users' latencies since the last time into a histogram.
fn drain(plane: &mut Plane<'_>, edge: Option<&mut EdgeStage<'_>>, into: &mut LogHistogram) {
    match edge {
        None => plane.drain_latency(into),
        Some(edge) => {
            let mut services = LogHistogram::new();
            plane.drain_latency(&mut services);
            edge.add_latencies(&services, into);
        }
    }
}

/// The plane that a document asks for, by name.
pub fn plane_name(kind: PlaneKind) -> &'static str {
    match kind {
        PlaneKind::Fluid => "fluid",
        PlaneKind::Requests => "requests",
    }
}
