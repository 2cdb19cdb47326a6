//! The command line, run as a program: exit codes, messages, and the same numbers on any number of threads.
//!
//! `QEC_BIN` names the program to test; without it, it is built first.

#[path = "cli/imports.rs"]
mod imports;
#[path = "cli/reports.rs"]
mod reports;
#[path = "cli/studies.rs"]
mod studies;

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
