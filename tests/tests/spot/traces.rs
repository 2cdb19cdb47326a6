//! Recorded availability of spot nodes.

use super::*;

fn samples() -> Option<PathBuf> {
    std::env::var_os("QEC_SAMPLES").map(PathBuf::from)
}

/// The published traces as others have counted them: availability, changes, mean times up and down in hours.
#[test]
fn recorded_traces_have_the_statistics_that_others_found() {
    let Some(folder) = samples() else {
        eprintln!("QEC_SAMPLES names no folder: nothing is read");
        return;
    };
    let cases = [
        (
            "spot_preempt_aws_r5.16xlarge_us-east-1b.json",
            16_090,
            0.8505,
            Some(133),
            1.93,
            0.34,
        ),
        (
            "spot_avail_aws_p3.2xlarge_us-west-2a.json",
            3895,
            0.793,
            None,
            4.05,
            1.07,
        ),
    ];
    for (name, steps, availability, changes, up_hours, down_hours) in cases {
        let path = folder.join("traces").join(name);
        let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{name}: {error}"));
        let imported = spot_trace(&text, &SpotTraceOptions::default()).expect("a trace");
        let trace = &imported.trace;
        let found = sim_core::fleet::spot::SpotTrace::new(
            trace.gap_s,
            trace.available.iter().map(|up| *up == 1).collect(),
            trace.usd_per_hour.clone(),
        )
        .expect("a trace")
        .statistics();
        assert_eq!(found.steps, steps, "{name}");
        assert!(
            (found.availability - availability).abs() < 5e-4,
            "{found:?}"
        );
        assert!((found.mean_up_hours - up_hours).abs() < 0.01, "{found:?}");
        assert!(
            (found.mean_down_hours - down_hours).abs() < 0.01,
            "{found:?}"
        );
        if let Some(changes) = changes {
            assert_eq!(found.up_runs + found.down_runs - 1, changes, "{name}");
            assert_eq!(found.usd_per_hour, Some((1.2754, 1.4107)));
        }
        assert!(!imported.notes.is_empty());
    }
}

#[test]
fn traces_that_are_none_are_refused() {
    let read = |text: &str| spot_trace(text, &SpotTraceOptions::default());
    let trace =
        |data: &str| format!("{{\"metadata\": {{\"gap_seconds\": 600}}, \"data\": {data}}}");
    let cases = [
        ("nonsense".to_owned(), "this is no JSON"),
        ("[1, 0]".to_owned(), "expected is an object"),
        (trace("[]"), "data is an empty list"),
        (trace("[1, -1]"), "data[1] is -1: expected is a number"),
        (trace("[1, 0.5]"), "data[1] is 0.5: expected is a number"),
        (trace("7"), "data is missing or no list"),
        ("{\"data\": [1]}".to_owned(), "gap_seconds is missing"),
        (
            "{\"metadata\": {\"gap_seconds\": 0}, \"data\": [1]}".to_owned(),
            "gap_seconds is 0: expected are seconds between two points, 1 to",
        ),
        (
            "{\"metadata\": {\"gap_seconds\": 60}, \"data\": [1, 0], \"prices\": [1]}".to_owned(),
            "prices has 1 values for 2 points",
        ),
        (
            "{\"metadata\": {\"gap_seconds\": 60}, \"data\": [1], \"prices\": [-1]}".to_owned(),
            "prices[0] is -1: expected are US dollars an hour, 0 to",
        ),
    ];
    for (text, expected) in cases {
        let error = read(&text).expect_err(&text);
        assert!(error.message.contains(expected), "{text}: {error}");
    }
    let several = trace("[4, 2, 0, 4]");
    let at_least =
        |at_least| spot_trace(&several, &SpotTraceOptions { at_least }).expect("a trace");
    assert_eq!(at_least(1).trace.available, [1, 1, 0, 1]);
    assert_eq!(at_least(3).trace.available, [1, 0, 0, 1]);
}
