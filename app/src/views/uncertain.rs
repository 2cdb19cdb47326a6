//! What uncertain inputs do to the figures above: their part of the spread.

use super::figures::of_report;
use crate::editor::knob_name;
use crate::format;
use leptos::prelude::*;
use sim_core::stats::SharedVariance;
use sim_core::study::{InputReport, UncertaintyReport};

/// One line under the key figures; nothing where no number is uncertain.
#[component]
pub fn UncertaintyLine() -> impl IntoView {
    of_report(|report, stale| Some(line(report.uncertainty.as_ref()?, stale)))
}

fn line(found: &UncertaintyReport, stale: Signal<bool>) -> AnyView {
    let part = |split: Option<SharedVariance>| match split {
        Some(split) => format!(
            "{} ({})",
            format::percent(split.share, 0),
            format::range(split.ci_low, split.ci_high, |share| format::percent(
                share, 0
            ))
        ),
        None => "not known yet, or nothing varies".to_owned(),
    };
    let inputs = found.inputs.iter().map(input).collect_view();
    let share = found.cost.map(|split| split.share.to_string());
    view! {
        <details class="uncertainty" class:stale=move || stale.get() data-testid="uncertainty" data-cost-share=share>
            <summary>
                "Due to uncertain inputs, the rest is chance: cost " <strong>{part(found.cost)}</strong>
                ", meeting the SLO " <strong>{part(found.attainment)}</strong>
            </summary>
            <p class="hint">
                "Share of the variance with its 95 % interval. Every run has a twin with the same values of the uncertain inputs and other luck; what the pairs have in common is due to the inputs. Knowing them better narrows that part, nothing narrows the rest."
            </p>
            <ul>{inputs}</ul>
        </details>
    }
    .into_any()
}

fn input(input: &InputReport) -> AnyView {
    let correlation = |what: &str, found: Option<sim_core::stats::Correlation>| {
        found.map(|found| {
            let (low, high) = (found.ci_low, found.ci_high);
            format::minus(&format!(
                ", rank correlation with {what} {:.2} ({low:.2} to {high:.2})",
                found.estimate
            ))
        })
    };
    let drawn = format::range(input.drawn.p5, input.drawn.p95, format::number);
    view! {
        <li>
            {knob_name(&input.path)} ": " {drawn}
            {correlation("the cost", input.cost)}
            {correlation("the budget used", input.budget)}
        </li>
    }
    .into_any()
}
