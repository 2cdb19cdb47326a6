//! Serverless functions: cold starts, instances, throttling, what they cost, and when containers cost less.

use super::figures::{figure, half_width, money, of_report, points, share, table};
use crate::charts::BreakEvens;
use crate::editor::reveal;
use crate::format;
use leptos::prelude::*;
use sim_core::study::{FunctionCostReport, FunctionReport};

/// The section; nothing in scenarios without functions.
#[component]
pub fn FunctionsPanel() -> impl IntoView {
    let section = of_report(|report, stale| {
        let functions = report.functions.as_slice();
        (!functions.is_empty()).then(|| panel(functions, stale))
    });
    view! {
        {section}
        <BreakEvens/>
    }
}

fn panel(functions: &[FunctionReport], stale: Signal<bool>) -> AnyView {
    let rows = functions.iter().map(row).collect_view();
    let costs = functions.iter().map(cost_row).collect_view();
    let sentences = functions
        .iter()
        .filter_map(sentence)
        .collect::<Vec<_>>()
        .join(" ");
    view! {
        <section class="panel wide" class:stale=move || stale.get() data-testid="functions">
            <h2>"Serverless functions"</h2>
            <p class="hint">"Instances start when a request finds none free, and end when nobody has come for a while."{sentences}</p>
            {table("Functions", &["Function", "Invocations a month", "Cold starts", "Throttled (429)", "Instances", "At work", "Peak", "Provisioned", "Of these at work"], rows)}
            {table("Cost of functions", &["Function", "Cost per month", "Per million", "Requests", "Time at work", "Starts", "Provisioned", "Billed each"], costs)}
        </section>
    }
    .into_any()
}

/// Above which use provisioned instances pay, and what use they have.
fn sentence(function: &FunctionReport) -> Option<String> {
    let pays = function.provisioned_pays_above?;
    (function.mean_provisioned.mean > 0.0).then(|| {
        format!(
            " Provisioned instances cost less than others where they are at work above {} of the time; those of {} are {}.",
            format::percent(pays, 0),
            function.name,
            format::percent(function.provisioned_use.mean, 0)
        )
    })
}

fn row(function: &FunctionReport) -> impl IntoView + use<> {
    let path = function.path.clone();
    let cold = &function.cold_share;
    let has_provisioned = function.mean_provisioned.mean > 0.0;
    let of_provisioned = |text: String| {
        if has_provisioned {
            text
        } else {
            "–".to_owned()
        }
    };
    view! {
        <tr data-testid="function" data-cold=cold.mean.to_string()>
            <th scope="row">
                <button type="button" class="link" on:click=move |_| reveal(&path)>{function.name.clone()}</button>
            </th>
            <td>{figure(&function.invocations_per_month, format::short)}</td>
            <td>{format!("{}{}", format::percent(cold.mean, 2), half_width(cold, points))}</td>
            <td>{share(&function.throttled_share)}</td>
            <td>{figure(&function.mean_instances, format::number)}</td>
            <td>{figure(&function.mean_running, format::number)}</td>
            <td>{figure(&function.peak_instances, format::number)}</td>
            <td>{of_provisioned(figure(&function.mean_provisioned, format::number))}</td>
            <td>{of_provisioned(share(&function.provisioned_use))}</td>
        </tr>
    }
}

fn cost_row(function: &FunctionReport) -> impl IntoView + use<> {
    let part = |cost: &FunctionCostReport| view! { <td>{money(&cost.usd_per_month)}</td> };
    view! {
        <tr>
            <th scope="row">{function.name.clone()}</th>
            <td>{money(&function.usd_per_month)}</td>
            <td>{money(&function.usd_per_million)}</td>
            {function.costs.iter().map(part).collect_view()}
            <td>{figure(&function.billed_ms, format::milliseconds)}</td>
        </tr>
    }
}
