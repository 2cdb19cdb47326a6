//! The engine room: web workers that compute shards, and the page's side of them.

mod deal;
mod inquiry;
mod microscope;
mod pool;
pub mod protocol;
mod room;

pub use microscope::{Microscope, microscope, provide_microscope};
pub use room::{EngineRoom, engine_room, provide_engine_room};
