//! Bars to both sides of zero, one below the other: tornadoes, waterfalls and effects.

use super::ink::Ink;
use super::scale::Scale;
use super::scene::{Anchor, Scene};

/// One line of bars.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// Its name.
    pub name: String,
    /// Bars from a value to another.
    pub parts: Vec<(f64, f64, Ink)>,
    /// An interval drawn as a line.
    pub interval: Option<(f64, f64)>,
    /// What is written at its end.
    pub value: String,
}

const HEIGHT: f64 = 40.0;
const SIDE: f64 = 6.0;
const VALUE: f64 = 86.0;

/// Height of so many lines.
pub fn height(rows: usize) -> f64 {
    HEIGHT * rows as f64 + 6.0
}

/// The scene; names stand above their bars.
pub fn scene(rows: &[Row], width: f64) -> Scene {
    let mut scene = Scene::default();
    let ends = rows.iter().flat_map(|row| {
        let parts = row.parts.iter().flat_map(|(from, to, _)| [*from, *to]);
        parts.chain(row.interval.into_iter().flat_map(|(low, high)| [low, high]))
    });
    let ends = ends.filter(|end| end.is_finite());
    let (low, high) = ends.fold((0.0f64, 0.0f64), |(low, high), end| {
        (low.min(end), high.max(end))
    });
    let x = Scale::new((low, high), (SIDE, (width - VALUE).max(SIDE + 10.0)));
    scene.line(
        vec![(x.at(0.0), 2.0), (x.at(0.0), height(rows.len()) - 4.0)],
        Ink::Axis,
        1.0,
    );
    for (index, row) in rows.iter().enumerate() {
        let y = index as f64 * HEIGHT + 4.0;
        scene.label(
            (SIDE, y + 12.0),
            row.name.clone(),
            Anchor::Start,
            "row-name",
        );
        let mut end = x.at(0.0);
        for (from, to, ink) in &row.parts {
            if from.is_finite() && to.is_finite() {
                let (left, right) = (x.at(from.min(*to)), x.at(from.max(*to)));
                scene.bar(
                    (left, y + 18.0),
                    ((right - left).max(1.0), 14.0),
                    *ink,
                    0.85,
                );
                end = end.max(right);
            }
        }
        if let Some((low, high)) = row.interval.filter(|(low, high)| (high - low).is_finite()) {
            scene.line(
                vec![(x.at(low), y + 25.0), (x.at(high), y + 25.0)],
                Ink::Text,
                1.5,
            );
            end = end.max(x.at(high));
        }
        scene.label(
            (end + 6.0, y + 30.0),
            row.value.clone(),
            Anchor::Start,
            "value",
        );
    }
    scene
}

#[cfg(test)]
mod tests {
    use super::super::scene::Mark;
    use super::*;

    #[test]
    fn bars_lie_where_their_values_do() {
        let row = |from, to| Row {
            name: String::new(),
            parts: vec![(from, to, Ink::Blue)],
            interval: None,
            value: String::new(),
        };
        let scene = scene(&[row(0.0, 10.0), row(10.0, 5.0)], SIDE + VALUE + 100.0);
        let bars = scene.marks.iter().filter_map(|mark| match mark {
            Mark::Bar { at, size, .. } => Some((at.0 - SIDE, size.0)),
            _ => None,
        });
        assert_eq!(bars.collect::<Vec<_>>(), [(0.0, 100.0), (50.0, 50.0)]);
    }
}
