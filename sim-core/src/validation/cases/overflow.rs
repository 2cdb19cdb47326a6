//! What happens to a request that finds no room, other than that it is turned away itself.

use super::super::case::{About, Effort, read};
use super::super::{Case, Family, Oracle, Run, Station};
use super::law;
use crate::plane::ServiceModel;
use crate::plane::queueing::finite_queue;
use crate::random::Distribution;
use crate::scenario::document::Overflow;

pub(super) fn cases() -> Vec<Case> {
    vec![drop_oldest(), block()]
}

const EFFORT: Effort = Effort {
    samples: 100,
    arrivals: 2e5,
};

/// One exponential server of rate 1 with room for so many requests that wait.
fn station(overflow: Overflow, room: u32, rate: f64) -> Station {
    let model = ServiceModel {
        overflow,
        ..ServiceModel::new(law(Distribution::exponential(1.0)))
    };
    Station {
        queue_limit: room,
        ..Station::of(model, 1, rate)
    }
}

fn drop_oldest() -> Case {
    let (room, rate) = (9, 0.9);
    let known = vec![
        read(
            Oracle::interval(
                "turned-away",
                "share turned away",
                "as in M/M/1/K: who leaves, the newcomer or the oldest, changes nothing in the number present",
                finite_queue(1, rate, room).blocked,
                0.02,
            ),
            Run::share_rejected,
        ),
        read(
            Oracle::interval(
                "dropped",
                "pushed out / turned away",
                "1: every newcomer finds an older request to push out",
                1.0,
                0.001,
            ),
            |run| run.outcome.dropped / run.outcome.rejected,
        ),
    ];
    Case::of_stations(
        About {
            id: "O-oldest",
            family: Family::LimitedRoom,
            subject: format!("M/M/1/{}, λ {rate}, μ 1, oldest dropped", room + 1),
            shows: "Dropping the oldest instead of the newest loses as many requests, only others.",
            source: "Kleinrock 1975",
        },
        EFFORT,
        vec![(station(Overflow::DropOldest, room, rate), known)],
    )
}

fn block() -> Case {
    let (room, rate) = (4, 0.8);
    let known = vec![
        read(
            Oracle::interval(
                "wait",
                "mean wait, inside and outside",
                "as in M/M/1: ρ / (μ − λ), since those outside come in in order",
                rate / (1.0 - rate),
                0.03,
            ),
            Run::mean_wait_s,
        ),
        read(
            Oracle::interval(
                "outside",
                "share that waits outside",
                "P(K or more in M/M/1) = ρ^K, K = 5 inside",
                libm::pow(rate, f64::from(room + 1)),
                0.02,
            ),
            |run| run.outcome.blocked / run.outcome.arrivals,
        ),
    ];
    Case::of_stations(
        About {
            id: "O-block",
            family: Family::LimitedRoom,
            subject: format!("M/M/1, λ {rate}, μ 1, room for {room} to wait, others outside"),
            shows: "A full queue that makes its clients wait loses nothing and saves no time.",
            source: "Erlang 1917; Kleinrock 1975",
        },
        EFFORT,
        vec![(station(Overflow::Block, room, rate), known)],
    )
}
