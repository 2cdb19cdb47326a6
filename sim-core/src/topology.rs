//! The topology of a scenario: its services and dependencies in the order of their calls, callers first.

use crate::functions::setup::Function;
use crate::plane::ServiceModel;
use crate::plane::network::{Call, Entry};
use crate::random::Distribution;
use crate::scenario::Scenario;
use crate::scenario::document::{
    BrownOutsDocument, DependencyDocument, OutagesDocument, RateLimitDocument, TroubleDocument,
};

/// A checked topology.
#[derive(Clone, Debug, PartialEq)]
pub struct Topology {
    /// Callers come before those that they call.
    pub components: Vec<Component>,
    /// Place of the main service among them.
    pub main: usize,
    /// The main service's route first.
    pub routes: Vec<Route>,
}

/// A component with its calls.
#[derive(Clone, Debug, PartialEq)]
pub struct Component {
    /// Name.
    pub name: String,
    /// Where it is in the document, as a JSON Pointer.
    pub path: String,
    /// What it is.
    pub kind: ComponentKind,
    /// Its calls, in the order in which they are made.
    pub calls: Vec<Call>,
    /// How often a user's request comes here, on average, when nothing fails.
    pub visits: f64,
}

/// What a component is.
#[derive(Clone, Debug, PartialEq)]
pub enum ComponentKind {
    /// The main service of the scenario.
    Main,
    /// A further service, as a scenario of its own: its traffic, prices and objectives are those of the whole.
    Service(Box<Scenario>),
    /// A dependency.
    Dependency(Box<Dependency>),
    /// A serverless function.
    Function(Box<Function>),
}

/// A dependency, in the units of the data planes.
#[derive(Clone, Debug, PartialEq)]
pub struct Dependency {
    /// How it answers.
    pub model: ServiceModel,
    /// Calls that it answers at once.
    pub connections: u32,
    /// Calls that may wait.
    pub queue_limit: u32,
    /// When every call fails.
    pub outages: Option<OutagesDocument>,
    /// When it is slow.
    pub brown_outs: Option<BrownOutsDocument>,
    /// When it is down or slow by timetable.
    pub scheduled: Vec<TroubleDocument>,
    /// Fixed price, US dollars per month.
    pub usd_per_month: f64,
    /// Price of a million calls, US dollars.
    pub usd_per_million_calls: f64,
}

impl Dependency {
    /// From what was written and its latency in seconds.
    pub fn new(document: &DependencyDocument, latency_s: Distribution) -> Self {
        Self {
            model: ServiceModel {
                timeout_s: document.timeout_ms / 1000.0,
                error_probability: document.error_percent / 100.0,
                rate_limit: document.rate_limit.as_ref().map(RateLimitDocument::model),
                ..ServiceModel::new(latency_s)
            },
            connections: document.connections,
            queue_limit: document.queue_limit,
            outages: document.outages.clone(),
            brown_outs: document.brown_outs.clone(),
            scheduled: document.scheduled.clone(),
            usd_per_month: document.usd_per_month,
            usd_per_million_calls: document.usd_per_million_calls,
        }
    }
}

/// Where users enter.
#[derive(Clone, Debug, PartialEq)]
pub struct Route {
    /// Name.
    pub name: String,
    /// Place of the component, and share of the users' requests.
    pub entry: Entry,
}

impl Topology {
    /// Sets how often users' requests come to each component.
    pub(crate) fn count_visits(&mut self) {
        for component in &mut self.components {
            component.visits = 0.0;
        }
        for route in &self.routes {
            if let Some(component) = self.components.get_mut(route.entry.station) {
                component.visits += route.entry.share;
            }
        }
        for index in 0..self.components.len() {
            let (callers, called) = self.components.split_at_mut(index + 1);
            let Some(caller) = callers.last() else {
                continue;
            };
            for call in &caller.calls {
                if let Some(callee) = called.get_mut(call.to.wrapping_sub(index + 1)) {
                    callee.visits += caller.visits * call.per_request;
                }
            }
        }
    }
}
