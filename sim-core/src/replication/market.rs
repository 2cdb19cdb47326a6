//! Spot nodes and commitments of all services of a replication.

use super::part::Part;
use crate::cost::Resource;
use crate::stats::sort_by_key;
use crate::study::NodeMarketResult;

/// Spot nodes and commitments over the window; `None` where every service has all its nodes on demand. The pools of the
/// main service's fleet come first, with the nodes that other services have there; then those of services with pools of
/// their own, in the document's order.
pub(super) fn node_market<'p>(
    parts: impl Iterator<Item = &'p Part<'p>>,
) -> Option<NodeMarketResult> {
    let mut parts: Vec<&Part<'_>> = parts.collect();
    sort_by_key(&mut parts, |part| owner(part));
    let mut sum = Sum::default();
    for part in &parts {
        sum.add(part);
    }
    let any = parts.iter().any(|part| part.bill.is_some());
    any.then(|| sum.result())
}

/// Whose pools a service's nodes come from.
fn owner(part: &Part<'_>) -> u32 {
    part.scenario.spot.as_ref().map_or(0, |spot| spot.owner)
}

#[derive(Default)]
struct Sum {
    usd: [f64; Resource::NODE_MARKET.len()],
    all_on_demand_usd: f64,
    reclaimed: Vec<u32>,
    pool_hours: Vec<f64>,
    on_demand_hours: f64,
    fallback_hours: f64,
    lost: f64,
    requests: f64,
    retries: f64,
    used: Vec<f64>,
}

impl Sum {
    fn add(&mut self, part: &Part<'_>) {
        self.lost += part.sums.lost_to_reclaims;
        self.requests += part.sums.arrivals;
        self.retries += part.sums.retries;
        let month = |usd: f64| part.cost.per_month(usd);
        let Some(bill) = &part.bill else {
            self.all_on_demand_usd += month(part.cost.nodes_usd());
            self.on_demand_hours += part.cost.node_hours();
            return;
        };
        for (sum, usd) in self.usd.iter_mut().zip(bill.market_usd) {
            *sum += month(usd);
        }
        self.all_on_demand_usd += month(bill.all_on_demand_usd);
        self.on_demand_hours += bill.on_demand_hours;
        self.fallback_hours += bill.fallback_hours;
        if self.used.is_empty() {
            self.used.clone_from(&bill.used);
        }
        let first = match owner(part) {
            0 => 0,
            _ => self.pool_hours.len(),
        };
        let pools = first + bill.pool_hours.len();
        self.pool_hours
            .resize(self.pool_hours.len().max(pools), 0.0);
        self.reclaimed.resize(self.reclaimed.len().max(pools), 0);
        let hours = self.pool_hours.iter_mut().skip(first);
        for (sum, hours) in hours.zip(&bill.pool_hours) {
            *sum += hours;
        }
        let reclaimed = self.reclaimed.iter_mut().skip(first);
        for (sum, reclaimed) in reclaimed.zip(part.reclaimed()) {
            *sum += reclaimed;
        }
    }

    fn result(self) -> NodeMarketResult {
        NodeMarketResult {
            usd_per_month: self.usd,
            all_on_demand_usd_per_month: self.all_on_demand_usd,
            reclaimed: self.reclaimed,
            pool_hours: self.pool_hours,
            on_demand_hours: self.on_demand_hours,
            fallback_hours: self.fallback_hours,
            lost: self.lost,
            retries_per_request: if self.requests > 0.0 {
                self.retries / self.requests
            } else {
                0.0
            },
            used: self.used,
        }
    }
}
