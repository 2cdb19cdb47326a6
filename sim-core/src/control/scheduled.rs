//! A timetable: replicas by the hour and the day of the week.

use super::controller::{Controller, Surroundings, View, Wish};
use super::decision::{Decision, DecisionLog, Rule};
use crate::scenario::document::{DaysDocument, ScheduledDocument};

const DAY_H: f64 = 24.0;

/// Follows a timetable. It asks for its number in every tick.
#[derive(Clone, Debug)]
pub struct Scheduled {
    timetable: ScheduledDocument,
    warm_up_s: f64,
}

impl Scheduled {
    /// A controller that follows `timetable`.
    pub fn new(timetable: &ScheduledDocument, around: Surroundings<'_>) -> Self {
        Self {
            timetable: timetable.clone(),
            warm_up_s: f64::from(around.warm_up_ticks) * around.tick_s,
        }
    }

    /// Replicas at a time in hours since the start of the window, a Monday at 00:00.
    fn replicas_at(&self, hour: f64) -> u32 {
        let entries = self.timetable.entries.iter().rev();
        entries
            .filter(|entry| holds(entry.days, entry.from_hour, entry.to_hour, hour))
            .map(|entry| entry.replicas)
            .next()
            .unwrap_or(self.timetable.replicas)
    }
}

/// Whether an entry holds: it may have started today, or yesterday and run over midnight.
pub(crate) fn holds(days: DaysDocument, from_hour: f64, to_hour: f64, hour: f64) -> bool {
    let day = (hour / DAY_H).floor();
    let of_day = hour - day * DAY_H;
    let weekday = |day: f64| day.rem_euclid(7.0) as u32;
    let starts = |day: f64| days.contains(weekday(day));
    if from_hour < to_hour {
        return starts(day) && (from_hour..to_hour).contains(&of_day);
    }
    (starts(day) && of_day >= from_hour) || (starts(day - 1.0) && of_day < to_hour)
}

impl Controller for Scheduled {
    fn initial_replicas(&self) -> u32 {
        self.replicas_at(-self.warm_up_s / 3600.0)
    }

    fn reaction_ticks(&self) -> u32 {
        1
    }

    fn goes_by_telemetry(&self) -> bool {
        false
    }

    fn decide(&mut self, view: &View<'_>, log: &mut DecisionLog) -> Option<Wish> {
        let replicas = self.replicas_at((view.now_s - self.warm_up_s) / 3600.0);
        log.record(|| Decision {
            at_s: 0.0,
            controller: "Timetable".into(),
            from: view.current,
            to: replicas,
            rule: Rule::Schedule,
            inputs: vec![],
            why: format!("The timetable says {replicas} at this hour."),
        });
        Some(Wish {
            replicas,
            at_maximum: false,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::document::ScheduleEntryDocument;

    fn holds(entry: &ScheduleEntryDocument, hour: f64) -> bool {
        super::holds(entry.days, entry.from_hour, entry.to_hour, hour)
    }

    fn entry(days: DaysDocument, from_hour: f64, to_hour: f64) -> ScheduleEntryDocument {
        ScheduleEntryDocument {
            days,
            from_hour,
            to_hour,
            replicas: 9,
        }
    }

    #[test]
    fn entries_hold_within_their_hours_and_over_midnight() {
        let office = entry(DaysDocument::Workdays, 8.0, 18.0);
        assert!(!holds(&office, 7.99) && holds(&office, 8.0) && !holds(&office, 18.0));
        assert!(holds(&office, 4.0 * 24.0 + 12.0), "Friday");
        assert!(!holds(&office, 5.0 * 24.0 + 12.0), "Saturday");
        let night = entry(DaysDocument::Workdays, 22.0, 6.0);
        assert!(holds(&night, 23.0) && holds(&night, 24.0 + 5.0));
        assert!(
            holds(&night, 5.0 * 24.0 + 5.0),
            "Friday's night ends on Saturday"
        );
        assert!(!holds(&night, 5.0), "Sunday's night does not run");
        assert!(
            !holds(&night, -1.0),
            "the hour before the window is a Sunday's"
        );
        let always = entry(DaysDocument::EveryDay, 0.0, 0.0);
        assert!(holds(&always, 0.0) && holds(&always, 23.9));
    }
}
