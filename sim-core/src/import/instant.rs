//! Points in time as files write them: ISO 8601 and its everyday relatives.

/// A point in time.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Instant {
    /// Seconds since 1970-01-01T00:00:00Z.
    pub unix_s: f64,
    /// Whether the text named its offset from UTC; without one it is taken as UTC.
    pub zoned: bool,
}

const SECONDS_PER_DAY: f64 = 86_400.0;

/// Reads `2014-04-10 00:04:00`, `2014-04-10T00:04:00.25Z`, `2014-04-10T00:04+02:00`, `2014/04/10 00:04`,
/// `2014-04-10`, and the same followed by ` UTC`. Years 1900 to 2200.
pub fn parse_instant(text: &str) -> Option<Instant> {
    let mut rest = Cursor {
        bytes: text.trim().as_bytes(),
    };
    let year = rest.digits(4)?;
    let separator = rest.one_of(b"-/.")?;
    let month = rest.digits(2)?;
    rest.one_of(&[separator])?;
    let day = rest.digits(2)?;
    if !(1900..=2200).contains(&year)
        || !(1..=12).contains(&month)
        || !(1..=days_in_month(year, month)).contains(&day)
    {
        return None;
    }
    let midnight = days_since_epoch(year, month, day) as f64 * SECONDS_PER_DAY;
    if rest.bytes.is_empty() {
        return Some(Instant {
            unix_s: midnight,
            zoned: false,
        });
    }
    rest.one_of(b"Tt ")?;
    let seconds = time_of_day(&mut rest)?;
    let offset = offset_s(&mut rest)?;
    let unix_s = midnight + seconds - offset.unwrap_or(0.0);
    rest.bytes.is_empty().then_some(Instant {
        unix_s,
        zoned: offset.is_some(),
    })
}

fn time_of_day(rest: &mut Cursor<'_>) -> Option<f64> {
    let hour = rest.digits(2)?;
    rest.one_of(b":")?;
    let minute = rest.digits(2)?;
    let mut second = 0;
    let mut fraction = 0.0;
    if rest.one_of(b":").is_some() {
        second = rest.digits(2)?;
        if rest.one_of(b".,").is_some() {
            fraction = rest.fraction()?;
        }
    }
    // 24:00 ends a day; second 60 is a leap second.
    if hour > 24 || minute > 59 || second > 60 || (hour == 24 && minute + second > 0) {
        return None;
    }
    Some((hour * 3600 + minute * 60 + second) as f64 + fraction)
}

/// The offset from UTC in seconds; `Some(None)` where none is written, `None` where it is unreadable.
fn offset_s(rest: &mut Cursor<'_>) -> Option<Option<f64>> {
    while rest.one_of(b" ").is_some() {}
    if rest.bytes.is_empty() {
        return Some(None);
    }
    if [&b"Z"[..], b"z", b"UTC", b"GMT"].contains(&rest.bytes) {
        rest.bytes = &[];
        return Some(Some(0.0));
    }
    let sign = if rest.one_of(b"+-")? == b'-' {
        -1.0
    } else {
        1.0
    };
    let hours = rest.digits(2)?;
    let _ = rest.one_of(b":");
    let minutes = if rest.bytes.is_empty() {
        0
    } else {
        rest.digits(2)?
    };
    (hours <= 18 && minutes <= 59).then_some(Some(sign * (hours * 3600 + minutes * 60) as f64))
}

struct Cursor<'a> {
    bytes: &'a [u8],
}

impl Cursor<'_> {
    fn digits(&mut self, count: usize) -> Option<i64> {
        let (digits, rest) = self.bytes.split_at_checked(count)?;
        if !digits.iter().all(u8::is_ascii_digit) {
            return None;
        }
        self.bytes = rest;
        Some(
            digits
                .iter()
                .fold(0, |value, digit| value * 10 + i64::from(digit - b'0')),
        )
    }

    fn one_of(&mut self, wanted: &[u8]) -> Option<u8> {
        let (&first, rest) = self.bytes.split_first()?;
        wanted.contains(&first).then(|| {
            self.bytes = rest;
            first
        })
    }

    fn fraction(&mut self) -> Option<f64> {
        let count = self
            .bytes
            .iter()
            .take_while(|byte| byte.is_ascii_digit())
            .count();
        let (digits, rest) = self.bytes.split_at_checked(count)?;
        self.bytes = rest;
        let text = core::str::from_utf8(digits)
            .ok()
            .filter(|text| !text.is_empty())?;
        format!("0.{text}").parse().ok()
    }
}

fn is_leap(year: i64) -> bool {
    (year % 4 == 0 && year % 100 != 0) || year % 400 == 0
}

fn days_in_month(year: i64, month: i64) -> i64 {
    match month {
        2 => 28 + i64::from(is_leap(year)),
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Days from 1970-01-01 in the Gregorian calendar: H. Hinnant, "chrono-Compatible Low-Level Date Algorithms".
fn days_since_epoch(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year - era * 400;
    let month_from_march = (month + 9) % 12;
    let day_of_year = (153 * month_from_march + 2) / 5 + day - 1;
    era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719_468
}

/// Day of the week and time, such as "Saturday 04:00 UTC"; `None` for times that are no calendar time.
pub(super) fn weekday_and_time(unix_s: f64) -> Option<String> {
    const DAYS: [&str; 7] = [
        "Thursday",
        "Friday",
        "Saturday",
        "Sunday",
        "Monday",
        "Tuesday",
        "Wednesday",
    ];
    if !(1e8..1e11).contains(&unix_s) {
        return None;
    }
    let day = DAYS.get((unix_s / SECONDS_PER_DAY).floor() as usize % 7)?;
    let minute = ((unix_s % SECONDS_PER_DAY) / 60.0).floor();
    Some(format!(
        "{day} {:02}:{:02} UTC",
        (minute / 60.0).floor(),
        minute % 60.0
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn unix(text: &str) -> Option<f64> {
        parse_instant(text).map(|instant| instant.unix_s)
    }

    #[test]
    fn reads_what_files_write() {
        // Values from `date -u -d … +%s`.
        assert_eq!(unix("1970-01-01"), Some(0.0));
        assert_eq!(unix("2014-04-10 00:04:00"), Some(1_397_088_240.0));
        assert_eq!(unix("1995-07-01T00:00:01-04:00"), Some(804_571_201.0));
        assert_eq!(unix("2024-02-29T23:59:59.500Z"), Some(1_709_251_199.5));
        assert_eq!(unix("2000/03/01 12:30"), Some(951_913_800.0));
        assert_eq!(unix("2026-11-23T00:00:00+0530"), Some(1_795_372_200.0));
        assert_eq!(unix("2026-11-23 00:00:00 UTC"), Some(1_795_392_000.0));
        assert_eq!(
            parse_instant("2026-11-23 00:00").map(|instant| instant.zoned),
            Some(false)
        );
        assert_eq!(
            parse_instant("2026-11-23 00:00Z").map(|instant| instant.zoned),
            Some(true)
        );
    }

    #[test]
    fn refuses_what_is_no_time() {
        for text in [
            "",
            "2023-02-29",
            "2023-13-01",
            "10/04/2014",
            "2023-01-01T25:00",
            "2023-01-01T00:00+",
            "x",
            "2023-01-01Tx",
            "2023-01-01 00:00:00 EST",
            "2023-01/01",
            "2023-01-01T00:00:00.",
            "99999-01-01",
        ] {
            assert_eq!(parse_instant(text), None, "{text}");
        }
    }

    #[test]
    fn names_the_weekday() {
        assert_eq!(
            weekday_and_time(804_571_201.0).as_deref(),
            Some("Saturday 04:00 UTC")
        );
        assert_eq!(weekday_and_time(12.0), None);
    }
}
