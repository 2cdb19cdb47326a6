//! Traffic: the rate of requests over the window.
//!
//! ```text
//!   RateCurve (known in advance: day, week, growth, recording, crowds)     once per scenario
//!        × bursts (Markov-modulated) × over-dispersion (Gamma)             once per replication
//!        = intensity of the arrival process in each tick                   ──► data plane draws arrivals
//! ```
//!
//! Given its intensity, the arrival process is Poisson. Bursts make it a Markov-modulated Poisson process
//! (Fischer & Meier-Hellstern 1993); the Gamma factor makes counts negative binomial, as measured traffic
//! often is (variance growing with the square of the mean).

mod curve;
mod random_rate;

pub use curve::RateCurve;
pub use random_rate::RandomRate;
