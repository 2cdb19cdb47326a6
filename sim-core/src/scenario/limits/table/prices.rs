//! Prices.

use super::super::Limit;
use super::number;

const AWS_PRICES: &str = "AWS price list, us-east-1, 2026-07-20";

pub(super) const ROWS: &[Limit] = &[
    number("prices.usd_per_node_hour", 0.0, 1000.0, "USD/h")
        .soft(0.0, 5.0)
        .step(0.001)
        .default(0.096)
        .source(AWS_PRICES),
    number("prices.node_discount_percent", 0.0, 100.0, "%")
        .soft(0.0, 80.0)
        .step(1.0)
        .default(0.0),
    number("prices.cluster_usd_per_hour", 0.0, 1000.0, "USD/h")
        .soft(0.0, 1.0)
        .step(0.01)
        .default(0.10)
        .source("AWS price list: Amazon EKS cluster in standard support"),
    number("prices.load_balancer_usd_per_hour", 0.0, 1000.0, "USD/h")
        .soft(0.0, 1.0)
        .step(0.0005)
        .default(0.0225)
        .source("AWS price list: Application Load Balancer, us-east-1"),
    number(
        "prices.load_balancer_usd_per_lcu_hour",
        0.0,
        1000.0,
        "USD/h",
    )
    .soft(0.0, 0.1)
    .step(0.0005)
    .default(0.008)
    .source("AWS price list: Application Load Balancer, us-east-1"),
    number("prices.requests_per_connection", 1.0, 1e6, "requests")
        .log()
        .soft(1.0, 1000.0)
        .default(10.0),
    number("prices.egress_usd_per_gb", 0.0, 100.0, "USD/GB")
        .soft(0.0, 0.5)
        .step(0.005)
        .default(0.09)
        .source("AWS price list: data transfer out of us-east-1, first 10 TB a month"),
];
