//! Cost against the chance to meet the SLO: the scene, and which point lies under the pointer.

use super::ink::Ink;
use super::scale::Scale;
use super::scene::{Anchor, Mark, Point, Scene};
use crate::format;
use sim_core::study::{Report, SweepReport};

/// Height of the chart.
pub const HEIGHT: f64 = 360.0;
const LEFT: f64 = 52.0;
const RIGHT: f64 = 18.0;
const TOP: f64 = 16.0;
const BOTTOM: f64 = 42.0;
/// The pointer finds a point within this many pixels.
const REACH: f64 = 40.0;

/// A place on the chart: the design on the page, or one of the sweep's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// The design on the page.
    Current,
    /// The sweep's point with this place in its list.
    Swept(usize),
}

/// One design with its intervals.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Spot {
    cost: (f64, f64, f64),
    chance: (f64, f64, f64),
}

fn current_spot(report: &Report) -> Option<Spot> {
    let cost = &report.figure("cost_per_month")?.summary;
    let chance = &report.attainment;
    Some(Spot {
        cost: (cost.ci_low, cost.mean, cost.ci_high),
        chance: (chance.ci_low, chance.estimate, chance.ci_high),
    })
}

fn swept_spots(sweep: &SweepReport) -> Vec<Spot> {
    let spot = |point: &sim_core::study::DesignPoint| Spot {
        cost: (
            point.cost_per_month.ci_low,
            point.cost_per_month.mean,
            point.cost_per_month.ci_high,
        ),
        chance: (
            point.attainment.ci_low,
            point.attainment.estimate,
            point.attainment.ci_high,
        ),
    };
    sweep.points.iter().map(spot).collect()
}

/// What is laid out on the chart: scales and spots.
pub struct Layout {
    x: Scale,
    y: Scale,
    current: Option<Spot>,
    swept: Vec<Spot>,
    size: (f64, f64),
}

impl Layout {
    /// Lays out what there is to show.
    pub fn new(report: Option<&Report>, sweep: Option<&SweepReport>, size: (f64, f64)) -> Self {
        let current = report.and_then(current_spot);
        let swept = sweep.map(swept_spots).unwrap_or_default();
        let costs = || {
            current
                .iter()
                .chain(&swept)
                .flat_map(|spot| [spot.cost.0, spot.cost.1, spot.cost.2])
                .filter(|cost| cost.is_finite())
        };
        let (low, high) = (
            costs().fold(f64::INFINITY, f64::min),
            costs().fold(f64::NEG_INFINITY, f64::max),
        );
        let pad = ((high - low) * 0.07)
            .max(high.abs() * if swept.is_empty() { 0.12 } else { 0.01 })
            .max(0.5);
        let domain = if low <= high {
            ((low - pad).max(0.0), high + pad)
        } else {
            (0.0, 1.0)
        };
        let x = Scale::new(domain, (LEFT, (size.0 - RIGHT).max(LEFT + 10.0)));
        let y = Scale::new((0.0, 1.0), (size.1 - BOTTOM, TOP));
        Self {
            x,
            y,
            current,
            swept,
            size,
        }
    }

    fn at(&self, spot: &Spot) -> Point {
        (self.x.at(spot.cost.1), self.y.at(spot.chance.1))
    }

    /// Where a design is drawn.
    pub fn point(&self, place: Place) -> Option<Point> {
        let spot = match place {
            Place::Current => self.current.as_ref(),
            Place::Swept(index) => self.swept.get(index),
        };
        spot.map(|spot| self.at(spot))
    }

    /// The design nearest to the pointer, swept ones before the current one at the same place.
    pub fn hit(&self, pointer: Point) -> Option<Place> {
        let places = (0..self.swept.len())
            .map(Place::Swept)
            .chain(self.current.map(|_| Place::Current));
        places
            .filter_map(|place| {
                let at = self.point(place)?;
                Some((place, (at.0 - pointer.0).hypot(at.1 - pointer.1)))
            })
            .filter(|(_, distance)| *distance <= REACH)
            .min_by(|a, b| a.1.total_cmp(&b.1))
            .map(|(place, _)| place)
    }

    /// The scene.
    pub fn scene(&self, sweep: Option<&SweepReport>, wanted: f64) -> Scene {
        let mut scene = Scene::default();
        self.axes(&mut scene);
        self.wanted(&mut scene, wanted);
        if let Some(sweep) = sweep {
            self.front(&mut scene, sweep);
            self.points(&mut scene, sweep);
        }
        if let Some(spot) = &self.current {
            self.cross(&mut scene, spot, Ink::Orange, 2.0, 0.9);
            let at = self.at(spot);
            scene.dot(at, 7.5, Ink::Surface, 1.0);
            scene.dot(at, 6.0, Ink::Orange, 1.0);
            scene.dot(at, 2.2, Ink::Surface, 1.0);
            let (dx, anchor) = self.side(at);
            let room_below = at.1 < self.size.1 - BOTTOM - 30.0;
            let y = at.1 + if room_below { 20.0 } else { -12.0 };
            scene.label((at.0 + dx, y), "This design", anchor, "note strong orange");
        }
        scene
    }

    /// On which side of a point its label has room.
    fn side(&self, at: Point) -> (f64, Anchor) {
        if at.0 > self.size.0 - 130.0 {
            (-12.0, Anchor::End)
        } else {
            (12.0, Anchor::Start)
        }
    }

    fn axes(&self, scene: &mut Scene) {
        let (right, bottom) = (self.size.0 - RIGHT, self.size.1 - BOTTOM);
        for tick in [0.0, 0.2, 0.4, 0.6, 0.8, 1.0] {
            let y = self.y.at(tick);
            scene.line(vec![(LEFT, y), (right, y)], Ink::Grid, 1.0);
            scene.label(
                (LEFT - 8.0, y + 4.0),
                format::percent(tick, 0),
                Anchor::End,
                "tick",
            );
        }
        let room = ((self.size.0 - LEFT - RIGHT) / 80.0).clamp(3.0, 8.0) as u32;
        for tick in self.x.ticks(room) {
            let x = self.x.at(tick);
            scene.line(vec![(x, TOP), (x, bottom)], Ink::Grid, 1.0);
            scene.label(
                (x, bottom + 17.0),
                format::money_short(tick),
                Anchor::Middle,
                "tick",
            );
        }
        scene.line(vec![(LEFT, bottom), (right, bottom)], Ink::Axis, 1.0);
        scene.label(
            ((LEFT + right) / 2.0, self.size.1 - 6.0),
            "Cost per month",
            Anchor::Middle,
            "axis",
        );
    }

    fn wanted(&self, scene: &mut Scene, wanted: f64) {
        if !(wanted > 0.0 && wanted <= 1.0) {
            return;
        }
        let (right, y) = (self.size.0 - RIGHT, self.y.at(wanted));
        scene.bar(
            (LEFT, TOP),
            (right - LEFT, (y - TOP).max(0.0)),
            Ink::Green,
            0.08,
        );
        scene.dashed(vec![(LEFT, y), (right, y)], Ink::Green, 1.5, 6.0);
        scene.label(
            (LEFT + 6.0, y + 14.0),
            format!("wanted {}", format::percent(wanted, 0)),
            Anchor::Start,
            "note green",
        );
    }

    fn front(&self, scene: &mut Scene, sweep: &SweepReport) {
        let mut reached = f64::NEG_INFINITY;
        let mut spots: Vec<Point> = Vec::new();
        for design in &sweep.front {
            let index = sweep
                .points
                .iter()
                .position(|point| point.design == *design);
            let spot = index.and_then(|index| self.swept.get(index));
            // A front that trades a third figure has designs below the line of the other two.
            if let Some(spot) = spot.filter(|spot| spot.chance.1 > reached) {
                reached = spot.chance.1;
                spots.push(self.at(spot));
            }
        }
        let mut steps: Vec<Point> = Vec::new();
        for at in spots {
            if let Some(last) = steps.last() {
                steps.push((at.0, last.1));
            }
            steps.push(at);
        }
        if let Some(last) = steps.last().copied() {
            steps.push((self.size.0 - RIGHT, last.1));
        }
        if steps.len() > 1 {
            scene.line(steps, Ink::Blue, 2.0);
        }
    }

    fn points(&self, scene: &mut Scene, sweep: &SweepReport) {
        let order = |front: bool| {
            sweep
                .points
                .iter()
                .zip(&self.swept)
                .filter(move |(point, _)| point.on_front == front)
        };
        for (_, spot) in order(false) {
            self.cross(scene, spot, Ink::Muted, 1.0, 0.22);
            scene.dot(self.at(spot), 3.6, Ink::Muted, 0.75);
        }
        for (point, spot) in order(true) {
            self.cross(scene, spot, Ink::Blue, 1.5, 0.55);
            let at = self.at(spot);
            let radius = radius(sweep, point);
            scene.dot(at, radius + 1.2, Ink::Surface, 1.0);
            scene.dot(at, radius, Ink::Blue, 1.0);
            if sweep.recommended == Some(point.design) {
                scene.ring(at, 9.0, Ink::Green, 2.0);
                let (dx, anchor) = self.side(at);
                scene.label(
                    (at.0 + dx, at.1 - 12.0),
                    "Recommended",
                    anchor,
                    "note strong green",
                );
            }
        }
        // A recommended design may lie just off the front: dearer than one that is as likely by luck.
        let off = order(false).find(|(point, _)| sweep.recommended == Some(point.design));
        if let Some((_, spot)) = off {
            let at = self.at(spot);
            scene.ring(at, 9.0, Ink::Green, 2.0);
            let (dx, anchor) = self.side(at);
            scene.label(
                (at.0 + dx, at.1 - 12.0),
                "Recommended",
                anchor,
                "note strong green",
            );
        }
    }

    /// Both intervals of a design.
    fn cross(&self, scene: &mut Scene, spot: &Spot, ink: Ink, width: f64, alpha: f64) {
        let (x, y) = self.at(spot);
        let mut line = |points| {
            scene.marks.push(Mark::Line {
                points,
                ink,
                alpha,
                width,
                dash: None,
            })
        };
        line(vec![
            (self.x.at(spot.cost.0), y),
            (self.x.at(spot.cost.2), y),
        ]);
        line(vec![
            (x, self.y.at(spot.chance.0)),
            (x, self.y.at(spot.chance.2)),
        ]);
    }
}

/// Radius of a design on the front: the more of the third figure it has, the larger.
fn radius(sweep: &SweepReport, point: &sim_core::study::DesignPoint) -> f64 {
    let (Some(_), Some(third)) = (&sweep.third, &point.third) else {
        return 4.8;
    };
    let on_front = sweep.points.iter().filter(|point| point.on_front);
    let thirds = on_front.filter_map(|point| Some(point.third.as_ref()?.mean));
    let (low, high) = thirds.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), third| {
        (low.min(third), high.max(third))
    });
    match high > low {
        // Areas grow with the figure.
        true => (9.0 + 55.0 * (third.mean - low) / (high - low)).sqrt(),
        false => 4.8,
    }
}
