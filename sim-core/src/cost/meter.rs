//! The cost meter: hours, units and bytes times their prices.

use super::node_market::{MarketTick, NodeBill, NodeMarketMeter};
use super::{HOURS_PER_MONTH, Resource};
use crate::scenario::{NodeType, Scenario};

/// Bytes of a gigabyte as providers bill transfer.
const BYTES_PER_GB: f64 = 1024.0 * 1024.0 * 1024.0;
/// New connections per second that one load-balancer capacity unit covers (AWS Application Load Balancer).
const LCU_CONNECTIONS_PER_S: f64 = 25.0;
/// Gigabytes per hour that one load-balancer capacity unit covers.
const LCU_GB_PER_HOUR: f64 = 1.0;

/// Adds up what a window costs.
#[derive(Clone, Debug)]
pub struct CostMeter {
    /// By type of node, as the fleet counts them.
    usd_per_node_hour: Vec<f64>,
    usd_per_control_plane_hour: f64,
    usd_per_balancer_hour: f64,
    usd_per_lcu_hour: f64,
    usd_per_gb: f64,
    requests_per_connection: f64,
    gb_per_answer: f64,
    tick_hours: f64,
    node_hours: Vec<f64>,
    hours: f64,
    hour: Hour,
    lcu_hours: f64,
    gb: f64,
    /// Where nodes are not all paid for on demand.
    market: Option<NodeMarketMeter>,
}

/// The load balancer's units are billed by the hour, on the larger of two dimensions.
#[derive(Clone, Copy, Debug, Default)]
struct Hour {
    hours: f64,
    connections: f64,
    gb: f64,
}

impl CostMeter {
    /// A meter at zero; ticks are `tick_s` seconds long.
    pub fn new(scenario: &Scenario, tick_s: f64) -> Self {
        let prices = &scenario.document().prices;
        Self {
            usd_per_node_hour: scenario
                .node_types
                .iter()
                .map(|kind| kind.usd_per_hour * (1.0 - prices.node_discount_percent / 100.0))
                .collect(),
            usd_per_control_plane_hour: prices.cluster_usd_per_hour,
            usd_per_balancer_hour: prices.load_balancer_usd_per_hour,
            usd_per_lcu_hour: prices.load_balancer_usd_per_lcu_hour,
            usd_per_gb: scenario
                .edge
                .as_ref()
                .map_or(prices.egress_usd_per_gb, |edge| {
                    edge.prices.origin_usd_per_gb
                }),
            requests_per_connection: prices.requests_per_connection,
            gb_per_answer: scenario.document().service.response_kib * 1024.0 / BYTES_PER_GB,
            tick_hours: tick_s / 3600.0,
            node_hours: vec![0.0; scenario.node_types.len()],
            hours: 0.0,
            hour: Hour::default(),
            lcu_hours: 0.0,
            gb: 0.0,
            market: NodeMarketMeter::new(scenario),
        }
    }

    /// Counts a tick: nodes paid for by type, what the market says of them, requests offered, requests answered.
    #[inline]
    pub fn tick(&mut self, nodes: &[u32], market: MarketTick, arrivals: f64, answers: f64) {
        if let Some(meter) = &mut self.market {
            meter.tick(nodes, market, self.tick_hours);
        }
        for (hours, nodes) in self.node_hours.iter_mut().zip(nodes) {
            *hours += f64::from(*nodes) * self.tick_hours;
        }
        self.hours += self.tick_hours;
        let gb = answers * self.gb_per_answer;
        self.gb += gb;
        self.hour.hours += self.tick_hours;
        self.hour.connections += arrivals / self.requests_per_connection;
        self.hour.gb += gb;
        if self.hour.hours >= 1.0 - 1e-9 {
            self.close_hour();
        }
    }

    // Once an hour: not a part of the loop.
    #[inline(never)]
    fn close_hour(&mut self) {
        let Hour {
            connections, gb, ..
        } = core::mem::take(&mut self.hour);
        let by_connections = connections / 3600.0 / LCU_CONNECTIONS_PER_S;
        self.lcu_hours += by_connections.max(gb / LCU_GB_PER_HOUR);
    }

    /// Node-hours so far.
    pub fn node_hours(&self) -> f64 {
        self.node_hours.iter().sum()
    }

    /// Hours counted so far.
    pub fn hours(&self) -> f64 {
        self.hours
    }

    /// What nodes cost on demand by list an hour that would use a commitment, US dollars; `None` without one.
    pub fn committable_usd_per_hour(&self, nodes: &[u32]) -> Option<f64> {
        let meter = self
            .market
            .as_ref()
            .filter(|meter| meter.has_commitment())?;
        Some(meter.list_usd_per_hour(nodes))
    }

    /// What the nodes have cost so far, US dollars.
    pub fn nodes_usd(&self) -> f64 {
        let nodes = self.node_hours.iter().zip(&self.usd_per_node_hour);
        nodes.map(|(hours, usd)| hours * usd).sum()
    }

    /// Node-hours so far, each times what its type of node has of something.
    pub fn node_hours_times(&self, amount: impl Fn(&NodeType) -> f64, types: &[NodeType]) -> f64 {
        let hours = self.node_hours.iter().zip(types);
        hours.map(|(hours, kind)| hours * amount(kind)).sum()
    }

    /// How the nodes are paid for; `None` where it is all on demand.
    pub fn finish_nodes(&mut self) -> Option<NodeBill> {
        self.market.take().map(NodeMarketMeter::finish)
    }

    /// What the window costs by resource, US dollars, in the order of [`Resource::ALL`]. Of the nodes only what is on
    /// demand, where there is a `bill` of them.
    pub fn finish(&mut self, bill: Option<&NodeBill>) -> [f64; Resource::COUNT] {
        self.close_hour();
        let balancer =
            self.hours * self.usd_per_balancer_hour + self.lcu_hours * self.usd_per_lcu_hour;
        let mut usd = [0.0; Resource::COUNT];
        usd[Resource::Nodes as usize] = match bill {
            None => self.nodes_usd(),
            Some(bill) => bill.on_demand_usd,
        };
        usd[Resource::ControlPlane as usize] = self.hours * self.usd_per_control_plane_hour;
        usd[Resource::LoadBalancer as usize] = balancer;
        usd[Resource::Egress as usize] = self.gb * self.usd_per_gb;
        usd
    }

    /// The window's part of a month's cost.
    pub fn of_month(&self, usd: f64) -> f64 {
        usd * self.hours / HOURS_PER_MONTH
    }

    /// Scales a cost of the window to a month.
    pub fn per_month(&self, usd: f64) -> f64 {
        if self.hours > 0.0 {
            usd * HOURS_PER_MONTH / self.hours
        } else {
            0.0
        }
    }
}
