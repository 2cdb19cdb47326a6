//! Shared helpers of the test-suite.

pub mod arbitrary;
pub mod base;
pub mod golden;
pub mod template;
pub mod validation;
