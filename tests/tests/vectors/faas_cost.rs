//! Runners of the vectors of serverless cost, by kind. Money is compared as a bill shows it: to the cent, by line.

use serde::Deserialize;
use serde_json::json;
use sim_core::functions::billing::{
    ActiveTime, ContainerPrices, FreeTier, LambdaPrices, OnDemand, Provisioned, Requests, Tier,
    Tiers, cents, container_bill,
};

use crate::case::{Answer, Case};

/// Computes a case of a file `faas_cost_vectors*.json`.
pub fn run(case: &Case) -> Result<Answer, String> {
    match case.kind.as_str() {
        "lambda" => case.inputs().map(|given| lambda(&given)),
        "lambda_pc" => case.inputs().map(|given| lambda_provisioned(&given)),
        "cloud_run" => cloud_run(&case.inputs()?),
        "line_items" => case.inputs().map(|given| line_items(&given)),
        other => Err(format!("unknown kind {other:?}")),
    }
}

/// Upper end (none for the last) and price of each tier.
type GivenTiers = Vec<(Option<f64>, f64)>;

fn tiers(given: &GivenTiers) -> Tiers {
    let tier = |&(up_to, usd): &(Option<f64>, f64)| Tier {
        up_to: up_to.unwrap_or(f64::INFINITY),
        usd,
    };
    Tiers(given.iter().map(tier).collect())
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Lambda {
    requests: f64,
    duration_ms: f64,
    memory_mb: f64,
    price_per_million: f64,
    duration_tiers: GivenTiers,
    #[serde(default)]
    ephemeral_mb: f64,
    #[serde(default)]
    price_ephemeral_gb_s: f64,
    #[serde(default)]
    free_gb_s: f64,
    #[serde(default)]
    free_requests: f64,
}

fn lambda(given: &Lambda) -> Answer {
    let usage = OnDemand {
        requests: Requests {
            count: given.requests,
            duration_ms: given.duration_ms,
            memory_mb: given.memory_mb,
        },
        ephemeral_mb: given.ephemeral_mb,
    };
    let prices = LambdaPrices {
        per_million_requests: given.price_per_million,
        duration: tiers(&given.duration_tiers),
        ephemeral_gb_s: given.price_ephemeral_gb_s,
        ..LambdaPrices::default()
    };
    let free = FreeTier {
        requests: given.free_requests,
        gb_s: given.free_gb_s,
    };
    let bill = usage.bill(&prices, free);
    let by_tier: Vec<f64> = bill.duration_usd.iter().map(|&usd| cents(usd)).collect();
    Answer::of(json!({
        "gb_s": bill.gb_s,
        "billable_gb_s": bill.billable_gb_s,
        "duration_cost": cents(bill.duration_usd.iter().sum()),
        "duration_tiers_cost": by_tier,
        "request_cost": cents(bill.requests_usd),
        "ephemeral_cost": cents(bill.ephemeral_usd),
        "total_cost": cents(bill.total_usd()),
    }))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct LambdaProvisioned {
    memory_mb: f64,
    provisioned: f64,
    enabled_hours: f64,
    pc_requests: f64,
    duration_ms: f64,
    #[serde(default)]
    spill_requests: f64,
    #[serde(default)]
    spill_duration_ms: f64,
    price_pc_gb_s: f64,
    price_pc_duration_gb_s: f64,
    #[serde(default)]
    duration_tiers: GivenTiers,
    price_per_million: f64,
    #[serde(default)]
    free_gb_s: f64,
    #[serde(default)]
    free_requests: f64,
}

fn lambda_provisioned(given: &LambdaProvisioned) -> Answer {
    let requests = |count, duration_ms| Requests {
        count,
        duration_ms,
        memory_mb: given.memory_mb,
    };
    let usage = Provisioned {
        instances: given.provisioned,
        hours: given.enabled_hours,
        requests: requests(given.pc_requests, given.duration_ms),
        spilled: requests(given.spill_requests, given.spill_duration_ms),
    };
    let prices = LambdaPrices {
        per_million_requests: given.price_per_million,
        duration: tiers(&given.duration_tiers),
        ephemeral_gb_s: 0.0,
        provisioned_gb_s: given.price_pc_gb_s,
        provisioned_duration_gb_s: given.price_pc_duration_gb_s,
    };
    let free = FreeTier {
        requests: given.free_requests,
        gb_s: given.free_gb_s,
    };
    let bill = usage.bill(&prices, free);
    Answer::of(json!({
        "pc_gb_s": bill.provisioned_gb_s,
        "pc_cost": cents(bill.provisioned_usd),
        "duration_gb_s": bill.duration_gb_s,
        "duration_cost": cents(bill.duration_usd),
        "spill_gb_s": bill.spilled_gb_s,
        "spill_cost": cents(bill.spilled_usd),
        "request_cost": cents(bill.requests_usd),
        "total_cost": cents(bill.total_usd()),
    }))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CloudRun {
    #[serde(default)]
    requests: f64,
    #[serde(default)]
    duration_ms: f64,
    #[serde(default = "one")]
    concurrency: f64,
    instance_hours: Option<f64>,
    vcpu: f64,
    memory_gib: f64,
    price_vcpu_s: f64,
    price_gib_s: f64,
    #[serde(default)]
    price_per_request: f64,
}

fn one() -> f64 {
    1.0
}

fn cloud_run(given: &CloudRun) -> Result<Answer, String> {
    let active = match given.instance_hours {
        Some(hours) => ActiveTime::InstanceHours(hours),
        None if given.requests > 0.0 => ActiveTime::Requests {
            count: given.requests,
            duration_ms: given.duration_ms,
            concurrency: given.concurrency,
        },
        None => return Err("neither requests nor instance_hours".into()),
    };
    let prices = ContainerPrices {
        vcpu_s: given.price_vcpu_s,
        gib_s: given.price_gib_s,
        request: given.price_per_request,
    };
    let bill = container_bill(active, given.vcpu, given.memory_gib, given.requests, prices);
    Ok(Answer::of(json!({
        "vcpu_s": bill.vcpu_s,
        "gib_s": bill.gib_s,
        "cpu_cost": cents(bill.cpu_usd),
        "memory_cost": cents(bill.memory_usd),
        "request_cost": cents(bill.requests_usd),
        "total_cost": cents(bill.total_usd()),
    })))
}

/// Amounts with a price per unit.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct LineItems {
    items: Vec<(f64, f64)>,
}

fn line_items(given: &LineItems) -> Answer {
    let lines: Vec<f64> = given
        .items
        .iter()
        .map(|&(amount, usd)| Tiers::flat(usd).cost(amount))
        .collect();
    let costs: Vec<f64> = lines.iter().map(|&usd| cents(usd)).collect();
    Answer::of(json!({ "costs": costs, "total_cost": cents(lines.iter().sum()) }))
}
