//! The networks on which `fluid` is held against `requests`.

use super::QUEUE_LIMIT;
use sim_core::plane::network::{Call, CallGuard, CallMode, Entry, Station};
use sim_core::plane::{RetryModel, ServiceModel};
use sim_core::random::Distribution;
use sim_core::scenario::Scenario;
use sim_core::topology::ComponentKind;

/// Requests of users per second.
pub const RATE_RPS: f64 = 100.0;
const SEQUENTIAL: CallMode = CallMode::Sequential;

/// A network and its load.
pub struct Case {
    pub name: &'static str,
    pub stations: Vec<Station>,
    /// Of each station: slots, of all its replicas.
    pub servers: Vec<u32>,
    /// Requests that may wait at a station.
    pub queue_limit: u32,
    pub entries: Vec<Entry>,
    pub rate_rps: f64,
    /// Time factor of the last station in the second third of the time.
    pub brown_out: f64,
    /// Whether it is down then.
    pub outage: bool,
}

/// The networks on which the planes are compared.
pub fn cases() -> Vec<Case> {
    let mut all = chains();
    all.extend(fans());
    all.push(two_routes());
    all.extend(busy_callee());
    all.extend([call_retries(), optional(), user_timeout()]);
    all.extend([many_together(), impatient_optional()]);
    all.push(large_shop());
    all
}

/// The services, functions and dependencies of the template of a whole shop, with slots for a load of 0.7.
fn large_shop() -> Case {
    let template = sim_core::scenario::templates::template("large-shop").expect("in the gallery");
    let document = serde_json::from_str(template.json).expect("a document");
    let scenario = sim_core::scenario::check(&document).expect("a sound template");
    let topology = scenario.topology.as_ref().expect("a topology");
    let own = |of: &Scenario| {
        let service = &of.document().service;
        ServiceModel {
            timeout_s: service.timeout_ms / 1000.0,
            error_probability: service.error_percent / 100.0,
            ..ServiceModel::new(of.service_time_s.clone())
        }
    };
    let components = topology.components.iter();
    let stations: Vec<Station> = components
        .map(|component| Station {
            service: match &component.kind {
                ComponentKind::Main => own(&scenario),
                ComponentKind::Service(service) => own(service),
                ComponentKind::Dependency(dependency) => dependency.model.clone(),
                ComponentKind::Function(function) => function.service.clone(),
            },
            function: match &component.kind {
                ComponentKind::Function(function) => Some(function.model.clone()),
                _ => None,
            },
            calls: component.calls.clone(),
        })
        .collect();
    let held_s = held_s(&stations);
    let servers = topology.components.iter().zip(held_s);
    let servers = servers.map(|(component, held_s)| match &component.kind {
        ComponentKind::Dependency(dependency) => dependency.connections,
        ComponentKind::Function(_) => 0,
        _ => (RATE_RPS * component.visits * held_s / 0.7).ceil() as u32,
    });
    Case {
        name: "a whole shop: 7 services, 2 functions, 4 dependencies",
        servers: servers.collect(),
        queue_limit: QUEUE_LIMIT,
        stations,
        entries: topology.routes.iter().map(|route| route.entry).collect(),
        rate_rps: RATE_RPS,
        brown_out: 1.0,
        outage: false,
    }
}

/// For how long a request holds a slot of each station when nobody waits, about, seconds.
fn held_s(stations: &[Station]) -> Vec<f64> {
    let mut held_s = vec![0.0; stations.len()];
    for (index, station) in stations.iter().enumerate().rev() {
        let of = |mode| {
            let calls = station.calls.iter().filter(move |call| call.mode == mode);
            calls.map(|call| call.per_request * held_s[call.to])
        };
        let one_by_one: f64 = of(SEQUENTIAL).sum();
        let together = of(CallMode::Parallel).fold(0.0, f64::max);
        held_s[index] = station.service.service_time_s.mean() + one_by_one + together;
    }
    held_s
}

pub(super) fn service(mean_ms: f64, cv: f64, timeout_ms: f64) -> ServiceModel {
    let law = Distribution::log_normal(mean_ms / 1000.0, cv).expect("a positive mean and cv");
    ServiceModel {
        timeout_s: timeout_ms / 1000.0,
        error_probability: 0.0005,
        ..ServiceModel::new(law)
    }
}

/// A required call without retries.
pub(super) fn call(to: usize, per_request: f64, mode: CallMode) -> Call {
    Call {
        to,
        per_request,
        mode,
        required: true,
        retries: RetryModel::NONE,
        guard: CallGuard::default(),
    }
}

pub(super) fn leaf(mean_ms: f64, cv: f64, timeout_ms: f64) -> Station {
    Station {
        service: service(mean_ms, cv, timeout_ms),
        calls: Vec::new(),
        function: None,
    }
}

/// Where users enter: little work of its own.
pub(super) fn gateway(calls: Vec<Call>) -> Station {
    Station {
        service: service(10.0, 0.7, 2000.0),
        calls,
        function: None,
    }
}

/// All users enter at the first station, and nothing changes over time.
pub(super) fn case(name: &'static str, stations: Vec<Station>, servers: &[u32]) -> Case {
    Case {
        name,
        stations,
        servers: servers.to_vec(),
        queue_limit: QUEUE_LIMIT,
        entries: vec![Entry {
            station: 0,
            share: 1.0,
        }],
        rate_rps: RATE_RPS,
        brown_out: 1.0,
        outage: false,
    }
}

fn chains() -> Vec<Case> {
    let chain = |name, servers: [u32; 3]| {
        let middle = Station {
            service: service(40.0, 1.0, 1000.0),
            calls: vec![call(2, 2.0, SEQUENTIAL)],
            function: None,
        };
        let stations = vec![
            gateway(vec![call(1, 1.0, SEQUENTIAL)]),
            middle,
            leaf(15.0, 1.5, 500.0),
        ];
        case(name, stations, &servers)
    };
    vec![
        chain("chain, roomy", [40, 20, 10]),
        chain("chain, tight below", [16, 10, 4]),
        chain("chain, tight above", [12, 12, 12]),
        Case {
            brown_out: 2.5,
            ..chain("chain, brown-out", [40, 20, 10])
        },
    ]
}

fn fans() -> Vec<Case> {
    let fan = |name, mode, servers: [u32; 4]| {
        let stations = vec![
            gateway(vec![
                call(1, 1.0, mode),
                call(2, 1.0, mode),
                call(3, 0.3, mode),
            ]),
            leaf(40.0, 1.0, 1000.0),
            leaf(30.0, 0.7, 1000.0),
            leaf(100.0, 1.5, 1500.0),
        ];
        case(name, stations, &servers)
    };
    vec![
        fan("fan, in turn", SEQUENTIAL, [40, 8, 8, 8]),
        fan("fan, in turn, tight", SEQUENTIAL, [40, 6, 5, 6]),
        fan("fan, together", CallMode::Parallel, [40, 8, 8, 8]),
        fan("fan, together, tight", CallMode::Parallel, [40, 6, 5, 6]),
        fan("fan, async", CallMode::Async, [40, 8, 8, 8]),
    ]
}

fn two_routes() -> Case {
    let middle = Station {
        service: service(60.0, 1.0, 2000.0),
        calls: vec![call(2, 3.0, SEQUENTIAL)],
        function: None,
    };
    let stations = vec![
        gateway(vec![call(1, 1.0, SEQUENTIAL), call(2, 1.0, SEQUENTIAL)]),
        middle,
        leaf(8.0, 1.5, 300.0),
    ];
    Case {
        entries: vec![
            Entry {
                station: 0,
                share: 0.7,
            },
            Entry {
                station: 1,
                share: 0.3,
            },
        ],
        ..case("two routes", stations, &[20, 16, 6])
    }
}

/// The caller needs six slots for work, its own and that of its calls, and the others for their waiting: nearly all
/// are held, or a good part of them.
fn busy_callee() -> [Case; 2] {
    let above = |name, slots| {
        let stations = vec![
            gateway(vec![call(1, 1.0, SEQUENTIAL)]),
            leaf(50.0, 1.0, 1000.0),
        ];
        case(name, stations, &[slots, 6])
    };
    [
        above("few slots above a busy callee", 8),
        above("more slots above a busy callee", 12),
    ]
}

/// One call in twenty fails, and is tried again after a pause.
fn call_retries() -> Case {
    let retries = RetryModel {
        max_attempts: 3,
        backoff_s: 0.05,
        multiplier: 2.0,
        full_jitter: true,
        ..RetryModel::NONE
    };
    let mut callee = leaf(40.0, 1.0, 1000.0);
    callee.service.error_probability = 0.05;
    let tried_again = Call {
        retries,
        ..call(1, 1.0, SEQUENTIAL)
    };
    let stations = vec![gateway(vec![tried_again]), callee];
    case("call retries, 5 % errors", stations, &[20, 8])
}

/// Three of ten answers of the optional one are errors, and are ignored.
fn optional() -> Case {
    let mut recommendations = leaf(30.0, 1.5, 500.0);
    recommendations.service.error_probability = 0.3;
    let ignored = Call {
        required: false,
        ..call(2, 1.0, SEQUENTIAL)
    };
    let stations = vec![
        gateway(vec![call(1, 1.0, SEQUENTIAL), ignored]),
        leaf(40.0, 1.0, 1000.0),
        recommendations,
    ];
    case("optional dependency, 30 % errors", stations, &[20, 8, 6])
}

/// Users wait for 250 ms, and some answers take longer.
fn user_timeout() -> Case {
    let mut entrance = gateway(vec![call(1, 1.0, SEQUENTIAL)]);
    entrance.service.timeout_s = 0.25;
    let stations = vec![entrance, leaf(60.0, 1.5, 1000.0)];
    case("user timeout of 250 ms", stations, &[20, 9])
}

/// Ten calls of one kind at once.
fn many_together() -> Case {
    let stations = vec![
        gateway(vec![call(1, 10.0, CallMode::Parallel)]),
        leaf(40.0, 1.0, 1500.0),
    ];
    case("ten calls together", stations, &[60, 60])
}

/// An optional answer that mostly comes too late for the caller's patience.
fn impatient_optional() -> Case {
    let optional = Call {
        required: false,
        ..call(1, 1.0, SEQUENTIAL)
    };
    let stations = vec![gateway(vec![optional]), leaf(300.0, 1.0, 100.0)];
    case("optional and slow", stations, &[60, 80])
}
