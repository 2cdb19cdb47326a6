//! Where the money goes, and what spends the error budget.

use super::data;
use super::figure::{Figure, report_stale};
use super::scene::Scene;
use super::surface::Surface;
use crate::state::studio;
use leptos::prelude::*;
use sim_core::study::Report;
use sim_report::chart::breakdown;

/// What is made of the report, once there is one.
fn of_report<T: 'static>(
    make: impl Fn(&Report) -> T + Copy + Send + Sync + 'static,
) -> impl Fn() -> Option<T> + Copy + Send + Sync + 'static {
    let studio = studio();
    move || studio.report.with(|report| report.as_deref().map(make))
}

fn drawn(scene: fn(&Report, f64) -> Scene) -> impl Fn(f64) -> Scene + Copy + Send + Sync + 'static {
    let studio = studio();
    move |width| {
        studio.report.with(|report| {
            report
                .as_deref()
                .map_or_else(Scene::default, |report| scene(report, width))
        })
    }
}

fn height(of: fn(Option<&Report>) -> f64) -> Memo<f64> {
    let studio = studio();
    Memo::new(move |_| studio.report.with(|report| of(report.as_deref())))
}

/// Bars with the cost of each resource.
#[component]
pub fn CostByResource() -> impl IntoView {
    let words = of_report(breakdown::cost_note);
    let sentence = of_report(breakdown::cost_sentence);
    let label = Signal::derive(move || {
        sentence().unwrap_or_else(|| "Cost by resource, not computed yet".to_owned())
    });
    let table = of_report(breakdown::cost_table);
    let height = height(breakdown::cost_height);
    let draw = drawn(breakdown::cost_scene);
    let surface = move || {
        Surface {
            height: height.get(),
            label,
            draw,
            hover: |_| {},
            overlay: ().into_any(),
            above: ().into_any(),
        }
        .view()
    };
    view! {
        <Figure title="Cost by resource" note=Signal::derive(move || words().unwrap_or_default()) testid="chart-resources" data=data::costs table=move || table().unwrap_or_default() stale=report_stale()>
            {surface}
        </Figure>
    }
}

/// One stacked bar for each objective.
#[component]
pub fn BudgetByCause() -> impl IntoView {
    let sentence = of_report(breakdown::budget_sentence);
    let label = Signal::derive(move || {
        sentence().unwrap_or_else(|| "Error budget by cause, not computed yet".to_owned())
    });
    let table = of_report(breakdown::budget_table);
    let note = Signal::derive(|| breakdown::BUDGET_NOTE.to_owned());
    let height = height(breakdown::budget_height);
    let draw = drawn(breakdown::budget_scene);
    let surface = move || {
        Surface {
            height: height.get(),
            label,
            draw,
            hover: |_| {},
            overlay: ().into_any(),
            above: ().into_any(),
        }
        .view()
    };
    let causes = of_report(breakdown::causes);
    let legend = move || {
        let line = |(cause, class): (sim_core::slo::Cause, &str)| view! { <li title=cause.help()><span class=format!("swatch {class}")></span>{cause.label()}</li> };
        causes()
            .unwrap_or_default()
            .into_iter()
            .map(line)
            .collect_view()
    };
    view! {
        <Figure title="Error budget by cause" note=note testid="chart-budget" data=data::budgets table=move || table().unwrap_or_default() stale=report_stale()>
            {surface}
            <ul class="legend">{legend}</ul>
        </Figure>
    }
}
