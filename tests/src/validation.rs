//! The data planes held against the truth: theory for the `requests` plane, the `requests` plane for `fluid`.
//!
//! The same code feeds the tests (`tests/queueing.rs`, `tests/planes_agree.rs`) and the program
//! `cargo run --release -p tests --bin validate`, which writes `docs/VALIDATION.md`.

pub mod dynamics;
pub mod grid;
pub mod measure;
pub mod oracles;
pub mod report;
pub mod serving;
pub mod wait_table;
pub mod waits;
