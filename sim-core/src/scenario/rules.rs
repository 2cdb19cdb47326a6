//! What the schema cannot say: how fields must fit together.
//!
//! An error is what cannot be simulated; a warning is what can, but was hardly meant.

mod autoscaler;
mod batch;
mod capacity;
mod distribution;
mod edge;
mod fleet;
mod functions;
mod keda;
mod knative;
mod memory;
mod provisioner;
mod resilience;
mod run;
mod search;
mod service;
mod serving;
mod shared;
mod sleepers;
mod slo;
mod spot;
mod storage;
mod sweep;
mod topology;
mod traffic;
mod uncertain;

pub(super) use search::hold_search;
pub(super) use sweep::hold_sweep;
pub(super) use topology::{hold_shape, hold_topology};
pub(crate) use traffic::mean_rps;
pub(super) use uncertain::hold_uncertain;

use super::check::Parts;
use super::document::{controllers, *};
use super::problem::Found;

/// The document's sections; `None` where a section could not be read.
pub(super) struct Sections {
    pub(super) traffic: Option<TrafficDocument>,
    pub(super) service: Option<ServiceDocument>,
    pub(super) autoscaler: Option<AutoscalerDocument>,
    pub(super) shared_control: Option<SharedControlDocument>,
    pub(super) right_sizing: Option<VpaDocument>,
    pub(super) telemetry: Option<TelemetryDocument>,
    pub(super) fleet: Option<FleetDocument>,
    pub(super) prices: Option<PricesDocument>,
    pub(super) topology: Option<TopologyDocument>,
    pub(super) edge_cache: Option<EdgeCacheDocument>,
    pub(super) storage: Option<StorageDocument>,
    pub(super) batch: Option<BatchDocument>,
    pub(super) slo: Option<SloDocument>,
    pub(super) run: Option<RunDocument>,
}

/// Notes every problem between fields, and compiles the parts of a scenario; `None` when one of them fails.
pub(super) fn hold(sections: &Sections, found: &mut Found) -> Option<Parts> {
    let service = sections
        .service
        .as_ref()
        .and_then(|service| service::hold(service, sections.topology.is_some(), found));
    let fleet = sections
        .fleet
        .as_ref()
        .and_then(|fleet| fleet::hold(fleet, found));
    if let Some(traffic) = &sections.traffic {
        traffic::hold(traffic, found);
    }
    let controllers: Vec<_> = controllers(
        sections.autoscaler.as_ref(),
        sections.shared_control.as_ref(),
    )
    .collect();
    for (place, controller) in &controllers {
        autoscaler::hold(controller, place, found);
    }
    if let Some(slo) = &sections.slo {
        slo::hold(slo, found);
    }
    if let Some(vpa) = &sections.right_sizing {
        memory::hold_vpa(vpa, found);
    }
    let cv = service
        .as_ref()
        .map_or(1.0, |service| service.service_time_s.cv());
    if let Some(service) = &sections.service {
        serving::hold(service, found);
        memory::hold(service, found);
        if let Some(vpa) = &sections.right_sizing {
            memory::hold_sizes(vpa, service, &controllers, found);
        }
        if let Some(run) = &sections.run {
            let bounds = sections.autoscaler.as_ref().map(|scaler| scaler.bounds());
            let fewest = bounds.map_or(0, |bounds| bounds.0);
            serving::hold_plane(service, run, fewest, cv, found);
        }
    }
    if let Some(run) = &sections.run {
        run::hold(run, found);
        run::hold_ticks(run, &controllers, sections.telemetry.as_ref(), found);
        if let Some(vpa) = &sections.right_sizing {
            run::hold_period(
                "/right_sizing/interval_s",
                vpa.interval_s,
                run.tick_s,
                found,
            );
        }
    }
    hold_pairs(
        sections,
        &controllers,
        service.as_ref(),
        fleet.as_ref(),
        found,
    );
    let edge = match &sections.edge_cache {
        Some(edge) => edge::hold(edge, sections.service.as_ref(), found).map(Some),
        None => Some(None),
    };
    let storage = match &sections.storage {
        Some(storage) => storage::hold(storage, found).map(Some),
        None => Some(None),
    };
    let batch = match &sections.batch {
        Some(document) => {
            let model = batch::hold(document, found);
            if let (Some(model), Some(slo)) = (&model, &sections.slo) {
                batch::hold_window(document, model, slo, found);
            }
            model.map(Some)
        }
        None => Some(None),
    };
    let (service, fleet) = service.zip(fleet)?;
    Some(Parts {
        edge: edge?,
        storage: storage?,
        batch: batch?,
        service_time_s: service.service_time_s,
        startup_s: service.startup_s,
        provisioning_s: fleet.provisioning_s,
        node_types: fleet.node_types,
        spot: fleet.spot,
        node: fleet.node,
    })
}

/// Rules across sections; each is held when the sections it needs could be read.
fn hold_pairs(
    sections: &Sections,
    controllers: &[(String, &AutoscalerDocument)],
    service: Option<&service::CompiledService>,
    fleet: Option<&fleet::CompiledFleet>,
    found: &mut Found,
) {
    let Sections {
        traffic,
        service: service_document,
        fleet: fleet_document,
        slo,
        run,
        ..
    } = sections;
    if let (Some(traffic), Some(slo)) = (traffic, slo) {
        traffic::hold_window(traffic, slo, found);
        if let Some(run) = run {
            run::hold_length(run, traffic, slo, found);
        }
    }
    if let (Some(traffic), Some(service), None) = (traffic, service_document, &sections.topology)
        && let Some(limit) = &service.rate_limit
    {
        resilience::hold_rate(limit, traffic, found);
    }
    if let (Some(run), Some(slo)) = (run, slo) {
        run::hold_tick_count(run, slo, found);
    }
    if let (Some(fleet), Some(prices)) = (fleet_document, &sections.prices) {
        spot::hold_discount(fleet, prices, found);
    }
    // With a topology, all services together may use it.
    if let (Some(fleet), None) = (fleet_document, &sections.topology) {
        spot::hold_commitments(fleet, found);
    }
    let (Some(document), Some(service)) = (service_document, service) else {
        return;
    };
    // What an edge cache answers is no part of this.
    let traffic = traffic.as_ref().filter(|_| sections.edge_cache.is_none());
    if let Some(slo) = slo.as_ref().filter(|_| sections.edge_cache.is_none()) {
        slo::hold_reachable(slo, document, service, found);
    }
    // With a topology it is what the calls bring that counts.
    let traffic = traffic.filter(|_| sections.topology.is_none());
    for (place, controller) in controllers {
        autoscaler::hold_signals(controller, place, document, service, found);
        keda::hold_waking(controller, document, service, found);
        autoscaler::hold_most(controller, place, document, found);
        if let Some(traffic) = traffic {
            autoscaler::hold_capacity(controller, place, document, service, traffic, found);
        }
    }
    if let (Some(fleet_document), Some(fleet)) = (fleet_document, fleet) {
        let most = controllers.iter().max_by_key(|(_, c)| c.bounds().1);
        let most = most.map(|&(_, controller)| controller);
        fleet::hold_room(fleet_document, fleet, &document.pod, most, found);
    }
}
