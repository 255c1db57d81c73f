//! Every model, loaded once: which API a package and a path name.

use std::collections::BTreeSet;

use rustc_hash::{FxHashMap, FxHashSet};

use super::schema::{
    Api, AttributeModel, Library, Method, Model, ProviderModel, Role, SettingModel, StoreModel,
    TypeModel,
};

include!(concat!(env!("OUT_DIR"), "/models.rs"));

/// A model that does not fit the schema.
#[derive(Debug, thiserror::Error)]
#[error("{file}: {message}")]
pub struct ModelError {
    /// The file.
    pub file: String,
    /// What is wrong, with line and column.
    pub message: String,
}

/// All models of one language folder.
#[derive(Debug, Default)]
pub struct Catalog {
    models: Vec<Model>,
    by_package: FxHashMap<String, Vec<usize>>,
    methods: FxHashMap<String, (usize, usize)>,
    settings: FxHashMap<String, Vec<(usize, usize)>>,
    /// Stores with entries that are maps, by model and position.
    providers: Vec<(usize, usize)>,
    /// Names of errors that stand for whatever is wrong with a token.
    any_errors: FxHashSet<String>,
    /// Names of errors that say that a token has expired.
    expiry_errors: FxHashSet<String>,
    /// APIs by model and the last name of their path, in model order: what most look-ups are turned away by.
    apis_by_name: Vec<FxHashMap<String, Vec<usize>>>,
    /// Last names of the paths of all APIs.
    api_names: FxHashSet<String>,
    /// Names of methods that libraries add to values of any type.
    added_names: FxHashSet<String>,
    /// Last names of the paths of all types.
    type_names: FxHashSet<String>,
    /// Last parts of the names of packages.
    package_ends: FxHashSet<String>,
    /// What may stand before the last part of a package's name, where names of packages have parts.
    package_beginnings: FxHashSet<String>,
    /// First names of what the packages of a model have, by model.
    first_names: Vec<FxHashSet<String>>,
}

/// Something of a library, with the library.
#[derive(Debug)]
pub struct Found<'a, T> {
    /// The library.
    pub library: &'a Library,
    /// What was found.
    pub item: &'a T,
}

impl<T> Clone for Found<'_, T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Found<'_, T> {}

impl Catalog {
    /// Loads the embedded models of one folder of `rules/libraries/`.
    ///
    /// # Errors
    /// When an embedded model does not fit the schema; the tests hold that this never happens.
    pub fn load(folder: &str) -> Result<Self, ModelError> {
        let mut catalog = Self::default();
        for (file, text) in MODEL_FILES {
            if file.split('/').next() == Some(folder) {
                catalog.add(&format!("rules/libraries/{file}"), text)?;
            }
        }
        Ok(catalog)
    }

    /// Adds one model.
    ///
    /// # Errors
    /// When it does not fit the schema.
    pub fn add(&mut self, file: &str, text: &str) -> Result<(), ModelError> {
        let model: Model = toml::from_str(text).map_err(|error| ModelError {
            file: file.to_owned(),
            message: error.to_string(),
        })?;
        let index = self.models.len();
        for package in &model.library.packages {
            self.by_package
                .entry(package.clone())
                .or_default()
                .push(index);
            self.package_ends.insert(last_name(package).to_owned());
            let parts = package.match_indices('.');
            self.package_beginnings
                .extend(parts.map(|(at, _)| package[..at].to_owned()));
        }
        let errors = &model.library.errors;
        self.any_errors.extend(errors.any.iter().cloned());
        self.expiry_errors.extend(errors.expired.iter().cloned());
        for (position, method) in model.method.iter().enumerate() {
            for name in &method.name {
                self.methods.insert(name.clone(), (index, position));
            }
        }
        for (position, setting) in model.setting.iter().enumerate() {
            self.settings
                .entry(setting.path.clone())
                .or_default()
                .push((index, position));
        }
        let stores = model.store.iter().enumerate();
        let with_maps = stores.filter(|(_, store)| store.provider.is_some());
        self.providers
            .extend(with_maps.map(|(position, _)| (index, position)));
        let mut by_name: FxHashMap<String, Vec<usize>> = FxHashMap::default();
        for (position, api) in model.api.iter().enumerate() {
            for path in &api.path {
                let positions = by_name.entry(last_name(path).to_owned()).or_default();
                if positions.last() != Some(&position) {
                    positions.push(position);
                }
            }
        }
        self.api_names.extend(by_name.keys().cloned());
        let added = model.api.iter().flat_map(|api| &api.path);
        let added = added.filter_map(|path| path.strip_prefix("*."));
        self.added_names
            .extend(added.map(|path| last_name(path).to_owned()));
        self.apis_by_name.push(by_name);
        let types = model.types.iter().flat_map(|item| &item.path);
        self.type_names
            .extend(types.clone().map(|path| last_name(path).to_owned()));
        let paths = model.api.iter().flat_map(|api| &api.path).chain(types);
        let first_name = |path: &String| path.split('.').next().unwrap_or(path).to_owned();
        self.first_names.push(paths.map(first_name).collect());
        self.models.push(model);
        Ok(())
    }

    /// The libraries, in file order.
    pub fn libraries(&self) -> impl Iterator<Item = &Model> {
        self.models.iter()
    }

    /// The APIs that `path` in `package` names, in model order. A path may be deeper than the API's own
    /// (`prelude.Key.new`), and part of it may belong to the package's name (`vendor` + `tokens.jwt`).
    pub fn apis<'a>(&'a self, package: &str, path: &[String]) -> Vec<Found<'a, Api>> {
        let mut found = Vec::new();
        let is_nothing = package.is_empty() && path.is_empty();
        if is_nothing || self.is_no_path(path, &self.api_names) {
            return found;
        }
        for (index, rest) in self.models_of(package, path) {
            let model = &self.models[index];
            let alias = model.library.default.get(package);
            let by_default = alias.filter(|_| rest.iter().all(|name| name == "default"));
            let last = rest.last().map_or("", |name| last_name(name));
            let last_wanted = match by_default {
                Some(alias) => last_name(alias),
                None => rest
                    .iter()
                    .rev()
                    .find(|name| *name != "default")
                    .map_or("", |name| last_name(name)),
            };
            let named = |name: &str| self.apis_by_name[index].get(name).into_iter().flatten();
            let mut positions: Vec<usize> = named(last).copied().collect();
            if last_wanted != last {
                positions.extend(named(last_wanted));
                positions.sort_unstable();
                positions.dedup();
            }
            if positions.is_empty() {
                continue;
            }
            let mut wanted = rest
                .iter()
                .filter(|name| *name != "default")
                .cloned()
                .collect::<Vec<_>>()
                .join(".");
            if let Some(alias) = by_default {
                wanted.clone_from(alias);
            }
            // `default` is a module's only export in one language, and a function's name in another.
            let written = rest.join(".");
            let exact = |api: &&Api| api.path.contains(&written) || api.path.contains(&wanted);
            let below = |api: &&Api| {
                api.path.iter().any(|path| {
                    !path.is_empty() && (ends_with(&written, path) || ends_with(&wanted, path))
                })
            };
            let library = &model.library;
            let before = found.len();
            let candidates = || positions.iter().map(|position| &model.api[*position]);
            let of_library = |item| Found { library, item };
            found.extend(candidates().filter(exact).map(of_library));
            if found.len() == before {
                found.extend(candidates().filter(below).map(of_library));
            }
        }
        found
    }

    /// The type that `path` in `package` names.
    pub fn object_type<'a>(
        &'a self,
        package: &str,
        path: &[String],
    ) -> Option<Found<'a, TypeModel>> {
        let last = path.iter().rev().find(|name| *name != "default")?;
        if !self.type_names.contains(last_name(last)) {
            return None;
        }
        self.models_of(package, path)
            .into_iter()
            .find_map(|(index, rest)| {
                let model = &self.models[index];
                let last = rest.iter().rev().find(|name| *name != "default")?;
                let mut paths = model.types.iter().flat_map(|item| &item.path);
                if !paths.any(|path| last_name(path) == last_name(last)) {
                    return None;
                }
                let wanted = rest
                    .iter()
                    .filter(|name| *name != "default")
                    .cloned()
                    .collect::<Vec<_>>()
                    .join(".");
                let item = model
                    .types
                    .iter()
                    .find(|item| item.path.iter().any(|path| ends_with(&wanted, path)))?;
                Some(Found {
                    library: &model.library,
                    item,
                })
            })
    }

    /// Whether a package has anything whose path begins with `name`; decides between glob imports.
    pub fn names_something(&self, package: &str, name: &str) -> bool {
        self.models_of(package, &[]).iter().any(|(index, _)| {
            let names = self.first_names.get(*index);
            names.is_some_and(|names| names.contains(name))
        })
    }

    /// Whether a package signs or verifies, by tokens or by hashes with a key.
    pub fn signs(&self, package: &str) -> bool {
        let signs = |api: &Api| matches!(api.role, Role::Mint | Role::Verify | Role::Hash);
        let models = self.models_of(package, &[]);
        models.iter().any(|(index, _)| {
            let model = self.models.get(*index);
            model.is_some_and(|model| model.api.iter().any(signs))
        })
    }

    /// Whether any model knows the package.
    pub fn knows_package(&self, package: &str) -> bool {
        let of_vendor = || {
            let (vendor, _) = package.split_once('/')?;
            self.by_package.get(&format!("{vendor}/*"))
        };
        self.by_package.contains_key(package) || of_vendor().is_some()
    }

    /// Whether no API ends in these names, so that no look-up is needed. A path that may be the name of a package
    /// is none.
    fn is_no_path(&self, path: &[String], known: &FxHashSet<String>) -> bool {
        let Some(last) = path.last() else {
            return false;
        };
        if last == "default" {
            return false;
        }
        let name = last_name(last);
        !known.contains(name) && !self.package_ends.contains(name)
    }

    /// Whether some library adds a method of this name to values of any type.
    pub fn adds(&self, name: &str) -> bool {
        self.added_names.contains(name)
    }

    /// Whether an error of this name is raised whatever is wrong with a token.
    pub fn is_any_error(&self, name: &str) -> bool {
        self.any_errors.contains(name)
    }

    /// Whether an error of this name says that a token has expired.
    pub fn is_expiry_error(&self, name: &str) -> bool {
        self.expiry_errors.contains(name)
    }

    /// The first API that does this.
    pub fn first_of(&self, role: Role) -> Option<Found<'_, Api>> {
        self.models.iter().find_map(|model| {
            let item = model.api.iter().find(|api| api.role == role)?;
            let library = &model.library;
            Some(Found { library, item })
        })
    }

    /// A method known by its name alone.
    pub fn method(&self, name: &str) -> Option<&Method> {
        self.methods
            .get(name)
            .map(|(model, position)| &self.models[*model].method[*position])
    }

    /// Framework settings of this name.
    pub fn settings<'a>(
        &'a self,
        name: &str,
    ) -> impl Iterator<Item = Found<'a, SettingModel>> + use<'a> {
        self.settings
            .get(name)
            .into_iter()
            .flatten()
            .map(|(model, position)| {
                let model = &self.models[*model];
                Found {
                    library: &model.library,
                    item: &model.setting[*position],
                }
            })
    }

    /// What attributes of this name say of a field.
    pub fn attributes<'a>(&'a self, name: &str) -> impl Iterator<Item = &'a AttributeModel> {
        let named = move |item: &&AttributeModel| item.name.iter().any(|known| known == name);
        let models = self.models.iter().flat_map(|model| &model.attribute);
        models.filter(named)
    }

    /// The store of this name.
    pub fn store<'a>(&'a self, name: &str) -> Option<Found<'a, StoreModel>> {
        self.stores().find(|found| found.item.name == name)
    }

    /// Every store of settings, in model order.
    pub fn stores(&self) -> impl Iterator<Item = Found<'_, StoreModel>> {
        self.models.iter().flat_map(|model| {
            let library = &model.library;
            model.store.iter().map(move |item| Found { library, item })
        })
    }

    /// The maps that are entries of stores, with the names of these.
    pub fn providers(&self) -> impl Iterator<Item = (&str, &ProviderModel)> {
        let providers = self.providers.iter();
        providers.filter_map(|(model, store)| {
            let store = self.models.get(*model)?.store.get(*store)?;
            Some((store.name.as_str(), store.provider.as_ref()?))
        })
    }

    /// The names of the libraries that these modules are of.
    pub fn libraries_of<'a>(
        &'a self,
        imported: &'a BTreeSet<String>,
    ) -> impl Iterator<Item = &'a str> {
        self.models
            .iter()
            .filter(|model| {
                let mut packages = model.library.packages.iter();
                packages.any(|package| imported.contains(package))
            })
            .map(|model| model.library.name.as_str())
    }

    /// Names of the settings that the libraries behind these packages read.
    pub fn settings_of<'a>(
        &'a self,
        packages: &'a BTreeSet<String>,
    ) -> impl Iterator<Item = &'a str> {
        let imported = |model: &&Model| {
            let mut names = model.library.packages.iter();
            names.any(|package| packages.contains(package))
        };
        let settings = self
            .models
            .iter()
            .filter(imported)
            .flat_map(|model| &model.setting);
        settings.map(|setting| setting.path.as_str())
    }

    /// Indexes of the models that a package and the beginning of a path name, with the rest of the path.
    fn models_of<'p>(&self, package: &str, path: &'p [String]) -> Vec<(usize, &'p [String])> {
        let mut found = Vec::new();
        let mut name = package.to_owned();
        for taken in 0..=path.len() {
            if taken > 0 && !name.is_empty() && !self.package_beginnings.contains(&name) {
                break;
            }
            if taken > 0 {
                if !name.is_empty() {
                    name.push('.');
                }
                name.push_str(&path[taken - 1]);
            }
            let rest = |index: &usize| (*index, &path[taken..]);
            found.extend(self.by_package.get(&name).into_iter().flatten().map(rest));
            if taken == 0
                && let Some((parent, _)) = name.split_once('/')
            {
                let of_vendor = self.by_package.get(&format!("{parent}/*"));
                found.extend(of_vendor.into_iter().flatten().map(rest));
            }
        }
        found
    }
}

fn last_name(path: &str) -> &str {
    path.rsplit('.').next().unwrap_or(path)
}

fn ends_with(whole: &str, end: &str) -> bool {
    whole
        .strip_suffix(end)
        .is_some_and(|before| before.is_empty() || before.ends_with('.'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_embedded_model_fits_the_schema() {
        for folder in ["javascript", "python", "rust"] {
            let catalog = Catalog::load(folder).unwrap();
            assert!(
                catalog.libraries().next().is_some(),
                "{folder} has no models"
            );
        }
    }

    #[test]
    fn an_unknown_key_is_an_error_that_names_the_file() {
        let text = "[library]\nname = 'x'\npackages = []\nsource = 'x'\ncolour = 'red'\n";
        let error = Catalog::default()
            .add("mine.toml", text)
            .unwrap_err()
            .to_string();
        assert!(
            error.starts_with("mine.toml: ") && error.contains("colour"),
            "{error}"
        );
    }
}
