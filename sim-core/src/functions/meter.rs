//! What a function uses in a window, and its bill by the month.

use super::FunctionUse;
use super::billing::{LambdaPrices, gb_s, request_cost};
use super::setup::Function;
use crate::cost::HOURS_PER_MONTH;
use serde::{Deserialize, Serialize};

/// Provisioned instances are paid for in steps of five minutes.
const PROVISIONED_STEP_S: f64 = 300.0;

/// Adds up what a window uses.
#[derive(Clone, Debug, Default)]
pub struct FunctionMeter {
    used: FunctionUse,
    seconds: f64,
    /// Of the running five minutes: which they are, and most instances in them.
    step: f64,
    step_most: f64,
    /// Seconds of provisioned instances that are paid for.
    paid_provisioned_s: f64,
    peak: f64,
}

/// What a month of a function costs, US dollars.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct FunctionBill {
    /// Requests, those of the warmer among them.
    pub requests: f64,
    /// Time at work on instances that are not provisioned.
    pub duration: f64,
    /// Starts of instances, where they are billed.
    pub starts: f64,
    /// Provisioned instances, used or not, and the time at work on them.
    pub provisioned: f64,
}

impl FunctionBill {
    /// All of it.
    pub fn total(&self) -> f64 {
        self.requests + self.duration + self.starts + self.provisioned
    }
}

impl FunctionMeter {
    /// Counts a tick of `tick_s` seconds that begins `start_s` after the start of the window.
    pub fn tick(&mut self, used: &FunctionUse, start_s: f64, tick_s: f64) {
        self.used.add(used);
        self.seconds += tick_s;
        self.peak = self.peak.max(used.peak_instances);
        let provisioned = used.provisioned_s / tick_s;
        if tick_s >= PROVISIONED_STEP_S {
            self.paid_provisioned_s += used.provisioned_s;
            return;
        }
        let step = (start_s / PROVISIONED_STEP_S).floor();
        if step > self.step {
            self.close_step();
            self.step = step;
        }
        self.step_most = self.step_most.max(provisioned);
    }

    fn close_step(&mut self) {
        self.paid_provisioned_s += core::mem::take(&mut self.step_most) * PROVISIONED_STEP_S;
    }

    /// The window is over.
    pub fn finish(mut self, function: &Function) -> FunctionResult {
        self.close_step();
        let per_s = |sum: f64| {
            if self.seconds > 0.0 {
                sum / self.seconds
            } else {
                0.0
            }
        };
        let used = &self.used;
        let month = if self.seconds > 0.0 {
            HOURS_PER_MONTH * 3600.0 / self.seconds
        } else {
            0.0
        };
        FunctionResult {
            invocations: used.invocations,
            cold: used.cold,
            throttled: used.throttled,
            started: used.started,
            pings: used.pings,
            mean_instances: per_s(used.instance_s),
            mean_running: per_s(used.running_s),
            mean_provisioned: per_s(used.provisioned_s),
            provisioned_running: per_s(used.provisioned_running_s),
            peak_instances: self.peak,
            billed_s: used.billed_s + used.billed_provisioned_s,
            month,
            bill: bill(used, self.paid_provisioned_s, month, function),
        }
    }
}

/// The bill of a month that is `month` times the window, in which so many seconds of provisioned instances are paid.
fn bill(
    used: &FunctionUse,
    paid_provisioned_s: f64,
    month: f64,
    function: &Function,
) -> FunctionBill {
    let LambdaPrices {
        per_million_requests,
        duration,
        provisioned_gb_s,
        provisioned_duration_gb_s,
        ..
    } = &function.prices;
    let of_month = |seconds: f64| gb_s(seconds * month, function.memory_mb);
    let on_demand = duration.cost(of_month(used.billed_s));
    let starts = if function.model.bills_init && used.billed_s > 0.0 {
        on_demand * (used.init_s / used.billed_s).min(1.0)
    } else {
        0.0
    };
    let requests = (used.invocations + used.pings) * month;
    FunctionBill {
        requests: request_cost(requests, *per_million_requests, 0.0),
        duration: on_demand - starts,
        starts,
        provisioned: of_month(paid_provisioned_s) * provisioned_gb_s
            + of_month(used.billed_provisioned_s) * provisioned_duration_gb_s,
    }
}

/// A function in one window.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FunctionResult {
    /// Attempts that got an instance.
    pub invocations: f64,
    /// Of these: those that waited for its start.
    pub cold: f64,
    /// Attempts answered 429.
    pub throttled: f64,
    /// Instances started.
    pub started: f64,
    /// Calls of the warmer.
    pub pings: f64,
    /// Mean number of instances, provisioned ones included.
    pub mean_instances: f64,
    /// Of these: at work.
    pub mean_running: f64,
    /// Of these: provisioned.
    pub mean_provisioned: f64,
    /// Of these: at work.
    pub provisioned_running: f64,
    /// Most instances at once.
    pub peak_instances: f64,
    /// Seconds billed, those of the warmer's calls among them.
    pub billed_s: f64,
    /// Windows in a month.
    pub month: f64,
    /// What a month costs.
    pub bill: FunctionBill,
}

impl FunctionResult {
    /// Share of the invocations that waited for the start of an instance, 0..1.
    pub fn cold_share(&self) -> f64 {
        share(self.cold, self.invocations)
    }

    /// Share of the attempts answered 429, 0..1.
    pub fn throttled_share(&self) -> f64 {
        share(self.throttled, self.invocations + self.throttled)
    }

    /// Share of the provisioned instances that is at work, 0..1; 0 without any.
    pub fn provisioned_use(&self) -> f64 {
        share(self.provisioned_running, self.mean_provisioned)
    }

    /// US dollars per million invocations.
    pub fn usd_per_million(&self) -> f64 {
        share(self.bill.total() * 1e6, self.invocations * self.month)
    }

    /// Mean seconds billed per invocation.
    pub fn billed_s_per_invocation(&self) -> f64 {
        share(self.billed_s, self.invocations)
    }
}

fn share(part: f64, whole: f64) -> f64 {
    if whole > 0.0 { part / whole } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::functions::billing::cents;
    use crate::random::Distribution;

    /// A function of 512 MB at Lambda's list prices.
    fn function() -> Function {
        let document = serde_json::json!({
            "name": "f", "memory_mb": 512,
            "duration_ms": {"kind": "deterministic", "value": 100},
            "init_ms": {"kind": "deterministic", "value": 400},
            "keep_alive_minutes": 10, "timeout_ms": 3000
        });
        let document = serde_json::from_value(document).expect("a function");
        let constant = |seconds| Distribution::deterministic(seconds).expect("a constant");
        Function::new(&document, constant(0.1), constant(0.4), 1000).expect("a function")
    }

    /// By hand: a window of an hour is 1/730 of a month.
    /// Requests: 3,600 × 730 = 2,628,000, at $0.20 a million: $0.5256.
    /// At work: 2,600 × 0.1 s + 10 × 0.4 s = 264 s × 0.5 GB × 730 = 96,360 GB-s × $16.6667/M = $1.6060, of which starts
    /// are 4/264. Provisioned: 5 × 3,600 s × 0.5 GB × 730 = 6,570,000 GB-s × $4.1667/M = $27.3752; 1,000 × 0.1 s on them:
    /// 36,500 GB-s × $9.7222/M = $0.3549.
    #[test]
    fn a_bill_by_hand() {
        let mut meter = FunctionMeter::default();
        for tick in 0..240 {
            let part = 1.0 / 240.0;
            let used = FunctionUse {
                invocations: 3600.0 * part,
                on_provisioned: 1000.0 * part,
                cold: 10.0 * part,
                started: 10.0 * part,
                init_s: 4.0 * part,
                billed_s: 264.0 * part,
                billed_provisioned_s: 100.0 * part,
                provisioned_s: 5.0 * 15.0,
                ..FunctionUse::default()
            };
            meter.tick(&used, f64::from(tick) * 15.0, 15.0);
        }
        let result = meter.finish(&function());
        let bill = result.bill;
        let rounded = [
            bill.requests,
            bill.duration + bill.starts,
            bill.starts,
            bill.provisioned,
        ]
        .map(cents);
        assert_eq!(rounded, [0.53, 1.61, 0.02, 27.73]);
        assert_eq!(cents(result.usd_per_million() * 2.628), cents(bill.total()));
    }

    /// Provisioned for ten seconds in two different five minutes: paid for two times five minutes.
    #[test]
    fn provisioned_by_the_started_five_minutes() {
        let mut meter = FunctionMeter::default();
        for tick in 0..240_u32 {
            let on = matches!(tick, 3 | 20);
            let used = FunctionUse {
                provisioned_s: if on { 4.0 * 15.0 } else { 0.0 },
                ..FunctionUse::default()
            };
            meter.tick(&used, f64::from(tick) * 15.0, 15.0);
        }
        let bill = meter.finish(&function()).bill;
        let gb_s = 4.0 * 2.0 * 300.0 * 0.5 * 730.0;
        assert!((bill.provisioned - gb_s * 4.1667e-6).abs() < 1e-9);
    }
}
