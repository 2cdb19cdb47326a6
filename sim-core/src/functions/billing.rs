//! What serverless platforms charge: closed forms from usage to dollars.
//!
//! Sources: the AWS Lambda pricing page and its worked examples; Infracost's golden files for Lambda and Cloud Run
//! (`tests/vectors/faas_cost_vectors.json` holds them as cases). Prices are inputs: list prices change, and belong to
//! the price book. Amounts are not rounded; a bill rounds each of its lines to [`cents`].

use super::steps;

/// Megabytes in the gigabyte that platforms bill memory by.
const MB_PER_GB: f64 = 1024.0;
/// Storage of an instance that costs nothing on Lambda, MB.
const FREE_EPHEMERAL_MB: f64 = 512.0;
/// Provisioned concurrency is paid in steps of five minutes, from when it is turned on.
const PROVISIONED_STEP_S: f64 = 300.0;
/// Roundings of a few products must not spoil a half cent.
const ROUNDING: f64 = 1e-12;

/// Dollars as a bill shows them: to the cent, half a cent up.
pub fn cents(usd: f64) -> f64 {
    let cents = usd * 100.0;
    ((cents + cents.abs() * ROUNDING + 0.5).floor()) / 100.0
}

/// Prices per unit that fall with the amount used in a month.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Tiers(pub Vec<Tier>);

/// One price of [`Tiers`].
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Tier {
    /// The amount, counted from 0, up to which the price holds; infinity for the last.
    pub up_to: f64,
    /// Dollars per unit.
    pub usd: f64,
}

impl Tiers {
    /// One price for any amount.
    pub fn flat(usd: f64) -> Self {
        Tiers(vec![Tier {
            up_to: f64::INFINITY,
            usd,
        }])
    }

    /// Dollars for `amount` units, tier by tier: as many entries as tiers are reached. What lies beyond the last
    /// tier is charged at its price.
    pub fn costs(&self, amount: f64) -> Vec<f64> {
        let mut costs = Vec::new();
        let mut from = 0.0;
        let last = self.0.len().saturating_sub(1);
        for (index, tier) in self.0.iter().enumerate() {
            let to = if index == last {
                f64::INFINITY
            } else {
                tier.up_to
            };
            if index > 0 && amount <= from {
                break;
            }
            costs.push((amount.min(to) - from).max(0.0) * tier.usd);
            from = to.max(from);
        }
        costs
    }

    /// Dollars for `amount` units.
    pub fn cost(&self, amount: f64) -> f64 {
        self.costs(amount).iter().sum()
    }
}

/// What a month includes for nothing.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct FreeTier {
    /// Requests: 1,000,000 on Lambda.
    pub requests: f64,
    /// GB-seconds: 400,000 on Lambda; not for what runs on provisioned concurrency.
    pub gb_s: f64,
}

/// Requests of one kind.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Requests {
    /// How many.
    pub count: f64,
    /// Duration of each, milliseconds; billed in whole milliseconds. Since August 2025 it includes the start of a
    /// new instance in every configuration.
    pub duration_ms: f64,
    /// Memory of an instance, MB.
    pub memory_mb: f64,
}

impl Requests {
    /// GB-seconds: requests × duration, rounded up to the millisecond, × memory.
    pub fn gb_s(&self) -> f64 {
        self.count * self.billed_ms() * self.memory_mb / (1000.0 * MB_PER_GB)
    }

    /// GB-seconds of storage above the free 512 MB.
    pub fn ephemeral_gb_s(&self, ephemeral_mb: f64) -> f64 {
        let paid_mb = (ephemeral_mb - FREE_EPHEMERAL_MB).max(0.0);
        self.count * self.billed_ms() * paid_mb / (1000.0 * MB_PER_GB)
    }

    fn billed_ms(&self) -> f64 {
        steps(self.duration_ms, 1.0) as f64
    }
}

/// GB-seconds of `billed_s` seconds (such as [`FunctionOutcome::billed_s`](super::FunctionOutcome::billed_s)) on
/// instances of `memory_mb`.
pub fn gb_s(billed_s: f64, memory_mb: f64) -> f64 {
    billed_s * memory_mb / MB_PER_GB
}

/// Dollars for requests at a price per million, less those that are free.
pub fn request_cost(count: f64, usd_per_million: f64, free: f64) -> f64 {
    (count - free).max(0.0) / 1e6 * usd_per_million
}

/// A month of a Lambda function without provisioned concurrency.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct OnDemand {
    /// Its requests.
    pub requests: Requests,
    /// Storage of an instance, MB; 512 are free.
    pub ephemeral_mb: f64,
}

/// What Lambda charges per unit.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct LambdaPrices {
    /// Dollars per million requests.
    pub per_million_requests: f64,
    /// Dollars per GB-second.
    pub duration: Tiers,
    /// Dollars per GB-second of storage above 512 MB.
    pub ephemeral_gb_s: f64,
    /// Dollars per GB-second of provisioned concurrency, used or not.
    pub provisioned_gb_s: f64,
    /// Dollars per GB-second that runs on provisioned concurrency.
    pub provisioned_duration_gb_s: f64,
}

/// The lines of a bill, dollars.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct OnDemandBill {
    /// GB-seconds used.
    pub gb_s: f64,
    /// GB-seconds paid.
    pub billable_gb_s: f64,
    /// Dollars for them, by tier.
    pub duration_usd: Vec<f64>,
    /// Dollars for requests.
    pub requests_usd: f64,
    /// Dollars for storage.
    pub ephemeral_usd: f64,
}

impl OnDemandBill {
    /// The sum of its lines.
    pub fn total_usd(&self) -> f64 {
        self.duration_usd.iter().sum::<f64>() + self.requests_usd + self.ephemeral_usd
    }
}

impl OnDemand {
    /// What a month costs.
    pub fn bill(&self, prices: &LambdaPrices, free: FreeTier) -> OnDemandBill {
        let gb_s = self.requests.gb_s();
        let billable_gb_s = (gb_s - free.gb_s).max(0.0);
        let ephemeral_gb_s = self.requests.ephemeral_gb_s(self.ephemeral_mb);
        OnDemandBill {
            gb_s,
            billable_gb_s,
            duration_usd: prices.duration.costs(billable_gb_s),
            requests_usd: request_cost(
                self.requests.count,
                prices.per_million_requests,
                free.requests,
            ),
            ephemeral_usd: ephemeral_gb_s * prices.ephemeral_gb_s,
        }
    }
}

/// A month of a Lambda function with provisioned concurrency.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Provisioned {
    /// Instances provisioned.
    pub instances: f64,
    /// Hours for which they are; paid in steps of five minutes.
    pub hours: f64,
    /// Requests that they serve. Their memory is the function's.
    pub requests: Requests,
    /// Requests beyond what they can serve, which start further instances.
    pub spilled: Requests,
}

/// The lines of a bill, dollars.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct ProvisionedBill {
    /// GB-seconds of provisioned concurrency.
    pub provisioned_gb_s: f64,
    /// Dollars for them.
    pub provisioned_usd: f64,
    /// GB-seconds that ran on it.
    pub duration_gb_s: f64,
    /// Dollars for them.
    pub duration_usd: f64,
    /// GB-seconds that ran beside it.
    pub spilled_gb_s: f64,
    /// Dollars for them.
    pub spilled_usd: f64,
    /// Dollars for requests.
    pub requests_usd: f64,
}

impl ProvisionedBill {
    /// The sum of its lines.
    pub fn total_usd(&self) -> f64 {
        self.provisioned_usd + self.duration_usd + self.spilled_usd + self.requests_usd
    }
}

impl Provisioned {
    /// What a month costs. The free GB-seconds are for the spilled requests only.
    pub fn bill(&self, prices: &LambdaPrices, free: FreeTier) -> ProvisionedBill {
        let enabled_s = steps(self.hours * 3600.0, PROVISIONED_STEP_S) as f64 * PROVISIONED_STEP_S;
        let provisioned_gb_s = self.instances * enabled_s * self.requests.memory_mb / MB_PER_GB;
        let duration_gb_s = self.requests.gb_s();
        let spilled_gb_s = self.spilled.gb_s();
        ProvisionedBill {
            provisioned_gb_s,
            provisioned_usd: provisioned_gb_s * prices.provisioned_gb_s,
            duration_gb_s,
            duration_usd: duration_gb_s * prices.provisioned_duration_gb_s,
            spilled_gb_s,
            spilled_usd: prices.duration.cost((spilled_gb_s - free.gb_s).max(0.0)),
            requests_usd: request_cost(
                self.requests.count + self.spilled.count,
                prices.per_million_requests,
                free.requests,
            ),
        }
    }
}

/// Share of the time for which provisioned concurrency must be in use to be cheaper than on-demand instances:
/// with a share u, `provisioned + u · provisioned_duration < u · on_demand`. Above 1, or `None` where running on it
/// costs no less, it never is. 0.60 at Lambda's list prices.
pub fn provisioned_break_even(
    on_demand_gb_s: f64,
    provisioned_gb_s: f64,
    provisioned_duration_gb_s: f64,
) -> Option<f64> {
    let saved = on_demand_gb_s - provisioned_duration_gb_s;
    (saved > 0.0).then(|| provisioned_gb_s / saved)
}

/// Seconds for which instances of a container platform (Cloud Run) are paid.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum ActiveTime {
    /// While they hold requests, in perfect packing: requests × duration ÷ requests at once (Infracost's estimate; the
    /// simulation gives the exact [`running_s`](super::FunctionOutcome::running_s)).
    Requests {
        /// How many.
        count: f64,
        /// Duration of each, milliseconds.
        duration_ms: f64,
        /// Requests that an instance serves at once, at least 1.
        concurrency: f64,
    },
    /// As long as they exist, or a figure measured otherwise: hours of all instances.
    InstanceHours(f64),
}

impl ActiveTime {
    /// In seconds.
    pub fn seconds(&self) -> f64 {
        match *self {
            ActiveTime::Requests {
                count,
                duration_ms,
                concurrency,
            } => count * duration_ms / (1000.0 * concurrency.max(1.0)),
            ActiveTime::InstanceHours(hours) => hours * 3600.0,
        }
    }
}

/// What a container platform charges per unit.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct ContainerPrices {
    /// Dollars per vCPU-second.
    pub vcpu_s: f64,
    /// Dollars per GiB-second.
    pub gib_s: f64,
    /// Dollars per request; 0 where instances are paid as long as they exist.
    pub request: f64,
}

/// The lines of a bill.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct ContainerBill {
    /// vCPU-seconds.
    pub vcpu_s: f64,
    /// GiB-seconds.
    pub gib_s: f64,
    /// Dollars for vCPU-seconds.
    pub cpu_usd: f64,
    /// Dollars for GiB-seconds.
    pub memory_usd: f64,
    /// Dollars for requests.
    pub requests_usd: f64,
}

impl ContainerBill {
    /// The sum of its lines.
    pub fn total_usd(&self) -> f64 {
        self.cpu_usd + self.memory_usd + self.requests_usd
    }
}

/// What `active` time of instances with `vcpus` and `memory_gib`, and `requests` requests, cost.
pub fn container_bill(
    active: ActiveTime,
    vcpus: f64,
    memory_gib: f64,
    requests: f64,
    prices: ContainerPrices,
) -> ContainerBill {
    let seconds = active.seconds();
    let (vcpu_s, gib_s) = (seconds * vcpus, seconds * memory_gib);
    ContainerBill {
        vcpu_s,
        gib_s,
        cpu_usd: vcpu_s * prices.vcpu_s,
        memory_usd: gib_s * prices.gib_s,
        requests_usd: requests * prices.request,
    }
}

#[cfg(test)]
mod tests;
