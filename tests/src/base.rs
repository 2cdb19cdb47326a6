//! A plain scenario that tests bend to their needs.

use serde_json::json;
use sim_core::scenario::document::ScenarioDocument;

/// A service of 100 ms on four static replicas with four slots each, 50 requests a second for six hours.
pub fn base() -> ScenarioDocument {
    let document = json!({
        "version": 1,
        "name": "Base",
        "traffic": {
            "source": {
                "kind": "model",
                "base_rps": 50.0,
                "daily": { "kind": "flat" },
                "weekday_weights": [1, 1, 1, 1, 1, 1, 1]
            }
        },
        "service": {
            "service_time_ms": { "kind": "exponential", "mean": 100.0 },
            "concurrency": 4,
            "cpu_ms_per_request": 50.0,
            "queue_limit": 100,
            "timeout_ms": 5000.0,
            "response_kib": 20.0,
            "pod": {
                "cpu_request_millicores": 500,
                "memory_request_mib": 512,
                "startup_s": { "kind": "deterministic", "value": 20.0 }
            }
        },
        "autoscaler": { "kind": "static", "replicas": 4 },
        "telemetry": { "scrape_interval_s": 15, "window_s": 15, "lag_s": 0 },
        "fleet": {
            "node": { "kind": "custom", "vcpus": 4, "memory_gib": 16, "usd_per_hour": 0.2 },
            "min_nodes": 1,
            "max_nodes": 200,
            "provisioning_s": { "kind": "deterministic", "value": 60.0 },
            "empty_node_removal_s": 600,
            "reserved_millicores": 0,
            "reserved_mib": 0
        },
        "prices": {
            "cluster_usd_per_hour": 0.1,
            "load_balancer_usd_per_hour": 0.0225,
            "load_balancer_usd_per_lcu_hour": 0.008,
            "requests_per_connection": 10.0,
            "egress_usd_per_gb": 0.09
        },
        "slo": {
            "window_days": 0.25,
            "objectives": [
                { "sli": "success", "target_percent": 99.9 },
                { "sli": "latency", "threshold_ms": 500.0, "target_percent": 99.0 }
            ],
            "wanted_attainment_percent": 90.0
        },
        "run": { "seed": 1 }
    });
    serde_json::from_value(document).expect("the base document has the document's shape")
}
