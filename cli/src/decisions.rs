//! `qec decisions`: why did it scale, or not?

use crate::args::DecisionsArguments;
use crate::failure::Failure;
use crate::{output, source};
use sim_core::control::decision::LogFilter;
use sim_core::replication::{Replay, ReplayRequest, replay};
use sim_core::study::{Plan, Prepared};

/// Most decisions that are written.
const MOST: u32 = 1_000_000;

/// Replays one replication and writes its decisions.
pub fn decisions(options: &DecisionsArguments) -> Result<(), Failure> {
    let mut document = source::checked(&options.scenario)?.document().clone();
    if let Some(seed) = options.seed {
        document.run.seed = seed;
    }
    let hours = document.slo.window_days * 24.0;
    let (from_hour, to_hour) = (options.from, options.to.unwrap_or(hours));
    if from_hour > to_hour {
        return Err(Failure::Input(format!(
            "--from {from_hour} lies after --to {to_hour}; the window lasts from hour 0 to hour {hours}"
        )));
    }
    let setup = Prepared::new(Plan::single(&document))?.setup_of(options.replication);
    let request = ReplayRequest {
        replication: options.replication,
        filter: LogFilter {
            from_s: from_hour * 3600.0,
            to_s: to_hour * 3600.0,
            changes_only: options.changes,
            most: MOST,
        },
        most_ticks: 0,
    };
    let replayed = replay(&setup, document.run.seed, &request);
    if replayed.left_out > 0 {
        output::explain(&format!(
            "note: {} more decisions are left out; narrow --from and --to",
            replayed.left_out
        ));
    }
    if options.json {
        output::print_json(&replayed.decisions)
    } else if options.csv {
        output::print(&replayed.decisions_csv())
    } else {
        output::print(&text(&replayed))
    }
}

fn text(replayed: &Replay) -> String {
    if replayed.decisions.is_empty() {
        return "No controller decided anything in that time.".into();
    }
    let lines = replayed.decisions.iter().map(|decision| {
        let step = if decision.is_change() {
            format!("{} → {}", decision.from, decision.to)
        } else {
            format!("{}", decision.from)
        };
        format!(
            "{}  {step:>9}  {:<20}  {}: {}\n",
            clock(decision.at_s),
            decision.rule.label(),
            decision.controller,
            decision.why
        )
    });
    lines.collect()
}

/// Day and time of the window, which starts on day 1 at 00:00:00.
fn clock(at_s: f64) -> String {
    let seconds = at_s.floor() as i64;
    let (day, of_day) = (seconds.div_euclid(86_400), seconds.rem_euclid(86_400));
    format!(
        "day {:>2} {:02}:{:02}:{:02}",
        day + 1,
        of_day / 3600,
        of_day / 60 % 60,
        of_day % 60
    )
}

#[cfg(test)]
mod tests {
    use super::clock;

    #[test]
    fn clocks_count_days_from_one() {
        assert_eq!(clock(0.0), "day  1 00:00:00");
        assert_eq!(clock(86_400.0 + 3_661.5), "day  2 01:01:01");
        assert_eq!(clock(-15.0), "day  0 23:59:45");
    }
}
