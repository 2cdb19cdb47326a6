//! Shared helpers of the test-suite.

pub mod arbitrary;
pub mod base;
pub mod template;
pub mod validation;
