//! Random scenarios for property tests: sound ones, and edits that spoil a sound one.

mod batch;
mod document;
mod edge;
mod edit;
mod keda;
mod resilience;
mod spot;
mod storage;
mod topology;

pub use batch::batch;
pub use document::{
    autoscaler, distribution, document, on_demand_only, provisioner, traffic, without_prices,
};
pub use edge::edge_cache;
pub use edit::{Edit, edit};
pub use spot::{commitments, spot};
pub use storage::storage;
