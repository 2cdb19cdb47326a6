//! The report's part on serverless functions.

use super::result::ReplicationResult;
use crate::cost::{HOURS_PER_MONTH, Resource};
use crate::functions::break_even::{BreakEven, ContainerNode, Work};
use crate::functions::meter::FunctionResult;
use crate::functions::setup::Function;
use crate::scenario::Scenario;
use crate::stats::Summary;
use crate::topology::{ComponentKind, Topology};
use serde::{Deserialize, Serialize};

/// What a study found out about a function.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FunctionReport {
    /// Name.
    pub name: String,
    /// Where it is in the document, as a JSON Pointer.
    pub path: String,
    /// Requests that got an instance, per month.
    pub invocations_per_month: Summary,
    /// Share of them that waited for its start, 0..1.
    pub cold_share: Summary,
    /// Share of the requests answered 429, 0..1.
    pub throttled_share: Summary,
    /// Mean number of instances, provisioned ones included.
    pub mean_instances: Summary,
    /// Of these: at work.
    pub mean_running: Summary,
    /// Most instances at once.
    pub peak_instances: Summary,
    /// Mean number of provisioned instances.
    pub mean_provisioned: Summary,
    /// Share of them that is at work, 0..1.
    pub provisioned_use: Summary,
    /// Calls of the warmer, per month.
    pub pings_per_month: Summary,
    /// Mean time billed per invocation, milliseconds.
    pub billed_ms: Summary,
    /// US dollars per month, all of it.
    pub usd_per_month: Summary,
    /// US dollars per million invocations.
    pub usd_per_million: Summary,
    /// US dollars per month by resource; they sum to the whole.
    pub costs: Vec<FunctionCostReport>,
    /// Share of the time for which provisioned instances must be at work to cost less than others, 0..1; `None` where they
    /// never do.
    pub provisioned_pays_above: Option<f64>,
    /// Against containers on the scenario's own nodes.
    pub break_even: Option<BreakEven>,
}

/// One part of a function's cost.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FunctionCostReport {
    /// The part.
    pub resource: Resource,
    /// US dollars per month.
    pub usd_per_month: Summary,
}

/// The reports on a scenario's functions; none where there are none.
pub(super) fn reports(
    scenario: &Scenario,
    topology: &Topology,
    results: &[ReplicationResult],
) -> Vec<FunctionReport> {
    let components = topology.components.iter().enumerate();
    components
        .filter_map(|(index, component)| {
            let ComponentKind::Function(function) = &component.kind else {
                return None;
            };
            let found: Vec<&FunctionResult> = results
                .iter()
                .filter_map(|result| result.functions.as_ref()?.get(index)?.as_ref())
                .collect();
            if found.is_empty() {
                return None;
            }
            let report = FunctionReport::new(function, scenario, &found);
            Some(FunctionReport {
                name: component.name.clone(),
                path: component.path.clone(),
                ..report
            })
        })
        .collect()
}

impl FunctionReport {
    fn new(function: &Function, scenario: &Scenario, results: &[&FunctionResult]) -> Self {
        let of = |value: &dyn Fn(&FunctionResult) -> f64| {
            let values: Vec<f64> = results.iter().map(|result| value(result)).collect();
            Summary::of(&values)
        };
        let billed_ms = of(&|f| f.billed_s_per_invocation() * 1000.0);
        let work = Work {
            memory_mb: function.memory_mb,
            own_s: function.service.service_time_s.mean(),
            billed_s: billed_ms.mean / 1000.0,
            prices: &function.prices,
        };
        let parts: [fn(&FunctionResult) -> f64; Resource::FUNCTIONS.len()] = [
            |f| f.bill.requests,
            |f| f.bill.duration,
            |f| f.bill.starts,
            |f| f.bill.provisioned,
        ];
        let costs = Resource::FUNCTIONS.into_iter().zip(parts);
        let prices = &function.prices;
        let first_tier = prices.duration.0.first().map_or(0.0, |tier| tier.usd);
        Self {
            name: String::new(),
            path: String::new(),
            invocations_per_month: of(&|f| f.invocations * f.month),
            cold_share: of(&FunctionResult::cold_share),
            throttled_share: of(&FunctionResult::throttled_share),
            mean_instances: of(&|f| f.mean_instances),
            mean_running: of(&|f| f.mean_running),
            peak_instances: of(&|f| f.peak_instances),
            mean_provisioned: of(&|f| f.mean_provisioned),
            provisioned_use: of(&FunctionResult::provisioned_use),
            pings_per_month: of(&|f| f.pings * f.month),
            usd_per_month: of(&|f| f.bill.total()),
            usd_per_million: of(&FunctionResult::usd_per_million),
            costs: costs
                .map(|(resource, part)| FunctionCostReport {
                    resource,
                    usd_per_month: of(&part),
                })
                .collect(),
            provisioned_pays_above: crate::functions::billing::provisioned_break_even(
                first_tier,
                prices.provisioned_gb_s,
                prices.provisioned_duration_gb_s,
            )
            .filter(|share| *share <= 1.0),
            break_even: container_node(scenario).and_then(|node| BreakEven::new(&work, node)),
            billed_ms,
        }
    }
}

/// What the scenario's first type of node has for containers.
fn container_node(scenario: &Scenario) -> Option<ContainerNode> {
    let document = scenario.document();
    let node = scenario.node_types.first()?;
    let fleet = &document.fleet;
    let left = |all: u32, reserved: u32| f64::from(all.saturating_sub(reserved));
    let discount = 1.0 - document.prices.node_discount_percent / 100.0;
    Some(ContainerNode {
        vcpus: left(node.vcpus_millicores, fleet.reserved_millicores) / 1000.0,
        memory_gb: left(node.memory_mib, fleet.reserved_mib) / 1024.0,
        usd_per_month: node.usd_per_hour * discount * HOURS_PER_MONTH,
    })
}
