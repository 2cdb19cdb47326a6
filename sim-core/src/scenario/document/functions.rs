//! Serverless functions: components without replicas, whose instances come and go with the requests.

use super::serving::is_default;
use super::{DaysDocument, DistributionDocument};
use crate::scenario::read::FromValue;
use serde::Serialize;

pub use crate::functions::NextInstance;

/// A serverless function: the platform starts an instance when a request finds none free, and you pay for what runs.
#[derive(Clone, Debug, PartialEq, Serialize, FromValue)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct FunctionComponentDocument {
    /// Name; calls and routes know it by this.
    #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "topology.name")))]
    pub name: String,
    /// Memory of an instance, which is what its time is billed by.
    #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "functions.memory_mb")))]
    pub memory_mb: u32,
    /// Time of one request on an instance that is ready, the calls that it makes not counted.
    #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "service.service_time_ms")))]
    pub duration_ms: DistributionDocument,
    /// Time that a new instance takes to start: what a cold start adds to a request.
    #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "functions.init_ms")))]
    pub init_ms: DistributionDocument,
    /// An instance without a request for this long ends.
    #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "functions.keep_alive_minutes")))]
    pub keep_alive_minutes: f64,
    /// Requests that one instance serves at once: 1 on Lambda, more on container platforms, which bill instances, not requests.
    #[serde(default = "one", skip_serializing_if = "is_one")]
    #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "functions.concurrency")))]
    pub concurrency: u32,
    /// Which of the free instances serves the next request: it moves cold starts and the number of instances against each other.
    #[serde(default, skip_serializing_if = "is_default")]
    #[cfg_attr(feature = "schema", schemars(extend("default" = "newest")))]
    pub next_instance: NextInstance,
    /// Instances that this function may have at most (its reserved concurrency); without it only the account bounds it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "functions.instances")))]
    pub max_instances: Option<u32>,
    /// How fast new instances may start; without it as on Lambda, 1,000 at once and 100 more each second.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub burst: Option<FunctionBurstDocument>,
    /// A request that takes longer is ended and has failed.
    #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "service.timeout_ms")))]
    pub timeout_ms: f64,
    /// Share of answers that carry an error.
    #[serde(default)]
    #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "service.error_percent")))]
    pub error_percent: f64,
    /// Instances that are started beforehand and paid for whether used or not; without it there are none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub provisioned: Option<ProvisionedDocument>,
    /// A timer that calls the function so that instances do not expire; without it there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub warmer: Option<WarmerDocument>,
    /// What the platform charges; without it the list prices of AWS Lambda (x86, us-east-1).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub prices: Option<FunctionPricesDocument>,
}

fn one() -> u32 {
    1
}

#[allow(clippy::trivially_copy_pass_by_ref)]
fn is_one(value: &u32) -> bool {
    *value == 1
}

/// How fast new instances may start.
#[derive(Clone, Debug, PartialEq, Serialize, FromValue)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct FunctionBurstDocument {
    /// Instances that may start at once.
    #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "functions.burst_instances")))]
    pub instances: u32,
    /// Further ones per second.
    #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "functions.burst_per_second")))]
    pub per_second: f64,
}

/// How many instances are started beforehand.
#[derive(Clone, Debug, PartialEq, Serialize, FromValue)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum ProvisionedDocument {
    /// Always the same number.
    Static {
        /// Instances.
        #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "functions.provisioned")))]
        instances: u32,
    },
    /// By the hour and the day of the week.
    Scheduled {
        /// Instances when no entry holds.
        #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "functions.provisioned")))]
        instances: u32,
        /// The timetable; where entries overlap, the last one holds.
        #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "scheduled.entries")))]
        entries: Vec<ProvisionedEntryDocument>,
    },
    /// In proportion to their use, minute by minute, as Application Auto Scaling does.
    TargetTracked {
        /// Fewest instances.
        #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "functions.provisioned_bound")))]
        min_instances: u32,
        /// Most instances.
        #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "functions.provisioned_bound")))]
        max_instances: u32,
        /// Share of them that shall be at work.
        #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "functions.utilization_percent")))]
        utilization_percent: f64,
    },
}

/// One entry of the timetable. The window starts on a Monday at 00:00.
#[derive(Clone, Debug, PartialEq, Serialize, FromValue)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct ProvisionedEntryDocument {
    /// Days on which it starts.
    #[serde(default)]
    pub days: DaysDocument,
    /// Hour of the day at which it starts.
    #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "scheduled.hour")))]
    pub from_hour: f64,
    /// Hour of the day at which it ends; at or before the start means on the next day.
    #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "scheduled.hour")))]
    pub to_hour: f64,
    /// Instances meanwhile.
    #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "functions.provisioned")))]
    pub instances: u32,
}

/// A timer that calls the function now and then.
#[derive(Clone, Debug, PartialEq, Serialize, FromValue)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct WarmerDocument {
    /// Time from one round of calls to the next.
    #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "functions.warmer_minutes")))]
    pub every_minutes: f64,
    /// Calls at the same time: so many instances are kept warm.
    #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "functions.warmer_calls")))]
    pub calls: u32,
}

/// What a platform charges. A GB-second is a second of an instance with 1,024 MB.
#[derive(Clone, Debug, PartialEq, Serialize, FromValue)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct FunctionPricesDocument {
    /// Price of a million requests.
    #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "functions.usd_per_million_requests")))]
    pub usd_per_million_requests: f64,
    /// Price of a million GB-seconds, tier by tier of what a month uses.
    #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "functions.tiers")))]
    pub tiers: Vec<FunctionTierDocument>,
    /// Durations are rounded up to whole steps of this length.
    #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "functions.rounding_ms")))]
    pub rounding_ms: f64,
    /// Whether the start of an instance is billed with the request that it is started for.
    #[serde(default = "yes")]
    #[cfg_attr(feature = "schema", schemars(extend("default" = true)))]
    pub bills_init: bool,
    /// Price of a million GB-seconds of provisioned instances, used or not.
    #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "functions.provisioned_usd")))]
    pub provisioned_usd_per_million_gb_s: f64,
    /// Price of a million GB-seconds that run on provisioned instances.
    #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "functions.provisioned_duration_usd")))]
    pub provisioned_duration_usd_per_million_gb_s: f64,
}

fn yes() -> bool {
    true
}

/// A price that holds up to an amount.
#[derive(Clone, Debug, PartialEq, Serialize, FromValue)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct FunctionTierDocument {
    /// Millions of GB-seconds in a month up to which it holds, counted from none; the last tier has no end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "functions.tier_end")))]
    pub up_to_million_gb_s: Option<f64>,
    /// Price of a million GB-seconds.
    #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "functions.usd_per_million_gb_s")))]
    pub usd_per_million_gb_s: f64,
}

impl Default for FunctionPricesDocument {
    /// AWS Lambda, x86, us-east-1: the pricing page, and Infracost's golden file of 2024-07. Starts are billed since
    /// August 2025.
    fn default() -> Self {
        let tier = |up_to_million_gb_s, usd_per_million_gb_s| FunctionTierDocument {
            up_to_million_gb_s,
            usd_per_million_gb_s,
        };
        Self {
            usd_per_million_requests: 0.2,
            tiers: vec![
                tier(Some(6000.0), 16.6667),
                tier(Some(15_000.0), 15.0),
                tier(None, 13.3334),
            ],
            rounding_ms: 1.0,
            bills_init: true,
            provisioned_usd_per_million_gb_s: 4.1667,
            provisioned_duration_usd_per_million_gb_s: 9.7222,
        }
    }
}
