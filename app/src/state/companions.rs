//! What else must change when a part of the document is replaced, so that the scenario still runs: in the same step,
//! and said in a note.

use super::pointer;
use serde_json::{Value, json};

/// The Knative autoscaler looks every 2 s.
const KNATIVE_TICK_S: u64 = 2;
/// Longest window at such ticks, days: the next step of the slider below the most ticks of a replication.
const KNATIVE_DAYS: f64 = 7.0;

/// Puts right what a step left behind in the document; says what it did.
pub fn settle(before: &Value, document: &mut Value) -> Vec<String> {
    let mut said = Vec::new();
    part_spot(before, document, &mut said);
    drop_knobs(before, document, &mut said);
    let kind = |document: &Value| document.pointer("/autoscaler/kind").cloned();
    if kind(before) != kind(document) {
        match kind(document).as_ref().and_then(Value::as_str) {
            Some("knative") => tick_for_knative(document, &mut said),
            Some("step_scaling") => part_bounds(document),
            _ => {}
        }
    }
    if before.pointer("/service/memory").is_none() {
        raise_limit(document);
    }
    name_items(document, "/fleet/spot/pools", "Pool");
    name_items(document, "/storage/datasets", "Dataset");
    name_items(document, "/batch/jobs", "Job");
    let jobs = document.pointer("/batch/jobs").and_then(Value::as_array);
    for job in 0..jobs.map_or(0, Vec::len) {
        name_items(document, &format!("/batch/jobs/{job}/pools"), "Pool");
    }
    settle_topology(before, document, &mut said);
    said
}

/// A sweep cannot vary what is no longer there.
fn drop_knobs(before: &Value, document: &mut Value, said: &mut Vec<String>) {
    for (list, one, several) in [
        ("/sweep", "knob of the sweep", "knobs of the sweep"),
        ("/search/knobs", "knob of the search", "knobs of the search"),
        ("/uncertain", "uncertain number", "uncertain numbers"),
    ] {
        let knobs = document.pointer(list).and_then(Value::as_array).cloned();
        let vanished = |knob: &Value| {
            let path = knob.get("path").and_then(Value::as_str).unwrap_or_default();
            let plain = |value: &Value| !value.is_object() && !value.is_array();
            let holds = |document: &Value| document.pointer(path).is_some_and(plain);
            !path.is_empty() && holds(before) && !holds(document)
        };
        let (gone, kept): (Vec<Value>, Vec<Value>) =
            knobs.into_iter().flatten().partition(vanished);
        if !gone.is_empty() {
            pointer::set(document, list, Value::from(kept));
            let words = if gone.len() == 1 { one } else { several };
            said.push(format!("{} {words} went with it", gone.len()));
        }
    }
}

/// A node autoscaler beside spot nodes takes spot. A pool's trace and its random reclaims exclude each other: the new one
/// stays.
fn part_spot(before: &Value, document: &mut Value, said: &mut Vec<String>) {
    let (spot, provisioner) = ("/fleet/spot", "/fleet/provisioner");
    let is_there = |document: &Value, field: &str| {
        document
            .pointer(field)
            .is_some_and(|value| !value.is_null())
    };
    let both = |document: &Value| is_there(document, spot) && is_there(document, provisioner);
    if both(document) && !both(before) {
        let kind = document
            .pointer("/fleet/provisioner/kind")
            .and_then(Value::as_str);
        let (field, value, words) = match kind {
            Some("karpenter") => (
                "/fleet/provisioner/capacity_types",
                "spot_and_on_demand",
                "Karpenter takes spot nodes where there are some",
            ),
            _ => (
                "/fleet/provisioner/groups/0/capacity",
                "spot",
                "The first node group is of spot nodes",
            ),
        };
        pointer::set(document, field, json!(value));
        said.push(words.to_owned());
    }
    if !is_there(document, spot) && is_there(before, spot) {
        without_spot(document);
    }
    if !is_there(document, spot) && takes_spot(document) {
        // As the AWS Spot Instance Advisor has m6i.xlarge in us-east-1, 2025-07.
        let pool = json!({
            "name": "any zone", "discount_percent": 55, "monthly_interruption_percent": 7.5
        });
        let pools = json!({
            "on_demand_base": 0, "spot_share_percent": 100, "fallback_percent": 100, "pools": [pool]
        });
        pointer::set(document, spot, pools);
        said.push("Spot nodes are on: one pool for each type, 55 % off".to_owned());
    }
    let pools = document
        .pointer("/fleet/spot/pools")
        .and_then(Value::as_array);
    for index in 0..pools.map_or(0, Vec::len) {
        let [reclaims, trace] =
            ["reclaims", "trace"].map(|field| format!("/fleet/spot/pools/{index}/{field}"));
        if is_there(document, &reclaims) && is_there(document, &trace) {
            let gone = if is_there(before, &trace) {
                &trace
            } else {
                &reclaims
            };
            pointer::remove(document, gone);
        }
    }
}

/// Whether a node autoscaler takes spot nodes.
fn takes_spot(document: &Value) -> bool {
    let is_spot = |value: Option<&Value>| {
        let word = value.and_then(Value::as_str);
        word.is_some_and(|word| word != "on_demand")
    };
    let groups = document.pointer("/fleet/provisioner/groups");
    let mut groups = groups.and_then(Value::as_array).into_iter().flatten();
    is_spot(document.pointer("/fleet/provisioner/capacity_types"))
        || groups.any(|group| is_spot(group.get("capacity")))
}

/// A node autoscaler takes nodes on demand where spot nodes are gone.
fn without_spot(document: &mut Value) {
    pointer::remove(document, "/fleet/provisioner/capacity_types");
    let groups = document
        .pointer("/fleet/provisioner/groups")
        .and_then(Value::as_array);
    for index in 0..groups.map_or(0, Vec::len) {
        pointer::remove(
            document,
            &format!("/fleet/provisioner/groups/{index}/capacity"),
        );
    }
}

fn tick_for_knative(document: &mut Value, said: &mut Vec<String>) {
    let tick_s = document.pointer("/run/tick_s").and_then(Value::as_u64);
    if tick_s.is_none_or(|tick_s| tick_s <= KNATIVE_TICK_S) {
        return;
    }
    pointer::set(document, "/run/tick_s", json!(KNATIVE_TICK_S));
    let days = document.pointer("/slo/window_days").and_then(Value::as_f64);
    if days.is_some_and(|days| days > KNATIVE_DAYS) {
        pointer::set(document, "/slo/window_days", json!(KNATIVE_DAYS));
        said.push("Knative looks every 2 s: a tick is now 2 s, the window 7 days".to_owned());
    } else {
        said.push("Knative looks every 2 s: a tick is now 2 s".to_owned());
    }
}

/// Between the bounds of the steps nothing happens; where they touch, it would flap.
fn part_bounds(document: &mut Value) {
    let bound = |document: &Value, way: &str| {
        let place = format!("/autoscaler/{way}/0/bound");
        document.pointer(&place).and_then(Value::as_f64)
    };
    let (out, back) = (bound(document, "scale_out"), bound(document, "scale_in"));
    if let (Some(out), Some(back)) = (out, back)
        && back >= out
    {
        pointer::set(document, "/autoscaler/scale_in/0/bound", json!(out * 0.5));
    }
}

/// A memory limit starts no lower than the request.
fn raise_limit(document: &mut Value) {
    let limit = "/service/memory/limit_mib";
    let number = |place: &str| document.pointer(place).and_then(Value::as_u64);
    if let (Some(now), Some(request)) = (number(limit), number("/service/pod/memory_request_mib"))
        && now < request
    {
        pointer::set(document, limit, json!(request));
    }
}

/// New items of a list have a name of their own.
fn name_items(document: &mut Value, list: &str, word: &str) {
    let name = |index: usize| format!("{list}/{index}/name");
    let items = document.pointer(list);
    let count = items.and_then(Value::as_array).map_or(0, Vec::len);
    for index in 0..count {
        if document.pointer(&name(index)) == Some(&json!("")) {
            let number = index + 1;
            pointer::set(document, &name(index), json!(format!("{word} {number}")));
        }
    }
}

/// The names of a list's items.
fn names(document: &Value, list: &str) -> Vec<String> {
    let items = document.pointer(list).and_then(Value::as_array);
    let name = |item: &Value| item["name"].as_str().unwrap_or_default().to_owned();
    items.into_iter().flatten().map(name).collect()
}

/// New components and routes have names of their own, and a new component somebody who calls it; calls and routes follow
/// a component that gets another name, and go with one that goes.
fn settle_topology(before: &Value, document: &mut Value, said: &mut Vec<String>) {
    const COMPONENTS: &str = "/topology/components";
    follow_names(before, document, COMPONENTS, said);
    name_items(document, "/topology/routes", "Route");
    for index in 0..names(document, COMPONENTS).len() {
        let known = names(document, COMPONENTS);
        if known.get(index).is_none_or(|name| !name.is_empty()) {
            continue;
        }
        let kind = document.pointer(&format!("{COMPONENTS}/{index}/kind"));
        let kind = kind.and_then(Value::as_str).unwrap_or("component");
        let mut numbered = (index + 1..).map(|number| format!("{kind} {number}"));
        let name = numbered
            .find(|name| !known.contains(name))
            .unwrap_or_default();
        pointer::set(document, &format!("{COMPONENTS}/{index}/name"), json!(name));
        let calls = document
            .pointer("/topology/calls")
            .and_then(Value::as_array);
        let mut calls = calls.cloned().unwrap_or_default();
        calls.push(json!({"from": "service", "to": name, "per_request": 1.0}));
        pointer::set(document, "/topology/calls", Value::from(calls));
    }
    let last = names(document, COMPONENTS).pop().unwrap_or_default();
    let mut fill = |list: &str, field: &str, word: &str| {
        let count = document
            .pointer(list)
            .and_then(Value::as_array)
            .map_or(0, Vec::len);
        for index in 0..count {
            let place = format!("{list}/{index}/{field}");
            if document.pointer(&place) == Some(&json!("")) {
                pointer::set(document, &place, json!(word));
            }
        }
    };
    fill("/topology/calls", "from", "service");
    fill("/topology/calls", "to", &last);
    fill("/topology/routes", "enters", "service");
}

/// Where calls and routes name components.
const NAMED: [(&str, &str); 3] = [
    ("/topology/calls", "from"),
    ("/topology/calls", "to"),
    ("/topology/routes", "enters"),
];

fn follow_names(before: &Value, document: &mut Value, components: &str, said: &mut Vec<String>) {
    let (old, new) = (names(before, components), names(document, components));
    let gone: Vec<&String> = old.iter().filter(|name| !new.contains(name)).collect();
    if gone.is_empty() {
        return;
    }
    let renamed = |name: &str| {
        let place = old.iter().position(|old| old == name)?;
        (old.len() == new.len())
            .then(|| new.get(place).cloned())
            .flatten()
    };
    let mut dropped = 0;
    for (list, field) in NAMED {
        let items = document.pointer(list).and_then(Value::as_array).cloned();
        let Some(items) = items else { continue };
        let count = items.len();
        let kept: Vec<Value> = items
            .into_iter()
            .filter_map(|mut item| {
                let name = item[field].as_str().unwrap_or_default().to_owned();
                if gone.iter().any(|gone| **gone == name) {
                    item[field] = json!(renamed(&name)?);
                }
                Some(item)
            })
            .collect();
        dropped += count - kept.len();
        pointer::set(document, list, Value::from(kept));
    }
    if dropped > 0 {
        let items = if dropped == 1 {
            "call or route"
        } else {
            "calls and routes"
        };
        said.push(format!("{dropped} {items} of the component went with it"));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn new_datasets_and_pools_are_named() {
        let mut document = json!({"storage": {"datasets": [{"name": "logs"}, {"name": ""}]}, "fleet": {"spot": {"pools": [{"name": ""}]}}});
        let before = document.clone();
        settle(&before, &mut document);
        assert_eq!(document["storage"]["datasets"][1]["name"], "Dataset 2");
        assert_eq!(document["storage"]["datasets"][0]["name"], "logs");
        assert_eq!(document["fleet"]["spot"]["pools"][0]["name"], "Pool 1");
    }

    #[test]
    fn the_newer_of_two_that_exclude_each_other_stays() {
        let pool = |field: &str| json!({"name": "a", field: {}});
        let before = json!({"fleet": {"spot": {"pools": [pool("reclaims")]}}});
        let mut traced = before.clone();
        pointer::set(&mut traced, "/fleet/spot/pools/0/trace", json!({}));
        settle(&before, &mut traced);
        assert_eq!(traced["fleet"]["spot"]["pools"], json!([pool("trace")]));
    }

    #[test]
    fn a_node_autoscaler_beside_spot_nodes_takes_spot() {
        let before = json!({"fleet": {"spot": {"pools": []}}});
        let mut scaled = before.clone();
        pointer::set(
            &mut scaled,
            "/fleet/provisioner",
            json!({"kind": "karpenter"}),
        );
        assert_eq!(settle(&before, &mut scaled).len(), 1);
        let capacity = "/fleet/provisioner/capacity_types";
        assert_eq!(scaled.pointer(capacity), Some(&json!("spot_and_on_demand")));
        let mut without = scaled.clone();
        pointer::remove(&mut without, "/fleet/spot");
        settle(&scaled, &mut without);
        assert_eq!(
            without["fleet"],
            json!({"provisioner": {"kind": "karpenter"}})
        );
        let mut groups = before.clone();
        let autoscaler = json!({"kind": "cluster_autoscaler", "groups": [{}, {}]});
        pointer::set(&mut groups, "/fleet/provisioner", autoscaler);
        settle(&before, &mut groups);
        assert_eq!(
            groups["fleet"]["provisioner"]["groups"],
            json!([{"capacity": "spot"}, {}])
        );
    }

    #[test]
    fn new_components_are_named_and_called() {
        let mut document = json!({"topology": {
            "components": [{"kind": "service", "name": "cart"}, {"kind": "dependency", "name": ""}],
            "calls": [{"from": "", "to": "", "per_request": 1}],
        }});
        let before = document.clone();
        settle(&before, &mut document);
        let topology = &document["topology"];
        assert_eq!(topology["components"][1]["name"], "dependency 2");
        assert_eq!(topology["calls"][0]["from"], "service");
        assert_eq!(topology["calls"][0]["to"], "dependency 2");
        assert_eq!(topology["calls"][1]["to"], "dependency 2");
    }

    #[test]
    fn calls_follow_their_components() {
        let before = json!({"topology": {
            "components": [{"kind": "service", "name": "cart"}, {"kind": "dependency", "name": "db"}],
            "calls": [{"from": "service", "to": "cart"}, {"from": "cart", "to": "db"}],
            "routes": [{"name": "pay", "enters": "cart", "share_percent": 1}],
        }});
        let mut renamed = before.clone();
        renamed["topology"]["components"][0]["name"] = json!("basket");
        settle(&before, &mut renamed);
        assert_eq!(renamed["topology"]["calls"][1]["from"], "basket");
        assert_eq!(renamed["topology"]["routes"][0]["enters"], "basket");
        let mut removed = before.clone();
        pointer::set(
            &mut removed,
            "/topology/components",
            json!([{"kind": "service", "name": "cart"}]),
        );
        let said = settle(&before, &mut removed);
        assert_eq!(
            removed["topology"]["calls"],
            json!([{"from": "service", "to": "cart"}])
        );
        assert_eq!(said, ["1 call or route of the component went with it"]);
    }

    #[test]
    fn new_jobs_and_pools_are_named() {
        let mut document =
            json!({"batch": {"jobs": [{"name": "", "pools": [{"name": "a"}, {"name": ""}]}]}});
        let before = document.clone();
        settle(&before, &mut document);
        let job = &document["batch"]["jobs"][0];
        assert_eq!(
            (&job["name"], &job["pools"][1]["name"]),
            (&json!("Job 1"), &json!("Pool 2"))
        );
    }

    #[test]
    fn knobs_go_with_what_they_vary() {
        let before = json!({"a": {"x": 1, "y": 2}, "sweep": [{"path": "/a/x"}, {"path": "/a/y"}, {"path": ""}]});
        let mut after = before.clone();
        pointer::set(&mut after, "/a", json!({"y": 2}));
        let said = settle(&before, &mut after);
        assert_eq!(after["sweep"], json!([{"path": "/a/y"}, {"path": ""}]));
        assert_eq!(said, ["1 knob of the sweep went with it"]);
    }
}
