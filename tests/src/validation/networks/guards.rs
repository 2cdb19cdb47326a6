//! The networks with guarded calls on which `fluid` is held against `requests`.

use super::cases::{Case, call, case, gateway, leaf};
use sim_core::functions::{ColdStart, FunctionModel};
use sim_core::plane::network::breaker::{BreakerModel, SlowCalls};
use sim_core::plane::network::{Call, CallGuard, CallMode, Station};
use sim_core::plane::{RetryModel, ServiceModel};
use sim_core::random::Distribution;

/// Half of the last twenty, known of ten, open it for half a minute; then three calls decide.
const BREAKER: BreakerModel = BreakerModel {
    window: 20,
    minimum: 10,
    failure_percent: 50.0,
    open_s: 30.0,
    half_open: 3,
    slow: None,
};
const WITH_BREAKER: CallGuard = CallGuard {
    breaker: Some(BREAKER),
    max_concurrent: None,
    hedge_after_s: None,
};

/// All of them.
pub fn guarded_cases() -> Vec<Case> {
    let mut all = brown_outs();
    all.extend(errors());
    all.extend(bulkheads());
    all.extend(hedges());
    all.extend(shapes());
    all.extend(functions());
    all
}

/// A call to a provider, one after the other.
fn guarded(guard: CallGuard, required: bool) -> Call {
    Call {
        guard,
        required,
        ..call(1, 1.0, CallMode::Sequential)
    }
}

/// One replica with room for many calls a provider that answers in 110 ms and is given 700 ms.
fn provider(name: &'static str, of: Call) -> Case {
    let mut entrance = gateway(vec![of]);
    entrance.service.concurrency = 150;
    case(name, vec![entrance, leaf(110.0, 0.6, 700.0)], &[150, 400])
}

fn brown_outs() -> Vec<Case> {
    let slow = BreakerModel {
        slow: Some(SlowCalls {
            longer_than_s: 0.3,
            percent: 60.0,
        }),
        ..BREAKER
    };
    let by_slow = CallGuard {
        breaker: Some(slow),
        ..WITH_BREAKER
    };
    let brown = |name, required, brown_out| Case {
        brown_out,
        ..provider(name, guarded(WITH_BREAKER, required))
    };
    let down = |name, required| Case {
        outage: true,
        ..provider(name, guarded(WITH_BREAKER, required))
    };
    let quick = |open_s| CallGuard {
        breaker: Some(BreakerModel { open_s, ..BREAKER }),
        ..WITH_BREAKER
    };
    vec![
        brown("breaker, optional, 30 times as slow", false, 30.0),
        brown("breaker, required, 30 times as slow", true, 30.0),
        brown("breaker, optional, 5 times as slow", false, 5.0),
        brown("breaker, optional, 8 times as slow", false, 8.0),
        brown("breaker, required, 8 times as slow", true, 8.0),
        Case {
            rate_rps: 6.0,
            ..brown("breaker, optional, 6 a second", false, 30.0)
        },
        Case {
            brown_out: 4.0,
            ..provider("breaker by slow calls", guarded(by_slow, false))
        },
        Case {
            brown_out: 30.0,
            ..provider("breaker open for 2 s", guarded(quick(2.0), false))
        },
        down("breaker, optional, outage", false),
        down("breaker, required, outage", true),
    ]
}

/// Calls that fail at all times, by chance.
fn errors() -> Vec<Case> {
    let failing = |name, error_probability, of: Call| {
        let mut case = provider(name, of);
        case.stations[1].service.error_probability = error_probability;
        case
    };
    let tried_again = Call {
        retries: RetryModel {
            max_attempts: 3,
            backoff_s: 0.05,
            multiplier: 2.0,
            full_jitter: true,
            ..RetryModel::NONE
        },
        ..guarded(WITH_BREAKER, true)
    };
    vec![
        failing("breaker, 20 % errors", 0.2, guarded(WITH_BREAKER, false)),
        failing("breaker, 30 % errors", 0.3, guarded(WITH_BREAKER, true)),
        failing("breaker, 20 % errors, tried again", 0.2, tried_again),
    ]
}

fn bulkheads() -> Vec<Case> {
    let room = |most| CallGuard {
        max_concurrent: Some(most),
        ..CallGuard::default()
    };
    let both = CallGuard {
        max_concurrent: Some(24),
        ..WITH_BREAKER
    };
    vec![
        provider("bulkhead, optional", guarded(room(12), false)),
        provider("bulkhead, required", guarded(room(16), true)),
        Case {
            brown_out: 30.0,
            ..provider("bulkhead, optional, brown-out", guarded(room(24), false))
        },
        Case {
            brown_out: 3.0,
            ..provider("bulkhead, required, brown-out", guarded(room(30), true))
        },
        Case {
            brown_out: 30.0,
            ..provider("breaker and bulkhead, brown-out", guarded(both, false))
        },
        Case {
            rate_rps: 9.0,
            brown_out: 30.0,
            ..provider("breaker and bulkhead, 9 a second", guarded(both, false))
        },
    ]
}

fn hedges() -> Vec<Case> {
    let after = |after_s| CallGuard {
        hedge_after_s: Some(after_s),
        ..CallGuard::default()
    };
    let spread = |name, of: Call, servers| {
        let mut entrance = gateway(vec![of]);
        entrance.service.concurrency = 60;
        case(
            name,
            vec![entrance, leaf(50.0, 2.0, 1000.0)],
            &[60, servers],
        )
    };
    let mut failing = spread("hedge, 10 % errors", guarded(after(0.1), true), 40);
    failing.stations[1].service.error_probability = 0.1;
    vec![
        spread("hedge after 150 ms", guarded(after(0.15), true), 40),
        spread("hedge after 30 ms", guarded(after(0.03), true), 40),
        spread("hedge, optional", guarded(after(0.1), false), 40),
        spread("hedge, tight", guarded(after(0.15), true), 9),
        failing,
        Case {
            brown_out: 3.0,
            ..provider("hedge, brown-out", guarded(after(0.25), true))
        },
    ]
}

fn shapes() -> Vec<Case> {
    let to = |to, mode, required| Call {
        guard: WITH_BREAKER,
        required,
        ..call(to, 1.0, mode)
    };
    let middle = |calls| Station {
        calls,
        ..leaf(40.0, 1.0, 1000.0)
    };
    let pair = |name, mode| {
        let calls = vec![to(1, mode, true), to(2, mode, false)];
        let stations = vec![
            gateway(calls),
            leaf(40.0, 1.0, 1000.0),
            leaf(80.0, 0.7, 500.0),
        ];
        Case {
            brown_out: 20.0,
            ..case(name, stations, &[60, 20, 120])
        }
    };
    let below = vec![
        gateway(vec![call(1, 1.0, CallMode::Sequential)]),
        middle(vec![to(2, CallMode::Sequential, false)]),
        leaf(60.0, 0.7, 500.0),
    ];
    let above = vec![
        gateway(vec![to(1, CallMode::Sequential, false)]),
        middle(vec![call(2, 1.0, CallMode::Sequential)]),
        leaf(60.0, 0.7, 800.0),
    ];
    let twice = vec![
        gateway(vec![Call {
            per_request: 2.5,
            ..to(1, CallMode::Sequential, false)
        }]),
        leaf(30.0, 1.0, 500.0),
    ];
    let full = |name, servers| {
        let stations = vec![
            gateway(vec![to(1, CallMode::Sequential, false)]),
            leaf(50.0, 1.0, 500.0),
        ];
        case(name, stations, &[60, servers])
    };
    vec![
        pair("two breakers, in turn", CallMode::Sequential),
        pair("two breakers, together", CallMode::Parallel),
        Case {
            brown_out: 20.0,
            ..case("breaker below", below, &[60, 40, 150])
        },
        Case {
            brown_out: 20.0,
            ..case("breaker above", above, &[100, 60, 150])
        },
        Case {
            brown_out: 30.0,
            ..case("two and a half calls", twice, &[60, 150])
        },
        full("breaker before 4 servers of load 5", 4),
        full("breaker before 6 servers of load 5", 6),
        full("breaker before 8 servers of load 5", 8),
    ]
}

/// Serverless functions behind guards: 80 ms, 400 ms more for the first request of an instance, which is kept for ten
/// minutes. Functions themselves are never browned out; what they call may be. Breakers before functions near their limit
/// of instances, and before functions that wait for others, are refused on the fluid plane: with 10 instances of a load of
/// 8 its P95 was 80 % off, and with a dependency 8 times as slow 5.8 points of good requests.
fn functions() -> Vec<Case> {
    let law = |mean_s, cv| Distribution::log_normal(mean_s, cv).expect("a positive mean and cv");
    let start = ColdStart::Init(law(0.4, 0.3));
    let keep_alive = Distribution::deterministic(600.0).expect("positive");
    let model = FunctionModel::new(law(0.08, 0.8), start, keep_alive);
    let function = |model: &FunctionModel, calls| Station {
        function: Some(model.clone()),
        calls,
        ..leaf(80.0, 0.8, 700.0)
    };
    let entrance = |guard, required| Station {
        service: ServiceModel {
            concurrency: 150,
            ..gateway(Vec::new()).service
        },
        ..gateway(vec![guarded(guard, required)])
    };
    let behind = |name, guard, required, model: &FunctionModel| {
        let stations = vec![entrance(guard, required), function(model, Vec::new())];
        case(name, stations, &[150, 0])
    };
    // A dependency of 30 ms below the function is slow for ten minutes.
    let above = |name, guard, required, brown_out: f64| {
        let calls = vec![call(2, 1.0, CallMode::Sequential)];
        let stations = vec![
            entrance(guard, required),
            function(&model, calls),
            leaf(30.0, 0.7, 500.0),
        ];
        Case {
            brown_out,
            ..case(name, stations, &[150, 0, 200])
        }
    };
    let hedged = |after_s| CallGuard {
        hedge_after_s: Some(after_s),
        ..CallGuard::default()
    };
    let room = |most| CallGuard {
        max_concurrent: Some(most),
        ..CallGuard::default()
    };
    let limited = |max_instances| FunctionModel {
        max_instances,
        ..model.clone()
    };
    let mut failing = behind("function, breaker, 30 % errors", WITH_BREAKER, true, &model);
    failing.stations[1].service.error_probability = 0.3;
    vec![
        behind("function, breaker", WITH_BREAKER, true, &model),
        failing,
        behind(
            "function with 17 instances, breaker",
            WITH_BREAKER,
            false,
            &limited(17),
        ),
        behind("function, bulkhead", room(9), false, &model),
        behind(
            "function with 10 instances, bulkhead",
            room(9),
            false,
            &limited(10),
        ),
        above("function, bulkhead, brown-out below", room(16), false, 8.0),
        behind("function, hedge after 150 ms", hedged(0.15), true, &model),
        behind(
            "function with 10 instances, hedge",
            hedged(0.15),
            false,
            &limited(10),
        ),
        above("function, hedge, brown-out below", hedged(0.25), true, 4.0),
    ]
}
