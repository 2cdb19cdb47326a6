use super::*;

fn lambda_x86() -> LambdaPrices {
    let tier = |up_to, usd| Tier { up_to, usd };
    LambdaPrices {
        per_million_requests: 0.2,
        duration: Tiers(vec![
            tier(6e9, 1.66667e-5),
            tier(15e9, 1.5e-5),
            tier(f64::INFINITY, 1.33334e-5),
        ]),
        ephemeral_gb_s: 3.09e-8,
        provisioned_gb_s: 4.1667e-6,
        provisioned_duration_gb_s: 9.7222e-6,
    }
}

fn provisioned(instances: f64, memory_mb: f64, hours: f64) -> Provisioned {
    Provisioned {
        instances,
        hours,
        requests: Requests {
            memory_mb,
            ..Requests::default()
        },
        ..Provisioned::default()
    }
}

/// AWS's example at the older price: 3 million requests of 1 s and 512 MB, free tier.
#[test]
fn the_older_example_of_aws() {
    let prices = LambdaPrices {
        duration: Tiers::flat(1.667e-5),
        ..lambda_x86()
    };
    let usage = OnDemand {
        requests: Requests {
            count: 3e6,
            duration_ms: 1000.0,
            memory_mb: 512.0,
        },
        ephemeral_mb: 512.0,
    };
    let free = FreeTier {
        requests: 1e6,
        gb_s: 4e5,
    };
    let bill = usage.bill(&prices, free);
    assert_eq!(cents(bill.duration_usd.iter().sum()), 18.34);
    assert_eq!(cents(bill.requests_usd), 0.4);
    assert_eq!(cents(bill.total_usd()), 18.74);
}

#[test]
fn a_million_requests_without_free_tier() {
    let usage = OnDemand {
        requests: Requests {
            count: 1e6,
            duration_ms: 200.0,
            memory_mb: 1024.0,
        },
        ephemeral_mb: 0.0,
    };
    let bill = usage.bill(&lambda_x86(), FreeTier::default());
    assert!((bill.total_usd() - 3.533_34).abs() < 1e-9);
}

#[test]
fn provisioned_concurrency_pays_above_sixty_per_cent() {
    let even = provisioned_break_even(1.66667e-5, 4.1667e-6, 9.7222e-6).unwrap();
    assert!((even - 0.6).abs() < 1e-4, "{even}");
    assert_eq!(provisioned_break_even(1e-5, 1e-6, 1e-5), None);
    // At the break-even both cost the same.
    let busy = Provisioned {
        requests: Requests {
            count: even * 10.0 * 3600.0,
            duration_ms: 1000.0,
            memory_mb: 1024.0,
        },
        ..provisioned(10.0, 1024.0, 1.0)
    };
    let bill = busy.bill(&lambda_x86(), FreeTier::default());
    let on_demand = busy.requests.gb_s() * 1.66667e-5;
    let difference = bill.provisioned_usd + bill.duration_usd - on_demand;
    assert!(difference.abs() < 1e-9 * on_demand, "{difference}");
}

/// The figures that two published articles got wrong by a factor of ten and by a few dollars.
#[test]
fn a_month_of_provisioned_concurrency() {
    let usd = |instances, memory_mb, hours| {
        let usage = provisioned(instances, memory_mb, hours);
        cents(
            usage
                .bill(&lambda_x86(), FreeTier::default())
                .provisioned_usd,
        )
    };
    assert_eq!(usd(10.0, 512.0, 730.0), 54.75);
    assert_eq!(usd(50.0, 1024.0, 720.0), 540.0);
    assert_eq!(usd(50.0, 1024.0, 730.0), 547.5);
    // Paid by the started five minutes.
    assert_eq!(
        provisioned(1.0, 1024.0, 0.01)
            .bill(&lambda_x86(), FreeTier::default())
            .provisioned_gb_s,
        300.0
    );
}

#[test]
fn durations_are_rounded_up_to_the_millisecond() {
    let gb_s = |duration_ms| {
        Requests {
            count: 1000.0,
            duration_ms,
            memory_mb: 1024.0,
        }
        .gb_s()
    };
    assert_eq!(gb_s(0.2), 1.0);
    assert_eq!(gb_s(1.0), 1.0);
    assert_eq!(gb_s(100.1), 101.0);
    // 0.28 / 0.001 is a little above 280 in floating point; that is not another step.
    assert_eq!(steps(0.28, 0.001), 280);
    assert_eq!((steps(0.0, 0.001), steps(1e-9, 0.001)), (0, 1));
}

#[test]
fn half_a_cent_goes_up() {
    // 11.25e9 × 1.20001e-5 is 135001.125.
    assert_eq!(cents(11.25e9 * 1.20001e-5), 135_001.13);
    assert_eq!(cents(1.005), 1.01);
    assert_eq!(cents(1.004_999), 1.0);
    assert_eq!(cents(0.0), 0.0);
}

#[test]
fn tiers_add_up() {
    let tiers = lambda_x86().duration;
    let costs = tiers.costs(20e9);
    let expected = [100_000.2, 135_000.0, 66_667.0];
    assert_eq!(costs.len(), 3);
    for (cost, expected) in costs.iter().zip(expected) {
        assert!((cost / expected - 1.0).abs() < 1e-12, "{cost}");
    }
    assert_eq!(tiers.costs(6e9).len(), 1);
    assert_eq!(tiers.costs(0.0), [0.0]);
    // A last tier with an end goes on beyond it.
    let capped = Tiers(vec![Tier {
        up_to: 10.0,
        usd: 2.0,
    }]);
    assert_eq!(capped.cost(15.0), 30.0);
    assert_eq!(Tiers::default().cost(15.0), 0.0);
}
