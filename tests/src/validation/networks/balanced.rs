//! Networks of services whose replicas have queues of their own.

use super::cases::{Case, call, case, gateway, service};
use sim_core::plane::network::{CallMode, Station};
use sim_core::plane::{Balancing, ServiceModel};
use sim_core::random::Distribution;

/// Mean time of a service that is called, seconds.
const MEAN_S: f64 = 0.06;
/// Requests that may wait at each replica.
const ROOM: u32 = 100;
/// Load of callers whose own replicas are looked at, without any waiting for others.
const CALLERS_LOAD: f64 = 0.6;

/// Who calls whom.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// Nobody calls anybody.
    One,
    /// A roomy caller, and one that is called.
    Two,
    /// A roomy caller, one that is called, and another that this one calls.
    Three,
    /// A roomy caller, and two that are called one after the other.
    Turn,
    /// The same at the same time.
    Together,
    /// A caller with this many slots to a slot of the one that is called, percent, and such replicas itself.
    Held(u32),
}

/// Replicas with queues of their own, in a network.
#[derive(Clone, Copy, Debug)]
pub struct Cell {
    pub shape: Shape,
    pub balancing: Balancing,
    pub replicas: u32,
    /// Requests that each serves at once.
    pub slots: u32,
    /// Of those that are called.
    pub load: f64,
    pub cv: f64,
}

impl Cell {
    fn rate_rps(&self) -> f64 {
        self.load * f64::from(self.replicas * self.slots) / MEAN_S
    }

    fn service(&self, mean_s: f64) -> ServiceModel {
        let model = service(1000.0 * mean_s, self.cv.max(0.1), 4000.0);
        let law = if self.cv > 0.0 {
            model.service_time_s.clone()
        } else {
            Distribution::deterministic(mean_s).expect("a positive mean")
        };
        ServiceModel {
            service_time_s: law,
            balancing: self.balancing,
            concurrency: self.slots,
            ..model
        }
    }

    fn leaf(&self) -> Station {
        Station {
            service: self.service(MEAN_S),
            calls: Vec::new(),
            function: None,
        }
    }

    /// The network.
    pub fn case(&self) -> Case {
        let (sequential, parallel) = (CallMode::Sequential, CallMode::Parallel);
        let servers = self.replicas * self.slots;
        let roomy = 20 * servers + 50;
        let mut above = gateway(vec![call(1, 1.0, sequential)]);
        above.service.timeout_s = 10.0;
        let (stations, servers) = match self.shape {
            Shape::One => (vec![self.leaf()], vec![servers]),
            Shape::Two => (vec![above, self.leaf()], vec![roomy, servers]),
            Shape::Three => {
                let middle = Station {
                    service: self.service(0.3 * MEAN_S),
                    calls: vec![call(2, 1.0, sequential)],
                    function: None,
                };
                let held_s = 1.3 * MEAN_S;
                let needed = self.rate_rps() * held_s / CALLERS_LOAD / f64::from(self.slots);
                let middle_servers = needed.ceil() as u32 * self.slots;
                let servers = vec![3 * roomy, middle_servers, servers];
                (vec![above, middle, self.leaf()], servers)
            }
            Shape::Turn | Shape::Together => {
                let mode = if self.shape == Shape::Turn {
                    sequential
                } else {
                    parallel
                };
                above.calls = vec![call(1, 1.0, mode), call(2, 1.0, mode)];
                (
                    vec![above, self.leaf(), self.leaf()],
                    vec![2 * roomy, servers, servers],
                )
            }
            Shape::Held(percent) => {
                above.service.balancing = self.balancing;
                above.service.concurrency = self.slots;
                let wanted = servers * percent / 100;
                let above_servers = wanted.div_ceil(self.slots) * self.slots;
                (vec![above, self.leaf()], vec![above_servers, servers])
            }
        };
        Case {
            rate_rps: self.rate_rps(),
            queue_limit: ROOM * self.replicas.max(2),
            ..case("", stations, &servers)
        }
    }

    /// Replications of `requests` that make up a few million requests.
    pub fn replications(&self, requests: f64) -> u32 {
        let each = self.rate_rps() * f64::from(super::TICKS) * super::TICK_S;
        (requests / each).ceil().clamp(4.0, 64.0) as u32
    }
}
