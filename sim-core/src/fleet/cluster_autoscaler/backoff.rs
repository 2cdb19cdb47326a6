//! For how long a group is left alone after nodes that it was asked for did not come.
//!
//! Source: kubernetes/autoscaler, cluster-autoscaler/utils/backoff/exponential_backoff.go and its test, and
//! clusterstate (updateScaleRequests: nodes that came make up for earlier failures); flags
//! initial-node-group-backoff-duration, max-node-group-backoff-duration, node-group-backoff-reset-timeout.

const FIRST_S: f64 = 300.0;
const LONGEST_S: f64 = 1800.0;
/// A failure is forgotten when none followed it for so long.
const FORGOTTEN_S: f64 = 10_800.0;

/// The back-off of a group.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Backoff {
    lasts_s: f64,
    pub(super) until_s: f64,
    failed_s: f64,
}

impl Default for Backoff {
    /// No failure yet.
    fn default() -> Self {
        Self {
            lasts_s: 0.0,
            until_s: f64::NEG_INFINITY,
            failed_s: f64::NEG_INFINITY,
        }
    }
}

impl Backoff {
    /// Whether the group is left alone now.
    pub(super) fn holds(&self, now_s: f64) -> bool {
        now_s < self.until_s
    }

    /// Whether there is something to make up for.
    pub(super) fn is_remembered(&self) -> bool {
        self.lasts_s > 0.0
    }

    /// Nodes did not come. After the end of a back-off the next one is twice as long; one that has not ended begins
    /// anew, as long as it was.
    pub(super) fn fail(&mut self, now_s: f64) {
        if !self.is_remembered() || self.failed_s + FORGOTTEN_S < now_s {
            self.lasts_s = FIRST_S;
        } else if self.until_s < now_s {
            self.lasts_s = (2.0 * self.lasts_s).min(LONGEST_S);
        }
        self.until_s = now_s + self.lasts_s;
        self.failed_s = now_s;
    }

    /// All nodes that were asked for have come.
    pub(super) fn succeed(&mut self) {
        *self = Self::default();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn failed(at_s: &[f64]) -> Backoff {
        let mut backoff = Backoff::default();
        for now_s in at_s {
            backoff.fail(*now_s);
        }
        backoff
    }

    /// Upstream's TestBackoffTwoKeys and TestMaxBackoff, with the default durations.
    #[test]
    fn each_is_twice_as_long_up_to_the_longest() {
        let once = failed(&[60.0]);
        assert!(once.holds(60.0) && once.holds(359.0) && !once.holds(360.0));
        assert!(!Backoff::default().holds(0.0));
        let mut backoff = Backoff::default();
        let mut now_s = 0.0;
        for lasts_s in [300.0, 600.0, 1200.0, 1800.0, 1800.0] {
            backoff.fail(now_s);
            assert_eq!(backoff.until_s, now_s + lasts_s);
            now_s = backoff.until_s + 1.0;
        }
    }

    #[test]
    fn several_failures_at_a_time_do_not_double_it() {
        assert_eq!(failed(&[0.0, 0.0, 0.0]).until_s, 300.0);
        // It begins anew, as long as it was; at its very end too.
        assert_eq!(failed(&[0.0, 100.0]).until_s, 400.0);
        assert_eq!(failed(&[0.0, 400.0, 500.0]).until_s, 1100.0);
        assert_eq!(failed(&[0.0, 300.0]).until_s, 600.0);
    }

    /// Upstream's TestResetStaleBackoffData: three hours after the last failure, not after the end of the back-off.
    #[test]
    fn a_failure_is_forgotten_after_three_hours_or_by_success() {
        assert_eq!(failed(&[0.0, 10_800.0]).until_s, 10_800.0 + 600.0);
        assert_eq!(failed(&[0.0, 10_801.0]).until_s, 10_801.0 + 300.0);
        let mut made_up = failed(&[0.0, 400.0]);
        made_up.succeed();
        assert!(!made_up.holds(401.0) && !made_up.is_remembered());
        made_up.fail(2000.0);
        assert_eq!(made_up.until_s, 2300.0);
    }
}
