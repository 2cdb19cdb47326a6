//! Durations as Go writes them, such as 1h30m, and Never.

use super::super::manifest::fields::{Fields, Findings, in_words};

/// A stretch of time, or none.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Span {
    /// So many seconds.
    Seconds(f64),
    /// It never ends, or never comes.
    Never,
}

/// The duration of a field.
pub(super) fn take(fields: &mut Fields, key: &str, found: &mut Findings) -> Option<Span> {
    let value = fields.take(key)?;
    let span = value.as_str().and_then(parse);
    if span.is_none() {
        found.error(format!(
            "{}: expected is a duration such as 30s, 1h30m or 720h, or Never, not {}",
            fields.path(key),
            in_words(&value)
        ));
    }
    span
}

/// What a duration says.
pub(super) fn parse(text: &str) -> Option<Span> {
    if text == "Never" {
        return Some(Span::Never);
    }
    let mut rest = text;
    let mut seconds = 0.0;
    while !rest.is_empty() {
        let number_end = rest.find(|c: char| !c.is_ascii_digit() && c != '.')?;
        let (number, after) = rest.split_at_checked(number_end)?;
        let unit_end = after
            .find(|c: char| c.is_ascii_digit() || c == '.')
            .unwrap_or(after.len());
        let (unit, after) = after.split_at_checked(unit_end)?;
        let number: f64 = number.parse().ok()?;
        seconds += number
            * match unit {
                "h" => 3600.0,
                "m" => 60.0,
                "s" => 1.0,
                "ms" => 1e-3,
                _ => return None,
            };
        rest = after;
    }
    (!text.is_empty()).then_some(Span::Seconds(seconds))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations() {
        for (text, seconds) in [
            ("0s", 0.0),
            ("30s", 30.0),
            ("1h30m", 5400.0),
            ("720h", 2_592_000.0),
            ("1.5h", 5400.0),
            ("1h0m0.5s", 3600.5),
            ("250ms", 0.25),
        ] {
            assert_eq!(parse(text), Some(Span::Seconds(seconds)), "{text}");
        }
        assert_eq!(parse("Never"), Some(Span::Never));
        for text in [
            "", "5", "h", "5 m", "-5m", "5d", "1h30", "never", "1..5h", "é",
        ] {
            assert_eq!(parse(text), None, "{text}");
        }
    }
}
