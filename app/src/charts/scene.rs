//! Painting a scene by plotters.

use super::palette::{Ink, Palette};
use plotters::coord::Shift;
use plotters::drawing::{DrawingArea, IntoDrawingArea};
use plotters::element::{Circle, PathElement, Polygon, Rectangle};
use plotters::style::{Color, RGBColor, ShapeStyle};
use plotters_canvas::CanvasBackend;
pub use sim_report::chart::scene::*;
use wasm_bindgen::JsCast;
use web_sys::{CanvasRenderingContext2d, HtmlCanvasElement};

/// Paints a scene on a canvas whose backing store is `ratio` times as large as it looks.
pub fn paint(canvas: &HtmlCanvasElement, scene: &Scene, palette: &Palette, ratio: f64) {
    // Setting the width clears the canvas.
    canvas.set_width(canvas.width());
    let Some(backend) = CanvasBackend::with_canvas_object(canvas.clone()) else {
        return;
    };
    let painter = Painter {
        canvas,
        area: backend.into_drawing_area(),
        palette,
        ratio,
    };
    for mark in &scene.marks {
        painter.mark(mark);
    }
}

/// Discs of one outline.
const DISCS: usize = 24;

struct Painter<'a> {
    canvas: &'a HtmlCanvasElement,
    area: DrawingArea<CanvasBackend, Shift>,
    palette: &'a Palette,
    ratio: f64,
}

impl Painter<'_> {
    fn pixel(&self, point: Point) -> (i32, i32) {
        (
            (point.0 * self.ratio).round() as i32,
            (point.1 * self.ratio).round() as i32,
        )
    }

    fn style(&self, ink: Ink, alpha: f64, width: f64, filled: bool) -> ShapeStyle {
        let stroke_width = (width * self.ratio).round().max(1.0) as u32;
        ShapeStyle {
            color: self.palette.colour(ink).mix(alpha),
            filled,
            stroke_width,
        }
    }

    /// A mark that the canvas refuses is left out; the table beside the chart has its figures.
    fn mark(&self, mark: &Mark) {
        match mark {
            Mark::Line {
                points,
                ink,
                alpha,
                width,
                dash,
            } => {
                let style = self.style(*ink, *alpha, *width, false);
                let pieces = dash.map_or_else(|| vec![points.clone()], |dash| dashes(points, dash));
                for piece in pieces {
                    let pixels: Vec<(i32, i32)> =
                        piece.into_iter().map(|point| self.pixel(point)).collect();
                    self.area.draw(&PathElement::new(pixels, style)).ok();
                }
            }
            Mark::Area { points, ink, alpha } => {
                let pixels: Vec<(i32, i32)> =
                    points.iter().map(|point| self.pixel(*point)).collect();
                self.area
                    .draw(&Polygon::new(pixels, self.style(*ink, *alpha, 1.0, true)))
                    .ok();
            }
            Mark::Bar {
                at,
                size,
                ink,
                alpha,
            } => {
                let corners = [self.pixel(*at), self.pixel((at.0 + size.0, at.1 + size.1))];
                self.area
                    .draw(&Rectangle::new(
                        corners,
                        self.style(*ink, *alpha, 1.0, true),
                    ))
                    .ok();
            }
            Mark::Dot {
                at,
                radius,
                ink,
                alpha,
                ring,
            } => {
                let style = self.style(*ink, *alpha, ring.unwrap_or(1.0), ring.is_none());
                let size = (radius * self.ratio).round().max(1.0) as i32;
                self.area
                    .draw(&Circle::new(self.pixel(*at), size, style))
                    .ok();
            }
            Mark::Dots {
                at,
                radius,
                ink,
                alpha,
            } => {
                self.dots(at, *radius, *ink, *alpha);
            }
        }
    }

    /// plotters fills each disc for itself, with a colour written anew; this is an outline of a few discs. One outline of all
    /// of thousands takes the browser twice as long: each of its rows meets the edges of hundreds.
    fn dots(&self, at: &[Point], radius: f64, ink: Ink, alpha: f64) -> Option<()> {
        let context = self.canvas.get_context("2d").ok()??;
        let context: CanvasRenderingContext2d = context.dyn_into().ok()?;
        let RGBColor(red, green, blue) = self.palette.colour(ink);
        context.set_fill_style_str(&format!("rgba({red},{green},{blue},{alpha})"));
        let radius = radius * self.ratio;
        for some in at.chunks(DISCS) {
            context.begin_path();
            for (x, y) in some {
                let (x, y) = (x * self.ratio, y * self.ratio);
                context.move_to(x + radius, y);
                context
                    .arc(x, y, radius, 0.0, core::f64::consts::TAU)
                    .ok()?;
            }
            context.fill();
        }
        Some(())
    }
}

/// Cuts a line into dashes with gaps of the same length.
fn dashes(points: &[Point], dash: f64) -> Vec<Vec<Point>> {
    let mut pieces = Vec::new();
    let (mut left, mut drawn) = (dash, true);
    let mut piece: Vec<Point> = points.first().copied().into_iter().collect();
    for pair in points.windows(2) {
        let [mut from, to] = [pair[0], pair[1]];
        loop {
            let length = (to.0 - from.0).hypot(to.1 - from.1);
            if length <= left || dash <= 0.0 {
                left -= length;
                if drawn {
                    piece.push(to);
                }
                break;
            }
            let share = left / length;
            from = (
                from.0 + (to.0 - from.0) * share,
                from.1 + (to.1 - from.1) * share,
            );
            if drawn {
                piece.push(from);
                pieces.push(std::mem::take(&mut piece));
            } else {
                piece = vec![from];
            }
            (drawn, left) = (!drawn, dash);
        }
    }
    if piece.len() > 1 {
        pieces.push(piece);
    }
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dashes_are_as_long_as_their_gaps() {
        let pieces = dashes(&[(0.0, 0.0), (10.0, 0.0)], 2.0);
        assert_eq!(
            pieces,
            [
                vec![(0.0, 0.0), (2.0, 0.0)],
                vec![(4.0, 0.0), (6.0, 0.0)],
                vec![(8.0, 0.0), (10.0, 0.0)]
            ]
        );
    }

    #[test]
    fn dashes_go_round_corners() {
        let pieces = dashes(&[(0.0, 0.0), (1.0, 0.0), (1.0, 5.0)], 2.0);
        assert_eq!(pieces.first().map(Vec::len), Some(3));
    }
}
