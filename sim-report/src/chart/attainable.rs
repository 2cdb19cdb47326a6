//! The best SLO target against cost: for each design the share of the error budgets that it keeps as surely as wanted, on
//! a logarithmic scale, and the line of those that no cheaper one beats.

use super::front::{MOST_CROSSES, SMALL};
use super::ink::Ink;
use super::scale::Scale;
use super::scene::{Anchor, Mark, Point, Scene};
use crate::format;
use sim_core::study::{BudgetKept, DesignPoint, SweepReport, attainable, with_budget};

/// Height of the chart.
pub const HEIGHT: f64 = 260.0;
const LEFT: f64 = 84.0;
const RIGHT: f64 = 18.0;
const TOP: f64 = 14.0;
const BOTTOM: f64 = 42.0;
/// Shares beyond these are drawn at the edge.
const ENDS: (f64, f64) = (0.001, 1000.0);
/// Shares that may be named beside the axis.
const SHARES: [f64; 13] = [
    0.001, 0.005, 0.01, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 100.0, 1000.0,
];

/// The scene; empty where no design has enough replications.
pub fn scene(report: &SweepReport, width: f64) -> Scene {
    let mut scene = Scene::default();
    let known: Vec<(&DesignPoint, BudgetKept)> = report
        .points
        .iter()
        .filter_map(|point| Some((point, point.budget_kept?)))
        .collect();
    if known.is_empty() {
        return scene;
    }
    let plot = Plot::new(&known, width);
    plot.axes(&mut scene, report);
    let best = attainable(report);
    let (best_known, beaten): (Vec<_>, Vec<_>) = known
        .iter()
        .partition(|(point, _)| best.contains(&point.design));
    if beaten.len() > MOST_CROSSES {
        scene.marks.push(Mark::Dots {
            at: beaten
                .iter()
                .map(|(point, kept)| plot.at(point, kept.estimate))
                .collect(),
            radius: SMALL,
            ink: Ink::Muted,
            alpha: 0.75,
        });
    } else {
        for (point, kept) in beaten {
            plot.point(&mut scene, point, &kept, false);
        }
    }
    for (point, kept) in best_known {
        plot.point(&mut scene, point, &kept, true);
    }
    let line = best.iter().filter_map(|design| {
        let point = report.point(*design)?;
        Some(plot.at(point, point.budget_kept?.estimate))
    });
    plot.steps(&mut scene, line);
    scene
}

struct Plot {
    x: Scale,
    y: Scale,
    right: f64,
    bottom: f64,
}

fn height_of(share: f64) -> f64 {
    -share.clamp(ENDS.0, ENDS.1).log10()
}

impl Plot {
    fn new(known: &[(&DesignPoint, BudgetKept)], width: f64) -> Self {
        let (right, bottom) = ((width - RIGHT).max(LEFT + 10.0), HEIGHT - BOTTOM);
        let costs = known.iter().map(|(point, _)| point.cost_per_month.mean);
        let (low, high) = ends(costs);
        let pad = (0.07 * (high - low)).max(0.01 * high.abs()).max(0.5);
        let heights = known.iter().map(|(_, kept)| height_of(kept.estimate));
        // The SLO as it is belongs on the chart.
        let (worst, best) = ends(heights.chain([0.0]));
        Self {
            x: Scale::new(((low - pad).max(0.0), high + pad), (LEFT, right)),
            y: Scale::new((worst - 0.15, best + 0.15), (bottom, TOP)),
            right,
            bottom,
        }
    }

    fn at(&self, point: &DesignPoint, share: f64) -> Point {
        let y = self.y.at(height_of(share)).clamp(TOP, self.bottom);
        (self.x.at(point.cost_per_month.mean), y)
    }

    fn axes(&self, scene: &mut Scene, report: &SweepReport) {
        let (low, high) = self.y.domain();
        let mut last = f64::INFINITY;
        for share in SHARES.into_iter().rev() {
            let y = self.y.at(height_of(share));
            let inside = (low..=high).contains(&height_of(share));
            if !inside || last - y < 22.0 && share != 1.0 {
                continue;
            }
            last = y;
            scene.line(vec![(LEFT, y), (self.right, y)], Ink::Grid, 1.0);
            let label = tick(report, share);
            scene.label((LEFT - 8.0, y + 4.0), label, Anchor::End, "tick");
        }
        let room = ((self.right - LEFT) / 80.0).clamp(3.0, 8.0) as u32;
        for cost in self.x.money_ticks(room) {
            let x = self.x.at(cost);
            let label = format::money_short(cost);
            scene.label((x, self.bottom + 17.0), label, Anchor::Middle, "tick");
        }
        let base = vec![(LEFT, self.bottom), (self.right, self.bottom)];
        scene.line(base, Ink::Axis, 1.0);
        let middle = (LEFT + self.right) / 2.0;
        scene.label(
            (middle, HEIGHT - 6.0),
            "Cost per month",
            Anchor::Middle,
            "axis",
        );
        let y = self.y.at(0.0);
        scene.dashed(vec![(LEFT, y), (self.right, y)], Ink::Green, 1.5, 6.0);
        let note = "the SLO as it is";
        scene.label((self.right - 4.0, y - 5.0), note, Anchor::End, "note green");
    }

    fn point(&self, scene: &mut Scene, point: &DesignPoint, kept: &BudgetKept, best: bool) {
        let (ink, alpha, radius) = match best {
            true => (Ink::Blue, 0.55, 4.8),
            false => (Ink::Muted, 0.22, 3.4),
        };
        let cost = &point.cost_per_month;
        let (x, y) = self.at(point, kept.estimate);
        let high = kept.ci_high.unwrap_or(f64::INFINITY);
        let across =
            [cost.ci_low, cost.ci_high].map(|cost| (self.x.at(cost).clamp(LEFT, self.right), y));
        let along = [kept.ci_low, high].map(|share| self.at(point, share));
        for points in [across, along] {
            if points.iter().all(|point| point.0.is_finite()) {
                scene.marks.push(Mark::Line {
                    points: points.to_vec(),
                    ink,
                    alpha,
                    width: 1.2,
                    dash: None,
                });
            }
        }
        scene.dot((x, y), radius, ink, if best { 1.0 } else { 0.75 });
    }

    fn steps(&self, scene: &mut Scene, line: impl Iterator<Item = Point>) {
        let mut steps: Vec<Point> = Vec::new();
        for at in line {
            if let Some(last) = steps.last() {
                steps.push((at.0, last.1));
            }
            steps.push(at);
        }
        if let Some(last) = steps.last().copied() {
            steps.push((self.right, last.1));
        }
        if steps.len() > 1 {
            scene.line(steps, Ink::Blue, 2.0);
        }
    }
}

/// The first objective's target with this share of its error budget.
fn tick(report: &SweepReport, share: f64) -> String {
    match report.objectives.first() {
        Some(objective) => {
            let words = with_budget(objective, share);
            let percent = words.split(' ').next().unwrap_or_default();
            format!("{percent}\u{a0}%")
        }
        None => format!("×{}", format::number(share)),
    }
}

fn ends(values: impl Iterator<Item = f64>) -> (f64, f64) {
    values
        .filter(|value| value.is_finite())
        .fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), value| {
            (low.min(value), high.max(value))
        })
}
