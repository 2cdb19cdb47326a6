//! One quantity over the window as a fan: P5 to P95 as a band, the median as a line.

use super::ink::Ink;
use super::scale::{Scale, round_up};
use super::scene::{Anchor, Mark, Point, Scene};
use crate::format::{self, WEEKDAYS};
use serde_json::Value;
use sim_core::study::SeriesReport;

/// Room for the labels of the values.
const LEFT: f64 = 46.0;
/// Room at the right end.
const RIGHT: f64 = 10.0;
const TOP: f64 = 6.0;
const DAY_S: f64 = 86_400.0;

/// What a panel shows.
pub struct Panel<'a> {
    /// The band and its median.
    pub main: &'a SeriesReport,
    /// A second quantity of the same unit, its median only.
    pub second: Option<&'a SeriesReport>,
    /// A line to compare with.
    pub threshold: Option<f64>,
    /// Colour of the band.
    pub ink: Ink,
    /// Seconds between points.
    pub step_s: f64,
    /// Whether the days are named below.
    pub days: bool,
}

/// The horizontal scale: seconds of the window.
pub fn time_scale(points: usize, step_s: f64, width: f64) -> Scale {
    Scale::new(
        (0.0, (points.max(1) as f64) * step_s),
        (LEFT, (width - RIGHT).max(LEFT + 1.0)),
    )
}

/// The point nearest to a pixel.
pub fn nearest(points: usize, step_s: f64, width: f64, x: f64) -> Option<usize> {
    if points == 0 || x < LEFT - 8.0 || x > width - RIGHT + 8.0 {
        return None;
    }
    let seconds = time_scale(points, step_s, width).value(x);
    Some(((seconds / step_s - 0.5).round().max(0.0) as usize).min(points - 1))
}

/// The panel's scene.
pub fn scene(panel: &Panel<'_>, width: f64, height: f64) -> Scene {
    let mut scene = Scene::default();
    let bottom = height - if panel.days { 20.0 } else { 6.0 };
    let x = time_scale(panel.main.p50.len(), panel.step_s, width);
    let y = Scale::new((0.0, top_of(panel)), (bottom, TOP));
    grid(&mut scene, &x, &y, panel, width, bottom);
    for (low, high) in runs(&panel.main.p50) {
        band(&mut scene, panel, &x, &y, low, high);
    }
    if let Some(second) = panel.second {
        for (low, high) in runs(&second.p50) {
            scene.dashed(
                line(&second.p50, panel.step_s, &x, &y, low, high),
                Ink::Orange,
                1.5,
                4.0,
            );
        }
    }
    if let Some(threshold) = panel
        .threshold
        .filter(|threshold| *threshold <= y.domain().1)
    {
        scene.dashed(
            vec![(LEFT, y.at(threshold)), (width - RIGHT, y.at(threshold))],
            Ink::Red,
            1.2,
            5.0,
        );
        let label = format!("threshold {}", format::milliseconds(threshold));
        scene.label(
            (width - RIGHT - 2.0, y.at(threshold) - 4.0),
            label,
            Anchor::End,
            "note red",
        );
    }
    scene
}

/// The top of the values' axis: above everything that is drawn, and above the threshold when that is near.
fn top_of(panel: &Panel<'_>) -> f64 {
    let highest = |values: &[f32]| {
        values
            .iter()
            .copied()
            .filter(|value| value.is_finite())
            .fold(0.0f32, f32::max)
    };
    let data = f64::from(
        highest(&panel.main.p95).max(panel.second.map_or(0.0, |second| highest(&second.p50))),
    );
    let wanted = panel
        .threshold
        .filter(|threshold| *threshold < 4.0 * data)
        .map_or(0.0, |threshold| threshold * 1.12);
    round_up((data * 1.02).max(wanted).max(1e-6))
}

fn grid(scene: &mut Scene, x: &Scale, y: &Scale, panel: &Panel<'_>, width: f64, bottom: f64) {
    for tick in y.ticks(3) {
        scene.line(
            vec![(LEFT, y.at(tick)), (width - RIGHT, y.at(tick))],
            Ink::Grid,
            1.0,
        );
        scene.label(
            (LEFT - 6.0, y.at(tick) + 3.5),
            format::short(tick),
            Anchor::End,
            "tick",
        );
    }
    let window_s = x.domain().1;
    for (at, name) in day_ticks(window_s, width) {
        let px = x.at(at);
        scene.line(vec![(px, TOP), (px, bottom)], Ink::Grid, 1.0);
        if panel.days && !name.is_empty() {
            scene.label((px + 3.0, bottom + 14.0), name, Anchor::Start, "tick");
        }
    }
    scene.line(
        vec![(LEFT, bottom), (width - RIGHT, bottom)],
        Ink::Axis,
        1.0,
    );
}

/// Where days (or hours of a short window) begin, and their names as far as there is room.
fn day_ticks(window_s: f64, width: f64) -> Vec<(f64, String)> {
    if window_s <= 2.0 * DAY_S {
        let step = if window_s <= 6.0 * 3600.0 {
            3600.0
        } else {
            6.0 * 3600.0
        };
        let count = (window_s / step).ceil() as u32;
        return (0..count)
            .map(|n| {
                (
                    f64::from(n) * step,
                    format!("{:02.0}:00", (f64::from(n) * step / 3600.0) % 24.0),
                )
            })
            .collect();
    }
    let days = (window_s / DAY_S).ceil() as u32;
    let room = (width - LEFT - RIGHT) / f64::from(days);
    let every = if room >= 38.0 { 1 } else { 7 };
    let tick = |day: u32| {
        let weekday = WEEKDAYS
            .get((day % 7) as usize)
            .copied()
            .unwrap_or_default();
        let name = if every == 1 {
            weekday.to_owned()
        } else {
            format!("{weekday} {}", day + 1)
        };
        (f64::from(day) * DAY_S, name)
    };
    (0..days) // A day that has only just begun when the window ends has no room for its name.
        .filter(|day| day % every == 0 && f64::from(*day) * DAY_S < 0.98 * window_s)
        .map(tick)
        .collect()
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

fn line(values: &[f32], step_s: f64, x: &Scale, y: &Scale, low: usize, high: usize) -> Vec<Point> {
    let points = values.iter().enumerate().skip(low).take(high - low);
    points
        .map(|(index, value)| (x.at((index as f64 + 0.5) * step_s), y.at(f64::from(*value))))
        .collect()
}

fn band(scene: &mut Scene, panel: &Panel<'_>, x: &Scale, y: &Scale, low: usize, high: usize) {
    let mut outline = line(&panel.main.p95, panel.step_s, x, y, low, high);
    let mut below = line(&panel.main.p5, panel.step_s, x, y, low, high);
    below.reverse();
    outline.extend(below);
    scene.marks.push(Mark::Area {
        points: outline,
        ink: panel.ink,
        alpha: 0.25,
    });
    scene.line(
        line(&panel.main.p50, panel.step_s, x, y, low, high),
        panel.ink,
        1.5,
    );
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

    #[test]
    fn the_pointer_finds_the_nearest_point() {
        let x = time_scale(336, 7200.0, 800.0).at(10.5 * 7200.0);
        assert_eq!(nearest(336, 7200.0, 800.0, x), Some(10));
        assert_eq!(nearest(336, 7200.0, 800.0, 0.0), None);
        assert_eq!(nearest(0, 7200.0, 800.0, 100.0), None);
    }

    #[test]
    fn four_weeks_are_named_by_their_mondays() {
        let ticks = day_ticks(28.0 * DAY_S, 700.0);
        assert_eq!(
            ticks
                .iter()
                .map(|(_, name)| name.as_str())
                .collect::<Vec<_>>(),
            ["Mon 1", "Mon 8", "Mon 15", "Mon 22"]
        );
    }
}
