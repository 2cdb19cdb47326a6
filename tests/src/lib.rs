//! Shared helpers of the test-suite.

pub mod validation;

pub mod base;
