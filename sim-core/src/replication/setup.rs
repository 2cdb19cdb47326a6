//! What all replications of one design share.

use super::edge::EdgeSetup;
use super::network::NetworkSetup;
use crate::batch::BatchSetup;
use crate::plane::network::Precision;
use crate::plane::{
    DataPlane, Discipline, FluidPlane, FluidTables, QueueDiscipline, RequestsPlane, RetryModel,
    ServiceModel,
};
use crate::random::Distribution;
use crate::scenario::Scenario;
use crate::scenario::document::{
    PlaneKind, QueueDocument, RateLimitDocument, RetryDocument, ServiceDocument,
};
use crate::slo::budget::{self, Objectives};
use crate::storage::StorageSetup;
use crate::traffic::RateCurve;
use std::sync::Arc;

/// Points of a series at most, whatever the window: enough for a chart as wide as a screen.
pub const MAX_SERIES_POINTS: u32 = 336;
/// The same of a first answer.
const ROUGH_SERIES_POINTS: u32 = 96;

/// Ticks of each point of the series of a window.
pub(crate) fn ticks_per_point(window_ticks: u32, precision: Precision) -> u32 {
    window_ticks.div_ceil(match precision {
        Precision::Full => MAX_SERIES_POINTS,
        Precision::Rough => ROUGH_SERIES_POINTS,
    })
}

/// A design, ready to be simulated.
#[derive(Clone, Debug)]
pub struct Setup {
    /// The checked scenario.
    pub scenario: Scenario,
    /// Length of a tick, seconds.
    pub tick_s: f64,
    /// Ticks before the window.
    pub warm_up_ticks: u32,
    /// Ticks of the window.
    pub window_ticks: u32,
    /// Ticks per point of the series; 0 for no series.
    pub ticks_per_point: u32,
    pub(super) curve: Arc<RateCurve>,
    pub(super) objectives: Objectives,
    tables: Arc<FluidTables>,
    pub(super) network: Option<Arc<NetworkSetup>>,
    pub(super) edge: Option<Arc<EdgeSetup>>,
    pub(super) storage: Option<Arc<StorageSetup>>,
    pub(super) batch: Option<BatchSetup>,
}

impl Setup {
    /// Prepares a design. What it has in common with `like` (traffic, service) is shared, not computed again.
    pub fn new(scenario: Scenario, with_series: bool, like: Option<&Setup>) -> Self {
        Self::with(scenario, with_series, Precision::Full, like)
    }

    /// The same, with functions as precise as that.
    pub fn with(
        scenario: Scenario,
        with_series: bool,
        precision: Precision,
        like: Option<&Setup>,
    ) -> Self {
        let document = scenario.document();
        let tick_s = f64::from(document.run.tick_s);
        let warm_up_ticks =
            (f64::from(document.run.warm_up_minutes) * 60.0 / tick_s).round() as u32;
        let window_ticks = (document.slo.window_days * 86_400.0 / tick_s)
            .round()
            .max(1.0) as u32;
        let shared_curve = like.filter(|like| {
            like.scenario.document().traffic == document.traffic
                && (like.tick_s, like.warm_up_ticks, like.window_ticks)
                    == (tick_s, warm_up_ticks, window_ticks)
        });
        let curve = match shared_curve {
            Some(like) => Arc::clone(&like.curve),
            None => Arc::new(RateCurve::new(
                &document.traffic,
                tick_s,
                warm_up_ticks,
                window_ticks,
            )),
        };
        let edge = scenario.edge.as_ref();
        let edge = edge.map(|edge| Arc::new(EdgeSetup::new(edge, &scenario, &curve)));
        let service = model_of(&scenario);
        let network = scenario
            .topology
            .as_ref()
            .and_then(|topology| {
                let like = like.and_then(|like| like.network.as_deref());
                let curve = edge.as_ref().map_or(&*curve, |edge| &edge.curve);
                NetworkSetup::new(topology, &scenario, curve, precision, like)
            })
            .map(Arc::new);
        let tables = match like.filter(|like| *like.tables.service() == service) {
            Some(like) => Arc::clone(&like.tables),
            None => Arc::new(FluidTables::new(service)),
        };
        let window_days = document.slo.window_days;
        let storage = scenario.storage.as_ref().map(|model| {
            let like = like.and_then(|like| like.storage.as_ref());
            match like.filter(|like| like.is_for(model, window_days)) {
                Some(like) => Arc::clone(like),
                None => Arc::new(StorageSetup::new(model.clone(), window_days)),
            }
        });
        let batch = scenario
            .batch
            .clone()
            .map(|model| BatchSetup::new(model, window_days));
        Self {
            tick_s,
            warm_up_ticks,
            window_ticks,
            ticks_per_point: if with_series {
                ticks_per_point(window_ticks, precision)
            } else {
                0
            },
            curve,
            objectives: budget::objectives(&document.slo),
            tables,
            network,
            edge,
            storage,
            batch,
            scenario,
        }
    }

    /// Ticks of warm-up and window.
    pub fn ticks(&self) -> u32 {
        self.warm_up_ticks + self.window_ticks
    }

    /// How precise the network is.
    pub(super) fn precision(&self) -> Precision {
        let network = self.network.as_ref();
        network.map_or(Precision::Full, |network| network.precision)
    }

    pub(super) fn data_plane(
        &self,
        kind: PlaneKind,
        recent_intervals: u32,
        seed: u64,
        replication: u32,
        component: u32,
    ) -> Box<dyn DataPlane + '_> {
        match kind {
            PlaneKind::Fluid => Box::new(FluidPlane::new(
                &self.tables,
                recent_intervals,
                seed,
                replication,
                component,
            )),
            PlaneKind::Requests => Box::new(RequestsPlane::new(
                self.tables.service(),
                recent_intervals,
                seed,
                replication,
                component,
            )),
        }
    }
}

/// The service of a scenario, in the units of the data planes.
pub(super) fn model_of(scenario: &Scenario) -> ServiceModel {
    let thresholds_s = budget::thresholds_s(&scenario.document().slo);
    service_of(scenario, thresholds_s)
}

/// A scenario's service against these thresholds.
pub(super) fn service_of(scenario: &Scenario, thresholds_s: Vec<f64>) -> ServiceModel {
    let spot_kills = scenario.spot.as_ref().is_some_and(|spot| !spot.drains);
    let service_time_s = scenario.service_time_s.clone();
    let model = service_model(&scenario.document().service, service_time_s, thresholds_s);
    ServiceModel {
        may_be_killed: model.may_be_killed || spot_kills,
        kills_lose_work: spot_kills,
        ..model
    }
}

/// A service, in the units of the data planes.
pub(crate) fn service_model(
    service: &ServiceDocument,
    service_time_s: Distribution,
    thresholds_s: Vec<f64>,
) -> ServiceModel {
    let sharing = service.processor_sharing.as_ref();
    ServiceModel {
        service_time_s,
        timeout_s: service.timeout_ms / 1000.0,
        error_probability: service.error_percent / 100.0,
        thresholds_s,
        concurrency: service.concurrency,
        balancing: service.balancing,
        discipline: sharing.map_or(Discipline::Slots, |sharing| Discipline::ProcessorSharing {
            cores: sharing.cores,
        }),
        overflow: service.overflow,
        on_timeout: service.on_timeout,
        removal: service.removal,
        may_be_killed: service.memory.is_some(),
        kills_lose_work: false,
        may_be_buffered: service.buffer_limit > 0,
        may_sleep: false,
        high_priority_share: service.high_priority_percent / 100.0,
        retries: service
            .retries
            .as_ref()
            .map_or(RetryModel::NONE, RetryDocument::model),
        rate_limit: service.rate_limit.as_ref().map(RateLimitDocument::model),
        queue: service
            .queue
            .as_ref()
            .map_or(QueueDiscipline::Fifo, QueueDocument::model),
    }
}
