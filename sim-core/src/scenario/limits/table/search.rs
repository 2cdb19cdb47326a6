//! What may move when designs are looked for.

use super::super::Limit;
use super::{items, number, text, whole};

pub(super) const ROWS: &[Limit] = &[
    items("search.knobs", 0, 12),
    items("search.values", 1, 24),
    text("search.values[]", 1, 2000),
    items("search.constraints", 0, 8),
    number("search.bound", 0.0, 1e12, "")
        .log()
        .soft(1.0, 1e6)
        .default(1000.0),
    whole("search.budget", 60, 100_000, "replications")
        .log()
        .soft(100.0, 10_000.0)
        .default(600.0),
];
