//! What the services of a topology share: one commitment, and batch work on the main service's nodes.

use super::super::document::{
    ComponentDocument, FleetDocument, ScenarioDocument, TopologyDocument,
};
use super::super::limits::plain_number;
use super::super::problem::Found;
use super::fleet::node_type;
use super::service::rounded;
use crate::cost::commitments::Commitment;

/// All services share one commitment, in nodes of the main service's type, which should not be larger than what they may
/// have on demand together.
pub(super) fn hold_shared(
    document: &ScenarioDocument,
    written: &TopologyDocument,
    found: &mut Found,
) {
    let list = |fleet: &FleetDocument| node_type(&fleet.node).map(|node| node.usd_per_hour);
    let Some(own_list) = list(&document.fleet) else {
        return;
    };
    let mut most = f64::from(document.fleet.max_nodes);
    for (index, component) in written.components.iter().enumerate() {
        let ComponentDocument::Service(service) = component else {
            continue;
        };
        let fleet = service.fleet.as_ref().unwrap_or(&document.fleet);
        let size = list(fleet).map_or(1.0, |list| list / own_list.max(f64::MIN_POSITIVE));
        most += f64::from(fleet.max_nodes) * size;
        let own = service.fleet.as_ref();
        if own.is_some_and(|fleet| fleet.backfill.is_some()) {
            found.error(
                format!("/topology/components/{index}/fleet/backfill"),
                "batch work runs on the main service's nodes only",
                "state it in /fleet/backfill",
            );
        }
        if own.is_some_and(|fleet| fleet.commitments.is_some()) {
            found.error(
                format!("/topology/components/{index}/fleet/commitments"),
                "the services share one commitment",
                "state it in /fleet/commitments, for the nodes of all of them",
            );
        }
    }
    let has_one_type = document.fleet.provisioner.is_none();
    if let Some(commitments) = &document.fleet.commitments
        && has_one_type
        && commitments.nodes > most
    {
        let message = format!(
            "{} nodes are committed to, and all services together never have more than {}",
            plain_number(commitments.nodes),
            rounded(most)
        );
        found.warning(
            "/fleet/commitments/nodes",
            message,
            "the rest is paid for and never used: commit to fewer",
        );
    }
}

/// The commitment that all services share, in nodes of the main service's type.
pub(super) fn shared_commitment(document: &ScenarioDocument) -> Option<Commitment> {
    let commitments = document.fleet.commitments.as_ref()?;
    let list_usd_per_hour = node_type(&document.fleet.node)?.usd_per_hour;
    let discount_percent = document.prices.node_discount_percent;
    Some(Commitment::new(
        commitments,
        list_usd_per_hour,
        discount_percent,
    ))
}
