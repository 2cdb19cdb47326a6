//! Spot nodes and commitments: pools that exist, traces that are traces, and discounts that are some.

use super::super::NodeType;
use super::super::document::{
    CapacityTypes, CommitmentsDocument, FleetDocument, GroupCapacity, OnNotice, PodDocument,
    PricesDocument, ProvisionerDocument, SpotDocument, SpotPoolDocument, SpotTraceDocument,
    TraceStart,
};
use super::super::limits::plain_number;
use super::super::problem::Found;
use super::fleet::{CompiledFleet, PodsPerNode, catalogue_type};
use super::service::rounded;
use crate::cost::HOURS_PER_MONTH;
use crate::cost::commitments::discount_percent;
use crate::fleet::MAX_SPOT_OFFERS;
use crate::fleet::spot::model::Availability;
use crate::fleet::spot::{PoolModel, SpotModel, SpotTrace, hazard_per_hour};
use std::sync::Arc;

/// The model and the types of its pools, which follow `node_types`, those on demand, the fleet's own first; `None` when
/// something in it cannot be simulated.
pub(super) fn hold(
    document: &SpotDocument,
    fleet: &FleetDocument,
    node_types: &[NodeType],
    found: &mut Found,
) -> Option<(SpotModel, Vec<NodeType>)> {
    let node = node_types.first()?;
    hold_use(document, fleet, found);
    let kinds = spot_kinds(fleet, node_types);
    let mut pools = Vec::new();
    let mut types = Vec::new();
    for (index, pool) in document.pools.iter().enumerate() {
        let place = format!("/fleet/spot/pools/{index}");
        let earlier = document.pools.get(..index).unwrap_or_default();
        if earlier.iter().any(|other| other.name == pool.name) {
            let message = format!("there are two pools named {:?}", pool.name);
            found.error(format!("{place}/name"), message, "give each its own name");
        }
        let written = u32::try_from(index).unwrap_or(u32::MAX);
        if fleet.provisioner.is_none() {
            let kind = match &pool.instance_type {
                None => node.clone(),
                Some(name) => catalogue_type(name)?,
            };
            let (model, kind) = hold_pool(pool, &place, fleet, (0, &kind), written, found)?;
            pools.push(model);
            types.push(kind);
            continue;
        }
        for (kind, node) in own_kinds(pool, &place, &kinds, found) {
            let (model, kind) = hold_pool(pool, &place, fleet, (kind, node), written, found)?;
            pools.push(model);
            types.push(kind);
        }
    }
    if pools.len() > MAX_SPOT_OFFERS as usize {
        let message = format!(
            "{} pools stand for {} types: {} offers, and {MAX_SPOT_OFFERS} are simulated",
            document.pools.len(),
            kinds.len(),
            plain_number(pools.len() as f64)
        );
        found.error("/fleet/spot/pools", message, "leave out pools or types");
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
        first_kind: u32::try_from(node_types.len()).unwrap_or(u32::MAX),
        written: u32::try_from(document.pools.len()).unwrap_or(u32::MAX),
        pools,
    };
    Some((model, types))
}

/// The types of a provisioner that it may take from spot, with their places among all types.
fn spot_kinds<'t>(fleet: &FleetDocument, node_types: &'t [NodeType]) -> Vec<(u32, &'t NodeType)> {
    let is_spot = |index: usize| match &fleet.provisioner {
        None => false,
        Some(ProvisionerDocument::Karpenter(karpenter)) => {
            karpenter.capacity_types != CapacityTypes::OnDemand
        }
        Some(ProvisionerDocument::ClusterAutoscaler(autoscaler)) => autoscaler
            .groups
            .get(index)
            .is_some_and(|group| group.capacity == GroupCapacity::Spot),
    };
    let types = node_types.iter().skip(1).enumerate();
    types
        .filter(|(index, _)| is_spot(*index))
        .filter_map(|(index, kind)| Some((u32::try_from(index + 1).ok()?, kind)))
        .collect()
}

/// The types that a pool stands for under a provisioner: all that may be spot, or the one that it names.
fn own_kinds<'t>(
    pool: &SpotPoolDocument,
    place: &str,
    kinds: &[(u32, &'t NodeType)],
    found: &mut Found,
) -> Vec<(u32, &'t NodeType)> {
    let Some(name) = &pool.instance_type else {
        let has_prices = pool.usd_per_hour.is_some()
            || (pool.trace.as_ref()).is_some_and(|trace| !trace.usd_per_hour.is_empty());
        if has_prices && kinds.len() > 1 {
            let message = format!("one price stands for {} instance types", kinds.len());
            let hint = "name the instance type, or leave the price to the discount";
            found.error(format!("{place}/instance_type"), message, hint);
        }
        return kinds.to_vec();
    };
    let own: Vec<(u32, &NodeType)> = kinds
        .iter()
        .filter(|(_, kind)| kind.name == *name)
        .copied()
        .collect();
    if own.is_empty() && !kinds.is_empty() {
        let message = format!("{name} is none of the types that the provisioner takes from spot");
        let hint = "name one of them, or leave it out for all";
        found.error(format!("{place}/instance_type"), message, hint);
    }
    own
}

fn hold_use(document: &SpotDocument, fleet: &FleetDocument, found: &mut Found) {
    if let Some(provisioner) = &fleet.provisioner {
        hold_provisioned(document, provisioner, found);
    } else if document.on_demand_base >= fleet.max_nodes {
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

/// Under a provisioner something must be spot, and the split of a group says nothing.
fn hold_provisioned(document: &SpotDocument, provisioner: &ProvisionerDocument, found: &mut Found) {
    if !takes_spot(provisioner) {
        let hint = match provisioner {
            ProvisionerDocument::Karpenter(_) => "let its capacity_types be spot, too",
            ProvisionerDocument::ClusterAutoscaler(_) => "let the capacity of a group be spot",
        };
        let message = "the provisioner takes nodes on demand only: none is ever spot";
        found.warning("/fleet/spot", message, hint);
    } else if document.on_demand_base > 0 || document.spot_share_percent < 100.0 {
        found.warning(
            "/fleet/spot/spot_share_percent",
            "the base on demand and the share of spot are those of the plain node group; the provisioner has its own rules",
            "let them be 0 nodes and 100 %, and state a fixed base as min_nodes",
        );
    }
}

/// Whether a provisioner takes any node from spot.
pub(super) fn takes_spot(provisioner: &ProvisionerDocument) -> bool {
    match provisioner {
        ProvisionerDocument::Karpenter(karpenter) => {
            karpenter.capacity_types != CapacityTypes::OnDemand
        }
        ProvisionerDocument::ClusterAutoscaler(autoscaler) => {
            let mut groups = autoscaler.groups.iter();
            groups.any(|group| group.capacity == GroupCapacity::Spot)
        }
    }
}

fn hold_pool(
    pool: &SpotPoolDocument,
    place: &str,
    fleet: &FleetDocument,
    (on_demand_kind, node): (u32, &NodeType),
    written: u32,
    found: &mut Found,
) -> Option<(PoolModel, NodeType)> {
    let kind = node.clone();
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
        name: pool_name(pool, &kind, fleet),
        written,
        on_demand_kind,
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

/// What the log calls a pool: one that stands for several types has theirs before its own name.
fn pool_name(pool: &SpotPoolDocument, kind: &NodeType, fleet: &FleetDocument) -> String {
    if fleet.provisioner.is_some() && pool.instance_type.is_none() {
        format!("{}, {}", kind.name, pool.name)
    } else {
        pool.name.clone()
    }
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
