//! The frame of small charts of money over something: its size, the axis of money, the base line and a mark.

use super::palette::Ink;
use super::scale::Scale;
use super::scene::{Anchor, Scene};
use crate::format;

pub const HEIGHT: f64 = 168.0;
pub const LEFT: f64 = 52.0;
const RIGHT: f64 = 10.0;
const TOP: f64 = 14.0;
/// Where the base line lies.
pub const BASE: f64 = HEIGHT - 24.0;

/// A frame of so much money and this width.
pub struct Frame {
    /// The scale of dollars.
    pub y: Scale,
    /// The right end.
    pub right: f64,
}

impl Frame {
    /// Draws the axis of money.
    pub fn new(scene: &mut Scene, most_usd: f64, width: f64) -> Self {
        let (y, right) = (Scale::new((0.0, most_usd), (BASE, TOP)), width - RIGHT);
        for tick in y.money_ticks(3) {
            let at = y.at(tick);
            scene.line(vec![(LEFT, at), (right, at)], Ink::Grid, 1.0);
            let text = format::money_tick(tick, most_usd);
            scene.label((LEFT - 6.0, at + 4.0), text, Anchor::End, "tick");
        }
        Self { y, right }
    }

    /// A scale over the whole width.
    pub fn across(&self, from: f64, to: f64) -> Scale {
        Scale::new((from, to), (LEFT, self.right))
    }

    /// A word below the base line.
    pub fn name(&self, scene: &mut Scene, x: f64, text: String) {
        scene.label((x, BASE + 17.0), text, Anchor::Middle, "tick");
    }

    /// Draws the base line, and a dashed line where something is to be seen.
    pub fn close(&self, scene: &mut Scene, mark: Option<f64>) {
        scene.line(vec![(LEFT, BASE), (self.right, BASE)], Ink::Axis, 1.0);
        if let Some(at) = mark {
            scene.dashed(vec![(at, TOP - 8.0), (at, BASE)], Ink::Red, 1.5, 5.0);
        }
    }
}
