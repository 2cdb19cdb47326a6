//! Small pictures of traffic: of a recording, and of a template.

use leptos::prelude::*;
use sim_core::scenario::document::ScenarioDocument;
use sim_core::traffic::RateCurve;

const WIDTH: f64 = 240.0;
const HEIGHT: f64 = 48.0;
/// Columns of the picture.
const COLUMNS: usize = 120;

/// The outline of a series, its highest values kept; gaps fall to zero.
pub fn outline(values: &[f64]) -> String {
    let top = values
        .iter()
        .copied()
        .filter(|value| value.is_finite())
        .fold(0.0, f64::max);
    if values.is_empty() || top <= 0.0 {
        return String::new();
    }
    let columns = values.len().min(COLUMNS);
    let mut path = format!("M0 {HEIGHT}");
    for column in 0..columns {
        let from = column * values.len() / columns;
        let to = ((column + 1) * values.len() / columns).max(from + 1);
        let highest = values
            .iter()
            .skip(from)
            .take(to - from)
            .copied()
            .filter(|value| value.is_finite())
            .fold(0.0, f64::max);
        let x = WIDTH * column as f64 / (columns.max(2) - 1) as f64;
        path.push_str(&format!(
            "L{x:.1} {:.1}",
            HEIGHT - highest / top * (HEIGHT - 3.0)
        ));
    }
    path.push_str(&format!("L{WIDTH} {HEIGHT}Z"));
    path
}

/// A picture with this outline.
pub fn picture(path: String) -> AnyView {
    view! {
        <svg class="spark" viewBox=format!("0 0 {WIDTH} {HEIGHT}") preserveAspectRatio="none" aria-hidden="true" focusable="false">
            <path d=path></path>
        </svg>
    }
    .into_any()
}

/// A picture of a document's traffic over its window, two weeks at most.
pub fn of_document(json: &str) -> AnyView {
    picture(outline(&traffic(json).unwrap_or_default()))
}

/// The rate that is expected, with its crowds; ten points for each column.
fn traffic(json: &str) -> Option<Vec<f64>> {
    let document: ScenarioDocument = serde_json::from_str(json).ok()?;
    let points = 10 * COLUMNS as u32;
    let step_s = document.slo.window_days.min(14.0) * 86_400.0 / f64::from(points);
    let curve = RateCurve::new(&document.traffic, step_s, 0, points);
    Some(curve.rates_rps().to_vec())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn peaks_survive_in_the_small_picture() {
        let mut values = vec![1.0; 4000];
        values[1234] = 10.0;
        assert!(
            outline(&values).contains(" 3.0"),
            "the peak reaches the top"
        );
        assert_eq!(outline(&[]), "");
        assert_eq!(outline(&[f64::NAN, 0.0]), "");
    }

    #[test]
    fn waves_between_sleep_are_seen() {
        let json = sim_core::scenario::templates::template("knative-scale-to-zero")
            .expect("in the gallery")
            .json;
        let rates = traffic(json).expect("a document");
        let asleep = rates.iter().filter(|rate| **rate < 1.0).count() as f64 / rates.len() as f64;
        // Three hours of six.
        assert!((0.45..0.55).contains(&asleep), "{asleep}");
    }
}
