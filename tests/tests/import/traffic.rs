//! Recorded traffic.

use super::*;

#[test]
fn gaps_and_garbage_are_reported() {
    let imported = read(&fixture("gaps_and_garbage.csv")).expect("reads");
    assert_eq!(imported.interval_s, 300.0);
    let rates: Vec<Option<f64>> = imported
        .counts
        .iter()
        .map(|count| count.map(|count| count / 300.0))
        .collect();
    let none = None;
    assert_eq!(
        rates,
        [
            Some(1.5),
            none,
            none,
            Some(2.0),
            none,
            none,
            Some(2.25),
            none,
            none,
            Some(3.0)
        ]
    );
    noted(&imported.notes, "requests per second");
    noted(
        &imported.notes,
        "3 rows were left out (line 7: \"nonsense\" is no time)",
    );
    noted(&imported.notes, "6 of 10 intervals have no number");
    noted(&imported.notes, "read as UTC");
}

#[test]
fn unsorted_milliseconds_with_duplicates() {
    let imported = read(&fixture("unsorted_ms.csv")).expect("reads");
    assert_eq!(
        (imported.counts, imported.interval_s),
        (vec![Some(5.0), Some(7.0), Some(7.0)], 60.0)
    );
    noted(&imported.notes, "sorted");
    noted(&imported.notes, "added up");
}

#[test]
fn a_range_answer_is_added_up_over_its_series() {
    let imported = read(&fixture("range_answer.json")).expect("reads");
    let expected = [
        Some(600.0),
        Some(900.0),
        Some(300.0),
        None,
        Some(180.0),
        Some(660.0),
    ];
    assert_eq!(
        (imported.counts.as_slice(), imported.interval_s),
        (&expected[..], 60.0)
    );
    noted(&imported.notes, "2 series were added up");
    noted(&imported.notes, "some data may be missing");
    noted(&imported.notes, "requests per second");
}

#[test]
fn units_columns_and_intervals_can_be_chosen() {
    let text = "when,alpha,beta\n2024-01-01T00:00Z,1,10\n2024-01-01T00:01Z,2,20\n2024-01-01T00:02Z,3,30\n2024-01-01T00:03Z,4,40\n";
    assert!(refused(text).contains("choose one of alpha, beta"));
    let options = TrafficOptions {
        value_column: Some("beta".to_owned()),
        ..TrafficOptions::default()
    };
    assert_eq!(
        traffic(text, &options).expect("reads").counts,
        [10.0, 20.0, 30.0, 40.0].map(Some)
    );
    let options = TrafficOptions {
        unit: Some(Unit::PerSecond),
        ..options
    };
    assert_eq!(
        traffic(text, &options).expect("reads").counts,
        [600.0, 1200.0, 1800.0, 2400.0].map(Some)
    );
    let options = TrafficOptions {
        interval_s: Some(120.0),
        ..options
    };
    assert_eq!(
        traffic(text, &options).expect("reads").counts,
        [1800.0, 4200.0].map(Some)
    );
    let options = TrafficOptions {
        value_column: Some("gamma".to_owned()),
        ..options
    };
    assert!(
        traffic(text, &options)
            .expect_err("refused")
            .message
            .contains("no column gamma")
    );
}

#[test]
fn counts_without_times_need_an_interval() {
    let text = "requests\n10\n20\n\n30\n";
    assert!(refused(text).contains("how long an interval is"));
    let options = TrafficOptions {
        interval_s: Some(10.0),
        ..TrafficOptions::default()
    };
    assert_eq!(
        traffic(text, &options).expect("reads").counts,
        [10.0, 20.0, 30.0].map(Some)
    );
}

#[test]
fn rows_per_function_and_columns_per_minute() {
    let minutes: Vec<String> = (1..=1440).map(|minute| minute.to_string()).collect();
    let counts = |each: &str| vec![each; 1440].join(",");
    let text = format!(
        "HashOwner,HashApp,HashFunction,Trigger,{}\na,b,c,http,{}\nd,e,f,queue,{}\n",
        minutes.join(","),
        counts("2"),
        counts("3")
    );
    let imported = read(&text).expect("reads");
    assert_eq!(
        (imported.counts, imported.interval_s),
        (vec![Some(5.0); 1440], 60.0)
    );
}

#[test]
fn a_list_of_times_is_counted() {
    let imported =
        read("timestamp\n2024-01-01T00:00:01Z\n2024-01-01T00:00:02Z\n2024-01-01T02:00:00Z\n")
            .expect("reads");
    assert_eq!((imported.interval_s, imported.counts.len()), (60.0, 121));
    assert_eq!(imported.counts.iter().flatten().sum::<f64>(), 3.0);
}

#[test]
fn what_is_no_traffic_is_refused_with_what_it_is() {
    for (text, wanted) in [
        ("", "empty"),
        ("   \n\n", "empty"),
        ("\u{0}\u{1}\u{2}", "no row of data"),
        ("hello world", "no row of data"),
        (
            "instance_type,usd_per_hour\na1.large,0.05\na1.xlarge,0.1\n",
            "no column of times",
        ),
        (
            "time,price_usd\n2024-01-01,0.05\n2024-01-02,0.1\n",
            "no column of requests",
        ),
        (
            "BilledCost,ChargePeriodStart\n1,2024-09-18 22:00:00\n",
            "bill",
        ),
        ("time,requests\n2024-01-01,5\n", "only one point in time"),
        ("time,requests\n2024-01-01,0\n2024-01-02,0\n", "no requests"),
        (
            "time,requests\n2024-01-01,5\n2025-01-01,6\n2026-01-01,6\n",
            "too coarse|86,400 s",
        ),
        (
            "apiVersion: autoscaling/v2\nkind: HorizontalPodAutoscaler\n",
            "manifest",
        ),
        ("{\"traffic\":{},\"autoscaler\":{}}", "open it"),
    ] {
        let message = refused(text);
        assert!(
            wanted.split('|').any(|wanted| message.contains(wanted)),
            "{text:?}: {message}"
        );
    }
}
