//! The JSON answer of Prometheus (and what speaks its language) to `query_range`.

use super::points::{self, Binned, Point, Unit};
use super::{ImportError, TrafficOptions, listed, shown};
use crate::stats::sort_by;
use serde::Deserialize;
use std::borrow::Cow;
use std::collections::BTreeMap;

const EXPECTED: &str = "expected is the JSON answer of Prometheus to query_range, such as of sum(rate(http_requests_total[5m]))";

/// Below this mean rate the values are rather something else than traffic.
const SUSPICIOUS_RPS: f64 = 0.1;

#[derive(Deserialize)]
struct Answer<'a> {
    #[serde(borrow)]
    status: Cow<'a, str>,
    #[serde(borrow, default)]
    data: Option<Data<'a>>,
    #[serde(default)]
    error: Option<String>,
    #[serde(default)]
    warnings: Vec<String>,
}

#[derive(Deserialize)]
struct Data<'a> {
    #[serde(rename = "resultType")]
    result_type: Cow<'a, str>,
    #[serde(borrow, default)]
    result: Vec<Series<'a>>,
}

#[derive(Deserialize)]
struct Series<'a> {
    #[serde(default)]
    metric: BTreeMap<String, String>,
    #[serde(borrow, default)]
    values: Vec<(f64, Sample<'a>)>,
    #[serde(default)]
    histograms: Vec<serde::de::IgnoredAny>,
}

/// Prometheus writes values as text; some of its relatives write numbers.
#[derive(Deserialize)]
#[serde(untagged)]
enum Sample<'a> {
    Text(#[serde(borrow)] Cow<'a, str>),
    Number(f64),
}

impl Sample<'_> {
    /// The value; NaN and infinities are gaps.
    fn value(&self) -> Result<Option<f64>, ImportError> {
        let value = match self {
            Self::Number(value) => *value,
            Self::Text(text) => text
                .trim()
                .parse()
                .map_err(|_| ImportError::new(format!("{:?} is no number", shown(text))))?,
        };
        Ok(value.is_finite().then_some(value))
    }
}

/// Reads an answer.
pub(super) fn read(
    text: &str,
    options: &TrafficOptions,
    notes: &mut Vec<String>,
) -> Result<Binned, ImportError> {
    let answer: Answer<'_> = match serde_json::from_str(text) {
        Ok(answer) => answer,
        Err(error) => return Err(refusal(text, &error)),
    };
    if answer.status != "success" {
        let reason = answer
            .error
            .unwrap_or_else(|| format!("status {}", shown(&answer.status)));
        return Err(ImportError::new(format!(
            "Prometheus answered with an error: {}",
            shown(&reason)
        )));
    }
    let Some(data) = answer.data else {
        return Err(ImportError::new(format!(
            "the answer holds no data; {EXPECTED}"
        )));
    };
    if data.result_type != "matrix" {
        return Err(not_a_range(&data.result_type));
    }
    notes.extend(
        answer
            .warnings
            .iter()
            .map(|warning| format!("Prometheus warned: {}.", shown(warning))),
    );
    let chosen = choose(data.result, options, notes)?;
    let unit = options.unit.unwrap_or_else(|| assumed_unit(&chosen));
    notes.push(match (unit, options.unit) {
        (Unit::PerSecond, None) => {
            "The values were taken as requests per second, as rate() gives them.".to_owned()
        }
        (Unit::Counter, None) => {
            "The metric is named like a counter and was not put through rate().".to_owned()
        }
        (unit, _) => format!(
            "The values were taken as {}.",
            match unit {
                Unit::Count => "counts",
                Unit::PerSecond => "requests per second",
                Unit::PerMinute => "requests per minute",
                Unit::Counter => "a growing counter",
            }
        ),
    });
    note_latency(&chosen, notes);
    let samples = add_up(chosen, unit, notes)?;
    let binned = points::bin(samples, unit_after(unit), options.interval_s, notes)?;
    if options.unit.is_none() && mean_rps(&binned) < SUSPICIOUS_RPS {
        notes.push(format!(
            "Caution: that is less than {SUSPICIOUS_RPS} requests per second; a latency in seconds or a share looks like this. Is it traffic?"
        ));
    }
    Ok(binned)
}

fn not_a_range(result_type: &str) -> ImportError {
    ImportError::new(format!(
        "the answer is a {}, one moment only; ask /api/v1/query_range (not /api/v1/query) for a range of time",
        shown(result_type)
    ))
}

/// The series to read: those that contain the wanted text, or all.
fn choose<'a>(
    series: Vec<Series<'a>>,
    options: &TrafficOptions,
    notes: &mut Vec<String>,
) -> Result<Vec<Series<'a>>, ImportError> {
    let names: Vec<String> = series.iter().map(name).collect();
    let wanted = options.series.as_deref().unwrap_or("");
    let chosen: Vec<Series<'a>> = series
        .into_iter()
        .zip(&names)
        .filter(|(_, name)| name.contains(wanted))
        .map(|(series, _)| series)
        .collect();
    if chosen.is_empty() && !names.is_empty() {
        return Err(ImportError::new(format!(
            "no series contains {}; there are {}",
            shown(wanted),
            listed(&names)
        )));
    }
    if let Some(label) = ["le", "quantile"]
        .into_iter()
        .find(|label| chosen.iter().any(|one| one.metric.contains_key(*label)))
    {
        return Err(ImportError::new(format!(
            "the series have the label {label}: they are parts of a latency distribution, not traffic; ask for the rate of the metric that ends in _count"
        )));
    }
    if chosen.iter().all(|one| one.values.is_empty()) {
        let histograms = chosen.iter().any(|one| !one.histograms.is_empty());
        let what = if histograms {
            "native histograms; ask for histogram_count(rate(…))"
        } else {
            "no values; was the range right?"
        };
        return Err(ImportError::new(format!("the answer holds {what}")));
    }
    if chosen.len() > 1 {
        let names: Vec<String> = chosen.iter().map(name).collect();
        notes.push(format!(
            "{} series were added up: {}. One of them can be chosen by its labels.",
            names.len(),
            listed(&names)
        ));
    }
    Ok(chosen)
}

/// The series as Prometheus writes it: `name{label="value"}`.
fn name(series: &Series<'_>) -> String {
    let labels: Vec<String> = series
        .metric
        .iter()
        .filter(|(label, _)| *label != "__name__")
        .map(|(label, value)| format!("{label}={value:?}"))
        .collect();
    format!(
        "{}{{{}}}",
        series.metric.get("__name__").map_or("", String::as_str),
        labels.join(",")
    )
}

fn metric_names<'s>(series: &'s [Series<'_>]) -> impl Iterator<Item = &'s str> {
    series
        .iter()
        .filter_map(|one| one.metric.get("__name__").map(String::as_str))
}

fn assumed_unit(series: &[Series<'_>]) -> Unit {
    let counter =
        metric_names(series).any(|name| name.ends_with("_total") || name.ends_with("_count"));
    if counter {
        Unit::Counter
    } else {
        Unit::PerSecond
    }
}

fn note_latency(series: &[Series<'_>], notes: &mut Vec<String>) {
    let is_latency = |name: &str| {
        !name.ends_with("_count")
            && ["latency", "duration", "seconds", "quantile", "p95", "p99"]
                .iter()
                .any(|word| name.contains(word))
    };
    if let Some(name) = metric_names(series).find(|name| is_latency(name)) {
        notes.push(format!(
            "Caution: {} sounds like a latency, not like traffic.",
            shown(name)
        ));
    }
}

fn mean_rps(binned: &Binned) -> f64 {
    let present = binned.counts.iter().flatten().count() as f64;
    binned.counts.iter().flatten().sum::<f64>() / (present * binned.interval_s)
}

/// Counters are turned into increases series by series, before these are added up.
fn unit_after(unit: Unit) -> Unit {
    if unit == Unit::Counter {
        Unit::Count
    } else {
        unit
    }
}

fn add_up(
    series: Vec<Series<'_>>,
    unit: Unit,
    notes: &mut Vec<String>,
) -> Result<Vec<Point>, ImportError> {
    let several = series.len() > 1;
    let mut all: Vec<Point> = Vec::new();
    let mut negative = 0;
    for one in series {
        let mut points = Vec::with_capacity(one.values.len());
        for (at_s, sample) in &one.values {
            let value = sample.value()?;
            negative += usize::from(value.is_some_and(|value| value < 0.0));
            points.push(Point {
                at_s: *at_s,
                value: value.filter(|value| *value >= 0.0),
            });
        }
        if unit == Unit::Counter {
            points = points::increases(&points, notes);
        }
        all.extend(points);
    }
    if negative > 0 {
        notes.push(format!("{negative} negative values were left out."));
    }
    if several {
        // Samples of the same moment become one, quietly: that is what adding up means.
        sort_by(&mut all, |a, b| a.at_s.total_cmp(&b.at_s));
        points::add_up_duplicates(&mut all);
    }
    Ok(all)
}

/// What a JSON text is that is no answer of Prometheus.
fn refusal(text: &str, error: &serde_json::Error) -> ImportError {
    #[derive(Deserialize)]
    struct Outline {
        #[serde(flatten)]
        members: BTreeMap<String, serde::de::IgnoredAny>,
    }
    #[derive(Deserialize)]
    struct Kind {
        data: KindData,
    }
    #[derive(Deserialize)]
    struct KindData {
        #[serde(rename = "resultType")]
        result_type: String,
    }
    if let Ok(Kind { data }) = serde_json::from_str(text) {
        if data.result_type != "matrix" {
            return not_a_range(&data.result_type);
        }
        return ImportError::new(format!("the answer of Prometheus cannot be read: {error}"));
    }
    let Ok(outline) = serde_json::from_str::<Outline>(text) else {
        let what = if text.starts_with('[')
            && serde_json::from_str::<serde::de::IgnoredAny>(text).is_ok()
        {
            "a JSON list".to_owned()
        } else {
            format!("JSON that cannot be read ({error})")
        };
        return ImportError::new(format!("this is {what}; {EXPECTED}"));
    };
    let members: Vec<&str> = outline.members.keys().map(String::as_str).collect();
    let has = |name: &str| members.contains(&name);
    let what = if has("traffic") && has("autoscaler") {
        "a scenario of this studio: open it instead of importing it".to_owned()
    } else if has("metadata") && has("data") {
        "a trace of spot capacity".to_owned()
    } else if has("Rules") {
        "a storage lifecycle configuration".to_owned()
    } else {
        format!("JSON with the members {}", listed(&members))
    };
    ImportError::new(format!("this is {what}, not traffic; {EXPECTED}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn imported(
        text: &str,
        options: &TrafficOptions,
    ) -> Result<(Binned, Vec<String>), ImportError> {
        let mut notes = Vec::new();
        read(text, options, &mut notes).map(|binned| (binned, notes))
    }

    #[test]
    fn gaps_nan_and_infinity() {
        let text = r#"{"status":"success","data":{"resultType":"matrix","result":[{"metric":{},"values":
            [[0,"1"],[60,"NaN"],[120,"+Inf"],[240,"2.5"],[300,3]]}]}}"#;
        let (binned, _) = imported(text, &TrafficOptions::default()).expect("reads");
        assert_eq!(
            binned.counts,
            [Some(60.0), None, None, None, Some(150.0), Some(180.0)]
        );
    }

    #[test]
    fn series_are_added_up_or_chosen() {
        let text = r#"{"status":"success","data":{"resultType":"matrix","result":[
            {"metric":{"job":"a"},"values":[[0,"1"],[60,"1"],[120,"1"]]},
            {"metric":{"job":"b"},"values":[[60,"2"],[120,"2"],[180,"2"]]}]}}"#;
        let (binned, notes) = imported(text, &TrafficOptions::default()).expect("reads");
        assert_eq!(
            binned.counts,
            [Some(60.0), Some(180.0), Some(180.0), Some(120.0)]
        );
        assert!(
            notes
                .iter()
                .any(|note| note.contains("2 series were added up")),
            "{notes:?}"
        );
        let options = TrafficOptions {
            series: Some("job=\"b\"".to_owned()),
            ..TrafficOptions::default()
        };
        assert_eq!(
            imported(text, &options).expect("reads").0.counts,
            [Some(120.0), Some(120.0), Some(120.0)]
        );
        let options = TrafficOptions {
            series: Some("job=\"c\"".to_owned()),
            ..TrafficOptions::default()
        };
        assert!(
            imported(text, &options)
                .expect_err("refused")
                .message
                .contains("no series contains")
        );
    }

    #[test]
    fn counters_become_increases() {
        let text = r#"{"status":"success","data":{"resultType":"matrix","result":[
            {"metric":{"__name__":"http_requests_total"},"values":[[0,"10"],[60,"70"],[120,"5"]]}]}}"#;
        assert_eq!(
            imported(text, &TrafficOptions::default())
                .expect("reads")
                .0
                .counts,
            [Some(60.0), Some(5.0)]
        );
    }

    #[test]
    fn refusals_say_what_was_found() {
        for (text, wanted) in [
            (
                r#"{"status":"error","errorType":"bad_data","error":"parse error at char 3"}"#,
                "parse error at char 3",
            ),
            (
                r#"{"status":"success","data":{"resultType":"vector","result":[{"metric":{},"value":[0,"1"]}]}}"#,
                "query_range",
            ),
            (
                r#"{"status":"success","data":{"resultType":"scalar","result":[0,"1"]}}"#,
                "query_range",
            ),
            (
                r#"{"status":"success","data":{"resultType":"matrix","result":[]}}"#,
                "no values",
            ),
            (
                r#"{"status":"success","data":{"resultType":"matrix","result":[{"metric":{"le":"0.1"},"values":[[0,"1"]]}]}}"#,
                "label le",
            ),
            (
                r#"{"status":"success","data":{"resultType":"matrix","result":[{"metric":{},"values":[[0,"x"]]}]}}"#,
                "no number",
            ),
            (
                r#"{"metadata":{"gap_seconds":600},"data":[1,0]}"#,
                "spot capacity",
            ),
            (r#"{"Rules":[]}"#, "lifecycle"),
            (r#"[1,2]"#, "JSON list"),
            (r#"{"status":"succ"#, "cannot be read"),
        ] {
            let message = imported(text, &TrafficOptions::default())
                .expect_err(text)
                .message;
            assert!(message.contains(wanted), "{text}: {message}");
        }
    }
}
