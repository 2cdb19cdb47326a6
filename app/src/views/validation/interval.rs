//! A run's interval beside the known value, as a small picture.

use super::table::is_near;
use leptos::prelude::*;
use sim_core::validation::{Judgement, Oracle, Verdict};

/// Size of the picture; the known value stands in its middle.
const WIDTH: f64 = 132.0;
const HEIGHT: f64 = 18.0;
/// Share of the half width that the furthest end takes.
const FILL: f64 = 0.86;

/// Places on the picture: the interval's ends and what was measured.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Places {
    low: f64,
    high: f64,
    measured: f64,
}

/// The picture; nothing for what has no interval.
pub fn graphic(oracle: &Oracle, verdict: &Verdict) -> Option<AnyView> {
    let (low, high) = verdict.interval?;
    let expected = oracle.expected.number();
    let at = places(expected, low, high, verdict.measured.number())?;
    let inside = low <= expected && expected <= high;
    let differs = verdict.judgement == Judgement::Differs;
    let words = format!(
        "The known value lies {} the interval",
        if inside { "inside" } else { "outside" }
    );
    let middle = 0.5 * WIDTH;
    let view = view! {
        <svg
            class="interval"
            class:differs=differs
            class:near=is_near(&oracle.rule)
            viewBox=format!("0 0 {WIDTH} {HEIGHT}")
            width=WIDTH.to_string()
            height=HEIGHT.to_string()
            role="img"
            aria-label=words
        >
            <line class="axis" x1="0" x2=WIDTH.to_string() y1="9" y2="9"></line>
            <rect class="range" x=decimal(at.low) y="5.5" width=decimal(at.high - at.low) height="7" rx="2"></rect>
            <circle class="dot" cx=decimal(at.measured) cy="9" r="3"></circle>
            <path class="known" d=format!("M{middle} 1v16M{} 0h6", middle - 3.0)></path>
        </svg>
    };
    Some(view.into_any())
}

/// Where things stand when the known value is in the middle; `None` when they are no numbers.
fn places(expected: f64, low: f64, high: f64, measured: f64) -> Option<Places> {
    let reach = (low - expected).abs().max((high - expected).abs());
    if !reach.is_finite() || reach <= 0.0 {
        return None;
    }
    let middle = 0.5 * WIDTH;
    let place = |value: f64| middle + FILL * middle * (value - expected) / reach;
    Some(Places {
        low: place(low),
        high: place(high),
        measured: place(measured),
    })
}

fn decimal(value: f64) -> String {
    format!("{value:.1}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_furthest_end_stays_in_the_picture() {
        let at = places(10.0, 9.0, 10.5, 9.75).unwrap();
        assert!((at.low - 66.0 * 0.14).abs() < 1e-9);
        assert!((at.high - (66.0 + 0.5 * 66.0 * FILL)).abs() < 1e-9);
        assert!(at.low < at.measured && at.measured < at.high);
        assert_eq!(places(1.0, 1.0, 1.0, 1.0), None);
        assert_eq!(places(1.0, f64::NAN, 1.0, 1.0), None);
    }
}
