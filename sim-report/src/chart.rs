//! Charts as scenes of marks and words in page pixels; page and files show the same.

pub mod attainable;
pub mod bars;
pub mod breakdown;
pub mod distribution;
pub mod drawing;
pub mod front;
pub mod ink;
pub mod ruler;
pub mod scale;
pub mod scene;
pub mod time;
pub mod window;
