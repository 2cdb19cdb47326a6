//! How a scenario is run, and sweeps.

use super::super::Limit;
use super::{items, number, text, whole};

pub(super) const ROWS: &[Limit] = &[
    whole("run.seed", 0, (1 << 53) - 1, "")
        .soft(0.0, 1000.0)
        .default(1.0)
        .source("2^53 - 1, the largest whole number exact in every JSON reader"),
    whole("run.tick_s", 1, 60, "s")
        .default(15.0)
        .source("The sync period of the HorizontalPodAutoscaler"),
    whole("run.warm_up_minutes", 0, 1440, "min")
        .soft(0.0, 240.0)
        .default(60.0),
    whole("run.replications", 1, 10_000, "replications")
        .log()
        .soft(1.0, 1000.0)
        .default(128.0),
    number("run.attainment_precision_points", 0.1, 50.0, "points")
        .soft(0.5, 20.0)
        .step(0.5)
        .default(5.0),
    number("run.cost_precision_percent", 0.01, 50.0, "%")
        .soft(0.1, 10.0)
        .step(0.1)
        .default(1.0),
    items("sweep.knobs", 0, 4),
    text("sweep.path", 2, 200),
    number("sweep.value", -1e9, 1e9, "")
        .soft(0.0, 100.0)
        .default(1.0),
    whole("sweep.steps", 1, 4096, "")
        .soft(2.0, 21.0)
        .default(5.0),
];
