//! The queue of so many servers at all loads, and what lies between two of them.

use super::{Cancelling, LOADS, PARTS, Point};
use crate::bounds::Bounds;
use std::sync::OnceLock;

/// The queue of so many servers with so much room, at every load; computed when first needed.
#[derive(Debug)]
pub(in crate::plane::fluid) struct CancelTable {
    pub(in crate::plane::fluid) servers: u32,
    pub(in crate::plane::fluid) room: u32,
    points: [OnceLock<Point>; LOADS.len()],
}

impl CancelTable {
    pub(in crate::plane::fluid) fn new(servers: u32, room: u32) -> Self {
        Self {
            servers,
            room,
            points: std::array::from_fn(|_| OnceLock::new()),
        }
    }

    fn point(&self, of: &Cancelling, index: usize) -> &Point {
        self.points[index].get_or_init(|| of.point(self.servers, self.room, LOADS[index]))
    }

    /// The state at the end of an interval in which each server could make `turnover` services, by the implicit Euler rule,
    /// and by how much its queue grows with the load.
    pub(in crate::plane::fluid) fn state(
        &self,
        of: &Cancelling,
        in_system: f64,
        turnover: f64,
    ) -> (Point, f64) {
        let c = f64::from(self.servers);
        let level = |point: &Point| point.busy + point.queue + point.load * c * turnover;
        let (mut left, mut right) = (0, LOADS.len() - 1);
        while right - left > 1 {
            let middle = left.midpoint(right);
            if level(self.point(of, middle)) <= in_system {
                left = middle;
            } else {
                right = middle;
            }
        }
        let (a, b) = (self.point(of, left), self.point(of, right));
        let t = (in_system - level(a)) / (level(b) - level(a)).at_least(1e-300);
        let grows = (b.queue - a.queue) / (b.load - a.load);
        (a.toward(b, t.clamp(0.0, 1.0)), grows)
    }
}

impl Point {
    fn toward(&self, other: &Self, t: f64) -> Self {
        let between = |a: f64, b: f64| a + t * (b - a);
        let waits = between(self.waits, other.waits);
        let load = between(self.load, other.load);
        // Parts of the waits of those who wait, of whom there may be none on one side. Above full load it is the service that
        // is left, which goes by 1/load.
        let part = if self.load >= 1.0 {
            t * other.load / load
        } else if waits > 0.0 {
            t * other.waits / waits
        } else {
            t
        };
        Self {
            load,
            busy: between(self.busy, other.busy),
            queue: between(self.queue, other.queue),
            lost: between(self.lost, other.lost),
            waits,
            held_s: between(self.held_s, other.held_s),
            parts_s: std::array::from_fn(|k| {
                self.parts_s[k] + part * (other.parts_s[k] - self.parts_s[k])
            }),
        }
    }

    /// The wait that is exceeded with probability e^−`rarity`, seconds.
    pub(in crate::plane::fluid) fn exceeded(&self, rarity: f64) -> f64 {
        let tail = libm::exp(-rarity) / self.waits.at_least(1e-300);
        if tail >= 1.0 {
            return 0.0;
        }
        let place = ((1.0 - tail) * PARTS as f64 - 0.5).clamp(0.0, (PARTS - 1) as f64);
        let left = (place as usize).min(PARTS - 2);
        let (a, b) = (self.parts_s[left], self.parts_s[left + 1]);
        a + (place - left as f64) * (b - a)
    }
}
