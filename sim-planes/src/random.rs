//! Random numbers: named streams, and the distributions drawn from them.
//!
//! ```text
//!   StreamKey (seed, replication, component, purpose) ──► Rng ──► Distribution::sample, poisson, …
//! ```
//!
//! Every quantity draws from a stream of its own, so a design that asks one stream for more or fewer
//! numbers leaves all the others as they were: two designs under the same seed see the same arrivals
//! (common random numbers).
//!
//! The samplers are our own, on `libm` and IEEE basic operations, so the same key gives the same bits
//! natively and in the browser. `rand_distr` cannot promise that: without `std_math` it asks `num-traits`
//! for `libm`, but `num-traits` prefers the platform's functions as soon as *any* crate of the build turns
//! its `std` feature on (plotters and statrs do), and Cargo unifies features over a build.

mod ahead;
mod distribution;
mod empirical;
mod exponential;
mod gamma;
mod hyper_exponential;
mod invert;
mod log_normal;
mod pareto;
mod poisson;
mod stream;
mod uniform;
mod weibull;
mod ziggurat;

pub use ahead::Ahead;
pub use distribution::{Distribution, DistributionError};
pub use gamma::{GammaFactor, gamma_unit_mean};
pub use pareto::PARETO_CUT;
pub use poisson::{POISSON_MAX_MEAN, poisson, poisson_number};
pub use stream::{Purpose, Rng, StreamKey};
pub use uniform::{uniform, uniform_open};
pub use ziggurat::{standard_exponential, standard_normal};
