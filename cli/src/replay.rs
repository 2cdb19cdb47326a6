//! `qec replay`: a window of one replication, request by request.

use crate::args::ReplayArguments;
use crate::failure::Failure;
use crate::table::{Table, number};
use crate::{output, source};
use sim_core::plane::network::trace::{Fate, FollowedSpan, FollowedTrace};
use sim_core::replication::{WindowCounts, WindowReplay, WindowRequest, replay_window};
use sim_core::study::{Plan, Prepared};

/// Length of the window where nobody says, minutes.
const LENGTH_MIN: f64 = 5.0;
/// Requests that are written with their spans.
const SHOWN: usize = 5;

/// Plays a window request by request.
pub fn replay(options: &ReplayArguments) -> Result<(), Failure> {
    let mut document = source::checked(&options.scenario)?.document().clone();
    if let Some(seed) = options.seed {
        document.run.seed = seed;
    }
    let to = options.to.unwrap_or(options.from + LENGTH_MIN / 60.0);
    let hours = document.slo.window_days * 24.0;
    if options.from >= to || options.from >= hours {
        return Err(Failure::Input(format!(
            "--from {} and --to {to} hold no time; the window lasts from hour 0 to hour {hours}",
            options.from
        )));
    }
    let setup = Prepared::new(Plan::single(&document))?.setup_of(options.replication);
    let request = WindowRequest {
        replication: options.replication,
        from_s: options.from * 3600.0,
        to_s: to * 3600.0,
    };
    let replayed = replay_window(&setup, document.run.seed, &request);
    if replayed.is_shortened || replayed.to_s + 1e-6 < request.to_s.min(hours * 3600.0) {
        output::explain(
            "note: the window is shorter than asked for: an hour and some six million calls are the most that are played",
        );
    }
    if options.json {
        output::print_json(&replayed)
    } else if options.csv {
        output::print(&replayed.requests_csv())
    } else {
        output::print(&text(&document.name, &replayed))
    }
}

fn text(name: &str, replayed: &WindowReplay) -> String {
    let whose = if replayed.is_own {
        "These are the replication's own requests.".to_owned()
    } else {
        format!(
            "The scenario is computed by the fluid plane: requests are played with the rates and replicas that it had at those ticks, from {} s before the window on.",
            number(replayed.lead_s)
        )
    };
    let mut counts = Table::new([
        "",
        "arrived",
        "served",
        "rejected",
        "timed out",
        "failed",
        "lost",
        "bad",
    ]);
    counts.row(count_cells("played", &replayed.played));
    counts.row(count_cells("ticks", &replayed.ticks));
    let mut causes = Table::new([
        "Bad requests",
        "component",
        "requests",
        "share of those that ended",
    ]);
    for cause in &replayed.causes {
        causes.row(vec![
            cause.fate.label().to_owned(),
            replayed.component(cause.component).to_owned(),
            cause.requests.to_string(),
            format!(
                "{:.2} %",
                100.0 * cause.requests as f64 / replayed.played.concluded().max(1.0)
            ),
        ]);
    }
    let traces = replayed.traces.iter().take(SHOWN);
    let traces: String = traces.map(|trace| trace_text(replayed, trace)).collect();
    let quantiles = replayed.quantiles_ms.map_or_else(
        || "nothing was served".to_owned(),
        |[p50, p95, p99]| {
            format!(
                "P50 {} ms, P95 {} ms, P99 {} ms",
                number(p50),
                number(p95),
                number(p99)
            )
        },
    );
    format!(
        "{name}\n{} s to {} s of replication {}, seed {}\n{whose}\n\n{}\nLatency of what was served: {quantiles}\n\n{}\n{}{traces}engine {}\ndigest {}\n",
        replayed.from_s,
        replayed.to_s,
        replayed.replication,
        replayed.seed,
        counts.text(),
        if replayed.causes.is_empty() {
            "No request was bad.\n".to_owned()
        } else {
            causes.text()
        },
        if replayed.is_followed {
            ""
        } else {
            "Single requests cannot be followed with processor sharing, priorities or requests that wait outside.\n"
        },
        replayed.engine_version,
        replayed.digest,
    )
}

fn count_cells(what: &str, counts: &WindowCounts) -> Vec<String> {
    let values = [
        counts.arrivals,
        counts.served,
        counts.rejected,
        counts.timed_out,
        counts.failed,
        counts.lost,
        counts.bad,
    ];
    core::iter::once(what.to_owned())
        .chain(values.map(number))
        .collect()
}

fn trace_text(replayed: &WindowReplay, trace: &FollowedTrace) -> String {
    let request = &trace.request;
    let mut text = format!(
        "{:.1} ms at {:.3} s, {}: {} ({})\n",
        request.latency_s * 1000.0,
        request.arrival_s,
        replayed.route(request.entry),
        request.fate.label(),
        replayed.component(request.station),
    );
    for span in &trace.spans {
        text.push_str(&span_text(replayed, trace, span));
    }
    text.push('\n');
    text
}

fn span_text(replayed: &WindowReplay, trace: &FollowedTrace, span: &FollowedSpan) -> String {
    let since_ms = |time_s: f64| (time_s - trace.request.arrival_s) * 1000.0;
    let at =
        |time: Option<f64>| time.map_or_else(|| "–".to_owned(), |s| format!("{:.1}", since_ms(s)));
    let mut depth = 1;
    let mut above = span.parent;
    while let Some(parent) = above.and_then(|place| trace.spans.get(place as usize)) {
        depth += 1;
        above = parent.parent;
    }
    format!(
        "{:indent$}{}{}: arrived {:.1}, started {}, served {}, over {} ms: {}\n",
        "",
        replayed.component(span.station),
        if span.is_hedge { " (hedge)" } else { "" },
        since_ms(span.arrival_s),
        at(span.start_s),
        at(span.served_s),
        at(span.end_s),
        span.fate.map_or("goes on for nobody", Fate::label),
        indent = 2 * depth,
    )
}
