//! Numbers that are not known exactly.

use super::super::Limit;
use super::{items, number};

pub(super) const ROWS: &[Limit] = &[
    items("uncertain.inputs", 0, 16),
    number("uncertain.value", -1e9, 1e9, "")
        .soft(0.0, 1000.0)
        .default(1.0),
    number("uncertain.positive", 1e-9, 1e9, "")
        .log()
        .soft(0.01, 10_000.0)
        .default(1.0),
    items("uncertain.values", 1, 64),
    number("uncertain.values[]", -1e9, 1e9, "").soft(0.0, 1000.0),
    items("uncertain.weights", 1, 64),
    number("uncertain.weights[]", 0.0, 1e9, "").soft(0.0, 100.0),
    items("uncertain.samples", 2, 1000),
    number("uncertain.samples[]", -1e9, 1e9, "").soft(0.0, 1000.0),
];
