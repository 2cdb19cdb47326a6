//! Stations that are serverless functions: requests get an instance, or none, and never wait for a slot.

use super::Station;
use super::counts::Counts;
use super::place::Place;
use super::played::Network;
use super::spans::State;
use crate::functions::{FunctionUse, Platform};
use crate::plane::requests::source::Streams;
use crate::plane::tally::Failure;

/// What a difference of two moments of the window may be too long by, seconds: it must not begin another step of the bill.
const CLOCK_S: f64 = 1e-8;

/// A function's instances.
pub(super) struct Instances {
    platform: Platform,
    account_instances: u32,
    bills_init: bool,
    /// Requests share instances, which are billed as long as they hold any.
    is_shared: bool,
    /// From when on each instance is billed for the request that it holds, by slot.
    billed_from_s: Vec<f64>,
}

impl Instances {
    /// Those that are there at the start: none but the provisioned ones of the first interval.
    pub(super) fn of(station: &Station, streams: &Streams) -> Option<Box<Self>> {
        let model = station.function.as_ref()?;
        Some(Box::new(Self {
            platform: Platform::new(model, streams.seed, streams.replication, streams.component),
            account_instances: model.account_instances,
            bills_init: model.bills_init,
            is_shared: model.concurrency > 1,
            billed_from_s: Vec::new(),
        }))
    }

    /// From now on so many are provisioned.
    pub(super) fn provision(&mut self, wanted: u32, now_s: f64) {
        self.platform.provision(wanted, now_s);
    }

    /// A request holds an instance no longer.
    fn give_back(&mut self, slot: u32, now_s: f64) {
        if !self.is_shared {
            let from_s = self.billed_from_s.get(slot as usize).copied();
            let seconds = (now_s - from_s.unwrap_or(now_s) - CLOCK_S).max(0.0);
            self.platform.bill(slot, seconds);
        }
        self.platform.release(slot, now_s);
    }

    fn close(&mut self, end_s: f64) -> FunctionUse {
        let mut used: FunctionUse = self.platform.close(end_s).into();
        if self.is_shared {
            used.billed_s = used.running_s - used.provisioned_running_s;
            used.billed_provisioned_s = used.provisioned_running_s;
        }
        used
    }
}

impl Network {
    /// An attempt arrives at a function.
    pub(super) fn invoke(
        &mut self,
        number: u32,
        station: u16,
        now_s: f64,
        counts: &mut Counts<'_>,
    ) {
        let functions = self
            .places
            .iter()
            .filter_map(|place| place.function.as_ref());
        let running: u32 = functions
            .map(|function| function.platform.of_account())
            .sum();
        let place = &mut self.places[usize::from(station)];
        let Some(function) = &mut place.function else {
            return;
        };
        let room = running < function.account_instances;
        let Ok(grant) = function.platform.acquire(now_s, room) else {
            return self.fail_outside(number, Failure::Rejected, now_s, counts);
        };
        let slot = grant.slot as usize;
        if function.billed_from_s.len() <= slot {
            function.billed_from_s.resize(slot + 1, now_s);
        }
        let unbilled_s = if function.bills_init {
            0.0
        } else {
            grant.wait_s
        };
        function.billed_from_s[slot] = now_s + unbilled_s;
        place.usage.change(now_s, 1.0, 0.0);
        let blocks = place.blocks;
        let ends_s = now_s + place.timeout_s;
        let span = &mut self.spans[number];
        span.replica = grant.slot;
        if let Some(service_s) = grant.service_s {
            span.service_s = service_s;
        }
        if grant.wait_s > 0.0 {
            span.state = State::Starting;
            span.due_s = now_s + grant.wait_s;
            let due_s = span.due_s;
            self.schedule(due_s, number);
            self.watch(number);
        } else {
            self.serve_on_instance(number, now_s, counts);
            if blocks || self.spans[number].due_s > ends_s {
                self.watch(number);
            }
        }
    }

    /// An instance is ready for an attempt.
    pub(super) fn serve_on_instance(&mut self, number: u32, now_s: f64, counts: &mut Counts<'_>) {
        let span = &mut self.spans[number];
        let station = usize::from(span.station);
        let place = &mut self.places[station];
        let wait_s = now_s - span.arrival_s;
        span.state = State::Serving;
        span.path.wait(wait_s, span.station);
        span.service_s *= place.time_factor;
        span.due_s = now_s + span.service_s;
        counts.stations[station].wait(wait_s);
        place.usage.change(now_s, 0.0, 1.0);
        let (due_s, instance) = (span.due_s, span.replica);
        if let Some(recorder) = &mut self.spans.recorder {
            recorder.start(number, instance, now_s);
        }
        self.schedule(due_s, number);
    }

    /// What the functions did in an interval that ends.
    pub(super) fn close_functions(&mut self, end_s: f64, into: &mut Vec<FunctionUse>) {
        into.clear();
        if self.places.iter().all(|place| place.function.is_none()) {
            return;
        }
        into.extend(self.places.iter_mut().map(|place| {
            let function = place.function.as_mut();
            function.map_or_else(FunctionUse::default, |function| function.close(end_s))
        }));
    }
}

impl Place {
    /// A request gives its instance back, from its own service (`busy`) or later.
    pub(super) fn give_back(&mut self, slot: u32, busy: bool, now_s: f64) {
        let Some(function) = &mut self.function else {
            return;
        };
        function.give_back(slot, now_s);
        self.usage
            .change(now_s, -1.0, if busy { -1.0 } else { 0.0 });
    }
}
