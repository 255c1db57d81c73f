//! What a settings file is for: which are examples, for development or for a CI system.

use super::names::words;
use crate::finding::CodeContext;

/// What a settings file is for, by its path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// It is deployed, as far as its name says.
    Deployed,
    /// For a developer's own machine.
    Development,
    /// For tests and for the CI system.
    Test,
    /// To be copied and filled in: what it holds is nobody's.
    Template,
}

impl Purpose {
    /// The purpose of a settings file.
    pub fn of_path(path: &str) -> Self {
        let lower = path.to_ascii_lowercase();
        let (folders, name) = lower.rsplit_once('/').unwrap_or(("", &lower));
        let name_words = words(name);
        let has = |known: &[&str]| name_words.iter().any(|word| known.contains(&word.as_str()));
        let context = crate::code_context::of_path(path);
        let is_ci = folders.split('/').any(|folder| {
            matches!(
                folder,
                ".github" | ".circleci" | ".gitlab" | ".ci" | "ci" | ".azure" | ".buildkite"
            )
        }) || name.starts_with(".gitlab-ci")
            || matches!(
                name,
                ".travis.yml"
                    | "azure-pipelines.yml"
                    | "bitbucket-pipelines.yml"
                    | "cloudbuild.yaml"
                    | ".drone.yml"
                    | "appveyor.yml"
            );
        // What AWS calls a template is deployed as it is.
        let is_stack = matches!(name, "template.yaml" | "template.yml" | "template.json");
        if !is_stack
            && has(&[
                "example",
                "examples",
                "sample",
                "samples",
                "template",
                "tpl",
                "tmpl",
                "dist",
                "skeleton",
                "schema",
                "defaults",
                "placeholder",
            ])
            || has(&["openapi", "swagger"])
            || folders.split('/').any(|folder| {
                matches!(
                    folder,
                    "templates" | "template" | "openapi" | "locales" | "i18n"
                )
            }) && !name.ends_with(".tpl")
                && context.is_none()
                && !lower.contains("/templates/")
                && !lower.starts_with("templates/")
            || matches!(
                context,
                Some(CodeContext::Documentation | CodeContext::Generated | CodeContext::Vendored)
            )
        {
            Self::Template
        } else if is_ci
            || context == Some(CodeContext::Test)
            || has(&["test", "tests", "testing", "ci", "e2e", "mock"])
        {
            Self::Test
        } else if has(&[
            "dev",
            "development",
            "develop",
            "local",
            "localhost",
            "override",
            "devcontainer",
        ]) || folders.split('/').any(|folder| {
            matches!(
                folder,
                "dev" | "development" | "local" | ".devcontainer" | ".vscode" | ".idea"
            )
        }) {
            Self::Development
        } else {
            Self::Deployed
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Purpose;

    #[test]
    fn files_say_what_they_are_for() {
        for (path, purpose) in [
            (".env", Purpose::Deployed),
            (".env.example", Purpose::Template),
            (".env.sample", Purpose::Template),
            ("config/local.json", Purpose::Development),
            ("docker-compose.override.yml", Purpose::Development),
            ("appsettings.Development.json", Purpose::Development),
            (".env.test", Purpose::Test),
            (".github/workflows/ci.yml", Purpose::Test),
            ("deploy/chart/templates/secret.yaml", Purpose::Deployed),
            ("k8s/secret.yaml", Purpose::Deployed),
            ("api/template.yaml", Purpose::Deployed),
            ("env.template", Purpose::Template),
        ] {
            assert_eq!(Purpose::of_path(path), purpose, "{path}");
        }
    }
}
