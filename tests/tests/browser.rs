//! The page in real headless Chromium, driven over WebDriver. `cargo xtask test` builds what they need and runs them.

#[path = "browser/export.rs"]
mod export;
#[path = "browser/journey.rs"]
mod journey;
#[path = "browser/manifest.rs"]
mod manifest;
#[path = "browser/shell.rs"]
mod shell;
#[path = "browser/studies.rs"]
mod studies;
#[path = "browser/tabs.rs"]
mod tabs;
#[path = "browser/validation.rs"]
mod validation;
