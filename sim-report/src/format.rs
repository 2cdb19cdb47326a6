//! Numbers as people read them.

use crate::currency;

/// Groups the digits of a whole number in threes: 12345 → "12,345".
pub fn grouped(value: f64) -> String {
    let digits = format!("{:.0}", value.abs());
    let mut text = String::with_capacity(digits.len() + digits.len() / 3 + 1);
    if value < 0.0 && digits != "0" {
        text.push('−');
    }
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// Three significant digits, grouped, without trailing zeros: 0.01234 → "0.0123", 1234.5 → "1,235".
pub fn number(value: f64) -> String {
    if !value.is_finite() {
        return "–".to_owned();
    }
    let size = value.abs();
    if size >= 999.5 {
        return grouped(value);
    }
    let decimals = match size {
        s if s >= 99.95 => 0,
        s if s >= 9.995 => 1,
        s if s >= 0.9995 => 2,
        s if s >= 0.09995 => 3,
        s if s >= 0.009995 => 4,
        s if s >= 0.0009995 => 5,
        0.0 => 0,
        _ => 6,
    };
    minus(&trim_zeros(format!("{value:.decimals$}")))
}

/// The minus of typography in place of each hyphen before a digit.
pub fn minus(text: &str) -> String {
    let mut last = None;
    let mut letters = text.chars().peekable();
    let mut out = String::with_capacity(text.len());
    while let Some(letter) = letters.next() {
        let is_sign = letter == '-'
            && letters.peek().is_some_and(char::is_ascii_digit)
            && !last.is_some_and(char::is_alphanumeric);
        out.push(if is_sign { '−' } else { letter });
        last = Some(letter);
    }
    out
}

/// A number with its sign, also where it is positive: "+1.5", "−2.0".
pub fn signed(value: f64, decimals: usize) -> String {
    minus(&format!("{value:+.decimals$}"))
}

/// Removes zeros at the end of a decimal fraction.
pub fn trim_zeros(text: String) -> String {
    if text.contains('.') {
        text.trim_end_matches('0').trim_end_matches('.').to_owned()
    } else {
        text
    }
}

/// US dollars, in the currency that is shown: "$0.42", "$842", "$18,420".
pub fn money(usd: f64) -> String {
    if !usd.is_finite() {
        return "–".to_owned();
    }
    let shown = currency::shown();
    let sign = if usd < 0.0 { "−" } else { "" };
    let prefix = format!("{sign}{}", shown.prefix());
    let size = usd.abs() * shown.per_usd;
    if size >= 99.995 {
        format!("{prefix}{}", grouped(size))
    } else if size == 0.0 || size >= 0.0995 {
        format!("{prefix}{size:.2}")
    } else {
        let decimals = (1.0 - size.log10().floor()).min(9.0) as usize;
        format!("{prefix}{size:.decimals$}")
    }
}

/// A tick of an axis of US dollars, in the currency that is shown, with as many decimals as its ticks need.
pub fn money_tick(usd: f64, step_usd: f64) -> String {
    let shown = currency::shown();
    let amount = tick(usd * shown.per_usd, step_usd * shown.per_usd);
    format!("{}{amount}", shown.prefix())
}

/// Two ends of a range with their unit once: "177–179 ms".
pub fn range(low: f64, high: f64, show: impl Fn(f64) -> String) -> String {
    let (low, high) = (show(low), show(high));
    let unit = high.rsplit_once('\u{a0}').map(|(_, unit)| unit);
    let short = unit
        .and_then(|unit| low.strip_suffix(unit))
        .map(|low| low.trim_end_matches('\u{a0}'));
    format!("{}–{high}", short.unwrap_or(&low))
}

/// A value of an axis with as many decimals as its ticks need.
pub fn tick(value: f64, step: f64) -> String {
    let decimals = if step > 0.0 && step < 1.0 {
        (-step.log10() - 1e-9).ceil().min(9.0) as usize
    } else {
        0
    };
    if decimals == 0 {
        short(value)
    } else {
        minus(&format!("{value:.decimals$}"))
    }
}

/// US dollars, short, for axes: "$0.5", "$840", "$18.4k", "−$2M".
pub fn money_short(usd: f64) -> String {
    let shown = currency::shown();
    let sign = if usd < 0.0 { "−" } else { "" };
    format!(
        "{sign}{}{}",
        shown.prefix(),
        short(usd.abs() * shown.per_usd)
    )
}

/// A number with a suffix for thousands and millions, for axes.
pub fn short(value: f64) -> String {
    let size = value.abs();
    let (scaled, suffix) = match size {
        s if s >= 1e9 => (value / 1e9, "G"),
        s if s >= 1e6 => (value / 1e6, "M"),
        s if s >= 1e4 => (value / 1e3, "k"),
        _ => (value, ""),
    };
    let decimals = match scaled.abs() {
        s if s >= 100.0 => 0,
        s if s >= 10.0 => 1,
        s if s >= 1.0 => 2,
        _ => 4,
    };
    let text = trim_zeros(format!("{scaled:.decimals$}"));
    format!("{}{suffix}", minus(&text))
}

/// A share (0..1) in per cent with so many decimals: "99.95 %".
pub fn percent(share: f64, decimals: usize) -> String {
    if share.is_finite() && share.abs() >= 100.0 {
        format!("{}\u{a0}%", grouped(share * 100.0))
    } else if share.is_finite() {
        minus(&format!("{:.decimals$}\u{a0}%", share * 100.0))
    } else {
        "–".to_owned()
    }
}

/// A share close to one, with as many decimals as tell it from 100 %: 0.99954 → "99.954 %".
pub fn percent_near_one(share: f64) -> String {
    if !share.is_finite() {
        return "–".to_owned();
    }
    let gap = (1.0 - share).abs();
    let decimals = match gap {
        0.0 => 0,
        g if g >= 0.05 => 1,
        g if g >= 0.005 => 2,
        g if g >= 0.0005 => 3,
        _ => 4,
    };
    format!("{:.decimals$}\u{a0}%", share * 100.0)
}

/// Milliseconds: "182 ms", from ten seconds on "12.3 s".
pub fn milliseconds(ms: f64) -> String {
    if !ms.is_finite() {
        "–".to_owned()
    } else if ms >= 10_000.0 {
        format!("{}\u{a0}s", number(ms / 1000.0))
    } else {
        format!("{}\u{a0}ms", number(ms))
    }
}

/// A value with its unit as reports name it ("USD", "ms", "%", "h", …).
pub fn with_unit(value: f64, unit: &str) -> String {
    match unit {
        "USD" => money(value),
        "ms" => milliseconds(value),
        "" => number(value),
        other => format!("{}\u{a0}{other}", number(value)),
    }
}

/// A stretch of time left: "6 s", "2 min 5 s".
pub fn time_left(seconds: f64) -> String {
    if !seconds.is_finite() {
        return String::new();
    }
    let whole = seconds.max(0.0).ceil();
    if whole < 60.0 {
        format!("{whole:.0} s")
    } else if whole < 3600.0 {
        format!("{:.0} min {:.0} s", (whole / 60.0).floor(), whole % 60.0)
    } else {
        format!(
            "{:.0} h {:.0} min",
            (whole / 3600.0).floor(),
            ((whole % 3600.0) / 60.0).floor()
        )
    }
}

/// Names of the days of the week, Monday first.
pub const WEEKDAYS: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];

/// A moment of the window, which starts on a Monday at 00:00: "day 3 (Wed) 14:30".
pub fn moment(seconds: f64) -> String {
    let minutes = (seconds / 60.0).max(0.0).round();
    let day = (minutes / 1440.0).floor();
    let minute = minutes - day * 1440.0;
    let name = WEEKDAYS
        .get(((day % 7.0) as usize).min(6))
        .copied()
        .unwrap_or_default();
    format!(
        "day {:.0} ({name}) {:02.0}:{:02.0}",
        day + 1.0,
        (minute / 60.0).floor(),
        minute % 60.0
    )
}

/// A moment of the window to the second: "day 3 (Wed) 14:30:15".
pub fn instant(seconds: f64) -> String {
    let clock = clock(seconds);
    let minute = moment((seconds / 60.0).floor() * 60.0);
    format!("{minute}{}", clock.get(5..).unwrap_or_default())
}

/// The time of day to the second.
pub fn clock(seconds: f64) -> String {
    let of_day = seconds.rem_euclid(86_400.0).floor();
    format!(
        "{:02.0}:{:02.0}:{:02.0}",
        (of_day / 3600.0).floor(),
        (of_day / 60.0).floor() % 60.0,
        of_day % 60.0
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_keep_three_digits() {
        assert_eq!(number(0.012345), "0.0123");
        assert_eq!(number(1234.6), "1,235");
        assert_eq!(number(42.0), "42");
        assert_eq!(number(-3.5), "−3.5");
        assert_eq!(number(f64::NAN), "–");
    }

    #[test]
    fn money_has_cents_only_when_small() {
        assert_eq!(money(0.4213), "$0.42");
        assert_eq!(money(18420.4), "$18,420");
        assert_eq!(money_short(18420.0), "$18.4k");
        assert_eq!(money_short(-18420.0), "−$18.4k");
        assert_eq!(money(-12.0), "−$12.00");
        assert_eq!(money(0.00342), "$0.0034");
    }

    #[test]
    fn every_sign_is_a_minus_and_hyphens_stay() {
        assert_eq!(percent(-0.659, 1), "−65.9\u{a0}%");
        assert_eq!(signed(-2.0, 1), "−2.0");
        assert_eq!(signed(1.5, 1), "+1.5");
        assert_eq!(short(-12_500.0), "−12.5k");
        assert_eq!(tick(-0.5, 0.1), "−0.5");
        assert_eq!(minus("t3-2xlarge, (-3) m-5"), "t3-2xlarge, (−3) m-5");
    }

    #[test]
    fn shares_close_to_one_stay_apart_from_it() {
        assert_eq!(percent_near_one(0.99954), "99.9540\u{a0}%");
        assert_eq!(percent_near_one(0.9991), "99.910\u{a0}%");
        assert_eq!(percent_near_one(1.0), "100\u{a0}%");
        assert_eq!(percent_near_one(0.5), "50.0\u{a0}%");
    }

    #[test]
    fn moments_name_the_weekday() {
        assert_eq!(moment(0.0), "day 1 (Mon) 00:00");
        assert_eq!(moment(2.0 * 86400.0 + 14.5 * 3600.0), "day 3 (Wed) 14:30");
    }

    #[test]
    fn instants_do_not_round_up() {
        let almost = 2.0 * 86400.0 + 14.5 * 3600.0 + 59.9;
        assert_eq!(instant(almost), "day 3 (Wed) 14:30:59");
    }

    #[test]
    fn time_left_reads_naturally() {
        assert_eq!(time_left(5.2), "6 s");
        assert_eq!(time_left(125.0), "2 min 5 s");
        assert_eq!(time_left(f64::INFINITY), "");
    }

    #[test]
    fn ranges_name_their_unit_once() {
        assert_eq!(range(177.0, 179.0, milliseconds), "177–179\u{a0}ms");
        assert_eq!(range(1.0, 2.0, money), "$1.00–$2.00");
        assert_eq!(
            range(0.5, 12.0, |share| percent(share, 0)),
            "50–1200\u{a0}%"
        );
    }

    #[test]
    fn large_shares_have_groups_of_digits() {
        assert_eq!(percent(427.93, 0), "42,793\u{a0}%");
        assert_eq!(percent(-427.93, 1), "−42,793\u{a0}%");
        assert_eq!(percent(99.99, 0), "9999\u{a0}%");
    }

    #[test]
    fn ticks_differ_from_their_neighbours() {
        assert_eq!(tick(493.05, 0.05), "493.05");
        assert_eq!(tick(18_500.0, 500.0), "18.5k");
    }
}
