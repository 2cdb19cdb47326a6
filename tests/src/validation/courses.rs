//! Courses of load and capacity over time, on which `fluid` is held against `requests`.

use sim_core::plane::{Balancing, Interval, Removal, RetryModel, ServiceModel};
use sim_core::random::Distribution;

/// A course of load and capacity.
pub struct Course {
    pub name: &'static str,
    pub model: ServiceModel,
    /// Length of its intervals, seconds.
    pub tick_s: f64,
    /// Share of requests that must be good in a slice of five minutes, for it not to be one of violation.
    pub target: f64,
    pub intervals: Vec<Interval>,
}

/// What a course is made of.
struct Plan {
    mean_s: f64,
    cv: f64,
    timeout_s: f64,
    /// In mean service times.
    threshold: f64,
    target: f64,
    tick_s: f64,
    length_s: f64,
    queue_limit: u32,
    buffer_limit: u32,
}

impl Default for Plan {
    /// Service of 0.1 s, cv 1, good up to 0.5 s; an hour of 15-s ticks; patience and room without end.
    fn default() -> Self {
        Self {
            mean_s: 0.1,
            cv: 1.0,
            timeout_s: f64::INFINITY,
            threshold: 5.0,
            target: 0.95,
            tick_s: 15.0,
            length_s: 3600.0,
            queue_limit: 1_000_000,
            buffer_limit: 0,
        }
    }
}

impl Plan {
    /// With a load relative to the servers of the beginning, or to one server if there is none then.
    fn course(
        self,
        name: &'static str,
        load: impl Fn(f64) -> f64,
        servers: impl Fn(f64) -> u32,
    ) -> Course {
        let capacity_rps = f64::from(servers(0.0).max(1)) / self.mean_s;
        let ticks = (self.length_s / self.tick_s).round() as u32;
        let interval = |tick: u32| {
            let time_s = (f64::from(tick) + 0.5) * self.tick_s;
            Interval {
                length_s: self.tick_s,
                rate_rps: capacity_rps * load(time_s),
                servers: servers(time_s),
                queue_limit: self.queue_limit,
                buffer_limit: self.buffer_limit,
                ..Interval::default()
            }
        };
        let service = Distribution::log_normal(self.mean_s, self.cv).expect("a positive cv");
        Course {
            name,
            model: ServiceModel {
                timeout_s: self.timeout_s,
                thresholds_s: vec![self.threshold * self.mean_s],
                ..ServiceModel::new(service)
            },
            tick_s: self.tick_s,
            target: self.target,
            intervals: (0..ticks).map(interval).collect(),
        }
    }
}

fn plan() -> Plan {
    Plan::default()
}

/// A wave around 0.55 with the given period, from 0.15 to 0.95.
fn wave(period_s: f64) -> impl Fn(f64) -> f64 {
    move |t: f64| 0.55 + 0.4 * (t / period_s * std::f64::consts::TAU).sin()
}

/// A value up to a time, and another from then on.
fn from<T: Copy>(start_s: f64, before: T, after: T) -> impl Fn(f64) -> T {
    move |t| if t < start_s { before } else { after }
}

/// A value that is another one between two times.
fn between<T: Copy>(start_s: f64, end_s: f64, outside: T, inside: T) -> impl Fn(f64) -> T {
    move |t| {
        if (start_s..end_s).contains(&t) {
            inside
        } else {
            outside
        }
    }
}

/// The courses on which the planes must agree.
pub fn courses() -> Vec<Course> {
    [
        waves(),
        overloads(),
        without_servers(),
        other_ticks(),
        late_capacity(),
        from_zero(),
        slow_queues(),
        long_services(),
        retries(),
        own_queues(),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// Another service than the plainest.
fn with(mut course: Course, change: impl FnOnce(&mut ServiceModel)) -> Course {
    change(&mut course.model);
    course
}

/// Clients that try again.
fn retries() -> Vec<Course> {
    let clients = |max_attempts: u32| {
        move |model: &mut ServiceModel| {
            model.retries = RetryModel {
                max_attempts,
                backoff_s: 0.2,
                multiplier: 2.0,
                full_jitter: true,
                budget: f64::INFINITY,
            };
        }
    };
    let lossy = |model: &mut ServiceModel| {
        model.error_probability = 0.05;
        clients(3)(model);
    };
    let impatient = || Plan {
        timeout_s: 2.0,
        ..plan()
    };
    vec![
        with(
            two_hours().course(
                "5 % errors, three attempts: two-hour wave to 0.95, 20 servers",
                |t| wave(7200.0)(t) / 1.0525,
                |_| 20,
            ),
            lossy,
        ),
        with(
            impatient().course(
                "timeout 2 s, two attempts: no servers for 2 minutes, load 0.45, 20 servers",
                |_| 0.45,
                between(1200.0, 1320.0, 20, 0),
            ),
            clients(2),
        ),
        with(
            impatient().course(
                "timeout 2 s, two attempts: a storm after 2 minutes without servers, load 0.9, 200 servers",
                |_| 0.9,
                between(1200.0, 1320.0, 200, 0),
            ),
            clients(2),
        ),
    ]
}

/// Replicas with queues of their own, and replicas that are killed when they are scaled in.
fn own_queues() -> Vec<Course> {
    let policy = |balancing: Balancing, concurrency: u32| {
        move |model: &mut ServiceModel| {
            model.balancing = balancing;
            model.concurrency = concurrency;
        }
    };
    vec![
        with(
            two_hours().course(
                "at random: two-hour wave, 20 replicas, cv 1",
                wave(7200.0),
                |_| 20,
            ),
            policy(Balancing::Random, 1),
        ),
        with(
            two_hours().course(
                "in turn: two-hour wave, 20 replicas, cv 1",
                wave(7200.0),
                |_| 20,
            ),
            policy(Balancing::RoundRobin, 1),
        ),
        with(
            two_hours().course(
                "to the least outstanding: two-hour wave, 5 replicas with 4 slots, cv 1",
                wave(7200.0),
                |_| 20,
            ),
            policy(Balancing::LeastOutstanding, 4),
        ),
        with(
            two_hours().course(
                "to the better of two: two-hour wave, 5 replicas with 4 slots, cv 1",
                wave(7200.0),
                |_| 20,
            ),
            policy(Balancing::PowerOfTwo, 4),
        ),
        with(
            two_hours().course(
                "scaled in replicas lose their requests: from 30 servers to 20 and back, cv 1",
                |_| 0.6,
                |t| if t % 1200.0 < 600.0 { 30 } else { 20 },
            ),
            |model| model.removal = Removal::Kill,
        ),
    ]
}

/// Waves and steps below capacity.
fn waves() -> Vec<Course> {
    let cv = |cv| Plan { cv, ..two_hours() };
    vec![
        two_hours().course(
            "two-hour wave, load 0.15 to 0.95, 20 servers, cv 1",
            wave(7200.0),
            |_| 20,
        ),
        cv(2.0).course("the same with cv 2", wave(7200.0), |_| 20),
        two_hours().course("the same with 3 servers, cv 1", wave(7200.0), |_| 3),
        cv(1.5).course("the same with 200 servers, cv 1.5", wave(7200.0), |_| 200),
        plan().course(
            "step from load 0.5 to 0.92, cv 1",
            from(1800.0, 0.5, 0.92),
            |_| 20,
        ),
    ]
}

fn two_hours() -> Plan {
    Plan {
        length_s: 7200.0,
        ..plan()
    }
}

/// A whole day, and ticks of a second or two.
fn other_ticks() -> Vec<Course> {
    vec![
        Plan {
            mean_s: 0.5,
            cv: 1.5,
            length_s: 86_400.0,
            ..plan()
        }
        .course(
            "daily curve, load 0.15 to 0.95, 10 servers, service of 0.5 s, cv 1.5",
            wave(86_400.0),
            |_| 10,
        ),
        Plan {
            tick_s: 1.0,
            length_s: 1800.0,
            ..plan()
        }
        .course(
            "ticks of 1 s: half-hour wave, load 0.15 to 0.95, 20 servers, cv 1",
            wave(1800.0),
            |_| 20,
        ),
        Plan {
            tick_s: 2.0,
            cv: 2.0,
            length_s: 1800.0,
            ..plan()
        }
        .course(
            "ticks of 2 s: half-hour wave, 4 servers, cv 2",
            wave(1800.0),
            |_| 4,
        ),
    ]
}

/// Load above capacity, with and without limits.
fn overloads() -> Vec<Course> {
    let spike = || between(1200.0, 1500.0, 0.7, 1.4);
    vec![
        plan().course("load 1.4 for 5 minutes, cv 1", spike(), |_| 20),
        Plan {
            timeout_s: 5.0,
            ..plan()
        }
        .course("the same, timeout 5 s", spike(), |_| 20),
        Plan {
            queue_limit: 100,
            ..plan()
        }
        .course("the same, room for 100 requests", spike(), |_| 20),
        Plan {
            queue_limit: 100,
            timeout_s: 5.0,
            cv: 2.0,
            ..plan()
        }
        .course("the same, room for 100, timeout 5 s, cv 2", spike(), |_| 20),
        plan().course(
            "load 1.02 for half an hour, cv 1",
            between(600.0, 2400.0, 0.8, 1.02),
            |_| 20,
        ),
        plan().course(
            "load 1.2 until capacity grows by half",
            from(900.0, 0.7, 1.2),
            from(1500.0, 20, 30),
        ),
    ]
}

/// Capacity that comes late, or goes.
fn late_capacity() -> Vec<Course> {
    // It follows 2.5 minutes late in two steps, and leaves 10 minutes after.
    let late = |t: f64| match t {
        1350.0..1500.0 => 26,
        1500.0..2400.0 => 32,
        _ => 20,
    };
    vec![
        plan().course(
            "spike to 1.3 for 10 minutes, capacity follows in steps",
            between(1200.0, 1800.0, 0.7, 1.3),
            late,
        ),
        Plan {
            timeout_s: 5.0,
            tick_s: 1.0,
            ..plan()
        }
        .course(
            "the same, timeout 5 s, ticks of 1 s",
            between(1200.0, 1800.0, 0.7, 1.3),
            late,
        ),
        Plan {
            timeout_s: 10.0,
            ..plan()
        }
        .course(
            "half of the servers gone for 4 minutes, timeout 10 s",
            |_| 0.7,
            between(1200.0, 1440.0, 20, 10),
        ),
    ]
}

/// No servers for a while.
fn without_servers() -> Vec<Course> {
    let dip = || between(1200.0, 1320.0, 20, 0);
    vec![
        Plan {
            timeout_s: 5.0,
            ..plan()
        }
        .course("no servers for 2 minutes, timeout 5 s", |_| 0.7, dip()),
        Plan {
            queue_limit: 300,
            ..plan()
        }
        .course("no servers for 2 minutes, room for 300", |_| 0.7, dip()),
    ]
}

/// No servers for a while, and then one or many.
fn from_zero() -> Vec<Course> {
    let dip = between(1200.0, 1320.0, 20, 0);
    vec![
        plan().course("no servers for 2 minutes, endless room", |_| 0.7, dip),
        Plan {
            timeout_s: 60.0,
            length_s: 1200.0,
            ..plan()
        }
        .course(
            "from zero: nothing for 45 s, then 1 server, load 0.6",
            |_| 0.6,
            from(45.0, 0, 1),
        ),
        Plan {
            timeout_s: 60.0,
            length_s: 1200.0,
            ..plan()
        }
        .course(
            "from zero: nothing for 45 s, then 1 server, a minute later 10, load 5",
            |_| 5.0,
            |t| match t {
                0.0..45.0 => 0,
                45.0..105.0 => 1,
                _ => 10,
            },
        ),
        Plan {
            queue_limit: 0,
            buffer_limit: 100,
            length_s: 1200.0,
            tick_s: 5.0,
            ..plan()
        }
        .course(
            "from zero to 20 in 30 s, a buffer for 100, ticks of 5 s",
            |_| 12.0,
            from(30.0, 0, 20),
        ),
    ]
}

/// Few slow servers, whose queue remembers more than a tick.
fn slow_queues() -> Vec<Course> {
    let slow = |mean_s: f64, cv: f64| Plan {
        mean_s,
        cv,
        length_s: 6.0 * 3600.0,
        ..plan()
    };
    vec![
        Plan {
            threshold: 6.0,
            ..slow(2.0, 1.5)
        }
        .course(
            "2 servers, service of 2 s, cv 1.5, load 0.85",
            |_| 0.85,
            |_| 2,
        ),
        Plan {
            threshold: 4.0,
            target: 0.9,
            ..slow(5.0, 1.0)
        }
        .course(
            "4 servers, service of 5 s, cv 1, wave to 0.95",
            wave(7200.0),
            |_| 4,
        ),
        Plan {
            threshold: 10.0,
            target: 0.9,
            ..slow(1.0, 2.0)
        }
        .course(
            "1 server, service of 1 s, cv 2, wave to 0.95",
            wave(7200.0),
            |_| 1,
        ),
        Plan {
            threshold: 4.0,
            ..slow(2.0, 1.0)
        }
        .course(
            "3 servers, service of 2 s, 10 minutes above capacity each 2 hours",
            |t| if t % 7200.0 < 600.0 { 1.2 } else { 0.6 },
            |_| 3,
        ),
    ]
}

/// Services longer than a tick.
fn long_services() -> Vec<Course> {
    let long = |mean_s: f64, cv: f64| Plan {
        mean_s,
        cv,
        threshold: 3.0,
        target: 0.9,
        length_s: 4.0 * 3600.0,
        ..plan()
    };
    vec![
        long(60.0, 1.0).course(
            "service of 60 s, cv 1, 100 servers, wave to 0.95",
            wave(7200.0),
            |_| 100,
        ),
        long(60.0, 0.3).course("long services again, cv 0.3", wave(7200.0), |_| 100),
        long(60.0, 2.0).course("long services again, cv 2", wave(7200.0), |_| 100),
        Plan {
            tick_s: 2.0,
            ..long(30.0, 0.5)
        }
        .course(
            "service of 30 s, cv 0.5, ticks of 2 s: load 1.3 for 10 minutes, 50 servers",
            between(3600.0, 4200.0, 0.6, 1.3),
            |_| 50,
        ),
        long(60.0, 1.0).course(
            "service of 60 s: load 0.9, servers from 40 to 60 to 40",
            |_| 0.9,
            between(3600.0, 7200.0, 40, 60),
        ),
    ]
}
