//! Replicas that end abruptly, with the requests that they serve.
//!
//! This plane counts a request when it starts. What a killed replica had in service has thus been counted as served;
//! now that it is lost, as many fewer are served in the interval of the kill. Over both intervals all counts are right.
//! Load is balanced, so a share of the replicas has that share of the requests in service. With one shared queue, requests
//! that wait are not held by any replica and none of them is lost; where replicas have queues of their own, those of the
//! killed ones are. Replicas that are scaled in lose their requests as well where the service has it so.
//!
//! Wrong when: kills are so many that more is held than is served in the next interval (then only that many are lost); the
//! latencies of lost requests stay among those of the served.

use super::FluidPlane;
use crate::plane::{Balancing, Interval, Outcome, Removal};

impl FluidPlane<'_> {
    /// Takes away the replicas that end with what they hold; how many requests are lost with them, or have yet to be.
    #[inline]
    pub(super) fn take_away(&mut self, interval: &Interval) -> f64 {
        let service = self.tables.service();
        if !service.kills_lose_work && service.removal == Removal::Drain {
            return self.unlost;
        }
        self.kill(interval) + self.retire(interval) + self.unlost
    }

    /// Takes the killed replicas away; how many requests they had in service.
    #[inline(never)]
    fn kill(&mut self, interval: &Interval) -> f64 {
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
        let held = self.held(before) * f64::from(killed) / f64::from(before);
        self.resize(before - killed);
        held
    }

    /// Scales in replicas that lose what they hold; how many requests.
    #[inline(never)]
    fn retire(&mut self, interval: &Interval) -> f64 {
        let before = self.capacity.as_ref().map_or(0, |table| table.servers);
        let gone = before.saturating_sub(interval.servers);
        if gone == 0 || self.tables.service().removal == Removal::Drain {
            return 0.0;
        }
        self.held(before) * f64::from(gone) / f64::from(before)
    }

    /// Requests that replicas hold.
    fn held(&self, servers: u32) -> f64 {
        let in_service = self.occupied.min(self.tables.capacity_of(servers))
            + self.waiting.min(self.tables.beyond(servers));
        match self.tables.service().balancing {
            Balancing::Shared => in_service,
            _ => in_service.max(self.occupied.min(self.tables.capacity_of(servers)) + self.waiting),
        }
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
        DataPlane, FluidPlane, FluidTables, Interval, Outcome, Removal, RequestsPlane, ServiceModel,
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

    /// Every five minutes twelve of twenty replicas are scaled in and lose their requests, and come back.
    fn scale_in_and_out(plane: &mut dyn DataPlane) -> Outcome {
        let mut sum = Outcome::default();
        for tick in 0..8000 {
            let few = tick / 20 % 2 == 1;
            let outcome = plane.serve(&Interval {
                length_s: 15.0,
                rate_rps: 12.0,
                servers: if few { 8 } else { 20 },
                queue_limit: 1000,
                ..Interval::default()
            });
            sum.arrivals += outcome.arrivals;
            sum.served += outcome.served;
            sum.timed_out += outcome.timed_out;
            sum.lost += outcome.lost;
            sum.open_at_end = outcome.open_at_end;
        }
        sum
    }

    /// Of 6 requests in service (Little) 12 replicas of 20 lose 3.6, at each of 200 times.
    #[test]
    fn scaled_in_replicas_lose_what_they_hold() {
        let model = ServiceModel {
            removal: Removal::Kill,
            timeout_s: 60.0,
            ..ServiceModel::new(Distribution::log_normal(0.5, 1.0).expect("a distribution"))
        };
        let tables = FluidTables::new(model.clone());
        let fluid = scale_in_and_out(&mut FluidPlane::new(&tables, 1, 7, 0, 0));
        let requests = scale_in_and_out(&mut RequestsPlane::new(&model, 1, 7, 0, 0));
        let expected = 3.6 * 200.0;
        // Requests in service are as good as Poisson.
        let allowed = 4.0 * f64::sqrt(expected);
        for outcome in [fluid, requests] {
            assert!(
                (outcome.lost - expected).abs() < allowed,
                "{} {expected} ± {allowed}",
                outcome.lost
            );
            let fates = outcome.served + outcome.timed_out + outcome.lost;
            let gap = outcome.arrivals - fates - outcome.open_at_end;
            assert!(gap.abs() < 1e-6 * outcome.arrivals, "{gap}");
        }
    }
}
