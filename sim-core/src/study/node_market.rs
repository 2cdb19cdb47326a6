//! The report's parts on spot nodes and commitments.

use super::result::ReplicationResult;
use crate::cost::commitments::Commitment;
use crate::cost::{HOURS_PER_MONTH, Resource};
use crate::scenario::document::{ComponentDocument, FleetDocument, NodeDocument, ScenarioDocument};
use crate::stats::Summary;
use serde::{Deserialize, Serialize};

/// Levels of a commitment that a report shows at most, above the ones in use.
const MORE_LEVELS: usize = 2;

/// What a replication of a scenario with spot nodes or commitments yields beside the others.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct NodeMarketResult {
    /// Cost of a month in the order of [`Resource::NODE_MARKET`], US dollars.
    pub usd_per_month: [f64; Resource::NODE_MARKET.len()],
    /// What the same node-hours would cost a month on demand.
    pub all_on_demand_usd_per_month: f64,
    /// Nodes reclaimed in the window, by pool.
    pub reclaimed: Vec<u32>,
    /// Node-hours by pool.
    pub pool_hours: Vec<f64>,
    /// Node-hours on demand.
    pub on_demand_hours: f64,
    /// Of these: in the place of spot nodes.
    pub fallback_hours: f64,
    /// Requests that ended with their nodes.
    pub lost: f64,
    /// Attempts after the first, per request.
    pub retries_per_request: f64,
    /// Share of the time that node k + 1 of a commitment is used; empty without one.
    pub used: Vec<f64>,
}

impl NodeMarketResult {
    /// Nodes reclaimed in the window.
    pub fn interruptions(&self) -> f64 {
        self.reclaimed.iter().map(|count| f64::from(*count)).sum()
    }

    fn spot_hours(&self) -> f64 {
        self.pool_hours.iter().sum()
    }

    /// Share of the node-hours that are spot, 0..1.
    pub fn spot_share(&self) -> f64 {
        share(self.spot_hours(), self.spot_hours() + self.on_demand_hours)
    }

    fn usd(&self, resource: Resource) -> f64 {
        let named = Resource::NODE_MARKET.iter().zip(self.usd_per_month);
        named
            .filter(|(other, _)| **other == resource)
            .map(|(_, usd)| usd)
            .sum()
    }
}

/// What a study found out about spot nodes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SpotReport {
    /// Nodes reclaimed in the window.
    pub interruptions: Summary,
    /// Requests that ended with their nodes.
    pub lost: Summary,
    /// Attempts after the first, per request.
    pub retries_per_request: Summary,
    /// Share of the node-hours that are spot, 0..1.
    pub spot_share: Summary,
    /// Share of the node-hours on demand in the place of spot nodes, 0..1.
    pub fallback_share: Summary,
    /// Cost of all nodes a month, US dollars.
    pub usd_per_month: Summary,
    /// What the same node-hours would cost a month on demand.
    pub all_on_demand_usd_per_month: Summary,
    /// Saved against that, as a share of it.
    pub savings: Summary,
    /// The pools, in the document's order: those of the fleet, then those of components with nodes of their own.
    pub pools: Vec<PoolReport>,
}

/// One pool.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PoolReport {
    /// Name.
    pub name: String,
    /// Node-hours in the window.
    pub node_hours: Summary,
    /// Nodes reclaimed in the window.
    pub interruptions: Summary,
}

/// What a study found out about a commitment.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CommitmentReport {
    /// Nodes committed to.
    pub nodes: f64,
    /// Share of what is paid for that is used, 0..1.
    pub used: Summary,
    /// Paid a month and not used, US dollars.
    pub unused_usd_per_month: Summary,
    /// Share of the time that a committed node must be used to pay.
    pub critical_share: f64,
    /// The level that costs least.
    pub best_nodes: u32,
    /// Cost of a month at each level from 0 on, US dollars: the commitment and what is on demand beyond it.
    pub usd_per_month: Vec<f64>,
    /// Share of the time that one node more than the level is used: the next one pays while it is above `critical_share`.
    pub used_at: Vec<f64>,
}

fn share(part: f64, whole: f64) -> f64 {
    if whole > 0.0 { part / whole } else { 0.0 }
}

fn results(results: &[ReplicationResult]) -> Vec<&NodeMarketResult> {
    let markets = results.iter().map(|result| result.node_market.as_ref());
    markets.flatten().collect()
}

impl SpotReport {
    /// The report on results of a document with spot nodes; `None` without them.
    pub(super) fn new(document: &ScenarioDocument, all: &[ReplicationResult]) -> Option<Self> {
        let names = pool_names(document);
        if names.is_empty() {
            return None;
        }
        let markets: Vec<(&ReplicationResult, &NodeMarketResult)> = all
            .iter()
            .filter_map(|result| Some((result, result.node_market.as_ref()?)))
            .collect();
        if markets.is_empty() {
            return None;
        }
        let of = |value: &dyn Fn(&ReplicationResult, &NodeMarketResult) -> f64| {
            let values = markets.iter().map(|(result, market)| value(result, market));
            Summary::of(&values.collect::<Vec<_>>())
        };
        let hours = |market: &NodeMarketResult| market.spot_hours() + market.on_demand_hours;
        // The serving resources start with the nodes on demand.
        let usd = |result: &ReplicationResult, market: &NodeMarketResult| {
            result.cost_per_month[Resource::Nodes as usize]
                + market.usd_per_month.iter().sum::<f64>()
        };
        let pools = names
            .into_iter()
            .enumerate()
            .map(|(index, name)| PoolReport {
                name,
                node_hours: of(&|_, market| market.pool_hours.get(index).copied().unwrap_or(0.0)),
                interruptions: of(&|_, market| {
                    f64::from(market.reclaimed.get(index).copied().unwrap_or(0))
                }),
            });
        Some(Self {
            interruptions: of(&|_, market| market.interruptions()),
            lost: of(&|_, market| market.lost),
            retries_per_request: of(&|_, market| market.retries_per_request),
            spot_share: of(&|_, market| market.spot_share()),
            fallback_share: of(&|_, market| share(market.fallback_hours, hours(market))),
            usd_per_month: of(&usd),
            all_on_demand_usd_per_month: of(&|_, market| market.all_on_demand_usd_per_month),
            savings: of(&|result, market| {
                let all = market.all_on_demand_usd_per_month;
                share(all - usd(result, market), all)
            }),
            pools: pools.collect(),
        })
    }
}

/// The pools in the order of results; those of a component's own nodes have its name before theirs.
fn pool_names(document: &ScenarioDocument) -> Vec<String> {
    let pools = |fleet: &FleetDocument| {
        let spot = fleet.spot.as_ref();
        spot.map_or_else(Vec::new, |spot| {
            spot.pools.iter().map(|pool| pool.name.clone()).collect()
        })
    };
    let mut names = pools(&document.fleet);
    let topology = document.topology.as_ref();
    for component in topology.iter().flat_map(|topology| &topology.components) {
        if let ComponentDocument::Service(service) = component
            && let Some(fleet) = &service.fleet
        {
            let own = pools(fleet).into_iter();
            names.extend(own.map(|pool| format!("{}: {pool}", service.name)));
        }
    }
    names
}

impl CommitmentReport {
    /// The report on results of a document with a commitment; `None` without one.
    pub(super) fn new(document: &ScenarioDocument, all: &[ReplicationResult]) -> Option<Self> {
        let commitments = document.fleet.commitments.as_ref()?;
        let markets = results(all);
        if markets.is_empty() {
            return None;
        }
        let list = list_usd_per_hour(&document.fleet.node)?;
        let commitment = Commitment::new(commitments, list, document.prices.node_discount_percent);
        let of = |value: &dyn Fn(&NodeMarketResult) -> f64| {
            Summary::of(
                &markets
                    .iter()
                    .map(|market| value(market))
                    .collect::<Vec<_>>(),
            )
        };
        let used_at = mean_used(&markets);
        let levels = 0..used_at.len() as u32;
        let month = |level| HOURS_PER_MONTH * commitment.usd_per_hour_at(level, &used_at);
        Some(Self {
            nodes: commitments.nodes,
            used: of(&|market| {
                let used = market.usd(Resource::CommittedNodes);
                share(used, used + market.usd(Resource::UnusedCommitment))
            }),
            unused_usd_per_month: of(&|market| market.usd(Resource::UnusedCommitment)),
            critical_share: commitment.critical_share(),
            best_nodes: commitment.best_level(&used_at),
            usd_per_month: levels.map(month).collect(),
            used_at,
        })
    }
}

/// List price of the fleet's own node.
fn list_usd_per_hour(node: &NodeDocument) -> Option<f64> {
    match node {
        NodeDocument::Catalogue { instance_type } => {
            let instance = crate::cost::price_book::PriceBook::CURRENT.instance(instance_type)?;
            Some(instance.usd_per_hour)
        }
        NodeDocument::Custom { usd_per_hour, .. } => Some(*usd_per_hour),
    }
}

/// The share of the time that each node of a commitment is used, over all replications, and a few levels beyond.
fn mean_used(markets: &[&NodeMarketResult]) -> Vec<f64> {
    let longest = markets.iter().map(|market| market.used.len()).max();
    let mut mean = vec![0.0; longest.unwrap_or(0) + MORE_LEVELS];
    for market in markets {
        for (sum, used) in mean.iter_mut().zip(&market.used) {
            *sum += used / markets.len() as f64;
        }
    }
    mean
}
