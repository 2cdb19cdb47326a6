//! Random traffic: every source, growth, bursts and flash crowds.

use proptest::prelude::*;
use sim_core::scenario::document::*;

/// Sound traffic of up to a few hundred requests per second, before bursts and crowds.
pub fn traffic() -> impl Strategy<Value = TrafficDocument> {
    (
        source(),
        prop_oneof![Just(0.0), 0.0..0.2_f64],
        proptest::option::of(bursts()),
        proptest::collection::vec(flash_crowd(), 0..3),
    )
        .prop_map(
            |(source, over_dispersion, bursts, flash_crowds)| TrafficDocument {
                source,
                over_dispersion,
                bursts,
                flash_crowds,
            },
        )
}

fn source() -> impl Strategy<Value = TrafficSource> {
    let model = (
        1.0..200.0_f64,
        daily(),
        proptest::collection::vec(0.1..2.0_f64, 7),
        growth(),
    )
        .prop_map(
            |(base_rps, daily, weekday_weights, growth_percent_per_month)| TrafficSource::Model {
                base_rps,
                daily,
                weekday_weights,
                growth_percent_per_month,
            },
        );
    let counts =
        proptest::collection::vec(proptest::option::weighted(0.9, 0.0..5000.0_f64), 1..200);
    let recorded = (
        60.0..3600.0_f64,
        1.0..5000.0_f64,
        counts,
        proptest::option::of(1.0..200.0_f64),
        growth(),
    )
        .prop_map(
            |(interval_s, first, mut counts, mean_rps, growth_percent_per_month)| {
                // One count is known and above zero, so that there is a recording.
                counts[0] = Some(first);
                TrafficSource::Recorded {
                    origin: "random".into(),
                    interval_s,
                    counts,
                    mean_rps,
                    growth_percent_per_month,
                }
            },
        );
    prop_oneof![model, recorded]
}

fn growth() -> impl Strategy<Value = f64> {
    prop_oneof![Just(0.0), -50.0..100.0_f64]
}

fn daily() -> impl Strategy<Value = DailyShape> {
    prop_oneof![
        Just(DailyShape::Flat {}),
        (0.0..=1.0_f64, 0.0..24.0_f64).prop_map(|(amplitude, peak_hour)| DailyShape::Sine {
            amplitude,
            peak_hour
        }),
        proptest::collection::vec(0.1..2.0_f64, 24)
            .prop_map(|weights| DailyShape::Hourly { weights }),
    ]
}

fn bursts() -> impl Strategy<Value = BurstsDocument> {
    (1.0..4.0_f64, 0.1..24.0_f64, 0.5..60.0_f64).prop_map(
        |(factor, mean_gap_hours, mean_duration_minutes)| BurstsDocument {
            factor,
            mean_gap_hours,
            mean_duration_minutes,
        },
    )
}

fn flash_crowd() -> impl Strategy<Value = FlashCrowdDocument> {
    (
        0.0..4.0_f64,
        0.0..5.0_f64,
        0.0..60.0_f64,
        0.0..60.0_f64,
        0.0..60.0_f64,
    )
        .prop_map(
            |(at_hour, factor, ramp_minutes, hold_minutes, fall_minutes)| FlashCrowdDocument {
                at_hour,
                factor,
                ramp_minutes,
                hold_minutes,
                fall_minutes,
            },
        )
}
