//! The edge cache: what its sections must agree on.

use super::super::document::{EdgeCacheDocument, KeepingDocument, ServiceDocument};
use super::super::limits::plain_number;
use super::super::problem::Found;
use super::distribution::compile;
use crate::edge::Edge;

/// Notes every problem and compiles the model; `None` when a part of it fails.
pub(super) fn hold(
    document: &EdgeCacheDocument,
    service: Option<&ServiceDocument>,
    found: &mut Found,
) -> Option<Edge> {
    let path = "/edge_cache/hit_latency_ms";
    let latency_ms = compile(&document.hit_latency_ms, path, "edge.hit_latency_ms", found)?;
    if let KeepingDocument::LeastRecentlyUsed { capacity_objects } = document.keeping
        && capacity_objects >= document.catalogue_objects
    {
        let message = format!(
            "the cache has room for {} objects, and there are {}: nothing ever leaves it",
            plain_number(f64::from(capacity_objects)),
            plain_number(f64::from(document.catalogue_objects))
        );
        let hint = "give it less room, or more objects";
        found.warning("/edge_cache/keeping/capacity_objects", message, hint);
    }
    let is_paid = document.transfer_usd_per_gb > 0.0;
    if is_paid && service.is_some_and(|service| service.response_kib <= 0.0) {
        let message = "answers have no size, so what the edge sends to users costs nothing";
        let hint = "say how large a response is: /service/response_kib";
        found.warning("/edge_cache/transfer_usd_per_gb", message, hint);
    }
    Some(Edge::new(document, latency_ms.scale(0.001)))
}
