//! An alarm: a condition that must hold for so many evaluation periods in a row.

/// Counts periods in a row.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Alarm {
    periods: u32,
}

impl Alarm {
    /// Takes in a period; whether the condition has held for `wanted` periods in a row.
    pub(crate) fn holds(&mut self, condition: bool, wanted: u32) -> bool {
        self.periods = if condition {
            self.periods.saturating_add(1)
        } else {
            0
        };
        self.periods >= wanted.max(1)
    }

    /// Periods in a row so far.
    pub(super) fn periods(self) -> u32 {
        self.periods
    }
}

/// Ticks of a period, at least one.
pub(crate) fn period_ticks(period_s: u32, tick_s: f64) -> u32 {
    (f64::from(period_s) / tick_s).round().max(1.0) as u32
}

/// Ticks from a change of load until telemetry shows it and `periods` periods have passed.
pub(super) fn reaction_ticks(
    telemetry: &crate::scenario::document::TelemetryDocument,
    period_s: u32,
    periods: u32,
    tick_s: f64,
) -> u32 {
    let seconds = f64::from(telemetry.window_s)
        + f64::from(telemetry.scrape_interval_s)
        + f64::from(telemetry.lag_s)
        + f64::from(period_s) * f64::from(periods.max(1));
    (seconds / tick_s).ceil() as u32 + 1
}
