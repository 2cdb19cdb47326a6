//! Special functions on `libm`: the normal distribution, and the incomplete gamma and beta functions.

mod beta;
mod gamma;
mod normal;

pub use beta::incomplete_beta;
pub use gamma::{deviance, incomplete_gamma, stirling_error};
pub use normal::{normal_cdf, normal_quantile};
