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

/// With more designs than this, only those of the front show their intervals: the others would be one grey web.
pub(super) const MOST_CROSSES: usize = 300;
/// Radius of those others, pixels: hundreds of larger ones would be one blot.
pub(super) const SMALL: f64 = 2.2;
/// The narrowest part of the chart that can be looked at, as a share of a cost, and of the chances.
const NARROWEST: f64 = 1e-3;

/// A part of the chart that is looked at: from and to.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct View {
    /// Cost per month.
    pub cost: (f64, f64),
    /// Chance, 0..1.
    pub chance: (f64, f64),
}

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
    /// Without a `view` all of it.
    pub fn new(
        report: Option<&Report>,
        sweep: Option<&SweepReport>,
        size: (f64, f64),
        view: Option<View>,
    ) -> Self {
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
        let view = view.unwrap_or(View {
            cost: domain,
            chance: (0.0, 1.0),
        });
        let x = Scale::new(view.cost, (LEFT, (size.0 - RIGHT).max(LEFT + 10.0)));
        let y = Scale::new(view.chance, (size.1 - BOTTOM, TOP));
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

    /// Whether a point lies between the axes.
    fn is_in(&self, at: Point) -> bool {
        let (right, bottom) = (self.size.0 - RIGHT, self.size.1 - BOTTOM);
        (LEFT - 1.0..=right + 1.0).contains(&at.0) && (TOP - 1.0..=bottom + 1.0).contains(&at.1)
    }

    /// Lines along the axes, as far as they lie between these.
    fn clipped(&self, from: Point, to: Point) -> Option<(Point, Point)> {
        let (right, bottom) = (self.size.0 - RIGHT, self.size.1 - BOTTOM);
        let inside = |at: Point| (at.0.clamp(LEFT, right), at.1.clamp(TOP, bottom));
        let (a, b) = (inside(from), inside(to));
        let crosses = if from.1 == to.1 {
            a.1 == from.1 && a.0 != b.0
        } else {
            a.0 == from.0 && a.1 != b.1
        };
        crosses.then_some((a, b))
    }

    /// The part between two points.
    pub fn between(&self, a: Point, b: Point) -> View {
        let order = |a: f64, b: f64| (a.min(b), a.max(b));
        let chance = order(self.y.value(a.1), self.y.value(b.1));
        Self::within(View {
            cost: order(self.x.value(a.0), self.x.value(b.0)),
            chance: (chance.0.max(0.0), chance.1.min(1.0)),
        })
    }

    /// What is seen when the chart is dragged from one point to another.
    pub fn moved(&self, from: Point, to: Point) -> View {
        let (x, y) = (self.x.domain(), self.y.domain());
        let cost = self.x.value(from.0) - self.x.value(to.0);
        let chance = self.y.value(from.1) - self.y.value(to.1);
        // Never beyond what there can be.
        let chance = chance.clamp(-y.0, 1.0 - y.1);
        let cost = cost.max(-x.0);
        View {
            cost: (x.0 + cost, x.1 + cost),
            chance: (y.0 + chance, y.1 + chance),
        }
    }

    /// What is seen when the chart is drawn `factor` times as large, with the point where it is.
    pub fn zoomed(&self, at: Point, factor: f64) -> View {
        let part = |scale: &Scale, pixel: f64| {
            let (middle, (from, to)) = (scale.value(pixel), scale.domain());
            (
                middle - (middle - from) / factor,
                middle + (to - middle) / factor,
            )
        };
        let chance = part(&self.y, at.1);
        let cost = part(&self.x, at.0);
        Self::within(View {
            cost: (cost.0.max(0.0), cost.1),
            chance: (chance.0.max(0.0), chance.1.min(1.0)),
        })
    }

    /// The middle of the chart.
    pub fn middle(&self) -> Point {
        (
            (LEFT + self.size.0 - RIGHT) / 2.0,
            (TOP + self.size.1 - BOTTOM) / 2.0,
        )
    }

    /// Not narrower than can be read.
    fn within(view: View) -> View {
        let wide = |(from, to): (f64, f64), least: f64| {
            let more = 0.5 * (least - (to - from)).max(0.0);
            (from - more, to + more)
        };
        View {
            cost: wide(view.cost, NARROWEST * view.cost.1.abs().max(1.0)),
            chance: wide(view.chance, NARROWEST),
        }
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
                let at = self.point(place).filter(|at| self.is_in(*at))?;
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
        if let Some(spot) = self
            .current
            .as_ref()
            .filter(|spot| self.is_in(self.at(spot)))
        {
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
        let (from, to) = self.y.domain();
        let decimals = if to - from > 0.15 {
            0
        } else {
            1 + usize::from(to - from < 0.015)
        };
        for tick in self.y.ticks(5) {
            let y = self.y.at(tick);
            scene.line(vec![(LEFT, y), (right, y)], Ink::Grid, 1.0);
            scene.label(
                (LEFT - 8.0, y + 4.0),
                format::percent(tick, decimals),
                Anchor::End,
                "tick",
            );
        }
        let room = ((self.size.0 - LEFT - RIGHT) / 80.0).clamp(3.0, 8.0) as u32;
        for tick in self.x.money_ticks(room) {
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
        let right = self.size.0 - RIGHT;
        let y = self.y.at(wanted);
        if y >= self.size.1 - BOTTOM {
            return scene.bar(
                (LEFT, TOP),
                (right - LEFT, self.size.1 - BOTTOM - TOP),
                Ink::Green,
                0.08,
            );
        }
        if y < TOP {
            return;
        }
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
            let spot = sweep.place(*design).and_then(|place| self.swept.get(place));
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
        let mut pieces: Vec<Vec<Point>> = Vec::new();
        for pair in steps.windows(2) {
            let Some((from, to)) = self.clipped(pair[0], pair[1]) else {
                continue;
            };
            match pieces.last_mut() {
                Some(piece) if piece.last() == Some(&from) => piece.push(to),
                _ => pieces.push(vec![from, to]),
            }
        }
        for piece in pieces {
            scene.line(piece, Ink::Blue, 2.0);
        }
    }

    fn points(&self, scene: &mut Scene, sweep: &SweepReport) {
        let order = |front: bool| {
            sweep
                .points
                .iter()
                .zip(&self.swept)
                .filter(move |(point, _)| point.on_front == front)
                .filter(move |(_, spot)| self.is_in(self.at(spot)))
        };
        let others: Vec<Point> = order(false).map(|(_, spot)| self.at(spot)).collect();
        let small = if others.len() <= MOST_CROSSES {
            for (_, spot) in order(false) {
                self.cross(scene, spot, Ink::Muted, 1.0, 0.22);
            }
            3.6
        } else {
            SMALL
        };
        scene.marks.push(Mark::Dots {
            at: others,
            radius: small,
            ink: Ink::Muted,
            alpha: 0.75,
        });
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
        let mut line = |from: Point, to: Point| {
            if let Some((a, b)) = self.clipped(from, to) {
                scene.marks.push(Mark::Line {
                    points: vec![a, b],
                    ink,
                    alpha,
                    width,
                    dash: None,
                });
            }
        };
        line((self.x.at(spot.cost.0), y), (self.x.at(spot.cost.2), y));
        line((x, self.y.at(spot.chance.0)), (x, self.y.at(spot.chance.2)));
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

#[cfg(test)]
mod tests {
    use super::*;

    fn layout(view: Option<View>) -> Layout {
        let view = view.or(Some(View {
            cost: (1000.0, 2000.0),
            chance: (0.0, 1.0),
        }));
        Layout::new(None, None, (800.0, 360.0), view)
    }

    fn near(a: (f64, f64), b: (f64, f64)) -> bool {
        (a.0 - b.0).abs() < 1e-6 && (a.1 - b.1).abs() < 1e-6
    }

    #[test]
    fn a_point_stays_where_it_is_while_the_chart_grows() {
        let whole = layout(None);
        let at = (300.0, 100.0);
        let value = (whole.x.value(at.0), whole.y.value(at.1));
        let closer = layout(Some(whole.zoomed(at, 2.0)));
        assert!(near((closer.x.value(at.0), closer.y.value(at.1)), value));
        let (from, to) = closer.x.domain();
        assert!((to - from - 500.0).abs() < 1e-6);
    }

    #[test]
    fn dragging_moves_what_is_seen_and_stops_at_the_ends() {
        let closer = layout(Some(layout(None).zoomed(layout(None).middle(), 4.0)));
        let (from, to) = ((400.0, 150.0), (430.0, 140.0));
        let value = (closer.x.value(from.0), closer.y.value(from.1));
        let moved = layout(Some(closer.moved(from, to)));
        assert!(near((moved.x.value(to.0), moved.y.value(to.1)), value));
        let far = closer.moved((400.0, 150.0), (400.0, 9000.0));
        assert!(far.chance.1 <= 1.0 + 1e-9 && far.chance.0 >= 0.0);
    }

    #[test]
    fn lines_end_at_the_axes() {
        let layout = layout(None);
        assert_eq!(
            layout.clipped((0.0, 100.0), (5000.0, 100.0)),
            Some(((LEFT, 100.0), (800.0 - RIGHT, 100.0)))
        );
        assert_eq!(layout.clipped((0.0, 5.0), (500.0, 5.0)), None);
        assert_eq!(
            layout.clipped((100.0, -50.0), (100.0, 200.0)),
            Some(((100.0, TOP), (100.0, 200.0)))
        );
    }
}
