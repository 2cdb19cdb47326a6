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

impl Scene {
    /// Adds a line.
    pub fn line(&mut self, points: Vec<Point>, ink: Ink, width: f64) {
        self.marks.push(Mark::Line {
            points,
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
