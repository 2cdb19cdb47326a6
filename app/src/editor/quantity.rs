//! Numbers between text, slider and document.

use std::sync::Arc;

/// Text of a number for a box: as short as tells it apart.
pub fn text_of(value: f64) -> String {
    if value == value.trunc() && value.abs() < 1e15 {
        format!("{value:.0}")
    } else {
        format!("{value}")
    }
}

/// Reads a number as people type it: "1,200", "2k", "1.5 GiB", "200ms", "50 %". Units of time and size are
/// converted to `unit`, the unit of the field; None when it is not a number of that unit.
pub fn parse(text: &str, unit: &str) -> Option<f64> {
    let clean: String = text
        .trim()
        .replace([',', '_', '\u{a0}', '\u{2009}'], "")
        .replace('−', "-");
    let end = number_end(&clean);
    let (digits, rest) = (clean.get(..end)?, clean.get(end..)?.trim());
    let value: f64 = digits.parse().ok()?;
    let factor = suffix_factor(rest, unit)?;
    let scaled = value * factor;
    scaled.is_finite().then_some(scaled)
}

/// Reads a range as people type it: "300 to 700", "1–2 GiB", "200 ms … 2 s"; the first end may leave the unit to the
/// second. None when it is no range, or its ends do not ascend.
pub fn parse_range(text: &str, unit: &str) -> Option<(f64, f64)> {
    let between = [" to ", "…", "–", ".."];
    let (low, high) = between.iter().find_map(|word| text.split_once(word))?;
    let (low, high) = (low.trim(), high.trim());
    let suffix = high.get(number_end(high)..)?;
    let to = parse(high, unit)?;
    let from = match low.ends_with(|last: char| last.is_ascii_digit()) {
        true => parse(&format!("{low}{suffix}"), unit),
        false => parse(low, unit),
    }?;
    (from < to).then_some((from, to))
}

/// Where the number at the start of the text ends, in bytes.
fn number_end(text: &str) -> usize {
    let bytes = text.as_bytes();
    let mut end = 0;
    while let Some(&byte) = bytes.get(end) {
        let exponent = matches!(byte, b'e' | b'E')
            && end > 0
            && bytes
                .get(end + 1)
                .is_some_and(|next| next.is_ascii_digit() || matches!(next, b'-' | b'+'));
        let sign = matches!(byte, b'-' | b'+')
            && (end == 0 || matches!(bytes.get(end - 1), Some(b'e' | b'E')));
        if byte.is_ascii_digit() || byte == b'.' || sign || exponent {
            end += 1;
        } else {
            break;
        }
    }
    end
}

const TIME: [(&str, f64); 8] = [
    ("ms", 0.001),
    ("s", 1.0),
    ("sec", 1.0),
    ("min", 60.0),
    ("h", 3600.0),
    ("hours", 3600.0),
    ("d", 86400.0),
    ("days", 86400.0),
];
const SIZE: [(&str, f64); 4] = [
    ("kib", 1.0),
    ("mib", 1024.0),
    ("gib", 1_048_576.0),
    ("tib", 1_073_741_824.0),
];

fn suffix_factor(suffix: &str, unit: &str) -> Option<f64> {
    if suffix.is_empty() || suffix.eq_ignore_ascii_case(unit) {
        return Some(1.0);
    }
    let (low, unit) = (suffix.to_ascii_lowercase(), unit.to_ascii_lowercase());
    for table in [&TIME[..], &SIZE[..]] {
        let find = |name: &str| {
            table
                .iter()
                .find(|(known, _)| *known == name)
                .map(|(_, factor)| *factor)
        };
        if let (Some(from), Some(to)) = (find(&low), find(&unit)) {
            return Some(from / to);
        }
    }
    match suffix {
        "k" | "K" => Some(1e3),
        "M" => Some(1e6),
        "G" | "B" => Some(1e9),
        "m" if unit == "vcpus" => Some(1e-3),
        "%" | "$" | "x" | "×" => Some(1.0),
        _ => None,
    }
}

/// The track of a slider: its positions' values, on a linear or logarithmic scale, each value once.
#[derive(Clone, Debug, PartialEq)]
pub struct Track {
    values: Arc<[f64]>,
    log: bool,
}

/// Positions of a logarithmic track.
const LOG_STEPS: u32 = 300;

impl Track {
    /// A track from `low` to `high`; `step` is the wanted step of a linear one. Values are multiples of the step,
    /// or have three significant digits on a logarithmic track.
    pub fn new(low: f64, high: f64, step: Option<f64>, log: bool, integer: bool) -> Self {
        let high = if high > low { high } else { low + 1.0 };
        let log = log && high > 0.0;
        let least = if integer { 1.0 } else { 0.0 };
        let low = if log && low <= 0.0 {
            (high / 1e5).max(least)
        } else {
            low
        };
        let span = high - low;
        let step = step
            .filter(|step| *step > 0.0 && span / *step <= 2000.0)
            .unwrap_or_else(|| nice_step(span / 200.0));
        let step = if integer { step.max(1.0).round() } else { step };
        let steps = if log {
            LOG_STEPS
        } else {
            (span / step).round().max(1.0) as u32
        };
        let value = |position: u32| {
            let value = if log {
                let share = f64::from(position) / f64::from(steps);
                significant(low * (high / low).powf(share), 3)
            } else {
                significant(low + f64::from(position) * step, 10)
            };
            let value = if integer { value.round() } else { value };
            value.clamp(low, high)
        };
        let mut values: Vec<f64> = (0..steps).map(value).chain([high]).collect();
        values.dedup();
        Self {
            values: values.into(),
            log,
        }
    }

    /// The last position.
    pub fn steps(&self) -> u32 {
        self.values.len().saturating_sub(1) as u32
    }

    /// The position nearest to a value.
    pub fn position(&self, value: f64) -> u32 {
        let above = self.values.partition_point(|known| *known < value);
        let at = |index: usize| self.values.get(index).copied().unwrap_or(f64::INFINITY);
        let below = above.saturating_sub(1);
        // Nearest in ratio on a logarithmic track, in difference on a linear one.
        let middle = if self.log {
            (at(below) * at(above)).sqrt()
        } else {
            0.5 * (at(below) + at(above))
        };
        let nearest = if value < middle { below } else { above };
        (nearest as u32).min(self.steps())
    }

    /// The value at a position.
    pub fn value(&self, position: u32) -> f64 {
        self.values
            .get(position as usize)
            .or(self.values.last())
            .copied()
            .unwrap_or(0.0)
    }
}

/// Rounds to so many significant digits.
pub fn significant(value: f64, digits: i32) -> f64 {
    if value == 0.0 || !value.is_finite() {
        return value;
    }
    format!("{value:.*e}", (digits - 1).max(0) as usize)
        .parse()
        .unwrap_or(value)
}

/// The power of ten times 1, 2 or 5 next above a step.
fn nice_step(raw: f64) -> f64 {
    if !raw.is_finite() || raw <= 0.0 {
        return 1.0;
    }
    let power = 10f64.powf(raw.log10().floor());
    [1.0, 2.0, 5.0]
        .iter()
        .map(|m| significant(m * power, 3))
        .find(|step| *step >= raw * 0.999)
        .unwrap_or(10.0 * power)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn typed_numbers_are_read() {
        for (text, unit, value) in [
            ("1,200", "", 1200.0),
            ("2k", "requests/s", 2000.0),
            ("1.5 GiB", "MiB", 1536.0),
            ("200ms", "ms", 200.0),
            ("2 s", "ms", 2000.0),
            ("50 %", "%", 50.0),
            ("1e3", "", 1000.0),
            ("-4", "", -4.0),
            (".5", "", 0.5),
        ] {
            let read = parse(text, unit);
            assert!(
                read.is_some_and(|read| (read - value).abs() < 1e-9),
                "{text} {unit}: {read:?}"
            );
        }
        for text in [
            "",
            "abc",
            "1.2.3",
            "NaN",
            "inf",
            "--3",
            "12 parrots",
            "1e999",
        ] {
            assert_eq!(parse(text, "ms"), None, "{text}");
        }
    }

    #[test]
    fn typed_ranges_are_read() {
        for (text, unit, range) in [
            ("300 to 700", "", (300.0, 700.0)),
            ("1–2 GiB", "MiB", (1024.0, 2048.0)),
            ("200 ms … 2 s", "ms", (200.0, 2000.0)),
            ("1k to 2k", "", (1000.0, 2000.0)),
            ("-5 to 5", "", (-5.0, 5.0)),
        ] {
            assert_eq!(parse_range(text, unit), Some(range), "{text}");
        }
        for text in ["300", "700 to 300", "300 to", "to 5", "5 to 5", "a to b"] {
            assert_eq!(parse_range(text, ""), None, "{text}");
        }
    }

    #[test]
    fn tracks_give_back_what_they_show() {
        for track in [
            Track::new(0.0, 100.0, Some(1.0), false, true),
            Track::new(0.1, 100_000.0, None, true, false),
            Track::new(0.0, 24.0, Some(0.5), false, false),
            Track::new(1.0, 5000.0, None, true, true),
        ] {
            for position in 0..=track.steps() {
                assert_eq!(track.position(track.value(position)), position, "{track:?}");
            }
        }
    }

    #[test]
    fn every_step_of_a_track_changes_its_value() {
        let replicas = Track::new(1.0, 1000.0, None, true, true);
        assert_eq!(
            (replicas.value(0), replicas.value(1), replicas.value(2)),
            (1.0, 2.0, 3.0)
        );
        assert_eq!(replicas.value(replicas.steps()), 1000.0);
        assert_eq!(
            (replicas.position(0.0), replicas.position(1e9)),
            (0, replicas.steps())
        );
    }

    #[test]
    fn logarithmic_tracks_survive_a_zero() {
        let track = Track::new(0.0, 1000.0, None, true, false);
        assert!(track.value(0) > 0.0 && track.position(0.0) == 0);
    }
}
