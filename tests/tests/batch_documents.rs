//! Batch jobs in documents, imports and reports: what is refused and warned of, and what sums up.

use proptest::prelude::*;
use serde_json::{Value, json};
use sim_core::batch::BatchSetup;
use sim_core::batch::run::events;
use sim_core::import;
use sim_core::scenario::document::{MarketDocument, ScenarioDocument};
use sim_core::scenario::{check_value, templates::template};
use sim_core::study::{Collection, Plan, Prepared};
use tests::fixture::problems;
use tests::runs::first;

fn nightly() -> Value {
    serde_json::from_str(
        template("nightly-batch-on-spot")
            .expect("in the gallery")
            .json,
    )
    .expect("JSON")
}

fn changed(path: &str, value: Value) -> Value {
    let mut document = nightly();
    *document
        .pointer_mut(path)
        .unwrap_or_else(|| panic!("{path}")) = value;
    document["sweep"] = json!([]);
    document
}

#[test]
fn what_does_not_fit_is_named() {
    let job = "/batch/jobs/0";
    let recorded =
        |available: &str| json!({"kind": "trace", "step_seconds": 600, "available": available});
    let cases = [
        ("/batch/jobs", json!([]), "/batch/jobs", ""),
        ("/batch/jobs/0/pools", json!([]), "/batch/jobs/0/pools", ""),
        (
            "/batch/jobs/0/deadline_hours",
            json!(0),
            "/batch/jobs/0/deadline_hours",
            "0",
        ),
        (
            "/batch/jobs/0/parallelism",
            json!(501),
            "/batch/jobs/0/parallelism",
            "501",
        ),
        (
            "/batch/jobs/0/work_hours/mean",
            json!(2e5),
            "/batch/jobs/0/work_hours",
            "too large",
        ),
        (
            "/batch/jobs/0/policy/machines",
            json!(11),
            "/batch/jobs/0/policy/machines",
            "11 machines on demand are more than the 10",
        ),
        (
            "/batch/jobs/0/pools/0/market",
            recorded(""),
            "/batch/jobs/0/pools/0/market/available",
            "the text is empty",
        ),
        (
            "/batch/jobs/0/pools/0/market",
            recorded("1101x"),
            "/batch/jobs/0/pools/0/market/available",
            "point 5 is 'x'",
        ),
        (
            "/batch/jobs/0/pools/1/name",
            json!("m5.4xlarge, first zone"),
            "/batch/jobs/0/pools/1/name",
            "there is another pool",
        ),
        (
            "/batch/jobs/0/every_hours",
            json!(0.5),
            "/batch/jobs/0/every_hours",
            "0.5",
        ),
        (
            "/batch/jobs/0/saves/interval_minutes",
            json!(0),
            "/batch/jobs/0/saves/interval_minutes",
            "0",
        ),
        (
            "/batch/jobs/0/pools/0/market/mean_hours_between_reclaims",
            json!(0),
            "/batch/jobs/0/pools/0/market/mean_hours_between_reclaims",
            "0",
        ),
    ];
    for (path, value, place, words) in cases {
        let refused = problems(&changed(path, value));
        let all: Vec<_> = refused.iter().collect();
        let named = all
            .iter()
            .any(|problem| problem.path == place && problem.message.contains(words));
        assert!(named, "{path}: {all:?}");
        assert!(
            all.iter().all(|problem| !problem.hint.is_empty()),
            "{all:?}"
        );
    }
    // Two jobs of one name, and too much to play.
    let mut document = changed("/name", json!("two"));
    let twin = document.pointer(job).expect("a job").clone();
    document["batch"]["jobs"]
        .as_array_mut()
        .expect("a list")
        .push(twin);
    assert!(
        problems(&document)
            .iter()
            .any(|problem| problem.path == "/batch/jobs/1/name")
    );
    let mut document = changed("/batch/jobs/0/parallelism", json!(500));
    document["batch"]["jobs"][0]["pools"][0]["market"]["mean_hours_between_reclaims"] = json!(0.05);
    let refused = problems(&document);
    assert!(
        refused
            .iter()
            .any(|problem| problem.path == job && problem.message.contains("reclaims and looks")),
        "{refused:?}"
    );
}

#[test]
fn what_was_hardly_meant_is_warned_of() {
    let warned = |path: &str, value: Value, place: &str| {
        let scenario = check_value(&changed(path, value))
            .unwrap_or_else(|problems| panic!("{path}: {problems}"));
        let found = scenario
            .warnings
            .iter()
            .any(|problem| problem.path == place);
        assert!(found, "{path}: {:?}", scenario.warnings);
    };
    warned(
        "/batch/jobs/0/deadline_hours",
        json!(5),
        "/batch/jobs/0/deadline_hours",
    );
    warned(
        "/batch/jobs/0/deadline_hours",
        json!(30),
        "/batch/jobs/0/deadline_hours",
    );
    warned(
        "/batch/jobs/0/saves/cost_seconds",
        json!(5000),
        "/batch/jobs/0/saves/interval_minutes",
    );
    warned(
        "/batch/jobs/0/saves/interval_minutes",
        json!(900),
        "/batch/jobs/0/saves/interval_minutes",
    );
    warned(
        "/batch/jobs/0/pools/0/spot_usd_per_hour",
        json!(7),
        "/batch/jobs/0/pools/0/spot_usd_per_hour",
    );
    let always = json!({"kind": "trace", "step_seconds": 600, "available": "1111"});
    warned(
        "/batch/jobs/0/pools/0/market",
        always,
        "/batch/jobs/0/pools/0/market/available",
    );
    let mut guarded = changed("/batch/jobs/0/policy", json!({"kind": "spot_greedy"}));
    guarded["batch"]["jobs"][0]["saves"] = json!({"kind": "never"});
    let scenario = check_value(&guarded).expect("sound");
    assert!(
        scenario
            .warnings
            .iter()
            .any(|problem| problem.message.contains("spot is tried only"))
    );
    assert!(check_value(&nightly()).expect("sound").warnings.is_empty());
}

#[test]
fn recordings_are_read() {
    let text =
        r#"{"metadata": {"gap_seconds": 300}, "data": [1, 0, 3, 0], "prices": [0.5, 9, 0.7, 9]}"#;
    let imported = import::availability(text).expect("a recording");
    let MarketDocument::Recorded(market) = &imported.market else {
        panic!("recorded");
    };
    assert_eq!(
        (market.step_seconds, market.available.as_str()),
        (300.0, "1010")
    );
    assert_eq!(imported.spot_usd_per_hour, Some(0.6));
    assert!(
        imported.notes[0].contains("50 % of them"),
        "{:?}",
        imported.notes
    );
    assert!(
        imported
            .notes
            .iter()
            .any(|note| note.contains("up to 3 machines"))
    );
    let mut document: ScenarioDocument = serde_json::from_value(nightly()).expect("a document");
    let batch = document.batch.as_mut().expect("jobs");
    imported
        .place(
            batch,
            Some("Nightly features"),
            Some("m5.4xlarge, second zone"),
        )
        .expect("there");
    assert_eq!(batch.jobs[0].pools[1].market, imported.market);
    assert_eq!(batch.jobs[0].pools[1].spot_usd_per_hour, 0.6);
    let error = imported
        .place(batch, Some("nobody"), None)
        .expect_err("no such job");
    assert!(
        error.message.contains("nobody") && error.message.contains("Nightly features"),
        "{error}"
    );
}

#[test]
fn bad_recordings_are_refused_with_place_value_and_way_out() {
    for (text, fragment) in [
        ("", "no JSON"),
        ("[1, 0]", "expected is an object"),
        (r#"{"data": [1]}"#, "metadata.gap_seconds is missing"),
        (
            r#"{"metadata": {"gap_seconds": 0}, "data": [1]}"#,
            "metadata.gap_seconds is 0",
        ),
        (
            r#"{"metadata": {"gap_seconds": 1e9}, "data": [1]}"#,
            "metadata.gap_seconds is 1000000000.0",
        ),
        (r#"{"metadata": {"gap_seconds": 60}}"#, "data is missing"),
        (
            r#"{"metadata": {"gap_seconds": 60}, "data": []}"#,
            "data is an empty list",
        ),
        (
            r#"{"metadata": {"gap_seconds": 60}, "data": [1, "up"]}"#,
            "data[1] is \"up\"",
        ),
        (
            r#"{"metadata": {"gap_seconds": 60}, "data": [1, -1]}"#,
            "data[1] is -1",
        ),
        (
            r#"{"metadata": {"gap_seconds": 60}, "data": [1, 0], "prices": [1]}"#,
            "prices has 1 values for 2 points",
        ),
        (
            r#"{"metadata": {"gap_seconds": 60}, "data": [1], "prices": [-1]}"#,
            "prices[0] is -1",
        ),
    ] {
        let error = import::availability(text).expect_err(text);
        assert!(error.message.contains(fragment), "{text}: {error}");
    }
    let long = format!(
        r#"{{"metadata": {{"gap_seconds": 60}}, "data": [{}1]}}"#,
        "0,".repeat(50_000)
    );
    let error = import::availability(&long).expect_err("too long");
    assert!(
        error.message.contains("50001 points; at most 50000"),
        "{error}"
    );
}

/// The recordings among the samples are read, with the availability that is published of them.
#[test]
fn recordings_among_the_samples_are_read() {
    let Some(folder) = std::env::var_os("QEC_SAMPLES") else {
        return;
    };
    for (name, percent, usd) in [
        ("spot_avail_aws_p3.2xlarge_us-west-2a.json", "79.3 %", false),
        (
            "spot_preempt_aws_r5.16xlarge_us-east-1b.json",
            "85.1 %",
            true,
        ),
    ] {
        let path = std::path::Path::new(&folder).join("traces").join(name);
        let text = std::fs::read_to_string(&path).expect(name);
        let imported =
            import::availability(&text).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert!(
            imported.notes[0].contains(percent),
            "{name}: {:?}",
            imported.notes
        );
        assert_eq!(imported.spot_usd_per_hour.is_some(), usd);
    }
}

#[test]
fn a_report_names_jobs_and_sums_up() {
    let mut document: ScenarioDocument = serde_json::from_value(nightly()).expect("a document");
    document.slo.window_days = 2.0;
    let plan = Plan::single(&document);
    let prepared = Prepared::new(plan.clone()).expect("sound");
    let mut collection = Collection::new(&plan);
    let shard = first(4);
    let shard = prepared.run_shard(shard);
    for result in &shard.results {
        let batch = result.batch.as_ref().expect("jobs");
        let by_job: f64 = batch.jobs.iter().map(|job| job.usd_per_month).sum();
        assert!((by_job - batch.total_usd_per_month()).abs() < 1e-9 * by_job);
        assert_eq!(batch.jobs[0].runs(), 2);
        // A result with jobs and without storage keeps both bytes: it is not mistaken for one with storage.
        // Only the seven parts behind them, which it does not have, are left out.
        let whole = postcard::to_allocvec(result).expect("serialises");
        assert!(whole.ends_with(&[0; 7]));
        assert!(result.bytes() == whole[..whole.len() - 7]);
    }
    collection.add(shard);
    let report = collection.report(&plan).expect("results");
    let costs: f64 = report
        .costs
        .iter()
        .map(|cost| cost.usd_per_month.mean)
        .sum();
    let total = report.figure("cost_per_month").expect("there").summary.mean;
    assert!((costs - total).abs() < 1e-6, "{costs} {total}");
    let batch = report.batch.expect("jobs");
    let job = &batch.jobs[0];
    assert_eq!((job.name.as_str(), job.missed.n), ("Nightly features", 8));
    assert!(job.completion_quantiles.is_sorted() && job.completion_quantile(50) > 8.0);
    assert!((job.usd_per_month.mean - batch.usd_per_month.mean).abs() < 1e-9);
    assert!(job.usd_per_run.mean < job.always_usd_per_run.mean);
}

/// The limit on what is played keeps a window within some milliseconds: its events are counted well.
#[test]
fn events_are_about_as_many_as_foreseen() {
    let scenario = check_value(&nightly()).expect("sound");
    let model = scenario.batch.expect("jobs");
    let window_s = 28.0 * 86_400.0;
    let foreseen = events(&model.jobs[0], window_s);
    let result = BatchSetup::new(model, 28.0).run(1, 0);
    let evictions = result.jobs[0].evictions;
    assert!(
        evictions < foreseen && foreseen < 40.0 * evictions,
        "{evictions} {foreseen}"
    );
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    /// Whatever the jobs: a document with them is sound, dollars add up, nothing is negative or not a number.
    #[test]
    fn any_batch_adds_up(batch in tests::arbitrary::batch(), days in 0.02..30.0_f64, seed in any::<u64>()) {
        let mut document = tests::fixture::document();
        document.batch = Some(batch);
        let scenario = sim_core::scenario::check(&document).map_err(|p| TestCaseError::fail(p.to_string()))?;
        let result = BatchSetup::new(scenario.batch.expect("jobs"), days).run(seed, 0);
        let by_job: f64 = result.jobs.iter().map(|job| job.usd_per_month).sum();
        prop_assert!((by_job - result.total_usd_per_month()).abs() <= 1e-9 * by_job.max(1.0));
        for job in &result.jobs {
            let parts = [job.usd, job.always_usd, job.spot_h, job.on_demand_h, job.waiting_h, job.evictions];
            prop_assert!(parts.iter().all(|part| *part >= 0.0 && part.is_finite()), "{job:?}");
            prop_assert!(job.on_time <= job.runs() && job.runs() > 0);
            prop_assert!(job.completion_h.iter().all(|hours| *hours > 0.0 && hours.is_finite()));
        }
    }
}
