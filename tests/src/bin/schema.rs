//! Writes the JSON Schema of the scenario document to `public/scenario.schema.json`.

use std::path::Path;

fn main() -> std::io::Result<()> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../public/scenario.schema.json");
    std::fs::write(&path, sim_core::scenario::schema::schema_text())?;
    println!("wrote {}", path.display());
    Ok(())
}
