//! Shared helpers of the test-suite.

pub mod arbitrary;
pub mod base;
pub mod bench;
pub mod bomb;
pub mod digests;
pub mod fixture;
pub mod golden;
pub mod markup;
pub mod runs;
pub mod validation;

#[cfg(feature = "browser")]
pub mod browser;
