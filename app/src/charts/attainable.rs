//! How good an SLO the designs that were found could keep, for how much money.

use super::data;
use super::figure::Figure;
use super::surface::Surface;
use crate::state::studio;
use leptos::prelude::*;
use sim_core::study::SweepReport;
use sim_report::chart::attainable::{HEIGHT, scene};
use sim_report::designs::{ATTAINABLE_NOTE, attainable_sentence, attainable_table};

/// The figure; nothing before designs with enough replications were found.
#[component]
pub fn Attainable() -> impl IntoView {
    let studio = studio();
    let designs = studio.designs();
    let known = Memo::new(move |_| {
        let some = |report: &SweepReport| {
            report.points.iter().any(|one| {
                one.budget_kept
                    .is_some_and(|kept| kept.estimate.is_finite())
            })
        };
        designs.with(|report| report.as_deref().is_some_and(some))
    });
    move || known.get().then(figure)
}

fn figure() -> AnyView {
    let studio = studio();
    let designs = studio.designs();
    let sweep = move || designs.get();
    let words = Signal::derive(move || {
        let words = sweep().and_then(|sweep| attainable_sentence(&sweep));
        words.map_or_else(String::new, |words| format!("{words}."))
    });
    let surface = Surface {
        height: HEIGHT,
        label: words,
        draw: move |width| {
            sweep()
                .map(|sweep| scene(&sweep, width))
                .unwrap_or_default()
        },
        hover: |_| {},
        overlay: ().into_any(),
        above: ().into_any(),
    }
    .view();
    let table = move || {
        sweep()
            .map(|sweep| attainable_table(&sweep))
            .unwrap_or_default()
    };
    let stale = Signal::derive(move || studio.sweep.with(|sweep| sweep.running));
    view! {
        <Figure title="Best SLO target against cost" note=words testid="chart-attainable" data=data::targets table=table wide=true stale=stale>
            {surface}
            <p class="hint">{ATTAINABLE_NOTE} "."</p>
        </Figure>
    }
    .into_any()
}
