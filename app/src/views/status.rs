//! Where the run stands: state, replications, precision, time left, stop.

use super::icons::{Icon, icon};
use crate::format;
use crate::state::{Phase, RunState, SweepState, studio};
use crate::workers::engine_room;
use leptos::prelude::*;

/// The run's state.
#[component]
pub fn Status() -> impl IntoView {
    let studio = studio();
    let room = engine_room();
    let run = studio.run;
    let sweeping = move || studio.sweep.with(|sweep| sweep.running);
    let busy = move || {
        sweeping() || run.with(|run| matches!(run.phase, Phase::Updating | Phase::Refining))
    };
    let can_resume = move || !sweeping() && run.with(|run| run.phase == Phase::Stopped);
    let toggle = move |_| room.stop_or_resume();
    let share = move || run.with(progress);
    view! {
        <div class="status">
            <div class="chip-line">
                <span class=move || run.with(|run| format!("chip {}", class(run))) data-testid="run-state" data-phase=move || run.with(class) role="status">
                    <span class="chip-mark" aria-hidden="true"></span>
                    {move || run.with(|run| studio.sweep.with(|sweep| words(run, sweep)))}
                </span>
                <button
                    type="button"
                    class="icon"
                    data-testid="stop"
                    disabled=move || !busy() && !can_resume()
                    title=move || if can_resume() { "Go on" } else { "Stop computing" }
                    aria-label=move || if can_resume() { "Go on" } else { "Stop computing" }
                    on:click=toggle
                >
                    {move || icon(if can_resume() { Icon::Play } else { Icon::Stop })}
                </button>
            </div>
            <p class="precision">
                <span data-testid="replications" data-value=move || run.with(|run| run.done)>{move || run.with(|run| format!("n={}", run.done))}</span>
                <span data-testid="precision">{move || run.with(precision)}</span>
            </p>
            <progress class="progress" max="1" value=move || format!("{:.3}", share()) aria-label="Replications done"></progress>
        </div>
    }
}

fn progress(run: &RunState) -> f64 {
    match run.phase {
        Phase::Done => 1.0,
        _ if run.needed > 0 => f64::from(run.done) / f64::from(run.needed),
        _ => 0.0,
    }
}

fn class(run: &RunState) -> &'static str {
    match run.phase {
        Phase::Idle => "idle",
        Phase::Updating => "updating",
        Phase::Refining => "refining",
        Phase::Done => "done",
        Phase::Stopped => "stopped",
        Phase::Invalid => "invalid",
        Phase::Failed(_) => "failed",
    }
}

fn words(run: &RunState, sweep: &SweepState) -> String {
    let left = |seconds: Option<f64>| {
        seconds
            .map(|seconds| format!(" · {}", format::time_left(seconds)))
            .unwrap_or_default()
    };
    if sweep.running && run.done > 0 {
        let share = f64::from(sweep.progress.0) / f64::from(sweep.progress.1.max(1));
        return format!(
            "Sweeping {}{}",
            format::percent(share, 0),
            left(sweep.seconds_left)
        );
    }
    match run.phase {
        Phase::Idle => "Idle".to_owned(),
        Phase::Updating => "Updating".to_owned(),
        Phase::Refining => {
            format!(
                "Refining {}{}",
                format::percent(progress(run), 0),
                left(run.seconds_left)
            )
        }
        Phase::Done => "Done".to_owned(),
        Phase::Stopped => "Stopped".to_owned(),
        Phase::Invalid => "Needs a fix".to_owned(),
        Phase::Failed(_) => "Failed".to_owned(),
    }
}

/// The precision reached, in words; one replication tells nothing of it.
fn precision(run: &RunState) -> String {
    if run.done == 1 {
        return ", preliminary".to_owned();
    }
    if run.done < 2 || !run.cost_percent.is_finite() {
        return String::new();
    }
    format!(
        ", ±{} pts attainment, ±{} % cost",
        format::number(rounded(run.attainment_points)),
        format::number(rounded(run.cost_percent))
    )
}

/// Two significant digits: precision of a precision would be false precision.
fn rounded(value: f64) -> f64 {
    crate::editor::quantity::significant(value, 2)
}
