//! The shape of a result in which it is digested.
//!
//! Causes are added to the engine as it learns to model more. Results in which nothing is bad for the later ones keep the
//! bytes that they had before there were any: then those are left out.

use super::network::{ComponentResult, NetworkResult, RouteResult};
use super::node_market::NodeMarketResult;
use super::result::{FIGURE_COUNT, ObjectiveResult, ReplicationResult, Series};
use crate::batch::BatchResult;
use crate::control::right_sizing::RecommendedSizes;
use crate::cost::Resource;
use crate::edge::EdgeResult;
use crate::functions::meter::FunctionResult;
use crate::slo::Cause;
use crate::storage::StorageResult;
use serde::ser::{Serialize, SerializeTuple, Serializer};

/// Causes that every result has.
const FIRST_CAUSES: usize = 10;

/// A result, field by field as in [`ReplicationResult`].
#[derive(serde::Serialize)]
pub(super) struct Digested<'a> {
    figures: &'a [f64; FIGURE_COUNT],
    cost_per_month: &'a [f64; Resource::COUNT],
    objectives: Vec<Objective<'a>>,
    fates: [f64; 5],
    open_at_start: f64,
    right_sizing: &'a Option<RecommendedSizes>,
    series: &'a Series,
    storage: &'a Option<StorageResult>,
    batch: &'a Option<BatchResult>,
    network: Option<Network<'a>>,
    node_market: &'a Option<NodeMarketResult>,
    edge: &'a Option<EdgeResult>,
    functions: &'a Option<Vec<Option<FunctionResult>>>,
}

#[derive(serde::Serialize)]
struct Objective<'a> {
    total: f64,
    bad_by_cause: Causes<'a>,
    budget_consumed: f64,
    met: bool,
}

#[derive(serde::Serialize)]
struct Network<'a> {
    components: Vec<Component<'a>>,
    dependencies: &'a [bool],
    routes: &'a [RouteResult],
}

#[derive(serde::Serialize)]
struct Component<'a> {
    requests_rps: f64,
    mean_ms: f64,
    p95_ms: f64,
    mean_replicas: f64,
    busy: f64,
    usd_per_month: f64,
    bad_by_cause: Vec<Causes<'a>>,
}

/// An array of which only the first items are written.
struct Causes<'a>(&'a [f64]);

impl Serialize for Causes<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut tuple = serializer.serialize_tuple(self.0.len())?;
        for bad in self.0 {
            tuple.serialize_element(bad)?;
        }
        tuple.end()
    }
}

impl<'a> Digested<'a> {
    pub(super) fn of(result: &'a ReplicationResult) -> Self {
        let components = result
            .network
            .iter()
            .flat_map(|network| &network.components);
        let of_components = components.flat_map(|component| &component.bad_by_cause);
        let of_objectives = result
            .objectives
            .iter()
            .map(|objective| &objective.bad_by_cause);
        let has_later = of_objectives
            .chain(of_components)
            .any(|bad| bad.iter().skip(FIRST_CAUSES).any(|bad| *bad != 0.0));
        let count = if has_later {
            Cause::COUNT
        } else {
            FIRST_CAUSES
        };
        let objective = |objective: &'a ObjectiveResult| Objective {
            total: objective.total,
            bad_by_cause: cut(&objective.bad_by_cause, count),
            budget_consumed: objective.budget_consumed,
            met: objective.met,
        };
        let component = |component: &'a ComponentResult| Component {
            requests_rps: component.requests_rps,
            mean_ms: component.mean_ms,
            p95_ms: component.p95_ms,
            mean_replicas: component.mean_replicas,
            busy: component.busy,
            usd_per_month: component.usd_per_month,
            bad_by_cause: component
                .bad_by_cause
                .iter()
                .map(|bad| cut(bad, count))
                .collect(),
        };
        let network = |network: &'a NetworkResult| Network {
            components: network.components.iter().map(component).collect(),
            dependencies: &network.dependencies,
            routes: &network.routes,
        };
        Self {
            figures: &result.figures,
            cost_per_month: &result.cost_per_month,
            objectives: result.objectives.iter().map(objective).collect(),
            fates: result.fates,
            open_at_start: result.open_at_start,
            right_sizing: &result.right_sizing,
            series: &result.series,
            storage: &result.storage,
            batch: &result.batch,
            network: result.network.as_ref().map(network),
            node_market: &result.node_market,
            edge: &result.edge,
            functions: &result.functions,
        }
    }
}

fn cut(bad: &[f64; Cause::COUNT], count: usize) -> Causes<'_> {
    Causes(bad.get(..count).unwrap_or(bad))
}
