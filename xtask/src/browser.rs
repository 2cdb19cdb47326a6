//! Browsers: opening the user's own, and having Chromium for the tests.

use crate::packages;
use crate::process;
use crate::step::note;
use anyhow::{Result, bail};
use std::env;
use std::path::PathBuf;
use std::process::{Command, Stdio};

/// Names under which systems have Chromium.
const BROWSERS: [&str; 4] = [
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
];

/// What the browser tests need.
pub struct Chromium {
    /// The browser.
    pub browser: PathBuf,
    /// The program that drives it over WebDriver.
    pub driver: PathBuf,
}

/// Finds Chromium and its driver or installs them.
///
/// `QEC_CHROMIUM` and `QEC_CHROMEDRIVER` name others than those on the `PATH`.
///
/// # Errors
/// They are missing and cannot be installed; the message says what to do.
pub fn ensure_chromium() -> Result<Chromium> {
    if let Some(chromium) = find_chromium() {
        return Ok(chromium);
    }
    if packages::has_apt() {
        packages::apt_install(&["chromium", "chromium-driver"])?;
    }
    let Some(chromium) = find_chromium() else {
        bail!(
            "the browser tests need Chromium and its driver `chromedriver`. Install both from your distribution \
             (Fedora: sudo dnf install chromium chromedriver; Arch: sudo pacman -S chromium; macOS: brew install \
             chromium chromedriver), or name them in QEC_CHROMIUM and QEC_CHROMEDRIVER"
        );
    };
    Ok(chromium)
}

fn find_chromium() -> Option<Chromium> {
    let named = |variable: &str| env::var_os(variable).map(PathBuf::from);
    let browser =
        named("QEC_CHROMIUM").or_else(|| BROWSERS.iter().find_map(|name| process::find(name)))?;
    let driver = named("QEC_CHROMEDRIVER").or_else(|| process::find("chromedriver"))?;
    Some(Chromium { browser, driver })
}

/// Opens the user's browser when there is a desktop; says the address in any case.
pub fn open(url: &str) {
    if let Some((program, first)) = opener() {
        let mut command = Command::new(program);
        command
            .args(first)
            .arg(url)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        if command.spawn().is_err() {
            note("the browser cannot be opened from here");
        }
    }
}

/// The program that opens an address, with its first arguments.
fn opener() -> Option<(&'static str, &'static [&'static str])> {
    if cfg!(target_os = "macos") {
        return Some(("open", &[]));
    }
    if cfg!(windows) {
        return Some(("cmd", &["/C", "start", ""]));
    }
    let desktop = ["DISPLAY", "WAYLAND_DISPLAY"]
        .iter()
        .any(|name| env::var_os(name).is_some());
    (desktop && process::find("xdg-open").is_some()).then_some(("xdg-open", &[]))
}
