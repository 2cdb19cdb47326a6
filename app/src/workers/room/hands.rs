//! The room's workers: starting them, hearing them, giving them work, replacing those that are stuck.

use super::reports::report_soon;
use super::{Room, Slot, Work};
use crate::state::now_ms;
use crate::workers::comparing::Comparing;
use crate::workers::pool::{Hand, Heard, worker_count, worker_url};
use crate::workers::protocol::Request;
use gloo::timers::callback::Timeout;
use sim_core::study::{Answer, ShardResult};
use std::cell::RefCell;
use std::collections::BTreeSet;
use std::rc::Rc;

/// A worker may go on with stale work for so long before it is replaced.
const STALE_WORK_MS: u32 = 500;
/// So many workers that crash are replaced until the next edit: what crashes again and again is told.
const MOST_CRASHES: u32 = 3;
/// A worker must be ready after this long.
const READY_MS: u32 = 20_000;

/// Starts all workers.
pub(super) fn start(room: &Rc<RefCell<Room>>) {
    let Some(url) = worker_url() else {
        room.borrow_mut()
            .fail("the page does not say where its worker lies (meta qec-worker)".to_owned());
        return;
    };
    let (workers, spare) = worker_count();
    room.borrow_mut().spare = spare;
    for _ in 0..workers + u32::from(spare) {
        start_one(room, &url, None);
    }
    let late = Rc::downgrade(room);
    Timeout::new(READY_MS, move || {
        let Some(room) = late.upgrade() else { return };
        let mut this = room.borrow_mut();
        if !this.slots.is_empty() && !this.slots.iter().any(|slot| slot.ready) {
            this.fail("the simulation did not start in time".to_owned());
        }
    })
    .forget();
}

/// Starts one worker, in a new slot or in place of another.
fn start_one(room: &Rc<RefCell<Room>>, url: &str, place: Option<usize>) {
    let mut this = room.borrow_mut();
    this.generations += 1;
    let generation = this.generations;
    let ears = Rc::downgrade(room);
    let hand = Hand::start(url, move |heard| {
        if let Some(room) = ears.upgrade() {
            hear(&room, generation, heard);
        }
    });
    match hand {
        Ok(hand) => {
            let slot = Slot {
                hand,
                ready: false,
                busy: None,
                at: None,
                again: None,
                told: BTreeSet::new(),
                generation,
            };
            match place.and_then(|place| this.slots.get_mut(place)) {
                Some(old) => *old = slot,
                None => this.slots.push(slot),
            }
        }
        Err(message) => this.fail(message),
    }
}

fn hear(room: &Rc<RefCell<Room>>, generation: u32, heard: Heard) {
    let mut simulated = true;
    {
        let mut this = room.borrow_mut();
        let Some(slot) = this
            .slots
            .iter_mut()
            .find(|slot| slot.generation == generation)
        else {
            return;
        };
        match heard {
            Heard::Ready => slot.ready = true,
            Heard::Failed(message) => {
                this.fail(message);
                return;
            }
            Heard::Crashed(message) => {
                drop(this);
                replace_crashed(room, generation, message);
                return;
            }
            // The microscope has a worker of its own.
            Heard::Replay { .. } => {}
            Heard::GivenUp { job } => {
                slot.busy.take_if(|(busy_with, _)| *busy_with == job);
                simulated = false;
            }
            Heard::Result { job, bytes } => {
                let took = slot.busy.take().map_or(0.0, |(_, since)| now_ms() - since);
                if this.is_trial(job) {
                    this.take_samples(&bytes, took);
                    simulated = false;
                } else {
                    this.take(job, &bytes, took);
                }
            }
        }
    }
    dispatch(room);
    if simulated {
        report_soon(room);
    }
}

impl Room {
    /// The oldest job that anybody waits for: a lower number is stale.
    fn oldest(&self) -> u32 {
        [&self.preview, &self.run, &self.sweep]
            .into_iter()
            .flatten()
            .map(|deal| deal.job)
            .chain(self.inquiry.as_ref().map(|one| one.job))
            .chain(self.tornado.as_ref().map(|tornado| tornado.deal.job))
            .chain(self.comparing.as_ref().map(Comparing::first_job))
            .min()
            .unwrap_or(self.jobs + 1)
    }

    fn take(&mut self, job: u32, bytes: &[u8], took_ms: f64) {
        if !self.is_current(job) {
            return;
        }
        if let Some(inquiry) = self.inquiry.as_mut().filter(|one| one.job == job) {
            match postcard::from_bytes::<Answer>(bytes) {
                Ok(answer) => inquiry.take(answer, took_ms),
                Err(error) => self.fail(format!("a worker's answer could not be read: {error}")),
            }
            return;
        }
        let result = match postcard::from_bytes::<ShardResult>(bytes) {
            Ok(result) => result,
            Err(error) => {
                self.fail(format!("a worker's result could not be read: {error}"));
                return;
            }
        };
        if self.is_comparing(job) {
            self.take_compared(job, result, took_ms);
            return;
        }
        if let Some(comparing) = self.comparing.as_mut() {
            comparing.overhear(&result);
        }
        let deal = [&mut self.preview, &mut self.run, &mut self.sweep]
            .into_iter()
            .flatten()
            .chain(self.tornado.as_mut().map(|tornado| &mut tornado.deal))
            .find(|deal| deal.job == job);
        if let Some(deal) = deal {
            deal.take(result, took_ms);
        }
    }
}

/// Gives every idle worker something to do.
pub(super) fn dispatch(room: &Rc<RefCell<Room>>) {
    let mut this = room.borrow_mut();
    let oldest = this.oldest();
    for index in 0..this.slots.len() {
        if !this
            .slots
            .get(index)
            .is_some_and(|slot| slot.ready && slot.busy.is_none())
        {
            continue;
        }
        let again = this.slots.get_mut(index).and_then(|slot| slot.again.take());
        let work = match again {
            Some(work) if this.is_current(work.job) => Some(work),
            _ if this.spare && index + 1 == this.slots.len() => {
                this.first_answer().or_else(|| this.lent_work())
            }
            _ => this.next_work(),
        };
        let Some(work) = work else {
            continue;
        };
        let Some(slot) = this.slots.get_mut(index) else {
            return;
        };
        slot.at = Some(work.clone());
        let Work { job, request, plan } = work;
        let plan = plan.filter(|_| slot.told.insert(job));
        let plan = plan.map(|plan| Request::Plan {
            job,
            oldest,
            plan: Box::new((*plan).clone()),
        });
        slot.told.retain(|&told| told >= oldest);
        slot.busy = Some((job, now_ms()));
        let told = plan.map_or(Ok(()), |plan| slot.hand.tell(&plan));
        if let Err(message) = told.and_then(|()| slot.hand.tell(&request)) {
            this.fail(message);
            return;
        }
    }
}

/// Another worker takes the place of one that crashed, and does again what that one was at.
fn replace_crashed(room: &Rc<RefCell<Room>>, generation: u32, message: String) {
    let lost = {
        let mut this = room.borrow_mut();
        this.crashes += 1;
        let (crashes, url) = (this.crashes, worker_url());
        let slots = this.slots.iter_mut().enumerate();
        let mut crashed = slots.filter(|(_, slot)| slot.generation == generation);
        let found = crashed.next().map(|(place, slot)| {
            let work = slot.busy.and(slot.at.take());
            (place, work.or(slot.again.take()))
        });
        match (url, found) {
            (Some(url), Some((place, work))) if crashes <= MOST_CRASHES => (url, place, work),
            _ => return this.fail(message),
        }
    };
    let (url, place, work) = lost;
    start_one(room, &url, Some(place));
    if let Some(slot) = room.borrow_mut().slots.get_mut(place) {
        slot.again = work;
    }
}

/// Workers at stale work are to give it up; those that are still at it after a while are replaced.
pub(super) fn replace_stuck(room: &Rc<RefCell<Room>>) {
    let this = room.borrow();
    let is_stale = |slot: &&Slot| slot.busy.is_some_and(|(job, _)| !this.is_current(job));
    let give_up = Request::GiveUp {
        oldest: this.oldest(),
    };
    let mut stuck = Vec::new();
    for slot in this.slots.iter().filter(is_stale) {
        // One that cannot be told is replaced.
        slot.hand.tell(&give_up).ok();
        stuck.push(slot.generation);
    }
    drop(this);
    if stuck.is_empty() {
        return;
    }
    let later = Rc::downgrade(room);
    Timeout::new(STALE_WORK_MS, move || {
        let (Some(room), Some(url)) = (later.upgrade(), worker_url()) else {
            return;
        };
        for generation in stuck {
            let place = {
                let this = room.borrow();
                let is_stuck = |slot: &Slot| {
                    slot.generation == generation
                        && slot.busy.is_some_and(|(job, _)| !this.is_current(job))
                };
                this.slots.iter().position(is_stuck)
            };
            if place.is_some() {
                start_one(&room, &url, place);
            }
        }
    })
    .forget();
}
