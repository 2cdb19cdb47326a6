//! A few minutes of one replication, request by request.
//!
//! ```text
//!   the replication, as it was ──► what each tick gave its data plane ──► the `requests` plane, single requests followed
//! ```
//!
//! Where the scenario is of the `requests` plane, these are the very requests of the replication: they are played from its
//! first tick on, with the same random numbers. Where it is `fluid`, that plane knows no single requests; then requests
//! are played with the rates and the replicas that it had at those ticks, from the last calm tick some minutes before on,
//! and the counts are those of one course of luck: they differ from the tick's expected ones by chance.
//!
//! What the edge cache answers is not among the requests.

mod player;

use super::network::add;
use super::{Setup, Simulation};
use crate::plane::Outcome;
use crate::plane::network::StationInterval;
use crate::plane::network::trace::{Fate, FollowedRequest, FollowedTrace, ReplicaUse};
use crate::scenario::document::PlaneKind;
use crate::slo::budget;
use crate::stats::edges;
use player::{Played, Player};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::collections::VecDeque;

/// Length of a window at most, seconds.
pub const MOST_WINDOW_S: f64 = 3600.0;
/// A fluid replication's requests are played from so long before the window at least, seconds.
const LEAD_S: f64 = 300.0;
/// And from so long at most, where it was never calm.
const MOST_LEAD_S: f64 = 7200.0;
/// Calls that are played of a window at most, as expected; later ticks are left out. As many at most before it.
const MOST_CALLS: f64 = 6e6;
/// Slots of the latency histogram that make a bin: four bins to a doubling.
const SLOTS_OF_BIN: usize = 2;

/// Which window.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct WindowRequest {
    /// Which replication.
    pub replication: u32,
    /// From the tick that holds this on, seconds since the start of the SLO window.
    pub from_s: f64,
    /// Until the tick that ends here or later, at most [`MOST_WINDOW_S`] after `from_s`.
    pub to_s: f64,
}

/// Counts of requests that reached the services.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct WindowCounts {
    /// Arrived.
    pub arrivals: f64,
    /// Answered in time and without error, slow ones included.
    pub served: f64,
    /// Turned away.
    pub rejected: f64,
    /// Given up.
    pub timed_out: f64,
    /// Answered with an error.
    pub failed: f64,
    /// Held by a replica that ended.
    pub lost: f64,
    /// Bad for the objective that has most bad ones.
    pub bad: f64,
}

/// Requests of a range of latencies.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct LatencyBin {
    /// From, milliseconds.
    pub from_ms: f64,
    /// To, milliseconds.
    pub to_ms: f64,
    /// Served requests.
    pub requests: f64,
}

/// Why requests were bad.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct WindowCause {
    /// How it went wrong.
    pub fate: Fate,
    /// Place of the component to blame.
    pub component: u16,
    /// Requests.
    pub requests: u64,
}

/// A window, request by request. Times are seconds since the start of the SLO window.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct WindowReplay {
    /// Version of the engine.
    pub engine_version: String,
    /// Seed.
    pub seed: u64,
    /// Which replication.
    pub replication: u32,
    /// Start of its first tick.
    pub from_s: f64,
    /// End of its last tick.
    pub to_s: f64,
    /// Whether these are the replication's very requests; otherwise its plane is `fluid`.
    pub is_own: bool,
    /// Seconds that were played before the window, for queues to be as they were.
    pub lead_s: f64,
    /// Whether the window was shortened, because there are too many requests.
    pub is_shortened: bool,
    /// Whether single requests could be followed; not with processor sharing, priorities and requests that wait outside.
    pub is_followed: bool,
    /// Names of the components, by place.
    pub components: Vec<String>,
    /// Requests that one replica of the component serves at once, by place; 0 where there are no replicas.
    pub slots: Vec<u32>,
    /// Names of the routes, by number.
    pub routes: Vec<String>,
    /// The lowest latency threshold of the objectives, milliseconds.
    pub threshold_ms: Option<f64>,
    /// What the replication's ticks say of the window.
    pub ticks: WindowCounts,
    /// What was played.
    pub played: WindowCounts,
    /// 50th, 95th and 99th percentile of the served requests' latency, milliseconds.
    pub quantiles_ms: Option<[f64; 3]>,
    /// Latencies of served requests.
    pub latency: Vec<LatencyBin>,
    /// Why requests were bad, most first.
    pub causes: Vec<WindowCause>,
    /// Requests in the order in which their fates were known.
    pub requests: Vec<FollowedRequest>,
    /// Requests that are not listed.
    pub left_out: u64,
    /// Slow and failed requests with their spans, the slowest first.
    pub traces: Vec<FollowedTrace>,
    /// Replicas of the services.
    pub replicas: Vec<ReplicaUse>,
    /// SHA-256 of all of this.
    pub digest: String,
}

/// What a tick gave the data plane of a replication, and what came of it.
#[derive(Clone, Debug, Default)]
pub(super) struct TickConditions {
    pub(super) rate_rps: f64,
    pub(super) stations: Vec<StationInterval>,
    /// When requests arrived, where an edge cache decides.
    pub(super) arrivals: Option<Vec<f64>>,
    pub(super) outcome: Outcome,
}

/// The ticks of a window.
struct Ticks {
    first: u32,
    end: u32,
}

impl Ticks {
    fn new(setup: &Setup, request: &WindowRequest) -> Self {
        let warm_up = f64::from(setup.warm_up_ticks);
        let from_s = request.from_s.max(-warm_up * setup.tick_s);
        let to_s = request.to_s.min(from_s + MOST_WINDOW_S);
        let last = setup.ticks().max(1) - 1;
        let first = ((from_s / setup.tick_s + warm_up + 1e-9).floor() as u32).min(last);
        let end = (to_s / setup.tick_s + warm_up - 1e-9).ceil() as u32;
        Self {
            first,
            end: end.clamp(first + 1, last + 1),
        }
    }
}

/// Plays a window of a replication request by request.
pub fn replay_window(setup: &Setup, seed: u64, request: &WindowRequest) -> WindowReplay {
    let ticks = Ticks::new(setup, request);
    let is_own = setup.scenario.document().run.plane == PlaneKind::Requests;
    let start_s = |tick: u32| (f64::from(tick) - f64::from(setup.warm_up_ticks)) * setup.tick_s;
    let calls = calls_per_request(setup);
    let mut simulation = Simulation::new(setup, seed, request.replication);
    simulation.listen();
    let mut held = VecDeque::new();
    let mut player = is_own.then(|| {
        let window_s = (
            start_s(ticks.first) - start_s(0),
            start_s(ticks.end) - start_s(0),
        );
        Player::new(setup, seed, request.replication, window_s)
    });
    let mut played = Played::new();
    let mut own = Outcome::default();
    let mut expected = 0.0;
    let (mut first, mut end) = (0, ticks.first);
    while simulation.tick < ticks.end && expected < MOST_CALLS {
        let tick = simulation.tick;
        simulation.advance(1);
        let Some(conditions) = simulation.conditions.take() else {
            break;
        };
        let is_in = tick >= ticks.first;
        if is_in {
            end = tick + 1;
            add(&mut own, &conditions.outcome);
            expected += conditions.rate_rps * setup.tick_s * calls;
        }
        match &mut player {
            Some(player) => player.play(&conditions, is_in, &mut played),
            None => {
                held.push_back(conditions);
                let is_before = start_s(tick + 1) + LEAD_S <= start_s(ticks.first);
                if is_before && simulation.is_calm() {
                    held.clear();
                    first = tick + 1;
                }
                let is_long = held.len() as f64 * setup.tick_s > MOST_LEAD_S + MOST_WINDOW_S;
                if is_long && !is_in {
                    held.pop_front();
                    first += 1;
                }
            }
        }
    }
    if player.is_none() {
        first += shorten(&mut held, ticks.first - first, setup.tick_s * calls);
    }
    let mut player = player.unwrap_or_else(|| {
        let window_s = (
            start_s(ticks.first) - start_s(first),
            start_s(end) - start_s(first),
        );
        Player::new(setup, seed, request.replication, window_s)
    });
    for (tick, conditions) in (first..).zip(&held) {
        player.play(conditions, tick >= ticks.first, &mut played);
    }
    let replay = WindowReplay {
        seed,
        replication: request.replication,
        from_s: start_s(ticks.first),
        to_s: start_s(end),
        is_own,
        lead_s: start_s(ticks.first) - start_s(first),
        is_shortened: end < ticks.end,
        ..blank(setup)
    };
    finish(setup, replay, player, played, &own, start_s(first))
}

/// Takes ticks from the front until what is left before the window is not too much; how many.
fn shorten(held: &mut VecDeque<TickConditions>, mut before: u32, calls_per_rps: f64) -> u32 {
    let lead = held.iter().take(before as usize);
    let mut calls: f64 = lead.map(|tick| tick.rate_rps * calls_per_rps).sum();
    let mut taken = 0;
    while calls > MOST_CALLS && before > 1 {
        if let Some(tick) = held.pop_front() {
            calls -= tick.rate_rps * calls_per_rps;
        }
        before -= 1;
        taken += 1;
    }
    taken
}

/// Calls to any component for a request of a user, when nothing fails.
fn calls_per_request(setup: &Setup) -> f64 {
    let topology = setup.scenario.topology.as_ref();
    topology.map_or(1.0, |topology| {
        let visits: f64 = topology.components.iter().map(|c| c.visits).sum();
        visits.max(1.0)
    })
}

/// A replay of nothing, with what a scenario says of it.
fn blank(setup: &Setup) -> WindowReplay {
    let thresholds_s = budget::thresholds_s(&setup.scenario.document().slo);
    let lowest = thresholds_s.iter().copied().fold(f64::INFINITY, f64::min);
    let (components, slots, routes) = player::names(setup);
    WindowReplay {
        engine_version: crate::ENGINE_VERSION.to_owned(),
        seed: 0,
        replication: 0,
        from_s: 0.0,
        to_s: 0.0,
        is_own: false,
        lead_s: 0.0,
        is_shortened: false,
        is_followed: false,
        components,
        slots,
        routes,
        threshold_ms: lowest.is_finite().then_some(lowest * 1000.0),
        ticks: WindowCounts::default(),
        played: WindowCounts::default(),
        quantiles_ms: None,
        latency: Vec::new(),
        causes: Vec::new(),
        requests: Vec::new(),
        left_out: 0,
        traces: Vec::new(),
        replicas: Vec::new(),
        digest: String::new(),
    }
}

/// Puts what was played into a replay. `zero_s` is when the player began.
fn finish(
    setup: &Setup,
    mut replay: WindowReplay,
    player: Player,
    mut played: Played,
    own: &Outcome,
    zero_s: f64,
) -> WindowReplay {
    replay.is_followed = player.follows();
    replay.ticks = counts(setup, own);
    replay.played = counts(setup, &played.users);
    let followed = player.finish(&mut played);
    replay.causes = followed
        .kinds
        .iter()
        .filter(|(fate, ..)| !fate.is_good())
        .map(|&(fate, component, requests)| WindowCause {
            fate,
            component,
            requests,
        })
        .collect();
    replay.latency = bins(&played);
    replay.quantiles_ms = quantiles_ms(&played);
    replay.requests = followed.requests;
    replay.left_out = followed.left_out;
    replay.traces = followed.traces;
    let slots = &replay.slots;
    let has_pods = |station: u16| slots.get(usize::from(station)).is_some_and(|n| *n > 0);
    replay.replicas = followed.replicas;
    replay.replicas.retain(|one| has_pods(one.station));
    shift(&mut replay, zero_s);
    replay.digest = digest(&replay);
    replay
}

/// From the player's clock to that of the SLO window.
fn shift(replay: &mut WindowReplay, zero_s: f64) {
    for request in &mut replay.requests {
        request.arrival_s += zero_s;
    }
    for trace in &mut replay.traces {
        trace.request.arrival_s += zero_s;
        for span in &mut trace.spans {
            span.arrival_s += zero_s;
            for time in [&mut span.start_s, &mut span.served_s, &mut span.end_s] {
                *time = time.map(|time| time + zero_s);
            }
        }
    }
}

fn counts(setup: &Setup, outcome: &Outcome) -> WindowCounts {
    WindowCounts {
        arrivals: outcome.arrivals,
        served: outcome.served,
        rejected: outcome.rejected,
        timed_out: outcome.timed_out,
        failed: outcome.failed,
        lost: outcome.lost,
        bad: setup.objectives.judge(outcome).worst,
    }
}

fn bins(played: &Played) -> Vec<LatencyBin> {
    let weights = played.latencies.weights();
    let first = weights.iter().position(|weight| *weight > 0.0);
    let last = weights.iter().rposition(|weight| *weight > 0.0);
    let (Some(first), Some(last)) = (first, last) else {
        return Vec::new();
    };
    let edge_ms = |slot: usize| match slot {
        0 => 0.0,
        slot => edges().get(slot - 1).copied().unwrap_or(f64::MAX) * 1000.0,
    };
    // A bin begins at an even number of slots above the lowest edge.
    let first = first.saturating_sub(1) / SLOTS_OF_BIN * SLOTS_OF_BIN + 1;
    let starts = (first..=last.max(first)).step_by(SLOTS_OF_BIN);
    starts
        .map(|slot| LatencyBin {
            from_ms: if slot == 1 { 0.0 } else { edge_ms(slot) },
            to_ms: edge_ms(slot + SLOTS_OF_BIN),
            requests: (slot..slot + SLOTS_OF_BIN)
                .chain((slot == 1).then_some(0))
                .filter_map(|slot| weights.get(slot))
                .sum(),
        })
        .collect()
}

fn quantiles_ms(played: &Played) -> Option<[f64; 3]> {
    let of = |q| played.latencies.quantile(q).map(|seconds| seconds * 1000.0);
    Some([of(0.50)?, of(0.95)?, of(0.99)?])
}

fn digest(replay: &WindowReplay) -> String {
    let bytes = postcard::to_allocvec(replay).unwrap_or_default();
    crate::study::hex(&Sha256::digest(&bytes), 32)
}

impl WindowCounts {
    /// Requests whose fate is known.
    pub fn concluded(&self) -> f64 {
        self.served + self.rejected + self.timed_out + self.failed + self.lost
    }
}

impl WindowReplay {
    /// The name of a component.
    pub fn component(&self, place: u16) -> &str {
        let name = self.components.get(usize::from(place));
        name.map_or("", String::as_str)
    }

    /// The name of a route.
    pub fn route(&self, number: u16) -> &str {
        let name = self.routes.get(usize::from(number));
        name.map_or("", String::as_str)
    }

    /// The listed requests as CSV (RFC 4180) with a heading.
    pub fn requests_csv(&self) -> String {
        let mut text =
            "arrival_s,route,latency_ms,wait_ms,service_ms,attempts,fate,component\r\n".to_owned();
        for request in &self.requests {
            let fields = [
                format!("{:.6}", request.arrival_s),
                quoted(self.route(request.entry)),
                format!("{:.3}", request.latency_s * 1000.0),
                format!("{:.3}", request.wait_s * 1000.0),
                format!("{:.3}", request.service_s * 1000.0),
                request.attempts.to_string(),
                quoted(request.fate.label()),
                quoted(self.component(request.station)),
            ];
            text.push_str(&fields.join(","));
            text.push_str("\r\n");
        }
        text
    }
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('"', "\"\""))
}
