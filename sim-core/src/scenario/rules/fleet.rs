//! The fleet: known nodes, with room for the pods.

use super::super::NodeType;
use super::super::document::{AutoscalerDocument, FleetDocument, NodeDocument, PodDocument};
use super::super::limits::plain_number;
use super::super::problem::Found;
use super::distribution::compile;
use crate::cost::price_book::PriceBook;
use crate::random::Distribution;

/// The fleet with its node looked up.
pub(super) struct CompiledFleet {
    pub(super) provisioning_s: Distribution,
    pub(super) node: NodeType,
}

pub(super) fn hold(fleet: &FleetDocument, found: &mut Found) -> Option<CompiledFleet> {
    if fleet.min_nodes > fleet.max_nodes {
        let message = format!(
            "the fewest nodes, {}, are above the most, {}",
            fleet.min_nodes, fleet.max_nodes
        );
        found.error("/fleet/min_nodes", message, "lower it, or raise max_nodes");
    }
    let provisioning = compile(
        &fleet.provisioning_s,
        "/fleet/provisioning_s",
        "fleet.provisioning_s",
        found,
    );
    let node = node_type(&fleet.node)?;
    if fleet.reserved_millicores >= node.vcpus_millicores {
        let message = format!(
            "{} millicores are reserved of a node that has {}",
            fleet.reserved_millicores, node.vcpus_millicores
        );
        found.error(
            "/fleet/reserved_millicores",
            message,
            "reserve less, or take a bigger node",
        );
    }
    if fleet.reserved_mib >= node.memory_mib {
        let message = format!(
            "{} MiB are reserved of a node that has {}",
            fleet.reserved_mib, node.memory_mib
        );
        found.error(
            "/fleet/reserved_mib",
            message,
            "reserve less, or take a bigger node",
        );
    }
    Some(CompiledFleet {
        provisioning_s: provisioning?,
        node,
    })
}

/// `None` for an instance type that the price book does not know; the schema's list has told the user.
fn node_type(node: &NodeDocument) -> Option<NodeType> {
    match node {
        NodeDocument::Catalogue { instance_type } => {
            let instance = PriceBook::CURRENT.instance(instance_type)?;
            Some(NodeType {
                name: instance.name.to_owned(),
                vcpus_millicores: instance.vcpus * 1000,
                memory_mib: to_u32(instance.memory_gib * 1024.0),
                usd_per_hour: instance.usd_per_hour,
            })
        }
        NodeDocument::Custom {
            vcpus,
            memory_gib,
            usd_per_hour,
        } => Some(NodeType {
            name: "custom".to_owned(),
            vcpus_millicores: to_u32(vcpus * 1000.0),
            memory_mib: to_u32(memory_gib * 1024.0),
            usd_per_hour: *usd_per_hour,
        }),
    }
}

/// Rounded; the conversion saturates, and the limits are far below.
fn to_u32(value: f64) -> u32 {
    value.round() as u32
}

/// Pods must fit on a node, and should all fit on the most nodes.
pub(super) fn hold_room(
    fleet: &FleetDocument,
    compiled: &CompiledFleet,
    pod: &PodDocument,
    autoscaler: Option<&AutoscalerDocument>,
    found: &mut Found,
) {
    let node = &compiled.node;
    let free_millicores = node
        .vcpus_millicores
        .saturating_sub(fleet.reserved_millicores);
    let free_mib = node.memory_mib.saturating_sub(fleet.reserved_mib);
    let by_cpu = free_millicores / pod.cpu_request_millicores.max(1);
    let by_memory = free_mib / pod.memory_request_mib.max(1);
    if by_cpu == 0 {
        let message = format!(
            "a pod asks for {} millicores; an empty {} node has {} to give",
            pod.cpu_request_millicores, node.name, free_millicores
        );
        found.error(
            "/service/pod/cpu_request_millicores",
            message,
            "ask for less, or take a bigger node",
        );
    }
    if by_memory == 0 {
        let message = format!(
            "a pod asks for {} MiB; an empty {} node has {} to give",
            pod.memory_request_mib, node.name, free_mib
        );
        found.error(
            "/service/pod/memory_request_mib",
            message,
            "ask for less, or take a bigger node",
        );
    }
    let per_node = by_cpu.min(by_memory);
    if let Some(autoscaler) = autoscaler
        && per_node > 0
    {
        hold_most_nodes(fleet, per_node, autoscaler, found);
    }
}

fn hold_most_nodes(
    fleet: &FleetDocument,
    per_node: u32,
    autoscaler: &AutoscalerDocument,
    found: &mut Found,
) {
    let (fewest, most) = autoscaler.bounds();
    let what = if fewest == most {
        "replicas"
    } else {
        "replicas at most"
    };
    let room = fleet.max_nodes.saturating_mul(per_node);
    if most > room {
        let message = format!(
            "{} nodes have room for {} pods ({per_node} each), but there may be {most} {what}",
            plain_number(f64::from(fleet.max_nodes)),
            plain_number(f64::from(room))
        );
        found.warning(
            "/fleet/max_nodes",
            message,
            "pods beyond that stay pending; allow more nodes or fewer replicas",
        );
    }
}
