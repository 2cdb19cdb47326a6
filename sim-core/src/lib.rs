//! QEC Studio's simulation core: *if I build it this way, what will it cost, and how likely am I to meet my SLO?*
//!
//! ```text
//!                  one REPLICATION = one simulated SLO window, one seed                 (replication)
//!   ┌──────────────────────────────────────────────────────────────────────────────────────────┐
//!   │ traffic ──► DATA PLANE: fluid | requests ──► outcome of the tick ──► meters: cost · slo  │
//!   │                  ▲ capacity                         │                                    │
//!   │      fleet: pods on nodes ◄── controller (HPA) ◄── telemetry (sampled, averaged, late)   │
//!   └──────────────────────────────────────────────────────────────────────────────────────────┘
//!   a STUDY = many replications, merged in order: a report with intervals, or a sweep with its front
//! ```
//!
//! Reading order, which is also the order of dependence (no arrow runs back):
//!
//! 1. [`random`], [`stats`] and [`plane`], which are the crate `sim-planes`: named streams, distributions; histograms,
//!    quantiles, intervals; the two data planes.
//! 2. [`scenario`]: the document that people write → the checked [`scenario::Scenario`]; limits, schema, templates.
//! 3. [`traffic`], [`control`], [`fleet`], [`functions`], [`batch`], [`edge`], [`storage`], [`slo`], [`cost`]: the models.
//! 4. [`replication`]: the loop that joins them.
//! 5. [`study`]: plans, shards, rounds, reports.
//! 6. [`validation`]: the models held against theory.
//! 7. [`share`], [`import`]: links and other people's files.
//!
//! The crate is pure: no clock, no I/O, no threads, no global state. The same engine version, scenario, seed
//! and replication give the same bytes on every machine, natively and as WebAssembly; all transcendental
//! functions come from `libm`.

pub mod batch;
pub mod control;
pub mod cost;
pub mod edge;
pub mod fleet;
pub mod functions;
pub mod import;
pub mod replication;
pub mod scenario;
pub mod share;
pub mod slo;
pub mod storage;
pub mod study;
pub mod topology;
pub mod traffic;
pub mod validation;
pub mod words;

pub use sim_planes::{plane, random, stats};

/// The engine's version: results are comparable byte for byte only within one version.
pub const ENGINE_VERSION: &str = env!("CARGO_PKG_VERSION");
