//! The time axis that charts share which are read together: what of it is seen, and how it is moved.

use super::scale::Scale;
use super::scene::Point;
use crate::format::WEEKDAYS;

/// Room for the labels of the values.
pub const LEFT: f64 = 46.0;
/// Room at the right end.
pub const RIGHT: f64 = 10.0;
const DAY_S: f64 = 86_400.0;
/// The shortest stretch that can be looked at, seconds, where the whole is longer.
const SHORTEST_S: f64 = 600.0;
/// Room for a name of a time, pixels.
const NAME_PX: f64 = 70.0;
/// From one name to the next, seconds.
const STEPS_S: [f64; 11] = [
    60.0, 300.0, 900.0, 1800.0, 3600.0, 10_800.0, 21_600.0, 43_200.0, DAY_S, 172_800.0, 604_800.0,
];

/// A stretch of time, from and to, seconds since the start of the window.
pub type Stretch = (f64, f64);

/// A time axis of some width.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Ruler {
    whole: Stretch,
    scale: Scale,
}

impl Ruler {
    /// The axis of charts as wide as this, on which a part of the whole is seen, or all of it.
    pub fn new(whole: Stretch, seen: Option<Stretch>, width: f64) -> Self {
        let pixels = (LEFT, (width - RIGHT).max(LEFT + 1.0));
        Self {
            whole,
            scale: Scale::new(seen.unwrap_or(whole), pixels),
        }
    }

    /// The axis of points that lie in the middle of steps of this length.
    pub fn of_points(points: usize, step_s: f64, seen: Option<Stretch>, width: f64) -> Self {
        Self::new((0.0, (points.max(1) as f64) * step_s), seen, width)
    }

    /// From seconds to pixels.
    pub fn scale(&self) -> Scale {
        self.scale
    }

    /// The middle of the charts.
    pub fn middle(&self) -> Point {
        let (from, to) = self.scale.domain();
        (self.scale.at(0.5 * (from + to)), 0.0)
    }

    /// Where the pixel lies, in seconds; none beside the charts.
    pub fn seconds_at(&self, x: f64) -> Option<f64> {
        let (from, to) = self.scale.domain();
        let beside = 8.0;
        let inside = self.scale.at(from) - beside..=self.scale.at(to) + beside;
        inside
            .contains(&x)
            .then(|| self.scale.value(x).clamp(from, to))
    }

    /// The stretch between two points.
    pub fn between(&self, a: Point, b: Point) -> Option<Stretch> {
        let (a, b) = (self.scale.value(a.0), self.scale.value(b.0));
        self.within((a.min(b), a.max(b)))
    }

    /// What is seen when the charts are dragged from one point to another.
    pub fn moved(&self, from: Point, to: Point) -> Option<Stretch> {
        let by = self.scale.value(from.0) - self.scale.value(to.0);
        let (first, last) = self.scale.domain();
        self.within((first + by, last + by))
    }

    /// What is seen when the charts are drawn `factor` times as wide, with the point where it is.
    pub fn zoomed(&self, at: Point, factor: f64) -> Option<Stretch> {
        let (middle, (from, to)) = (self.scale.value(at.0), self.scale.domain());
        self.within((
            middle - (middle - from) / factor,
            middle + (to - middle) / factor,
        ))
    }

    /// What is seen when a moment is brought into sight, not right at an end; nothing changes where it is.
    pub fn showing(&self, at_s: f64) -> Option<Stretch> {
        let (from, to) = self.scale.domain();
        let edge = 0.02 * (to - from);
        let by = (at_s - (to - edge)).max(0.0) + (at_s - (from + edge)).min(0.0);
        self.within((from + by, to + by))
    }

    /// Not shorter than can be read, and not beyond the whole; none for all of it.
    fn within(&self, (from, to): Stretch) -> Option<Stretch> {
        let (first, last) = self.whole;
        let length = (to - from).max(SHORTEST_S.min(last - first));
        if length >= (last - first) * (1.0 - 1e-9) {
            return None;
        }
        let from = (0.5 * (from + to - length)).clamp(first, last - length);
        Some((from, from + length))
    }

    /// Times that are marked, with their names where these are to be seen, from first to last.
    pub fn ticks(&self) -> Vec<(f64, String)> {
        let (from, to) = self.scale.domain();
        let pixels = self.scale.at(to) - self.scale.at(from);
        if (from, to) == self.whole && from == 0.0 {
            return day_ticks(to, pixels);
        }
        let fits = |step: &f64| step / (to - from) * pixels >= NAME_PX;
        let step = STEPS_S.into_iter().find(fits).unwrap_or(604_800.0);
        let first = (from / step).ceil();
        let count = ((to / step).floor() - first + 1.0).clamp(0.0, 200.0) as u32;
        let tick = |n: u32| {
            let at = (first + f64::from(n)) * step;
            let has_room = self.scale.at(at) < self.scale.at(to) - 26.0;
            let name = if has_room {
                name(at, n == 0)
            } else {
                String::new()
            };
            (at, name)
        };
        (0..count).map(tick).collect()
    }
}

/// A moment in short: the day at midnight, else the time; the first of an axis says its day, too.
fn name(at_s: f64, first: bool) -> String {
    let day = (at_s / DAY_S).floor().max(0.0);
    let weekday = WEEKDAYS.get((day % 7.0) as usize).copied();
    let weekday = weekday.unwrap_or_default();
    let minutes = ((at_s - day * DAY_S) / 60.0).round();
    let clock = format!("{:02.0}:{:02.0}", (minutes / 60.0).floor(), minutes % 60.0);
    match (minutes == 0.0, first) {
        (true, _) => format!("{weekday} {:.0}", day + 1.0),
        (false, true) => format!("{weekday} {clock}"),
        (false, false) => clock,
    }
}

/// Where days (or hours of a short window) begin, and their names as far as there is room.
fn day_ticks(window_s: f64, pixels: f64) -> Vec<(f64, String)> {
    if window_s <= 2.0 * DAY_S {
        let step = if window_s <= 6.0 * 3600.0 {
            3600.0
        } else {
            6.0 * 3600.0
        };
        let count = (window_s / step).ceil() as u32;
        return (0..count)
            .map(|n| {
                (
                    f64::from(n) * step,
                    format!("{:02.0}:00", (f64::from(n) * step / 3600.0) % 24.0),
                )
            })
            .collect();
    }
    let days = (window_s / DAY_S).ceil() as u32;
    let room = pixels / f64::from(days);
    let every = if room >= 38.0 { 1 } else { 7 };
    let tick = |day: u32| {
        let weekday = WEEKDAYS
            .get((day % 7) as usize)
            .copied()
            .unwrap_or_default();
        let name = if every == 1 {
            weekday.to_owned()
        } else {
            format!("{weekday} {}", day + 1)
        };
        (f64::from(day) * DAY_S, name)
    };
    (0..days) // A day that has only just begun when the window ends has no room for its name.
        .filter(|day| day % every == 0 && f64::from(*day) * DAY_S < 0.98 * window_s)
        .map(tick)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const WHOLE: Stretch = (0.0, 28.0 * DAY_S);

    fn ruler(seen: Option<Stretch>) -> Ruler {
        Ruler::new(WHOLE, seen, 856.0)
    }

    #[test]
    fn a_moment_stays_where_it_is_while_the_charts_grow() {
        let at = (300.0, 0.0);
        let moment = ruler(None).scale().value(at.0);
        let closer = ruler(ruler(None).zoomed(at, 4.0));
        assert!((closer.scale().value(at.0) - moment).abs() < 1e-6);
        let (from, to) = closer.scale().domain();
        assert!((to - from - 7.0 * DAY_S).abs() < 1e-6);
        assert_eq!(closer.zoomed(at, 0.01), None, "smaller than all is all");
    }

    #[test]
    fn dragging_stops_at_the_ends() {
        let week = ruler(Some((7.0 * DAY_S, 14.0 * DAY_S)));
        let moved = week.moved((400.0, 0.0), (380.0, 0.0));
        assert_eq!(
            moved,
            week.between((66.0, 0.0), (866.0, 0.0)),
            "twenty pixels on"
        );
        let far = week.moved((0.0, 0.0), (1e6, 0.0));
        assert_eq!(far, Some((0.0, 7.0 * DAY_S)));
        let (from, to) = week.showing(15.0 * DAY_S).unwrap();
        assert!((from - 8.14 * DAY_S).abs() < 1.0 && (to - 15.14 * DAY_S).abs() < 1.0);
        assert_eq!(week.showing(8.0 * DAY_S), week.showing(9.0 * DAY_S));
    }

    #[test]
    fn nothing_shorter_than_ten_minutes_is_seen() {
        let (from, to) = ruler(None).between((300.0, 0.0), (300.0, 9.0)).unwrap();
        assert!((to - from - SHORTEST_S).abs() < 1e-6);
    }

    #[test]
    fn times_are_named_as_closely_as_there_is_room() {
        let names = |seen| {
            let ticks = ruler(Some(seen)).ticks();
            let names: Vec<String> = ticks.into_iter().map(|(_, name)| name).collect();
            names.join(" · ")
        };
        assert_eq!(
            names((8.0 * DAY_S, 10.0 * DAY_S)),
            "Tue 9 · 06:00 · 12:00 · 18:00 · Wed 10 · 06:00 · 12:00 · 18:00 · "
        );
        assert_eq!(
            names((8.4 * DAY_S, 8.4 * DAY_S + 900.0)),
            "Tue 09:40 · 09:45 · 09:50"
        );
    }

    #[test]
    fn four_weeks_are_named_by_their_mondays() {
        let ticks = Ruler::new(WHOLE, None, 700.0).ticks();
        let names: Vec<&str> = ticks.iter().map(|(_, name)| name.as_str()).collect();
        assert_eq!(names, ["Mon 1", "Mon 8", "Mon 15", "Mon 22"]);
    }
}
