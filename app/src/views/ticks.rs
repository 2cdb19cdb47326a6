//! The replayed stretch of one replication, tick by tick: the worst ticks, and all of them as a file.

use super::figures::table;
use super::icons::{Icon, icon};
use crate::charts::{Table, csv, report_stale};
use crate::format;
use crate::state::{Studio, Tab, files, route, studio};
use crate::workers::microscope;
use leptos::prelude::*;
use sim_core::replication::{Replay, ReplayTick};
use sim_core::stats::sort_by;

/// Ticks that are listed.
const LISTED: usize = 12;

/// The panel.
#[component]
pub fn TicksPanel() -> impl IntoView {
    let studio = studio();
    let stale = report_stale();
    let replay = move || studio.moment.with(|moment| moment.replay.clone());
    let download = move |_| {
        let text = csv(&figures(studio));
        files::save_part(studio, "ticks", &text, "csv", "text/csv");
    };
    let body = move || {
        match replay() {
        Some(replay) => listed(&replay),
        None => view! {
            <p class="invitation">
                "Nothing is replayed yet. "
                <button type="button" class="link" data-testid="ticks-look" on:click=move |_| microscope().look_for_worst_of_window()>"Replay the worst two hours"</button>
                ", or click a moment in the tab On-call."
            </p>
        }
        .into_any(),
    }
    };
    view! {
        <section class="panel wide" class:stale=move || stale.get() data-testid="ticks">
            <div class="panel-head">
                <div>
                    <h2>"Tick by tick"</h2>
                    <p class="hint">{move || replay().map_or_else(|| "One replication, played again with every tick".to_owned(), |replay| words(&replay))}</p>
                </div>
                {move || replay().is_some().then(|| view! {
                    <div class="panel-tools">
                        <button type="button" class="ghost small" data-testid="ticks-csv" on:click=download>{icon(Icon::Export)}<span>"Ticks as CSV"</span></button>
                    </div>
                })}
            </div>
            {body}
        </section>
    }
}

fn words(replay: &Replay) -> String {
    let (Some(first), Some(last)) = (replay.ticks.first(), replay.ticks.last()) else {
        return "The stretch holds no tick".to_owned();
    };
    let bad = replay.ticks.iter().filter(|tick| tick.bad > 0.0).count();
    format!(
        "{} ticks from {} to {}; {bad} of them had bad requests. The worst first",
        replay.ticks.len(),
        format::moment(first.at_s),
        format::moment(last.at_s)
    )
}

/// The worst ticks: most bad requests first, then the longest queue.
fn worst(replay: &Replay) -> Vec<&ReplayTick> {
    let mut ticks: Vec<&ReplayTick> = replay.ticks.iter().collect();
    sort_by(&mut ticks, |a, b| {
        let by_bad = b.bad.total_cmp(&a.bad);
        by_bad.then(b.waiting.total_cmp(&a.waiting))
    });
    ticks.truncate(LISTED);
    ticks
}

fn listed(replay: &Replay) -> AnyView {
    let row = |tick: &&ReplayTick| {
        let at_s = tick.at_s;
        let look = move |_| {
            let studio = studio();
            studio.moment.update(|moment| moment.reveal = true);
            microscope().look_at(at_s);
            route::show_tab(&studio, Tab::OnCall);
        };
        view! {
            <tr>
                <th scope="row"><button type="button" class="link" title="Why did it scale there, or not?" on:click=look>{format::instant(at_s)}</button></th>
                <td>{format::percent(tick.bad, 1)}</td>
                <td>{format::number(tick.waiting)}</td>
                <td>{format::percent(tick.busy, 0)}</td>
                <td>{format::number(tick.arrivals_rps)}</td>
                <td>{tick.ready}</td>
                <td>{tick.desired}</td>
                <td>{tick.nodes}</td>
            </tr>
        }
    };
    let rows = worst(replay).iter().map(row).collect_view();
    table(
        "Worst ticks",
        &[
            "End of the tick",
            "Bad requests",
            "Waiting",
            "Servers busy",
            "Requests/s",
            "Ready",
            "Asked for",
            "Nodes",
        ],
        rows,
    )
}

/// All ticks of the stretch, as plain numbers.
pub(super) fn figures(studio: Studio) -> Table {
    let replay = studio.moment.with_untracked(|moment| moment.replay.clone());
    replay.as_deref().map(of_replay).unwrap_or_default()
}

fn of_replay(replay: &Replay) -> Table {
    let head = [
        "at_s",
        "arrivals_rps",
        "waiting",
        "busy_share",
        "bad_share",
        "desired",
        "ready",
        "nodes",
    ];
    let row = |tick: &ReplayTick| {
        let numbers = [
            tick.at_s,
            tick.arrivals_rps,
            tick.waiting,
            tick.busy,
            tick.bad,
        ];
        let counts = [tick.desired, tick.ready, tick.nodes];
        let numbers = numbers.iter().map(f64::to_string);
        numbers.chain(counts.iter().map(u32::to_string)).collect()
    };
    Table {
        head: head.map(str::to_owned).to_vec(),
        rows: replay.ticks.iter().map(row).collect(),
        note: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tick(at_s: f64, bad: f64, waiting: f64) -> ReplayTick {
        ReplayTick {
            at_s,
            arrivals_rps: 10.0,
            waiting,
            busy: 0.5,
            bad,
            desired: 2,
            ready: 1,
            nodes: 1,
        }
    }

    #[test]
    fn the_worst_ticks_come_first_and_the_file_has_all() {
        let mut ticks: Vec<ReplayTick> = (0..40).map(|n| tick(f64::from(n), 0.0, 0.0)).collect();
        ticks.push(tick(40.0, 0.2, 1.0));
        ticks.push(tick(41.0, 0.2, 3.0));
        let replay = Replay {
            decisions: Vec::new(),
            left_out: 0,
            ticks,
        };
        let worst = worst(&replay);
        assert_eq!(worst.len(), LISTED);
        assert_eq!((worst[0].at_s, worst[1].at_s), (41.0, 40.0));
        let csv = csv(&of_replay(&replay));
        assert_eq!(csv.lines().count(), 43);
        assert!(csv.ends_with("41,10,3,0.5,0.2,2,1,1\r\n"), "{csv}");
    }
}
