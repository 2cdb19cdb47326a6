//! Statistics: latency histograms, quantiles, confidence intervals, and the special functions under them.

pub mod special;

mod histogram;
mod intervals;
mod paired;
mod quantile;
mod rank;
mod sort;
mod student;
mod summary;
mod variance_split;
mod welford;

pub use histogram::{
    BUCKETS, BUCKETS_PER_OCTAVE, LOWEST_EDGE_S, LogHistogram, SLOTS, bucket_of, edges,
};
pub use intervals::{mean_ci, wilson};
pub use paired::tango;
pub use quantile::{order_statistic_ci, quantile_type7};
pub use rank::{Correlation, spearman};
pub use sort::{sort_by, sort_by_key};
pub use student::{student_t_quantile, student_t_upper_tail};
pub use summary::{Summaries, Summary, paired_difference};
pub use variance_split::{SharedVariance, shared_variance};
pub use welford::Welford;
