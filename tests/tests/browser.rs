//! The page in real headless Chromium, driven over WebDriver. `cargo xtask test` builds what they need and runs them.

#[path = "browser/accessibility.rs"]
mod accessibility;
#[path = "browser/commands.rs"]
mod commands;
#[path = "browser/export.rs"]
mod export;
#[path = "browser/files.rs"]
mod files;
#[path = "browser/imports.rs"]
mod imports;
#[path = "browser/journey.rs"]
mod journey;
#[path = "browser/manifest.rs"]
mod manifest;
#[path = "browser/many_designs.rs"]
mod many_designs;
#[path = "browser/mishaps.rs"]
mod mishaps;
#[path = "browser/offline.rs"]
mod offline;
#[path = "browser/oncall.rs"]
mod oncall;
#[path = "browser/parts.rs"]
mod parts;
#[path = "browser/shell.rs"]
mod shell;
#[path = "browser/speed.rs"]
mod speed;
#[path = "browser/studies.rs"]
mod studies;
#[path = "browser/tabs.rs"]
mod tabs;
#[path = "browser/validation.rs"]
mod validation;
#[path = "browser/window.rs"]
mod window;
#[path = "browser/zoom.rs"]
mod zoom;
