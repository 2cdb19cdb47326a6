//! Slow and failed requests, and the spans of one of them over time.

use crate::format;
use crate::state::studio;
use crate::views::figures::table;
use leptos::prelude::*;
use sim_core::plane::network::trace::{Fate, FollowedSpan, FollowedTrace};
use sim_core::replication::WindowReplay;

/// Width of the time line in the drawing's own units.
const WIDTH: f64 = 1000.0;

/// The list and the spans; nothing where no request was followed.
pub(super) fn waterfall(replay: &WindowReplay, chosen: usize) -> Option<AnyView> {
    let trace = replay.traces.get(chosen)?;
    let options = replay.traces.iter().enumerate().map(|(place, trace)| {
        let request = &trace.request;
        let words = format!(
            "{} · {} · {} · {}",
            format::milliseconds(request.latency_s * 1000.0),
            format::clock(request.arrival_s),
            request.fate.label(),
            replay.component(request.station)
        );
        view! { <option value=place.to_string() selected=place == chosen>{words}</option> }
    });
    let choose = move |event| {
        if let Ok(place) = event_target_value(&event).parse() {
            studio().window.update(|window| window.trace = place);
        }
    };
    Some(
        view! {
            <h3>"Slow and failed requests"</h3>
            <label class="inline-field trace-choice">
                <span>"Request"</span>
                <select data-testid="window-trace" on:change=choose>{options.collect_view()}</select>
            </label>
            <p class="hint" data-testid="window-trace-words">{words(replay, trace)}</p>
            <p class="legend">
                <span><span class="swatch orange"></span>" waits"</span>
                <span><span class="swatch blue"></span>" own service"</span>
                <span><span class="swatch axis"></span>" waits for its calls"</span>
            </p>
            <div data-testid="window-spans">
                {table(
                    "Spans of the request",
                    &["Span", "Time", "Begins", "Waits", "Service", "Calls", "Replica", "Ends"],
                    trace.spans.iter().map(|span| row(replay, trace, span)).collect_view(),
                )}
            </div>
        }
        .into_any(),
    )
}

fn words(replay: &WindowReplay, trace: &FollowedTrace) -> String {
    let request = &trace.request;
    let share = if request.latency_s > 0.0 && request.fate == Fate::SlowWaiting {
        format!(
            ", {} of it waiting",
            format::percent(request.wait_s / request.latency_s, 0)
        )
    } else {
        String::new()
    };
    let attempts = match request.attempts {
        1 => String::new(),
        n => format!(", {n} attempts"),
    };
    let more = match trace.spans_left_out {
        0 => String::new(),
        n => format!(" {n} more spans are not shown."),
    };
    format!(
        "{} on the route {}: {}{share}{attempts}.{more}",
        format::milliseconds(request.latency_s * 1000.0),
        replay.route(request.entry),
        request.fate.label()
    )
}

fn row(replay: &WindowReplay, trace: &FollowedTrace, span: &FollowedSpan) -> AnyView {
    let end_s = trace.request.arrival_s + trace.request.latency_s;
    let over_s = span.end_s.unwrap_or(end_s);
    let waited_until = span.start_s.unwrap_or(over_s);
    let served_until = span.served_s.unwrap_or(over_s);
    let pieces = [
        ("waits", span.arrival_s, Some(waited_until)),
        ("serves", waited_until, span.start_s.map(|_| served_until)),
        ("calls", served_until, span.served_s.map(|_| over_s)),
    ];
    let length_s = trace.request.latency_s.max(1e-9);
    let x = |time_s: f64| WIDTH * ((time_s - trace.request.arrival_s) / length_s).clamp(0.0, 1.0);
    let bars = pieces.map(|(class, from_s, to_s)| {
        let width = x(to_s?) - x(from_s);
        (width > 0.0).then(|| {
            view! { <rect class=class x=format!("{:.1}", x(from_s)) y="2" width=format!("{:.1}", width.max(2.0)) height="10"></rect> }
        })
    });
    let long = |place: usize| {
        pieces.get(place).and_then(|(_, from_s, to_s)| {
            let to_s = (*to_s)?;
            Some(format::milliseconds(((to_s - from_s) * 1000.0).max(0.0)))
        })
    };
    let (waits, serves, calls) = (long(0), long(1), long(2));
    let name = format!(
        "{}{}{}{}",
        "· ".repeat(depth(trace, span)),
        replay.component(span.station),
        match span.attempt {
            0 => String::new(),
            n if span.is_hedge => format!(" (hedge {n})"),
            n => format!(" (attempt {})", n + 1),
        },
        if span.served_s.is_none() && span.start_s.is_some() {
            " (cut short)"
        } else {
            ""
        }
    );
    let label = format!(
        "From {} to {} of {}",
        format::milliseconds((span.arrival_s - trace.request.arrival_s) * 1000.0),
        format::milliseconds((over_s - trace.request.arrival_s) * 1000.0),
        format::milliseconds(trace.request.latency_s * 1000.0)
    );
    let none = || "–".to_owned();
    view! {
        <tr>
            <th scope="row">{name}</th>
            <td><svg class="span" role="img" aria-label=label viewBox=format!("0 0 {WIDTH} 14") preserveAspectRatio="none">{bars.collect_view()}</svg></td>
            <td>{format::milliseconds((span.arrival_s - trace.request.arrival_s) * 1000.0)}</td>
            <td>{waits.unwrap_or_else(none)}</td>
            <td>{serves.unwrap_or_else(none)}</td>
            <td>{calls.unwrap_or_else(none)}</td>
            <td>{span.replica.map_or_else(none, |replica| (replica + 1).to_string())}</td>
            <td>{span.fate.map_or("goes on for nobody", Fate::label)}</td>
        </tr>
    }
    .into_any()
}

/// How many spans wait for this one, one above the other.
fn depth(trace: &FollowedTrace, span: &FollowedSpan) -> usize {
    let above = |span: &FollowedSpan| trace.spans.get(span.parent? as usize);
    std::iter::successors(above(span), |span| above(span)).count()
}
