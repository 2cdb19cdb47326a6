//! Who of the replicas was busy when.

use super::Follow;
use serde::{Deserialize, Serialize};

/// Replicas of a station that are followed at most.
const MOST: usize = 512;

/// One replica over the followed time.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ReplicaUse {
    /// Of which station.
    pub station: u16,
    /// Its number there. A number is given again when the replica that had it is gone.
    pub replica: u32,
    /// Mean number of requests in its slots, by cell of time; below 0 where it did not take any.
    pub held: Vec<f32>,
}

#[derive(Clone, Debug, Default)]
struct One {
    held: u32,
    since_s: f64,
    seconds: Vec<f64>,
    /// Seconds in which it took requests.
    there: Vec<f64>,
}

/// All replicas of all stations.
#[derive(Debug)]
pub(super) struct Replicas {
    from_s: f64,
    to_s: f64,
    cell_s: f64,
    cells: usize,
    stations: Vec<Vec<One>>,
}

impl Replicas {
    pub(super) fn new(follow: &Follow, stations: usize) -> Self {
        let cells = follow.cells.max(1) as usize;
        Self {
            from_s: follow.from_s,
            to_s: follow.to_s,
            cell_s: (follow.to_s - follow.from_s).max(1e-9) / cells as f64,
            cells,
            stations: vec![Vec::new(); stations],
        }
    }

    fn one(&mut self, station: u16, replica: u32) -> Option<&mut One> {
        let place = replica as usize;
        let all = self.stations.get_mut(usize::from(station))?;
        if place >= MOST {
            return None;
        }
        if all.len() <= place {
            all.resize(place + 1, One::default());
        }
        all.get_mut(place)
    }

    /// A slot is taken (1) or left (−1).
    pub(super) fn hold(&mut self, station: u16, replica: u32, change: i32, now_s: f64) {
        let bounds = self.bounds();
        let Some(one) = self.one(station, replica) else {
            return;
        };
        let (since_s, held) = (one.since_s, one.held);
        one.since_s = now_s;
        one.held = held.saturating_add_signed(change);
        if held > 0 {
            spread(&mut one.seconds, bounds, since_s, now_s, f64::from(held));
        }
    }

    /// All that a replica held is gone.
    pub(super) fn clear(&mut self, station: u16, replica: u32, now_s: f64) {
        self.hold(station, replica, 0, now_s);
        if let Some(one) = self.one(station, replica) {
            one.held = 0;
        }
    }

    /// A replica takes requests between two moments.
    pub(super) fn there(&mut self, station: u16, replica: u32, from_s: f64, to_s: f64) {
        let bounds = self.bounds();
        if let Some(one) = self.one(station, replica) {
            spread(&mut one.there, bounds, from_s, to_s, 1.0);
        }
    }

    fn bounds(&self) -> (f64, f64, f64, usize) {
        (self.from_s, self.to_s, self.cell_s, self.cells)
    }

    /// What was followed until now.
    pub(super) fn finish(mut self, now_s: f64) -> Vec<ReplicaUse> {
        for station in 0..self.stations.len() {
            for replica in 0..self.stations[station].len() {
                self.hold(station as u16, replica as u32, 0, now_s);
            }
        }
        let cell_s = self.cell_s;
        let mut uses = Vec::new();
        for (station, all) in (0..).zip(self.stations) {
            for (replica, one) in (0..).zip(all) {
                let at = |seconds: &[f64], cell: usize| seconds.get(cell).copied().unwrap_or(0.0);
                let held = (0..self.cells).map(|cell| {
                    let held = at(&one.seconds, cell) / cell_s;
                    let gone = at(&one.there, cell) <= 0.0 && held <= 0.0;
                    if gone { -1.0 } else { held as f32 }
                });
                let held: Vec<f32> = held.collect();
                if held.iter().any(|held| *held >= 0.0) {
                    uses.push(ReplicaUse {
                        station,
                        replica,
                        held,
                    });
                }
            }
        }
        uses
    }
}

/// Adds `weight` times the seconds between two moments to the cells that they lie in.
fn spread(
    into: &mut Vec<f64>,
    (first_s, last_s, cell_s, cells): (f64, f64, f64, usize),
    from_s: f64,
    to_s: f64,
    weight: f64,
) {
    let (from_s, to_s) = (from_s.max(first_s), to_s.min(last_s));
    if from_s >= to_s {
        return;
    }
    into.resize(cells, 0.0);
    let mut cell = (((from_s - first_s) / cell_s) as usize).min(cells - 1);
    let mut at_s = from_s;
    while at_s < to_s {
        let end_s = if cell + 1 == cells {
            to_s
        } else {
            (first_s + (cell + 1) as f64 * cell_s).min(to_s)
        };
        into[cell] += weight * (end_s - at_s).max(0.0);
        at_s = end_s;
        if cell + 1 == cells {
            return;
        }
        cell += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_in_slots_is_spread_over_the_cells() {
        let follow = Follow {
            from_s: 10.0,
            to_s: 14.0,
            cells: 4,
            most_requests: 0,
            slowest: 0,
            of_each_kind: 0,
        };
        let mut replicas = Replicas::new(&follow, 2);
        replicas.there(1, 0, 0.0, 13.0);
        replicas.hold(1, 0, 1, 9.0);
        replicas.hold(1, 0, 1, 11.5);
        replicas.hold(1, 0, -1, 12.0);
        replicas.clear(1, 0, 12.5);
        let uses = replicas.finish(20.0);
        assert_eq!(uses.len(), 1);
        assert_eq!((uses[0].station, uses[0].replica), (1, 0));
        assert_eq!(uses[0].held, [1.0, 1.5, 0.5, -1.0]);
    }
}
