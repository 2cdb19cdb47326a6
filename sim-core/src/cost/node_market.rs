//! What nodes cost where some are spot, or committed to.
//!
//! The services of a network share one commitment: what all of them have on demand uses it, each gets its share of what is
//! covered and bears its share of what is not used, by list prices. Every tick, each node-hour is paid in one way: at the spot price of its pool, by the commitment, or on demand; and what
//! the commitment has left over is waste. The four sum to the cost of the nodes.

use super::Resource;
use super::commitments::Commitment;
use crate::scenario::Scenario;

/// The prices of a tick that depend on its time.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct MarketTick {
    /// What the spot nodes of the tick cost an hour together, US dollars.
    pub spot_usd_per_hour: f64,
    /// Nodes on demand that stand in for spot ones.
    pub fallback_nodes: u32,
    /// What the nodes on demand of the services that share the commitment cost by list an hour together, US dollars; `None`
    /// where there are no others.
    pub shared: Option<SharedDemand>,
}

/// How much of a commitment that is shared a service has to do with.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct SharedDemand {
    /// What the nodes on demand of all services cost by list an hour, US dollars.
    pub list_usd_per_hour: f64,
    /// Whether this service bears what is not used while no service has a node on demand: one of them must.
    pub bears_idle: bool,
}

/// Adds up what the nodes of a window cost.
#[derive(Clone, Debug)]
pub struct NodeMarketMeter {
    /// List price by type of node on demand; spot types have that of their instance type.
    list_usd_per_hour: Vec<f64>,
    /// Types from here on are spot.
    first_spot: usize,
    /// What is left of the list price on demand.
    kept: f64,
    commitment: Option<Commitment>,
    on_demand_usd: f64,
    spot_usd: f64,
    committed_usd: f64,
    unused_usd: f64,
    all_on_demand_usd: f64,
    spot_hours: f64,
    on_demand_hours: f64,
    fallback_hours: f64,
    /// Of each type of spot node, which of the document's pools it is of.
    written: Vec<usize>,
    /// By pool of the document.
    pool_hours: Vec<f64>,
    /// Hours in which node k + 1 of a commitment is used, in nodes of the fleet's type.
    used_hours: Vec<f64>,
    hours: f64,
}

/// What the nodes of a window cost.
#[derive(Clone, Debug, PartialEq)]
pub struct NodeBill {
    /// On demand, beyond the commitment, US dollars.
    pub on_demand_usd: f64,
    /// In the order of [`Resource::NODE_MARKET`].
    pub market_usd: [f64; Resource::NODE_MARKET.len()],
    /// The same node-hours, all on demand.
    pub all_on_demand_usd: f64,
    /// Node-hours of spot nodes.
    pub spot_hours: f64,
    /// Node-hours on demand, committed or not; the fallback among them.
    pub on_demand_hours: f64,
    /// Of these: in the place of spot nodes.
    pub fallback_hours: f64,
    /// Node-hours by pool of the document.
    pub pool_hours: Vec<f64>,
    /// Share of the time that node k + 1 of a commitment is used, by whichever service; empty without a commitment.
    pub used: Vec<f64>,
}

impl NodeMarketMeter {
    /// A meter at zero; `None` where all nodes are paid for on demand.
    pub fn new(scenario: &Scenario) -> Option<Self> {
        let document = scenario.document();
        let pools = scenario.spot.as_ref().map(|spot| &spot.pools);
        let pool_count = pools.map_or(0, |pools| pools.len());
        let commitment = scenario.commitment;
        if pools.is_none() && commitment.is_none() {
            return None;
        }
        let first_spot = scenario.node_types.len().saturating_sub(pool_count);
        let on_demand = scenario.node_types.iter().take(first_spot);
        let spot = pools.into_iter().flatten();
        Some(Self {
            list_usd_per_hour: on_demand
                .map(|kind| kind.usd_per_hour)
                .chain(spot.map(|pool| pool.on_demand_usd_per_hour))
                .collect(),
            first_spot,
            kept: 1.0 - document.prices.node_discount_percent / 100.0,
            commitment,
            on_demand_usd: 0.0,
            spot_usd: 0.0,
            committed_usd: 0.0,
            unused_usd: 0.0,
            all_on_demand_usd: 0.0,
            spot_hours: 0.0,
            on_demand_hours: 0.0,
            fallback_hours: 0.0,
            pool_hours: vec![
                0.0;
                scenario
                    .spot
                    .as_ref()
                    .map_or(0, |spot| spot.written as usize)
            ],
            written: pools
                .into_iter()
                .flatten()
                .map(|pool| pool.written as usize)
                .collect(),
            used_hours: Vec::new(),
            hours: 0.0,
        })
    }

    /// Counts a tick: nodes paid for by type.
    pub fn tick(&mut self, nodes: &[u32], tick: MarketTick, hours: f64) {
        let rate = |nodes: &[u32], prices: &[f64]| -> f64 {
            let nodes = nodes.iter().zip(prices);
            nodes.map(|(count, usd)| f64::from(*count) * usd).sum()
        };
        let split = self.first_spot.min(nodes.len());
        let (on_demand, spot) = nodes.split_at(split);
        let list_usd = rate(on_demand, &self.list_usd_per_hour);
        let covered = self.use_commitment(list_usd, tick.shared, hours);
        // Where all is covered, rounding may leave less than nothing.
        self.on_demand_usd += (list_usd - covered).max(0.0) * self.kept * hours;
        self.spot_usd += tick.spot_usd_per_hour * hours;
        self.all_on_demand_usd += rate(nodes, &self.list_usd_per_hour) * self.kept * hours;
        for (pool, count) in self.written.iter().zip(spot) {
            if let Some(sum) = self.pool_hours.get_mut(*pool) {
                *sum += f64::from(*count) * hours;
            }
        }
        self.spot_hours += f64::from(spot.iter().sum::<u32>()) * hours;
        self.on_demand_hours += f64::from(on_demand.iter().sum::<u32>()) * hours;
        self.fallback_hours += f64::from(tick.fallback_nodes) * hours;
        self.hours += hours;
    }

    /// Whether there is a commitment.
    pub fn has_commitment(&self) -> bool {
        self.commitment.is_some()
    }

    /// What so many nodes cost on demand by list an hour, without those that are spot, US dollars.
    pub fn list_usd_per_hour(&self, nodes: &[u32]) -> f64 {
        let nodes = nodes.iter().zip(&self.list_usd_per_hour);
        let on_demand = nodes.take(self.first_spot);
        on_demand.map(|(count, usd)| f64::from(*count) * usd).sum()
    }

    /// What of a list price an hour the commitment covers, US dollars.
    fn use_commitment(&mut self, list_usd: f64, shared: Option<SharedDemand>, hours: f64) -> f64 {
        let Some(commitment) = &self.commitment else {
            return 0.0;
        };
        let list = commitment.list_usd_per_hour;
        if list <= 0.0 {
            return 0.0;
        }
        let (all_usd, own) = match shared {
            None => (list_usd, 1.0),
            Some(SharedDemand {
                list_usd_per_hour: all,
                bears_idle,
            }) if all <= 0.0 => (all, if bears_idle { 1.0 } else { 0.0 }),
            Some(shared) => {
                let all = shared.list_usd_per_hour;
                (all, list_usd / all)
            }
        };
        let demand = all_usd / list;
        let whole = demand as usize;
        if self.used_hours.len() <= whole {
            self.used_hours.resize(whole + 1, 0.0);
        }
        for used in &mut self.used_hours[..whole] {
            *used += hours;
        }
        self.used_hours[whole] += (demand - whole as f64) * hours;
        let covered = demand.min(commitment.nodes);
        let unused = commitment.nodes - covered;
        self.committed_usd += covered * own * commitment.committed_usd_per_hour * hours;
        self.unused_usd += unused * own * commitment.committed_usd_per_hour * hours;
        covered * own * list
    }

    /// The bill of the window.
    pub fn finish(mut self) -> NodeBill {
        while self.used_hours.last() == Some(&0.0) {
            self.used_hours.pop();
        }
        let hours = self.hours.max(f64::MIN_POSITIVE);
        NodeBill {
            on_demand_usd: self.on_demand_usd,
            market_usd: [self.spot_usd, self.committed_usd, self.unused_usd],
            all_on_demand_usd: self.all_on_demand_usd,
            spot_hours: self.spot_hours,
            on_demand_hours: self.on_demand_hours,
            fallback_hours: self.fallback_hours,
            pool_hours: self.pool_hours,
            used: self.used_hours.iter().map(|used| used / hours).collect(),
        }
    }
}
