//! One service in a replication: its pods and their nodes, what its controllers see, and what they decide.

use super::backfill::BackfillQueue;
use super::setup::Setup;
use crate::control::arbitration::Controllers;
use crate::control::controller::{LatencyWanted, Surroundings, View};
use crate::control::decision::DecisionLog;
use crate::control::right_sizing::{RightSizing, SizingView};
use crate::control::telemetry::{self, Latencies, Telemetry, TickMeasure};
use crate::cost::meter::CostMeter;
use crate::cost::node_market::{MarketTick, NodeBill, SharedDemand};
use crate::fleet::Fleet;
use crate::fleet::memory::{Memory, MemoryUse};
use crate::fleet::spot::SpotModel;
use crate::plane::{Interval, Outcome};
use crate::random::{Purpose, StreamKey};
use crate::scenario::Scenario;
use crate::scenario::document::Removal;
use crate::slo::Cause;
use crate::slo::attribution::{Attribution, Capacity};
use crate::slo::budget::{Judged, Ledger};
use crate::study::BackfillResult;
use crate::traffic::RateCurve;
use sim_planes::bounds::Bounds;

/// A service.
pub(super) struct Part<'a> {
    setup: &'a Setup,
    pub(super) scenario: &'a Scenario,
    /// CPU-seconds used per second of a busy server.
    cpu_per_busy_second: f64,
    pub(super) fleet: Fleet,
    memory: Option<Memory>,
    /// Batch work on what its nodes have left.
    backfill: Option<BackfillQueue>,
    pub(super) right_sizing: Option<RightSizing>,
    /// Replicas killed for memory at the end of the last tick.
    killed: u32,
    /// Whether nothing but a reclaimed node ends a request with its replica, memory aside.
    loses_to_reclaims_only: bool,
    /// Of the tick's replicas, those that ended with reclaimed nodes before it.
    reclaimed: u32,
    /// Spot nodes reclaimed when the window started, by pool.
    reclaimed_at_start: Vec<u32>,
    /// Start of the tick.
    start_s: f64,
    telemetry: Telemetry,
    pub(super) controllers: Controllers,
    latency_wanted: LatencyWanted,
    attribution: Attribution,
    pub(super) ledger: Ledger,
    pub(super) cost: CostMeter,
    /// After the window, where nodes are not all paid for on demand.
    pub(super) bill: Option<NodeBill>,
    pub(super) sums: Sums,
    missing: Missing,
    ready: u32,
    /// What the last tick measured.
    pub(super) measure: TickMeasure,
}

/// What the figures of a service are made of.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Sums {
    pub(super) cpu_s: f64,
    pub(super) in_service_s: f64,
    pub(super) slot_s: f64,
    pub(super) ready_ticks: f64,
    pub(super) requested_millicore_ticks: f64,
    pub(super) oom_kills: f64,
    pub(super) pressure_ticks: f64,
    pub(super) pods_resized: f64,
    pub(super) peak_ready: u32,
    pub(super) scale_events: u32,
    pub(super) direction_flips: u32,
    conflicts_at_start: u32,
    /// Requests that ended with reclaimed nodes.
    pub(super) lost_to_reclaims: f64,
    pub(super) arrivals: f64,
    pub(super) retries: f64,
    /// +1 or −1: the direction of the last change of replicas.
    last_direction: i8,
}

/// A tick as a service's controllers and meters take it in.
pub(super) struct Passed<'o> {
    pub(super) tick: u32,
    pub(super) end_s: f64,
    /// What the service did.
    pub(super) outcome: &'o Outcome,
    /// Its requests, judged: what its own controllers burn.
    pub(super) judged: &'o Judged,
    /// The users' bad requests that it is to blame for.
    pub(super) blamed: &'o Judged,
}

impl<'a> Part<'a> {
    /// A service at the start of the warm-up. Random numbers come from the streams of `component`.
    pub(super) fn new(
        setup: &'a Setup,
        scenario: &'a Scenario,
        curve: &RateCurve,
        seed: u64,
        replication: u32,
        component: u32,
    ) -> Self {
        let document = scenario.document();
        let controllers = Controllers::new(Surroundings {
            document,
            curve,
            tick_s: setup.tick_s,
            warm_up_ticks: setup.warm_up_ticks,
            mean_service_s: scenario.service_time_s.mean(),
        });
        let stream = |purpose| StreamKey {
            seed,
            replication,
            component,
            purpose,
        };
        let telemetry = telemetry::telemetry(
            &document.telemetry,
            setup.tick_s,
            stream(Purpose::TelemetryGaps).rng(),
        );
        let replicas = controllers.initial_replicas();
        let mut fleet = Fleet::new(scenario, replicas, seed, replication, component);
        let memory = Memory::new(&document.service);
        if let Some(memory) = &memory {
            memory.spread_ages(&mut fleet, &mut stream(Purpose::ReplicaAges).rng());
        }
        let mean_service_ms = scenario.service_time_s.mean() * 1000.0;
        Self {
            setup,
            scenario,
            cpu_per_busy_second: document.service.cpu_ms_per_request / mean_service_ms,
            fleet,
            memory,
            backfill: document
                .fleet
                .backfill
                .as_ref()
                .map(|backfill| BackfillQueue::new(backfill, setup.tick_s)),
            right_sizing: RightSizing::new(document, setup.tick_s),
            killed: 0,
            loses_to_reclaims_only: document.service.removal == Removal::Drain
                && scenario.spot.as_ref().is_some_and(|spot| !spot.drains),
            reclaimed: 0,
            reclaimed_at_start: Vec::new(),
            start_s: 0.0,
            telemetry,
            attribution: Attribution::new(controllers.reaction_ticks(), setup.objectives.len()),
            latency_wanted: controllers.latency_wanted(),
            controllers,
            ledger: Ledger::new(&setup.objectives),
            cost: CostMeter::new(scenario, setup.tick_s),
            bill: None,
            sums: Sums::default(),
            missing: Missing::default(),
            ready: 0,
            measure: TickMeasure::default(),
        }
    }

    /// Intervals of which its telemetry may ask for latencies: none where no controller goes by them.
    pub(super) fn recent_ticks(&self) -> u32 {
        let wanted = self.latency_wanted;
        if wanted.p95 || wanted.p99 {
            self.telemetry.window_ticks()
        } else {
            0
        }
    }

    /// Lets pods become ready that are; what the data plane is to serve with in the tick.
    #[inline]
    pub(super) fn begin(&mut self, start_s: f64, rate_rps: f64, log: &mut DecisionLog) -> Interval {
        let service = &self.scenario.document().service;
        self.fleet.advance(start_s + 0.5 * self.setup.tick_s);
        self.log_nodes(log);
        if let Some(backfill) = &mut self.backfill {
            backfill.tick(&mut self.fleet, start_s + 0.5 * self.setup.tick_s);
        }
        self.start_s = start_s;
        // They are taken from the replicas of the tick before.
        self.reclaimed = self.fleet.take_killed().min(self.ready);
        self.ready = self.fleet.ready();
        self.missing = Missing {
            pods: self.fleet.desired().saturating_sub(self.ready),
            restarting: self.fleet.not_ready_after_restart(),
            evicted: self.fleet.not_ready_after_eviction(),
        };
        Interval {
            length_s: self.setup.tick_s,
            rate_rps,
            servers: self.ready.saturating_mul(service.concurrency),
            queue_limit: self.ready.saturating_mul(service.queue_limit),
            buffer_limit: service.buffer_limit,
            killed_replicas: self.killed.saturating_add(self.reclaimed),
        }
    }

    /// Takes in a tick: measures it, kills, decides, blames and counts. `quantile` tells what latency a share of the last
    /// requests stayed below.
    #[inline]
    pub(super) fn end(
        &mut self,
        passed: &Passed<'_>,
        quantile: impl Fn(f64, u32) -> Option<f64>,
        log: &mut DecisionLog,
    ) {
        let setup = self.setup;
        let (tick_s, end_s, outcome) = (setup.tick_s, passed.end_s, passed.outcome);
        let in_flight = self.in_flight(outcome);
        let used = self.memory.map_or_else(MemoryUse::default, |m| {
            m.look(&self.fleet, in_flight, end_s)
        });
        // Written where it stays: a copy is a call in WebAssembly.
        self.measure = TickMeasure {
            arrivals: outcome.arrivals,
            cpu_s: outcome.busy_server_s * self.cpu_per_busy_second,
            waiting: outcome.waiting_at_end,
            in_service: outcome.in_service_s / tick_s,
            ready: self.ready,
            requested_millicores: requested_millicores(&self.fleet),
            memory_mib: used.total_mib,
            concluded: passed.judged.concluded,
            budget_burnt: passed.judged.budget_burnt,
        };
        self.observe(passed.tick, end_s, quantile);
        let lost_to = self.lost_to();
        self.fleet.advance_nodes(end_s);
        self.log_nodes(log);
        self.kill(&used, in_flight, end_s);
        let before = self.fleet.desired();
        log.set_time(end_s - f64::from(setup.warm_up_ticks) * tick_s);
        let view = View {
            now_s: end_s,
            tick: passed.tick,
            current: before,
            fleet: &self.fleet,
            telemetry: &self.telemetry,
            measure: &self.measure,
        };
        let decision = self.controllers.decide(view, log);
        let unseen = self.telemetry.is_missing() && self.controllers.goes_by_telemetry();
        let out_of_nodes = self.fleet.is_out_of_nodes();
        let capacity = self
            .missing
            .capacity(decision.at_maximum, out_of_nodes, unseen);
        if decision.replicas != before {
            self.fleet.set_desired(decision.replicas, end_s);
        }
        let resized = self.size_pods(passed.tick, in_flight, end_s, log);
        if passed.tick >= setup.warm_up_ticks {
            if decision.replicas != before {
                self.count_scaling(before, decision.replicas);
            }
            let scaled_up = decision.replicas > before;
            self.sums.oom_kills += f64::from(self.killed);
            self.sums.pressure_ticks += f64::from(used.under_pressure);
            self.sums.pods_resized += f64::from(resized);
            let bad = passed.blamed.bad(&setup.objectives);
            self.ledger.count(bad, lost_to);
            self.attribution
                .tick(capacity, scaled_up, bad, &mut self.ledger);
            if lost_to == Cause::Eviction {
                self.sums.lost_to_reclaims += outcome.lost;
            }
            self.sums.arrivals += outcome.arrivals;
            self.sums.retries += outcome.retries;
            self.meter(outcome);
        }
    }

    /// What ended requests that ended with their replicas.
    fn lost_to(&self) -> Cause {
        if self.reclaimed > self.killed {
            Cause::Eviction
        } else if self.killed > 0 {
            Cause::OutOfMemory
        } else if self.loses_to_reclaims_only {
            // A call that ended with its replica may come to nothing later, after further attempts.
            Cause::Eviction
        } else {
            // To the client, a replica that is gone is a broken connection.
            Cause::ServiceError
        }
    }

    /// Requests per ready replica, in service or waiting there.
    #[inline(always)]
    fn in_flight(&self, outcome: &Outcome) -> f64 {
        if self.ready == 0 {
            return 0.0;
        }
        let queue_limit = self.scenario.document().service.queue_limit;
        let room = f64::from(self.ready) * f64::from(queue_limit);
        let waiting = outcome.waiting_at_end.at_most(room);
        (outcome.in_service_s / self.setup.tick_s + waiting) / f64::from(self.ready)
    }

    /// Kills the containers that are above their memory limit at the end of a tick.
    #[inline(always)]
    fn kill(&mut self, used: &MemoryUse, in_flight: f64, now_s: f64) {
        self.killed = 0;
        if used.above_limit > 0 {
            self.kill_some(in_flight, now_s);
        }
    }

    fn kill_some(&mut self, in_flight: f64, now_s: f64) {
        let Some(memory) = self.memory else {
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
    #[inline(always)]
    fn size_pods(&mut self, tick: u32, in_flight: f64, now_s: f64, log: &mut DecisionLog) -> u32 {
        if self.right_sizing.is_none() {
            return 0;
        }
        self.size_some(tick, in_flight, now_s, log)
    }

    fn size_some(&mut self, tick: u32, in_flight: f64, now_s: f64, log: &mut DecisionLog) -> u32 {
        let Some(right_sizing) = &mut self.right_sizing else {
            return 0;
        };
        let view = SizingView {
            now_s,
            tick,
            cpu_s: self.measure.cpu_s,
            pod_s: f64::from(self.measure.ready) * self.setup.tick_s,
            in_flight,
        };
        right_sizing.tick(&view, &mut self.fleet, log)
    }

    /// Decisions about nodes come with their own times, between the ticks.
    #[inline(always)]
    fn log_nodes(&mut self, log: &mut DecisionLog) {
        if self.fleet.has_decisions() {
            self.log_some(log);
        }
    }

    fn log_some(&mut self, log: &mut DecisionLog) {
        let warm_up_s = f64::from(self.setup.warm_up_ticks) * self.setup.tick_s;
        for decision in self.fleet.take_decisions() {
            log.set_time(decision.at_s - warm_up_s);
            log.record(|| decision);
        }
    }

    #[inline]
    fn observe(&mut self, tick: u32, end_s: f64, quantile: impl Fn(f64, u32) -> Option<f64>) {
        let window_ticks = self.telemetry.window_ticks();
        let wanted = self.latency_wanted;
        let latencies = || {
            let seen = |wanted: bool, q: f64| {
                if wanted {
                    quantile(q, window_ticks)
                } else {
                    None
                }
            };
            Latencies {
                p95_s: seen(wanted.p95, 0.95),
                p99_s: seen(wanted.p99, 0.99),
            }
        };
        self.telemetry
            .observe(tick, end_s, &self.measure, latencies);
    }

    /// The warm-up is over.
    pub(super) fn start_window(&mut self) {
        self.sums.conflicts_at_start = self.controllers.conflicts();
        self.reclaimed_at_start = self.fleet.reclaimed_nodes().to_vec();
        if let Some(backfill) = &mut self.backfill {
            backfill.start_window(&self.fleet);
        }
    }

    fn count_scaling(&mut self, before: u32, after: u32) {
        let direction = if after > before { 1 } else { -1 };
        self.sums.scale_events += 1;
        self.sums.direction_flips += u32::from(self.sums.last_direction == -direction);
        self.sums.last_direction = direction;
    }

    #[inline(always)]
    fn meter(&mut self, outcome: &Outcome) {
        let (sums, measure) = (&mut self.sums, &self.measure);
        sums.cpu_s += measure.cpu_s;
        sums.in_service_s += outcome.in_service_s;
        let slots = self.scenario.document().service.concurrency;
        sums.slot_s += f64::from(measure.ready) * f64::from(slots) * self.setup.tick_s;
        sums.ready_ticks += f64::from(measure.ready);
        sums.requested_millicore_ticks += measure.requested_millicores;
        sums.peak_ready = sums.peak_ready.max(measure.ready);
    }

    /// Counts what a tick costs: nodes, and what the users' requests cost beside.
    #[inline]
    pub(super) fn count_cost(&mut self, arrivals: f64, answers: f64, shared: Option<SharedDemand>) {
        let market = MarketTick {
            shared,
            ..self.market_tick()
        };
        let nodes = self.fleet.paid_nodes_by_type();
        self.cost.tick(nodes, market, arrivals, answers);
    }

    /// What the spot nodes of a tick cost, at the prices of its start.
    #[inline]
    fn market_tick(&self) -> MarketTick {
        match &self.scenario.spot {
            None => MarketTick::default(),
            Some(spot) => self.spot_tick(spot),
        }
    }

    fn spot_tick(&self, spot: &SpotModel) -> MarketTick {
        let first = spot.first_kind as usize;
        let counts = self.fleet.paid_nodes_by_type().iter().skip(first);
        let spot_usd_per_hour = counts
            .take(spot.pools.len())
            .enumerate()
            .map(|(pool, count)| {
                f64::from(*count) * self.fleet.spot_usd_per_hour(pool, self.start_s)
            })
            .sum();
        MarketTick {
            spot_usd_per_hour,
            fallback_nodes: self.fleet.fallback_nodes(),
            shared: None,
        }
    }

    /// What its nodes on demand cost by list an hour, US dollars; `None` where nothing is committed to.
    pub(super) fn committable_usd_per_hour(&self) -> Option<f64> {
        let nodes = self.fleet.paid_nodes_by_type();
        self.cost.committable_usd_per_hour(nodes)
    }

    /// Spot nodes reclaimed in the window, by pool.
    pub(super) fn reclaimed(&self) -> impl Iterator<Item = u32> {
        let before = self.reclaimed_at_start.iter().copied();
        let reclaimed = self.fleet.reclaimed_nodes().iter();
        reclaimed
            .zip(before.chain(core::iter::repeat(0)))
            .map(|(now, before)| now.saturating_sub(before))
    }

    /// What its nodes have cost, however they are paid for, US dollars.
    pub(super) fn nodes_usd(&self) -> f64 {
        self.bill.as_ref().map_or_else(
            || self.cost.nodes_usd(),
            |bill| bill.on_demand_usd + bill.market_usd.iter().sum::<f64>(),
        )
    }

    /// Mean number of ready replicas in the window.
    pub(super) fn mean_replicas(&self) -> f64 {
        self.sums.ready_ticks / f64::from(self.setup.window_ticks)
    }

    /// The window has ended: what is held back has its cause, and nodes their bill.
    pub(super) fn finish(&mut self) {
        self.attribution.finish(&mut self.ledger);
        self.bill = self.cost.finish_nodes();
    }

    /// What batch work on its nodes came to; `None` without any.
    pub(super) fn backfill_result(&self) -> Option<BackfillResult> {
        let backfill = self.backfill.as_ref();
        backfill.map(|backfill| backfill.result(&self.fleet))
    }

    /// Ticks of the window in which its controllers were in conflict.
    pub(super) fn conflicts(&self) -> u32 {
        self.controllers.conflicts() - self.sums.conflicts_at_start
    }
}

/// Replicas that were asked for and did not serve in a tick, and why.
#[derive(Clone, Copy, Debug, Default)]
struct Missing {
    pods: u32,
    restarting: u32,
    evicted: u32,
}

impl Missing {
    /// The state of capacity; when pods are missing for several reasons, that of most of them.
    #[inline(always)]
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
#[inline(always)]
fn requested_millicores(fleet: &Fleet) -> f64 {
    // Whole numbers: their order does not matter. Adapters of iterators are calls where the core is compiled for size.
    let mut sum = 0.0;
    for (size, count) in fleet.pod_ages().ready_by_size() {
        sum += f64::from(size.millicores) * f64::from(*count);
    }
    sum
}
