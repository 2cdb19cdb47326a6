//! Studies beyond one run: decisions, searches, comparisons, replays.

use super::*;

#[test]
fn decisions_tell_why_it_did_not_scale() {
    let window = [
        "decisions",
        "misconfigured-autoscaler",
        "--from",
        "14",
        "--to",
        "14.1",
    ];
    let answer = qec(&window);
    assert_eq!(answer.code, Some(0), "{}", answer.err);
    assert!(answer.out.lines().count() > 20, "{}", answer.out);
    let first = answer.out.lines().next().expect("there are decisions");
    assert!(first.starts_with("day  1 14:00:00"), "{first}");
    assert!(first.contains("the fewest replicas are 3"), "{first}");
    let csv = qec(&[&window[..], &["--csv"]].concat());
    assert!(
        csv.out
            .starts_with("at_s,controller,from,to,rule,why,inputs\r\n")
    );
    let json: Value = serde_json::from_str(&qec(&[&window[..], &["--json"]].concat()).out)
        .expect("the decisions are JSON");
    assert_eq!(json[0]["rule"], "minimum");
    let wrong = qec(&[
        "decisions",
        "misconfigured-autoscaler",
        "--from",
        "9",
        "--to",
        "8",
    ]);
    assert_eq!(wrong.code, Some(2));
    assert!(
        wrong.err.contains("--from 9 lies after --to 8"),
        "{}",
        wrong.err
    );
}

/// Studies that decide as they go decide the same whoever computes them.
#[test]
fn deciding_studies_do_not_depend_on_threads() {
    let mut document: Value =
        serde_json::from_str(&qec(&["templates", "kubernetes-slo-driven"]).out)
            .expect("a template");
    document["slo"]["window_days"] = json!(0.1);
    let text = document.to_string();
    let knobs = [
        "--knob",
        "/autoscaler/min_replicas=3:12",
        "--knob",
        "/fleet/node/instance_type=m6i.large,m6i.xlarge",
    ];
    let optimise = [&["optimise", "-", "--json", "--budget", "200"], &knobs[..]].concat();
    let studies: [&[&str]; 3] = [
        &optimise,
        &["explain", "-", "--json", "--replications", "8"],
        &["reach", "-", "--json", "--replications", "8"],
    ];
    for study in studies {
        let on = |threads: &str| {
            let answer = qec_with(&[study, &["--threads", threads]].concat(), text.as_bytes());
            assert_eq!(answer.code, Some(0), "{study:?}: {}", answer.err);
            answer.out
        };
        let one = on("1");
        assert_eq!(one, on("4"), "{study:?}");
        let report: Value = serde_json::from_str(&one).expect("JSON");
        let digest = report.pointer("/search/digest").or(report.get("digest"));
        assert_eq!(digest.and_then(Value::as_str).map(str::len), Some(64));
    }
}

#[test]
fn a_search_needs_knobs_that_exist() {
    refused(
        &["optimise", "-", "--knob", "/autoscaler/min_replica=1:2"],
        &qec(&["templates", "kubernetes-slo-driven"])
            .out
            .into_bytes(),
        &["/autoscaler/min_replicas"],
    );
}

/// A short scenario in a file of its own.
fn short_scenario(name: &str, change: impl Fn(&mut Value)) -> String {
    let mut document = fixture::base();
    document["slo"]["window_days"] = json!(0.02);
    document["run"] =
        json!({"seed": 4, "max_replications": 16, "tick_s": 30, "warm_up_minutes": 0});
    change(&mut document);
    let path = std::env::temp_dir().join(format!("qec-{}-{name}.json", std::process::id()));
    std::fs::write(&path, document.to_string()).expect("a file");
    path.display().to_string()
}

#[test]
fn compare_says_it_in_words_and_in_json() {
    let a = short_scenario("a", |_| {});
    let b = short_scenario("b", |document| {
        document["prices"]["cluster_usd_per_hour"] = json!(0.3);
    });
    let words = qec(&["compare", &a, &b]);
    assert_eq!(words.code, Some(0), "{}", words.err);
    let price = fixture::base()["prices"]["cluster_usd_per_hour"].as_f64();
    let more = (0.3 - price.expect("a price")) * 730.0;
    assert!(
        words
            .out
            .contains(&format!("B costs ${more:.0} more a month")),
        "{}",
        words.out
    );
    let json = |threads: &str| -> Value {
        let answer = qec(&["compare", &a, &b, "--json", "--threads", threads]);
        assert_eq!(answer.code, Some(0), "{}", answer.err);
        serde_json::from_str(&answer.out).expect("JSON")
    };
    let report = json("1");
    assert_eq!(report, json("2"));
    assert_eq!(report["candidates"][0]["cost"]["steps"][0]["key"], "nodes");
    for file in [a, b] {
        std::fs::remove_file(file).expect("it was written");
    }
    refused(
        &["compare", "kubernetes-slo-driven", "no-such-file"],
        b"",
        &["no-such-file"],
    );
    refused(&["compare", "kubernetes-slo-driven"], b"", &["2"]);
}

#[test]
fn sensitivity_ranks_the_numbers() {
    let scenario = short_scenario("s", |document| {
        document["prices"]["cluster_usd_per_hour"] = json!({"low": 0.1, "high": 0.2});
        document["sweep"] = json!([{"path": "/prices/load_balancer_usd_per_hour", "from": 0.02, "to": 0.03, "steps": 2}]);
    });
    let words = qec(&["sensitivity", &scenario]);
    assert_eq!(words.code, Some(0), "{}", words.err);
    for wanted in [
        "/prices/cluster_usd_per_hour (uncertain)",
        "Spread due to uncertain inputs",
    ] {
        assert!(words.out.contains(wanted), "{wanted}: {}", words.out);
    }
    let answer = qec(&["sensitivity", &scenario, "--json", "--replications", "12"]);
    let report: Value = serde_json::from_str(&answer.out).expect("JSON");
    assert_eq!(report["replications"], 12);
    assert_eq!(report["bars"][0]["path"], "/prices/cluster_usd_per_hour");
    let swing = report["bars"][0]["cost_swing"]["mean"]
        .as_f64()
        .expect("a number");
    assert!((swing - 0.9 * 0.1 * 730.0).abs() < 1e-6, "{swing}");
    std::fs::remove_file(scenario).expect("it was written");
    let plain = short_scenario("p", |document| {
        document.as_object_mut().expect("an object").remove("sweep");
    });
    refused(&["sensitivity", &plain], b"", &["names no knobs"]);
    std::fs::remove_file(plain).expect("it was written");
}

/// A window request by request: counts, causes and spans for people, and all of it as JSON and CSV.
#[test]
fn a_window_is_replayed_request_by_request() {
    let window = ["replay", "retry-storm", "--from", "0.5", "--to", "0.55"];
    let answer = qec(&window);
    assert_eq!(answer.code, Some(0), "{}", answer.err);
    for words in ["own requests", "timed out", "P95", "digest"] {
        assert!(answer.out.contains(words), "{words}: {}", answer.out);
    }
    let json = qec(&[&window[..], &["--json"]].concat()).out;
    let replay: Value = serde_json::from_str(&json).expect("the window is JSON");
    assert_eq!(replay["is_own"], true);
    assert_eq!(replay["ticks"], replay["played"]);
    assert_eq!(
        (&replay["from_s"], &replay["to_s"]),
        (&json!(1800.0), &json!(1980.0))
    );
    assert!(
        answer
            .out
            .contains(replay["digest"].as_str().expect("a digest"))
    );
    let csv = qec(&[&window[..], &["--csv"]].concat()).out;
    let listed = replay["requests"].as_array().expect("a list").len();
    assert_eq!(csv.lines().count(), listed + 1);
    let other = qec(&[&window[..], &["--json", "--replication", "1"]].concat()).out;
    let other: Value = serde_json::from_str(&other).expect("the window is JSON");
    assert_ne!(other["digest"], replay["digest"]);
    let wrong = qec(&["replay", "retry-storm", "--from", "2", "--to", "1"]);
    assert_eq!(wrong.code, Some(2));
    assert!(wrong.err.contains("hold no time"), "{}", wrong.err);
}
