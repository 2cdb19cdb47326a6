//! One replication on a ruler of time: play, pause, how fast; and how things were at the moment, beside what the
//! controllers saw.

use super::icons::{Icon, icon};
use crate::format;
use crate::state::{Studio, studio};
use crate::workers::{Microscope, microscope};
use gloo::timers::callback::Interval;
use leptos::prelude::*;
use sim_core::replication::{Replay, ReplayTick};

/// Steps a second of what is played.
const STEPS_PER_S: u32 = 10;
/// Speeds: simulated seconds a second, and their names. The first that is offered shows single ticks.
const SPEEDS: [(u32, &str); 4] = [
    (60, "1 min/s"),
    (300, "5 min/s"),
    (900, "15 min/s"),
    (3600, "1 h/s"),
];

/// The ruler and its buttons.
#[component]
pub fn Player() -> impl IntoView {
    // A timer has no context: it takes them along.
    let (studio, scope) = (studio(), microscope());
    let moment = studio.moment;
    let speed = RwSignal::new(SPEEDS[1].0);
    let clock = StoredValue::new_local(None::<Interval>);
    let playing = RwSignal::new(false);
    Effect::new(move |_| {
        let interval = playing.get().then(|| {
            Interval::new(1000 / STEPS_PER_S, move || {
                let by_s = f64::from(speed.get_untracked()) / f64::from(STEPS_PER_S);
                if !step(studio, scope, by_s) {
                    playing.set(false);
                }
            })
        });
        clock.set_value(interval);
    });
    on_cleanup(move || clock.set_value(None));
    let span = Memo::new(move |_| moment.with(|moment| span(moment.replay.as_deref()?)));
    let at = move || moment.with(|moment| moment.at_s.unwrap_or(0.0)).to_string();
    let end = move |last: bool| {
        let (from, to) = span.get().unwrap_or_default();
        if last { to } else { from }.to_string()
    };
    let slide = move |event| {
        if let Ok(at_s) = event_target_value(&event).parse::<f64>() {
            go(studio, scope, at_s);
        }
    };
    let choose = move |event| {
        if let Ok(chosen) = event_target_value(&event).parse::<u32>() {
            speed.set(chosen);
        }
    };
    let speeds = SPEEDS.map(|(value, name)| {
        view! { <option value=value.to_string() selected=move || speed.get() == value>{name}</option> }
    });
    view! {
        <div class="player" role="group" aria-label="Play the replication">
            <button type="button" class="ghost small" data-testid="player-play" aria-pressed=move || playing.get().to_string() on:click=move |_| playing.update(|playing| *playing = !*playing)>
                {move || icon(if playing.get() { Icon::Pause } else { Icon::Play })}
                <span>{move || if playing.get() { "Pause" } else { "Play" }}</span>
            </button>
            <select aria-label="Speed" data-testid="player-speed" on:change=choose>{speeds}</select>
            <input type="range" aria-label="Moment" data-testid="player-ruler" min=move || end(false) max=move || end(true) step="1" prop:value=at aria-valuetext=move || moment.with(|moment| moment.at_s.map(format::moment)) on:input=slide/>
        </div>
        <p class="hint" data-testid="player-facts">{move || facts(studio)}</p>
    }
}

/// From the first to the last moment that is known.
fn span(replay: &Replay) -> Option<(f64, f64)> {
    Some((replay.ticks.first()?.at_s, replay.ticks.last()?.at_s))
}

/// Moves to a moment; what is not known is played first.
fn go(studio: Studio, scope: Microscope, at_s: f64) {
    let moment = studio.moment;
    let known = moment.with_untracked(|moment| span(moment.replay.as_deref()?));
    if known.is_some_and(|(from, to)| (from..=to).contains(&at_s)) {
        moment.update(|moment| moment.at_s = Some(at_s));
    } else {
        scope.look_at(at_s);
    }
}

/// Goes on by so many seconds; `false` at the end of the window.
fn step(studio: Studio, scope: Microscope, by_s: f64) -> bool {
    let (loading, at_s, known) = studio.moment.with_untracked(|moment| {
        let known = moment.replay.as_deref().and_then(span);
        (moment.loading, moment.at_s, known)
    });
    let end_s = studio.number("/slo/window_days").unwrap_or(0.0) * 86_400.0;
    match (at_s, known) {
        // The next stretch is on its way.
        _ if loading => true,
        (Some(at_s), Some(_)) if at_s < end_s => {
            go(studio, scope, (at_s + by_s).min(end_s));
            true
        }
        _ => false,
    }
}

/// How things were at the moment.
fn facts(studio: Studio) -> Option<String> {
    studio.moment.with(|moment| {
        let (replay, at_s) = (moment.replay.as_deref()?, moment.at_s?);
        let place = replay.ticks.partition_point(|tick| tick.at_s < at_s);
        replay.ticks.get(place).or(replay.ticks.last()).map(words)
    })
}

fn words(tick: &ReplayTick) -> String {
    format!(
        "As it was: {} requests/s, {} of {} replicas ready on {} nodes, {} of their servers busy, {} requests waiting, {} bad. What the controllers saw of it is below.",
        format::number(tick.arrivals_rps),
        tick.ready,
        tick.desired,
        tick.nodes,
        format::percent(tick.busy, 0),
        format::number(tick.waiting),
        format::percent(tick.bad, 1),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_is_told_as_it_was() {
        let tick = ReplayTick {
            at_s: 60.0,
            arrivals_rps: 212.4,
            waiting: 12.0,
            busy: 0.834,
            bad: 0.004,
            desired: 9,
            ready: 7,
            nodes: 4,
        };
        let told = words(&tick);
        for part in [
            "212 requests/s",
            "7 of 9 replicas ready on 4 nodes",
            "83",
            "12 requests waiting",
            "0.4",
        ] {
            assert!(told.contains(part), "{told}");
        }
    }
}
