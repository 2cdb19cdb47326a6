//! Batch jobs that may be interrupted.

pub mod checkpoint;
