//! The window over time: traffic, replicas, latency and bad requests.

use super::ink::Ink;
use super::ruler::{Ruler, Stretch};
use super::scene::Scene;
use super::time::{Curve, Panel, scene};
use crate::format;
use crate::table::Table;
use sim_core::scenario::document::{TrafficDocument, TrafficSource};
use sim_core::study::{Report, SeriesReport};
use sim_core::traffic::RateCurve;

/// Recordings in finer steps than this are drawn as if they had these, seconds.
const MOST_FINE_S: f64 = 60.0;
/// Rows of the table beside the chart.
const TABLE_ROWS: usize = 56;

/// One of the charts over time.
pub struct PanelKind {
    /// Key of the series.
    pub key: &'static str,
    /// Key of a second series of the same unit.
    pub second: Option<&'static str>,
    /// What it shows.
    pub title: &'static str,
    /// Colour.
    pub ink: Ink,
    /// Height in pixels.
    pub height: f64,
    /// Whether days are named below.
    pub days: bool,
}

/// The charts over time, one below the other.
pub const PANELS: [PanelKind; 4] = [
    PanelKind {
        key: "arrivals_rps",
        second: None,
        title: "Traffic, requests/s",
        ink: Ink::Blue,
        height: 96.0,
        days: false,
    },
    PanelKind {
        key: "replicas",
        second: Some("nodes"),
        title: "Ready replicas (dashed: nodes)",
        ink: Ink::Green,
        height: 96.0,
        days: false,
    },
    PanelKind {
        key: "p95_ms",
        second: None,
        title: "P95 latency, ms",
        ink: Ink::Purple,
        height: 96.0,
        days: false,
    },
    PanelKind {
        key: "bad_percent",
        second: None,
        title: "Bad requests, % of arrivals",
        ink: Ink::Red,
        height: 112.0,
        days: true,
    },
];

/// Points over time.
pub fn length(report: &Report) -> usize {
    report.series.first().map_or(0, |series| series.p50.len())
}

/// Where a point lies in the window.
pub fn seconds(report: Option<&Report>, index: usize) -> f64 {
    report.map_or(0.0, |report| (index as f64 + 0.5) * report.series_step_s)
}

/// The series with a key.
pub fn series<'a>(report: &'a Report, key: &str) -> Option<&'a SeriesReport> {
    report.series.iter().find(|series| series.key == key)
}

/// A value, NaN where there is none.
pub fn at(values: &[f32], index: usize) -> f64 {
    values
        .get(index)
        .map_or(f64::NAN, |value| f64::from(*value))
}

/// What a panel shows, in a sentence.
pub fn sentence(kind: &PanelKind, report: &Report) -> String {
    let Some(main) = series(report, kind.key) else {
        return format!("{}: no figures", kind.title);
    };
    let finite = |values: &[f32]| {
        values
            .iter()
            .copied()
            .filter(|value| value.is_finite())
            .map(f64::from)
            .collect::<Vec<_>>()
    };
    let median = finite(&main.p50);
    let low = median.iter().copied().fold(f64::INFINITY, f64::min);
    let high = median.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let peak = main
        .p50
        .iter()
        .position(|value| f64::from(*value) == high)
        .map(|index| format::moment(seconds(Some(report), index)));
    let top = finite(&main.p95)
        .into_iter()
        .fold(f64::NEG_INFINITY, f64::max);
    format!(
        "{}: the median moves between {} and {}, highest on {}; the 95th percentile reaches {}",
        kind.title,
        format::number(low),
        format::number(high),
        peak.unwrap_or_default(),
        format::number(top)
    )
}

/// The window as a table, some points of it.
pub fn table(report: Option<&Report>) -> Table {
    let Some(report) = report else {
        return Table::default();
    };
    let count = length(report);
    let every = count.div_ceil(TABLE_ROWS).max(1);
    let mut head = vec!["Time".to_owned()];
    for series in &report.series {
        let unit = if series.unit.is_empty() {
            String::new()
        } else {
            format!(", {}", series.unit)
        };
        head.push(format!("{}{unit}: median (P5–P95)", series.label));
    }
    let row = |index: usize| {
        let mut cells = vec![format::moment(seconds(Some(report), index))];
        cells.extend(report.series.iter().map(|series| {
            let show = |values: &[f32]| format::number(at(values, index));
            format!(
                "{} ({}–{})",
                show(&series.p50),
                show(&series.p5),
                show(&series.p95)
            )
        }));
        cells
    };
    Table {
        head,
        rows: (0..count).step_by(every).map(row).collect(),
        note: None,
    }
}

/// What is looked at, and what is laid beside the figures.
#[derive(Clone, Copy, Default)]
pub struct Sight<'a> {
    /// The part of the window that is seen; all of it if none.
    pub seen: Option<Stretch>,
    /// The latency that the objective allows, milliseconds.
    pub threshold: Option<f64>,
    /// The traffic as it was recorded.
    pub recorded: Option<&'a Curve>,
}

/// The time axis of a report's charts.
pub fn ruler(report: &Report, seen: Option<Stretch>, width: f64) -> Ruler {
    Ruler::of_points(length(report), report.series_step_s, seen, width)
}

/// The point nearest to a pixel; none beside the charts.
pub fn nearest(report: &Report, ruler: &Ruler, x: f64) -> Option<usize> {
    let count = length(report).checked_sub(1)?;
    let at = ruler.seconds_at(x)? / report.series_step_s - 0.5;
    Some((at.round().max(0.0) as usize).min(count))
}

/// A panel's scene; none where the report has no such series.
pub fn panel(kind: &PanelKind, report: &Report, sight: &Sight<'_>, width: f64) -> Option<Scene> {
    let panel = Panel {
        main: series(report, kind.key)?,
        second: kind.second.and_then(|key| series(report, key)),
        curve: sight.recorded.filter(|_| kind.key == "arrivals_rps"),
        threshold: sight.threshold.filter(|_| kind.key == "p95_ms"),
        ink: kind.ink,
        step_s: report.series_step_s,
        days: kind.days,
    };
    let ruler = ruler(report, sight.seen, width);
    Some(scene(&panel, &ruler, kind.height))
}

/// Recorded traffic over a window, interval by interval; none where the traffic is a model.
pub fn recorded(traffic: &TrafficDocument, window_days: f64) -> Option<Curve> {
    let TrafficSource::Recorded { interval_s, .. } = &traffic.source else {
        return None;
    };
    let step_s = interval_s.max(MOST_FINE_S);
    let steps = (window_days * 86_400.0 / step_s).ceil() as u32;
    let curve = RateCurve::new(traffic, step_s, 0, steps);
    let values = curve.rates_rps().iter().map(|rate| *rate as f32).collect();
    Some(Curve { step_s, values })
}
