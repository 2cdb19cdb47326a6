//! What a chart shows, in page pixels: geometry and words, to be painted on a canvas or written as SVG.

use super::ink::Ink;

/// A point in page pixels.
pub type Point = (f64, f64);

/// Something painted.
#[derive(Clone, Debug, PartialEq)]
pub enum Mark {
    /// A line through points.
    Line {
        /// The points.
        points: Vec<Point>,
        /// Colour.
        ink: Ink,
        /// Opacity, 0..1.
        alpha: f64,
        /// Width in pixels.
        width: f64,
        /// Length of dashes and gaps, if it is dashed.
        dash: Option<f64>,
    },
    /// A filled outline.
    Area {
        /// The outline.
        points: Vec<Point>,
        /// Colour.
        ink: Ink,
        /// Opacity, 0..1.
        alpha: f64,
    },
    /// A filled rectangle.
    Bar {
        /// Left, top.
        at: Point,
        /// Width, height.
        size: Point,
        /// Colour.
        ink: Ink,
        /// Opacity, 0..1.
        alpha: f64,
    },
    /// A disc, or a ring when `ring` is its width.
    Dot {
        /// Centre.
        at: Point,
        /// Radius.
        radius: f64,
        /// Colour.
        ink: Ink,
        /// Opacity, 0..1.
        alpha: f64,
        /// Width of the ring.
        ring: Option<f64>,
    },
    /// Many discs alike, painted at once.
    Dots {
        /// Centres.
        at: Vec<Point>,
        /// Radius.
        radius: f64,
        /// Colour.
        ink: Ink,
        /// Opacity, 0..1.
        alpha: f64,
    },
}

/// How a label hangs on its point.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Anchor {
    /// Starts there.
    Start,
    /// Is centred there.
    Middle,
    /// Ends there.
    End,
}

/// A word on the chart.
#[derive(Clone, Debug, PartialEq)]
pub struct Label {
    /// Where its base line hangs.
    pub at: Point,
    /// The word.
    pub text: String,
    /// How it hangs.
    pub anchor: Anchor,
    /// Class in the style sheet: tick, axis, note.
    pub class: &'static str,
}

/// All that a chart shows.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Scene {
    /// From back to front.
    pub marks: Vec<Mark>,
    /// Words.
    pub labels: Vec<Label>,
}

/// Points of a line that are drawn as they are.
const MANY: usize = 2000;

/// A line of very many points that looks the same with fewer: of each column of pixels the first, the lowest, the highest
/// and the last.
pub fn thinned(points: Vec<Point>) -> Vec<Point> {
    if points.len() <= MANY {
        return points;
    }
    let mut kept = Vec::new();
    for column in points.chunk_by(|a, b| a.0.floor() == b.0.floor()) {
        let places = 0..column.len();
        let by_height = |a: &usize, b: &usize| column[*a].1.total_cmp(&column[*b].1);
        let lowest = places.clone().min_by(by_height);
        let highest = places.max_by(by_height);
        let mut wanted = [Some(0), lowest, highest, Some(column.len() - 1)];
        wanted.sort_unstable();
        let mut last = None;
        for place in wanted.into_iter().flatten() {
            if last != Some(place) {
                kept.push(column[place]);
            }
            last = Some(place);
        }
    }
    kept
}

impl Scene {
    /// Adds a line.
    pub fn line(&mut self, points: Vec<Point>, ink: Ink, width: f64) {
        self.marks.push(Mark::Line {
            points: thinned(points),
            ink,
            alpha: 1.0,
            width,
            dash: None,
        });
    }

    /// Adds a dashed line.
    pub fn dashed(&mut self, points: Vec<Point>, ink: Ink, width: f64, dash: f64) {
        self.marks.push(Mark::Line {
            points,
            ink,
            alpha: 1.0,
            width,
            dash: Some(dash),
        });
    }

    /// Adds a bar.
    pub fn bar(&mut self, at: Point, size: Point, ink: Ink, alpha: f64) {
        self.marks.push(Mark::Bar {
            at,
            size,
            ink,
            alpha,
        });
    }

    /// Adds a disc.
    pub fn dot(&mut self, at: Point, radius: f64, ink: Ink, alpha: f64) {
        self.marks.push(Mark::Dot {
            at,
            radius,
            ink,
            alpha,
            ring: None,
        });
    }

    /// Adds a ring.
    pub fn ring(&mut self, at: Point, radius: f64, ink: Ink, width: f64) {
        self.marks.push(Mark::Dot {
            at,
            radius,
            ink,
            alpha: 1.0,
            ring: Some(width),
        });
    }

    /// Adds a word.
    pub fn label(
        &mut self,
        at: Point,
        text: impl Into<String>,
        anchor: Anchor,
        class: &'static str,
    ) {
        self.labels.push(Label {
            at,
            text: text.into(),
            anchor,
            class,
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn very_long_lines_keep_their_outline() {
        let wave = |n: u32| {
            (
                f64::from(n) / 100.0,
                f64::from((n * 37) % 101) - 50.0 + 1e-3 * f64::from(n),
            )
        };
        let line: Vec<Point> = (0..40_000).map(wave).collect();
        let thin = thinned(line.clone());
        assert!(thin.len() <= 4 * 400, "{}", thin.len());
        for column in 0..400 {
            let of = |points: &[Point]| {
                let ys = points.iter().filter(|p| p.0.floor() == f64::from(column));
                let ys: Vec<f64> = ys.map(|p| p.1).collect();
                (
                    ys.first().copied(),
                    ys.iter().copied().reduce(f64::min),
                    ys.iter().copied().reduce(f64::max),
                    ys.last().copied(),
                )
            };
            assert_eq!(of(&thin), of(&line));
        }
        let short = vec![(0.0, 1.0), (0.1, 2.0), (0.2, 3.0)];
        assert_eq!(thinned(short.clone()), short);
    }
}
