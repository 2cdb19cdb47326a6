//! Shared helpers of the test-suite.

#![allow(
    clippy::expect_used,
    clippy::panic,
    reason = "a helper of a test fails the test"
)]

pub mod arbitrary;
pub mod base;
pub mod template;
pub mod validation;
