//! Waits for the project's sources to change.

use crate::project::Project;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::thread::sleep;
use std::time::{Duration, SystemTime};

/// What the site is made of, below the project's folder.
const SOURCES: [&str; 10] = [
    "app",
    "sim-core",
    "sim-loop",
    "sim-planes",
    "sim-report",
    "scenarios",
    "public",
    "index.html",
    "Cargo.toml",
    "Cargo.lock",
];

/// How often the sources are looked at.
const PAUSE: Duration = Duration::from_millis(500);

/// The sources' times of change.
#[derive(PartialEq, Eq)]
pub struct Sources(BTreeMap<PathBuf, SystemTime>);

impl Sources {
    /// Looks at them.
    pub fn look(project: &Project) -> Self {
        let mut times = BTreeMap::new();
        for name in SOURCES {
            collect(&project.root.join(name), &mut times);
        }
        Self(times)
    }

    /// Waits until they differ from this and have come to rest; gives them as they are then.
    pub fn wait_for_change(&self, project: &Project) -> Self {
        loop {
            sleep(PAUSE);
            let first = Self::look(project);
            if first == *self {
                continue;
            }
            // Editors and version control write many files in a row.
            sleep(PAUSE);
            let second = Self::look(project);
            if first == second {
                return second;
            }
        }
    }
}

fn collect(path: &Path, times: &mut BTreeMap<PathBuf, SystemTime>) {
    if let Ok(entries) = fs::read_dir(path) {
        for entry in entries.flatten() {
            collect(&entry.path(), times);
        }
    } else if let Ok(time) = path.metadata().and_then(|meta| meta.modified()) {
        times.insert(path.to_path_buf(), time);
    }
}
