//! What each level of a commitment costs a month: too low pays on demand, too high pays for nothing.

use super::data;
use super::figure::{Figure, Table, report_stale};
use super::money_frame::{BASE, Frame, HEIGHT, LEFT};
use super::palette::Ink;
use super::scene::Scene;
use super::surface::Surface;
use crate::format;
use crate::state::studio;
use leptos::prelude::*;
use sim_core::study::CommitmentReport;

/// The figure; nothing in scenarios without a commitment.
#[component]
pub fn CommitmentLevels() -> impl IntoView {
    let studio = studio();
    let is_there = Memo::new(move |_| {
        let commitment = |report: &sim_core::study::Report| report.commitment.is_some();
        studio
            .report
            .with(|report| report.as_ref().is_some_and(|report| commitment(report)))
    });
    move || is_there.get().then(figure)
}

fn figure() -> AnyView {
    let studio = studio();
    let with = move |read: &dyn Fn(&CommitmentReport) -> String| {
        studio.report.with(|report| {
            let commitment = report
                .as_ref()
                .and_then(|report| report.commitment.as_ref());
            commitment.map(read).unwrap_or_default()
        })
    };
    let note = Signal::derive(move || with(&words));
    let draw = move |width: f64| {
        studio.report.with(|report| {
            let commitment = report
                .as_ref()
                .and_then(|report| report.commitment.as_ref());
            commitment
                .map(|commitment| scene(commitment, width))
                .unwrap_or_default()
        })
    };
    let table = move || {
        studio.report.with(|report| {
            let commitment = report
                .as_ref()
                .and_then(|report| report.commitment.as_ref());
            commitment.map(table_of).unwrap_or_default()
        })
    };
    let surface = Surface {
        height: HEIGHT,
        label: note,
        draw,
        hover: |_| {},
        overlay: ().into_any(),
        above: ().into_any(),
    }
    .view();
    view! {
        <Figure title="Cost of nodes by commitment" note=note testid="chart-commitment" data=data::commitment table=table stale=report_stale()>
            {surface}
        </Figure>
    }
    .into_any()
}

fn words(commitment: &CommitmentReport) -> String {
    let best = commitment.best_nodes as usize;
    let usd = commitment.usd_per_month.get(best).copied();
    format!(
        "{} nodes are committed to, {} of it used ({} a month wasted). {} would cost least, {} a month: one node more pays while it is used above {} of the time.",
        format::number(commitment.nodes),
        format::percent(commitment.used.mean, 1),
        format::money(commitment.unused_usd_per_month.mean),
        commitment.best_nodes,
        format::money(usd.unwrap_or(0.0)),
        format::percent(commitment.critical_share, 1),
    )
}

fn table_of(commitment: &CommitmentReport) -> Table {
    let levels = commitment.usd_per_month.iter().zip(&commitment.used_at);
    let row = |(level, (usd, used)): (usize, (&f64, &f64))| {
        vec![
            level.to_string(),
            format::money(*usd),
            format::percent(*used, 1),
        ]
    };
    Table {
        head: vec![
            "Committed nodes".to_owned(),
            "Cost per month".to_owned(),
            "One more is used".to_owned(),
        ],
        rows: levels.enumerate().map(row).collect(),
        note: None,
    }
}

/// Bars from nothing up, the cheapest in green, a dashed line at the present level.
fn scene(commitment: &CommitmentReport, width: f64) -> Scene {
    let mut scene = Scene::default();
    let levels = commitment.usd_per_month.len();
    let most = commitment.usd_per_month.iter().copied().fold(0.0, f64::max);
    if levels == 0 || most <= 0.0 {
        return scene;
    }
    let frame = Frame::new(&mut scene, most, width);
    let x = frame.across(-0.5, levels as f64 - 0.5);
    let bar = (x.at(1.0) - x.at(0.0)) * 0.76;
    let room = frame.right - LEFT;
    let every = (levels as f64 * 26.0 / room).ceil().max(1.0) as usize;
    for (level, usd) in commitment.usd_per_month.iter().enumerate() {
        let (middle, top) = (x.at(level as f64), frame.y.at(*usd));
        let ink = if level == commitment.best_nodes as usize {
            Ink::Green
        } else {
            Ink::Blue
        };
        scene.bar((middle - bar / 2.0, top), (bar, BASE - top), ink, 0.85);
        if level % every == 0 {
            frame.name(&mut scene, middle, level.to_string());
        }
    }
    let present = (commitment.nodes < levels as f64 - 0.5).then(|| x.at(commitment.nodes));
    frame.close(&mut scene, present);
    scene
}

#[cfg(test)]
mod tests {
    use super::super::scene::Mark;
    use super::*;
    use sim_core::stats::Summary;

    #[test]
    fn every_level_has_its_bar_and_the_cheapest_is_green() {
        let commitment = CommitmentReport {
            nodes: 2.0,
            used: Summary::of(&[1.0]),
            unused_usd_per_month: Summary::of(&[0.0]),
            critical_share: 0.6,
            best_nodes: 1,
            usd_per_month: vec![100.0, 80.0, 90.0],
            used_at: vec![1.0, 0.5, 0.2],
        };
        let scene = scene(&commitment, 300.0);
        let inks: Vec<Ink> = scene
            .marks
            .iter()
            .filter_map(|mark| match mark {
                Mark::Bar { ink, .. } => Some(*ink),
                _ => None,
            })
            .collect();
        assert_eq!(inks, [Ink::Blue, Ink::Green, Ink::Blue]);
        assert_eq!(table_of(&commitment).rows.len(), 3);
    }
}
