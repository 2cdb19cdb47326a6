//! The document itself, and random quantities, whose unit is that of the field that holds them.

use super::super::Limit;
use super::{items, number, text, whole};

pub(super) const ROWS: &[Limit] = &[
    whole("version", 1, 1, "").default(1.0),
    text("name", 1, 100),
    text("description", 0, 2000),
    number("probability", 0.0, 1.0, "").step(0.01).default(1.0),
    number("distribution.value", 1e-6, 1e7, "")
        .log()
        .soft(0.1, 10_000.0)
        .default(80.0),
    number("distribution.cv", 0.01, 10.0, "")
        .soft(0.1, 3.0)
        .step(0.05)
        .default(0.8),
    number("distribution.hyper_cv", 1.0, 10.0, "")
        .soft(1.0, 5.0)
        .step(0.05)
        .default(2.0),
    number("distribution.weibull_shape", 0.3, 20.0, "")
        .soft(0.5, 5.0)
        .step(0.05)
        .default(1.5),
    number("distribution.pareto_shape", 1.05, 20.0, "")
        .soft(1.1, 5.0)
        .step(0.05)
        .default(2.5),
    items("distribution.quantiles", 2, 1000),
];
