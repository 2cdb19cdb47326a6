//! Replicas that end abruptly, with the requests that they serve.
//!
//! This plane counts a request when it starts. What a killed replica had in service has thus been counted as served;
//! now that it is lost, as many fewer are served in the interval of the kill. Over both intervals all counts are right.
//! Load is balanced, so a share of the replicas has that share of the requests in service. With one shared queue, which is
//! all that this plane knows, requests that wait are not held by any replica and none of them is lost.
//!
//! Wrong when: kills are so many that more is held than is served in the next interval (then only that many are lost); the
//! latencies of lost requests stay among those of the served.

use super::FluidPlane;
use crate::plane::{Interval, Outcome};

impl FluidPlane<'_> {
    /// Takes the killed replicas away; how many requests they had in service.
    pub(super) fn kill(&mut self, interval: &Interval) -> f64 {
        let service = self.tables.service();
        if interval.killed_replicas == 0 || !service.kills_lose_work {
            return 0.0;
        }
        let before = self.capacity.as_ref().map_or(0, |table| table.servers);
        let killed = interval
            .killed_replicas
            .saturating_mul(service.concurrency)
            .min(before);
        if killed == 0 {
            return 0.0;
        }
        let held = self.occupied.min(f64::from(before)) * f64::from(killed) / f64::from(before);
        self.resize(before - killed);
        held
    }
}

/// An outcome of which as many of the served are lost as were held.
pub(super) fn lose(outcome: Outcome, held: f64) -> Outcome {
    let lost = held.min(outcome.served);
    if lost <= 0.0 {
        return outcome;
    }
    let kept = 1.0 - lost / outcome.served;
    Outcome {
        served: outcome.served - lost,
        lost: outcome.lost + lost,
        slow: outcome.slow.map(|slow| slow * kept),
        slow_in_service: outcome.slow_in_service.map(|slow| slow * kept),
        latency_sum_s: outcome.latency_sum_s * kept,
        ..outcome
    }
}

#[cfg(test)]
mod tests {
    use crate::plane::{
        DataPlane, FluidPlane, FluidTables, Interval, Outcome, RequestsPlane, ServiceModel,
    };
    use crate::random::Distribution;

    fn model() -> ServiceModel {
        ServiceModel {
            may_be_killed: true,
            kills_lose_work: true,
            timeout_s: 60.0,
            ..ServiceModel::new(Distribution::log_normal(0.5, 1.0).expect("a distribution"))
        }
    }

    /// Two of twenty replicas are killed every ten ticks, and replaced at once.
    fn run(plane: &mut dyn DataPlane) -> (Outcome, f64) {
        let mut sum = Outcome::default();
        let mut kills = 0.0;
        for tick in 0..4000 {
            let killed_replicas = if tick % 10 == 9 { 2 } else { 0 };
            kills += f64::from(killed_replicas);
            let outcome = plane.serve(&Interval {
                length_s: 15.0,
                rate_rps: 20.0,
                servers: 20,
                queue_limit: 1000,
                killed_replicas,
                ..Interval::default()
            });
            sum.arrivals += outcome.arrivals;
            sum.served += outcome.served;
            sum.timed_out += outcome.timed_out;
            sum.rejected += outcome.rejected;
            sum.lost += outcome.lost;
            sum.open_at_end = outcome.open_at_end;
        }
        (sum, kills)
    }

    /// A replica has load · concurrency = 0.5 requests in service at any moment (Little), so each kill loses half a
    /// request: in both planes, within four standard deviations of a binomial count.
    #[test]
    fn both_planes_lose_what_little_says() {
        let model = model();
        let tables = FluidTables::new(model.clone());
        let (fluid, kills) = run(&mut FluidPlane::new(&tables, 1, 7, 0, 0));
        let (requests, _) = run(&mut RequestsPlane::new(&model, 1, 7, 0, 0));
        let expected = 0.5 * kills;
        let allowed = 4.0 * (kills * 0.25_f64).sqrt();
        for outcome in [fluid, requests] {
            assert!(
                (outcome.lost - expected).abs() < allowed,
                "{} {expected} ± {allowed}",
                outcome.lost
            );
            let fates = outcome.served + outcome.timed_out + outcome.rejected + outcome.lost;
            let gap = outcome.arrivals - fates - outcome.open_at_end;
            assert!(gap.abs() < 1e-6 * outcome.arrivals, "{gap}");
        }
    }

    /// Without the flag nothing is lost: scenarios without spot capacity keep their figures.
    #[test]
    fn kills_are_ignored_where_they_lose_no_work() {
        let model = ServiceModel {
            kills_lose_work: false,
            ..model()
        };
        let tables = FluidTables::new(model);
        let (outcome, _) = run(&mut FluidPlane::new(&tables, 1, 7, 0, 0));
        assert_eq!(outcome.lost, 0.0);
    }
}
