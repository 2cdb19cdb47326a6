//! Components that cannot do what the calls bring them, on an ordinary day.
//!
//! Little (1961): requests at once = rate × time that each holds a slot. A slot is held for the own service and for the
//! answers that are waited for, none longer than its callee's timeout. Waits, retries and bursts come on top, so what is
//! said here to be too little is too little.

use super::super::document::{AutoscalerDocument, PlaneKind, ScenarioDocument, ServiceDocument};
use super::super::problem::Found;
use super::distribution::compile;
use super::service::{rounded, rounded_time};
use super::traffic::regular_peak_rps;
use crate::plane::network::{Call, CallMode};
use crate::topology::{Component, ComponentKind, Topology};
use serde_json::Value;

/// Room that remedies leave above what is just enough.
const HEADROOM: f64 = 1.25;
/// More than this is nothing to advise without a look at the design.
const MOST_ADVISED: f64 = 500.0;

/// So many standard deviations (of the number at once, a Poisson number) below its limit a function is never there.
const SPREADS: f64 = 3.0;

/// What a component has, and the field that bounds it.
struct Slots {
    each: u32,
    most: u32,
    path: String,
    what: &'static str,
}

/// Warns of components with fewer slots than requests come to hold.
pub(super) fn hold(topology: &Topology, document: &ScenarioDocument, found: &mut Found) {
    let main_s = main_s(&document.service);
    let users_rps = regular_peak_rps(&document.traffic) * passes_edge(document);
    let held_s = held_s(topology, main_s);
    for (component, held_s) in topology.components.iter().zip(held_s) {
        let Some(slots) = slots(component, document) else {
            continue;
        };
        let rate_rps = users_rps * component.visits;
        let at_once = rate_rps * held_s;
        let have = f64::from(slots.each) * f64::from(slots.most);
        hold_breakers(component, at_once, have, document, found);
        if at_once <= have {
            continue;
        }
        let message = format!(
            "on an ordinary day about {} req/s come to \"{}\", each for {}, answers it waits for included: {} at once, and {} {} have {} slots",
            rounded(rate_rps),
            component.name,
            rounded_time(held_s * 1000.0),
            rounded(at_once),
            slots.most,
            slots.what,
            rounded(have),
        );
        found.warning(
            slots.path.clone(),
            message,
            "allow more, make fewer calls, or make what it waits for faster",
        );
        let enough = (at_once / f64::from(slots.each) * HEADROOM).ceil();
        if enough <= MOST_ADVISED || slots.each == 1 {
            let words = format!("Allow {enough} {}", slots.what);
            found.remedy(words, slots.path, Some(Value::from(enough as u64)));
        }
    }
}

/// Refuses, on the fluid plane, breakers before functions that it computes worse than the rest (measured with
/// `tests/src/validation/networks/guards.rs`). At its limit of instances a function rejects in runs, as long as all are at
/// work, which opens a breaker far more often than as many failures by chance do: refused calls 53 % where 95 % are. And
/// a function that waits for others is taken to fail too often while they are slow: 12 % of the time open where it is none.
fn hold_breakers(
    component: &Component,
    at_once: f64,
    have: f64,
    document: &ScenarioDocument,
    found: &mut Found,
) {
    let is_function = matches!(component.kind, ComponentKind::Function(_));
    if !is_function || document.run.plane != PlaneKind::Fluid {
        return;
    }
    let name = &component.name;
    let enough = at_once + SPREADS * at_once.sqrt();
    let (message, hint) = if enough > have {
        (
            format!(
                "about {} requests are at \"{name}\" at once on an ordinary day, and it has at most {}: what the fluid plane computes of a breaker before a function near its limit is off",
                rounded(at_once),
                rounded(have)
            ),
            format!(
                "allow {} instances or more, take the breaker out, or use the requests plane",
                rounded(enough.ceil())
            ),
        )
    } else if component
        .calls
        .iter()
        .any(|call| call.mode != CallMode::Async)
    {
        (
            format!(
                "\"{name}\" waits for what it calls: what the fluid plane computes of a breaker before such a function is off"
            ),
            "take the breaker out, or use the requests plane".to_owned(),
        )
    } else {
        return;
    };
    let calls = document
        .topology
        .iter()
        .flat_map(|topology| &topology.calls);
    for (index, call) in calls.enumerate() {
        if call.to == *name && call.breaker.is_some() {
            let path = format!("/topology/calls/{index}/breaker");
            found.error(path, message.clone(), hint.clone());
        }
    }
}

/// Share of the users' requests that reach the services at least: what an edge cache may never keep.
fn passes_edge(document: &ScenarioDocument) -> f64 {
    let edge = document.edge_cache.as_ref();
    edge.map_or(1.0, |edge| 1.0 - edge.cacheable_percent / 100.0)
}

/// For how long a request holds a slot of each component when nobody waits for one, seconds, at least.
fn held_s(topology: &Topology, main_s: f64) -> Vec<f64> {
    let mut held_s = vec![0.0; topology.components.len()];
    for (index, component) in topology.components.iter().enumerate().rev() {
        let mut sum_s = own_s(component, main_s);
        let mut together_s = 0.0_f64;
        for call in &component.calls {
            let answer_s = answer_s(topology, call, &held_s);
            match call.mode {
                CallMode::Async => {}
                CallMode::Parallel => {
                    together_s = together_s.max(call.per_request.min(1.0) * answer_s);
                    continue;
                }
                CallMode::Sequential => sum_s += call.per_request * answer_s,
            }
            sum_s += core::mem::take(&mut together_s);
        }
        held_s[index] = sum_s + together_s;
    }
    held_s
}

/// The time that a call is waited for: no longer than its callee's timeout.
fn answer_s(topology: &Topology, call: &Call, held_s: &[f64]) -> f64 {
    let timeout_s = topology.components.get(call.to).map_or(0.0, timeout_s);
    held_s
        .get(call.to)
        .map_or(0.0, |held_s| held_s.min(timeout_s))
}

fn timeout_s(component: &Component) -> f64 {
    match &component.kind {
        // Nobody calls the main service.
        ComponentKind::Main => f64::INFINITY,
        ComponentKind::Service(service) => service.document().service.timeout_ms / 1000.0,
        ComponentKind::Dependency(dependency) => dependency.model.timeout_s,
        ComponentKind::Function(function) => function.service.timeout_s,
    }
}

/// Mean service time of the main service, seconds; what is wrong with it has been said.
fn main_s(service: &ServiceDocument) -> f64 {
    let nowhere = &mut Found::default();
    let time = compile(
        &service.service_time_ms,
        "",
        "service.service_time_ms",
        nowhere,
    );
    time.map_or(0.0, |time| time.mean() / 1000.0)
}

/// Mean of a component's own service, seconds.
fn own_s(component: &Component, main_s: f64) -> f64 {
    match &component.kind {
        ComponentKind::Main => main_s,
        ComponentKind::Service(service) => service.service_time_s.mean(),
        ComponentKind::Dependency(dependency) => dependency.model.service_time_s.mean(),
        ComponentKind::Function(function) => function.service.service_time_s.mean(),
    }
}

/// What a component has at most; `None` where several controllers decide.
fn slots(component: &Component, document: &ScenarioDocument) -> Option<Slots> {
    let path = &component.path;
    let replicas = |controller: &AutoscalerDocument, each: u32, place: String| Slots {
        each,
        most: controller.bounds().1,
        path: format!("{place}/autoscaler/{}", controller.bound_fields().1),
        what: "replicas",
    };
    match &component.kind {
        ComponentKind::Main => document.shared_control.is_none().then(|| {
            let each = document.service.concurrency;
            replicas(&document.autoscaler, each, String::new())
        }),
        ComponentKind::Service(service) => {
            let own = service.document();
            Some(replicas(
                &own.autoscaler,
                own.service.concurrency,
                path.clone(),
            ))
        }
        ComponentKind::Dependency(dependency) => Some(Slots {
            each: 1,
            most: dependency.connections,
            path: format!("{path}/connections"),
            what: "connections",
        }),
        ComponentKind::Function(function) => Some(Slots {
            each: function.model.concurrency,
            most: function.model.max_instances,
            path: format!("{path}/max_instances"),
            what: "instances",
        }),
    }
}
