//! Disruption budgets of a NodePool.
//!
//! A budget with a schedule holds from each time of a cron expression for a duration. Schedules that repeat daily, on
//! workdays or at weekends are read; the scenario's hours stand for UTC.

use super::super::manifest::fields::{Fields, Findings, in_words};
use super::duration::{self, Span};
use crate::scenario::document::{
    BudgetDocument, BudgetHoursDocument, BudgetLimitDocument, DaysDocument, DisruptionReason,
};
use serde_json::Value;

/// What holds when a manifest names no budgets: 10 %.
pub(super) fn default() -> Vec<BudgetDocument> {
    vec![BudgetDocument {
        most: BudgetLimitDocument::Percent { percent: 10.0 },
        reasons: Vec::new(),
        hours: None,
    }]
}

/// One budget.
pub(super) fn read(index: usize, item: &Value, found: &mut Findings) -> Option<BudgetDocument> {
    let path = format!("spec.disruption.budgets[{index}]");
    let mut fields = Fields::of(&path, item, found);
    let most = match fields.take("nodes") {
        None => {
            found.missing(
                &fields.path("nodes"),
                "a number of nodes, or a share such as 10%",
            );
            None
        }
        Some(value) => {
            let limit = limit(&value);
            if limit.is_none() {
                found.error(format!(
                    "{}: expected is a number of nodes, or a share such as 10%, not {}",
                    fields.path("nodes"),
                    in_words(&value)
                ));
            }
            limit
        }
    };
    let reasons = reasons(&mut fields, found);
    let hours = hours(&mut fields, found);
    fields.refuse_unknown(found);
    Some(BudgetDocument {
        most: most?,
        reasons,
        hours,
    })
}

fn limit(value: &Value) -> Option<BudgetLimitDocument> {
    let text = match value {
        Value::String(text) => text.trim().to_owned(),
        Value::Number(number) => number.to_string(),
        _ => return None,
    };
    if let Some(percent) = text.strip_suffix('%') {
        let percent: f64 = percent.parse().ok()?;
        let is_share = (0.0..=100.0).contains(&percent);
        return is_share.then_some(BudgetLimitDocument::Percent { percent });
    }
    let nodes = text.parse().ok()?;
    Some(BudgetLimitDocument::Count { nodes })
}

fn reasons(fields: &mut Fields, found: &mut Findings) -> Vec<DisruptionReason> {
    let path = fields.path("reasons");
    let items = match fields.take("reasons") {
        None => return Vec::new(),
        Some(Value::Array(items)) => items,
        Some(other) => {
            found.error(format!(
                "{path}: expected is a list of reasons, not {}",
                in_words(&other)
            ));
            return Vec::new();
        }
    };
    let mut reasons = Vec::new();
    for item in &items {
        match item.as_str() {
            Some("Underutilized") => reasons.push(DisruptionReason::Underutilized),
            Some("Empty") => reasons.push(DisruptionReason::Empty),
            Some("Drifted") => reasons.push(DisruptionReason::Drifted),
            _ => found.error(format!(
                "{path}: {} is unknown; Underutilized, Empty and Drifted are read",
                in_words(item)
            )),
        }
    }
    reasons
}

fn hours(fields: &mut Fields, found: &mut Findings) -> Option<BudgetHoursDocument> {
    let schedule = fields.text("schedule", found);
    let lasts = duration::take(fields, "duration", found);
    let (schedule, lasts) = match (schedule, lasts) {
        (None, None) => return None,
        (Some(schedule), Some(Span::Seconds(lasts_s))) => (schedule, lasts_s),
        _ => {
            found.error(format!(
                "{}: a schedule and a duration go together",
                fields.path("schedule")
            ));
            return None;
        }
    };
    let hours = read_schedule(&schedule)
        .filter(|_| lasts > 0.0 && lasts <= 86_400.0)
        .map(|(days, from_hour)| {
            let end = from_hour + lasts / 3600.0;
            BudgetHoursDocument {
                days,
                from_hour,
                to_hour: if end > 24.0 { end - 24.0 } else { end },
            }
        });
    match hours {
        None => found.error(format!(
            "{}: {schedule:?} is not modelled; schedules are that start at one time of every day, of workdays (mon-fri) or of weekends (sat,sun), and last at most 24h",
            fields.path("schedule")
        )),
        Some(_) => found.note(format!(
            "{}: the hours of the scenario stand for UTC.",
            fields.path("schedule")
        )),
    }
    hours
}

/// Days and hour of a cron expression with one time of the day.
fn read_schedule(text: &str) -> Option<(DaysDocument, f64)> {
    let text = text.trim().to_ascii_lowercase();
    if text == "@daily" || text == "@midnight" {
        return Some((DaysDocument::EveryDay, 0.0));
    }
    let parts: Vec<&str> = text.split_whitespace().collect();
    let [minute, hour, "*" | "?", "*", days] = parts.as_slice() else {
        return None;
    };
    let minute: u32 = minute.parse().ok().filter(|minute| *minute < 60)?;
    let hour: u32 = hour.parse().ok().filter(|hour| *hour < 24)?;
    let days = match *days {
        "*" | "?" | "0-6" | "1-7" => DaysDocument::EveryDay,
        "mon-fri" | "1-5" | "mon,tue,wed,thu,fri" | "1,2,3,4,5" => DaysDocument::Workdays,
        "sat,sun" | "sun,sat" | "6,0" | "0,6" | "6,7" | "sat-sun" | "6-7" => DaysDocument::Weekend,
        _ => return None,
    };
    Some((days, f64::from(hour) + f64::from(minute) / 60.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn schedules() {
        for (text, days, hour) in [
            ("0 9 * * mon-fri", DaysDocument::Workdays, 9.0),
            ("30 22 * * *", DaysDocument::EveryDay, 22.5),
            ("@daily", DaysDocument::EveryDay, 0.0),
            ("0 0 * * 6,0", DaysDocument::Weekend, 0.0),
        ] {
            assert_eq!(read_schedule(text), Some((days, hour)), "{text}");
        }
        for text in [
            "",
            "0 9 * *",
            "*/5 * * * *",
            "0 9 1 * *",
            "0 24 * * *",
            "0 9 * * mon",
            "@hourly",
        ] {
            assert_eq!(read_schedule(text), None, "{text}");
        }
    }

    #[test]
    fn limits() {
        use BudgetLimitDocument::{Count, Percent};
        for (value, expected) in [
            (Value::from("10%"), Some(Percent { percent: 10.0 })),
            (Value::from("0"), Some(Count { nodes: 0 })),
            (Value::from(5), Some(Count { nodes: 5 })),
            (Value::from("101%"), None),
            (Value::from(-1), None),
            (Value::from("5 nodes"), None),
            (Value::Null, None),
        ] {
            assert_eq!(limit(&value), expected, "{value}");
        }
    }
}
