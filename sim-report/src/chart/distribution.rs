//! Fifty dots, each a fiftieth of the probability, piled up where the values lie.

use super::ink::Ink;
use super::scale::Scale;
use super::scene::{Anchor, Scene};
use crate::format;
use crate::table::Table;
use sim_core::stats::quantile_type7 as quantile;
use sim_core::study::Report;

/// Height of the chart in page pixels.
pub const HEIGHT: f64 = 168.0;
const SIDE: f64 = 14.0;
const TOP: f64 = 26.0;
const BOTTOM: f64 = 24.0;
/// Dots; fifty gave readers the best decisions (Fernandes et al., CHI 2018).
const DOTS: usize = 50;

/// What a distribution shows.
pub struct Spread<'a> {
    /// The values.
    pub samples: &'a [f64],
    /// Colour of the dots.
    pub ink: Ink,
    /// A value to compare with, and its name.
    pub mark: Option<(f64, String)>,
    /// Round values on the axis, about so many.
    pub ticks: fn(&Scale, u32) -> Vec<f64>,
    /// How a value on the axis is written, given the step between two.
    pub tick: fn(f64, f64) -> String,
}

/// The finite values in ascending order.
pub fn sorted(samples: &[f64]) -> Vec<f64> {
    let mut values: Vec<f64> = samples
        .iter()
        .copied()
        .filter(|value| value.is_finite())
        .collect();
    values.sort_unstable_by(f64::total_cmp);
    values
}

/// The dots' values: one per replication while there are few, then fifty quantiles.
fn dots(values: &[f64]) -> Vec<f64> {
    if values.len() <= DOTS {
        return values.to_vec();
    }
    (0..DOTS)
        .map(|dot| quantile(values, (dot as f64 + 0.5) / DOTS as f64))
        .collect()
}

/// The scene.
pub fn scene(spread: &Spread<'_>, width: f64) -> Scene {
    let mut scene = Scene::default();
    let values = sorted(spread.samples);
    let (Some(low), Some(high)) = (values.first().copied(), values.last().copied()) else {
        return scene;
    };
    let near = spread
        .mark
        .as_ref()
        .map(|(mark, _)| *mark)
        .filter(|mark| (mark - low).abs().min((mark - high).abs()) <= 3.0 * (high - low));
    let (low, high) = near.map_or((low, high), |mark| (low.min(mark), high.max(mark)));
    let pad = ((high - low) * 0.06).max(high.abs() * 1e-6);
    let x = Scale::new((low - pad, high + pad), (SIDE, width - SIDE));
    let base = HEIGHT - BOTTOM;
    let ticks = (spread.ticks)(&x, (width / 95.0).clamp(2.0, 5.0) as u32);
    let step = ticks
        .windows(2)
        .next()
        .map_or(0.0, |pair| pair[1] - pair[0]);
    for tick in ticks {
        scene.line(
            vec![(x.at(tick), base), (x.at(tick), base + 4.0)],
            Ink::Axis,
            1.0,
        );
        let at = x.at(tick).clamp(SIDE + 12.0, width - SIDE - 12.0);
        scene.label(
            (at, base + 17.0),
            (spread.tick)(tick, step),
            Anchor::Middle,
            "tick",
        );
    }
    scene.line(vec![(SIDE, base), (width - SIDE, base)], Ink::Axis, 1.0);
    stack(&mut scene, &dots(&values), &x, base, spread.ink);
    if let Some((mark, name)) = &spread.mark
        && near.is_some()
    {
        scene.dashed(
            vec![(x.at(*mark), TOP - 10.0), (x.at(*mark), base)],
            Ink::Red,
            1.5,
            5.0,
        );
        let (dx, anchor) = if x.at(*mark) > width / 2.0 {
            (-5.0, Anchor::End)
        } else {
            (5.0, Anchor::Start)
        };
        scene.label(
            (x.at(*mark) + dx, TOP - 2.0),
            name.clone(),
            anchor,
            "note red",
        );
    }
    for q in [0.05, 0.5, 0.95] {
        let at = x.at(quantile(&values, q));
        scene.dashed(vec![(at, TOP + 4.0), (at, base)], Ink::Muted, 1.0, 2.0);
    }
    scene
}

/// Stacks dots in columns, as large as lets the highest column fit.
fn stack(scene: &mut Scene, dots: &[f64], x: &Scale, base: f64, ink: Ink) {
    let room = base - TOP - 6.0;
    let mut radius = 6.0;
    loop {
        let columns = columns(dots, x, radius);
        let tallest = columns.iter().map(|(_, count)| *count).max().unwrap_or(0);
        if tallest as f64 * radius * 2.0 <= room || radius <= 1.0 {
            for (at, count) in columns {
                for level in 0..count {
                    scene.dot(
                        (at, base - radius * (2 * level + 1) as f64 - 1.0),
                        radius - 0.6,
                        ink,
                        0.85,
                    );
                }
            }
            return;
        }
        radius -= 0.5;
    }
}

/// Columns as wide as a dot: their places and how many dots stand in each.
fn columns(dots: &[f64], x: &Scale, radius: f64) -> Vec<(f64, usize)> {
    let mut columns: Vec<(f64, usize)> = Vec::new();
    for dot in dots {
        let column = (x.at(*dot) / (2.0 * radius)).floor() * 2.0 * radius + radius;
        match columns.last_mut() {
            Some((at, count)) if (*at - column).abs() < 1e-6 => *count += 1,
            _ => columns.push((column, 1)),
        }
    }
    columns
}

/// Quantiles in a line.
pub fn quantile_words(samples: &[f64], show: fn(f64) -> String) -> String {
    let values = sorted(samples);
    format!(
        "P5 {} · P50 {} · P95 {}",
        show(quantile(&values, 0.05)),
        show(quantile(&values, 0.5)),
        show(quantile(&values, 0.95))
    )
}

/// A column of the table: name, samples, how they are shown.
pub type Column<'a> = (String, &'a [f64], fn(f64) -> String);

/// Quantiles of several columns.
pub fn quantile_table(columns: &[Column<'_>]) -> Table {
    let mut head = vec!["Quantile".to_owned()];
    head.extend(columns.iter().map(|(name, ..)| name.clone()));
    let row = |q: f64| {
        let mut cells = vec![format!("P{:.0}", q * 100.0)];
        cells.extend(
            columns
                .iter()
                .map(|(_, samples, show)| show(quantile(&sorted(samples), q))),
        );
        cells
    };
    Table {
        head,
        rows: [0.0, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 1.0]
            .map(row)
            .to_vec(),
        note: None,
    }
}

/// The monthly cost of the replications.
pub fn cost_scene(report: &Report, width: f64) -> Scene {
    let spread = Spread {
        samples: &report.cost_samples,
        ink: Ink::Blue,
        mark: None,
        ticks: Scale::money_ticks,
        tick: format::money_tick,
    };
    scene(&spread, width)
}

/// The share of good requests for an objective.
pub fn sli_scene(report: &Report, place: usize, width: f64) -> Option<Scene> {
    let objective = report.objectives.get(place)?;
    let samples = report.good_fraction_samples.get(place)?;
    let mark = Some((
        objective.target,
        format!("target {}", format::percent_near_one(objective.target)),
    ));
    Some(scene(
        &Spread {
            samples,
            ink: Ink::Green,
            mark,
            ticks: Scale::ticks,
            tick: |value, step| format!("{}\u{a0}%", format::tick(value * 100.0, step * 100.0)),
        },
        width,
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fifty_dots_stand_for_many_replications() {
        let values: Vec<f64> = (0..1000).map(f64::from).collect();
        let dots = dots(&values);
        assert_eq!(dots.len(), 50);
        assert!(
            (dots[0] - 9.99).abs() < 0.1 && (dots[49] - 989.01).abs() < 0.1,
            "{dots:?}"
        );
    }

    #[test]
    fn all_dots_fit_below_the_marks() {
        let spread = Spread {
            samples: &[5.0; 40],
            ink: Ink::Blue,
            mark: None,
            ticks: Scale::ticks,
            tick: format::tick,
        };
        let scene = scene(&spread, 300.0);
        let dots = scene.marks.iter().filter_map(|mark| match mark {
            super::super::scene::Mark::Dot { at, .. } => Some(at.1),
            _ => None,
        });
        let heights: Vec<f64> = dots.collect();
        assert_eq!(heights.len(), 40);
        assert!(
            heights.iter().all(|y| *y > TOP && *y < HEIGHT - BOTTOM),
            "{heights:?}"
        );
    }

    #[test]
    fn nothing_to_show_is_an_empty_scene() {
        let spread = Spread {
            samples: &[f64::NAN],
            ink: Ink::Blue,
            mark: None,
            ticks: Scale::ticks,
            tick: format::tick,
        };
        assert_eq!(scene(&spread, 300.0), Scene::default());
    }
}
