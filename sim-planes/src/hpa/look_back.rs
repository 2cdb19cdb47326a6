//! The look-back over recommendations, at a cost that hardly depends on how many there are.
//!
//! A window of five minutes holds twenty of them at a sync period of 15 seconds, and the simulation looks back in every
//! tick: going through all of them was a third of what a reconcile costs in WebAssembly. The highest entry stays the
//! highest until it leaves the window or a higher one comes; slots that are filled in turn are a ring, whose oldest
//! entry is the next to be overwritten. Where neither holds, all entries are gone through.

use super::history::Recommendation;

/// Entries after these times are in the windows, ms.
#[derive(Clone, Copy, Debug)]
pub(super) struct Since {
    pub(super) up: i64,
    pub(super) down: i64,
}

/// What a look-back found, from which the next can tell most without going through all entries again.
#[derive(Clone, Copy, Debug)]
pub(super) struct LookBack {
    since_down_ms: i64,
    /// The lowest entry of the window upward; `i32::MAX` without any.
    pub(super) lowest: i32,
    /// The highest entry of the window downward, and when it was last recommended; `i32::MIN` without any.
    pub(super) highest: i32,
    highest_ms: i64,
    newest_ms: i64,
    /// Slot of the oldest entry, where the slots from there on, and round, are in the order of time.
    oldest: Option<usize>,
}

impl LookBack {
    /// Goes through all entries.
    pub(super) fn new(entries: &[Recommendation], since: Since) -> Self {
        let mut found = Self {
            since_down_ms: since.down,
            lowest: lowest_since(entries, since.up),
            highest: i32::MIN,
            highest_ms: i64::MIN,
            newest_ms: i64::MIN,
            oldest: first_of_ring(entries),
        };
        for &Recommendation { replicas, at_ms } in entries {
            found.newest_ms = found.newest_ms.max(at_ms);
            if at_ms > since.down && (replicas, at_ms) > (found.highest, found.highest_ms) {
                (found.highest, found.highest_ms) = (replicas, at_ms);
            }
        }
        found
    }

    /// The same at a later time, unless the highest entry has left the window.
    pub(super) fn again(self, entries: &[Recommendation], since: Since) -> Option<Self> {
        let holds = self.highest_ms > since.down && since.down >= self.since_down_ms;
        holds.then(|| Self {
            since_down_ms: since.down,
            lowest: if self.newest_ms > since.up {
                lowest_since(entries, since.up)
            } else {
                i32::MAX
            },
            ..self
        })
    }

    /// The last slot whose entry no window reaches any more.
    pub(super) fn outdated(&self, entries: &[Recommendation], since: Since) -> Option<usize> {
        let is_over = |entry: &Recommendation| entry.at_ms < since.up.min(since.down);
        if let Some(oldest) = self.oldest {
            let second = if oldest + 1 < entries.len() {
                oldest + 1
            } else {
                0
            };
            let is_over = |slot: usize| entries.get(slot).is_some_and(is_over);
            if !is_over(oldest) {
                return None;
            }
            if second != oldest && !is_over(second) {
                return Some(oldest);
            }
        }
        entries.iter().rposition(is_over)
    }

    /// With what is recommended now, in this slot of so many or in a new one; `None` where time runs back.
    pub(super) fn with(
        self,
        asked: Recommendation,
        slot: Option<usize>,
        entries: usize,
    ) -> Option<Self> {
        let oldest = self.oldest.filter(|oldest| match slot {
            Some(slot) => slot == *oldest,
            // At the end of all slots.
            None => *oldest == 0,
        });
        let next = |oldest: usize| if oldest + 1 < entries { oldest + 1 } else { 0 };
        let mut found = Self {
            newest_ms: asked.at_ms,
            oldest: oldest.map(|oldest| slot.map_or(0, |_| next(oldest))),
            ..self
        };
        if asked.replicas >= self.highest {
            (found.highest, found.highest_ms) = (asked.replicas, asked.at_ms);
        }
        (asked.at_ms >= self.newest_ms).then_some(found)
    }
}

fn lowest_since(entries: &[Recommendation], since_ms: i64) -> i32 {
    let inside = entries.iter().filter(|entry| entry.at_ms > since_ms);
    inside.map(|entry| entry.replicas).min().unwrap_or(i32::MAX)
}

/// The slot from which on, and round, entries are in the order of time.
fn first_of_ring(entries: &[Recommendation]) -> Option<usize> {
    let is_earlier = |pair: &[Recommendation]| matches!(pair, [a, b] if b.at_ms < a.at_ms);
    let mut turns = entries
        .windows(2)
        .enumerate()
        .filter(|(_, pair)| is_earlier(pair));
    let Some((turn, _)) = turns.next() else {
        return Some(0);
    };
    let joins = match (entries.first(), entries.last()) {
        (Some(first), Some(last)) => last.at_ms <= first.at_ms,
        _ => true,
    };
    (turns.next().is_none() && joins).then_some(turn + 1)
}

#[cfg(test)]
mod tests {
    use super::super::history::RecommendationLog;
    use super::*;
    use crate::random::{Purpose, StreamKey, uniform};

    /// The look-back as Kubernetes has it, entry by entry.
    fn plain(
        entries: &mut Vec<Recommendation>,
        now: i64,
        up: i64,
        down: i64,
        desired: i32,
    ) -> (i32, i32) {
        let (mut lowest, mut highest, mut outdated) = (desired, desired, None);
        for (slot, entry) in entries.iter().enumerate() {
            if entry.at_ms > now - up {
                lowest = lowest.min(entry.replicas);
            }
            if entry.at_ms > now - down {
                highest = highest.max(entry.replicas);
            }
            if entry.at_ms < (now - up).min(now - down) {
                outdated = Some(slot);
            }
        }
        let entry = Recommendation {
            replicas: desired,
            at_ms: now,
        };
        match outdated {
            Some(slot) => entries[slot] = entry,
            None => entries.push(entry),
        }
        (lowest, highest)
    }

    /// Same replicas and same slots as entry by entry: at the sync period and with pauses, with windows of all lengths
    /// that change now and then, from logs in and out of order.
    #[test]
    fn what_is_known_saves_time_and_changes_nothing() {
        for replication in 0..300 {
            let key = StreamKey {
                seed: 5,
                replication,
                component: 0,
                purpose: Purpose::Arrivals,
            };
            let mut rng = key.rng();
            let mut draw = |below: f64| (uniform(&mut rng) * below) as i64;
            let mut entries: Vec<Recommendation> = (0..draw(6.0))
                .map(|_| Recommendation {
                    replicas: draw(9.0) as i32,
                    at_ms: draw(400_000.0) - 300_000,
                })
                .collect();
            let mut log = RecommendationLog::from_entries(entries.clone());
            let (mut now, mut up, mut down) = (100_000, 0, 300_000);
            for step in 0..400 {
                if draw(50.0) == 0 {
                    (up, down) = (draw(3.0) * 60_000, draw(5.0) * 75_000);
                }
                now += if draw(40.0) == 0 {
                    draw(400_000.0)
                } else {
                    15_000
                };
                let (desired, current) = (draw(6.0) as i32, draw(6.0) as i32);
                let found = log.stabilize(now as u64, up, down, current, desired);
                let (lowest, highest) = plain(&mut entries, now, up, down, desired);
                assert_eq!(
                    found,
                    current.max(lowest).min(highest),
                    "{replication} {step}"
                );
                assert_eq!(log.entries(), entries, "{replication} {step}");
            }
        }
    }
}
