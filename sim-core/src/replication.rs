//! One replication: one SLO window, one seed. The loop of the picture in the crate's tour.
//!
//! ```text
//!   each tick:  fleet lets pods become ready ─► traffic gives the rate ─► data plane serves
//!               ─► telemetry samples ─► containers above their memory limit are killed
//!               ─► controllers decide ─► fleet is asked ─► pods are sized ─► meters count
//! ```

mod replay;
mod series;
mod setup;

use crate::control::arbitration::Controllers;
use crate::control::controller::{LatencyWanted, Surroundings, View};
use crate::control::decision::{DecisionLog, LogFilter};
use crate::control::right_sizing::{RightSizing, SizingView};
use crate::control::telemetry::{Latencies, Telemetry, TickMeasure};
use crate::cost::meter::CostMeter;
use crate::cost::node_market::{MarketTick, NodeBill};
use crate::fleet::Fleet;
use crate::fleet::memory::{Memory, MemoryUse};
use crate::plane::{DataPlane, Interval, Outcome};
use crate::random::{Purpose, StreamKey};
use crate::scenario::document::PlaneKind;
use crate::slo::Cause;
use crate::slo::attribution::{Attribution, Capacity};
use crate::slo::budget::BudgetMeter;
use crate::storage::{self, StorageResult};
use crate::study::{FIGURES, Figure, NodeMarketResult, ReplicationResult};
use crate::traffic::RandomRate;
pub use replay::{Replay, ReplayRequest, ReplayTick, replay};
use series::Recorder;
pub use setup::{MAX_SERIES_POINTS, Setup};

/// The number of the one service in the names of random streams.
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
    fleet: Fleet,
    memory: Option<Memory>,
    right_sizing: Option<RightSizing>,
    /// Replicas killed for memory at the end of the last tick.
    killed: u32,
    plane: Box<dyn DataPlane + 'a>,
    telemetry: Telemetry,
    controllers: Controllers,
    latency_wanted: LatencyWanted,
    log: DecisionLog,
    attribution: Attribution,
    budget: BudgetMeter,
    cost: CostMeter,
    recorder: Recorder,
    sums: Sums,
    /// Spot nodes reclaimed when the window started, by pool.
    reclaimed_at_start: Vec<u32>,
    /// What the last tick measured, and its outcome.
    last: (TickMeasure, Outcome),
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
    cpu_s: f64,
    ready_ticks: f64,
    requested_millicore_ticks: f64,
    oom_kills: f64,
    pressure_ticks: f64,
    pods_resized: f64,
    peak_ready: u32,
    scale_events: u32,
    direction_flips: u32,
    conflicts_at_start: u32,
    /// Requests that ended with reclaimed nodes.
    lost_to_reclaims: f64,
    retries: f64,
    /// +1 or −1: the direction of the last change of replicas.
    last_direction: i8,
}

impl<'a> Simulation<'a> {
    /// A replication at the start of its warm-up.
    pub fn new(setup: &'a Setup, seed: u64, replication: u32) -> Self {
        let document = setup.scenario.document();
        let controllers = Controllers::new(Surroundings {
            document,
            curve: &setup.curve,
            tick_s: setup.tick_s,
            warm_up_ticks: setup.warm_up_ticks,
            mean_service_s: setup.scenario.service_time_s.mean(),
        });
        let replicas = controllers.initial_replicas();
        let gaps = StreamKey {
            seed,
            replication,
            component: SERVICE,
            purpose: Purpose::TelemetryGaps,
        };
        let telemetry = Telemetry::new(&document.telemetry, setup.tick_s, gaps.rng());
        let mut fleet = Fleet::new(&setup.scenario, replicas, seed, replication, SERVICE);
        let memory = Memory::new(&document.service);
        if let Some(memory) = &memory {
            let key = StreamKey {
                seed,
                replication,
                component: SERVICE,
                purpose: Purpose::ReplicaAges,
            };
            memory.spread_ages(&mut fleet, &mut key.rng());
        }
        Self {
            setup,
            seed,
            replication,
            tick: 0,
            traffic: RandomRate::new(&document.traffic, seed, replication, SERVICE),
            fleet,
            memory,
            right_sizing: RightSizing::new(document, setup.tick_s),
            killed: 0,
            plane: setup.data_plane(
                document.run.plane,
                telemetry.window_ticks(),
                seed,
                replication,
                SERVICE,
            ),
            telemetry,
            attribution: Attribution::new(controllers.reaction_ticks()),
            latency_wanted: controllers.latency_wanted(),
            controllers,
            log: DecisionLog::off(),
            budget: BudgetMeter::new(&setup.objectives, setup.tick_s),
            cost: CostMeter::new(&setup.scenario, setup.tick_s),
            recorder: Recorder::new(setup),
            sums: Sums::default(),
            reclaimed_at_start: Vec::new(),
            last: Default::default(),
        }
    }

    /// Takes down the decisions to come that pass the filter.
    pub fn log_decisions(&mut self, filter: LogFilter) {
        self.log = DecisionLog::on(filter);
        self.fleet.log_decisions();
    }

    /// Simulates up to `ticks` more ticks; whether the window is over.
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

    fn step(&mut self) {
        let setup = self.setup;
        let tick_s = setup.tick_s;
        let start_s = f64::from(self.tick) * tick_s;
        let end_s = start_s + tick_s;
        if self.tick == setup.warm_up_ticks {
            self.start_window();
        }
        self.fleet.advance(start_s + 0.5 * tick_s);
        self.log_nodes();
        // They are taken from the replicas of the tick before.
        let reclaimed = self.fleet.take_killed().min(self.last.0.ready);
        let ready = self.fleet.ready();
        let missing = Missing {
            pods: self.fleet.desired().saturating_sub(ready),
            restarting: self.fleet.not_ready_after_restart(),
            evicted: self.fleet.not_ready_after_eviction(),
        };
        let interval = Interval {
            length_s: tick_s,
            rate_rps: self.traffic.next_rps(&setup.curve, self.tick, tick_s),
            servers: ready.saturating_mul(setup.concurrency),
            queue_limit: ready.saturating_mul(setup.queue_limit_per_replica),
            buffer_limit: setup.buffer_limit,
            killed_replicas: self.killed.saturating_add(reclaimed),
        };
        let outcome = self.plane.serve(&interval);
        self.sums.open = outcome.open_at_end;
        let judged = setup.objectives.judge(&outcome);
        let in_flight = self.in_flight(&outcome, ready);
        let used = self.memory.map_or_else(MemoryUse::default, |m| {
            m.look(&self.fleet, in_flight, end_s)
        });
        let measure = TickMeasure {
            arrivals: outcome.arrivals,
            cpu_s: outcome.busy_server_s * setup.cpu_per_busy_second,
            waiting: outcome.waiting_at_end,
            in_service: outcome.in_service_s / tick_s,
            ready,
            requested_millicores: requested_millicores(&self.fleet),
            memory_mib: used.total_mib,
            concluded: judged.concluded,
            budget_burnt: judged.budget_burnt,
        };
        self.last = (measure, outcome);
        self.observe(end_s, measure);
        let lost_to = if reclaimed > self.killed {
            Cause::Eviction
        } else if self.killed > 0 {
            Cause::OutOfMemory
        } else {
            // To the client, a replica that is gone is a broken connection.
            Cause::ServiceError
        };
        self.fleet.advance_nodes(end_s);
        self.log_nodes();
        self.kill(&used, in_flight, end_s);
        let before = self.fleet.desired();
        self.log
            .set_time(end_s - f64::from(setup.warm_up_ticks) * tick_s);
        let view = View {
            now_s: end_s,
            tick: self.tick,
            current: before,
            fleet: &self.fleet,
            telemetry: &self.telemetry,
            measure: &measure,
        };
        let decision = self.controllers.decide(view, &mut self.log);
        let unseen = self.telemetry.is_missing() && self.controllers.goes_by_telemetry();
        let capacity = missing.capacity(decision.at_maximum, self.fleet.is_out_of_nodes(), unseen);
        if decision.replicas != before {
            self.fleet.set_desired(decision.replicas, end_s);
        }
        let resized = self.size_pods(&measure, in_flight, end_s);
        if self.tick >= setup.warm_up_ticks {
            self.count_scaling(before, decision.replicas);
            let scaled_up = decision.replicas > before;
            self.sums.oom_kills += f64::from(self.killed);
            self.sums.pressure_ticks += f64::from(used.under_pressure);
            self.sums.pods_resized += f64::from(resized);
            let objectives = &self.setup.objectives;
            let bad = judged.bad(objectives);
            self.budget
                .count(objectives, judged.concluded, bad, lost_to);
            self.attribution
                .tick(capacity, scaled_up, bad, &mut self.budget);
            if lost_to == Cause::Eviction {
                self.sums.lost_to_reclaims += outcome.lost;
            }
            self.meter(&outcome, judged.worst, &measure);
        }
    }

    /// Requests per ready replica, in service or waiting there.
    fn in_flight(&self, outcome: &Outcome, ready: u32) -> f64 {
        if ready == 0 {
            return 0.0;
        }
        let room = f64::from(ready) * f64::from(self.setup.queue_limit_per_replica);
        let waiting = outcome.waiting_at_end.min(room);
        (outcome.in_service_s / self.setup.tick_s + waiting) / f64::from(ready)
    }

    /// Kills the containers that are above their memory limit at the end of a tick.
    fn kill(&mut self, used: &MemoryUse, in_flight: f64, now_s: f64) {
        self.killed = 0;
        let Some(memory) = self.memory.filter(|_| used.above_limit > 0) else {
            return;
        };
        let right_sizing = &mut self.right_sizing;
        self.killed = self.fleet.restart_ready(u32::MAX, now_s, |pod| {
            let kill = memory.kills(pod, in_flight, now_s);
            if let Some(right_sizing) = right_sizing.as_mut().filter(|_| kill) {
                right_sizing.killed(pod, now_s);
            }
            kill
        });
    }

    /// Lets the Vertical Pod Autoscaler act; how many pods it evicted or resized.
    fn size_pods(&mut self, measure: &TickMeasure, in_flight: f64, now_s: f64) -> u32 {
        let Some(right_sizing) = &mut self.right_sizing else {
            return 0;
        };
        let view = SizingView {
            now_s,
            tick: self.tick,
            cpu_s: measure.cpu_s,
            pod_s: f64::from(measure.ready) * self.setup.tick_s,
            in_flight,
        };
        right_sizing.tick(&view, &mut self.fleet, &mut self.log)
    }

    /// Decisions about nodes come with their own times, between the ticks.
    fn log_nodes(&mut self) {
        let warm_up_s = f64::from(self.setup.warm_up_ticks) * self.setup.tick_s;
        for decision in self.fleet.take_decisions() {
            self.log.set_time(decision.at_s - warm_up_s);
            self.log.record(|| decision);
        }
    }

    /// The tick that has just ended, at `at_s`.
    fn last_tick(&self, at_s: f64) -> ReplayTick {
        let (measure, outcome) = (&self.last.0, &self.last.1);
        let servers = f64::from(measure.ready) * f64::from(self.setup.concurrency);
        let share = |part: f64, whole: f64| if whole > 0.0 { part / whole } else { 0.0 };
        let judged = self.setup.objectives.judge(outcome);
        ReplayTick {
            at_s,
            arrivals_rps: measure.arrivals / self.setup.tick_s,
            waiting: measure.waiting,
            busy: share(measure.in_service, servers),
            bad: share(judged.worst, judged.concluded),
            desired: self.fleet.desired(),
            ready: measure.ready,
            nodes: self.fleet.paid_nodes(),
        }
    }

    fn observe(&mut self, end_s: f64, measure: TickMeasure) {
        let window_ticks = self.telemetry.window_ticks();
        let (plane, wanted) = (&self.plane, self.latency_wanted);
        let latencies = || {
            let quantile = |wanted: bool, q: f64| {
                if wanted {
                    plane.recent_quantile(q, window_ticks)
                } else {
                    None
                }
            };
            Latencies {
                p95_s: quantile(wanted.p95, 0.95),
                p99_s: quantile(wanted.p99, 0.99),
            }
        };
        self.telemetry.observe(self.tick, end_s, measure, latencies);
    }

    /// The warm-up is over: what it left behind is the start, not a part, of the window.
    fn start_window(&mut self) {
        self.plane
            .drain_latency(&mut crate::stats::LogHistogram::new());
        self.sums.open_at_start = self.sums.open;
        self.sums.conflicts_at_start = self.controllers.conflicts();
        self.reclaimed_at_start = self.fleet.reclaimed_nodes().to_vec();
    }

    fn count_scaling(&mut self, before: u32, after: u32) {
        if after == before {
            return;
        }
        let direction = if after > before { 1 } else { -1 };
        self.sums.scale_events += 1;
        self.sums.direction_flips += u32::from(self.sums.last_direction == -direction);
        self.sums.last_direction = direction;
    }

    fn meter(&mut self, outcome: &Outcome, worst: f64, measure: &TickMeasure) {
        let ready = measure.ready;
        let nodes = self.fleet.paid_nodes();
        let market = self.market_tick();
        self.cost.tick(
            self.fleet.paid_nodes_by_type(),
            market,
            outcome.arrivals,
            outcome.served + outcome.failed,
        );
        self.recorder
            .tick(outcome.arrivals, worst, ready, nodes, &mut *self.plane);
        let sums = &mut self.sums;
        sums.arrivals += outcome.arrivals;
        sums.served += outcome.served;
        sums.rejected += outcome.rejected;
        sums.timed_out += outcome.timed_out;
        sums.failed += outcome.failed;
        sums.lost += outcome.lost;
        sums.retries += outcome.retries;
        sums.latency_s += outcome.latency_sum_s;
        sums.cpu_s += measure.cpu_s;
        sums.ready_ticks += f64::from(ready);
        sums.requested_millicore_ticks += measure.requested_millicores;
        sums.peak_ready = sums.peak_ready.max(ready);
    }

    /// What the spot nodes of a tick cost, at the prices of its start.
    fn market_tick(&self) -> MarketTick {
        let Some(spot) = &self.setup.scenario.spot else {
            return MarketTick::default();
        };
        let now_s = f64::from(self.tick) * self.setup.tick_s;
        let counts = self.fleet.paid_nodes_by_type().iter().skip(1);
        let spot_usd_per_hour = counts
            .take(spot.pools.len())
            .enumerate()
            .map(|(pool, count)| f64::from(*count) * self.fleet.spot_usd_per_hour(pool, now_s))
            .sum();
        MarketTick {
            spot_usd_per_hour,
            fallback_nodes: self.fleet.fallback_nodes(),
        }
    }

    /// Spot nodes and commitments over the window.
    fn node_market(&self, bill: &NodeBill) -> NodeMarketResult {
        let before = self.reclaimed_at_start.iter().copied();
        let reclaimed = self.fleet.reclaimed_nodes().iter();
        NodeMarketResult {
            usd_per_month: bill.market_usd.map(|usd| self.cost.per_month(usd)),
            all_on_demand_usd_per_month: self.cost.per_month(bill.all_on_demand_usd),
            reclaimed: reclaimed
                .zip(before.chain(core::iter::repeat(0)))
                .map(|(now, before)| now.saturating_sub(before))
                .collect(),
            pool_hours: bill.pool_hours.clone(),
            on_demand_hours: bill.on_demand_hours,
            fallback_hours: bill.fallback_hours,
            lost: self.sums.lost_to_reclaims,
            retries_per_request: if self.sums.arrivals > 0.0 {
                self.sums.retries / self.sums.arrivals
            } else {
                0.0
            },
            used: bill.used.clone(),
        }
    }

    /// The result of the window.
    pub fn finish(mut self) -> ReplicationResult {
        self.attribution.finish(&mut self.budget);
        self.budget.finish(&self.setup.objectives);
        let bill = self.cost.finish_nodes();
        let node_market = bill.as_ref().map(|bill| self.node_market(bill));
        let (series, latency) = self.recorder.finish(&mut *self.plane);
        let usd = self.cost.finish(bill.as_ref());
        let setup = self.setup;
        let storage = setup
            .storage
            .as_ref()
            .map(|storage| storage::run::run(storage, self.seed, self.replication));
        let market_usd = bill
            .as_ref()
            .map_or(0.0, |bill| bill.market_usd.iter().sum());
        let serving_usd: f64 = usd.iter().sum::<f64>() + market_usd;
        let storage_per_month = storage
            .as_ref()
            .map_or(0.0, StorageResult::total_usd_per_month);
        let total_usd = serving_usd + self.cost.of_month(storage_per_month);
        let sums = &self.sums;
        let window_ticks = f64::from(setup.window_ticks);
        let window_hours = window_ticks * setup.tick_s / 3600.0;
        let share = |part: f64, whole: f64| if whole > 0.0 { part / whole } else { 0.0 };
        let quantile_ms = |q: f64| latency.quantile(q).map_or(0.0, |seconds| seconds * 1000.0);
        let node_core_hours = self.cost.node_hours_times(
            |kind| f64::from(kind.vcpus_millicores) / 1000.0,
            &setup.scenario.node_types,
        );
        let requested_core_hours = sums.requested_millicore_ticks / 1000.0 * setup.tick_s / 3600.0;
        let figures = FIGURES.map(|info| match info.figure {
            Figure::CostPerMonth => self.cost.per_month(serving_usd) + storage_per_month,
            Figure::CostPerMillionRequests => share(total_usd * 1e6, sums.arrivals),
            Figure::Requests => sums.arrivals,
            Figure::MeanLatency => share(sums.latency_s * 1000.0, sums.served),
            Figure::P50Latency => quantile_ms(0.50),
            Figure::P95Latency => quantile_ms(0.95),
            Figure::P99Latency => quantile_ms(0.99),
            Figure::MeanReplicas => sums.ready_ticks / window_ticks,
            Figure::PeakReplicas => f64::from(sums.peak_ready),
            Figure::NodeHours => self.cost.node_hours(),
            Figure::CpuUtilization => 100.0 * share(sums.cpu_s / 3600.0, requested_core_hours),
            Figure::NodeAllocation => 100.0 * share(requested_core_hours, node_core_hours),
            Figure::ScaleEventsPerHour => f64::from(sums.scale_events) / window_hours,
            Figure::DirectionFlipsPerHour => f64::from(sums.direction_flips) / window_hours,
            Figure::ConflictsPerHour => {
                let conflicts = self.controllers.conflicts() - sums.conflicts_at_start;
                f64::from(conflicts) / window_hours
            }
            Figure::ViolationMinutes => self.budget.violation_minutes(),
            Figure::WorstHourlyBurnRate => self.budget.worst_hourly_burn(),
            Figure::InFlightAtEnd => sums.open,
            Figure::OomKills => sums.oom_kills,
            Figure::MemoryPressure => 100.0 * share(sums.pressure_ticks, sums.ready_ticks),
            Figure::PodsResized => sums.pods_resized,
        });
        ReplicationResult {
            figures,
            cost_per_month: usd.map(|usd| self.cost.per_month(usd)),
            objectives: self.budget.results(&setup.objectives),
            fates: [
                sums.served,
                sums.rejected,
                sums.timed_out,
                sums.failed,
                sums.lost,
            ],
            open_at_start: sums.open_at_start,
            right_sizing: self
                .right_sizing
                .as_ref()
                .and_then(|vpa| vpa.recommended(self.fleet.pod_request())),
            series,
            storage,
            node_market,
        }
    }
}

/// Replicas that were asked for and did not serve in a tick, and why.
#[derive(Clone, Copy, Debug)]
struct Missing {
    pods: u32,
    restarting: u32,
    evicted: u32,
}

impl Missing {
    /// The state of capacity; when pods are missing for several reasons, that of most of them.
    fn capacity(self, at_maximum: bool, out_of_nodes: bool, unseen: bool) -> Capacity {
        let others = self
            .pods
            .saturating_sub(self.restarting.saturating_add(self.evicted));
        if out_of_nodes {
            Capacity::OutOfNodes
        } else if self.pods == 0 && at_maximum {
            Capacity::AtMaximum
        } else if self.pods == 0 && unseen {
            Capacity::Unseen
        } else if self.pods == 0 {
            Capacity::Ready
        } else if self.restarting >= self.evicted && self.restarting >= others.max(1) {
            Capacity::Restarting
        } else if self.evicted >= others.max(1) {
            Capacity::Evicted
        } else {
            Capacity::OnItsWay
        }
    }
}

/// CPU that the ready pods request together.
fn requested_millicores(fleet: &Fleet) -> f64 {
    let sizes = fleet.pod_ages().ready_by_size().iter();
    sizes
        .map(|(size, count)| f64::from(size.millicores) * f64::from(*count))
        .sum()
}

/// The plane that a document asks for, by name.
pub fn plane_name(kind: PlaneKind) -> &'static str {
    match kind {
        PlaneKind::Fluid => "fluid",
        PlaneKind::Requests => "requests",
    }
}
