//! Pods as a heat map over time: how many of their slots were taken.

use crate::format;
use crate::views::figures::table;
use leptos::prelude::*;
use sim_core::plane::network::trace::ReplicaUse;
use sim_core::replication::WindowReplay;

/// Shades that are told apart.
const SHADES: usize = 5;
/// Height of a pod's row and most of all rows together, pixels.
const ROW: usize = 9;
const MOST_HEIGHT: usize = 300;

/// The maps, one for each service with replicas.
pub(super) fn heat(replay: &WindowReplay) -> Option<AnyView> {
    let maps: Vec<AnyView> = (0..)
        .zip(&replay.slots)
        .filter_map(|(station, slots)| {
            let of_station = |one: &&ReplicaUse| one.station == station;
            let pods: Vec<&ReplicaUse> = replay.replicas.iter().filter(of_station).collect();
            map(replay, replay.component(station), &pods, *slots)
        })
        .collect();
    if maps.is_empty() {
        return None;
    }
    let shades = (0..SHADES).map(|shade| {
        let words = match shade {
            0 => "idle".to_owned(),
            n => format!("{}\u{a0}%", 100 * n / (SHADES - 1)),
        };
        view! { <span><svg class="shade" viewBox="0 0 10 10" aria-hidden="true"><rect class=format!("shade-{shade}") width="10" height="10"></rect></svg>" "{words}</span> }
    });
    Some(
        view! {
            <h3>"Pods over time"</h3>
            <p class="legend"><span>"Slots taken:"</span>{shades.collect_view()}</p>
            <div data-testid="window-pods">{maps}</div>
        }
        .into_any(),
    )
}

/// Shade of a pod in a cell; none where it took no requests.
fn shade(held: f32, slots: u32) -> Option<usize> {
    let share = f64::from(held) / f64::from(slots.max(1));
    let steps = (SHADES - 1) as f64;
    (held >= 0.0).then(|| ((share * steps).ceil() as usize).min(SHADES - 1))
}

/// Mean share of the slots that were taken while the pod was there, 0..1.
fn mean(pod: &ReplicaUse, slots: u32) -> f64 {
    let there: Vec<f64> = pod
        .held
        .iter()
        .filter(|held| **held >= 0.0)
        .map(|held| f64::from(*held))
        .collect();
    there.iter().sum::<f64>() / there.len().max(1) as f64 / f64::from(slots.max(1))
}

fn map(replay: &WindowReplay, name: &str, pods: &[&ReplicaUse], slots: u32) -> Option<AnyView> {
    let cells = pods.first()?.held.len();
    let mut paths = vec![String::new(); SHADES];
    for (row, pod) in pods.iter().enumerate() {
        for (cell, held) in pod.held.iter().enumerate() {
            if let Some(path) = shade(*held, slots).and_then(|shade| paths.get_mut(shade)) {
                path.push_str(&format!("M{cell} {row}h1v1h-1z"));
            }
        }
    }
    let paths = paths.into_iter().enumerate();
    let paths =
        paths.map(|(shade, path)| view! { <path class=format!("shade-{shade}") d=path></path> });
    let means: Vec<f64> = pods.iter().map(|pod| mean(pod, slots)).collect();
    let all = means.iter().sum::<f64>() / means.len() as f64;
    let busiest = means.iter().copied().fold(0.0, f64::max);
    let label = format!(
        "{name}: {} pods, on average {} of their slots taken, the busiest {}; from {} to {}",
        pods.len(),
        format::percent(all, 0),
        format::percent(busiest, 0),
        format::clock(replay.from_s),
        format::clock(replay.to_s)
    );
    let rows = pods.iter().zip(&means).map(|(pod, mean)| {
        let there = pod.held.iter().filter(|held| **held >= 0.0).count();
        view! {
            <tr>
                <th scope="row">{(pod.replica + 1).to_string()}</th>
                <td>{format::percent(*mean, 1)}</td>
                <td>{format::percent(there as f64 / cells as f64, 0)}</td>
            </tr>
        }
    });
    let rows = rows.collect_view();
    Some(
        view! {
            <p class="hint">{label.clone()}</p>
            <svg class="heat" role="img" aria-label=label height=(pods.len() * ROW).clamp(2 * ROW, MOST_HEIGHT).to_string() viewBox=format!("0 0 {cells} {}", pods.len()) preserveAspectRatio="none">{paths.collect_view()}</svg>
            <div class="bins-axis" aria-hidden="true"><span>{format::clock(replay.from_s)}</span><span>{format::clock(replay.to_s)}</span></div>
            <details class="twin"><summary>"As a table"</summary>{table("Pods", &["Pod", "Slots taken", "There for"], rows)}</details>
        }
        .into_any(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shades_tell_idle_from_busy_and_gone() {
        assert_eq!(shade(-1.0, 4), None);
        assert_eq!(shade(0.0, 4), Some(0));
        assert_eq!(shade(0.1, 4), Some(1));
        assert_eq!(shade(4.0, 4), Some(4));
        let pod = ReplicaUse {
            station: 0,
            replica: 0,
            held: vec![-1.0, 2.0, 4.0],
        };
        assert!((mean(&pod, 4) - 0.75).abs() < 1e-12);
    }
}
