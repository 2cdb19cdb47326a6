//! The `requests` plane of a network: every span is played.
//!
//! ```text
//!  user ──► arriving: balancer, queue, full? ──► serving: slot, own service, error? ──► calls ──► answer
//!              ▲  ▲                                                    │                             │
//!              │  └──────────────── a span at a later station ◄────────┘  settle: who waits is told ◄┤
//!              └─ pause ◄── ending: tries again? ◄── rejected, late, error, call failed, killed ◄────┘
//! ```
//!
//! Every end, deadline and retry is an event, in order of time. An answer is not told within the event that brings it
//! about but right after, in order: no chain of immediate failures, however long, nests.

use super::counts::{Counts, EntryCount};
use super::edges::Edge;
use super::path::Path;
use super::place::Place;
use super::spans::{NOBODY, Origin, Spans, State};
use super::trace::{Follow, Followed, Recorder};
use super::{
    CallOutcome, Entry, NetworkError, NetworkOutcome, NetworkPlane, Station, StationInterval, check,
};
use crate::plane::requests::calendar::Calendar;
use crate::plane::requests::memory::Memory;
use crate::plane::requests::source::{Source, Streams};
use crate::plane::tally::{LatencyLimits, Tally};
use crate::plane::{Interval, ServiceModel};
use crate::random::{Purpose, Rng, uniform};
use crate::stats::LogHistogram;
use std::collections::VecDeque;

/// Set in the number of an event that is a station's, not a span's.
pub(super) const OF_STATION: u32 = 1 << 31;
/// Set in the number of an event that is a call's: hedges are due.
pub(super) const OF_EDGE: u32 = 1 << 30;

/// An answer on its way to who waits for it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Answer {
    pub(super) to: u32,
    pub(super) generation: u32,
    pub(super) path: Path,
    /// Whether it is a failure that fails who waits, too.
    pub(super) fails: bool,
    /// How that began.
    pub(super) origin: Origin,
}

/// The stations, what they hold, and what is to come.
pub(super) struct Network {
    pub(super) now_s: f64,
    pub(super) calendar: Calendar,
    /// Events in the calendar.
    pub(super) scheduled: u64,
    pub(super) spans: Spans,
    /// First those of the entries, then the calls, station by station.
    pub(super) edges: Vec<Edge>,
    /// How many of the edges are entries.
    pub(super) entries: u16,
    pub(super) places: Vec<Place>,
    pub(super) answers: VecDeque<Answer>,
    /// Users' requests without a fate, by entry.
    pub(super) open: Vec<u64>,
    source: Source,
    /// Sums of the entries' shares, but for the last one.
    shares: Vec<f64>,
    routes: Rng,
}

impl Network {
    fn new(stations: &[Station], entries: &[Entry], seed: u64, replication: u32) -> Self {
        let streams = |component: usize| Streams {
            seed,
            replication,
            component: component as u32,
        };
        let mut edges: Vec<Edge> = entries
            .iter()
            .map(|entry| Edge::entry(entry, stations))
            .collect();
        let mut places = Vec::with_capacity(stations.len());
        for (number, station) in stations.iter().enumerate() {
            let mut place = Place::new(station, edges.len() as u16, &streams(number));
            for call in &station.calls {
                let edge = Edge::call(number as u16, call);
                place.blocks |= edge.blocks();
                edges.push(edge);
            }
            places.push(place);
        }
        let mut sum = 0.0;
        let mut shares: Vec<f64> = entries
            .iter()
            .map(|entry| {
                sum += entry.share;
                sum
            })
            .collect();
        shares.pop();
        // What every request needs is drawn by its station; of this source only the arrivals are used.
        let source = Source::new(&stations[0].service, &streams(0));
        Self {
            now_s: 0.0,
            calendar: Calendar::new(typical_service_s(stations, entries)),
            scheduled: 0,
            spans: Spans::default(),
            edges,
            entries: entries.len() as u16,
            places,
            answers: VecDeque::new(),
            open: vec![0; entries.len()],
            source,
            shares,
            routes: streams(0).rng(Purpose::Routes),
        }
    }

    /// Serves an interval.
    fn serve(
        &mut self,
        rate_rps: f64,
        stations: &[StationInterval],
        counts: &mut Counts<'_>,
        into: &mut NetworkOutcome,
    ) {
        let none = StationInterval::default();
        for station in 0..self.places.len() {
            let conditions = stations.get(station).unwrap_or(&none);
            self.adapt(station as u16, conditions, counts);
        }
        self.settle(self.now_s, counts);
        self.calendar.expect(self.scheduled as f64, self.now_s);
        let length_s = stations.first().map_or(0.0, |at| at.interval.length_s);
        let end_s = self.now_s + length_s;
        self.note_replicas(end_s);
        let mut schedule = self.source.open(
            &Interval {
                length_s,
                rate_rps: rate_rps.max(0.0),
                ..Interval::default()
            },
            self.now_s,
        );
        while let Some(arrival_s) = schedule.next_s() {
            self.run_until(arrival_s, counts);
            self.enter(arrival_s, counts);
            self.source.advance(&mut schedule);
        }
        self.source.close(&schedule);
        self.run_until(end_s, counts);
        self.now_s = end_s;
        counts.write(into);
        into.calls.clear();
        let calls = self.edges.iter_mut().skip(usize::from(self.entries));
        into.calls.extend(calls.map(|edge| match &mut edge.guard {
            Some(guard) => guard.take_counts(end_s),
            None => CallOutcome::default(),
        }));
        for (place, outcome) in self.places.iter_mut().zip(&mut into.stations) {
            (outcome.in_service_s, outcome.busy_server_s) = place.usage.close(end_s);
            outcome.waiting_at_end = place.waiting as f64;
            outcome.open_at_end = place.open as f64;
        }
        self.close_functions(end_s, &mut into.functions);
        for (open, entry) in self.open.iter().zip(&mut into.entries) {
            entry.total.open_at_end = *open as f64;
        }
    }

    /// Tells the recorder which replicas take requests until `end_s`.
    fn note_replicas(&mut self, end_s: f64) {
        let Some(recorder) = &mut self.spans.recorder else {
            return;
        };
        for (station, place) in (0..).zip(&self.places) {
            if place.function.is_none() {
                recorder.there(station, place.lineup.active(), self.now_s, end_s);
            }
        }
    }

    /// Lets everything happen that is due by `until_s`.
    #[inline]
    fn run_until(&mut self, until_s: f64, counts: &mut Counts<'_>) {
        loop {
            let event_s = self.calendar.next_s(until_s);
            if event_s > until_s {
                return;
            }
            if let Some(what) = self.calendar.take() {
                self.scheduled -= 1;
                self.happen(what, event_s, counts);
                self.settle(event_s, counts);
            }
        }
    }

    /// Something that was due happens.
    #[inline]
    fn happen(&mut self, what: u32, now_s: f64, counts: &mut Counts<'_>) {
        if what >= OF_EDGE {
            if what & OF_STATION != 0 {
                return self.look_at_deadlines((what & !OF_STATION) as u16, now_s, counts);
            }
            return self.look_at_hedges((what & !OF_EDGE) as u16, now_s, counts);
        }
        match self.spans[what].state {
            State::Serving => self.end_service(what, now_s, counts),
            State::Starting => self.serve_on_instance(what, now_s, counts),
            State::Pausing => self.try_again(what, now_s, counts),
            // Ended before its time; this was the last that referred to it.
            State::Over | State::Waiting | State::Calling => self.spans.remove(what),
        }
    }

    /// Adds an event.
    #[inline]
    pub(super) fn schedule(&mut self, time_s: f64, what: u32) {
        self.scheduled += 1;
        self.calendar.add(time_s, what);
    }

    /// Those who wait are told what has been answered.
    #[inline]
    fn settle(&mut self, now_s: f64, counts: &mut Counts<'_>) {
        while let Some(answer) = self.answers.pop_front() {
            self.tell(&answer, now_s, counts);
        }
    }

    /// A user's request arrives.
    #[inline]
    fn enter(&mut self, now_s: f64, counts: &mut Counts<'_>) {
        let entry = if self.shares.is_empty() {
            0
        } else {
            let point = uniform(&mut self.routes);
            self.shares.partition_point(|sum| *sum <= point)
        };
        counts.entries[entry].tally.arrivals += 1;
        self.open[entry] += 1;
        self.issue(entry as u16, NOBODY, now_s, counts);
        self.settle(now_s, counts);
    }
}

/// Mean own service over the spans of a network, seconds.
fn typical_service_s(stations: &[Station], entries: &[Entry]) -> f64 {
    let mut visits = vec![0.0; stations.len()];
    for entry in entries {
        visits[entry.station] += entry.share;
    }
    let (mut spans, mut seconds) = (0.0, 0.0);
    for (number, station) in stations.iter().enumerate() {
        let own = visits[number];
        spans += own;
        seconds += own * station.service.service_time_s.mean();
        for call in &station.calls {
            visits[call.to] += own * call.per_request;
        }
    }
    if seconds > 0.0 && spans > 0.0 {
        seconds / spans
    } else {
        1.0
    }
}

/// Plays every span of a network.
pub struct RequestsNetwork {
    pub(super) network: Network,
    limits: Vec<LatencyLimits>,
    memories: Vec<Memory>,
    entry_limits: Vec<LatencyLimits>,
    entry_memories: Vec<Memory>,
}

impl RequestsNetwork {
    /// A network at time 0 without servers and requests. `thresholds_s` are those of the end-to-end objectives, at most
    /// [`MAX_THRESHOLDS`](crate::plane::MAX_THRESHOLDS). It remembers the latencies of the last `recent_intervals`
    /// intervals. The numbers of a station come from the streams of `seed`, `replication` and its number; users and
    /// their routes from those of station 0.
    pub fn new(
        stations: &[Station],
        entries: &[Entry],
        thresholds_s: &[f64],
        recent_intervals: u32,
        seed: u64,
        replication: u32,
    ) -> Result<Self, NetworkError> {
        check(stations, entries, thresholds_s)?;
        let entry_limits = |entry: &Entry| {
            let service = &stations[entry.station].service;
            LatencyLimits::new(&ServiceModel {
                thresholds_s: thresholds_s.to_vec(),
                ..service.clone()
            })
        };
        Ok(Self {
            network: Network::new(stations, entries, seed, replication),
            limits: stations
                .iter()
                .map(|station| LatencyLimits::new(&station.service))
                .collect(),
            memories: stations
                .iter()
                .map(|_| Memory::new(recent_intervals))
                .collect(),
            entry_limits: entries.iter().map(entry_limits).collect(),
            entry_memories: entries.iter().map(|_| Memory::new(0)).collect(),
        })
    }
}

impl RequestsNetwork {
    /// From now on, single requests are followed; what was before is forgotten.
    pub fn follow(&mut self, follow: Follow, thresholds_s: &[f64]) {
        let stations = self.network.places.len();
        let recorder = Recorder::new(follow, thresholds_s, stations);
        self.network.spans.recorder = Some(Box::new(recorder));
    }

    /// What was followed until now; requests are followed no longer. `None` if they were not.
    pub fn take_followed(&mut self) -> Option<Followed> {
        let recorder = self.network.spans.recorder.take()?;
        Some(recorder.finish(self.network.now_s))
    }
}

impl NetworkPlane for RequestsNetwork {
    fn serve(&mut self, rate_rps: f64, stations: &[StationInterval], into: &mut NetworkOutcome) {
        let blank = |memories: &mut [Memory]| -> Vec<LogHistogram> {
            memories.iter_mut().map(Memory::blank).collect()
        };
        let mut latencies = blank(&mut self.memories);
        let mut entry_latencies = blank(&mut self.entry_memories);
        let tallies = self.limits.iter().zip(&mut latencies);
        let entries = self.entry_limits.iter().zip(&mut entry_latencies);
        let mut counts = Counts {
            stations: tallies
                .map(|(limits, latencies)| Tally::new(*limits, latencies))
                .collect(),
            entries: entries
                .map(|(limits, latencies)| {
                    let tally = Tally::new(*limits, latencies);
                    EntryCount::new(*limits, tally, self.memories.len())
                })
                .collect(),
        };
        self.network.serve(rate_rps, stations, &mut counts, into);
        for (memory, latencies) in self.memories.iter_mut().zip(latencies) {
            memory.keep(latencies);
        }
        for (memory, latencies) in self.entry_memories.iter_mut().zip(entry_latencies) {
            memory.keep(latencies);
        }
    }

    fn give_arrivals(&mut self, after_s: &[f64]) {
        self.network.source.give(after_s);
    }

    fn recent_quantile(&self, station: usize, q: f64, intervals: u32) -> Option<f64> {
        self.memories.get(station)?.quantile(q, intervals)
    }

    fn drain_latency(&mut self, entry: usize, into: &mut LogHistogram) {
        if let Some(memory) = self.entry_memories.get_mut(entry) {
            memory.drain(into);
        }
    }

    fn drain_station_latency(&mut self, station: usize, into: &mut LogHistogram) {
        if let Some(memory) = self.memories.get_mut(station) {
            memory.drain(into);
        }
    }
}
