//! Random scenarios for property tests: sound ones, and edits that spoil a sound one.

mod autoscaler;
mod batch;
mod distribution;
mod document;
mod edge;
mod edit;
mod fleet;
mod keda;
mod resilience;
mod service;
mod spot;
mod storage;
mod topology;
mod traffic;

pub use autoscaler::autoscaler;
pub use batch::batch;
pub use distribution::distribution;
pub use document::document;
pub use edge::edge_cache;
pub use edit::{Edit, edit};
pub use fleet::{on_demand_only, provisioner, without_prices};
pub use spot::{commitments, spot};
pub use storage::storage;
pub use traffic::traffic;
