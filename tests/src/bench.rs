//! How fast the simulation is, beside the limit that a bare loop sets and beside other simulators:
//! `cargo xtask bench`.

pub mod bare;
mod cases;
mod clock;
mod components;
mod machine;
mod networks;
mod peers;
mod row;
mod study;
#[cfg(feature = "browser")]
mod wasm;

pub use cases::rows;
pub use clock::Effort;
pub use components::memory_mib;
pub use machine::Machine;
pub use row::{Row, json, markdown};
