//! What all replications of one design share.

use crate::plane::{
    DataPlane, Discipline, FluidPlane, FluidTables, RequestsPlane, RetryModel, ServiceModel,
};
use crate::scenario::Scenario;
use crate::scenario::document::{Jitter, PlaneKind, RetryDocument};
use crate::slo::budget::Objectives;
use crate::storage::StorageSetup;
use crate::traffic::RateCurve;
use std::sync::Arc;

/// Points of a series at most, whatever the window: enough for a chart as wide as a screen.
pub const MAX_SERIES_POINTS: u32 = 336;

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
    pub(super) concurrency: u32,
    pub(super) queue_limit_per_replica: u32,
    pub(super) buffer_limit: u32,
    /// CPU-seconds used per second of a busy server.
    pub(super) cpu_per_busy_second: f64,
    tables: Arc<FluidTables>,
    pub(super) storage: Option<Arc<StorageSetup>>,
}

impl Setup {
    /// Prepares a design. What it has in common with `like` (traffic, service) is shared, not computed again.
    pub fn new(scenario: Scenario, with_series: bool, like: Option<&Setup>) -> Self {
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
        let service = service_model(&scenario);
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
        let mean_service_ms = scenario.service_time_s.mean() * 1000.0;
        Self {
            tick_s,
            warm_up_ticks,
            window_ticks,
            ticks_per_point: if with_series {
                window_ticks.div_ceil(MAX_SERIES_POINTS)
            } else {
                0
            },
            curve,
            objectives: Objectives::new(&document.slo),
            concurrency: document.service.concurrency,
            queue_limit_per_replica: document.service.queue_limit,
            buffer_limit: document.service.buffer_limit,
            cpu_per_busy_second: document.service.cpu_ms_per_request / mean_service_ms,
            tables,
            storage,
            scenario,
        }
    }

    /// Ticks of warm-up and window.
    pub fn ticks(&self) -> u32 {
        self.warm_up_ticks + self.window_ticks
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
fn service_model(scenario: &Scenario) -> ServiceModel {
    let document = scenario.document();
    let service = &document.service;
    let sharing = service.processor_sharing.as_ref();
    let spot_kills = scenario.spot.as_ref().is_some_and(|spot| !spot.drains);
    ServiceModel {
        service_time_s: scenario.service_time_s.clone(),
        timeout_s: service.timeout_ms / 1000.0,
        error_probability: service.error_percent / 100.0,
        thresholds_s: Objectives::thresholds_s(&document.slo),
        concurrency: service.concurrency,
        balancing: service.balancing,
        discipline: sharing.map_or(Discipline::Slots, |sharing| Discipline::ProcessorSharing {
            cores: sharing.cores,
        }),
        overflow: service.overflow,
        on_timeout: service.on_timeout,
        removal: service.removal,
        may_be_killed: service.memory.is_some() || spot_kills,
        kills_lose_work: spot_kills,
        may_be_buffered: service.buffer_limit > 0,
        high_priority_share: service.high_priority_percent / 100.0,
        retries: service
            .retries
            .as_ref()
            .map_or(RetryModel::NONE, retry_model),
    }
}

fn retry_model(document: &RetryDocument) -> RetryModel {
    RetryModel {
        max_attempts: document.max_attempts,
        backoff_s: document.backoff_ms / 1000.0,
        multiplier: document.multiplier,
        full_jitter: document.jitter == Jitter::Full,
        budget: document
            .budget_percent
            .map_or(f64::INFINITY, |percent| percent / 100.0),
    }
}
