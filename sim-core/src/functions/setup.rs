//! A scenario's function in the units of the planes.

use super::billing::{LambdaPrices, Tier, Tiers};
use super::{BurstLimit, ColdStart, FunctionModel, Warmer};
use crate::plane::ServiceModel;
use crate::random::Distribution;
use crate::scenario::document::{
    FunctionComponentDocument, FunctionPricesDocument, ProvisionedDocument,
};

/// Instances of all functions of an account together, unless it is told otherwise: Lambda's default quota.
pub const ACCOUNT_INSTANCES: u32 = 1000;
/// Seconds in a minute.
const MINUTE_S: f64 = 60.0;
/// Prices are written for so many GB-seconds.
const MILLION: f64 = 1e6;

/// A function of a topology.
#[derive(Clone, Debug, PartialEq)]
pub struct Function {
    /// How it answers: service time, timeout, errors.
    pub service: ServiceModel,
    /// Its instances.
    pub model: FunctionModel,
    /// Memory of an instance, MB.
    pub memory_mb: f64,
    /// How many instances are started beforehand.
    pub provisioned: Option<ProvisionedDocument>,
    /// What it is charged.
    pub prices: LambdaPrices,
}

impl Function {
    /// From what was written, its duration and start in seconds, and the account's limit.
    pub fn new(
        document: &FunctionComponentDocument,
        duration_s: Distribution,
        init_s: Distribution,
        account_instances: u32,
    ) -> Option<Self> {
        let keep_alive_s =
            Distribution::deterministic(document.keep_alive_minutes * MINUTE_S).ok()?;
        let prices = document.prices.clone().unwrap_or_default();
        let burst = document.burst.as_ref();
        let burst = burst.map_or(BurstLimit::LAMBDA, |burst| BurstLimit {
            size: f64::from(burst.instances),
            per_s: burst.per_second,
        });
        let model = FunctionModel {
            concurrency: document.concurrency.max(1),
            next_instance: document.next_instance,
            max_instances: document.max_instances.unwrap_or(u32::MAX),
            account_instances,
            burst: Some(burst),
            warmer: document.warmer.as_ref().map(|warmer| Warmer {
                every_s: warmer.every_minutes * MINUTE_S,
                calls: warmer.calls,
            }),
            billing_step_s: prices.rounding_ms / 1000.0,
            bills_init: prices.bills_init,
            ..FunctionModel::new(duration_s.clone(), ColdStart::Init(init_s), keep_alive_s)
        };
        Some(Self {
            service: ServiceModel {
                timeout_s: document.timeout_ms / 1000.0,
                error_probability: document.error_percent / 100.0,
                ..ServiceModel::new(duration_s)
            },
            model,
            memory_mb: f64::from(document.memory_mb),
            provisioned: document.provisioned.clone(),
            prices: lambda_prices(&prices),
        })
    }
}

fn lambda_prices(document: &FunctionPricesDocument) -> LambdaPrices {
    let tiers = document.tiers.iter().map(|tier| Tier {
        up_to: tier
            .up_to_million_gb_s
            .map_or(f64::INFINITY, |end| end * MILLION),
        usd: tier.usd_per_million_gb_s / MILLION,
    });
    LambdaPrices {
        per_million_requests: document.usd_per_million_requests,
        duration: Tiers(tiers.collect()),
        ephemeral_gb_s: 0.0,
        provisioned_gb_s: document.provisioned_usd_per_million_gb_s / MILLION,
        provisioned_duration_gb_s: document.provisioned_duration_usd_per_million_gb_s / MILLION,
    }
}
