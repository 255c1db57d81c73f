//! Which format a settings file has, by its path, and the reader of each.

use super::{SettingsFile, dockerfile, dotenv, json, lines, properties, terraform, toml, yaml};
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
    /// Terraform and OpenTofu.
    Hcl,
    /// Build file of an image.
    Dockerfile,
    /// A unit of systemd.
    Unit,
    /// A Procfile.
    Procfile,
}

/// Reads a settings file; `None` when its path is of no format that a reader knows.
pub fn read(source: &SourceFile) -> Option<SettingsFile> {
    match Format::of_path(&source.path)? {
        Format::Dotenv => Some(dotenv::read(source)),
        Format::Yaml => Some(yaml::read(source)),
        Format::Json => Some(json::read(source)),
        Format::Toml => Some(toml::read(source)),
        Format::Properties => Some(properties::read(source)),
        Format::Ini => Some(lines::read_ini(source)),
        Format::Dockerfile => Some(dockerfile::read(source)),
        Format::Unit => Some(lines::read_unit(source)),
        Format::Procfile => Some(lines::read_procfile(source)),
        Format::Hcl => Some(terraform::read(source)),
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
            "yml" | "yaml" => return (!is_no_settings_yaml(stem)).then_some(Self::Yaml),
            "json" | "json5" | "jsonc" => {
                return is_settings_json(folder, stem).then_some(Self::Json);
            }
            "toml" => return (!is_manifest_toml(stem)).then_some(Self::Toml),
            "properties" => return Some(Self::Properties),
            "tf" | "tfvars" | "hcl" | "tofu" => return Some(Self::Hcl),
            "ini" => return Some(Self::Ini),
            "conf" if stem.contains("postgrest") => return Some(Self::Ini),
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

/// Lock files and descriptions of interfaces: large, and never settings.
fn is_no_settings_yaml(stem: &str) -> bool {
    matches!(
        stem,
        "pnpm-lock" | "pubspec" | "pubspec.lock" | "mkdocs" | "dependabot" | ".pre-commit-config"
    ) || ["openapi", "swagger", "asyncapi", "conda-lock"]
        .iter()
        .any(|word| stem.contains(word))
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
