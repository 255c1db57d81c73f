//! Embeds the folder `rules/`: the rules' pages, the library models and the known systems.

use std::fmt::Write as _;
use std::path::Path;
use std::{env, fs};

use walkdir::WalkDir;

fn main() {
    println!("cargo::rerun-if-changed=rules");
    let out = env::var("OUT_DIR").expect("cargo sets OUT_DIR");
    let root = env::var("CARGO_MANIFEST_DIR").expect("cargo sets CARGO_MANIFEST_DIR");
    let rules = Path::new(&root).join("rules");
    let mut pages = String::from(
        "/// Every `rules/<id>.md`: id and text.\npub static PAGE_FILES: &[(&str, &str)] = &[\n",
    );
    let mut models = String::from(
        "/// Every `rules/libraries/<folder>/<name>.toml`: path below `libraries`, and text.\npub static MODEL_FILES: &[(&str, &str)] = &[\n",
    );
    let mut systems = String::from(
        "/// Every `rules/systems/<name>.toml`: path below `systems`, and text.\nstatic SYSTEM_FILES: &[(&str, &str)] = &[\n",
    );
    for entry in WalkDir::new(&rules).sort_by_file_name() {
        let entry = entry.expect("rules/ can be read");
        let path = entry.path();
        let relative = path
            .strip_prefix(&rules)
            .expect("below rules/")
            .to_string_lossy()
            .replace('\\', "/");
        let full = path.to_string_lossy();
        if let Some(id) = relative.strip_suffix(".md").filter(|id| !id.contains('/')) {
            writeln!(pages, "    ({id:?}, include_str!({full:?})),").expect("a string takes it");
        } else if let Some(model) = relative
            .strip_prefix("libraries/")
            .filter(|model| model.ends_with(".toml"))
        {
            writeln!(models, "    ({model:?}, include_str!({full:?})),")
                .expect("a string takes it");
        } else if let Some(system) = relative
            .strip_prefix("systems/")
            .filter(|system| system.ends_with(".toml"))
        {
            writeln!(systems, "    ({system:?}, include_str!({full:?})),")
                .expect("a string takes it");
        }
    }
    fs::write(Path::new(&out).join("pages.rs"), pages + "];\n").expect("OUT_DIR is writable");
    fs::write(Path::new(&out).join("systems.rs"), systems + "];\n").expect("OUT_DIR is writable");
    fs::write(Path::new(&out).join("models.rs"), models + "];\n").expect("OUT_DIR is writable");
}
