//! What a function is.

use crate::random::Distribution;
use serde::{Deserialize, Serialize};

/// A function and the platform's rules for it.
#[derive(Clone, Debug, PartialEq)]
pub struct FunctionModel {
    /// Time a started instance needs for a request, seconds.
    pub service_s: Distribution,
    /// What the first request of a new instance takes longer.
    pub cold_start: ColdStart,
    /// How long an instance without requests stays, seconds; drawn anew whenever it falls idle. Lambda's is not
    /// documented (5–10 minutes observed), SimFaaS takes 600 s.
    pub keep_alive_s: Distribution,
    /// Requests that one instance serves at once: 1 on Lambda, 80 on Cloud Run unless told otherwise. At least 1.
    pub concurrency: u32,
    /// Which of the free instances serves the next request.
    pub next_instance: NextInstance,
    /// Instances at most, provisioned ones included: the account's or the function's concurrency limit. A request that
    /// would need one more is rejected.
    pub max_instances: u32,
    /// Instances at work at most, of all functions of the account together; what is provisioned counts whether it is at
    /// work or not. A request that would need one more is rejected.
    pub account_instances: u32,
    /// How fast new instances may be started; `None` is without limit.
    pub burst: Option<BurstLimit>,
    /// Instances that are started beforehand, never end, and serve before all others.
    pub provisioned: u32,
    /// Who calls it now and then to keep instances warm; `None` for nobody.
    pub warmer: Option<Warmer>,
    /// Durations are billed in steps of so many seconds, rounded up: 0.001 on Lambda. Above 0.
    pub billing_step_s: f64,
    /// Whether the start of an instance is billed with the request that it is started for.
    pub bills_init: bool,
}

/// What the first request of a new instance takes.
#[derive(Clone, Debug, PartialEq)]
pub enum ColdStart {
    /// The instance initialises for this long, seconds, and then serves. Further requests may be given to it while
    /// it starts (if its concurrency allows) and wait for it.
    Init(Distribution),
    /// The first request takes this long in all, seconds, from a law of its own: how SimFaaS describes a platform by
    /// measured cold responses. Further requests do not wait.
    Service(Distribution),
}

/// Which of the free instances serves the next request. It decides how many instances stay warm: serving from
/// one end lets the other end expire, going round keeps all of them alive.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum NextInstance {
    /// The one that was started last. Fewest instances, most cold starts.
    #[default]
    Newest,
    /// The one that was started first.
    Oldest,
    /// The one that served last.
    MostRecentlyUsed,
    /// The one that has not served for the longest time. Most instances, fewest cold starts.
    LeastRecentlyUsed,
    /// Any, with equal probability.
    Random,
    /// One after the other, in the order in which they were started.
    RoundRobin,
}

impl NextInstance {
    /// All of them.
    pub const ALL: [NextInstance; 6] = [
        NextInstance::Newest,
        NextInstance::Oldest,
        NextInstance::MostRecentlyUsed,
        NextInstance::LeastRecentlyUsed,
        NextInstance::Random,
        NextInstance::RoundRobin,
    ];
}

/// A timer that calls a function so that its instances do not expire.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Warmer {
    /// From one time to the next, seconds.
    pub every_s: f64,
    /// Calls made at the same time, each of which finds an instance of its own.
    pub calls: u32,
}

impl Warmer {
    /// How long a call keeps its instance, seconds: without any time the next call would find the same instance (the
    /// delay that the usual library waits; lambda-warmer, `delay: 75`).
    pub const HOLD_S: f64 = 0.075;
}

/// A token bucket for starting instances.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct BurstLimit {
    /// Instances that may be started at once.
    pub size: f64,
    /// Tokens that come back per second, up to `size`.
    pub per_s: f64,
}

impl BurstLimit {
    /// Lambda since November 2023: 1,000 per function every 10 seconds, refilled continuously.
    pub const LAMBDA: BurstLimit = BurstLimit {
        size: 1000.0,
        per_s: 100.0,
    };
}

impl FunctionModel {
    /// A function of one request per instance, newest first, without limits or provisioned instances, billed by
    /// the millisecond.
    pub fn new(service_s: Distribution, cold_start: ColdStart, keep_alive_s: Distribution) -> Self {
        Self {
            service_s,
            cold_start,
            keep_alive_s,
            concurrency: 1,
            next_instance: NextInstance::Newest,
            max_instances: u32::MAX,
            account_instances: u32::MAX,
            burst: None,
            provisioned: 0,
            warmer: None,
            billing_step_s: 0.001,
            bills_init: true,
        }
    }
}
