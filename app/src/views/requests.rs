//! A window of one replication, request by request: latencies, causes, the spans of slow requests, and who was busy.

mod heat;
mod latency;
mod waterfall;

use super::figures::table;
use super::icons::{Icon, icon};
use crate::charts::report_stale;
use crate::format;
use crate::state::{Window, files, studio};
use crate::workers::microscope;
use heat::heat;
use latency::latency;
use leptos::prelude::*;
use sim_core::replication::{WindowCause, WindowCounts, WindowReplay, WindowRequest};
use waterfall::waterfall;

/// Lengths that are offered, minutes.
const LENGTHS: [u32; 5] = [1, 2, 5, 10, 15];
/// The one that is taken first.
const LENGTH_MIN: u32 = 2;

/// The panel.
#[component]
pub fn RequestsPanel() -> impl IntoView {
    let studio = studio();
    let stale = report_stale();
    let window = studio.window;
    let minutes = RwSignal::new(window.with_untracked(|window| {
        let asked = window.asked.map(|asked| (asked.to_s - asked.from_s) / 60.0);
        asked.map_or(LENGTH_MIN, |minutes| minutes.round().max(1.0) as u32)
    }));
    let asked = Memo::new(move |_| window.with(|window| window.asked));
    let shown = Memo::new(move |_| window.with(|window| window.replay.is_some()));
    let loading = Memo::new(move |_| window.with(|window| window.loading));
    let failed = move || window.with(|window| window.failed.clone());
    let around = move |_| {
        let looked_at = studio.moment.with_untracked(|moment| moment.at_s);
        let middle_s = looked_at.unwrap_or_else(|| microscope().worst_s());
        play(
            middle_s - 30.0 * f64::from(minutes.get_untracked()),
            minutes,
        );
    };
    let choose_length = move |event| {
        if let Ok(length) = event_target_value(&event).parse() {
            minutes.set(length);
            if let Some(asked) = asked.get_untracked() {
                play(asked.from_s, minutes);
            }
        }
    };
    let choose_start = move |event| {
        if let Ok(hour) = event_target_value(&event).parse::<f64>()
            && hour.is_finite()
        {
            play(hour * 3600.0, minutes);
        }
    };
    let step = move |by: f64| {
        if let Some(asked) = asked.get_untracked() {
            play(asked.from_s + by * (asked.to_s - asked.from_s), minutes);
        }
    };
    let hour = move || {
        asked
            .get()
            .map_or_else(String::new, |asked| hours(asked.from_s))
    };
    view! {
        <section class="panel wide" class:stale=move || stale.get() || loading.get() data-testid="window" aria-labelledby="window-title" aria-busy=move || loading.get().to_string()>
            <div class="panel-head">
                <div>
                    <h2 id="window-title">"Request by request"</h2>
                    <p class="hint">"A few minutes of one replication in the requests plane: each request with its queue, service and calls."</p>
                </div>
                {move || shown.get().then(downloads)}
            </div>
            <div class="window-tools" role="group" aria-label="Which window">
                <button type="button" class="ghost small" data-testid="window-play" on:click=around>
                    {move || if asked.get().is_some() { "Replay around the moment" } else { "Replay the worst minutes" }}
                </button>
                <label class="inline-field"><span>"From hour"</span><input type="number" class="count hour" min="0" step="any" data-testid="window-from" prop:value=hour on:change=choose_start/></label>
                <label class="inline-field">
                    <span>"Minutes"</span>
                    <select data-testid="window-length" on:change=choose_length>
                        {LENGTHS.map(|length| view! { <option value=length.to_string() selected=move || minutes.get() == length>{length}</option> }).collect_view()}
                    </select>
                </label>
                <button type="button" class="ghost small" disabled=move || asked.get().is_none() on:click=move |_| step(-1.0)>"‹ earlier"</button>
                <button type="button" class="ghost small" disabled=move || asked.get().is_none() data-testid="window-later" on:click=move |_| step(1.0)>"later ›"</button>
                <span class="hint" role="status">{move || loading.get().then_some("Playing it request by request…")}</span>
            </div>
            {move || failed().map(|message| view! { <p class="problem">{format!("The window could not be played: {message}.")}</p> })}
            {move || window.with(body)}
        </section>
    }
}

/// An hour of the window with as many decimals as a second needs.
fn hours(seconds: f64) -> String {
    format::trim_zeros(format!("{:.4}", seconds / 3600.0))
}

fn play(from_s: f64, minutes: RwSignal<u32>) {
    let studio = studio();
    let from_s = from_s.max(0.0).round();
    microscope().play(WindowRequest {
        replication: studio.moment.with_untracked(|moment| moment.replication),
        from_s,
        to_s: from_s + 60.0 * f64::from(minutes.get_untracked()),
    });
}

fn downloads() -> AnyView {
    let studio = studio();
    let replay = move || studio.window.with_untracked(|window| window.replay.clone());
    let log = move |_| {
        if let Some(replay) = replay() {
            files::save_part(
                studio,
                "requests",
                &replay.requests_csv(),
                "csv",
                "text/csv",
            );
        }
    };
    let all = move |_| {
        if let Some(replay) = replay() {
            let text = serde_json::to_string(&*replay).unwrap_or_default();
            files::save_part(studio, "window", &text, "json", "application/json");
        }
    };
    view! {
        <div class="panel-tools">
            <button type="button" class="ghost small" data-testid="window-csv" on:click=log>{icon(Icon::Export)}<span>"Log as CSV"</span></button>
            <button type="button" class="ghost small" data-testid="window-json" on:click=all>{icon(Icon::Export)}<span>"All as JSON"</span></button>
        </div>
    }
    .into_any()
}

fn body(window: &Window) -> AnyView {
    let Some(replay) = window.replay.as_deref() else {
        return ().into_any();
    };
    view! {
        <p data-testid="window-words">{words(replay)}</p>
        <p class="hint">{origin(replay)}</p>
        {counted(replay)}
        {latency(replay)}
        {causes(replay)}
        {waterfall(replay, window.trace)}
        {heat(replay)}
    }
    .into_any()
}

fn words(replay: &WindowReplay) -> String {
    let counts = &replay.played;
    let latencies = replay
        .quantiles_ms
        .map_or_else(String::new, |[p50, p95, p99]| {
            format!(
                " Served requests took {} in the median, 95 % at most {}, 99 % at most {}.",
                format::milliseconds(p50),
                format::milliseconds(p95),
                format::milliseconds(p99)
            )
        });
    format!(
        "{} to {}: {} requests arrived, {} were bad.{latencies}",
        format::instant(replay.from_s),
        format::clock(replay.to_s),
        format::grouped(counts.arrivals),
        format::grouped(counts.bad)
    )
}

/// Whose requests they are.
fn origin(replay: &WindowReplay) -> String {
    let mut text = if replay.is_own {
        "These are the replication's own requests.".to_owned()
    } else {
        format!(
            "The scenario is computed by the fluid plane, which knows no single requests. They are played with the rates and replicas of those ticks, from {} before the window on; counts differ by chance.",
            format::time_left(replay.lead_s)
        )
    };
    if replay.is_shortened {
        text.push_str(" The window was shortened: there are too many requests.");
    }
    if !replay.is_followed {
        text.push_str(" Single requests cannot be followed with processor sharing, priorities or requests that wait outside.");
    }
    text
}

fn counted(replay: &WindowReplay) -> AnyView {
    let row = |name: &'static str, counts: &WindowCounts| {
        let values = [
            counts.arrivals,
            counts.served,
            counts.rejected,
            counts.timed_out,
            counts.failed,
            counts.lost,
            counts.bad,
        ];
        let cells = values.map(|value| view! { <td>{format::number(value)}</td> });
        view! { <tr><th scope="row">{name}</th>{cells.collect_view()}</tr> }
    };
    let rows = view! {
        {row("What was played", &replay.played)}
        {row("The replication's ticks", &replay.ticks)}
    };
    table(
        "Requests of the window",
        &[
            "Counted by",
            "Arrived",
            "Served",
            "Rejected",
            "Timed out",
            "Failed",
            "Lost",
            "Bad",
        ],
        rows,
    )
}

fn causes(replay: &WindowReplay) -> AnyView {
    if replay.causes.is_empty() {
        return view! { <p class="hint">"No request was bad."</p> }.into_any();
    }
    let all = replay.played.concluded().max(1.0);
    let row = |cause: &WindowCause| {
        view! {
            <tr>
                <th scope="row">{cause.fate.label()}</th>
                <td>{replay.component(cause.component).to_owned()}</td>
                <td>{format::grouped(cause.requests as f64)}</td>
                <td>{format::percent(cause.requests as f64 / all, 2)}</td>
            </tr>
        }
    };
    let rows = replay.causes.iter().map(row).collect_view();
    view! {
        <h3>"Why requests were bad"</h3>
        <div data-testid="window-causes">
            {table("Why requests were bad", &["What happened", "Where", "Requests", "Of those that ended"], rows)}
        </div>
    }
    .into_any()
}
