//! What was found, in tabs by who asks: a list of panels each.

use super::advice::AdvicePanel;
use super::backfill::BackfillPanel;
use super::batch::BatchPanel;
use super::compare::ComparePanel;
use super::edge::EdgePanel;
use super::functions::FunctionsPanel;
use super::headline::Headline;
use super::in_turn::{Part, in_turn};
use super::incidents::IncidentsPanel;
use super::moment::{MomentPanel, bring_into_view};
use super::report::Report;
use super::requests::RequestsPanel;
use super::resilience::ResiliencePanel;
use super::spot::SpotPanel;
use super::storage::StoragePanel;
use super::ticks::TicksPanel;
use super::topology::TopologyPanel;
use super::tornado::TornadoPanel;
use crate::charts::{
    Attainable, BudgetByCause, CommitmentLevels, CostByResource, CostDistribution, Front, OverTime,
    SliDistribution,
};
use crate::parts::{self, NotLoaded, wasm_split};
use crate::state::{Tab, route, studio};
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{HtmlElement, KeyboardEvent};

/// The panels of a tab, in reading order. Only those of the shown tab exist, so that the others cost no drawing.
fn panels(tab: Tab) -> AnyView {
    match tab {
        Tab::Executive => in_turn(vec![
            || {
                view! {
                    {view! { <Headline/> }.into_any()}
                    {view! { <CostByResource/> }.into_any()}
                }
                .into_any()
            },
            || view! { <BudgetByCause/> }.into_any(),
            || view! { <IncidentsPanel/> }.into_any(),
            || view! { <CostDistribution/> }.into_any(),
            || view! { <SliDistribution/> }.into_any(),
            || {
                view! {
                    {view! { <TopologyPanel/> }.into_any()}
                    {view! { <ResiliencePanel/> }.into_any()}
                    {view! { <EdgePanel/> }.into_any()}
                    {view! { <FunctionsPanel/> }.into_any()}
                }
                .into_any()
            },
            || {
                view! {
                    {view! { <CommitmentLevels/> }.into_any()}
                    {view! { <SpotPanel/> }.into_any()}
                    {view! { <BackfillPanel/> }.into_any()}
                    {view! { <StoragePanel/> }.into_any()}
                    {view! { <BatchPanel/> }.into_any()}
                }
                .into_any()
            },
        ]),
        other => parts::view_of(
            || Box::pin(load_panels()),
            move || parts::now(more_panels(other)),
        ),
    }
}

/// The panels of the tabs that are not shown at first, which are loaded when the first of them is.
#[allow(unsafe_code, reason = "the cut at a part is a foreign function")]
#[wasm_split(more, fallible, preload(load_panels))]
fn more_panels(tab: Tab) -> Result<AnyView, NotLoaded> {
    let panels: Vec<Part> = match tab {
        Tab::Executive => Vec::new(),
        Tab::OnCall => vec![|| view! { <OverTime/> }.into_any(), || {
            view! { <MomentPanel/> }.into_any()
        }],
        Tab::Debug => vec![|| view! { <RequestsPanel/> }.into_any(), || {
            view! { <TicksPanel/> }.into_any()
        }],
        Tab::Explore => vec![
            || view! { <Front/> }.into_any(),
            || view! { <Attainable/> }.into_any(),
            || view! { <AdvicePanel/> }.into_any(),
            || view! { <TornadoPanel/> }.into_any(),
        ],
        Tab::Compare => vec![|| view! { <ComparePanel/> }.into_any()],
        Tab::Report => vec![|| view! { <Report/> }.into_any()],
    };
    Ok(in_turn(panels))
}

/// The tabs and the panels of the shown one.
#[component]
pub fn Results() -> impl IntoView {
    let studio = studio();
    let tab = Memo::new(move |_| studio.tab.get());
    // On a narrow page the tabs scroll sideways; in the next frame, which lays out the page anyhow.
    Effect::new(move |_| {
        let id = id_of(tab.get());
        request_animation_frame(move || {
            if let Some(button) = document().get_element_by_id(&id) {
                bring_into_view(&button);
            }
        });
    });
    view! {
        <div class="result-tabs" role="tablist" aria-label="Results" on:keydown=move |event| step(&event, tab.get_untracked())>
            {Tab::ALL.into_iter().map(|one| tab_button(one, tab)).collect_view()}
        </div>
        <div class="panels" role="tabpanel" id="result-panel" tabindex="0" aria-labelledby=move || id_of(tab.get()) data-tab=move || tab.get().word()>
            {move || panels(tab.get())}
        </div>
    }
}

fn id_of(tab: Tab) -> String {
    format!("tab-{}", tab.word())
}

fn tab_button(one: Tab, shown: Memo<Tab>) -> AnyView {
    let studio = studio();
    let selected = move || shown.get() == one;
    view! {
        <button
            type="button"
            role="tab"
            class="result-tab"
            id=id_of(one)
            data-testid=id_of(one)
            aria-controls="result-panel"
            aria-selected=move || selected().to_string()
            tabindex=move || if selected() { "0" } else { "-1" }
            on:click=move |_| route::show_tab(&studio, one)
        >
            {one.label()}
        </button>
    }
    .into_any()
}

/// Arrows, Home and End move among the tabs, as the ARIA pattern has it.
fn step(event: &KeyboardEvent, now: Tab) {
    let count = Tab::ALL.len();
    let place = Tab::ALL.iter().position(|tab| *tab == now).unwrap_or(0);
    let next = match event.key().as_str() {
        "ArrowRight" => (place + 1) % count,
        "ArrowLeft" => (place + count - 1) % count,
        "Home" => 0,
        "End" => count - 1,
        _ => return,
    };
    event.prevent_default();
    let Some(tab) = Tab::ALL.get(next) else {
        return;
    };
    route::show_tab(&studio(), *tab);
    let button = document().get_element_by_id(&id_of(*tab));
    if let Some(button) = button.and_then(|button| button.dyn_into::<HtmlElement>().ok()) {
        button.focus().ok();
    }
}
