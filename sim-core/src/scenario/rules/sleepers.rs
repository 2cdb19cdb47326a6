//! Services of a network that may have no replicas: which calls to them the fluid plane does not compute.

use super::super::document::{Balancing, PlaneKind, ScenarioDocument};
use super::super::problem::Found;
use crate::plane::network::CallMode;
use crate::topology::{Component, ComponentKind, Topology};

/// Holds who calls such a service and waits, and who waits for these.
pub(super) fn hold(topology: &Topology, document: &ScenarioDocument, found: &mut Found) {
    if document.run.plane != PlaneKind::Fluid {
        return;
    }
    let mut refused: Vec<(usize, String)> = Vec::new();
    let mut asleep: Vec<Option<usize>> = vec![None; topology.components.len()];
    for (index, component) in topology.components.iter().enumerate().rev() {
        let own = may_sleep(component, document).then_some(index);
        let calls = called_asleep(component, &asleep);
        let (first, what) = match calls.as_slice() {
            [] => (None, None),
            [(first, ..), ..] => {
                let sleeper = topology.components.get(*first);
                let has_one_queue = has_one_queue(component, document)
                    && sleeper.is_none_or(|sleeper| has_one_queue(sleeper, document));
                (Some(*first), refusal(component, &calls, has_one_queue))
            }
        };
        if let (Some(sleeper), Some(what)) = (first, what) {
            refused.push((sleeper, format!("\"{}\" {what}", component.name)));
        }
        if let Some(place) = asleep.get_mut(index) {
            *place = own.or(first);
        }
    }
    for (sleeper, what) in refused.into_iter().rev() {
        let Some(component) = topology.components.get(sleeper) else {
            continue;
        };
        let section = if sleeper == topology.main {
            "/autoscaler".to_owned()
        } else {
            format!("{}/autoscaler", component.path)
        };
        found.error(
            section,
            format!(
                "\"{}\" may scale to no replicas, and {what}, which the fluid plane does not compute",
                component.name
            ),
            "keep one replica, change that call, or set /run/plane to \"requests\"",
        );
        found.remedy("Play every request", "/run/plane", Some("requests".into()));
    }
}

fn may_sleep(component: &Component, document: &ScenarioDocument) -> bool {
    let fewest = match &component.kind {
        ComponentKind::Main => document.autoscaler.bounds().0,
        ComponentKind::Service(service) => service.document().autoscaler.bounds().0,
        ComponentKind::Dependency(_) | ComponentKind::Function(_) => 1,
    };
    fewest == 0
}

/// Whether its requests wait in front of all replicas.
fn has_one_queue(component: &Component, document: &ScenarioDocument) -> bool {
    let service = match &component.kind {
        ComponentKind::Main => &document.service,
        ComponentKind::Service(service) => &service.document().service,
        ComponentKind::Dependency(_) | ComponentKind::Function(_) => return true,
    };
    service.balancing == Balancing::Shared
}

/// Of a component's calls, those that may wait for a sleeper: which, in which group of calls, and whether they are tried
/// again and guarded.
fn called_asleep(
    component: &Component,
    asleep: &[Option<usize>],
) -> Vec<(usize, usize, bool, bool)> {
    let (mut group, mut last) = (0, CallMode::Sequential);
    let mut found = Vec::new();
    for call in &component.calls {
        let is_together = call.mode == CallMode::Parallel && last == CallMode::Parallel;
        group += usize::from(!is_together);
        last = call.mode;
        if let Some(sleeper) = asleep.get(call.to).copied().flatten()
            && call.mode != CallMode::Async
            && call.per_request > 0.0
        {
            found.push((sleeper, group, call.retries.is_on(), call.guard.is_on()));
        }
    }
    found
}

/// What of these calls is not computed, in words.
fn refusal(
    component: &Component,
    calls: &[(usize, usize, bool, bool)],
    has_one_queue: bool,
) -> Option<&'static str> {
    let first_group = calls.first().map(|(_, group, ..)| *group);
    if matches!(component.kind, ComponentKind::Function(_)) {
        Some("is a function that waits for it")
    } else if calls
        .iter()
        .any(|(_, _, is_tried_again, _)| *is_tried_again)
    {
        Some("tries calls again that wait for it")
    } else if calls.iter().any(|(.., is_guarded)| *is_guarded) {
        Some("has a breaker, a bulkhead or hedges on calls that wait for it")
    } else if calls
        .iter()
        .any(|(_, group, ..)| Some(*group) != first_group)
    {
        Some("calls it and another such service one after the other")
    } else if !has_one_queue {
        Some("waits for it, where replicas of either have queues of their own")
    } else {
        None
    }
}
