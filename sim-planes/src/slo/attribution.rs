//! Which want of capacity made a request bad.
//!
//! While replicas that were asked for are not ready, it is scaling lag, or eviction where most of them replace
//! evicted ones. When all are ready, it may still be scaling lag: the controller has not seen the load yet. So what
//! happens with everything ready is held back for as long as a controller can take to react (scrape, lag, averaging
//! and its own period); if it asks for more within that time it was scaling lag, otherwise saturation.

use super::Cause;
use super::budget::{BadRequests, Ledger, MAX_OBJECTIVES};

/// The state of capacity in a tick.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Capacity {
    /// Pods found no room and no node may be added.
    OutOfNodes,
    /// Replicas that were asked for are not ready.
    OnItsWay,
    /// The same, and most of them replace evicted ones.
    Evicted,
    /// The same, and most of them were killed for memory and start again.
    Restarting,
    /// All are ready, and the controller would ask for more than its maximum.
    AtMaximum,
    /// All are ready, and the controller sees nothing: telemetry is missing.
    Unseen,
    /// All are ready, and the controller is content.
    Ready,
}

type Held = [f64; MAX_OBJECTIVES];

/// Holds back what has no cause yet.
#[derive(Clone, Debug)]
pub struct Attribution {
    held: Vec<Held>,
    next: usize,
    any_held: bool,
    /// How many there are.
    objectives: usize,
}

impl Attribution {
    /// `reaction_ticks`: how long a controller can take to react; `objectives`: how many there are, [`MAX_OBJECTIVES`] at
    /// most.
    pub fn new(reaction_ticks: u32, objectives: usize) -> Self {
        Self {
            held: vec![[0.0; MAX_OBJECTIVES]; reaction_ticks.max(1) as usize],
            next: 0,
            any_held: false,
            objectives,
        }
    }

    /// Takes in a tick's bad requests. `scaled_up`: in this tick the controller asked for more.
    #[inline(never)]
    pub fn tick(
        &mut self,
        capacity: Capacity,
        scaled_up: bool,
        bad: &[BadRequests],
        ledger: &mut Ledger,
    ) {
        if scaled_up {
            self.release_all(Cause::ScalingLag, ledger);
        }
        let cause = match capacity {
            Capacity::OutOfNodes => Some(Cause::NodeLimit),
            Capacity::OnItsWay => Some(Cause::ScalingLag),
            Capacity::Evicted => Some(Cause::Eviction),
            Capacity::Restarting => Some(Cause::OutOfMemory),
            Capacity::AtMaximum => Some(Cause::ReplicaLimit),
            Capacity::Unseen => Some(Cause::TelemetryGap),
            Capacity::Ready => None,
        };
        match cause {
            None => self.hold(bad, ledger),
            Some(cause) => {
                for (index, bad) in bad.iter().enumerate() {
                    ledger.attribute(index, cause, bad.for_want_of_capacity);
                }
                if self.any_held {
                    self.hold(&[], ledger);
                }
            }
        }
    }

    /// Holds back what is bad now, and gives its cause to what has been held for longer than a controller can take.
    #[inline]
    fn hold(&mut self, bad: &[BadRequests], ledger: &mut Ledger) {
        for bad in bad {
            self.any_held |= bad.for_want_of_capacity != 0.0;
        }
        if !self.any_held {
            return;
        }
        if let Some(held) = self.held.get_mut(self.next) {
            // There are mostly fewer objectives than there may be: what is not there is not compared, and not moved.
            for (index, held) in held.iter_mut().enumerate().take(self.objectives) {
                let now = bad.get(index).map_or(0.0, |bad| bad.for_want_of_capacity);
                let expired = core::mem::replace(held, now);
                if expired != 0.0 {
                    ledger.attribute(index, Cause::Saturation, expired);
                }
            }
        }
        self.next += 1;
        if self.next == self.held.len() {
            self.next = 0;
        }
    }

    /// The window has ended: what is held back has its cause.
    pub fn finish(&mut self, ledger: &mut Ledger) {
        self.release_all(Cause::Saturation, ledger);
    }

    fn release_all(&mut self, cause: Cause, ledger: &mut Ledger) {
        if !self.any_held {
            return;
        }
        // Oldest first, so that sums do not depend on where the ring stands.
        for offset in 0..self.held.len() {
            let place = (self.next + offset) % self.held.len();
            release(&core::mem::take(&mut self.held[place]), cause, ledger);
        }
        self.any_held = false;
    }
}

fn release(held: &Held, cause: Cause, ledger: &mut Ledger) {
    if *held == Held::default() {
        return;
    }
    for (index, requests) in held
        .iter()
        .enumerate()
        .filter(|(_, requests)| **requests != 0.0)
    {
        ledger.attribute(index, cause, *requests);
    }
}
