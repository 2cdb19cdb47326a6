//! The fleet: known nodes, with room for the pods.

use super::super::NodeType;
use super::super::document::{AutoscalerDocument, FleetDocument, NodeDocument, PodDocument};
use super::super::limits::plain_number;
use super::super::problem::Found;
use super::distribution::compile;
use super::service::rounded;
use super::{provisioner, spot};
use crate::cost::price_book::PriceBook;
use crate::fleet::MAX_PODS_PER_NODE;
use crate::fleet::spot::SpotModel;
use crate::random::Distribution;
use std::sync::Arc;

/// The fleet with its node looked up.
pub(super) struct CompiledFleet {
    pub(super) provisioning_s: Distribution,
    pub(super) node: NodeType,
    /// Every type of node that the fleet may have; the first is `node`.
    pub(super) node_types: Vec<NodeType>,
    /// Spot nodes; the types of its pools are the last in `node_types`.
    pub(super) spot: Option<Arc<SpotModel>>,
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
    provisioner::hold(fleet, provisioning.as_ref(), found);
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
    hold_backfill(fleet, found);
    let mut node_types = vec![node.clone()];
    if let Some(provisioner) = &fleet.provisioner {
        node_types.extend(provisioner::node_types(provisioner)?);
    }
    let mut spot_model = None;
    if let Some(document) = &fleet.spot {
        let (model, pools) = spot::hold(document, fleet, &node_types, found)?;
        node_types.extend(pools);
        spot_model = Some(Arc::new(model));
    }
    Some(CompiledFleet {
        provisioning_s: provisioning?,
        node,
        node_types,
        spot: spot_model,
    })
}

/// What comes should not be more than may ever be done.
fn hold_backfill(fleet: &FleetDocument, found: &mut Found) {
    let Some(backfill) = &fleet.backfill else {
        return;
    };
    let offered_cores = backfill.core_hours_per_day / 24.0;
    if offered_cores > backfill.most_cores {
        let message = format!(
            "work for {} processors comes all the time, and at most {} work on it",
            rounded(offered_cores),
            plain_number(backfill.most_cores)
        );
        found.warning(
            "/fleet/backfill/most_cores",
            message,
            "what waits grows without end: raise it, or let less come",
        );
    }
}

/// `None` for an instance type that the price book does not know; the schema's list has told the user.
pub(super) fn node_type(node: &NodeDocument) -> Option<NodeType> {
    match node {
        NodeDocument::Catalogue { instance_type } => catalogue_type(instance_type),
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

/// `None` for an instance type that the price book does not know.
pub(super) fn catalogue_type(name: &str) -> Option<NodeType> {
    let instance = PriceBook::CURRENT.instance(name)?;
    Some(NodeType {
        name: instance.name.to_owned(),
        vcpus_millicores: instance.vcpus * 1000,
        memory_mib: to_u32(instance.memory_gib * 1024.0),
        usd_per_hour: instance.usd_per_hour,
    })
}

/// Rounded; the conversion saturates, and the limits are far below.
fn to_u32(value: f64) -> u32 {
    value.round() as u32
}

/// How many pods an empty node has room for.
pub(super) struct PodsPerNode {
    pub(super) free_millicores: u32,
    pub(super) free_mib: u32,
    pub(super) by_cpu: u32,
    pub(super) by_memory: u32,
}

impl PodsPerNode {
    pub(super) fn new(fleet: &FleetDocument, node: &NodeType, pod: &PodDocument) -> Self {
        let free_millicores = node
            .vcpus_millicores
            .saturating_sub(fleet.reserved_millicores);
        let free_mib = node.memory_mib.saturating_sub(fleet.reserved_mib);
        Self {
            free_millicores,
            free_mib,
            by_cpu: free_millicores / pod.cpu_request_millicores.max(1),
            by_memory: free_mib / pod.memory_request_mib.max(1),
        }
    }

    pub(super) fn count(&self) -> u32 {
        self.by_cpu.min(self.by_memory).min(MAX_PODS_PER_NODE)
    }
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
    let per_node = PodsPerNode::new(fleet, node, pod);
    let Some(document) = &fleet.provisioner else {
        hold_node(node, &per_node, pod, found);
        spot::hold_room(fleet, compiled, pod, found);
        if let Some(autoscaler) = autoscaler
            && per_node.count() > 0
        {
            let room = u64::from(fleet.max_nodes) * u64::from(per_node.count());
            let each = format!(" ({} each)", per_node.count());
            hold_most_nodes(fleet, room, &each, autoscaler, found);
        }
        return;
    };
    let pools = compiled.spot.as_ref().map_or(0, |spot| spot.pools.len());
    let on_demand = compiled.node_types.len() - pools;
    let types = compiled.node_types.get(1..on_demand).unwrap_or_default();
    provisioner::hold_types(fleet, node, types, pod, found);
    let room = provisioner::room(fleet, document, node, types, pod);
    if let Some(autoscaler) = autoscaler
        && room > 0
    {
        hold_most_nodes(fleet, room, "", autoscaler, found);
    }
}

fn hold_node(node: &NodeType, per_node: &PodsPerNode, pod: &PodDocument, found: &mut Found) {
    if per_node.by_cpu == 0 {
        let message = format!(
            "a pod asks for {} millicores; an empty {} node has {} to give",
            pod.cpu_request_millicores, node.name, per_node.free_millicores
        );
        found.error(
            "/service/pod/cpu_request_millicores",
            message,
            "ask for less, or take a bigger node",
        );
    }
    if per_node.by_memory == 0 {
        let message = format!(
            "a pod asks for {} MiB; an empty {} node has {} to give",
            pod.memory_request_mib, node.name, per_node.free_mib
        );
        found.error(
            "/service/pod/memory_request_mib",
            message,
            "ask for less, or take a bigger node",
        );
    }
}

fn hold_most_nodes(
    fleet: &FleetDocument,
    room: u64,
    each: &str,
    autoscaler: &AutoscalerDocument,
    found: &mut Found,
) {
    let (fewest, most) = autoscaler.bounds();
    let what = if fewest == most {
        "replicas"
    } else {
        "replicas at most"
    };
    if u64::from(most) > room {
        let message = format!(
            "{} nodes have room for {} pods{each}, but there may be {most} {what}",
            plain_number(f64::from(fleet.max_nodes)),
            plain_number(room as f64)
        );
        found.warning(
            "/fleet/max_nodes",
            message,
            "pods beyond that stay pending; allow more nodes or fewer replicas",
        );
    }
}
