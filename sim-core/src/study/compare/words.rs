//! A comparison in one sentence, by fixed thresholds.
//!
//! A difference is told as one when its 95 % interval excludes zero, else it is "not distinguishable"; when the whole
//! interval is negligible (half a per cent of the baseline's mean, one point of a probability) it is "practically the
//! same". The share of paired runs is that of all pairs, ties among them.

use super::difference::{Difference, PairedProportion, Verdict};
use crate::scenario::limits::plain_number;

/// The sentence on a candidate.
pub(super) fn sentence(
    candidate: &str,
    cost: Option<&Difference>,
    attainment: &PairedProportion,
) -> String {
    let cost = cost.map_or_else(String::new, |cost| cost_words(candidate, cost));
    format!("{cost}; {}.", risk_words(attainment))
}

fn cost_words(candidate: &str, cost: &Difference) -> String {
    let (mean, half) = (cost.difference.mean, cost.difference.half_width());
    if cost.difference.n > 0 && cost.equal == cost.difference.n as u32 {
        return format!("{candidate} costs the same in every run");
    }
    if !half.is_finite() {
        return format!("{candidate}: one run says nothing about the cost difference yet");
    }
    let runs = |share: f64, word: &str| {
        let percent = (100.0 * share).round();
        format!("{word} in {percent} % of paired runs")
    };
    let higher =
        1.0 - cost.lower_in.estimate - f64::from(cost.equal) / (cost.difference.n.max(1) as f64);
    match cost.verdict {
        Verdict::Open => format!(
            "{candidate}'s cost is not distinguishable ({} a month, 95 % interval {} to {}; {})",
            signed_money(mean),
            signed_money(mean - half),
            signed_money(mean + half),
            runs(cost.lower_in.estimate, "cheaper"),
        ),
        Verdict::Same => format!(
            "{candidate} costs practically the same ({} a month, 95 % interval {} to {}; {})",
            signed_money(mean),
            signed_money(mean - half),
            signed_money(mean + half),
            runs(cost.lower_in.estimate, "cheaper"),
        ),
        Verdict::Less => format!(
            "{candidate} costs ${} less a month, 95 % interval {}–{}, {}",
            amount(-mean),
            amount(-mean - half),
            amount(-mean + half),
            runs(cost.lower_in.estimate, "cheaper"),
        ),
        Verdict::More => format!(
            "{candidate} costs ${} more a month, 95 % interval {}–{}, {}",
            amount(mean),
            amount(mean - half),
            amount(mean + half),
            runs(higher, "dearer"),
        ),
    }
}

fn risk_words(attainment: &PairedProportion) -> String {
    // Risk is the probability to miss an objective.
    let (risk, low, high) = (
        -attainment.difference,
        -attainment.ci_high,
        -attainment.ci_low,
    );
    let words = match attainment.verdict {
        Verdict::Same => "practically the same",
        Verdict::Open => "not distinguishable",
        Verdict::Less => "riskier",
        Verdict::More => "safer",
    };
    format!(
        "SLO risk {} pp, 95 % interval {} to {}, {words}",
        signed_points(risk),
        signed_points(low),
        signed_points(high)
    )
}

/// Dollars without a sign: whole from 100 on.
fn amount(usd: f64) -> String {
    if usd.abs() >= 99.5 {
        grouped(usd.round())
    } else {
        format!("{usd:.2}")
    }
}

fn grouped(usd: f64) -> String {
    let text = plain_number(usd);
    match text.split_at_checked(1) {
        Some((first, rest)) if text.len() == 4 && !text.contains(',') => format!("{first},{rest}"),
        _ => text,
    }
}

fn signed_money(usd: f64) -> String {
    let sign = if usd < 0.0 { "−" } else { "+" };
    format!("{sign}${}", amount(usd.abs()))
}

fn signed_points(share: f64) -> String {
    let points = (1000.0 * share).round() / 10.0;
    let sign = if points < 0.0 { "−" } else { "+" };
    format!("{sign}{:.1}", points.abs())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn difference(baseline: &[f64], candidate: &[f64]) -> Difference {
        Difference::of(("cost", "Cost", "USD"), baseline, candidate)
    }

    fn agreeing() -> PairedProportion {
        PairedProportion::of([(true, true); 20].into_iter())
    }

    #[test]
    fn money_reads_well() {
        assert_eq!(amount(412.4), "412");
        assert_eq!(amount(1234.5), "1,235");
        assert_eq!(amount(18_420.0), "18,420");
        assert_eq!(amount(3.456), "3.46");
        assert_eq!(signed_money(-20.0), "−$20.00");
        assert_eq!(signed_points(0.0004), "+0.0");
    }

    #[test]
    fn the_sentence_follows_the_thresholds() {
        let before: Vec<f64> = (0..20).map(|i| 2000.0 + f64::from(i)).collect();
        let with = |change: &dyn Fn(f64, f64) -> f64| {
            let pairs = before.iter().zip(0u32..);
            let after: Vec<f64> = pairs
                .map(|(&usd, i)| change(usd, f64::from(i % 2)))
                .collect();
            sentence("B", Some(&difference(&before, &after)), &agreeing())
        };
        let less = with(&|usd, odd| usd - 400.0 - 20.0 * odd);
        assert!(less.starts_with("B costs $410 less a month, 95 % interval 405–415, cheaper in 100 % of paired runs; SLO risk +0.0 pp"), "{less}");
        let more = with(&|usd, odd| usd + 400.0 + 20.0 * odd);
        assert!(
            more.starts_with("B costs $410 more a month, 95 % interval 405–415, dearer in 100 %"),
            "{more}"
        );
        let open = with(&|usd, odd| usd + 800.0 * odd - 390.0);
        assert!(
            open.contains("not distinguishable (+$10.00 a month"),
            "{open}"
        );
        let same = with(&|usd, odd| usd + odd);
        assert!(
            same.starts_with("B costs practically the same (+$0.50"),
            "{same}"
        );
        assert!(with(&|usd, _| usd).starts_with("B costs the same in every run"));
    }
}
