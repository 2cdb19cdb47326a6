//! How the monthly cost and the share of good requests spread over the replications.

use super::data;
use super::figure::{Figure, Table, report_stale};
use super::scene::Scene;
use super::surface::Surface;
use crate::format;
use crate::state::studio;
use leptos::prelude::*;
use sim_report::chart::distribution::{
    Column, HEIGHT, cost_scene, quantile_table, quantile_words, sli_scene,
};

/// The monthly cost of the replications.
#[component]
pub fn CostDistribution() -> impl IntoView {
    let studio = studio();
    let words = move || {
        studio.report.with(|report| {
            report
                .as_ref()
                .map(|report| quantile_words(&report.cost_samples, format::money))
                .unwrap_or_default()
        })
    };
    let draw = move |width: f64| {
        studio.report.with(|report| {
            report
                .as_ref()
                .map_or_else(Scene::default, |report| cost_scene(report, width))
        })
    };
    let label = Signal::derive(move || format!("Monthly cost over the replications: {}", words()));
    let table = move || {
        studio.report.with(|report| {
            report
                .as_ref()
                .map(|report| {
                    quantile_table(&[(
                        "Cost per month".to_owned(),
                        &report.cost_samples,
                        format::money,
                    )])
                })
                .unwrap_or_default()
        })
    };
    let surface = Surface {
        height: HEIGHT,
        label,
        draw,
        hover: |_| {},
        overlay: ().into_any(),
        above: ().into_any(),
    }
    .view();
    view! {
        <Figure title="Monthly cost" note=Signal::derive(words) testid="chart-cost" data=data::cost_samples table=table stale=report_stale()>
            {surface}
        </Figure>
    }
}

/// The share of good requests, per objective.
#[component]
pub fn SliDistribution() -> impl IntoView {
    let studio = studio();
    let chosen = RwSignal::new(0usize);
    let labels = Memo::new(move |_| {
        studio.report.with(|report| {
            report
                .as_ref()
                .map(|report| {
                    report
                        .objectives
                        .iter()
                        .map(|o| o.label.clone())
                        .collect::<Vec<_>>()
                })
                .unwrap_or_default()
        })
    });
    let place = move || {
        chosen
            .get()
            .min(labels.with(|labels| labels.len().saturating_sub(1)))
    };
    let words = move || {
        let samples = studio
            .report
            .with(|report| {
                report
                    .as_ref()
                    .and_then(|report| report.good_fraction_samples.get(place()).cloned())
            })
            .unwrap_or_default();
        quantile_words(&samples, format::percent_near_one)
    };
    let draw = move |width: f64| {
        studio.report.with(|report| {
            report
                .as_ref()
                .and_then(|report| sli_scene(report, place(), width))
                .unwrap_or_default()
        })
    };
    let label = Signal::derive(move || {
        format!(
            "Share of good requests over the replications, {}: {}",
            labels.with(|labels| labels.get(place()).cloned().unwrap_or_default()),
            words()
        )
    });
    let table = move || {
        studio.report.with(|report| {
            let Some(report) = report else {
                return Table::default();
            };
            let columns: Vec<Column<'_>> = report
                .objectives
                .iter()
                .zip(&report.good_fraction_samples)
                .map(|(objective, samples)| {
                    (
                        objective.label.clone(),
                        samples.as_slice(),
                        format::percent_near_one as fn(f64) -> String,
                    )
                })
                .collect();
            quantile_table(&columns)
        })
    };
    let choice = move || {
        labels.with(|labels| {
            (labels.len() > 1).then(|| {
                let option = |(index, label): (usize, &String)| {
                    view! {
                        <button type="button" class="tab" aria-pressed=move || (place() == index).to_string() on:click=move |_| chosen.set(index)>{label.clone()}</button>
                    }
                };
                view! { <div class="tabs">{labels.iter().enumerate().map(option).collect_view()}</div> }
            })
        })
    };
    let surface = Surface {
        height: HEIGHT,
        label,
        draw,
        hover: |_| {},
        overlay: ().into_any(),
        above: ().into_any(),
    }
    .view();
    view! {
        <Figure title="Share of good requests" note=Signal::derive(words) testid="chart-sli" data=data::good_samples table=table stale=report_stale()>
            {choice}
            {surface}
        </Figure>
    }
}
