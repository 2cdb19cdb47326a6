//! ScaledJob: how many jobs a poll creates.
//!
//! Source: `executor/scale_jobs.go`, `scaledjob/metrics.go` and `MaxReplicaCount` of `scaledjob_types.go`.

/// How jobs that exist are held against the demand.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub enum JobStrategy {
    /// Jobs take their messages off the queue when they end, so that those of running jobs are still counted in it.
    #[default]
    Default,
    /// The user's own: demand − deduction − share of the running jobs.
    Custom {
        /// Taken off the demand.
        queue_length_deduction: i64,
        /// Share of the running jobs that is taken off, 0.5 = half; truncated.
        running_share: f64,
    },
    /// Jobs take their messages off the queue when they start: only pending jobs still have theirs in it.
    Accurate,
    /// The demand, as far as there is room: jobs that exist are not taken off it, whether or not they have started.
    Eager,
}

/// Jobs that have not finished.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct JobCounts {
    /// All of them.
    pub running: i64,
    /// Those among them whose pod does not run yet.
    pub pending: i64,
}

/// How far a poll goes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct JobScale {
    /// Jobs that may be created; below 0 is as 0.
    pub max_scale: i64,
    /// Jobs that are wanted.
    pub scale_to: i64,
}

impl JobScale {
    /// Jobs to create.
    pub fn jobs(self) -> i64 {
        self.scale_to.min(self.max_scale).max(0)
    }
}

impl JobStrategy {
    /// Below the minimum it is filled up; above, the strategy decides on the jobs beyond it. The bounds are those of
    /// [`JobSpec::min_replicas`] and [`JobSpec::max_replicas`].
    pub fn decide(
        self,
        (min_replicas, max_replicas): (i64, i64),
        wanted: JobScale,
        counts: JobCounts,
    ) -> JobScale {
        if counts.running < min_replicas {
            let lacking = min_replicas.saturating_sub(counts.running);
            return JobScale {
                max_scale: lacking,
                scale_to: lacking,
            };
        }
        let beyond = JobCounts {
            running: counts.running.saturating_sub(min_replicas),
            ..counts
        };
        self.effective_max_scale(wanted, beyond, max_replicas)
    }

    /// The strategy's answer. `wanted` is the demand; `max_replicas` as [`JobSpec::max_replicas`] gives it.
    pub fn effective_max_scale(
        self,
        wanted: JobScale,
        counts: JobCounts,
        max_replicas: i64,
    ) -> JobScale {
        let JobCounts { running, pending } = counts;
        let max_scale = wanted.max_scale;
        let max_scale = match self {
            Self::Default => max_scale.saturating_sub(running),
            Self::Custom {
                queue_length_deduction,
                running_share,
            } => {
                let at_work = (running as f64 * running_share) as i64;
                let left = max_scale.saturating_sub(queue_length_deduction);
                left.saturating_sub(at_work).min(max_replicas)
            }
            Self::Accurate => {
                let at_work = running.saturating_sub(pending);
                if max_scale.saturating_add(at_work) > max_replicas {
                    max_replicas.saturating_sub(running)
                } else {
                    max_scale.saturating_sub(pending)
                }
            }
            Self::Eager => {
                let room = max_replicas.saturating_sub(running).saturating_sub(pending);
                room.min(max_scale)
            }
        };
        let scale_to = if self == Self::Eager {
            max_replicas
        } else {
            wanted.scale_to
        };
        JobScale {
            max_scale,
            scale_to,
        }
    }
}

/// Bounds and strategy of a ScaledJob.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct JobSpec {
    /// Jobs that are kept running whatever the queue (`minReplicaCount`). Default 0.
    pub min_count: i64,
    /// Jobs at most (`maxReplicaCount`). Default 100.
    pub max_count: i64,
    /// The strategy.
    pub strategy: JobStrategy,
}

impl JobSpec {
    /// The minimum that counts: never above the maximum.
    pub fn min_replicas(&self) -> i64 {
        self.min_count.min(self.max_count)
    }

    /// The maximum as the strategies see it: those of the minimum come on top of it.
    pub fn max_replicas(&self) -> i64 {
        if self.min_count > self.max_count {
            return self.max_count;
        }
        self.max_count - self.min_replicas()
    }

    /// What a poll decides on this demand.
    pub fn decide(&self, wanted: JobScale, counts: JobCounts) -> JobScale {
        let bounds = (self.min_replicas(), self.max_replicas());
        self.strategy.decide(bounds, wanted, counts)
    }
}

/// How several triggers become one demand (`multipleScalersCalculation`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Calculation {
    /// The longest queue.
    #[default]
    Max,
    /// The shortest.
    Min,
    /// The mean.
    Avg,
    /// The sum.
    Sum,
}

/// One trigger of a ScaledJob.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct JobTrigger {
    /// Its value.
    pub queue_length: f64,
    /// Value per job; 0: none is asked for.
    pub target_average: f64,
    /// Whether it is active.
    pub active: bool,
}

impl JobTrigger {
    /// Jobs that it asks for.
    fn max_value(self, max_replicas: f64) -> f64 {
        if self.target_average == 0.0 {
            return 0.0;
        }
        (self.queue_length / self.target_average).min(max_replicas)
    }
}

/// What the triggers ask for together.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct JobDemand {
    /// Whether jobs are created at all.
    pub active: bool,
    /// Length of the queue, rounded up.
    pub queue_length: i64,
    /// Jobs, rounded up, at most the maximum.
    pub max_value: i64,
}

impl JobDemand {
    /// The demand as the strategies take it.
    pub fn wanted(self) -> JobScale {
        JobScale {
            max_scale: self.max_value,
            scale_to: self.queue_length,
        }
    }
}

/// Puts the active triggers together. A minimum above 0 makes every ScaledJob active.
pub fn aggregate(
    triggers: &[JobTrigger],
    calculation: Calculation,
    min_replicas: i64,
    max_replicas: i64,
) -> JobDemand {
    let most = max_replicas as f64;
    let (mut queue, mut jobs, mut count) = (0.0, 0.0, 0_u32);
    for trigger in triggers.iter().filter(|trigger| trigger.active) {
        let (length, value) = (trigger.queue_length, trigger.max_value(most));
        let takes = match calculation {
            Calculation::Max => length > queue,
            // A shortest queue of 0 counts as none yet, as upstream.
            Calculation::Min => queue == 0.0 || length < queue,
            Calculation::Avg | Calculation::Sum => {
                queue += length;
                jobs += value;
                count += 1;
                false
            }
        };
        if takes {
            (queue, jobs) = (length, value);
            count = 1;
        }
    }
    if calculation == Calculation::Avg && count > 0 {
        queue /= f64::from(count);
        jobs /= f64::from(count);
    }
    JobDemand {
        active: count > 0 || min_replicas > 0,
        queue_length: queue.ceil() as i64,
        max_value: jobs.min(most).ceil() as i64,
    }
}

/// The mean of the targets of a trigger's metrics; one without an average value counts as 0, no metrics give 0.
pub fn target_average(targets: &[Option<f64>]) -> f64 {
    if targets.is_empty() {
        return 0.0;
    }
    let sum: f64 = targets.iter().map(|target| target.unwrap_or(0.0)).sum();
    sum / targets.len() as f64
}
