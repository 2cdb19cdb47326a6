//! Prints the golden links that are missing: `cargo run -p tests --bin golden_links >> tests/golden/links.txt`.

#![allow(clippy::print_stdout, reason = "its output is its purpose")]

fn main() {
    let known = tests::golden::links();
    for golden in tests::golden::current()
        .into_iter()
        .filter(|golden| !known.contains(golden))
    {
        println!("{} {} {}", golden.name, golden.hash, golden.link);
    }
}
