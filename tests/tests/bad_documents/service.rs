//! The document itself, its traffic and its service.

use super::*;

pub(super) fn bad_traffic() -> Vec<Case> {
    let recorded = |counts: Value| {
        let source = json!({"kind": "recorded", "interval_s": 60, "counts": counts});
        with("/traffic/source", source)
    };
    vec![
        (
            "/version",
            "written by a newer studio: version 7; this one reads version 1",
            with("/version", json!(7)),
        ),
        (
            "/version",
            "version 0 is unknown",
            with("/version", json!(0)),
        ),
        (
            "/version",
            "version -3 is unknown",
            with("/version", json!(-3)),
        ),
        (
            "/version",
            "\"1\" stands where a whole number is wanted",
            with("/version", json!("1")),
        ),
        (
            "/version",
            "1.5 is not a whole number",
            with("/version", json!(1.5)),
        ),
        ("/name", "\"name\" is missing", without("/name")),
        ("/name", "the text is empty", with("/name", json!(""))),
        (
            "/name",
            "the text has 101 characters",
            with("/name", json!("x".repeat(101))),
        ),
        (
            "/name",
            "null stands where a text is wanted",
            with("/name", json!(null)),
        ),
        (
            "/colour",
            "\"colour\" is not a field",
            with("/colour", json!(1)),
        ),
        ("/traffic", "\"traffic\" is missing", without("/traffic")),
        (
            "/traffic",
            "a list of 2 items stands where an object is wanted",
            with("/traffic", json!([1, 2])),
        ),
        (
            "/traffic/source/kind",
            "\"kind\" is missing",
            without("/traffic/source/kind"),
        ),
        (
            "/traffic/source/kind",
            "\"modle\" is not known here",
            with("/traffic/source/kind", json!("modle")),
        ),
        (
            "/traffic/source/kind",
            "5 is not known here",
            with("/traffic/source/kind", json!(5)),
        ),
        (
            "/traffic/source/base_rps",
            "-5 is too small",
            with("/traffic/source/base_rps", json!(-5)),
        ),
        (
            "/traffic/source/base_rps",
            "1e300 is too large",
            with("/traffic/source/base_rps", json!(1e300)),
        ),
        (
            "/traffic/source/base_rps",
            "null stands where a number",
            with("/traffic/source/base_rps", json!(null)),
        ),
        (
            "/traffic/source/weekday_weights",
            "the list has 6 items",
            with("/traffic/source/weekday_weights", json!([1, 1, 1, 1, 1, 1])),
        ),
        (
            "/traffic/source/weekday_weights",
            "every day of the week has weight 0",
            with(
                "/traffic/source/weekday_weights",
                json!([0, 0, 0, 0, 0, 0, 0]),
            ),
        ),
        (
            "/traffic/source/weekday_weights/2",
            "-1 is too small",
            with("/traffic/source/weekday_weights/2", json!(-1)),
        ),
        (
            "/traffic/source/daily/weights",
            "every hour has weight 0",
            with(
                "/traffic/source/daily",
                json!({"kind": "hourly", "weights": vec![0; 24]}),
            ),
        ),
        (
            "/traffic/source/daily/amplitude",
            "1.2 is too large",
            with("/traffic/source/daily/amplitude", json!(1.2)),
        ),
        (
            "/traffic/source/counts",
            "the recording holds no request",
            recorded(json!([0, null, 0])),
        ),
        (
            "/traffic/source/counts",
            "the list has 0 items",
            recorded(json!([])),
        ),
        (
            "/traffic/source/counts",
            "the list has 50,001 items",
            recorded(json!(vec![1; 50_001])),
        ),
        (
            "/traffic/source/counts/1",
            "-7 is too small",
            recorded(json!([1, -7])),
        ),
        (
            "/traffic",
            "at its height the traffic could reach",
            recorded(json!([1e10, 1e10])),
        ),
        (
            "/traffic/bursts/factor",
            "0.5 is too small",
            with("/traffic/bursts/factor", json!(0.5)),
        ),
    ]
}

pub(super) fn bad_service() -> Vec<Case> {
    vec![
        (
            "/service/service_time_ms",
            "the mean, 900,000 ms, is too large",
            with(
                "/service/service_time_ms",
                json!({"kind": "exponential", "mean": 900_000}),
            ),
        ),
        (
            "/service/service_time_ms/cv",
            "0 is too small",
            with("/service/service_time_ms/cv", json!(0)),
        ),
        (
            "/service/service_time_ms/shape",
            "\"shape\" is missing",
            with(
                "/service/service_time_ms",
                json!({"kind": "weibull", "mean": 5}),
            ),
        ),
        (
            "/service/service_time_ms/quantiles/0/p",
            "the first quantile is at probability 0.1",
            with(
                "/service/service_time_ms",
                json!({"kind": "empirical", "quantiles": [{"p": 0.1, "value": 1}, {"p": 1, "value": 2}]}),
            ),
        ),
        (
            "/service/service_time_ms/quantiles/1/p",
            "the last quantile is at probability 0.9",
            with(
                "/service/service_time_ms",
                json!({"kind": "empirical", "quantiles": [{"p": 0, "value": 1}, {"p": 0.9, "value": 2}]}),
            ),
        ),
        (
            "/service/service_time_ms/quantiles/2/p",
            "probability 0.5 does not rise",
            with(
                "/service/service_time_ms",
                json!({"kind": "empirical", "quantiles": [{"p": 0, "value": 1}, {"p": 0.5, "value": 2}, {"p": 0.5, "value": 3}, {"p": 1, "value": 4}]}),
            ),
        ),
        (
            "/service/service_time_ms/quantiles/1/value",
            "value 50 is below the one before, 100",
            with(
                "/service/service_time_ms",
                json!({"kind": "empirical", "quantiles": [{"p": 0, "value": 100}, {"p": 1, "value": 50}]}),
            ),
        ),
        (
            "/service/concurrency",
            "0 is too small",
            with("/service/concurrency", json!(0)),
        ),
        (
            "/service/concurrency",
            "2.5 is not a whole number",
            with("/service/concurrency", json!(2.5)),
        ),
        (
            "/service/concurrency",
            "true stands where a whole number",
            with("/service/concurrency", json!(true)),
        ),
        (
            "/service/concurency",
            "\"concurency\" is not a field",
            with("/service/concurency", json!(4)),
        ),
        (
            "/service/pod/cpu_request_millicores",
            "an empty m6i.large node has 1850 to give",
            with("/service/pod/cpu_request_millicores", json!(1900)),
        ),
        (
            "/service/pod/memory_request_mib",
            "a pod asks for 8000 MiB",
            with("/service/pod/memory_request_mib", json!(8000)),
        ),
        (
            "/autoscaler/min_replicas",
            "the fewest replicas, 30, are above the most, 24",
            with("/autoscaler/min_replicas", json!(30)),
        ),
        (
            "/autoscaler/max_replicas",
            "5001 is too large",
            with("/autoscaler/max_replicas", json!(5001)),
        ),
        (
            "/autoscaler/metrics",
            "the list has 0 items",
            with("/autoscaler/metrics", json!([])),
        ),
        (
            "/autoscaler/metrics/1/signal",
            "\"p95\" is not known here",
            with("/autoscaler/metrics/1/signal", json!("p95")),
        ),
        (
            "/autoscaler/metrics/1/target",
            "12 stands where an object is wanted",
            with("/autoscaler/metrics/1/target", json!(12)),
        ),
        (
            "/autoscaler/behavior/scale_up/policies/0/period_s",
            "1801 is too large",
            with(
                "/autoscaler/behavior/scale_up/policies/0/period_s",
                json!(1801),
            ),
        ),
        (
            "/autoscaler/behavior/scale_up/select_policy",
            "\"Max\" is not known here",
            with("/autoscaler/behavior/scale_up/select_policy", json!("Max")),
        ),
    ]
}
