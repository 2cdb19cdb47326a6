//! What a replication leaves: the result of its window.

use super::part::Part;
use super::{Plane, Simulation, drain, market};
use crate::batch::BatchResult;
use crate::cost::Resource;
use crate::cost::meter::CostMeter;
use crate::edge::EdgeResult;
use crate::slo::budget;
use crate::stats::LogHistogram;
use crate::storage::{self, StorageResult};
use crate::study::{FIGURES, Figure, NetworkResult, ReplicationResult, Series};

/// What the window costs.
struct Money {
    /// For what serves, US dollars; of nodes at the prices that they had.
    serving_usd: f64,
    /// For all beside it, US dollars a month.
    beside_per_month: f64,
}

impl Money {
    /// Of the window, US dollars.
    fn window_usd(&self, cost: &CostMeter) -> f64 {
        self.serving_usd + cost.of_month(self.beside_per_month)
    }
}

impl Simulation<'_> {
    /// The result of the window.
    pub fn finish(mut self) -> ReplicationResult {
        let (series, latency) = self.close();
        let setup = self.setup;
        let serving = self.serving_usd();
        let storage = setup
            .storage
            .as_ref()
            .map(|storage| storage::run::run(storage, self.seed, self.replication));
        let batch = setup
            .batch
            .as_ref()
            .map(|batch| batch.run(self.seed, self.replication));
        let (functions, network, resilience) = match &self.plane {
            Plane::One(_) => (None, None, self.guards.result()),
            Plane::Network(served) => {
                let functions = served.functions();
                let of = functions.as_deref().unwrap_or_default();
                let network = served.result(self.parts(), of);
                (functions, Some(network), served.guards.result())
            }
        };
        let cost = &self.main.cost;
        let edge = self.edge.as_ref().map(|edge| edge.result(cost));
        let bills = self.parts().filter_map(|part| part.bill.as_ref());
        let market_usd: f64 = bills.flat_map(|bill| bill.market_usd).sum();
        let of_functions = functions.iter().flatten().flatten();
        let money = Money {
            serving_usd: serving.iter().sum::<f64>() + market_usd,
            beside_per_month: storage
                .as_ref()
                .map_or(0.0, StorageResult::total_usd_per_month)
                + batch.as_ref().map_or(0.0, BatchResult::total_usd_per_month)
                + network
                    .as_ref()
                    .map_or(0.0, NetworkResult::dependencies_usd_per_month)
                + of_functions.map(|f| f.bill.total()).sum::<f64>()
                + edge.as_ref().map_or(0.0, EdgeResult::total_usd_per_month),
        };
        let dependencies = match &self.plane {
            Plane::One(_) => None,
            Plane::Network(served) => Some(served.dependencies()),
        };
        let ledgers = self.parts().map(|part| &part.ledger);
        let ledgers = ledgers.chain(dependencies.into_iter().flatten());
        let sums = &self.sums;
        ReplicationResult {
            figures: self.figures(&money, &latency),
            cost_per_month: serving.map(|usd| cost.per_month(usd)),
            objectives: budget::results(&self.budget, &setup.objectives, ledgers),
            fates: [
                sums.served,
                sums.rejected,
                sums.timed_out,
                sums.failed,
                sums.lost,
            ],
            open_at_start: sums.open_at_start,
            right_sizing: self
                .main
                .right_sizing
                .as_ref()
                .and_then(|vpa| vpa.recommended(self.main.fleet.pod_request())),
            series,
            storage,
            batch,
            network,
            node_market: market::node_market(self.parts()),
            resilience,
            edge,
            functions,
            inputs: None,
            backfill: self.main.backfill_result(),
        }
    }

    /// Ends the window: its course over time, and the users' latencies.
    fn close(&mut self) -> (Series, LogHistogram) {
        self.main.finish();
        for part in &mut self.others {
            part.finish();
        }
        self.budget.finish(&self.setup.objectives);
        let (plane, edge) = (&mut self.plane, &mut self.edge);
        let drain = |into: &mut LogHistogram| drain(plane, edge.as_mut(), into);
        let closed = self.recorder.finish(drain);
        if let Plane::Network(served) = &mut self.plane {
            served.finish();
        }
        closed
    }

    /// What serving costs in the window by resource, US dollars, in the order of [`Resource::ALL`].
    fn serving_usd(&mut self) -> [f64; Resource::COUNT] {
        let mut serving = self.main.cost.finish(self.main.bill.as_ref());
        for part in &mut self.others {
            let nodes = Resource::Nodes as usize;
            serving[nodes] += part.cost.finish(part.bill.as_ref())[nodes];
        }
        serving
    }

    /// All figures, in the order and units of [`FIGURES`], from the users' latencies in seconds.
    fn figures(&self, money: &Money, latency: &LogHistogram) -> [f64; FIGURES.len()] {
        let (setup, cost) = (self.setup, &self.main.cost);
        let sums = &self.sums;
        let of_parts = |value: fn(&Part<'_>) -> f64| self.parts().map(value).sum::<f64>();
        let window_ticks = f64::from(setup.window_ticks);
        let window_hours = window_ticks * setup.tick_s / 3600.0;
        let share = |part: f64, whole: f64| if whole > 0.0 { part / whole } else { 0.0 };
        let quantile_ms = |q: f64| latency.quantile(q).map_or(0.0, |seconds| seconds * 1000.0);
        let node_core_hours = of_parts(|part| {
            part.cost.node_hours_times(
                |kind| f64::from(kind.vcpus_millicores) / 1000.0,
                &part.scenario.node_types,
            )
        });
        let requested = of_parts(|part| part.sums.requested_millicore_ticks);
        let requested_core_hours = requested / 1000.0 * setup.tick_s / 3600.0;
        let ready_ticks = of_parts(|part| part.sums.ready_ticks);
        FIGURES.map(|info| match info.figure {
            Figure::CostPerMonth => cost.per_month(money.serving_usd) + money.beside_per_month,
            Figure::CostPerMillionRequests => share(money.window_usd(cost) * 1e6, sums.arrivals),
            Figure::Requests => sums.arrivals,
            Figure::MeanLatency => share(sums.latency_s * 1000.0, sums.served),
            Figure::P50Latency => quantile_ms(0.50),
            Figure::P95Latency => quantile_ms(0.95),
            Figure::P99Latency => quantile_ms(0.99),
            Figure::MeanReplicas => ready_ticks / window_ticks,
            Figure::PeakReplicas => f64::from(sums.peak_ready),
            Figure::NodeHours => of_parts(|part| part.cost.node_hours()),
            Figure::CpuUtilization => {
                let cpu_s = of_parts(|part| part.sums.cpu_s);
                100.0 * share(cpu_s / 3600.0, requested_core_hours)
            }
            Figure::NodeAllocation => 100.0 * share(requested_core_hours, node_core_hours),
            Figure::ScaleEventsPerHour => {
                of_parts(|part| f64::from(part.sums.scale_events)) / window_hours
            }
            Figure::DirectionFlipsPerHour => {
                of_parts(|part| f64::from(part.sums.direction_flips)) / window_hours
            }
            Figure::ConflictsPerHour => of_parts(|part| f64::from(part.conflicts())) / window_hours,
            Figure::ViolationMinutes => self.budget.violation_minutes(),
            Figure::WorstHourlyBurnRate => self.budget.worst_hourly_burn(),
            Figure::InFlightAtEnd => sums.open,
            Figure::OomKills => of_parts(|part| part.sums.oom_kills),
            Figure::MemoryPressure => {
                100.0 * share(of_parts(|part| part.sums.pressure_ticks), ready_ticks)
            }
            Figure::PodsResized => of_parts(|part| part.sums.pods_resized),
            Figure::IncidentsPerMonth => cost.per_month(f64::from(self.budget.incidents())),
            Figure::RevenueAtRisk => {
                let unanswered = sums.rejected + sums.timed_out + sums.failed + sums.lost;
                let slo = &setup.scenario.document().slo;
                let usd_per_1000 = slo.revenue_usd_per_1000_requests.unwrap_or(0.0);
                cost.per_month(unanswered / 1000.0 * usd_per_1000)
            }
        })
    }
}
