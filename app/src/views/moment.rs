//! "Why did it scale, or not?": a moment of one replication, with the decisions that hold at it.

use super::icons::{Icon, icon};
use super::player::Player;
use crate::charts::{MomentStrip, export_menu};
use crate::format;
use crate::state::{Moment, files, studio};
use crate::workers::microscope;
use leptos::prelude::*;
use sim_core::control::decision::{Decision, Input, Rule};
use sim_core::replication::Replay;
use std::sync::Arc;

/// The panel.
#[component]
pub fn MomentPanel() -> impl IntoView {
    let studio = studio();
    let moment = studio.moment;
    let asked = Memo::new(move |_| moment.with(|moment| moment.at_s.is_some()));
    let body = move || match asked.get() {
        false => view! { <Invitation/> }.into_any(),
        true => view! { <Looking/> }.into_any(),
    };
    let section = NodeRef::<leptos::html::Section>::new();
    Effect::new(move |_| {
        let there = moment.with(|moment| moment.reveal && !moment.loading);
        if there && let Some(section) = section.get() {
            moment.update_untracked(|moment| moment.reveal = false);
            request_animation_frame(move || bring_into_view(&section));
        }
    });
    view! {
        <section node_ref=section class="panel wide" class:stale=move || studio.stale.get() data-testid="moment" aria-labelledby="moment-title">
            <div class="panel-head">
                <div>
                    <h2 id="moment-title">"Why did it scale, or not?"</h2>
                    <p class="hint">"One replication under the microscope: what the controllers saw at a moment, which rule bound them, and what they asked for."</p>
                </div>
                {move || asked.get().then(|| view! { <Tools/> })}
            </div>
            {body}
        </section>
    }
}

/// Scrolls no further than it must.
pub(super) fn bring_into_view(element: &web_sys::Element) {
    let options = web_sys::ScrollIntoViewOptions::new();
    options.set_block(web_sys::ScrollLogicalPosition::Nearest);
    element.scroll_into_view_with_scroll_into_view_options(&options);
}

/// Before anybody has asked.
#[component]
fn Invitation() -> impl IntoView {
    let look = move |_| microscope().look_for_worst_of_window();
    view! {
        <p class="invitation">
            "Click a moment in the charts above, or "
            <button type="button" class="link" data-testid="moment-worst" on:click=look>"look at the worst moment"</button>
            "."
        </p>
    }
}

/// Which replication, and the log as a file.
#[component]
fn Tools() -> impl IntoView {
    let studio = studio();
    let moment = studio.moment;
    let chosen = move || moment.with(|moment| moment.replication);
    let count = move || {
        studio
            .report
            .with(|report| report.as_ref().map_or(1, |report| report.replications))
    };
    let choose = move |event| {
        if let Ok(number) = event_target_value(&event).parse::<u32>() {
            microscope().choose_replication(number.saturating_sub(1));
        }
    };
    let download = move |_| {
        let replay = moment.with_untracked(|moment| moment.replay.clone());
        if let Some(replay) = replay {
            files::save(studio, &replay.decisions_csv(), "decisions.csv", "text/csv");
        }
    };
    view! {
        <div class="panel-tools">
            <label class="inline-field">
                <span>"Replication"</span>
                <input type="number" class="count" min="1" max=move || count().to_string() prop:value=move || (chosen() + 1).to_string() on:change=choose aria-describedby="moment-replications"/>
                <span class="hint" id="moment-replications">{move || format!("of {}", count())}</span>
            </label>
            <button type="button" class="ghost small" data-testid="moment-csv" on:click=download>{icon(Icon::Export)}<span>"Decisions as CSV"</span></button>
            {export_menu("moment", super::ticks::figures)}
        </div>
    }
}

/// The strip, the steps through time, and the decisions.
#[component]
fn Looking() -> impl IntoView {
    let moment = studio().moment;
    let failed = move || moment.with(|moment| moment.failed.clone());
    let legend = view! {
        <p class="legend">
            <span><span class="swatch green"></span>" ready replicas"</span>
            <span><span class="swatch orange"></span>" asked for (dashed; dots: changes)"</span>
            <span><span class="swatch red"></span>" share of bad requests"</span>
        </p>
    };
    view! {
        {move || failed().map(|message| view! { <p class="problem">{format!("The replication could not be played again: {message}.")}</p> })}
        <div class:stale=move || moment.with(|moment| moment.loading) aria-busy=move || moment.with(|moment| moment.loading).to_string()>
            <MomentStrip/>
            {legend}
            <Player/>
            <Steps/>
            <Held/>
        </div>
    }
}

/// Back and forth in time.
#[component]
fn Steps() -> impl IntoView {
    let moment = studio().moment;
    let go = move |find: fn(&Replay, f64) -> Option<f64>| {
        let next = moment.with_untracked(|moment| find(moment.replay.as_deref()?, moment.at_s?));
        if let Some(at_s) = next {
            microscope().look_at(at_s);
        }
    };
    let at = move || moment.with(|moment| moment.at_s.map(format::moment));
    view! {
        <div class="steps" role="group" aria-label="Move through time">
            <strong data-testid="moment-at" aria-live="polite">{at}</strong>
            <button type="button" class="ghost small" data-testid="moment-change-before" on:click=move |_| go(change_before)>"‹‹ change"</button>
            <button type="button" class="ghost small" on:click=move |_| go(decision_before)>"‹ decision"</button>
            <button type="button" class="ghost small" on:click=move |_| go(decision_after)>"decision ›"</button>
            <button type="button" class="ghost small" data-testid="moment-change-after" on:click=move |_| go(change_after)>"change ››"</button>
        </div>
    }
}

fn decision_before(replay: &Replay, at_s: f64) -> Option<f64> {
    let now = decided_by(replay, at_s).map(|decision| decision.at_s)?;
    let before = replay.decisions.iter().rev().find(|d| d.at_s < now);
    before.map(|decision| decision.at_s)
}

fn decision_after(replay: &Replay, at_s: f64) -> Option<f64> {
    let after = replay.decisions.iter().find(|d| d.at_s > at_s);
    after.map(|decision| decision.at_s)
}

/// The change before, or the beginning of the stretch, from where one can go on.
fn change_before(replay: &Replay, at_s: f64) -> Option<f64> {
    let mut changes = replay.decisions.iter().rev();
    let before = changes.find(|d| d.is_change() && d.at_s < at_s);
    before
        .map(|d| d.at_s)
        .or(replay.ticks.first().map(|t| t.at_s - 1.0))
}

/// The change after, or the end of the stretch, from where one can go on.
fn change_after(replay: &Replay, at_s: f64) -> Option<f64> {
    let after = replay
        .decisions
        .iter()
        .find(|d| d.is_change() && d.at_s > at_s);
    after
        .map(|d| d.at_s)
        .or(replay.ticks.last().map(|t| t.at_s + 1.0))
}

/// The last decision at or before a moment.
fn decided_by(replay: &Replay, at_s: f64) -> Option<&Decision> {
    let until = replay.decisions.partition_point(|d| d.at_s <= at_s);
    replay.decisions.get(until.checked_sub(1)?)
}

/// The decisions that hold at the moment, the last one of each controller.
#[component]
fn Held() -> impl IntoView {
    let moment = studio().moment;
    let cards = move || {
        let (replay, at_s) = moment.with(|moment: &Moment| (moment.replay.clone(), moment.at_s));
        let (Some(replay), Some(at_s)) = (replay, at_s) else {
            return view! { <p class="hint">"Playing it again…"</p> }.into_any();
        };
        let held = in_force(&replay, at_s);
        if held.is_empty() {
            return view! { <p class="hint">"No controller had decided anything by then."</p> }
                .into_any();
        }
        held.into_iter().map(card).collect_view().into_any()
    };
    view! { <div class="decisions" data-testid="moment-decisions">{cards}</div> }
}

/// The last decision of each controller at or before a moment, in the order of their decisions.
fn in_force(replay: &Arc<Replay>, at_s: f64) -> Vec<Decision> {
    let until = replay.decisions.partition_point(|d| d.at_s <= at_s);
    let mut held: Vec<Decision> = Vec::new();
    for decision in replay.decisions.iter().take(until).rev() {
        // Arbitration speaks only when controllers disagree: an old word of its does not hold.
        let old_word = decision.rule == Rule::Arbitration && at_s - decision.at_s > 60.0;
        if old_word || held.iter().any(|h| h.controller == decision.controller) {
            continue;
        }
        held.push(decision.clone());
        if held.len() == 8 {
            break;
        }
    }
    held.reverse();
    held
}

fn card(decision: Decision) -> AnyView {
    let step = if decision.is_change() {
        format!("{} → {}", decision.from, decision.to)
    } else {
        format!("stays at {}", decision.to)
    };
    let inputs = (!decision.inputs.is_empty()).then(|| inputs_table(&decision.inputs));
    view! {
        <article class="decision" data-rule=decision.rule.label() data-at=decision.at_s.to_string()>
            <header>
                <strong>{decision.controller.clone()}</strong>
                <span class="badge">{step}</span>
                <span class="badge rule">{decision.rule.label()}</span>
                <span class="hint">{format::clock(decision.at_s)}</span>
            </header>
            <p class="why">{decision.why.clone()}</p>
            {inputs}
        </article>
    }
    .into_any()
}

fn inputs_table(inputs: &[Input]) -> AnyView {
    let number = |value: Option<f64>| value.map_or_else(|| "–".to_owned(), format::number);
    let row = |input: &Input| {
        let seen = match input.value {
            Some(value) => format::number(value),
            None if input.problem.is_empty() => "missing".to_owned(),
            None => format!("missing: {}", input.problem),
        };
        let age = input
            .age_s
            .map_or_else(|| "–".to_owned(), |age| format!("{age:.0} s"));
        let asks = input
            .proposes
            .map_or_else(|| "–".to_owned(), |n| n.to_string());
        view! {
            <tr>
                <th scope="row">{input.name.clone()}</th>
                <td data-label="As seen">{seen}</td>
                <td data-label="Target">{number(input.target)}</td>
                <td data-label="Age">{age}</td>
                <td data-label="Asks for">{asks}</td>
            </tr>
        }
    };
    view! {
        <div class="table-scroll free">
            <table class="inputs">
                <thead><tr><th scope="col">"What it looked at"</th><th scope="col">"As seen"</th><th scope="col">"Target"</th><th scope="col">"Age"</th><th scope="col">"Asks for"</th></tr></thead>
                <tbody>{inputs.iter().map(row).collect_view()}</tbody>
            </table>
        </div>
    }
    .into_any()
}
