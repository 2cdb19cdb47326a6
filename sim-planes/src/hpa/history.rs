//! What the controller remembers: recommendations and changes of the number of replicas.
//!
//! Source: `stabilizeRecommendation`, `stabilizeRecommendationWithBehaviors`, `storeScaleEvent`,
//! `getReplicasChangePerPeriod`, `markScaleEventsOutdated` of `horizontal.go`. Both histories reuse the slot of an
//! entry that no window reaches any more, so that they stop growing at what one window holds.

use super::age_ms;
use super::look_back::{LookBack, Since};

/// A recommendation before stabilisation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Recommendation {
    /// Replicas.
    pub replicas: i32,
    /// When, ms on the caller's clock.
    pub at_ms: i64,
}

/// The recommendations of the look-back, in no particular order.
#[derive(Clone, Debug, Default)]
pub struct RecommendationLog {
    entries: Vec<Recommendation>,
    known: Option<LookBack>,
}

/// Two logs are the same whose entries are.
impl PartialEq for RecommendationLog {
    fn eq(&self, other: &Self) -> bool {
        self.entries == other.entries
    }
}

impl Eq for RecommendationLog {}

impl RecommendationLog {
    /// A log that holds these entries.
    pub fn from_entries(entries: Vec<Recommendation>) -> Self {
        Self {
            entries,
            known: None,
        }
    }

    /// A log with room for `capacity` entries.
    pub(super) fn with_capacity(capacity: usize) -> Self {
        Self::from_entries(Vec::with_capacity(capacity))
    }

    /// The entries, by slot.
    pub fn entries(&self) -> &[Recommendation] {
        &self.entries
    }

    /// The first entry of a new autoscaler: the replicas that it found.
    pub(super) fn seed(&mut self, replicas: i32, now_ms: u64) {
        self.known = None;
        self.store(None, replicas, now_ms);
    }

    /// Stabilisation without behaviour: records `desired` and returns the highest of it and the entries no older
    /// than `window_ms` (an entry exactly that old counts).
    pub fn highest_in_window(&mut self, now_ms: u64, window_ms: i64, desired: i32) -> i32 {
        let mut highest = desired;
        let mut outdated = None;
        for (slot, entry) in self.entries.iter().enumerate() {
            if age_ms(now_ms, entry.at_ms) > window_ms {
                outdated = Some(slot);
            } else {
                highest = highest.max(entry.replicas);
            }
        }
        self.known = None;
        self.store(outdated, desired, now_ms);
        highest
    }

    /// Stabilisation with behaviour: records `desired` and returns `current`, raised to the lowest of `desired`
    /// and the entries younger than `up_window_ms`, then lowered to the highest of `desired` and the entries
    /// younger than `down_window_ms`. An entry exactly as old as a window is outside it.
    pub fn stabilize(
        &mut self,
        now_ms: u64,
        up_window_ms: i64,
        down_window_ms: i64,
        current: i32,
        desired: i32,
    ) -> i32 {
        let now = super::to_signed_ms(now_ms);
        let since = |window_ms: i64| now.saturating_sub(window_ms);
        let since = Since {
            up: since(up_window_ms),
            down: since(down_window_ms),
        };
        let found = match self
            .known
            .and_then(|known| known.again(&self.entries, since))
        {
            Some(found) => found,
            None => LookBack::new(&self.entries, since),
        };
        let outdated = found.outdated(&self.entries, since);
        let (lowest, highest) = (desired.min(found.lowest), desired.max(found.highest));
        let asked = Recommendation {
            replicas: desired,
            at_ms: now,
        };
        self.known = found.with(asked, outdated, self.entries.len());
        self.store(outdated, desired, now_ms);
        current.max(lowest).min(highest)
    }

    fn store(&mut self, slot: Option<usize>, replicas: i32, now_ms: u64) {
        let entry = Recommendation {
            replicas,
            at_ms: super::to_signed_ms(now_ms),
        };
        put(&mut self.entries, slot, entry);
    }
}

/// A change of the number of replicas in one direction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ScaleEvent {
    /// Replicas added or removed, ≥ 0.
    pub change: i32,
    /// When, ms on the caller's clock.
    pub at_ms: i64,
    /// Whether it was older than every policy's period when an event was last stored: its slot is free.
    pub outdated: bool,
}

/// The changes in one direction, in no particular order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ScaleEvents {
    entries: Vec<ScaleEvent>,
}

impl ScaleEvents {
    /// A history that holds these events.
    pub fn from_entries(entries: Vec<ScaleEvent>) -> Self {
        Self { entries }
    }

    /// A history with room for `capacity` events.
    pub(super) fn with_capacity(capacity: usize) -> Self {
        Self {
            entries: Vec::with_capacity(capacity),
        }
    }

    /// The events, by slot.
    pub fn entries(&self) -> &[ScaleEvent] {
        &self.entries
    }

    /// Replicas changed within the last `period_ms`; an event exactly that old is outside it.
    pub fn change_within(&self, now_ms: u64, period_ms: i64) -> i32 {
        self.entries
            .iter()
            .filter(|event| age_ms(now_ms, event.at_ms) < period_ms)
            .fold(0, |sum, event| sum.saturating_add(event.change))
    }

    /// Records a change of `change` replicas. Events older than `longest_period_ms`, the longest period of the
    /// direction's policies, are marked outdated; the last of them gives its slot.
    pub fn store(&mut self, now_ms: u64, longest_period_ms: i64, change: i32) {
        let mut outdated = None;
        for (slot, event) in self.entries.iter_mut().enumerate() {
            event.outdated |= age_ms(now_ms, event.at_ms) > longest_period_ms;
            if event.outdated {
                outdated = Some(slot);
            }
        }
        let event = ScaleEvent {
            change,
            at_ms: super::to_signed_ms(now_ms),
            outdated: false,
        };
        put(&mut self.entries, outdated, event);
    }
}

/// Writes an entry to a free slot, else to the end.
fn put<T>(entries: &mut Vec<T>, slot: Option<usize>, entry: T) {
    match slot.and_then(|slot| entries.get_mut(slot)) {
        Some(free) => *free = entry,
        None => entries.push(entry),
    }
}
