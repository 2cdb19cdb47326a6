//! Cron expressions of a cron trigger: a time of the day on days of the week.

use crate::scenario::document::WeekdayDocument;

/// A time of the day, and the days on which it comes, Monday first.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Times {
    /// Hours after midnight.
    pub hour: f64,
    /// Days.
    pub days: [bool; 7],
}

/// Reads `minute hour * * days`.
///
/// # Errors
/// What is written that is no such time.
pub(super) fn parse(text: &str) -> Result<Times, String> {
    let parts: Vec<&str> = text.split_whitespace().collect();
    let [minute, hour, day, month, weekdays] = parts.as_slice() else {
        return Err("expected are five fields: minute, hour, day, month, day of the week".into());
    };
    if [day, month].iter().any(|part| !matches!(**part, "*" | "?")) {
        return Err("days of the month and months are not modelled; write * there".into());
    }
    let number = |part: &str, below: u32, what: &str| {
        let number: Option<u32> = part.parse().ok().filter(|number| *number < below);
        number.ok_or(format!("the {what} must be one number below {below}"))
    };
    let minute = number(minute, 60, "minute")?;
    let hour = number(hour, 24, "hour")?;
    Ok(Times {
        hour: f64::from(hour) + f64::from(minute) / 60.0,
        days: days(weekdays)?,
    })
}

/// Days such as `*`, `1-5`, `MON,WED`, `6,0`.
fn days(text: &str) -> Result<[bool; 7], String> {
    if matches!(text, "*" | "?") {
        return Ok([true; 7]);
    }
    let mut days = [false; 7];
    for part in text.split(',') {
        let (first, last) = part.split_once('-').unwrap_or((part, part));
        let (Some(first), Some(last)) = (day(first), day(last)) else {
            return Err(format!("{part:?} is no day of the week"));
        };
        // Cron counts from Sunday = 0, and 7 is Sunday as well.
        if first > last {
            return Err(format!("{part:?} runs backwards"));
        }
        for number in first..=last {
            if let Some(day) = days.get_mut((number + 6) % 7) {
                *day = true;
            }
        }
    }
    Ok(days)
}

fn day(text: &str) -> Option<usize> {
    const NAMES: [&str; 7] = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];
    let name = text.to_ascii_lowercase();
    let number = text.parse().ok().filter(|number: &usize| *number <= 7);
    number.or_else(|| NAMES.iter().position(|known| *known == name))
}

/// The days in the words of a document.
pub(super) fn weekdays(days: [bool; 7]) -> Vec<WeekdayDocument> {
    let pairs = WeekdayDocument::ALL.into_iter().zip(days);
    pairs.filter(|(_, on)| *on).map(|(day, _)| day).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_of_the_day_on_days_of_the_week() {
        for (text, hour, days) in [
            ("0 8 * * *", 8.0, "1111111"),
            ("30 6 * * 1-5", 6.5, "1111100"),
            ("15 22 * * MON,wed,7", 22.25, "1010001"),
            ("0 0 ? * 6,0", 0.0, "0000011"),
            ("0  18  *  *  5-7", 18.0, "0000111"),
        ] {
            let times = parse(text).expect(text);
            let read: String = times
                .days
                .map(|on| if on { '1' } else { '0' })
                .iter()
                .collect();
            assert_eq!((times.hour, read.as_str()), (hour, days), "{text}");
        }
        for text in [
            "",
            "0 8 * *",
            "0 8 * * * *",
            "*/5 8 * * *",
            "0 8-10 * * *",
            "0 24 * * *",
            "60 8 * * *",
            "0 8 1 * *",
            "0 8 * 6 *",
            "0 8 * * 8",
            "0 8 * * fri-mon",
            "0 8 * * ,",
            "@daily",
        ] {
            assert!(parse(text).is_err(), "{text}");
        }
    }
}
