//! `--report`: files that need nothing else, hold every figure with its interval, and say what they rest on.

use super::{parsed, qec_with, refused, small};
use serde_json::{Value, json};
use std::path::PathBuf;
use tests::fixture;
use tests::markup::{Element, elements};

fn place(name: &str) -> PathBuf {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("reports");
    std::fs::create_dir_all(&folder).expect("a place for files");
    folder.join(name)
}

/// Knobs, an uncertain number and a search: something for every study.
fn document() -> Value {
    let mut document = small();
    fixture::set(
        &mut document,
        "/search",
        json!({"knobs": [
            {"kind": "range", "path": "/autoscaler/min_replicas", "from": 2, "to": 4},
            {"kind": "range", "path": "/autoscaler/max_replicas", "from": 4, "to": 6},
        ], "budget": 120}),
    );
    let rate = json!({"low": 15.0, "high": 25.0});
    fixture::set(&mut document, "/traffic/source/base_rps", rate);
    document
}

/// Runs a study with a report of this name; its JSON, and the file.
fn reported(arguments: &[&str], name: &str) -> (Value, String) {
    let path = place(name);
    let file = path.to_str().expect("UTF-8");
    let mut all = arguments.to_vec();
    all.extend([
        "--json",
        "--report",
        file,
        "--studio",
        "https://studio.example/",
    ]);
    let answer = qec_with(&all, document().to_string().as_bytes());
    let json = parsed(&answer);
    (
        json,
        std::fs::read_to_string(path).expect("the file is there"),
    )
}

fn headings(found: &[Element]) -> Vec<&str> {
    let headings = found.iter().filter(|element| element.name == "h2");
    headings.map(|heading| heading.text.as_str()).collect()
}

/// What would make a browser ask for something.
fn asks_for_nothing(page: &str, found: &[Element]) {
    for element in found {
        let name = element.name.as_str();
        let harmless = ![
            "script", "link", "img", "iframe", "object", "embed", "base", "use",
        ]
        .contains(&name);
        assert!(harmless, "<{name}>");
        for (attribute, value) in &element.attributes {
            let loads = ["src", "srcset", "data", "xlink:href", "action"];
            assert!(!loads.contains(&attribute.as_str()), "{attribute}={value}");
            assert!(!attribute.starts_with("on"), "{attribute}={value}");
            let link = attribute != "href" || name == "a";
            assert!(link, "{attribute}={value}");
        }
    }
    assert!(!page.contains("@import") && !page.contains("url("));
    assert!(page.contains("content=\"default-src 'none'; style-src 'unsafe-inline'\""));
}

/// The parts of each study's report, as a golden list.
#[test]
fn every_study_writes_a_page_that_needs_nothing_else() {
    const RUN: &[&str] = &[
        "What it costs, and how likely it is good enough",
        "The answer",
        "Incidents and revenue at risk",
        "Key figures",
        "Cost by resource",
        "Error budget by cause",
        "Monthly cost",
        "Share of good requests",
        "The window over time",
        "Everything in figures",
    ];
    const DESIGNS: &[&str] = &[
        "Designs: cost against the chance to meet the SLO",
        "The answer",
        "The front, cheapest first",
        "Best SLO target against cost",
        "All designs",
    ];
    const SENSITIVITY: &[&str] = &[
        "Which number matters",
        "The answer",
        "In figures",
        "What uncertain numbers do together",
    ];
    const EXPLAIN: &[&str] = &["What would help most", "The answer", "All changes"];
    const REACH: &[&str] = &[
        "How much more traffic it carries",
        "The answer",
        "In figures",
    ];
    let studies: [(&[&str], &[&str]); 6] = [
        (&["run", "-", "--replications", "8"], RUN),
        (&["sweep", "-", "--replications", "8"], DESIGNS),
        (&["optimise", "-"], DESIGNS),
        (&["sensitivity", "-", "--replications", "8"], SENSITIVITY),
        (&["explain", "-", "--replications", "8"], EXPLAIN),
        (&["reach", "-", "--replications", "8"], REACH),
    ];
    for (arguments, wanted) in studies {
        let (json, page) = reported(arguments, &format!("{}.html", arguments[0]));
        let found = elements(&page).unwrap_or_else(|why| panic!("{arguments:?}: {why}"));
        asks_for_nothing(&page, &found);
        let ends = ["Assumptions", "The same numbers again"];
        assert_eq!(headings(&found), [wanted, &ends].concat(), "{arguments:?}");
        // Seed, version, digest and link; assumptions with their sources, beliefs among them.
        let search = json.get("search").unwrap_or(&json);
        let digest = search["digest"].as_str();
        for word in [
            format!("seed {}", json["seed"]),
            format!("engine {}", json["engine_version"].as_str().expect("text")),
            "https://studio.example/#s=1.".to_owned(),
            "Source of its limits and defaults".to_owned(),
            "Uncertain: ".to_owned(),
            digest.unwrap_or_default().to_owned(),
        ] {
            assert!(page.contains(&word), "{arguments:?}: no {word}");
        }
        let drawn = found.iter().any(|element| element.name == "path");
        assert!(drawn || arguments[0] == "reach", "{arguments:?}");
    }
}

#[test]
fn a_comparison_writes_a_page() {
    let other = place("other.json");
    let mut changed = document();
    fixture::set(&mut changed, "/autoscaler/min_replicas", json!(4));
    std::fs::write(&other, changed.to_string()).expect("writes");
    let other = other.to_str().expect("UTF-8");
    let (json, page) = reported(
        &["compare", "-", other, "--replications", "8"],
        "compare.html",
    );
    let found = elements(&page).expect("well-formed");
    asks_for_nothing(&page, &found);
    let sentence = json["candidates"][0]["sentence"]
        .as_str()
        .expect("a sentence");
    let escaped = sentence.replace('&', "&amp;").replace('<', "&lt;");
    assert!(page.contains(&escaped), "{sentence}");
    for heading in [
        "B against A",
        "From A&apos;s cost to B&apos;s",
        "Assumptions of A",
        "Assumptions of B",
    ] {
        let heading = heading.replace("&apos;", "'");
        assert!(headings(&found).contains(&heading.as_str()), "{heading}");
    }
}

/// The figures of the JSON report stand in the page with their intervals.
#[test]
fn figures_stand_there_with_their_intervals() {
    let (json, page) = reported(&["run", "-", "--replications", "8"], "figures.html");
    let percent = |key: &str| {
        let share = json["attainment"][key].as_f64().expect("a number");
        format!("{:.0}", 100.0 * share)
    };
    let attainment = format!(
        "meets its SLO in {}\u{a0}% of windows (95\u{a0}% interval {}–{}\u{a0}%)",
        percent("estimate"),
        percent("ci_low"),
        percent("ci_high")
    );
    assert!(page.contains(&attainment), "{attainment}");
    let figures = json["figures"].as_array().expect("a list");
    for figure in figures {
        let label = figure["label"].as_str().expect("text");
        let summary = &figure["summary"];
        let row = page
            .split(&format!("<th scope=\"row\">{label}</th><td>"))
            .nth(1);
        let row = row.unwrap_or_else(|| panic!("no {label}"));
        let cell = row.split("</td>").next().expect("a cell");
        let half = 0.5
            * (summary["ci_high"].as_f64().unwrap_or(f64::NAN)
                - summary["ci_low"].as_f64().unwrap_or(f64::NAN));
        assert_eq!(cell.contains('±'), half.is_finite(), "{label}: {cell}");
    }
}

#[test]
fn markdown_holds_the_same() {
    let (json, text) = reported(&["run", "-", "--replications", "8"], "run.md");
    let lines: Vec<&str> = text.lines().collect();
    assert!(lines[0].starts_with("# "));
    for heading in ["## The answer", "## Key figures", "## Assumptions"] {
        assert!(lines.contains(&heading), "{heading}");
    }
    assert!(text.contains(json["digest"].as_str().expect("text")));
    assert!(!text.contains("<svg") && text.contains("| --- |"));
    // Every table has as many cells in each row as in its head.
    let cells = |line: &str| line.replace("\\|", "").matches('|').count();
    for pair in lines.windows(2) {
        if pair.iter().all(|line| line.starts_with('|')) {
            assert_eq!(cells(pair[0]), cells(pair[1]), "{pair:?}");
        }
    }
}

#[test]
fn other_names_are_refused_before_anything_is_computed() {
    let input = document().to_string();
    let wrong = ["run", "-", "--report", "report.pdf"];
    refused(&wrong, input.as_bytes(), &[".html or .md"]);
    let nowhere = [
        "run",
        "-",
        "--replications",
        "1",
        "--report",
        "/nowhere/at/all.html",
    ];
    refused(&nowhere, input.as_bytes(), &["cannot write"]);
}

/// The best targets against cost are those of the search, and better ones cost more.
#[test]
fn targets_rise_with_cost() {
    let answer = qec_with(
        &["reach", "-", "--targets", "--json"],
        document().to_string().as_bytes(),
    );
    let report = parsed(&answer);
    let points = report["points"].as_array().expect("a list");
    let known = points
        .iter()
        .filter(|point| point.get("budget_kept").is_some());
    assert!(known.count() > 0, "{report}");
    let text = qec_with(
        &["reach", "-", "--targets"],
        document().to_string().as_bytes(),
    );
    assert_eq!(text.code, Some(0), "{}", text.err);
    assert!(
        text.out.contains("Best SLO target against cost"),
        "{}",
        text.out
    );
}
