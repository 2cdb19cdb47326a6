#[path = "browser/journey.rs"]
mod journey;
