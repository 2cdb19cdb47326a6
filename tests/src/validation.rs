//! The data planes held against the truth: theory for the models of `sim_core::validation`, the `requests` plane
//! for `fluid`.
//!
//! The same code feeds the tests (`tests/queueing.rs`, `tests/planes_agree.rs`, `tests/networks_agree.rs`) and the program
//! `cargo run --release -p tests --bin validate`, which writes `docs/VALIDATION.md` and what the page shows of it.

pub mod courses;
pub mod coverage;
pub mod dynamics;
pub mod grid;
pub mod network_table;
pub mod networks;
pub mod oracle_tables;
pub mod report;
pub mod summary;
pub mod wait_table;
pub mod waits;
