//! One quantity over the window as a fan: P5 to P95 as a band, the median as a line.

use super::ink::Ink;
use super::ruler::{LEFT, Ruler};
use super::scale::{Scale, round_up};
use super::scene::{Anchor, Mark, Point, Scene, thinned};
use crate::format;
use serde_json::Value;
use sim_core::study::SeriesReport;

const TOP: f64 = 6.0;

/// A quantity that is known in advance, in finer steps than the band.
#[derive(Clone, Debug, PartialEq)]
pub struct Curve {
    /// Seconds between points.
    pub step_s: f64,
    /// Its values.
    pub values: Vec<f32>,
}

/// What a panel shows.
pub struct Panel<'a> {
    /// The band and its median.
    pub main: &'a SeriesReport,
    /// A second quantity of the same unit, its median only.
    pub second: Option<&'a SeriesReport>,
    /// What was known in advance.
    pub curve: Option<&'a Curve>,
    /// A line to compare with.
    pub threshold: Option<f64>,
    /// Colour of the band.
    pub ink: Ink,
    /// Seconds between points.
    pub step_s: f64,
    /// Whether the days are named below.
    pub days: bool,
}

/// The panel's scene under a ruler.
pub fn scene(panel: &Panel<'_>, ruler: &Ruler, height: f64) -> Scene {
    let mut scene = Scene::default();
    let bottom = height - if panel.days { 20.0 } else { 6.0 };
    let x = ruler.scale();
    let y = Scale::new((0.0, top_of(panel, &x)), (bottom, TOP));
    let plot = Plot {
        x,
        y,
        step_s: panel.step_s,
    };
    grid(&mut scene, ruler, &plot, panel.days, bottom);
    if let Some(curve) = panel.curve {
        let plot = Plot {
            step_s: curve.step_s,
            ..plot
        };
        for run in runs(&curve.values) {
            scene.line(plot.line(&curve.values, run), Ink::Muted, 1.0);
        }
    }
    for run in runs(&panel.main.p50) {
        band(&mut scene, panel, &plot, run);
    }
    if let Some(second) = panel.second {
        for run in runs(&second.p50) {
            scene.dashed(plot.line(&second.p50, run), Ink::Orange, 1.5, 4.0);
        }
    }
    let threshold = panel.threshold.filter(|limit| *limit <= y.domain().1);
    if let Some(threshold) = threshold {
        let (at, right) = (y.at(threshold), plot.right());
        scene.dashed(vec![(LEFT, at), (right, at)], Ink::Red, 1.2, 5.0);
        let label = format!("threshold {}", format::milliseconds(threshold));
        scene.label((right - 2.0, at - 4.0), label, Anchor::End, "note red");
    }
    scene
}

/// The scales of a panel, and how far its points lie apart.
#[derive(Clone, Copy)]
struct Plot {
    x: Scale,
    y: Scale,
    step_s: f64,
}

impl Plot {
    fn right(&self) -> f64 {
        self.x.at(self.x.domain().1)
    }

    /// The points of a run that are seen, joined, up to both ends of the axis.
    fn line(&self, values: &[f32], (low, high): (usize, usize)) -> Vec<Point> {
        let (first, last) = seen(&self.x, self.step_s);
        let (low, high) = (low.max(first), high.min(last));
        let points = values.iter().enumerate().take(high).skip(low);
        let points = points.map(|(index, value)| {
            let at_s = (index as f64 + 0.5) * self.step_s;
            (self.x.at(at_s), self.y.at(f64::from(*value)))
        });
        cut(thinned(points.collect()), (LEFT, self.right()))
    }
}

/// The points that are seen, and one beyond each end, as an index range.
fn seen(x: &Scale, step_s: f64) -> (usize, usize) {
    let (from, to) = x.domain();
    let first = (from / step_s - 0.5).floor().max(0.0);
    let last = (to / step_s - 0.5).ceil().max(0.0) + 1.0;
    (first as usize, last as usize)
}

/// A line from left to right, cut off at both ends of the axis.
pub fn cut(points: Vec<Point>, (left, right): (f64, f64)) -> Vec<Point> {
    let at = |a: Point, b: Point, x: f64| (x, a.1 + (b.1 - a.1) * (x - a.0) / (b.0 - a.0));
    let (beyond, mut kept) = (points.len(), Vec::with_capacity(points.len()));
    let start = points.iter().position(|point| point.0 >= left);
    let start = start.unwrap_or(beyond);
    for (index, point) in points.iter().enumerate().skip(start) {
        let former = index.checked_sub(1).and_then(|before| points.get(before));
        if let Some(former) = former.filter(|former| former.0 < left) {
            kept.push(at(*former, *point, left));
        }
        if point.0 > right {
            kept.extend(former.map(|former| at(*former, *point, right)));
            break;
        }
        kept.push(*point);
    }
    kept
}

/// The top of the values' axis: above everything that is seen, and above the threshold when that is near.
fn top_of(panel: &Panel<'_>, x: &Scale) -> f64 {
    let highest = |values: &[f32], step_s: f64| {
        let (first, last) = seen(x, step_s);
        let values = values.iter().copied().take(last).skip(first);
        values
            .filter(|value| value.is_finite())
            .fold(0.0f32, f32::max)
    };
    let of_second = |second: &SeriesReport| highest(&second.p50, panel.step_s);
    let of_curve = |curve: &Curve| highest(&curve.values, curve.step_s);
    let data = highest(&panel.main.p95, panel.step_s)
        .max(panel.second.map_or(0.0, of_second))
        .max(panel.curve.map_or(0.0, of_curve));
    let data = f64::from(data);
    let wanted = panel
        .threshold
        .filter(|threshold| *threshold < 4.0 * data)
        .map_or(0.0, |threshold| threshold * 1.12);
    round_up((data * 1.02).max(wanted).max(1e-6))
}

fn grid(scene: &mut Scene, ruler: &Ruler, plot: &Plot, days: bool, bottom: f64) {
    let right = plot.right();
    for tick in plot.y.ticks(3) {
        let at = plot.y.at(tick);
        scene.line(vec![(LEFT, at), (right, at)], Ink::Grid, 1.0);
        scene.label(
            (LEFT - 6.0, at + 3.5),
            format::short(tick),
            Anchor::End,
            "tick",
        );
    }
    for (at, name) in ruler.ticks() {
        let px = plot.x.at(at);
        scene.line(vec![(px, TOP), (px, bottom)], Ink::Grid, 1.0);
        if days && !name.is_empty() {
            scene.label((px + 3.0, bottom + 14.0), name, Anchor::Start, "tick");
        }
    }
    scene.line(vec![(LEFT, bottom), (right, bottom)], Ink::Axis, 1.0);
}

/// Stretches without gaps, as index ranges.
fn runs(values: &[f32]) -> Vec<(usize, usize)> {
    let mut runs = Vec::new();
    let mut start = None;
    for (index, value) in values.iter().enumerate() {
        match (value.is_finite(), start) {
            (true, None) => start = Some(index),
            (false, Some(first)) => {
                runs.push((first, index));
                start = None;
            }
            _ => {}
        }
    }
    runs.extend(start.map(|first| (first, values.len())));
    runs
}

fn band(scene: &mut Scene, panel: &Panel<'_>, plot: &Plot, run: (usize, usize)) {
    let mut outline = plot.line(&panel.main.p95, run);
    let mut below = plot.line(&panel.main.p5, run);
    below.reverse();
    outline.extend(below);
    scene.marks.push(Mark::Area {
        points: outline,
        ink: panel.ink,
        alpha: 0.25,
    });
    scene.line(plot.line(&panel.main.p50, run), panel.ink, 1.5);
}

/// The threshold of the first latency objective of a document, milliseconds.
pub fn latency_threshold(document: &Value) -> Option<f64> {
    let objectives = document.pointer("/slo/objectives")?.as_array()?;
    objectives
        .iter()
        .find_map(|objective| objective.get("threshold_ms").and_then(Value::as_f64))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gaps_break_the_line() {
        assert_eq!(runs(&[1.0, f32::NAN, 2.0, 3.0]), [(0, 1), (2, 4)]);
        assert_eq!(runs(&[f32::NAN]), []);
    }

    fn scale(from: f64, to: f64) -> Scale {
        Ruler::new((0.0, 1e6), Some((from, to)), 800.0).scale()
    }

    #[test]
    fn what_is_seen_goes_from_end_to_end() {
        let x = scale(1000.0, 2000.0);
        let plot = Plot {
            x,
            y: Scale::new((0.0, 10.0), (100.0, 0.0)),
            step_s: 300.0,
        };
        let values: Vec<f32> = (0..100).map(|n| n as f32).collect();
        let line = plot.line(&values, (0, 100));
        // A straight line from 1000/300 - 0.5 to 2000/300 - 0.5.
        let value = |at: Option<&Point>| at.map(|at| plot.y.value(at.1));
        assert_eq!(line.first().map(|at| at.0), Some(LEFT));
        assert_eq!(line.last().map(|at| at.0), Some(plot.right()));
        assert!(value(line.first()).is_some_and(|v| (v - (1000.0 / 300.0 - 0.5)).abs() < 1e-6));
        assert!(value(line.last()).is_some_and(|v| (v - (2000.0 / 300.0 - 0.5)).abs() < 1e-6));
        assert_eq!(line.len(), 4 + 2);
        assert_eq!(plot.line(&values, (50, 60)), []);
    }

    #[test]
    fn a_month_of_minutes_is_drawn_by_its_outline() {
        let plot = Plot {
            x: Ruler::new((0.0, 2_419_200.0), None, 1056.0).scale(),
            y: Scale::new((0.0, 10.0), (100.0, 0.0)),
            step_s: 60.0,
        };
        let mut values = vec![1.0f32; 40_320];
        values[12_345] = 9.0;
        let line = plot.line(&values, (0, 40_320));
        assert!(line.len() <= 4 * 1000, "{}", line.len());
        let top = line.iter().map(|at| plot.y.value(at.1)).fold(0.0, f64::max);
        assert!((top - 9.0).abs() < 1e-6);
    }
}
