//! Which format a settings file has, by its path, and the reader of each.

use super::interpolation::reference;
use super::{
    Reference, SettingValue, SettingsFile, dockerfile, dotenv, json, lines, nginx, properties,
    terraform, toml, yaml,
};
use crate::source::SourceFile;

/// A format of settings files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// Variables line by line: `.env` and its variants.
    Dotenv,
    /// YAML; what it says is told by its content.
    Yaml,
    /// JSON, with comments.
    Json,
    /// TOML.
    Toml,
    /// `name=value` lines of the JVM.
    Properties,
    /// `[section]` and `name = value` lines.
    Ini,
    /// nginx.
    Nginx,
    /// Terraform and OpenTofu.
    Hcl,
    /// Build file of an image.
    Dockerfile,
    /// A unit of systemd.
    Unit,
    /// A Procfile.
    Procfile,
}

/// The name, without extension, of a file that says from which variables the settings beside it are taken.
pub(crate) const NAMES_VARIABLES: &str = "custom-environment-variables";

/// Reads a settings file; `None` when its path is of no format that a reader knows.
pub fn read(source: &SourceFile) -> Option<SettingsFile> {
    let mut file = match Format::of_path(&source.path)? {
        Format::Dotenv => dotenv::read(source),
        Format::Yaml => yaml::read(source),
        Format::Json => json::read(source),
        Format::Toml => toml::read(source),
        Format::Properties => properties::read(source),
        Format::Ini => lines::read_ini(source),
        Format::Nginx => nginx::read(source),
        Format::Dockerfile => dockerfile::read(source),
        Format::Unit => lines::read_unit(source),
        Format::Procfile => lines::read_procfile(source),
        Format::Hcl => terraform::read(source),
    };
    let name = source.path.rsplit('/').next().unwrap_or_default();
    if name.split('.').next() == Some(NAMES_VARIABLES) {
        take_as_variables(&mut file);
    }
    Some(file.in_file(source.id))
}

/// Takes every text for the name of a variable; `{"__name": "PORT", "__format": "number"}` is one, too.
fn take_as_variables(file: &mut SettingsFile) {
    file.settings
        .retain(|setting| !setting.name.ends_with(".__format"));
    for setting in &mut file.settings {
        if let Some(name) = setting.name.strip_suffix(".__name") {
            setting.name = name.to_owned();
        }
        if let SettingValue::Text(name) = &setting.value {
            setting.value = reference(Reference::Variable(name.reveal().to_owned()));
        }
    }
}

impl Format {
    /// The format of a file by its relative path (forward slashes), `None` for what is no settings file.
    pub fn of_path(path: &str) -> Option<Self> {
        let lower = path.to_ascii_lowercase();
        let (folder, name) = lower.rsplit_once('/').unwrap_or(("", &lower));
        let (stem, extension) = name.rsplit_once('.').unwrap_or((name, ""));
        let names_variables = name == ".env"
            || name.starts_with(".env.")
            || name.starts_with(".env-")
            || name.starts_with(".env_")
            || name.starts_with("env.")
            || name == ".envrc"
            || name == ".flaskenv"
            || name == ".dev.vars"
            || name.starts_with("dotenv")
            || extension == "env";
        match extension {
            "yml" | "yaml" => return (!is_no_settings_yaml(folder, stem)).then_some(Self::Yaml),
            "json" | "json5" | "jsonc" => {
                return is_settings_json(folder, stem).then_some(Self::Json);
            }
            "toml" => return (!is_manifest_toml(stem)).then_some(Self::Toml),
            "properties" => return (!stem.ends_with("-wrapper")).then_some(Self::Properties),
            "tf" | "tfvars" | "hcl" | "tofu" => return Some(Self::Hcl),
            "ini" => return Some(Self::Ini),
            "conf" if stem.contains("postgrest") => return Some(Self::Ini),
            "conf" if is_nginx(folder, stem) => return Some(Self::Nginx),
            "service" => return Some(Self::Unit),
            "dockerfile" | "containerfile" => return Some(Self::Dockerfile),
            _ => {}
        }
        if is_code(extension) {
            return None;
        }
        let is_file_of = |base: &str| {
            name == base
                || name
                    .strip_prefix(base)
                    .is_some_and(|rest| rest.starts_with(['.', '-']))
        };
        if names_variables {
            Some(Self::Dotenv)
        } else if is_file_of("dockerfile") || is_file_of("containerfile") {
            Some(Self::Dockerfile)
        } else if is_file_of("procfile") {
            Some(Self::Procfile)
        } else {
            None
        }
    }
}

fn is_nginx(folder: &str, stem: &str) -> bool {
    stem.contains("nginx")
        || folder.split('/').any(|part| {
            matches!(
                part,
                "nginx" | "conf.d" | "sites-available" | "sites-enabled"
            )
        })
}

/// Lock files and descriptions of interfaces, which are large, and settings of tools that only look at code.
fn is_no_settings_yaml(folder: &str, stem: &str) -> bool {
    matches!(
        stem,
        "pnpm-lock"
            | "pubspec"
            | "mkdocs"
            | "dependabot"
            | "renovate"
            | "codecov"
            | ".codecov"
            | "codeql"
            | "_config"
            | "funding"
            | "labeler"
            | "analysis_options"
            | "buf.gen"
            | "buf.work"
    ) || [
        ".eslintrc",
        ".prettierrc",
        ".stylelintrc",
        ".golangci",
        ".pre-commit",
        ".rubocop",
        ".yamllint",
        ".markdownlint",
        ".readthedocs",
        ".clang-",
        ".yarnrc",
        "conda-lock",
    ]
    .iter()
    .any(|start| stem.starts_with(start))
        || ["openapi", "swagger", "asyncapi"]
            .iter()
            .any(|word| stem.contains(word))
        || folder.ends_with("issue_template")
        || folder
            .split('/')
            .any(|part| matches!(part, "locales" | "i18n" | "translations"))
}

fn is_manifest_toml(stem: &str) -> bool {
    matches!(
        stem.trim_start_matches('.'),
        "cargo"
            | "gopkg"
            | "pipfile"
            | "diesel"
            | "typos"
            | "nextest"
            | "pyproject"
            | "rustfmt"
            | "clippy"
            | "deny"
            | "rust-toolchain"
            | "jotlint"
            | "taplo"
    ) || stem.ends_with(".lock")
}

/// JSON holds all kinds of things: only names and folders of settings count.
fn is_settings_json(folder: &str, stem: &str) -> bool {
    if matches!(
        stem,
        "package" | "package-lock" | "composer" | "tsconfig" | "jsconfig" | "npm-shrinkwrap"
    ) || ["tsconfig.", "eslint", ".eslint", "openapi", "swagger"]
        .iter()
        .any(|word| stem.starts_with(word))
        || stem.ends_with("schema")
    {
        return false;
    }
    stem == "app"
        || [
            "settings",
            "config",
            "secret",
            "env",
            "credential",
            "vercel",
            "wrangler",
            "now",
            "template",
            "cloudformation",
            "compose",
            "keycloak",
            "realm",
            "krakend",
            "kong",
            "envoy",
            "oathkeeper",
            "access-rules",
            "access_rules",
            "task-definition",
            "taskdef",
            "default",
            "production",
            "development",
            "staging",
        ]
        .iter()
        .any(|word| stem.contains(word))
        || folder.split('/').any(|part| {
            matches!(
                part,
                "config" | "configs" | "conf" | "settings" | "k8s" | "kubernetes" | "manifests"
            )
        })
}

/// Code may be called `env.ts`.
fn is_code(extension: &str) -> bool {
    crate::syntax::Language::of_path(&format!("a.{extension}")).is_some()
        || matches!(
            extension,
            "java"
                | "kt"
                | "go"
                | "rb"
                | "php"
                | "cs"
                | "vue"
                | "svelte"
                | "md"
                | "sh"
                | "html"
                | "d"
                | "lock"
                | "txt"
                | "gz"
                | "zip"
                | "png"
                | "svg"
                | "gpg"
                | "enc"
                | "age"
                | "erb"
        )
}

#[cfg(test)]
mod tests {
    use super::Format;

    #[test]
    fn a_format_is_told_by_the_path() {
        for (path, format) in [
            (".env", Format::Dotenv),
            ("api/.env.example", Format::Dotenv),
            ("api/.ENV.local", Format::Dotenv),
            ("prod.env", Format::Dotenv),
            ("env.example", Format::Dotenv),
            (".dev.vars", Format::Dotenv),
            ("anything.yml", Format::Yaml),
            ("appsettings.Development.json", Format::Json),
            ("config/default.json", Format::Json),
            ("wrangler.toml", Format::Toml),
            (
                "src/main/resources/application-dev.properties",
                Format::Properties,
            ),
            ("infra/main.tf", Format::Hcl),
            ("prod.auto.tfvars", Format::Hcl),
            ("Dockerfile", Format::Dockerfile),
            ("docker/Dockerfile.prod", Format::Dockerfile),
            ("api.dockerfile", Format::Dockerfile),
            ("deploy/api.service", Format::Unit),
            ("Procfile.dev", Format::Procfile),
        ] {
            assert_eq!(Format::of_path(path), Some(format), "{path}");
        }
    }

    #[test]
    fn code_lock_files_and_manifests_are_no_settings() {
        for path in [
            "src/env.ts",
            "env.py",
            "src/auth.service.ts",
            ".env.ts",
            "dotenv.js",
            "pnpm-lock.yaml",
            "package.json",
            "package-lock.json",
            "tsconfig.json",
            "Cargo.toml",
            "pyproject.toml",
            "docs/openapi.yaml",
            ".eslintrc.yaml",
            "src/locales/de.yml",
            "Dockerfile.md",
            "README.md",
            "environment",
            "dockerfiles/readme.txt",
        ] {
            assert_eq!(Format::of_path(path), None, "{path}");
        }
    }
}
