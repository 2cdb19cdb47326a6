//! The distribution's packages, where there is a package manager this program knows.

use crate::process;
use crate::step::note;
use anyhow::{Context, Result, bail};
use std::io::{IsTerminal, stdin};
use std::path::Path;
use std::process::{Command, Stdio};

/// Whether this system has Debian's package manager.
pub fn has_apt() -> bool {
    Path::new("/etc/debian_version").exists() && process::find("apt-get").is_some()
}

/// Installs Debian packages; those already installed cost nothing.
///
/// # Errors
/// No rights, no network or no such package; the message says what to type instead.
pub fn apt_install(packages: &[&str]) -> Result<()> {
    let by_hand = format!(
        "Type: sudo apt-get update && sudo apt-get install {}",
        packages.join(" ")
    );
    note(&format!("installing {} with apt-get", packages.join(", ")));
    let mut update = apt(&by_hand)?;
    update.args(["update", "--quiet", "--quiet"]);
    process::run(&mut update, &by_hand)?;
    let mut install = apt(&by_hand)?;
    // Nothing that is installed may be removed for it.
    install
        .args([
            "install",
            "--yes",
            "--quiet",
            "--quiet",
            "--no-install-recommends",
            "--no-remove",
        ])
        .args(packages);
    // Pages of package names help nobody; what goes wrong is on standard error.
    install.stdout(Stdio::null());
    process::run(&mut install, &by_hand)
}

/// `apt-get` with the rights to install.
fn apt(by_hand: &str) -> Result<Command> {
    let mut command = if is_root()? {
        Command::new("apt-get")
    } else if process::find("sudo").is_some() {
        let mut sudo = Command::new("sudo");
        if !stdin().is_terminal() {
            // Nobody is there to type a password.
            sudo.arg("--non-interactive");
        }
        sudo.args(["env", "DEBIAN_FRONTEND=noninteractive", "apt-get"]);
        sudo
    } else {
        bail!("packages are missing, and installing them needs an administrator. {by_hand}");
    };
    command.env("DEBIAN_FRONTEND", "noninteractive");
    Ok(command)
}

fn is_root() -> Result<bool> {
    let id =
        process::output(Command::new("id").arg("-u")).context("cannot find out who runs this")?;
    Ok(id.trim() == "0")
}
