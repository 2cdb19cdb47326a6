//! What functions cost: AWS's own examples and arithmetic that published articles got wrong.

use super::super::case::About;
use super::super::{Case, Family, Oracle, Value};
use crate::functions::billing::{
    FreeTier, LambdaPrices, OnDemand, Provisioned, Requests, Tiers, cents, provisioned_break_even,
};

/// Dollars per GB-second: on demand, provisioned, and running on provisioned instances (us-east-1).
const ON_DEMAND: f64 = 1.66667e-5;
const PROVISIONED: f64 = 4.1667e-6;
const ON_PROVISIONED: f64 = 9.7222e-6;

pub(super) fn cases() -> Vec<Case> {
    vec![on_demand(), provisioned()]
}

fn exact(key: &'static str, figure: &str, formula: &'static str, value: f64) -> Oracle {
    Oracle::exact(key, figure, formula, Value::Number(value))
}

fn prices(usd_per_gb_s: f64) -> LambdaPrices {
    LambdaPrices {
        per_million_requests: 0.2,
        duration: Tiers::flat(usd_per_gb_s),
        provisioned_gb_s: PROVISIONED,
        provisioned_duration_gb_s: ON_PROVISIONED,
        ..LambdaPrices::default()
    }
}

fn requests(count: f64, duration_ms: f64, memory_mb: f64) -> Requests {
    Requests {
        count,
        duration_ms,
        memory_mb,
    }
}

fn on_demand() -> Case {
    Case::of_rules(
        About {
            id: "M1",
            family: Family::Billing,
            subject: "Lambda: 3 million requests of 1 s and 512 MB with the free tier; 1 million of 200 ms and 1 GB without".to_owned(),
            shows: "GB-seconds and requests, less what is free, each line to the cent.",
            source: "AWS Lambda pricing page, worked examples",
        },
        vec![
            exact("duration", "compute, $", "(3 M × 1 s × 0.5 GB − 400,000) × 0.00001667", 18.34),
            exact("requests", "requests, $", "(3 M − 1 M) × 0.20 / M", 0.4),
            exact("total", "the month, $", "", 18.74),
            exact("small", "1 million × 200 ms × 1 GB, $", "200,000 × 0.0000166667 + 0.20", 3.533_34),
        ],
        || {
            let free = FreeTier {
                requests: 1e6,
                gb_s: 4e5,
            };
            let usage = |requests| OnDemand {
                requests,
                ephemeral_mb: 512.0,
            };
            let bill = usage(requests(3e6, 1000.0, 512.0)).bill(&prices(1.667e-5), free);
            let small = usage(requests(1e6, 200.0, 1024.0))
                .bill(&prices(ON_DEMAND), FreeTier::default());
            [
                cents(bill.duration_usd.iter().sum()),
                cents(bill.requests_usd),
                cents(bill.total_usd()),
                small.total_usd(),
            ]
            .map(Value::Number)
            .into()
        },
    )
}

fn provisioned() -> Case {
    Case::of_rules(
        About {
            id: "M2",
            family: Family::Billing,
            subject: "Lambda with provisioned concurrency".to_owned(),
            shows: "When it pays, and a month of it: one article says 546 dollars where it is 54.75.",
            source: "prices of the AWS Lambda pricing page, November 2025",
        },
        vec![
            exact(
                "break-even",
                "share in use from which it pays, %",
                "4.1667 / (16.6667 − 9.7222)",
                60.0,
            ),
            exact(
                "ten",
                "10 × 512 MB × 730 h, $",
                "18,000 × 730 × 0.0000041667",
                54.75,
            ),
            exact(
                "fifty",
                "50 × 1 GB × 720 h, $",
                "180,000 × 720 × 0.0000041667",
                540.0,
            ),
            exact(
                "fifty-month",
                "50 × 1 GB × 730 h, $",
                "180,000 × 730 × 0.0000041667",
                547.5,
            ),
        ],
        || {
            let month = |instances, memory_mb, hours| {
                let usage = Provisioned {
                    instances,
                    hours,
                    requests: requests(0.0, 0.0, memory_mb),
                    spilled: Requests::default(),
                };
                let bill = usage.bill(&prices(ON_DEMAND), FreeTier::default());
                cents(bill.provisioned_usd)
            };
            let even = provisioned_break_even(ON_DEMAND, PROVISIONED, ON_PROVISIONED);
            [
                (even.unwrap_or(f64::NAN) * 1000.0).round() / 10.0,
                month(10.0, 512.0, 730.0),
                month(50.0, 1024.0, 720.0),
                month(50.0, 1024.0, 730.0),
            ]
            .map(Value::Number)
            .into()
        },
    )
}
