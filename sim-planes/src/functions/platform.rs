//! A function's instances under way: which of them takes a request, what starts, and what ends.
//!
//! Who plays the requests is somebody else: [`FunctionPool`](super::FunctionPool) with arrivals of its own, a network with
//! those that its users and callers make. They ask for an instance and give it back.
//!
//! Two kinds of events, each in a queue of its own: instances become ready (only where they may be given requests while
//! they start), and idle instances are looked at. An instance is looked at when the first of its idle times would end; if
//! it has served since, the look is put off to when the present one ends. So a request costs nothing for the expiry of the
//! instance that serves it, however often it does.
//!
//! A request that arrives at the very moment at which an instance becomes free finds it free; one that arrives at the
//! moment at which an instance expires does not find it.

use super::events::{Event, Events};
use super::instance::Instances;
use super::levels::{Count, Levels};
use super::model::{ColdStart, FunctionModel, NextInstance, Warmer};
use super::order::Order;
use super::outcome::FunctionOutcome;
use super::token_bucket::TokenBucket;
use crate::random::{Purpose, Rng, StreamKey};
use crate::stats::Welford;

/// An instance, given to a request.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Grant {
    /// Which one: to give it back.
    pub slot: u32,
    /// Seconds until it can serve: what is left of its start.
    pub wait_s: f64,
    /// Whether the request waits for its start.
    pub is_cold: bool,
    /// Whether it was started beforehand.
    pub provisioned: bool,
    /// Seconds of `wait_s` that are billed with the request: the start of an instance for it.
    pub billed_wait_s: f64,
    /// What the request takes instead of its own service time, where a cold start is told by that.
    pub service_s: Option<f64>,
}

/// Why a request is answered 429.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// As many instances as allowed.
    Limit,
    /// No further instance could be started so soon.
    Burst,
}

/// A function's instances.
#[derive(Clone, Debug)]
pub struct Platform {
    model: FunctionModel,
    cold_starts: Rng,
    keep_alives: Rng,
    now_s: f64,
    /// When the running interval began.
    opened_s: f64,
    instances: Instances,
    /// With a free place, by whom serves next: provisioned ones, and the others once they are ready.
    provisioned: Order,
    free: Order,
    /// When instances that start and have a free place will be ready.
    starting: Events,
    /// When idle instances are looked at.
    looks: Events,
    existing: Count,
    running: Count,
    burst: Option<TokenBucket>,
    /// Provisioned instances that exist, those that are wanted, and since when so many are.
    provisioned_now: u32,
    provisioned_wanted: u32,
    provisioned_since_s: f64,
    /// Of the provisioned ones: those with a request.
    provisioned_running: Count,
    /// When the warmer calls next, and when its calls end.
    next_ping_s: f64,
    ping_ends: Events,
    outcome: FunctionOutcome,
    billed_steps: u64,
    billed_provisioned_steps: u64,
    lifespans: Welford,
}

impl Platform {
    /// Instances at time 0: the provisioned ones and no other. Its numbers come from the cold-start, keep-alive and
    /// instance-choice streams of `seed`, `replication` and `component`.
    pub fn new(model: &FunctionModel, seed: u64, replication: u32, component: u32) -> Self {
        let stream = |purpose| {
            StreamKey {
                seed,
                replication,
                component,
                purpose,
            }
            .rng()
        };
        let choice = stream(Purpose::InstanceChoice);
        let mut platform = Self {
            cold_starts: stream(Purpose::ColdStarts),
            keep_alives: stream(Purpose::KeepAlive),
            now_s: 0.0,
            opened_s: 0.0,
            instances: Instances::default(),
            provisioned: Order::new(NextInstance::Oldest, choice.clone()),
            free: Order::new(model.next_instance, choice),
            starting: Events::default(),
            looks: Events::default(),
            existing: Count::new(model.provisioned),
            running: Count::new(0),
            burst: model
                .burst
                .map(|limit| TokenBucket::new(limit.size, limit.per_s)),
            provisioned_now: model.provisioned,
            provisioned_wanted: model.provisioned,
            provisioned_since_s: 0.0,
            provisioned_running: Count::new(0),
            next_ping_s: if model.warmer.is_some() {
                0.0
            } else {
                f64::INFINITY
            },
            ping_ends: Events::default(),
            outcome: FunctionOutcome::default(),
            billed_steps: 0,
            billed_provisioned_steps: 0,
            lifespans: Welford::default(),
            model: model.clone(),
        };
        for _ in 0..model.provisioned {
            platform.add_provisioned(0.0);
        }
        platform
    }

    /// Gives an instance to a request that arrives at `at_s`; a moment before the last one's is taken as that. Without
    /// `room` in the account no further instance may run but the provisioned ones.
    ///
    /// # Errors
    /// Why there is none for it.
    #[inline]
    pub fn acquire(&mut self, at_s: f64, room: bool) -> Result<Grant, Refusal> {
        let at_s = self.now_s.max(at_s);
        self.settle(at_s);
        self.outcome.arrivals += 1;
        let given = self.give(at_s, room);
        match &given {
            Ok(grant) if grant.is_cold => self.outcome.cold += 1,
            Ok(grant) => {
                self.outcome.warm += 1;
                self.outcome.provisioned += u64::from(grant.provisioned);
            }
            Err(Refusal::Limit) => self.outcome.rejected_by_limit += 1,
            Err(Refusal::Burst) => self.outcome.rejected_by_burst += 1,
        }
        given
    }

    /// Takes an instance back at `at_s`: a request on it has ended.
    #[inline]
    pub fn release(&mut self, slot: u32, at_s: f64) {
        // What ends at the moment of a warmer's call is free for it.
        while self.next_ping_s < at_s {
            self.call_warmer();
        }
        self.become_ready(at_s);
        self.free_place(slot, at_s);
    }

    /// Bills a request on an instance: so many seconds, rounded up to whole steps.
    #[inline]
    pub fn bill(&mut self, slot: u32, seconds: f64) {
        let steps = steps(seconds, self.model.billing_step_s);
        if self.instances.at(slot).provisioned {
            self.billed_provisioned_steps += steps;
        } else {
            self.billed_steps += steps;
        }
    }

    /// From `at_s` on so many instances are provisioned. Those that are no longer wanted end when they are idle.
    pub fn provision(&mut self, wanted: u32, at_s: f64) {
        if wanted == self.provisioned_wanted {
            return;
        }
        let at_s = self.now_s.max(at_s);
        self.settle(at_s);
        self.count_provisioned(at_s);
        self.provisioned_wanted = wanted;
        while self.provisioned_now < wanted {
            self.existing.up(at_s);
            self.add_provisioned(at_s);
            self.provisioned_now += 1;
        }
        while self.provisioned_now > wanted {
            let Some(slot) = self.provisioned.pick() else {
                break;
            };
            if self.instances.at(slot).in_flight > 0 {
                // Busy ones end when they fall idle.
                break;
            }
            self.provisioned.remove(slot);
            self.end_provisioned(slot, at_s);
        }
    }

    /// Ends an interval at `end_s`, which is at least the moment of its last request: what happened in it.
    pub fn close(&mut self, end_s: f64) -> FunctionOutcome {
        let end_s = self.now_s.max(end_s);
        self.settle(end_s);
        self.existing.pass(end_s);
        self.running.pass(end_s);
        self.provisioned_running.pass(end_s);
        self.count_provisioned(end_s);
        let mut outcome = std::mem::take(&mut self.outcome);
        let step_s = self.model.billing_step_s;
        outcome.billed_s = std::mem::take(&mut self.billed_steps) as f64 * step_s;
        outcome.billed_provisioned_s =
            std::mem::take(&mut self.billed_provisioned_steps) as f64 * step_s;
        outcome.instance_s = self.existing.take_sum_s();
        outcome.running_s = self.running.take_sum_s();
        outcome.provisioned_running_s = self.provisioned_running.take_sum_s();
        outcome.peak_instances = self.existing.take_peak();
        self.opened_s = end_s;
        outcome
    }

    /// How long how many instances existed and ran, and how long those lived that ended, since the last call.
    pub(super) fn take_levels(&mut self) -> (Levels, Levels, Welford) {
        let lifespans = std::mem::take(&mut self.lifespans);
        (
            self.existing.take_levels(),
            self.running.take_levels(),
            lifespans,
        )
    }

    /// Instances that exist now, provisioned ones included.
    pub fn instances(&self) -> u32 {
        self.existing.now()
    }

    /// Instances that hold a request now.
    pub fn running(&self) -> u32 {
        self.running.now()
    }

    /// What the function takes of the account's concurrency: what is provisioned, used or not, and what runs beside.
    pub fn of_account(&self) -> u32 {
        self.provisioned_now
            + self
                .running
                .now()
                .saturating_sub(self.provisioned_running.now())
    }

    fn add_provisioned(&mut self, at_s: f64) {
        let slot = self.instances.add(at_s, true);
        self.provisioned.started(slot);
        self.provisioned.insert(slot);
    }

    fn end_provisioned(&mut self, slot: u32, at_s: f64) {
        self.provisioned.ended(slot);
        self.instances.end(slot);
        self.existing.down(at_s);
        self.provisioned_now -= 1;
    }

    fn count_provisioned(&mut self, at_s: f64) {
        let since_s = self.provisioned_since_s.max(self.opened_s);
        self.outcome.provisioned_s += f64::from(self.provisioned_wanted) * (at_s - since_s);
        self.provisioned_since_s = at_s;
    }

    #[inline]
    fn give(&mut self, at_s: f64, room: bool) -> Result<Grant, Refusal> {
        if let Some(slot) = self.provisioned.pick() {
            return Ok(self.give_warm(slot, at_s));
        }
        if let Some(slot) = self.free.pick() {
            if !room && self.instances.at(slot).in_flight == 0 {
                return Err(Refusal::Limit);
            }
            return Ok(self.give_warm(slot, at_s));
        }
        if let Some(start) = self.starting.first() {
            return Ok(self.give_starting(start, at_s));
        }
        self.start_instance(at_s, room)
    }

    #[inline]
    fn give_warm(&mut self, slot: u32, at_s: f64) -> Grant {
        let concurrency = self.model.concurrency;
        let instance = self.instances.at(slot);
        instance.in_flight += 1;
        let (in_flight, provisioned) = (instance.in_flight, instance.provisioned);
        if in_flight == 1 {
            self.running.up(at_s);
            if provisioned {
                self.provisioned_running.up(at_s);
            }
        }
        let order = self.order(provisioned);
        if in_flight >= concurrency {
            order.remove(slot);
        } else {
            order.used(slot);
        }
        Grant {
            slot,
            wait_s: 0.0,
            is_cold: false,
            provisioned,
            billed_wait_s: 0.0,
            service_s: None,
        }
    }

    /// Gives a request to an instance that is still starting.
    #[cold]
    fn give_starting(&mut self, start: Event, at_s: f64) -> Grant {
        let instance = self.instances.at(start.slot);
        instance.in_flight += 1;
        if instance.in_flight >= self.model.concurrency {
            self.starting.pop();
        }
        Grant {
            slot: start.slot,
            wait_s: start.at_s - at_s,
            is_cold: true,
            provisioned: false,
            billed_wait_s: 0.0,
            service_s: None,
        }
    }

    #[cold]
    fn start_instance(&mut self, at_s: f64, room: bool) -> Result<Grant, Refusal> {
        if !room || self.existing.now() >= self.model.max_instances {
            return Err(Refusal::Limit);
        }
        if !self.burst.as_mut().is_none_or(|bucket| bucket.take(at_s)) {
            return Err(Refusal::Burst);
        }
        let slot = self.instances.add(at_s, false);
        self.instances.at(slot).in_flight = 1;
        self.free.started(slot);
        self.existing.up(at_s);
        self.running.up(at_s);
        let shared = self.model.concurrency > 1;
        let (init_s, service_s) = match &self.model.cold_start {
            ColdStart::Init(init) => {
                let init_s = init.sample(&mut self.cold_starts);
                if shared {
                    self.starting.push(at_s + init_s, slot);
                }
                (init_s, None)
            }
            ColdStart::Service(cold) => {
                if shared {
                    self.free.insert(slot);
                }
                (0.0, Some(cold.sample(&mut self.cold_starts)))
            }
        };
        self.outcome.started += 1;
        self.outcome.init_s += init_s;
        Ok(Grant {
            slot,
            wait_s: init_s,
            is_cold: true,
            provisioned: false,
            billed_wait_s: if self.model.bills_init { init_s } else { 0.0 },
            service_s,
        })
    }

    fn order(&mut self, provisioned: bool) -> &mut Order {
        if provisioned {
            &mut self.provisioned
        } else {
            &mut self.free
        }
    }

    /// Lets everything happen that happens by `at_s`.
    #[inline]
    fn settle(&mut self, at_s: f64) {
        while self.next_ping_s <= at_s {
            self.call_warmer();
        }
        self.pass_to(at_s);
    }

    #[inline]
    fn pass_to(&mut self, at_s: f64) {
        self.become_ready(at_s);
        while self.looks.next_s() <= at_s {
            self.look();
        }
        self.now_s = at_s;
    }

    /// Instances that have started by `at_s` can serve at once, and the warmer's calls end that are over.
    #[inline]
    fn become_ready(&mut self, at_s: f64) {
        loop {
            let (ready_s, ends_s) = (self.starting.next_s(), self.ping_ends.next_s());
            if ready_s.min(ends_s) > at_s {
                return;
            }
            if ready_s <= ends_s {
                if let Some(event) = self.starting.pop() {
                    self.free.insert(event.slot);
                }
            } else if let Some(event) = self.ping_ends.pop() {
                self.free_place(event.slot, event.at_s);
            }
        }
    }

    /// The warmer makes the calls that are due next, so many at once that each finds an instance of its own.
    #[cold]
    fn call_warmer(&mut self) {
        let now_s = self.next_ping_s;
        let Some(Warmer { every_s, calls }) = self.model.warmer else {
            self.next_ping_s = f64::INFINITY;
            return;
        };
        self.pass_to(now_s);
        for _ in 0..calls {
            self.ping(now_s);
        }
        self.next_ping_s = now_s + every_s;
    }

    fn ping(&mut self, now_s: f64) {
        let Ok(grant) = self.give(now_s, true) else {
            return;
        };
        self.outcome.pings += 1;
        self.bill(grant.slot, grant.billed_wait_s + Warmer::HOLD_S);
        self.ping_ends
            .push(now_s + grant.wait_s + Warmer::HOLD_S, grant.slot);
    }

    /// A request or a warmer's call on an instance ends.
    #[inline]
    fn free_place(&mut self, slot: u32, at_s: f64) {
        let concurrency = self.model.concurrency;
        let instance = self.instances.at(slot);
        let was_full = instance.in_flight >= concurrency;
        instance.in_flight -= 1;
        let (idle, provisioned) = (instance.in_flight == 0, instance.provisioned);
        let order = self.order(provisioned);
        if was_full {
            order.insert(slot);
        } else {
            order.used(slot);
        }
        if !idle {
            return;
        }
        self.running.down(at_s);
        if !provisioned {
            return self.fall_idle(slot, at_s);
        }
        self.provisioned_running.down(at_s);
        if self.provisioned_now > self.provisioned_wanted {
            self.pass_to(self.now_s.max(at_s));
            self.provisioned.remove(slot);
            self.end_provisioned(slot, at_s);
        }
    }

    #[inline]
    fn fall_idle(&mut self, slot: u32, at_s: f64) {
        let keep_alive_s = self.model.keep_alive_s.sample(&mut self.keep_alives);
        let instance = self.instances.at(slot);
        instance.expires_s = at_s + keep_alive_s;
        if instance.expires_s < instance.looked_at_s {
            instance.looked_at_s = instance.expires_s;
            self.looks.push(instance.expires_s, slot);
        }
    }

    /// Looks at an instance: is it idle, and for how long yet?
    fn look(&mut self) {
        let Some(Event { at_s, slot }) = self.looks.pop() else {
            return;
        };
        let instance = self.instances.at(slot);
        if instance.looked_at_s != at_s {
            // An earlier look took this one's place, or the instance has ended.
            return;
        }
        instance.looked_at_s = f64::INFINITY;
        if instance.in_flight > 0 {
            return;
        }
        if instance.expires_s > at_s {
            instance.looked_at_s = instance.expires_s;
            self.looks.push(instance.expires_s, slot);
            return;
        }
        let lifespan_s = at_s - instance.created_s;
        self.free.remove(slot);
        self.free.ended(slot);
        self.instances.end(slot);
        self.existing.down(at_s);
        self.outcome.ended += 1;
        self.lifespans.push(lifespan_s);
    }
}

/// Roundings of a few products must not fill another step.
const ROUNDING: f64 = 1e-12;

/// How many steps of `step_s` (above 0) a duration of `seconds` (at least 0) fills or begins.
#[inline]
pub fn steps(seconds: f64, step_s: f64) -> u64 {
    let steps = seconds / step_s * (1.0 - ROUNDING);
    let whole = steps as u64;
    whole + u64::from(steps > whole as f64)
}
