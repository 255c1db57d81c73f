//! The models of a run: loaded once, and which version of a library applies to a file.

use std::sync::OnceLock;

use crate::facts::LibraryVersion;
use crate::models::catalog::{Catalog, ModelError};
use crate::models::schema::{Library, Model};
use crate::models::versions::{PackageVersions, Version};
use crate::syntax::MODEL_FOLDERS;

pub(super) fn library_version(
    versions: &PackageVersions,
    path: &str,
    folder: &str,
    library: &Library,
) -> LibraryVersion {
    if library.manifest.is_empty() {
        return LibraryVersion::None;
    }
    for package in &library.manifest {
        match versions.version(path, folder, package) {
            Version::Locked {
                version,
                text,
                file,
            } => {
                return LibraryVersion::Locked {
                    version,
                    text,
                    file,
                };
            }
            Version::Range { lowest, text, file } => {
                return LibraryVersion::Range {
                    version: lowest,
                    text,
                    file,
                };
            }
            Version::Unknown => {}
        }
    }
    assumed_version(library)
}

/// The model's current version.
pub(super) fn assumed_version(library: &Library) -> LibraryVersion {
    let current = library
        .current
        .as_deref()
        .and_then(|text| semver::Version::parse(text).ok());
    current.map_or(LibraryVersion::None, LibraryVersion::Assumed)
}

/// The models of a folder, loaded when first asked for.
///
/// # Errors
/// When an embedded model does not fit the schema.
pub fn catalog(folder: &str) -> Result<&'static Catalog, ModelError> {
    static CATALOGS: [OnceLock<Catalog>; MODEL_FOLDERS.len()] =
        [const { OnceLock::new() }; MODEL_FOLDERS.len()];
    let index = MODEL_FOLDERS
        .iter()
        .position(|known| *known == folder)
        .unwrap_or(0);
    if let Some(catalog) = CATALOGS[index].get() {
        return Ok(catalog);
    }
    let loaded = Catalog::load(MODEL_FOLDERS[index])?;
    Ok(CATALOGS[index].get_or_init(|| loaded))
}

/// Names under which code imports the libraries that have a model.
pub(super) fn modelled_packages() -> Result<Vec<String>, ModelError> {
    let libraries = models()?.into_iter().map(|model| &model.library);
    let installed = libraries.filter(|library| !library.manifest.is_empty());
    Ok(installed
        .flat_map(|library| library.packages.iter().cloned())
        .collect())
}

/// Every model of every folder.
///
/// # Errors
/// When an embedded model does not fit the schema.
pub fn models() -> Result<Vec<&'static Model>, ModelError> {
    let mut models = Vec::new();
    for folder in MODEL_FOLDERS {
        models.extend(catalog(folder)?.libraries());
    }
    Ok(models)
}
