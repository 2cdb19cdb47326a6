//! How much memory pages take, as the system counts it: JavaScript is told of its own heap only, not of WebAssembly's.

use std::fs;

/// Resident memory of the renderers among the descendants of a process, MiB; none without `/proc`.
pub fn of_renderers(ancestor: u32) -> Option<f64> {
    let kib: u64 = fs::read_dir("/proc")
        .ok()?
        .flatten()
        .filter_map(|entry| entry.file_name().to_str()?.parse().ok())
        .filter(|process| is_renderer(*process) && descends(*process, ancestor))
        .filter_map(|process| status(process, "VmRSS:"))
        .sum();
    (kib > 0).then_some(kib as f64 / 1024.0)
}

fn is_renderer(process: u32) -> bool {
    let line = fs::read(format!("/proc/{process}/cmdline")).unwrap_or_default();
    String::from_utf8_lossy(&line).contains("--type=renderer")
}

fn descends(mut process: u32, ancestor: u32) -> bool {
    while process > 1 {
        if process == ancestor {
            return true;
        }
        process = status(process, "PPid:").unwrap_or(0) as u32;
    }
    false
}

/// A number of the process's status.
fn status(process: u32, name: &str) -> Option<u64> {
    let text = fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let line = text.lines().find_map(|line| line.strip_prefix(name))?;
    line.split_whitespace().next()?.parse().ok()
}
