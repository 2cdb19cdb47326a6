//! Writes the digests of this engine version to tests/golden/digests.txt, after those of earlier versions:
//! `cargo run -p tests --bin golden_digests`. A version that has been released keeps its digests: raise it first.

use std::path::Path;
use tests::digests;

fn main() -> std::io::Result<()> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("golden/digests.txt");
    let current = digests::current();
    let kept = digests::DIGESTS
        .lines()
        .filter(|line| !line.starts_with(&format!("{} ", sim_core::ENGINE_VERSION)));
    let mut text: String = kept.map(|line| format!("{line}\n")).collect();
    for golden in current {
        text.push_str(&format!(
            "{} {} {}\n",
            golden.engine, golden.template, golden.digest
        ));
    }
    std::fs::write(path, text)
}
