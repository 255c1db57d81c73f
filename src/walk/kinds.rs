//! What a file is read for, by its name: code of a language, or settings that feed code.

use super::paths::file_name;
use crate::syntax::Language;

/// What a file is read for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileKind {
    /// Source code.
    Code(Language),
    /// Settings that feed code: `.env`, compose files, manifests of workloads, framework settings.
    Settings,
}

impl FileKind {
    /// The kind of a file by its relative path (forward slashes), `None` when jotlint does not read it.
    pub fn of_path(path: &str) -> Option<Self> {
        if is_settings_path(path) {
            return Some(Self::Settings);
        }
        Language::of_path(path).map(Self::Code)
    }
}

fn is_settings_path(path: &str) -> bool {
    let name = file_name(path).to_ascii_lowercase();
    let (stem, extension) = name.rsplit_once('.').unwrap_or((&name, ""));
    let starts = |prefixes: &[&str]| prefixes.iter().any(|prefix| stem.starts_with(prefix));
    if name.starts_with(".env") || extension == "env" || extension == "tfvars" {
        return true;
    }
    let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
    let in_folder = |names: &[&str]| folder.split('/').any(|part| names.contains(&part));
    match extension {
        "yml" | "yaml" => {
            starts(&[
                "docker-compose",
                "compose",
                "application",
                "bootstrap",
                "serverless",
                "values",
                "docker-stack",
                ".gitlab-ci",
            ]) || folder.ends_with(".github/workflows")
                || in_folder(&[
                    "k8s",
                    "kubernetes",
                    "manifests",
                    "helm",
                    "charts",
                    "deploy",
                    "deployment",
                    "deployments",
                    "kustomize",
                ])
        }
        "json" => starts(&["appsettings", "local.settings"]),
        "properties" => starts(&["application", "bootstrap"]),
        _ => false,
    }
}
