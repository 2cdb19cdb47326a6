//! Small pictures of traffic: of a recording, and of a template.

use leptos::prelude::*;
use serde_json::Value;

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

/// A picture of a document's traffic over two weeks.
pub fn of_document(json: &str) -> AnyView {
    let document: Value = serde_json::from_str(json).unwrap_or(Value::Null);
    picture(outline(&traffic(&document)))
}

fn traffic(document: &Value) -> Vec<f64> {
    let list = |pointer: &str| {
        document
            .pointer(pointer)
            .and_then(Value::as_array)
            .map(|list| {
                list.iter()
                    .map(|value| value.as_f64().unwrap_or(0.0))
                    .collect::<Vec<_>>()
            })
    };
    if let Some(counts) = list("/traffic/source/counts") {
        return counts;
    }
    let number = |pointer: &str| {
        document
            .pointer(pointer)
            .and_then(Value::as_f64)
            .unwrap_or(0.0)
    };
    let week = list("/traffic/source/weekday_weights").unwrap_or_default();
    let hours = list("/traffic/source/daily/weights").unwrap_or_default();
    let (amplitude, peak) = (
        number("/traffic/source/daily/amplitude"),
        number("/traffic/source/daily/peak_hour"),
    );
    let rate = |hour: usize| {
        let day = week.get(hour / 24 % 7).copied().unwrap_or(1.0);
        let wave =
            1.0 + amplitude * (((hour % 24) as f64 - peak) / 24.0 * std::f64::consts::TAU).cos();
        day * hours.get(hour % 24).copied().unwrap_or(wave)
    };
    (0..24 * 14).map(rate).collect()
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
}
