//! Provisioners: types that can take the pods, bounds in order, patience that suffices.

use super::super::NodeType;
use super::super::document::{
    CapacityTypes, ClusterAutoscalerDocument, FleetDocument, GroupCapacity, KarpenterDocument,
    PodDocument, ProvisionerDocument,
};
use super::super::limits::plain_number;
use super::super::problem::Found;
use super::fleet::{PodsPerNode, catalogue_type, node_type};
use crate::random::Distribution;
use crate::stats::sort_by_key;

const PLACE: &str = "/fleet/provisioner";

/// The types of node that a provisioner may add; `None` when one of them is unknown, of which the schema's list has
/// told the user.
pub(super) fn node_types(provisioner: &ProvisionerDocument) -> Option<Vec<NodeType>> {
    match provisioner {
        ProvisionerDocument::ClusterAutoscaler(autoscaler) => {
            let groups = autoscaler.groups.iter();
            groups.map(|group| node_type(&group.node)).collect()
        }
        ProvisionerDocument::Karpenter(karpenter) => {
            let names = karpenter.instance_types.iter();
            names.map(|name| catalogue_type(name)).collect()
        }
    }
}

pub(super) fn hold(
    fleet: &FleetDocument,
    provisioning_s: Option<&Distribution>,
    found: &mut Found,
) {
    let (patience_s, field) = match &fleet.provisioner {
        None => return,
        Some(ProvisionerDocument::ClusterAutoscaler(autoscaler)) => {
            hold_groups(fleet, autoscaler, found);
            (autoscaler.max_provision_s, "max_provision_s")
        }
        Some(ProvisionerDocument::Karpenter(karpenter)) => {
            hold_batch(karpenter, found);
            (karpenter.registration_timeout_s, "registration_timeout_s")
        }
    };
    hold_spot(fleet, found);
    if fleet.min_nodes == fleet.max_nodes {
        let message = format!(
            "the fixed base of {} nodes is all that the fleet may have: the provisioner can add none",
            fleet.min_nodes
        );
        found.warning(
            "/fleet/max_nodes",
            message,
            "allow more nodes, or a smaller base",
        );
    }
    if let Some(provisioning_s) = provisioning_s {
        let usual_s = provisioning_s.quantile(0.5);
        if usual_s > f64::from(patience_s) {
            let message = format!(
                "half of the nodes take {usual_s:.0} s or more to come, but are given up after {patience_s} s"
            );
            found.warning(
                format!("{PLACE}/{field}"),
                message,
                "wait longer, or shorten fleet/provisioning_s",
            );
        }
    }
}

fn hold_groups(fleet: &FleetDocument, autoscaler: &ClusterAutoscalerDocument, found: &mut Found) {
    let mut fewest = u64::from(fleet.min_nodes);
    for (index, group) in autoscaler.groups.iter().enumerate() {
        fewest += u64::from(group.min_nodes);
        if group.min_nodes > group.max_nodes {
            let message = format!(
                "the fewest nodes, {}, are above the most, {}",
                group.min_nodes, group.max_nodes
            );
            found.error(
                format!("{PLACE}/groups/{index}/min_nodes"),
                message,
                "lower it, or raise max_nodes",
            );
        }
    }
    if fewest > u64::from(fleet.max_nodes) {
        let message = format!(
            "the base and the fewest nodes of the groups are {} nodes together, above the most, {}",
            plain_number(fewest as f64),
            fleet.max_nodes
        );
        found.error(
            "/fleet/max_nodes",
            message,
            "raise it, or lower the fewest nodes",
        );
    }
}

/// What takes spot nodes needs pools of them.
fn hold_spot(fleet: &FleetDocument, found: &mut Found) {
    if fleet.spot.is_some() {
        return;
    }
    let (message, hint) = (
        "there are no spot pools",
        "describe them in /fleet/spot, or take on demand",
    );
    match &fleet.provisioner {
        Some(ProvisionerDocument::Karpenter(karpenter))
            if karpenter.capacity_types != CapacityTypes::OnDemand =>
        {
            found.error(format!("{PLACE}/capacity_types"), message, hint);
        }
        Some(ProvisionerDocument::ClusterAutoscaler(autoscaler)) => {
            let groups = autoscaler.groups.iter().enumerate();
            for (index, _) in groups.filter(|(_, group)| group.capacity == GroupCapacity::Spot) {
                let place = format!("{PLACE}/groups/{index}/capacity");
                found.error(place, message, hint);
            }
        }
        _ => {}
    }
}

fn hold_batch(karpenter: &KarpenterDocument, found: &mut Found) {
    if karpenter.batch_idle_s > karpenter.batch_max_s {
        let message = format!(
            "a batch waits {} s for more pods, but is closed after {} s",
            karpenter.batch_idle_s, karpenter.batch_max_s
        );
        found.warning(
            format!("{PLACE}/batch_idle_s"),
            message,
            "every batch lasts its longest: lower it, or raise batch_max_s",
        );
    }
}

/// Pods must fit on some node.
pub(super) fn hold_types(
    fleet: &FleetDocument,
    base: &NodeType,
    types: &[NodeType],
    pod: &PodDocument,
    found: &mut Found,
) {
    let (useful, useless): (Vec<_>, Vec<_>) = types
        .iter()
        .partition(|kind| PodsPerNode::new(fleet, kind, pod).count() > 0);
    let asks = format!(
        "a pod asks for {} millicores and {} MiB",
        pod.cpu_request_millicores, pod.memory_request_mib
    );
    if useful.is_empty() {
        let base_takes = fleet.min_nodes > 0 && PodsPerNode::new(fleet, base, pod).count() > 0;
        let hint = "ask for less, or add a larger type";
        if base_takes {
            let message = format!(
                "{asks}; an empty node of the base has that to give, but no type of the provisioner"
            );
            found.warning(PLACE, message, hint);
        } else {
            let message =
                format!("{asks}; an empty node of no type of the provisioner has that to give");
            let cpu_is_short = types
                .iter()
                .all(|kind| PodsPerNode::new(fleet, kind, pod).by_cpu == 0);
            let path = if cpu_is_short {
                "/service/pod/cpu_request_millicores"
            } else {
                "/service/pod/memory_request_mib"
            };
            found.error(path, message, hint);
        }
    } else if let Some(kind) = useless.first() {
        let message = format!(
            "{asks}; {} of the provisioner's {} types, such as {}, have not that to give and are never added",
            useless.len(),
            types.len(),
            kind.name
        );
        found.warning(PLACE, message, "leave them out, or ask for less");
    }
}

/// Pods that the most nodes have room for.
pub(super) fn room(
    fleet: &FleetDocument,
    provisioner: &ProvisionerDocument,
    base: &NodeType,
    types: &[NodeType],
    pod: &PodDocument,
) -> u64 {
    let per_node = |kind: &NodeType| u64::from(PodsPerNode::new(fleet, kind, pod).count());
    let on_base = u64::from(fleet.min_nodes) * per_node(base);
    let mut left = u64::from(fleet.max_nodes.saturating_sub(fleet.min_nodes));
    let added = match provisioner {
        ProvisionerDocument::ClusterAutoscaler(autoscaler) => {
            let mut groups: Vec<(u64, u64)> = types
                .iter()
                .map(per_node)
                .zip(
                    autoscaler
                        .groups
                        .iter()
                        .map(|group| u64::from(group.max_nodes)),
                )
                .collect();
            sort_by_key(&mut groups, |(each, _)| core::cmp::Reverse(*each));
            let mut pods = 0;
            for (each, most) in groups {
                let nodes = most.min(left);
                left -= nodes;
                pods += nodes * each;
            }
            pods
        }
        ProvisionerDocument::Karpenter(karpenter) => {
            let pods = left * types.iter().map(per_node).max().unwrap_or(0);
            let limits = karpenter.limits.as_ref();
            let most = |limit: Option<f64>, per_unit: f64, each: u32| {
                limit.map_or(u64::MAX, |limit| {
                    (limit * per_unit / f64::from(each.max(1))) as u64
                })
            };
            let by_cpu = most(
                limits.and_then(|limits| limits.vcpus),
                1000.0,
                pod.cpu_request_millicores,
            );
            let by_memory = most(
                limits.and_then(|limits| limits.memory_gib),
                1024.0,
                pod.memory_request_mib,
            );
            pods.min(by_cpu).min(by_memory)
        }
    };
    on_base + added
}
