//! Statistics: latency histograms, quantiles, confidence intervals, and the special functions under them.

pub mod special;

mod histogram;
mod intervals;
mod paired;
mod quantile;
mod student;
mod summary;
mod welford;

pub use histogram::{
    BUCKETS, BUCKETS_PER_OCTAVE, LOWEST_EDGE_S, LogHistogram, SLOTS, bucket_of, edges,
};
pub use intervals::{mean_ci, wilson};
pub use paired::tango;
pub use quantile::{order_statistic_ci, quantile_type7};
pub use student::{student_t_quantile, student_t_upper_tail};
pub use summary::{Summary, paired_difference};
pub use welford::Welford;
