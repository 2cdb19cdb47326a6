//! Plays the ticks of a replication again, request by request.

use super::{Setup, TickConditions};
use crate::plane::network::trace::{Fate, Follow, Followed};
use crate::plane::network::{
    Entry, NetworkOutcome, NetworkPlane, RequestsNetwork, Station, unsupported,
};
use crate::plane::{DataPlane, Outcome, RequestsPlane};
use crate::replication::SERVICE;
use crate::replication::network::add;
use crate::replication::setup::model_of;
use crate::scenario::document::MAIN_SERVICE;
use crate::slo::budget;
use crate::stats::LogHistogram;
use crate::stats::sort_by_key;
use crate::topology::ComponentKind;

/// Cells of time in which the use of replicas is told.
const CELLS: u32 = 60;
/// Requests that are listed.
const MOST_REQUESTS: u32 = 20_000;
/// Of the slowest requests, the spans of so many are kept; of each kind of trouble, so many.
const SLOWEST: u32 = 24;
const OF_EACH_KIND: u32 = 3;

/// What was played of a window.
pub(super) struct Played {
    pub(super) users: Outcome,
    pub(super) latencies: LogHistogram,
    outcome: NetworkOutcome,
}

impl Played {
    pub(super) fn new() -> Self {
        Self {
            users: Outcome::default(),
            latencies: LogHistogram::new(),
            outcome: NetworkOutcome::default(),
        }
    }
}

/// A plane that plays requests, and can follow them unless it is that of a single service that does what networks do not.
pub(super) enum Player {
    Followed(Box<RequestsNetwork>),
    Alone(Box<RequestsPlane>, Vec<f64>),
}

impl Player {
    /// A player at its beginning, to follow what happens from one moment to another, seconds since then.
    pub(super) fn new(
        setup: &Setup,
        seed: u64,
        replication: u32,
        (from_s, to_s): (f64, f64),
    ) -> Self {
        let thresholds_s = budget::thresholds_s(&setup.scenario.document().slo);
        let model = model_of(&setup.scenario);
        let made = match setup.network.as_deref() {
            Some(network) => network.played(seed, replication),
            None if unsupported(&model).is_some() => None,
            None => {
                let alone = [Station {
                    service: model.clone(),
                    calls: Vec::new(),
                    function: None,
                }];
                let entry = [Entry {
                    station: 0,
                    share: 1.0,
                }];
                RequestsNetwork::new(&alone, &entry, &thresholds_s, 0, seed, replication).ok()
            }
        };
        match made {
            Some(mut network) => {
                let follow = Follow {
                    from_s,
                    to_s,
                    cells: CELLS,
                    most_requests: MOST_REQUESTS,
                    slowest: SLOWEST,
                    of_each_kind: OF_EACH_KIND,
                };
                network.follow(follow, &thresholds_s);
                Self::Followed(Box::new(network))
            }
            None => {
                let plane = RequestsPlane::new(&model, 0, seed, replication, SERVICE);
                Self::Alone(Box::new(plane), thresholds_s)
            }
        }
    }

    /// Whether single requests are followed.
    pub(super) fn follows(&self) -> bool {
        matches!(self, Self::Followed(_))
    }

    /// Plays a tick; counts it if it is of the window.
    pub(super) fn play(&mut self, tick: &TickConditions, counts: bool, played: &mut Played) {
        let users = match self {
            Self::Followed(network) => {
                if let Some(times) = &tick.arrivals {
                    network.give_arrivals(times);
                }
                network.serve(tick.rate_rps, &tick.stations, &mut played.outcome);
                let mut users = Outcome::default();
                for entry in &played.outcome.entries {
                    add(&mut users, &entry.total);
                }
                users
            }
            Self::Alone(plane, _) => {
                if let Some(times) = &tick.arrivals {
                    plane.give_arrivals(times);
                }
                let first = tick.stations.first().map(|station| station.interval);
                let outcome = plane.serve(&first.unwrap_or_default());
                let mut nowhere = LogHistogram::new();
                let into = if counts {
                    &mut played.latencies
                } else {
                    &mut nowhere
                };
                plane.drain_latency(into);
                outcome
            }
        };
        if counts {
            add(&mut played.users, &users);
        }
    }

    /// What was followed; of requests that could not be, how many of each kind.
    pub(super) fn finish(self, played: &mut Played) -> Followed {
        match self {
            Self::Followed(mut network) => {
                let followed = network.take_followed().unwrap_or_default();
                played.latencies = followed.latencies.clone();
                followed
            }
            Self::Alone(_, thresholds_s) => Followed {
                kinds: kinds(&played.users, &thresholds_s),
                left_out: concluded(&played.users) as u64,
                ..Followed::default()
            },
        }
    }
}

fn concluded(users: &Outcome) -> f64 {
    users.served + users.rejected + users.timed_out + users.failed + users.lost
}

/// How many requests came to which end, most first.
fn kinds(users: &Outcome, thresholds_s: &[f64]) -> Vec<(Fate, u16, u64)> {
    let lowest =
        (0..thresholds_s.len()).min_by(|a, b| thresholds_s[*a].total_cmp(&thresholds_s[*b]));
    let (slow, in_service) = lowest.map_or((0.0, 0.0), |k| {
        let of = |counts: &[f64]| counts.get(k).copied().unwrap_or(0.0);
        (of(&users.slow), of(&users.slow_in_service))
    });
    let all = [
        (Fate::Served, users.served - slow),
        (Fate::SlowService, in_service),
        (Fate::SlowWaiting, slow - in_service),
        (
            Fate::Rejected,
            users.rejected - users.dropped - users.throttled,
        ),
        (Fate::Dropped, users.dropped),
        (Fate::Throttled, users.throttled),
        (Fate::TimedOut, users.timed_out - users.timed_out_in_service),
        (Fate::TimedOutInService, users.timed_out_in_service),
        (Fate::Failed, users.failed),
        (Fate::Lost, users.lost),
    ];
    let mut kinds: Vec<(Fate, u16, u64)> = all
        .into_iter()
        .filter(|(_, count)| *count > 0.5)
        .map(|(fate, count)| (fate, 0, count.round() as u64))
        .collect();
    sort_by_key(&mut kinds, |kind| core::cmp::Reverse(kind.2));
    kinds
}

/// Names of the components and slots of their replicas, and names of the routes.
pub(super) fn names(setup: &Setup) -> (Vec<String>, Vec<u32>, Vec<String>) {
    let own_slots = setup.scenario.document().service.concurrency;
    let Some(topology) = &setup.scenario.topology else {
        let name = || vec![MAIN_SERVICE.to_owned()];
        return (name(), vec![own_slots], name());
    };
    let components = topology.components.iter();
    let slots = components.clone().map(|component| match &component.kind {
        ComponentKind::Main => own_slots,
        ComponentKind::Service(service) => service.document().service.concurrency,
        ComponentKind::Dependency(_) | ComponentKind::Function(_) => 0,
    });
    (
        components.clone().map(|c| c.name.clone()).collect(),
        slots.collect(),
        topology.routes.iter().map(|r| r.name.clone()).collect(),
    )
}
