//! What a pool reports.

use super::levels::Levels;
use crate::stats::{LogHistogram, Welford};

/// What happened in an interval. A request gets its outcome at its arrival, so
/// `arrivals = warm + cold + rejected_by_limit + rejected_by_burst`.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct FunctionOutcome {
    /// Requests that arrived.
    pub arrivals: u64,
    /// Served at once by an instance that was ready.
    pub warm: u64,
    /// Of `warm`: by a provisioned instance.
    pub provisioned: u64,
    /// Served after the start of an instance.
    pub cold: u64,
    /// Answered 429 because there were as many instances as allowed.
    pub rejected_by_limit: u64,
    /// Answered 429 because no further instance could be started so soon.
    pub rejected_by_burst: u64,
    /// Instances started. With one request per instance this is `cold`.
    pub started: u64,
    /// Instances ended after their keep-alive time.
    pub ended: u64,
    /// Sum of the service times of the requests served, seconds, cold starts' initialisation excluded.
    pub service_s: f64,
    /// Sum of the initialisation times of instances started, seconds.
    pub init_s: f64,
    /// Billed seconds on instances that are not provisioned: initialisation and service together, rounded up by
    /// request.
    pub billed_s: f64,
    /// Billed seconds of execution on provisioned instances.
    pub billed_provisioned_s: f64,
    /// Instance-seconds: the number of instances over time, provisioned ones included.
    pub instance_s: f64,
    /// Seconds of instances with at least one request. This is what platforms bill that share an instance between
    /// requests.
    pub running_s: f64,
    /// Of `instance_s`: provisioned.
    pub provisioned_s: f64,
    /// Of `running_s`: of provisioned instances.
    pub provisioned_running_s: f64,
    /// Calls of the warmer; they are in nothing above but what is started, billed and runs.
    pub pings: u64,
    /// Instances at the same time at most.
    pub peak_instances: u32,
}

impl FunctionOutcome {
    /// Requests served.
    pub fn served(&self) -> u64 {
        self.warm + self.cold
    }

    /// Requests answered 429.
    pub fn rejected(&self) -> u64 {
        self.rejected_by_limit + self.rejected_by_burst
    }

    /// Share of the served requests that waited for an instance to start, 0..1; 0 when none was served.
    pub fn cold_share(&self) -> f64 {
        share(self.cold, self.served())
    }

    /// Share of the requests answered 429, 0..1; 0 when there were none.
    pub fn rejected_share(&self) -> f64 {
        share(self.rejected(), self.arrivals)
    }

    /// Adds another interval.
    pub fn add(&mut self, other: &FunctionOutcome) {
        self.arrivals += other.arrivals;
        self.warm += other.warm;
        self.provisioned += other.provisioned;
        self.cold += other.cold;
        self.rejected_by_limit += other.rejected_by_limit;
        self.rejected_by_burst += other.rejected_by_burst;
        self.started += other.started;
        self.ended += other.ended;
        self.service_s += other.service_s;
        self.init_s += other.init_s;
        self.billed_s += other.billed_s;
        self.billed_provisioned_s += other.billed_provisioned_s;
        self.instance_s += other.instance_s;
        self.running_s += other.running_s;
        self.provisioned_s += other.provisioned_s;
        self.provisioned_running_s += other.provisioned_running_s;
        self.pings += other.pings;
        self.peak_instances = self.peak_instances.max(other.peak_instances);
    }
}

/// What became of a function's instances in an interval, as a network counts it: whole numbers where it is played.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct FunctionUse {
    /// Attempts that got an instance.
    pub invocations: f64,
    /// Of these: those that waited for its start.
    pub cold: f64,
    /// Of these: those on a provisioned instance.
    pub on_provisioned: f64,
    /// Attempts answered 429.
    pub throttled: f64,
    /// Instances started.
    pub started: f64,
    /// Seconds of their starts.
    pub init_s: f64,
    /// Billed seconds on instances that are not provisioned: each request's, rounded up; of instances that are shared by
    /// requests, their own.
    pub billed_s: f64,
    /// Billed seconds on provisioned instances.
    pub billed_provisioned_s: f64,
    /// Instance-seconds.
    pub instance_s: f64,
    /// Seconds of instances with at least one request.
    pub running_s: f64,
    /// Seconds of provisioned instances, used or not.
    pub provisioned_s: f64,
    /// Of `running_s`: of provisioned instances.
    pub provisioned_running_s: f64,
    /// Instances at the same time at most.
    pub peak_instances: f64,
    /// Calls of the warmer.
    pub pings: f64,
}

impl From<FunctionOutcome> for FunctionUse {
    fn from(played: FunctionOutcome) -> Self {
        Self {
            invocations: played.served() as f64,
            cold: played.cold as f64,
            on_provisioned: played.provisioned as f64,
            throttled: played.rejected() as f64,
            started: played.started as f64,
            init_s: played.init_s,
            billed_s: played.billed_s,
            billed_provisioned_s: played.billed_provisioned_s,
            instance_s: played.instance_s,
            running_s: played.running_s,
            provisioned_s: played.provisioned_s,
            provisioned_running_s: played.provisioned_running_s,
            peak_instances: f64::from(played.peak_instances),
            pings: played.pings as f64,
        }
    }
}

impl FunctionUse {
    /// Adds another interval.
    pub fn add(&mut self, other: &Self) {
        self.invocations += other.invocations;
        self.cold += other.cold;
        self.on_provisioned += other.on_provisioned;
        self.throttled += other.throttled;
        self.started += other.started;
        self.init_s += other.init_s;
        self.billed_s += other.billed_s;
        self.billed_provisioned_s += other.billed_provisioned_s;
        self.instance_s += other.instance_s;
        self.running_s += other.running_s;
        self.provisioned_s += other.provisioned_s;
        self.provisioned_running_s += other.provisioned_running_s;
        self.peak_instances = self.peak_instances.max(other.peak_instances);
        self.pings += other.pings;
    }
}

fn share(part: u64, whole: u64) -> f64 {
    if whole == 0 {
        0.0
    } else {
        part as f64 / whole as f64
    }
}

/// How a pool was over a longer time.
#[derive(Clone, Debug, Default)]
pub struct FunctionStatistics {
    /// How long how many instances existed, provisioned ones included.
    pub instances: Levels,
    /// How long how many of them held a request.
    pub running: Levels,
    /// Lifespans of the instances that ended, seconds.
    pub lifespans: Welford,
    /// Latencies of the requests served warm.
    pub warm_latency: LogHistogram,
    /// Latencies of the requests that waited for an instance to start.
    pub cold_latency: LogHistogram,
}

impl FunctionStatistics {
    /// Mean number of instances without a request.
    pub fn mean_idle(&self) -> f64 {
        self.instances.mean() - self.running.mean()
    }

    /// Latencies of all requests served.
    pub fn latency(&self) -> LogHistogram {
        let mut all = self.warm_latency.clone();
        all.merge(&self.cold_latency);
        all
    }
}
