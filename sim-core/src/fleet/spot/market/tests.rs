use super::*;
use crate::fleet::spot::SpotTrace;

fn pool(availability: Availability) -> PoolModel {
    PoolModel {
        name: "zone".to_owned(),
        written: 0,
        on_demand_kind: 0,
        usd_per_hour: 0.1,
        on_demand_usd_per_hour: 0.2,
        vcpus: 4.0,
        hazard_per_s: 1e-4,
        depth: 1.0,
        availability,
    }
}

fn market(pools: Vec<PoolModel>, allocation: SpotAllocation, seed: u64) -> Market {
    let model = SpotModel {
        owner: 0,
        on_demand_base: 0,
        share: 1.0,
        fallback: 1.0,
        retry_s: 180.0,
        allocation,
        notice_s: 120.0,
        drains: true,
        recovery_s: 0.0,
        first_kind: 1,
        written: pools.len() as u32,
        pools,
    };
    Market::new(Arc::new(model), seed, 0, 0)
}

/// Time with capacity over all time of an alternating renewal process: up / (up + down), with the variance of its
/// asymptotic law, 2 u² d² / (u + d)³ / T (Cox 1962, exponential times).
#[test]
fn availability_is_that_of_an_alternating_renewal_process() {
    let (up_s, down_s) = (10_000.0, 2500.0);
    let availability = Availability::Renewal {
        mean_up_s: up_s,
        mean_down_s: down_s,
        nodes_share: 0.5,
    };
    let mut market = market(vec![pool(availability)], SpotAllocation::Diversified, 3);
    let (mut last_s, mut with_s) = (0.0, 0.0);
    while last_s < 5e7 {
        let at_s = market.next_change_s();
        with_s += if market.has_capacity(0) {
            at_s - last_s
        } else {
            0.0
        };
        last_s = at_s;
        let change = market.change().expect("it always changes again");
        assert_eq!(change.1 == Change::Up, market.has_capacity(0));
    }
    let share = with_s / last_s;
    let sum: f64 = up_s + down_s;
    let deviation = (2.0 * up_s * up_s * down_s * down_s / (sum * sum * sum) / last_s).sqrt();
    let expected = up_s / sum;
    assert!(
        (share - expected).abs() < 4.0 * deviation,
        "{share} {expected} ± {deviation}"
    );
}

/// Single lives are exponential: the mean of n is that within four of its standard errors, mean / √n.
#[test]
fn the_mean_life_is_the_inverse_of_the_hazard() {
    let mut market = market(
        vec![pool(Availability::Always)],
        SpotAllocation::Diversified,
        5,
    );
    let n = 20_000;
    let mean = (0..n).map(|_| market.life_s(0)).sum::<f64>() / f64::from(n);
    assert!(
        (mean / 1e4 - 1.0).abs() < 4.0 / f64::from(n).sqrt(),
        "{mean}"
    );
}

#[test]
fn a_trace_is_replayed_step_by_step() {
    let steps = [true, true, false, true, false, false, true];
    let trace = SpotTrace::new(600.0, steps.to_vec(), vec![]).expect("a trace");
    let availability = Availability::Trace {
        trace: Arc::new(trace),
        random_start: false,
    };
    let mut market = market(vec![pool(availability)], SpotAllocation::Diversified, 1);
    for step in 0..70_usize {
        let time_s = 600.0 * step as f64;
        while market.next_change_s() <= time_s {
            market.change();
        }
        assert_eq!(market.has_capacity(0), steps[step % 7], "step {step}");
    }
}

#[test]
fn each_strategy_picks_its_pool() {
    let named = |usd_per_hour: f64, depth: f64| PoolModel {
        usd_per_hour,
        depth,
        ..pool(Availability::Always)
    };
    // The cheapest is shallow; the deepest is dear; the second is deep enough and cheaper.
    let pools = vec![named(0.05, 1.0), named(0.08, 6.0), named(0.12, 10.0)];
    let pick = |allocation, own: [u32; 3]| {
        market(pools.clone(), allocation, 1).pick(&own, 0.0, PricePer::Processor, |_| true)
    };
    assert_eq!(pick(SpotAllocation::LowestPrice, [9, 0, 0]), Some(0));
    assert_eq!(pick(SpotAllocation::CapacityOptimized, [0, 0, 9]), Some(2));
    assert_eq!(
        pick(SpotAllocation::PriceCapacityOptimized, [0, 9, 0]),
        Some(1)
    );
    assert_eq!(pick(SpotAllocation::Diversified, [2, 2, 1]), Some(2));
    let none = market(pools.clone(), SpotAllocation::LowestPrice, 1).pick(
        &[0; 3],
        0.0,
        PricePer::Processor,
        |_| false,
    );
    assert_eq!(none, None);
    let fits = market(pools, SpotAllocation::LowestPrice, 1).pick(
        &[0; 3],
        0.0,
        PricePer::Processor,
        |pool| pool > 0,
    );
    assert_eq!(fits, Some(1));
}

/// What happens to one pool does not depend on the others, nor on the fleet.
#[test]
fn pools_have_streams_of_their_own() {
    let renewal = || {
        pool(Availability::Renewal {
            mean_up_s: 1000.0,
            mean_down_s: 500.0,
            nodes_share: 0.5,
        })
    };
    let mut alone = market(vec![renewal()], SpotAllocation::Diversified, 8);
    let mut both = market(vec![renewal(), renewal()], SpotAllocation::LowestPrice, 8);
    both.life_s(0);
    for _ in 0..50 {
        let expected = (alone.next_change_s(), alone.change());
        let found = loop {
            let at_s = both.next_change_s();
            match both.change() {
                Some((0, change)) => break (at_s, Some((0, change))),
                Some(_) => {}
                None => break (at_s, None),
            }
        };
        assert_eq!(found, expected);
    }
}
