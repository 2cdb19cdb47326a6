//! QEC Studio simulation core.

pub mod plane;
pub mod random;
pub mod scenario;
pub mod stats;
