//! The beginning of a window: little enough to be computed while somebody waits for the first answer after an edit.

use super::Plan;
use crate::plane::network::Precision;
use crate::scenario::document::{PlaneKind, ScenarioDocument};
use crate::scenario::limits::Limit;
use crate::scenario::{Scenario, check_between, mean_rps};

const DAY_S: f64 = 86_400.0;
/// So many days are enough: a whole week, for weekends differ.
const MOST_DAYS: f64 = 7.0;
/// A day has its busy hours; less than one would be no answer.
const LEAST_DAYS: f64 = 1.0;
/// A beginning that is more than this share of the window is not worth its time.
const WORTH_IT: f64 = 0.5;
/// Ticks of one component each, on the `fluid` plane: some 50 ms of a native core, 80 ms of one that runs WebAssembly,
/// of the 150 ms in which the page is to answer. The rest is for tables of services and functions.
const COMPONENT_TICKS: f64 = 75_000.0;
/// Where a day is more than that, ticks are longer, at most so many times: what controllers do is later by as much.
const MOST_TICKS_IN_ONE: f64 = 4.0;
/// The same for requests of services, on the plane that plays each of them.
const REQUESTS: f64 = 600_000.0;

/// The plan of the first days of a window, as many as are computed at once, at least one and at most a week; `None`
/// where the whole window is hardly more than that, or where they cannot be simulated alone. The document is one that has
/// been checked: what its knobs and beliefs may come to is not looked at again.
pub fn beginning(document: &ScenarioDocument) -> Option<Plan> {
    let window_days = document.slo.window_days;
    let of_days = |days: f64, ticks_in_one: f64| {
        let mut short = document.clone();
        short.slo.window_days = days;
        short.run.tick_s = (f64::from(short.run.tick_s) * ticks_in_one) as u32;
        // No other field is changed.
        let is_allowed = |limit: &Limit| limit.contains(f64::from(short.run.tick_s));
        if !Limit::find("run.tick_s").is_some_and(is_allowed) {
            return None;
        }
        check_between(short).ok()
    };
    let affordable = match document.run.plane {
        PlaneKind::Fluid => affordable_on_fluid(document),
        PlaneKind::Requests => {
            // Something that a timetable has later in the week may forbid a day alone.
            let first = of_days(LEAST_DAYS.min(window_days), 1.0)
                .or_else(|| of_days(MOST_DAYS.min(window_days), 1.0))?;
            affordable_on_requests(&first)
        }
    };
    let days = affordable.floor().clamp(LEAST_DAYS, MOST_DAYS);
    if days > WORTH_IT * window_days {
        return None;
    }
    let is_fluid = document.run.plane == PlaneKind::Fluid;
    let longer = (LEAST_DAYS / affordable.max(LEAST_DAYS / MOST_TICKS_IN_ONE)).ceil();
    // Some controllers ask for short ticks.
    let short = if is_fluid && longer > 1.0 {
        of_days(days, longer)
    } else {
        None
    };
    let short = short.or_else(|| of_days(days, 1.0))?;
    Some(Plan {
        precision: Precision::Rough,
        ..Plan::single(short.document())
    })
}

/// Days that may be computed, with the warm-up before them, where all components go through each tick.
fn affordable_on_fluid(document: &ScenarioDocument) -> f64 {
    let others = document.topology.as_ref();
    let components = 1.0 + others.map_or(0.0, |all| all.components.len() as f64);
    let per_day = components * DAY_S / f64::from(document.run.tick_s) / COMPONENT_TICKS;
    1.0 / per_day - warm_up_days(document)
}

/// The same where each request is played.
fn affordable_on_requests(scenario: &Scenario) -> f64 {
    let document = scenario.document();
    let components = scenario.topology.as_ref().map(|all| &all.components);
    let visits = components.map_or(1.0, |all| all.iter().map(|one| one.visits).sum());
    let per_day = visits * mean_rps(&document.traffic) * DAY_S / REQUESTS;
    1.0 / per_day - warm_up_days(document)
}

fn warm_up_days(document: &ScenarioDocument) -> f64 {
    f64::from(document.run.warm_up_minutes) / 1440.0
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::templates::TEMPLATES;

    fn days_of(id: &str, edit: impl Fn(&mut ScenarioDocument)) -> Option<f64> {
        let template = TEMPLATES.iter().find(|template| template.id == id).unwrap();
        let mut document: ScenarioDocument = serde_json::from_str(template.json).unwrap();
        edit(&mut document);
        beginning(&document).map(|plan| plan.document.slo.window_days)
    }

    #[test]
    fn a_single_service_has_a_week_and_many_have_less() {
        let month = |document: &mut ScenarioDocument| document.slo.window_days = 28.0;
        assert_eq!(days_of("kubernetes-slo-driven", month), Some(7.0));
        // Nine components.
        assert_eq!(days_of("online-shop", month), Some(1.0));
        // 80 requests a second make each day more than is played at once.
        assert_eq!(days_of("third-party-risk", month), Some(1.0));
    }

    #[test]
    fn a_short_window_has_no_beginning() {
        for days in [0.125, 1.0, 1.5] {
            let short = |document: &mut ScenarioDocument| document.slo.window_days = days;
            assert_eq!(days_of("online-shop", short), None, "{days} days");
        }
    }
}
