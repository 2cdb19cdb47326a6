//! A chart's marks as SVG: the same geometry that is painted on the canvas.

use super::ink::Ink;
use super::scene::{Mark, Point, Scene};
use std::fmt::Write;

/// Text for between tags and quotes.
pub fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            // Not allowed in XML at all.
            control if control.is_control() && !matches!(control, '\n' | '\t') => {}
            other => safe.push(other),
        }
    }
    safe
}

/// The marks from back to front, each ink in the colour that `colour` gives for it.
pub fn marks(scene: &Scene, colour: &dyn Fn(Ink) -> String) -> String {
    let mut svg = String::new();
    for mark in &scene.marks {
        // Writing into a string cannot fail.
        one(&mut svg, mark, colour).ok();
    }
    svg
}

fn one(svg: &mut String, mark: &Mark, colour: &dyn Fn(Ink) -> String) -> std::fmt::Result {
    match mark {
        Mark::Line {
            points,
            ink,
            alpha,
            width,
            dash,
        } => {
            let dash =
                dash.map_or_else(String::new, |dash| format!(" stroke-dasharray=\"{dash}\""));
            write!(
                svg,
                "<path d=\"{}\" fill=\"none\" stroke=\"{}\" stroke-opacity=\"{alpha}\" stroke-width=\"{width}\"{dash}/>",
                path(points),
                colour(*ink)
            )
        }
        Mark::Area { points, ink, alpha } => write!(
            svg,
            "<path d=\"{}Z\" fill=\"{}\" fill-opacity=\"{alpha}\"/>",
            path(points),
            colour(*ink)
        ),
        Mark::Bar {
            at,
            size,
            ink,
            alpha,
        } => write!(
            svg,
            "<path d=\"M{:.2} {:.2}h{:.2}v{:.2}h{:.2}Z\" fill=\"{}\" fill-opacity=\"{alpha}\"/>",
            at.0,
            at.1,
            size.0,
            size.1,
            -size.0,
            colour(*ink)
        ),
        Mark::Dot {
            at,
            radius,
            ink,
            alpha,
            ring,
        } => {
            write!(
                svg,
                "<circle cx=\"{:.2}\" cy=\"{:.2}\" r=\"{radius:.2}\"",
                at.0, at.1
            )?;
            match ring {
                Some(width) => write!(
                    svg,
                    " fill=\"none\" stroke=\"{}\" stroke-width=\"{width}\" stroke-opacity=\"{alpha}\"/>",
                    colour(*ink)
                ),
                None => write!(svg, " fill=\"{}\" fill-opacity=\"{alpha}\"/>", colour(*ink)),
            }
        }
        Mark::Dots {
            at,
            radius,
            ink,
            alpha,
        } => {
            svg.push_str("<path d=\"");
            for (x, y) in at {
                let (from, across) = (x - radius, 2.0 * radius);
                write!(
                    svg,
                    "M{from:.2} {y:.2}a{radius} {radius} 0 1 0 {across} 0a{radius} {radius} 0 1 0 {} 0",
                    -across
                )?;
            }
            write!(
                svg,
                "\" fill=\"{}\" fill-opacity=\"{alpha}\"/>",
                colour(*ink)
            )
        }
    }
}

fn path(points: &[Point]) -> String {
    let mut path = String::new();
    for (place, point) in points.iter().enumerate() {
        let letter = if place == 0 { 'M' } else { 'L' };
        write!(path, "{letter}{:.2} {:.2}", point.0, point.1).ok();
    }
    path
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_keep_their_geometry() {
        let mut scene = Scene::default();
        scene.dashed(vec![(1.0, 2.0), (3.0, 4.0)], Ink::Red, 1.5, 4.0);
        scene.bar((0.0, 1.0), (10.0, 5.0), Ink::Blue, 0.85);
        scene.ring((5.0, 6.0), 7.0, Ink::Green, 2.0);
        let svg = marks(&scene, &|ink| ink.name().to_owned());
        assert_eq!(
            svg,
            "<path d=\"M1.00 2.00L3.00 4.00\" fill=\"none\" stroke=\"ink-red\" stroke-opacity=\"1\" stroke-width=\"1.5\" stroke-dasharray=\"4\"/>\
             <path d=\"M0.00 1.00h10.00v5.00h-10.00Z\" fill=\"ink-blue\" fill-opacity=\"0.85\"/>\
             <circle cx=\"5.00\" cy=\"6.00\" r=\"7.00\" fill=\"none\" stroke=\"ink-green\" stroke-width=\"2\" stroke-opacity=\"1\"/>"
        );
    }

    #[test]
    fn words_cannot_break_out_of_their_tags() {
        assert_eq!(
            escaped("<b a=\"x\">&\u{0}"),
            "&lt;b a=&quot;x&quot;&gt;&amp;"
        );
    }
}
