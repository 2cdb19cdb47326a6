//! Where requests wait that are called by few: at the station, or before a caller that has no slot for the call.
//!
//! Who is in a station's queue, holding a slot of a caller, does not come again. So a finite number of sources leaves a
//! shorter queue than a stream of the same load (machine repair; Palm 1947); the rest of the wait is before the callers.

use crate::plane::queueing::{finite_sources, finite_sources_apart, mmc_mean_wait};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

/// Sources to a server from which on they are as good as a stream.
const MANY: f64 = 10.0;
/// As many are as good as a stream in any case.
const MOST_SOURCES: u32 = 2000;
/// Rounds in which the time between two calls of a source is found.
const ROUNDS: u32 = 30;
/// Loads for which shares are tabulated: so many steps from 0 to 1.
const STEPS: u32 = 128;
/// Waits below this, in mean service times, are none.
const NONE: f64 = 1e-12;

/// Servers, queues that share them, and sources.
type Key = (u32, u32, u32);
/// Shares of the wait that is spent at the station, by load: each computed when first asked for.
type Shares = Arc<[OnceLock<f64>]>;

/// The tables that have been asked for. Each is a function of its key, so it does not matter who computes it, or when.
#[derive(Debug, Default)]
pub(super) struct WaitsHere {
    known: Mutex<BTreeMap<Key, Shares>>,
}

impl WaitsHere {
    fn of(&self, key: Key) -> Shares {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let shares = known
            .entry(key)
            .or_insert_with(|| (0..=STEPS).map(|_| OnceLock::new()).collect());
        Arc::clone(shares)
    }
}

/// What a station looked up last.
#[derive(Debug, Default)]
pub(super) struct Sources {
    last: Option<(Key, Shares)>,
}

impl Sources {
    /// Share of the waits for a station that is spent there, 0..1, when so many calls can be under way. Above full load it
    /// is 1: the number of sources bounds the queue. `queues` is how many queues share the servers, and have nothing to do
    /// with each other.
    pub(super) fn waits_here(
        &mut self,
        tables: &WaitsHere,
        (servers, queues): (u32, u32),
        sources: u32,
        load: f64,
    ) -> f64 {
        let is_stream = f64::from(sources) > MANY * f64::from(servers) || sources > MOST_SOURCES;
        if is_stream || sources <= servers && queues <= 1 || load >= 1.0 {
            return 1.0;
        }
        let key = (servers, queues, sources);
        let shares = match &self.last {
            Some((last, shares)) if *last == key => shares,
            _ => &self.last.insert((key, tables.of(key))).1,
        };
        let place = load.max(0.0) * f64::from(STEPS);
        let left = place as u32;
        let at = |step: u32| {
            let share = shares.get(step as usize)?;
            // Without load there is no wait: its place is that of the first load.
            let load = f64::from(step.max(1)) / f64::from(STEPS);
            Some(*share.get_or_init(|| share_here(key, load)))
        };
        match (at(left), at(left + 1)) {
            (Some(a), Some(b)) => a + (place - f64::from(left)) * (b - a),
            _ => 1.0,
        }
    }
}

/// The share at a load above 0 and up to 1, where a stream would wait for ever.
fn share_here((servers, queues, sources): Key, load: f64) -> f64 {
    let offered = load * f64::from(servers);
    let each = servers / queues.max(1);
    let stream = mmc_mean_wait(each, load * f64::from(each));
    if stream <= NONE {
        return 1.0;
    }
    // Sources that make as many calls: what is not service and wait is between two calls.
    let cycle = f64::from(sources) / offered;
    let mut wait = 0.0;
    for _ in 0..ROUNDS {
        let think = (cycle - 1.0 - wait).max(1e-3);
        let found = if queues > 1 {
            finite_sources_apart(queues, each, sources, think, wait)
        } else {
            finite_sources(servers, sources, think).1
        };
        wait = 0.5 * (wait + found);
    }
    (wait / stream).min(1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Fewer sources leave less of the wait at the station; many leave all of it, and as many as servers none.
    #[test]
    fn fewer_sources_wait_less_at_the_station() {
        let tables = WaitsHere::default();
        let mut station = Sources::default();
        for load in [0.3, 0.6, 0.83, 0.95] {
            let mut last = 0.0;
            for sources in [7, 8, 12, 20, 40, 60] {
                let share = station.waits_here(&tables, (6, 1), sources, load);
                assert!(share > last && share <= 1.0, "{load} {sources}: {share}");
                last = share;
            }
            assert_eq!(station.waits_here(&tables, (6, 1), 61, load), 1.0);
        }
    }

    /// In the long run each source is in service, waits, or thinks: the calls are as many as the load says.
    #[test]
    fn the_table_is_between_its_points_as_at_them() {
        let tables = WaitsHere::default();
        let mut station = Sources::default();
        for step in 20..120 {
            let load = (f64::from(step) + 0.5) / f64::from(STEPS);
            let found = station.waits_here(&tables, (6, 1), 9, load);
            let exact = share_here((6, 1, 9), load);
            assert!((found - exact).abs() < 2e-3, "{load}: {found} {exact}");
        }
    }
}
