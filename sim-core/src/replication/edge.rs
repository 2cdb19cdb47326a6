//! The edge cache in a replication: what it answers itself, and what reaches the services.
//!
//! A request that waits for another one's fetch fares as that one does: waiting requests are released with the services'
//! answers, in their proportions (served, timed out, failed …) and with their latencies. That is a little pessimistic:
//! they wait for the rest of a fetch only. A fetch takes as long, and fails as often, as the services' answers of the tick
//! before.

use crate::cost::Resource;
use crate::cost::meter::CostMeter;
use crate::edge::{ComputedEdge, Edge, EdgeOutcome, EdgeResult, Fetch, HitLatency, PlayedEdge};
use crate::plane::Outcome;
use crate::scenario::Scenario;
use crate::scenario::document::PlaneKind;
use crate::slo::budget;
use crate::stats::LogHistogram;
use crate::traffic::RateCurve;

/// Bytes of a gigabyte as providers bill transfer, in KiB.
const KIB_PER_GB: f64 = 1024.0 * 1024.0;

/// What all replications of a design with an edge cache share.
#[derive(Debug)]
pub(super) struct EdgeSetup {
    edge: Edge,
    hits: HitLatency,
    gb_per_answer: f64,
    /// What the services have to expect.
    pub(super) curve: RateCurve,
    /// A fetch before the services have answered anything.
    first_fetch: Fetch,
    timeout_s: f64,
    played: bool,
}

impl EdgeSetup {
    pub(super) fn new(edge: &Edge, scenario: &Scenario, curve: &RateCurve) -> Self {
        let document = scenario.document();
        let service = &document.service;
        Self {
            hits: HitLatency::new(&edge.hit_latency_s, &budget::thresholds_s(&document.slo)),
            gb_per_answer: service.response_kib / KIB_PER_GB,
            curve: curve.scaled(edge.origin_share(curve.mean_rps())),
            first_fetch: Fetch {
                seconds: scenario.service_time_s.mean(),
                failure: 0.0,
            },
            timeout_s: service.timeout_ms / 1000.0,
            played: document.run.plane == PlaneKind::Requests,
            edge: edge.clone(),
        }
    }
}

/// An edge cache under way.
pub(super) struct EdgeStage<'a> {
    setup: &'a EdgeSetup,
    way: Way,
    fetch: Fetch,
    last: EdgeOutcome,
    /// Requests that wait for a fetch.
    waiting: f64,
    sums: EdgeOutcome,
    requests: f64,
    gb: f64,
    undrained: Undrained,
}

/// How it is simulated.
enum Way {
    Played(Box<PlayedEdge>),
    Computed(Box<ComputedEdge>),
}

/// What the services' latencies do not hold of the users', since they were last drained.
#[derive(Clone, Copy, Default)]
struct Undrained {
    hits: f64,
    /// Served by the services.
    served: f64,
    /// Released with these.
    released: f64,
}

/// The users' view of an interval.
pub(super) struct Merged {
    /// What became of their requests.
    pub(super) users: Outcome,
    /// For each request of the services' so many of the users'.
    pub(super) per_request: f64,
    /// What the edge answered itself.
    pub(super) hits: Outcome,
}

impl<'a> EdgeStage<'a> {
    pub(super) fn new(setup: &'a EdgeSetup, seed: u64, replication: u32, component: u32) -> Self {
        let model = &setup.edge.model;
        Self {
            way: if setup.played {
                let edge = PlayedEdge::new(model, seed, replication, component);
                Way::Played(Box::new(edge))
            } else {
                Way::Computed(Box::new(ComputedEdge::new(model)))
            },
            fetch: setup.first_fetch,
            last: EdgeOutcome::default(),
            waiting: 0.0,
            sums: EdgeOutcome::default(),
            requests: 0.0,
            gb: 0.0,
            undrained: Undrained::default(),
            setup,
        }
    }

    /// The users' requests of an interval come; the rate of those that reach the services, and when these do if they are
    /// played.
    pub(super) fn pass(&mut self, length_s: f64, rate_rps: f64) -> (f64, Option<&[f64]>) {
        let fetch = self.fetch;
        self.last = match &mut self.way {
            Way::Played(edge) => edge.serve(length_s, rate_rps, fetch),
            Way::Computed(edge) => edge.serve(length_s, rate_rps, fetch),
        };
        let times = match &self.way {
            Way::Played(edge) => Some(edge.at_origin()),
            Way::Computed(_) => None,
        };
        (self.last.at_origin() / length_s, times)
    }

    /// The services have answered: what the users saw of the interval.
    pub(super) fn merge(&mut self, origin: &Outcome) -> Merged {
        let concluded =
            origin.served + origin.rejected + origin.timed_out + origin.failed + origin.lost;
        let under_way = concluded + origin.open_at_end;
        self.waiting += self.last.waited;
        let mut released = 0.0;
        if concluded > 0.0 {
            released = self.waiting * concluded / under_way;
            // Where nearly all are released, rounding may leave less than nothing.
            self.waiting = (self.waiting - released).max(0.0);
        }
        let per_request = if concluded > 0.0 {
            1.0 + released / concluded
        } else {
            1.0
        };
        let hits = self.hits();
        let mut users = plus(amplified(origin, per_request), &hits);
        users.arrivals = origin.arrivals + self.last.waited + self.last.hits;
        users.open_at_end = origin.open_at_end + self.waiting;
        self.learn(origin, concluded);
        self.undrained.hits += hits.served;
        self.undrained.served += origin.served;
        self.undrained.released += origin.served * (per_request - 1.0);
        Merged {
            users,
            per_request,
            hits,
        }
    }

    fn hits(&self) -> Outcome {
        let (hits, latency) = (self.last.hits, &self.setup.hits);
        let slow = latency.slow.map(|share| share * hits);
        Outcome {
            served: hits,
            slow,
            // No capacity would have helped.
            slow_in_service: slow,
            latency_sum_s: hits * latency.mean_s,
            ..Outcome::default()
        }
    }

    /// What the next fetches will be like.
    fn learn(&mut self, origin: &Outcome, concluded: f64) {
        if concluded <= 0.0 {
            return;
        }
        self.fetch.failure = (1.0 - origin.served / concluded).clamp(0.0, 1.0);
        let ended = origin.served + origin.timed_out;
        if ended > 0.0 {
            let seconds = origin.latency_sum_s + origin.timed_out * self.setup.timeout_s;
            self.fetch.seconds = seconds / ended;
        }
    }

    /// Counts an interval of the window, as the users saw it.
    pub(super) fn count(&mut self, users: &Outcome) {
        self.sums.add(&self.last);
        self.requests += users.arrivals;
        self.gb += (users.served + users.failed) * self.setup.gb_per_answer;
    }

    /// Adds the users' latencies to `into`: those of the `services`, of what was released with them, and of hits.
    pub(super) fn add_latencies(&mut self, services: &LogHistogram, into: &mut LogHistogram) {
        let undrained = core::mem::take(&mut self.undrained);
        let released = if undrained.served > 0.0 {
            undrained.released / undrained.served
        } else {
            0.0
        };
        into.merge_scaled(services, 1.0 + released);
        into.merge_scaled(&self.setup.hits.histogram, undrained.hits);
    }

    /// What the window yields.
    pub(super) fn result(&self, cost: &CostMeter) -> EdgeResult {
        let prices = &self.setup.edge.prices;
        let gb_per_month = cost.per_month(self.gb);
        let requests_usd = cost.per_month(self.requests) / 1e6 * prices.usd_per_million_requests;
        let sums = &self.sums;
        let mut usd_per_month = [0.0; Resource::EDGE.len()];
        for (usd, resource) in usd_per_month.iter_mut().zip(Resource::EDGE) {
            *usd = match resource {
                Resource::EdgeRequests => requests_usd,
                _ => prices.transfer_usd(gb_per_month),
            };
        }
        EdgeResult {
            hits: sums.hits,
            waited: sums.waited,
            fills: sums.fills,
            duplicates: sums.duplicates,
            passed: sums.passed,
            stale: sums.stale,
            age_sum_s: sums.age_sum_s,
            gb_per_month,
            usd_per_month,
        }
    }
}

/// An outcome with so many times as many requests of each fate. What describes the services' load stays.
pub(super) fn amplified(outcome: &Outcome, factor: f64) -> Outcome {
    Outcome {
        served: outcome.served * factor,
        rejected: outcome.rejected * factor,
        throttled: outcome.throttled * factor,
        timed_out: outcome.timed_out * factor,
        timed_out_in_service: outcome.timed_out_in_service * factor,
        failed: outcome.failed * factor,
        refused: outcome.refused * factor,
        lost: outcome.lost * factor,
        slow: outcome.slow.map(|slow| slow * factor),
        slow_in_service: outcome.slow_in_service.map(|slow| slow * factor),
        latency_sum_s: outcome.latency_sum_s * factor,
        ..*outcome
    }
}

/// With the requests that the edge answered.
pub(super) fn plus(mut outcome: Outcome, hits: &Outcome) -> Outcome {
    outcome.served += hits.served;
    outcome.latency_sum_s += hits.latency_sum_s;
    for k in 0..outcome.slow.len() {
        outcome.slow[k] += hits.slow[k];
        outcome.slow_in_service[k] += hits.slow_in_service[k];
    }
    outcome
}
