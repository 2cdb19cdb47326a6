//! From how much traffic on the same work costs less in containers on nodes.
//!
//! A function costs what its requests use: nothing without any, and so much for each. Nodes cost the same whatever they
//! do, and serve so many requests a second each. So few requests are cheaper on the platform, and many on nodes.
//!
//! Assumptions: a request needs the processor for all of the function's own duration, of which an instance has one vCPU per
//! 1,769 MB (AWS Lambda, "Memory and computing power"), and its memory for as long as it is billed; nodes are used to
//! [`UTILIZATION`] and are at least one; what both have in common (load balancer, egress) and what only people cost is left
//! out, as are provisioned instances and warmers.

use super::billing::{LambdaPrices, gb_s, request_cost};
use crate::cost::HOURS_PER_MONTH;
use serde::{Deserialize, Serialize};

/// Memory for which an instance has one processor, MB.
const MB_PER_VCPU: f64 = 1769.0;
/// Megabytes in a gigabyte of memory.
const MB_PER_GB: f64 = 1024.0;
/// Share of a node that is used on average: the rest is for peaks.
pub const UTILIZATION: f64 = 0.7;
/// Nodes up to which a break-even is looked for.
const MOST_NODES: u32 = 2000;
/// Points of the chart.
const POINTS: u32 = 60;
/// Halvings in which a rate is found.
const HALVINGS: u32 = 60;

/// A request's work, and what is charged for it.
#[derive(Clone, Debug, PartialEq)]
pub struct Work<'a> {
    /// Memory of an instance, MB.
    pub memory_mb: f64,
    /// Mean of the function's own duration, seconds.
    pub own_s: f64,
    /// Mean of what is billed, seconds.
    pub billed_s: f64,
    /// What the platform charges.
    pub prices: &'a LambdaPrices,
}

/// A node for containers.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ContainerNode {
    /// Processors.
    pub vcpus: f64,
    /// Memory, GB.
    pub memory_gb: f64,
    /// US dollars per month.
    pub usd_per_month: f64,
}

/// Costs over traffic.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct BreakEven {
    /// Requests per second from which on containers cost less; `None` if they do not.
    pub rps: Option<f64>,
    /// Requests per second that one node serves.
    pub node_rps: f64,
    /// US dollars per month of a node.
    pub node_usd: f64,
    /// The chart, by rising traffic.
    pub points: Vec<BreakEvenPoint>,
}

/// What a month costs at some traffic, US dollars.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct BreakEvenPoint {
    /// Requests per second.
    pub rps: f64,
    /// The function.
    pub function_usd: f64,
    /// Containers.
    pub containers_usd: f64,
}

impl BreakEven {
    /// `None` for work that takes no time, or nodes that have no room.
    pub fn new(work: &Work<'_>, node: ContainerNode) -> Option<Self> {
        let cpu_s = work.own_s * work.memory_mb / MB_PER_VCPU;
        let memory_gb_s = work.billed_s.max(work.own_s) * work.memory_mb / MB_PER_GB;
        let node_rps = UTILIZATION * (node.vcpus / cpu_s).min(node.memory_gb / memory_gb_s);
        if !(node_rps.is_finite() && node_rps > 0.0) {
            return None;
        }
        let containers = |rps: f64| (rps / node_rps).ceil().max(1.0) * node.usd_per_month;
        let rps = first_crossing(work, node, node_rps);
        let most = rps.map_or(5.0 * node_rps, |rps| 2.5 * rps);
        let points = (0..=POINTS).map(|point| {
            let rps = most * f64::from(point) / f64::from(POINTS);
            BreakEvenPoint {
                rps,
                function_usd: work.usd_per_month(rps),
                containers_usd: containers(rps),
            }
        });
        Some(Self {
            rps,
            node_rps,
            node_usd: node.usd_per_month,
            points: points.collect(),
        })
    }
}

impl Work<'_> {
    /// What a month of so many requests per second costs, US dollars.
    pub fn usd_per_month(&self, rps: f64) -> f64 {
        let requests = rps * HOURS_PER_MONTH * 3600.0;
        request_cost(requests, self.prices.per_million_requests, 0.0)
            + self
                .prices
                .duration
                .cost(gb_s(requests * self.billed_s, self.memory_mb))
    }

    /// The traffic at which a month costs `usd`, between two rates.
    fn rps_of(&self, usd: f64, mut low: f64, mut high: f64) -> f64 {
        for _ in 0..HALVINGS {
            let middle = 0.5 * (low + high);
            if self.usd_per_month(middle) < usd {
                low = middle;
            } else {
                high = middle;
            }
        }
        high
    }
}

/// The lowest traffic at which the function costs as much as the nodes that it would need.
fn first_crossing(work: &Work<'_>, node: ContainerNode, node_rps: f64) -> Option<f64> {
    (1..=MOST_NODES).find_map(|nodes| {
        let usd = f64::from(nodes) * node.usd_per_month;
        let (low, high) = (f64::from(nodes - 1) * node_rps, f64::from(nodes) * node_rps);
        (work.usd_per_month(high) >= usd).then(|| work.rps_of(usd, low, high))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::functions::billing::Tiers;

    fn prices(gb_s_usd: f64) -> LambdaPrices {
        LambdaPrices {
            per_million_requests: 0.2,
            duration: Tiers::flat(gb_s_usd),
            ..LambdaPrices::default()
        }
    }

    const NODE: ContainerNode = ContainerNode {
        vcpus: 2.0,
        memory_gb: 8.0,
        usd_per_month: 70.08,
    };

    /// By hand: 1,769 MB for 100 ms are 0.1 vCPU-seconds and 0.17275 GB-seconds: a node with two processors and 8 GB serves
    /// 0.7 × min(20, 46.3) = 14 a second. A request costs 0.2e-6 + 0.172754 × 16.6667e-6 = 3.07923e-6 dollars, a month of one
    /// a second 2,628,000 times that, $8.0922; the node's $70.08 are reached at 8.660 requests a second.
    #[test]
    fn a_break_even_by_hand() {
        let prices = prices(1.66667e-5);
        let work = Work {
            memory_mb: 1769.0,
            own_s: 0.1,
            billed_s: 0.1,
            prices: &prices,
        };
        let found = BreakEven::new(&work, NODE).expect("a chart");
        assert!((found.node_rps - 14.0).abs() < 1e-9);
        let rps = found.rps.expect("a break-even");
        let each = 0.2e-6 + 0.1 * 1769.0 / 1024.0 * 1.66667e-5;
        assert!((rps - 70.08 / (each * 2_628_000.0)).abs() < 1e-6, "{rps}");
        assert!((rps - 8.660).abs() < 1e-3, "{rps}");
        for point in &found.points {
            assert_eq!(
                point.function_usd < point.containers_usd,
                point.rps < rps || point.rps > 14.0 && point.rps < 17.32
            );
        }
    }

    /// A platform that charges less for a full node's work than the node costs is never dearer.
    #[test]
    fn there_may_be_none() {
        let prices = LambdaPrices {
            per_million_requests: 0.0,
            ..prices(1e-6)
        };
        let work = Work {
            memory_mb: 1769.0,
            own_s: 0.1,
            billed_s: 0.1,
            prices: &prices,
        };
        let found = BreakEven::new(&work, NODE).expect("a chart");
        assert_eq!(found.rps, None);
        let nothing = Work {
            own_s: 0.0,
            billed_s: 0.0,
            ..work
        };
        assert_eq!(BreakEven::new(&nothing, NODE), None);
    }
}
