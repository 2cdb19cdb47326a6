//! The report: all that was found and assumed, on one page for those who do not open the studio. What is on this tab
//! is what is printed and saved.

mod file;
mod markdown;

use super::backfill::BackfillPanel;
use super::batch::BatchPanel;
use super::edge::EdgePanel;
use super::figures::{of_table, table};
use super::functions::FunctionsPanel;
use super::headline::Headline;
use super::icons::{Icon, icon};
use super::in_turn::{Part, in_turn};
use super::incidents::IncidentsPanel;
use super::resilience::ResiliencePanel;
use super::spot::SpotPanel;
use super::storage::StoragePanel;
use super::topology::TopologyPanel;
use crate::charts::{
    Attainable, BudgetByCause, CommitmentLevels, CostByResource, CostDistribution, Front, InReport,
    OverTime, SliDistribution,
};
use crate::editor::sources;
use crate::format;
use crate::state::{Studio, link, studio};
use leptos::prelude::*;
use sim_core::study;

/// The report and how to take it along.
#[component]
pub fn Report() -> impl IntoView {
    provide_context(InReport);
    let parts: Vec<Part> = vec![
        || {
            let studio = studio();
            view! {
                {head(studio)}
                {view! { <Headline/> }.into_any()}
                {view! { <IncidentsPanel/> }.into_any()}
                {key_figures(studio)}
            }
            .into_any()
        },
        || {
            view! {
                {view! { <CostByResource/> }.into_any()}
                {view! { <BudgetByCause/> }.into_any()}
                {view! { <CostDistribution/> }.into_any()}
                {view! { <SliDistribution/> }.into_any()}
            }
            .into_any()
        },
        || {
            view! {
                {view! { <ResiliencePanel/> }.into_any()}
                {view! { <EdgePanel/> }.into_any()}
                {view! { <FunctionsPanel/> }.into_any()}
                {view! { <CommitmentLevels/> }.into_any()}
                {view! { <SpotPanel/> }.into_any()}
                {view! { <BackfillPanel/> }.into_any()}
                {view! { <TopologyPanel/> }.into_any()}
                {view! { <StoragePanel/> }.into_any()}
                {view! { <BatchPanel/> }.into_any()}
            }
            .into_any()
        },
        || view! { <OverTime/> }.into_any(),
        || {
            let studio = studio();
            let swept = Memo::new(move |_| studio.sweep.with(|sweep| sweep.report.is_some()));
            view! {
                {move || swept.get().then(|| view! { <Front/> }.into_any())}
                {view! { <Attainable/> }.into_any()}
            }
            .into_any()
        },
        || {
            let studio = studio();
            view! {
                {assumptions(studio)}
                {provenance(studio)}
            }
            .into_any()
        },
    ];
    view! { <article class="panels report" data-testid="report">{in_turn(parts)}</article> }
}

/// Name, description, date, and the buttons.
fn head(studio: Studio) -> AnyView {
    let today = || {
        let now = js_sys::Date::new_0().to_iso_string();
        now.as_string()
            .unwrap_or_default()
            .chars()
            .take(10)
            .collect::<String>()
    };
    let line = move || {
        studio.report.with(|report| {
            report.as_ref().map(|report| {
                format!(
                    "{} · {} replications of {} days · seed {} · {} plane · prices {} · engine {}",
                    today(),
                    report.replications,
                    format::number(studio.number("/slo/window_days").unwrap_or(0.0)),
                    report.seed,
                    report.plane,
                    report.prices,
                    report.engine_version
                )
            })
        })
    };
    let description = move || studio.text("/description").filter(|text| !text.is_empty());
    view! {
        <section class="panel wide">
            <div class="panel-head">
                <div>
                    <h2>{move || studio.name()}</h2>
                    {move || description().map(|text| view! { <p>{text}</p> })}
                    <p class="hint">{line}</p>
                </div>
                <div class="panel-tools">
                    <button type="button" class="ghost small" data-testid="report-html" on:click=move |_| file::save_html(studio)>{icon(Icon::Export)}"Web page"</button>
                    <button type="button" class="ghost small" data-testid="report-markdown" on:click=move |_| file::save_markdown(studio)>{icon(Icon::Export)}"Markdown"</button>
                    <button type="button" class="ghost small" data-testid="report-print" on:click=move |_| { window().print().ok(); }>"Print…"</button>
                </div>
            </div>
        </section>
    }
    .into_any()
}

/// Every figure and every objective with its interval.
fn key_figures(studio: Studio) -> AnyView {
    let body = move || {
        studio.report.with(|report| {
            let report: &study::Report = report.as_ref()?;
            let view = view! {
                {of_table("Objectives", sim_report::study::objectives(report))}
                {of_table("Key figures", sim_report::study::figures(report))}
            };
            Some(view.into_any())
        })
    };
    view! {
        <section class="panel wide" data-testid="report-figures">
            <h2>"Key figures"</h2>
            <p class="hint">"Means over the replications with the half width of their 95 % interval; P5, P50 and P95 are quantiles over the replications"</p>
            {body}
        </section>
    }
    .into_any()
}

/// The whole document in words, and where its limits and defaults come from.
fn assumptions(studio: Studio) -> AnyView {
    let lines = move || {
        let lines = studio.document.with(sim_report::study::assumptions);
        let line = |line| view! { <li>{line}</li> };
        lines.into_iter().map(line).collect_view()
    };
    let cited = move || {
        let row = |(field, source): (String, String)| {
            view! { <tr><th scope="row">{field}</th><td class="words">{source}</td></tr> }
        };
        let rows = studio.document.with(sources).into_iter().map(row);
        table(
            "Sources",
            &["Field", "Source of its limits and defaults"],
            rows.collect_view(),
        )
    };
    view! {
        <section class="panel wide" data-testid="report-assumptions">
            <h2>"Assumptions"</h2>
            <p class="hint">"All figures are estimates from a model of these assumptions"</p>
            <ul class="notes whole">{lines}</ul>
            {cited}
        </section>
    }
    .into_any()
}

/// How to get the same numbers again.
fn provenance(studio: Studio) -> AnyView {
    let digest = move || {
        studio
            .report
            .with(|report| report.as_ref().map(|report| report.digest.clone()))
    };
    let link = Memo::new(move |_| {
        studio.document.track();
        link::make(&studio).ok()
    });
    let body = move || {
        link.get().map(|link| {
            view! { <p><a class="mono" href=link.clone() data-testid="report-link">{link.clone()}</a></p> }
        })
    };
    view! {
        <section class="panel wide">
            <h2>"The same numbers again"</h2>
            <p class="hint">"This link opens the scenario; the same engine gives the same results, to the byte. SHA-256 of the results:"</p>
            <p class="mono">{digest}</p>
            {body}
        </section>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use crate::editor::outline;
    use sim_core::scenario::templates::TEMPLATES;

    #[test]
    fn every_section_of_every_template_has_words() {
        for template in TEMPLATES {
            let document: serde_json::Value =
                serde_json::from_str(template.json).unwrap_or_default();
            for section in ["traffic", "service", "autoscaler", "fleet", "slo"] {
                let lines = outline(&format!("/{section}"), &document[section]);
                assert!(!lines.is_empty(), "{}: {section}", template.id);
            }
        }
    }
}
