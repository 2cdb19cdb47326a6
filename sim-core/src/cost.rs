//! What the design costs: meters and the price book.

pub mod commitments;
pub mod meter;
pub mod node_market;
pub mod price_book;
mod resource;
pub mod storage_prices;

pub use resource::Resource;

/// Hours of a month, as cloud providers bill and estimate it.
pub const HOURS_PER_MONTH: f64 = 730.0;
