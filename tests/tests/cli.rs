//! The command line, run as a program: exit codes, messages, and the same numbers on any number of threads.
//!
//! `QEC_BIN` names the program to test; without it, it is built first.

#[path = "cli/reports.rs"]
mod reports;

use serde_json::{Value, json};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;
use tests::fixture;

fn program() -> &'static Path {
    static PROGRAM: OnceLock<PathBuf> = OnceLock::new();
    PROGRAM.get_or_init(|| {
        if let Some(program) = std::env::var_os("QEC_BIN") {
            return PathBuf::from(program);
        }
        let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        let built = Command::new(cargo)
            .args(["build", "--quiet", "-p", "cli"])
            .current_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join(".."))
            .status()
            .expect("cargo starts");
        assert!(built.success(), "the command line does not build");
        // This test lies in <profile>/deps/, the program beside that folder.
        let test = std::env::current_exe().expect("a running test has a path");
        let profile = test
            .parent()
            .and_then(Path::parent)
            .expect("in a profile's folder");
        profile.join(format!("qec{}", std::env::consts::EXE_SUFFIX))
    })
}

struct Answer {
    code: Option<i32>,
    out: String,
    err: String,
}

fn qec_with(arguments: &[&str], input: &[u8]) -> Answer {
    let mut child = Command::new(program())
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts");
    // A program that refuses early does not read on: a closed pipe is no failure.
    let _ = child.stdin.take().expect("piped").write_all(input);
    let output = child.wait_with_output().expect("the program ends");
    Answer {
        code: output.status.code(),
        out: String::from_utf8(output.stdout).expect("UTF-8"),
        err: String::from_utf8(output.stderr).expect("UTF-8"),
    }
}

fn qec(arguments: &[&str]) -> Answer {
    qec_with(arguments, b"")
}

/// Refused: exit code 2, nothing but the wanted words on standard error.
fn refused(arguments: &[&str], input: &[u8], wanted: &[&str]) {
    let answer = qec_with(arguments, input);
    assert_eq!(answer.code, Some(2), "{arguments:?}: {}", answer.err);
    for word in wanted {
        assert!(
            answer.err.contains(word),
            "{arguments:?}: no {word:?} in {}",
            answer.err
        );
    }
    assert!(
        !answer.err.contains("panicked"),
        "{arguments:?}: {}",
        answer.err
    );
}

fn file(name: &str) -> String {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("fixtures")
        .join(name)
        .to_string_lossy()
        .into_owned()
}

/// An hour and a half of little traffic: computed in a moment.
fn small() -> Value {
    let mut document = fixture::base();
    for (path, value) in [
        ("/slo/window_days", json!(0.0625)),
        ("/traffic/source/base_rps", json!(20.0)),
        ("/run/warm_up_minutes", json!(10)),
        ("/run/min_replications", json!(4)),
        ("/run/max_replications", json!(8)),
        ("/traffic/flash_crowds", json!([])),
        (
            "/sweep",
            json!([{"path": "/autoscaler/max_replicas", "from": 4, "to": 6, "steps": 3}]),
        ),
    ] {
        fixture::set(&mut document, path, value);
    }
    document
}

fn small_bytes() -> Vec<u8> {
    small().to_string().into_bytes()
}

fn parsed(answer: &Answer) -> Value {
    assert_eq!(answer.code, Some(0), "{}", answer.err);
    serde_json::from_str(&answer.out).unwrap_or_else(|error| panic!("{error}: {}", answer.out))
}

#[test]
fn a_run_reports_for_people_and_programs() {
    let text = qec_with(&["run", "-", "--replications", "3"], &small_bytes());
    assert_eq!(text.code, Some(0), "{}", text.err);
    for wanted in [
        "attainment",
        "95 % CI",
        "P5",
        "Cost per month",
        "Nodes",
        "Saturation",
        "3 replications",
        "seed",
        "digest",
        "prices",
        "engine",
    ] {
        assert!(text.out.contains(wanted), "no {wanted} in {}", text.out);
    }
    let report = parsed(&qec_with(
        &["run", "-", "--json", "--replications", "3", "--seed", "77"],
        &small_bytes(),
    ));
    assert_eq!(
        (&report["replications"], &report["seed"]),
        (&json!(3), &json!(77))
    );
    assert_eq!(report["engine_version"], json!(env!("CARGO_PKG_VERSION")));
    assert!(
        report["prices"]
            .as_str()
            .is_some_and(|prices| !prices.is_empty())
    );
    assert!(text.out.contains("fluid plane") && report["plane"] == json!("fluid"));
}

#[test]
fn threads_seeds_and_planes() {
    let run = |extra: &[&str]| {
        let mut arguments = vec!["run", "-", "--json"];
        arguments.extend(extra);
        parsed(&qec_with(&arguments, &small_bytes()))
    };
    let one = run(&["--threads", "1"]);
    let four = run(&["--threads", "4"]);
    assert_eq!(one, four);
    assert_eq!(one["digest"].as_str().map(str::len), Some(64));
    assert_ne!(
        run(&["--seed", "2"])["digest"],
        run(&["--seed", "3"])["digest"]
    );
    assert_eq!(
        run(&["--plane", "requests", "--replications", "2"])["plane"],
        json!("requests")
    );
}

#[test]
fn a_sweep_shows_its_front() {
    let report = parsed(&qec_with(
        &[
            "sweep",
            "-",
            "--json",
            "--replications",
            "2",
            "--threads",
            "4",
        ],
        &small_bytes(),
    ));
    let again = parsed(&qec_with(
        &[
            "sweep",
            "-",
            "--json",
            "--replications",
            "2",
            "--threads",
            "1",
        ],
        &small_bytes(),
    ));
    assert_eq!(report, again);
    assert_eq!(report["points"].as_array().map(Vec::len), Some(3));
    assert!(
        report["front"]
            .as_array()
            .is_some_and(|front| !front.is_empty())
    );
    let text = qec_with(
        &[
            "sweep",
            "-",
            "--all",
            "--replications",
            "2",
            "--knob",
            "/autoscaler/max_replicas=5:8:2",
        ],
        &small_bytes(),
    );
    assert_eq!(text.code, Some(0), "{}", text.err);
    assert!(
        text.out.contains("2 designs") && text.out.contains("knob 1 is /autoscaler/max_replicas"),
        "{}",
        text.out
    );
    refused(
        &["sweep", "-", "--knob", "/autoscaler/max_replicas"],
        &small_bytes(),
        &["first value"],
    );
    refused(
        &["sweep", "-", "--knob", "/nothing=1:2:2"],
        &small_bytes(),
        &["/nothing"],
    );
}

#[test]
fn templates_files_links_and_standard_input_are_scenarios() {
    let listed = qec(&["templates"]);
    assert!(
        listed.out.contains("kubernetes-slo-driven"),
        "{}",
        listed.out
    );
    let template =
        sim_core::scenario::templates::template("kubernetes-slo-driven").expect("exists");
    let text: Value = serde_json::from_str(template.json).expect("JSON");
    assert_eq!(parsed(&qec(&["templates", template.id])), text);
    let file =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../scenarios/kubernetes-slo-driven.json");
    let link = qec(&[
        "link",
        "encode",
        "kubernetes-slo-driven",
        "--studio",
        "https://example.org/",
    ])
    .out;
    assert!(link.starts_with("https://example.org/#s=1."), "{link}");
    for scenario in [
        "kubernetes-slo-driven",
        &file.to_string_lossy(),
        link.trim(),
    ] {
        let answer = qec(&["check", scenario]);
        assert_eq!(answer.code, Some(0), "{scenario}: {}", answer.err);
        assert!(answer.out.contains("sound"), "{}", answer.out);
    }
    assert_eq!(qec_with(&["check", "-"], &small_bytes()).code, Some(0));
    assert_eq!(
        parsed(&qec(&["check", "kubernetes-slo-driven", "--json"])),
        json!([])
    );
}

#[test]
fn a_link_carries_the_whole_scenario() {
    let link = qec_with(&["link", "encode", "-"], &small_bytes());
    assert_eq!(link.code, Some(0), "{}", link.err);
    let decoded = parsed(&qec(&["link", "decode", link.out.trim()]));
    let read = |value: Value| -> sim_core::scenario::document::ScenarioDocument {
        serde_json::from_value(value).expect("a document")
    };
    assert_eq!(read(decoded), read(small()));
    let digest = |answer: Answer| parsed(&answer)["digest"].clone();
    assert_eq!(
        digest(qec(&[
            "run",
            link.out.trim(),
            "--json",
            "--replications",
            "2"
        ])),
        digest(qec_with(
            &["run", "-", "--json", "--replications", "2"],
            &small_bytes()
        ))
    );
}

#[test]
fn bad_documents_are_answered_with_every_problem() {
    let mut negative = small();
    fixture::set(&mut negative, "/traffic/source/base_rps", json!(-5));
    fixture::set(&mut negative, "/slo/window_days", json!(4000));
    fixture::set(&mut negative, "/service/concurency", json!(3));
    refused(
        &["check", "-"],
        negative.to_string().as_bytes(),
        &[
            "/traffic/source/base_rps",
            "-5",
            "/slo/window_days",
            "4000",
            "30 days",
            "/service/concurency",
            "hint",
        ],
    );
    refused(
        &["run", "-"],
        negative.to_string().as_bytes(),
        &["/traffic/source/base_rps"],
    );
    let mut version = small();
    fixture::set(&mut version, "/version", json!(99));
    refused(
        &["check", "-"],
        version.to_string().as_bytes(),
        &["/version", "99"],
    );
    let not_a_number = small().to_string().replacen("20.0", "NaN", 1);
    refused(&["check", "-"], not_a_number.as_bytes(), &["line"]);
    refused(&["check", "-"], b"", &["error"]);
    refused(&["check", "-"], b"{\"version\": 1", &["line"]);
    refused(&["check", "-"], &[0xff, 0xfe, 0x00], &["UTF-8"]);
    refused(&["check", "-"], "[".repeat(100_000).as_bytes(), &["error"]);
    refused(
        &["check", "-"],
        &vec![b' '; 3 * 1024 * 1024],
        &["larger than"],
    );
    refused(
        &["run", "no/such/file.json"],
        b"",
        &["no such file", "kubernetes-slo-driven"],
    );
    refused(
        &["run", "-", "--replications", "0"],
        &small_bytes(),
        &["--replications"],
    );
    refused(
        &["run", "-", "--replications", "4000000000"],
        &small_bytes(),
        &["allowed"],
    );
    refused(
        &["run", "-", "--threads", "0"],
        &small_bytes(),
        &["threads"],
    );
    refused(
        &["run", "-", "--seed", "18446744073709551615"],
        &small_bytes(),
        &["/run/seed"],
    );
    let problems = qec_with(&["check", "-", "--json"], negative.to_string().as_bytes());
    assert_eq!(problems.code, Some(2));
    let listed: Value = serde_json::from_str(&problems.out).expect("JSON");
    assert_eq!(listed.as_array().map(Vec::len), Some(4), "{listed:#}");
}

#[test]
fn cut_and_hostile_links_are_answered() {
    let link = qec(&["link", "encode", "recorded-traffic"]).out;
    let link = link.trim();
    refused(
        &["link", "decode", &link[..link.len() - 5]],
        b"",
        &["was cut"],
    );
    refused(&["run", &link[..link.len() - 5]], b"", &["was cut"]);
    refused(&["link", "decode", &format!("{link}xyz")], b"", &["end"]);
    refused(
        &["link", "decode", &link.replacen("s=1.", "s=7.", 1)],
        b"",
        &["version", "7"],
    );
    refused(&["link", "decode", "#s=1.!!!!"], b"", &["does not belong"]);
    refused(&["link", "decode", "hello"], b"", &["no share link"]);
    refused(
        &["link", "decode", "-"],
        format!("#s=1.{}", "A".repeat(100_000)).as_bytes(),
        &["too long"],
    );
    // Two mebibytes and more of spaces, deflated to some two thousand bytes.
    refused(
        &["link", "decode", "-"],
        tests::bomb::link().as_bytes(),
        &["unpacks to more than"],
    );
}

#[test]
fn traffic_is_imported_into_a_scenario() {
    let part = qec(&["import", "traffic", &file("gaps_and_garbage.csv")]);
    assert_eq!(parsed(&part)["kind"], json!("recorded"));
    assert!(
        part.err.contains("left out") && part.err.contains("gaps"),
        "{}",
        part.err
    );
    let whole = qec(&[
        "import",
        "traffic",
        &file("unsorted_ms.csv"),
        "--unit",
        "rate",
        "--into",
        "kubernetes-slo-driven",
    ]);
    let whole = parsed(&whole);
    assert_eq!(
        whole["traffic"]["source"]["counts"],
        json!([300.0, 420.0, 420.0])
    );
    assert_eq!(
        whole["traffic"]["source"]["origin"],
        json!("unsorted_ms.csv")
    );
    assert_eq!(
        qec_with(&["check", "-"], whole.to_string().as_bytes()).code,
        Some(0)
    );
    refused(
        &["import", "traffic", "-"],
        b"a,b\nc,d\n",
        &["no column of times"],
    );
    refused(
        &["import", "traffic", "no-such-file.csv"],
        b"",
        &["cannot read"],
    );
    refused(
        &[
            "import",
            "traffic",
            &file("unsorted_ms.csv"),
            "--column",
            "nope",
        ],
        b"",
        &["no column nope"],
    );
}

#[test]
fn manifests_are_imported_into_a_scenario() {
    let part = qec(&["import", "hpa", &file("hpa_v2beta2.yaml")]);
    assert_eq!(parsed(&part)["max_replicas"], json!(8));
    assert!(part.err.contains("v2beta2"), "{}", part.err);
    let whole = parsed(&qec(&[
        "import",
        "hpa",
        &file("hpa_v2.yaml"),
        "--into",
        "kubernetes-slo-driven",
    ]));
    assert_eq!(whole["autoscaler"]["max_replicas"], json!(30));
    refused(
        &["import", "hpa", &file("hpa_misspelt.yaml")],
        b"",
        &["stabilisationWindowSeconds", "averageUtilisation"],
    );
    refused(
        &["import", "hpa", &file("hpa_template.yaml")],
        b"",
        &["line 6", "template"],
    );
    refused(
        &["import", "hpa", "-"],
        b"kind: ConfigMap\n",
        &["ConfigMap"],
    );
    let part = qec(&["import", "keda", &file("keda_scaledjob.yaml")]);
    assert_eq!(parsed(&part)["kind"], json!("keda_scaled_job"));
    assert!(part.err.contains("pollingInterval 2"), "{}", part.err);
    refused(
        &["import", "keda", "-"],
        b"apiVersion: keda.sh/v1alpha1\nkind: ScaledObject\nspec: {triggers: [{type: foo, metadata: {}}]}\n",
        &["spec.triggers[0].type", "foo"],
    );
}

#[test]
fn spot_traces_are_imported_into_a_pool() {
    let trace = r#"{"metadata": {"gap_seconds": 600}, "data": [1, 1, 0, 1]}"#;
    let alone = qec_with(&["import", "spot-trace", "-"], trace.as_bytes());
    assert_eq!(alone.code, Some(0), "{}", alone.err);
    assert_eq!(parsed(&alone)["available"], json!([1, 1, 0, 1]));
    assert!(
        alone.err.contains("available 75.0 % of the time"),
        "{}",
        alone.err
    );
    let into = ["import", "spot-trace", "-", "--into", "spot-with-fallback"];
    let whole = parsed(&qec_with(&into, trace.as_bytes()));
    let pool = &whole["fleet"]["spot"]["pools"][0];
    assert_eq!(pool["trace"]["gap_s"], json!(600.0));
    assert!(pool.get("reclaims").is_none(), "{pool}");
    let elsewhere = [
        "import",
        "spot-trace",
        "-",
        "--into",
        "kubernetes-slo-driven",
    ];
    refused(&elsewhere, trace.as_bytes(), &["has no spot pool"]);
    let empty = r#"{"metadata": {"gap_seconds": 600}, "data": []}"#;
    refused(
        &["import", "spot-trace", "-"],
        empty.as_bytes(),
        &["data is an empty list"],
    );
}

#[test]
fn wrong_arguments_are_bad_input() {
    for arguments in [
        &["frobnicate"][..],
        &[],
        &["run"],
        &["run", "x", "--replications", "many"],
        &["import", "hpa", "x", "--signal", "y"],
    ] {
        assert_eq!(qec(arguments).code, Some(2), "{arguments:?}");
    }
    assert_eq!(qec(&["--help"]).code, Some(0));
    assert_eq!(qec(&["--version"]).code, Some(0));
}

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
