//! Spot nodes and commitments: pools that exist, traces that are traces, and discounts that are some.

use super::super::NodeType;
use super::super::document::{
    CommitmentsDocument, FleetDocument, OnNotice, PodDocument, PricesDocument, SpotDocument,
    SpotPoolDocument, SpotTraceDocument, TraceStart,
};
use super::super::limits::plain_number;
use super::super::problem::Found;
use super::fleet::{CompiledFleet, PodsPerNode, catalogue_type};
use super::service::rounded;
use crate::cost::HOURS_PER_MONTH;
use crate::cost::commitments::discount_percent;
use crate::fleet::spot::model::Availability;
use crate::fleet::spot::{PoolModel, SpotModel, SpotTrace, hazard_per_hour};
use std::sync::Arc;

/// The model and the types of its pools; `None` when something in it cannot be simulated.
pub(super) fn hold(
    document: &SpotDocument,
    fleet: &FleetDocument,
    node: &NodeType,
    found: &mut Found,
) -> Option<(SpotModel, Vec<NodeType>)> {
    if fleet.provisioner.is_some() {
        found.error(
            "/fleet/spot",
            "spot nodes are computed for the plain node group, not under a node autoscaler yet",
            "remove /fleet/provisioner, or the spot nodes",
        );
        return None;
    }
    hold_use(document, fleet, found);
    let mut pools = Vec::new();
    let mut types = Vec::new();
    for (index, pool) in document.pools.iter().enumerate() {
        let place = format!("/fleet/spot/pools/{index}");
        let earlier = document.pools.get(..index).unwrap_or_default();
        if earlier.iter().any(|other| other.name == pool.name) {
            let message = format!("there are two pools named {:?}", pool.name);
            found.error(format!("{place}/name"), message, "give each its own name");
        }
        let (model, kind) = hold_pool(pool, &place, fleet, node, found)?;
        pools.push(model);
        types.push(kind);
    }
    let model = SpotModel {
        on_demand_base: document.on_demand_base,
        share: document.spot_share_percent / 100.0,
        fallback: document.fallback_percent / 100.0,
        retry_s: f64::from(document.retry_spot_after_s),
        allocation: document.allocation,
        notice_s: f64::from(document.notice_s),
        drains: document.on_notice == OnNotice::Drain && document.notice_s > 0,
        recovery_s: document.recovery_s,
        owner: 0,
        pools,
    };
    Some((model, types))
}

fn hold_use(document: &SpotDocument, fleet: &FleetDocument, found: &mut Found) {
    if document.on_demand_base >= fleet.max_nodes {
        let message = format!(
            "{} nodes are on demand before any is spot, and there are never more than {}",
            document.on_demand_base, fleet.max_nodes
        );
        found.warning(
            "/fleet/spot/on_demand_base",
            message,
            "no node is ever spot: lower it, or raise max_nodes",
        );
    }
    let has_capacity = |pool: &SpotPoolDocument| {
        let trace = pool.trace.as_ref();
        trace.is_none_or(|trace| trace.available.contains(&1))
    };
    if !document.pools.iter().any(has_capacity) {
        found.warning(
            "/fleet/spot/pools",
            "no pool ever has capacity: all its traces are 0 throughout",
            "take a trace with capacity; 1 stands for available",
        );
    }
}

fn hold_pool(
    pool: &SpotPoolDocument,
    place: &str,
    fleet: &FleetDocument,
    node: &NodeType,
    found: &mut Found,
) -> Option<(PoolModel, NodeType)> {
    let kind = match &pool.instance_type {
        None => node.clone(),
        Some(name) => catalogue_type(name)?,
    };
    if fleet.reserved_millicores >= kind.vcpus_millicores || fleet.reserved_mib >= kind.memory_mib {
        let message = format!(
            "{} millicores and {} MiB of each node are reserved; a {} has {} and {}",
            fleet.reserved_millicores,
            fleet.reserved_mib,
            kind.name,
            kind.vcpus_millicores,
            kind.memory_mib
        );
        let hint = "take a bigger type, or reserve less";
        found.error(format!("{place}/instance_type"), message, hint);
    }
    let on_demand_usd_per_hour = kind.usd_per_hour;
    let usd_per_hour = pool
        .usd_per_hour
        .unwrap_or(on_demand_usd_per_hour * (1.0 - pool.discount_percent / 100.0));
    if usd_per_hour > on_demand_usd_per_hour {
        let message = format!(
            "spot costs {} USD an hour, more than {} on demand",
            plain_number(usd_per_hour),
            plain_number(on_demand_usd_per_hour)
        );
        let hint = "lower it, or leave it out for the discount";
        found.warning(format!("{place}/usd_per_hour"), message, hint);
    }
    hold_traced_prices(pool, place, on_demand_usd_per_hour, found);
    let model = PoolModel {
        name: pool.name.clone(),
        usd_per_hour,
        on_demand_usd_per_hour,
        vcpus: f64::from(kind.vcpus_millicores.max(1)) / 1000.0,
        hazard_per_s: hazard_per_hour(pool.monthly_interruption_percent / 100.0) / 3600.0,
        depth: pool.depth,
        availability: availability(pool, place, found)?,
    };
    let name = format!("{} spot, {}", kind.name, pool.name);
    let kind = NodeType {
        name,
        usd_per_hour,
        ..kind
    };
    Some((model, kind))
}

/// A trace of another instance type brings that one's prices.
fn hold_traced_prices(pool: &SpotPoolDocument, place: &str, on_demand: f64, found: &mut Found) {
    let Some(trace) = pool
        .trace
        .as_ref()
        .filter(|trace| !trace.usd_per_hour.is_empty())
    else {
        return;
    };
    let mean = trace.usd_per_hour.iter().sum::<f64>() / trace.usd_per_hour.len() as f64;
    if mean > on_demand {
        let message = format!(
            "spot costs {} USD an hour on average, more than {} on demand",
            rounded(mean),
            plain_number(on_demand)
        );
        found.warning(
            format!("{place}/trace/usd_per_hour"),
            message,
            "name the instance type of the trace, or remove its prices",
        );
    }
}

fn availability(pool: &SpotPoolDocument, place: &str, found: &mut Found) -> Option<Availability> {
    let Some(trace) = &pool.trace else {
        return Some(match &pool.reclaims {
            None => Availability::Always,
            Some(reclaims) => Availability::Renewal {
                mean_up_s: HOURS_PER_MONTH * 3600.0 / reclaims.per_month,
                mean_down_s: reclaims.mean_unavailable_minutes * 60.0,
                nodes_share: reclaims.nodes_percent / 100.0,
            },
        });
    };
    if pool.reclaims.is_some() {
        found.error(
            format!("{place}/reclaims"),
            "the trace already says when the pool runs out",
            "remove the reclaims, or the trace",
        );
    }
    hold_trace(trace, place, found)
}

fn hold_trace(trace: &SpotTraceDocument, place: &str, found: &mut Found) -> Option<Availability> {
    let available = trace.available.iter().map(|up| *up == 1).collect();
    let prices = trace.usd_per_hour.clone();
    if !prices.is_empty() && prices.len() != trace.available.len() {
        let message = format!(
            "there are {} prices for {} steps",
            plain_number(prices.len() as f64),
            plain_number(trace.available.len() as f64)
        );
        let hint = "give one price for each step, or none";
        found.error(format!("{place}/trace/usd_per_hour"), message, hint);
    }
    let trace_model = SpotTrace::new(trace.gap_s, available, prices)?;
    Some(Availability::Trace {
        trace: Arc::new(trace_model),
        random_start: trace.start == TraceStart::Random,
    })
}

/// Pods must fit on the nodes of every pool.
pub(super) fn hold_room(
    fleet: &FleetDocument,
    compiled: &CompiledFleet,
    pod: &PodDocument,
    found: &mut Found,
) {
    let Some(spot) = &compiled.spot else {
        return;
    };
    let own = PodsPerNode::new(fleet, &compiled.node, pod).count();
    let types = compiled.node_types.iter().skip(1);
    for ((index, pool), kind) in spot.pools.iter().enumerate().zip(types) {
        let per_node = PodsPerNode::new(fleet, kind, pod);
        // The fleet's own node has been judged before.
        if per_node.count() == 0 && own > 0 {
            let message = format!(
                "a pod asks for {} millicores and {} MiB; an empty node of {} has {} and {} to give",
                pod.cpu_request_millicores,
                pod.memory_request_mib,
                pool.name,
                per_node.free_millicores,
                per_node.free_mib
            );
            found.error(
                format!("/fleet/spot/pools/{index}/instance_type"),
                message,
                "take a bigger type, or ask for less",
            );
        }
    }
}

/// A commitment should be cheaper than paying by the hour.
pub(super) fn hold_discount(fleet: &FleetDocument, prices: &PricesDocument, found: &mut Found) {
    let Some(document) = &fleet.commitments else {
        return;
    };
    let discount = discount_percent(document);
    if discount <= prices.node_discount_percent {
        let message = format!(
            "the commitment is {} % off, nodes without one are {} %",
            plain_number(discount),
            plain_number(prices.node_discount_percent)
        );
        found.warning(
            "/fleet/commitments",
            message,
            "it saves nothing: remove it, or mend the discounts",
        );
    }
}

/// A commitment should not be larger than the fleet.
pub(super) fn hold_commitments(fleet: &FleetDocument, found: &mut Found) {
    let Some(CommitmentsDocument { nodes, .. }) = &fleet.commitments else {
        return;
    };
    if *nodes > f64::from(fleet.max_nodes) {
        let message = format!(
            "{} nodes are committed to, and there are never more than {}",
            plain_number(*nodes),
            fleet.max_nodes
        );
        found.warning(
            "/fleet/commitments/nodes",
            message,
            "the rest is paid for and never used: commit to fewer",
        );
    }
}
