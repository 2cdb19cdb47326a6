//! Other people's files: taken or refused with a clear message, never a panic, never a silent loss.

#[path = "import/hpa.rs"]
mod hpa;
#[path = "import/keda.rs"]
mod keda;
#[path = "import/traffic.rs"]
mod traffic;

use proptest::prelude::*;
use sim_core::import::{
    HpaOptions, ImportError, ImportedTraffic, TrafficOptions, Unit, hpa, keda, traffic,
};
use sim_core::scenario::check_value;
use sim_core::scenario::document::{
    AutoscalerDocument, BehaviorDocument, HpaDocument, MetricDocument, MetricTarget,
    PolicyDocument, ScalingRulesDocument, SelectPolicy, Signal,
};
use std::path::{Path, PathBuf};
use tests::fixture;

fn fixture(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("fixtures")
        .join(name);
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn read(text: &str) -> Result<ImportedTraffic, ImportError> {
    traffic(text, &TrafficOptions::default())
}

fn refused(text: &str) -> String {
    read(text).expect_err("refused").message
}

fn noted(notes: &[String], wanted: &str) {
    assert!(
        notes.iter().any(|note| note.contains(wanted)),
        "no note on {wanted:?} in {notes:#?}"
    );
}

/// All importers, whatever the text: answered with parts or with a message.
fn try_all(text: &str) -> [Result<(), ImportError>; 3] {
    [
        read(text).map(|_| ()),
        hpa(text, &HpaOptions::default()).map(|_| ()),
        keda(text, &HpaOptions::default()).map(|_| ()),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text_is_answered(text in "\\PC{0,300}", bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        for text in [text.as_str(), &String::from_utf8_lossy(&bytes)] {
            for result in try_all(text) {
                prop_assert!(result.is_ok() || result.is_err_and(|error| !error.message.is_empty()));
            }
        }
    }

    #[test]
    fn any_table_is_answered(rows in proptest::collection::vec(("[-0-9TZ:. e+]{0,20}", "[-0-9.,eNa]{0,8}"), 0..40), head in any::<bool>()) {
        let mut text = if head { "timestamp,requests\n".to_owned() } else { String::new() };
        text.extend(rows.iter().map(|(time, value)| format!("{time},{value}\n")));
        for result in try_all(&text) {
            prop_assert!(result.is_ok() || result.is_err_and(|error| !error.message.is_empty()));
        }
    }

    #[test]
    fn spoilt_files_are_answered(which in 0_usize..11, at in any::<prop::sample::Index>(), length in 0_usize..40, with in "\\PC{0,12}") {
        let names = ["gaps_and_garbage.csv", "unsorted_ms.csv", "range_answer.json", "hpa_v2.yaml", "hpa_v2beta2.yaml",
            "hpa_v2beta1.yaml", "hpa_v1.yaml", "hpa_misspelt.yaml", "hpa_template.yaml", "keda_scaledobject.yaml", "keda_scaledjob.yaml"];
        let mut characters: Vec<char> = fixture(names[which]).chars().collect();
        let at = at.index(characters.len());
        let end = (at + length).min(characters.len());
        characters.splice(at..end, with.chars());
        for result in try_all(&characters.into_iter().collect::<String>()) {
            prop_assert!(result.is_ok() || result.is_err_and(|error| !error.message.is_empty()));
        }
    }

    #[test]
    fn the_sum_of_requests_is_preserved(steps in proptest::collection::vec((1_u32..400, 0_u32..1000), 3..200)) {
        let mut at = 0;
        let mut text = "timestamp,count\n".to_owned();
        let mut sum = 0;
        for (step, count) in steps {
            at += step;
            sum += count;
            text.push_str(&format!("{},{count}\n", 1_700_000_000 + at));
        }
        if let Ok(imported) = read(&text) {
            prop_assert_eq!(imported.counts.iter().flatten().sum::<f64>(), f64::from(sum));
        } else {
            prop_assert_eq!(sum, 0);
        }
    }
}

/// All files below a folder, in order.
fn files(folder: &Path) -> Vec<PathBuf> {
    let mut paths: Vec<PathBuf> = std::fs::read_dir(folder)
        .map(|entries| entries.flatten().map(|entry| entry.path()).collect())
        .unwrap_or_default();
    paths.sort();
    paths
        .into_iter()
        .flat_map(|path| {
            if path.is_dir() {
                files(&path)
            } else {
                vec![path]
            }
        })
        .collect()
}

/// `QEC_SAMPLES` names a folder of real files; without it, the folder of fixtures stands in.
#[test]
fn every_real_file_is_taken_or_refused_with_a_message() {
    let folder = std::env::var_os("QEC_SAMPLES").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures"),
        PathBuf::from,
    );
    let files = files(&folder);
    assert!(!files.is_empty(), "no files in {}", folder.display());
    for path in files {
        let Ok(bytes) = std::fs::read(&path) else {
            continue;
        };
        let text = String::from_utf8_lossy(&bytes);
        let results = std::panic::catch_unwind(|| try_all(&text));
        let results =
            results.unwrap_or_else(|_| panic!("{}: an importer panicked", path.display()));
        for result in results {
            if let Err(error) = result {
                assert!(
                    error.message.len() > 10,
                    "{}: refused without a reason",
                    path.display()
                );
            }
        }
    }
}

/// Files whose answers are known, where the folder has them: intervals, length of one, sum of requests.
#[test]
fn known_traces_are_read_in_full() {
    let Some(folder) = std::env::var_os("QEC_SAMPLES").map(PathBuf::from) else {
        return;
    };
    for (name, intervals, interval_s, requests) in [
        (
            "traces/nasa_http_jul95_per_minute_14d.csv",
            20_160,
            60.0,
            None,
        ),
        (
            "traces/nasa_http_jul_aug95_hourly.csv",
            1406,
            3600.0,
            Some(3_461_610.0),
        ),
        ("traces/azure2021_200.csv", 41, 30.0, Some(199.0)),
    ] {
        let Ok(text) = std::fs::read_to_string(folder.join(name)) else {
            continue;
        };
        let imported = read(&text).unwrap_or_else(|error| panic!("{name}: {error}"));
        let sum: f64 = imported.counts.iter().flatten().sum();
        assert_eq!(imported.interval_s, interval_s, "{name}");
        assert_eq!(imported.counts.len(), intervals, "{name}");
        assert!(
            requests.is_none_or(|requests| sum == requests),
            "{name}: {sum}"
        );
    }
    for (name, wanted) in [
        ("cost/focus_1.0_sample_250rows.csv", "bill"),
        (
            "pricing/aws_ec2_ondemand_us-east-1_2026-07-20.csv",
            "no column of times",
        ),
        (
            "traces/spot_avail_aws_p3.2xlarge_us-west-2a.json",
            "spot capacity",
        ),
        ("s3/lifecycle_botocore_put_example.json", "lifecycle"),
    ] {
        let Ok(text) = std::fs::read_to_string(folder.join(name)) else {
            continue;
        };
        let message = refused(&text);
        assert!(message.contains(wanted), "{name}: {message}");
    }
}
