//! How many instances of a function are started beforehand, from tick to tick.
//!
//! Target tracking is that of AWS Application Auto Scaling on `ProvisionedConcurrencyUtilization`: the mean over a minute;
//! out after three minutes above the target, in after fifteen below nine tenths of it, to what would bring it there,
//! rounded up. What is asked for is there a minute later (AWS: "a minute or two").

use super::FunctionUse;
use crate::control::alarm::{Alarm, period_ticks};
use crate::control::scheduled::holds;
use crate::scenario::document::ProvisionedDocument;

/// Minutes above the target before more are asked for.
const MINUTES_OUT: u32 = 3;
/// Minutes below before fewer are.
const MINUTES_IN: u32 = 15;
/// The low alarm watches this share of the target.
const LOW_SHARE: f64 = 0.9;
/// Length of a period of the metric, seconds.
const PERIOD_S: u32 = 60;
/// From asking for instances to having them, seconds.
const READY_S: f64 = 60.0;

/// Decides about a function's provisioned instances.
#[derive(Clone, Debug)]
pub struct Provisioning {
    rule: Option<ProvisionedDocument>,
    now: u32,
    /// What was asked for, and when it is there, seconds.
    asked: Option<(f64, u32)>,
    high: Alarm,
    low: Alarm,
    ticks: u32,
    period_ticks: u32,
    running_s: f64,
    provisioned_s: f64,
}

impl Provisioning {
    /// A rule at the start of the warm-up; ticks are `tick_s` long.
    pub fn new(rule: Option<&ProvisionedDocument>, tick_s: f64) -> Self {
        let now = match rule {
            Some(ProvisionedDocument::TargetTracked { min_instances, .. }) => *min_instances,
            _ => 0,
        };
        Self {
            rule: rule.cloned(),
            now,
            asked: None,
            high: Alarm::default(),
            low: Alarm::default(),
            ticks: 0,
            period_ticks: period_ticks(PERIOD_S, tick_s),
            running_s: 0.0,
            provisioned_s: 0.0,
        }
    }

    /// Provisioned instances in a tick that begins `start_s` after the start of the window (before it: negative).
    pub fn instances(&mut self, start_s: f64) -> u32 {
        match &self.rule {
            None => 0,
            Some(ProvisionedDocument::Static { instances }) => *instances,
            Some(ProvisionedDocument::Scheduled { instances, entries }) => {
                let hour = start_s / 3600.0;
                let now = entries
                    .iter()
                    .rev()
                    .find(|entry| holds(entry.days, entry.from_hour, entry.to_hour, hour));
                now.map_or(*instances, |entry| entry.instances)
            }
            Some(ProvisionedDocument::TargetTracked { .. }) => {
                if let Some((ready_s, wanted)) = self.asked
                    && start_s >= ready_s
                {
                    (self.now, self.asked) = (wanted, None);
                }
                self.now
            }
        }
    }

    /// Takes in what a tick used that ends at `end_s`.
    pub fn observe(&mut self, used: &FunctionUse, end_s: f64) {
        let Some(ProvisionedDocument::TargetTracked {
            min_instances,
            max_instances,
            utilization_percent,
        }) = self.rule
        else {
            return;
        };
        self.running_s += used.provisioned_running_s;
        self.provisioned_s += used.provisioned_s;
        self.ticks += 1;
        if self.ticks < self.period_ticks || self.provisioned_s <= 0.0 {
            return;
        }
        let use_share = self.running_s / self.provisioned_s;
        (self.ticks, self.running_s, self.provisioned_s) = (0, 0.0, 0.0);
        let target = utilization_percent / 100.0;
        let high = self.high.holds(use_share > target, MINUTES_OUT);
        let low = self.low.holds(use_share < LOW_SHARE * target, MINUTES_IN);
        if !(high || low) || self.asked.is_some() {
            return;
        }
        // Rounded up; the cast saturates.
        let wanted = (f64::from(self.now) * use_share / target).ceil() as u32;
        let wanted = wanted.clamp(min_instances, max_instances.max(min_instances));
        let changes = if high {
            wanted > self.now
        } else {
            wanted < self.now
        };
        if changes {
            self.asked = Some((end_s + READY_S, wanted));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::document::{DaysDocument, ProvisionedEntryDocument};

    /// 10 instances of which nine are at work, against 70 %: after three minutes ⌈10 × 0.9 / 0.7⌉ = 13 are asked for, and
    /// are there a minute later; idle, they go to the minimum after fifteen.
    #[test]
    fn target_tracking_follows_the_use() {
        let rule = ProvisionedDocument::TargetTracked {
            min_instances: 10,
            max_instances: 40,
            utilization_percent: 70.0,
        };
        let mut provisioning = Provisioning::new(Some(&rule), 15.0);
        let mut level = Vec::new();
        for tick in 0..120 {
            let start_s = f64::from(tick) * 15.0;
            let now = provisioning.instances(start_s);
            level.push(now);
            let busy = if tick < 24 { 0.9 } else { 0.1 };
            let provisioned_s = f64::from(now) * 15.0;
            let used = FunctionUse {
                provisioned_s,
                provisioned_running_s: if tick < 24 {
                    9.0 * 15.0
                } else {
                    busy * provisioned_s
                },
                ..FunctionUse::default()
            };
            provisioning.observe(&used, start_s + 15.0);
        }
        assert_eq!((level[15], level[16]), (10, 13));
        assert_eq!(
            (level[23], level[24 + 60 + 3], level[24 + 60 + 4]),
            (13, 13, 10)
        );
    }

    #[test]
    fn a_timetable_says_how_many() {
        let entry = ProvisionedEntryDocument {
            days: DaysDocument::Workdays,
            from_hour: 8.0,
            to_hour: 20.0,
            instances: 12,
        };
        let rule = ProvisionedDocument::Scheduled {
            instances: 2,
            entries: vec![entry],
        };
        let mut provisioning = Provisioning::new(Some(&rule), 15.0);
        let at = [7.9, 8.0, 19.9, 20.0, 5.0 * 24.0 + 12.0].map(|hour: f64| hour * 3600.0);
        assert_eq!(
            at.map(|at_s| provisioning.instances(at_s)),
            [2, 12, 12, 2, 2]
        );
        assert_eq!(Provisioning::new(None, 15.0).instances(0.0), 0);
    }
}
