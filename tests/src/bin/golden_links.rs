//! Adds the golden links that are missing to tests/golden/links.txt: `cargo run -p tests --bin golden_links`.
//!
//! With `--start-over` it forgets those it has first; only before the version that wrote them is released.

use std::path::Path;

fn main() -> std::io::Result<()> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("golden/links.txt");
    let start_over = std::env::args().any(|argument| argument == "--start-over");
    let heading = |line: &&str| line.starts_with('#');
    let mut text: String = if start_over {
        tests::golden::LINKS
            .lines()
            .filter(heading)
            .map(|line| format!("{line}\n"))
            .collect()
    } else {
        tests::golden::LINKS.to_owned()
    };
    let known = if start_over {
        Vec::new()
    } else {
        tests::golden::links()
    };
    for golden in tests::golden::current() {
        if !known.contains(&golden) {
            text.push_str(&format!(
                "{} {} {}\n",
                golden.name, golden.hash, golden.link
            ));
        }
    }
    std::fs::write(path, text)
}
