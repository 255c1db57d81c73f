//! Terraform and OpenTofu (`*.tf`, `*.tfvars`, the inputs of Terragrunt), one file of a module.
//!
//! Whatever the files of a module declare is a setting for the tool, named by its address: `var.jwt_secret` (its
//! default, or what a `*.tfvars` gives), `local.keys.jwt`, `random_password.jwt.result`,
//! `aws_ssm_parameter.jwt.value`, `data.aws_ssm_parameter.jwt.value`, `module.auth.jwt_secret`. References name these
//! addresses, so that they join by name within one folder. A secret manager's secret is named by the resource that
//! declares it (`aws_secretsmanager_secret.jwt`, with `.KEY` for one key of it), by a parameter's path where a data
//! source reads it. What runs code (a function, a container of a task) is a workload with the variables it gets.

use super::hcl::{self, Entry, Value, What};
use super::interpolation::reference;
use super::named_secret::{self, secret_of};
use super::workload_resources::Workloads;
use super::{Holder, Link, Reference, SettingValue, SettingsFile, StoreKind, document};
use crate::source::{SourceFile, Span};

/// What makes a value at deployment, and the attributes that hold it.
const GENERATED: [(&str, &[&str]); 6] = [
    ("random_password", &["result"]),
    ("random_string", &["result"]),
    ("random_uuid", &["result"]),
    ("random_id", &["hex", "b64_std", "b64_url", "dec"]),
    ("random_bytes", &["hex", "base64"]),
    (
        "tls_private_key",
        &[
            "private_key_pem",
            "private_key_pem_pkcs8",
            "private_key_openssh",
        ],
    ),
];

/// Data sources that read a secret manager: the attribute that names the secret, and the one with its value.
const MANAGERS: [(&str, &str, &str); 8] = [
    ("aws_ssm_parameter", "name", "value"),
    (
        "aws_secretsmanager_secret_version",
        "secret_id",
        "secret_string",
    ),
    ("aws_secretsmanager_secret", "name", "id"),
    (
        "google_secret_manager_secret_version",
        "secret",
        "secret_data",
    ),
    (
        "google_secret_manager_secret_version_access",
        "secret",
        "secret_data",
    ),
    ("azurerm_key_vault_secret", "name", "value"),
    ("vault_generic_secret", "path", "data"),
    ("vault_kv_secret_v2", "name", "data"),
];

/// Reads a file of a module, or values for its variables.
pub(super) fn read(source: &SourceFile) -> SettingsFile {
    let body = hcl::parse(source);
    let mut file = SettingsFile {
        unread: body.unread,
        ..SettingsFile::default()
    };
    let gives_variables = source.path.ends_with(".tfvars");
    for entry in &body.attributes {
        match entry.name.as_str() {
            "inputs" if !gives_variables => declare("var", entry.value.entries(), &mut file),
            _ if gives_variables => declare("var", std::slice::from_ref(entry), &mut file),
            _ => declare("", std::slice::from_ref(entry), &mut file),
        }
    }
    let stores = body.blocks.iter().filter_map(|block| {
        let [(kind, _), (label, _)] = block.labels.as_slice() else {
            return None;
        };
        let name = block.body.at(&["metadata", "name"])?.text()?;
        Some((format!("{kind}.{label}"), name.to_owned()))
    });
    let workloads = Workloads {
        source,
        stores: stores.collect(),
    };
    for block in &body.blocks {
        let labels: Vec<&str> = block.labels.iter().map(|(name, _)| name.as_str()).collect();
        let key = block
            .labels
            .last()
            .map_or(block.body.span, |(_, span)| *span);
        match (block.kind.as_str(), labels.as_slice()) {
            ("variable", [name]) => variable(name, key, &block.body, &mut file),
            ("locals", []) => declare("local", block.body.entries(), &mut file),
            ("output", [name]) => {
                if let Some(value) = block.body.get("value") {
                    flatten(format!("output.{name}"), key, value, &mut file);
                }
            }
            ("module", [name]) => {
                module(&block.body, &mut file);
                declare(&format!("module.{name}"), block.body.entries(), &mut file);
            }
            ("resource" | "ephemeral", [kind, name]) => {
                let address = format!("{kind}.{name}");
                declare(&address, block.body.entries(), &mut file);
                resource(kind, &address, key, &block.body, &mut file);
                workloads.read(kind, (name, key), &block.body, &mut file);
            }
            ("data", [kind, name]) => {
                let address = format!("data.{kind}.{name}");
                declare(&address, block.body.entries(), &mut file);
                data(kind, &address, key, &block.body, source, &mut file);
            }
            ("provider" | "terraform" | "moved" | "import" | "removed" | "check", _) => {}
            (kind, labels) => {
                let mut address = kind.to_owned();
                for label in labels {
                    address = document::dotted(&address, label);
                }
                declare(&address, block.body.entries(), &mut file);
                let name = labels.last().unwrap_or(&kind);
                workloads.read(kind, (name, key), &block.body, &mut file);
            }
        }
    }
    file.drop_repeated();
    file
}

/// A variable's default; what it is without one comes from outside.
fn variable(name: &str, key: Span, body: &Value, file: &mut SettingsFile) {
    let name = format!("var.{name}");
    match body.get("default") {
        Some(default) if !matches!(default.what, What::Null) => flatten(name, key, default, file),
        _ => file.add_value((name, key), (SettingValue::Unknown, key), Holder::Tool),
    }
}

fn module(body: &Value, file: &mut SettingsFile) {
    let Some((value, path)) = body
        .get("source")
        .and_then(|value| Some((value, value.text()?)))
    else {
        return;
    };
    if path.starts_with("./") || path.starts_with("../") {
        file.includes.push(Link {
            path: path.to_owned(),
            span: value.span,
            optional: false,
        });
    }
}

/// Every value below `entries`, its name the keys on the way to it joined by dots.
fn declare(prefix: &str, entries: &[Entry], file: &mut SettingsFile) {
    for entry in entries {
        let name = document::dotted(prefix, &entry.name);
        flatten(name, entry.key, &entry.value, file);
    }
}

/// The depth of values is bounded.
fn flatten(name: String, key: Span, value: &Value, file: &mut SettingsFile) {
    match &value.what {
        What::Map(entries) => declare(&name, entries, file),
        What::List(items) => {
            for (index, item) in items.iter().enumerate() {
                flatten(format!("{name}.{index}"), key, item, file);
            }
        }
        What::Scalar(scalar) => {
            file.add_value((name, key), (scalar.clone(), value.span), Holder::Tool);
        }
        What::Each(_) => {
            let unknown = (SettingValue::Unknown, value.span);
            file.add_value((name, key), unknown, Holder::Tool);
        }
        What::Null => {}
    }
}

/// Everything below a value under another name.
fn alias(name: String, target: &str, key: Span, value: &Value, file: &mut SettingsFile) {
    if let What::Map(entries) = &value.what {
        for entry in entries {
            let name = document::dotted(&name, &entry.name);
            let target = document::dotted(target, &entry.name);
            alias(name, &target, entry.key, &entry.value, file);
        }
    } else {
        let from = reference(Reference::Resource(target.to_owned()));
        file.add_value((name, key), (from, value.span), Holder::Tool);
    }
}

fn resource(kind: &str, address: &str, key: Span, body: &Value, file: &mut SettingsFile) {
    for (generated, attributes) in GENERATED {
        if kind == generated {
            for attribute in attributes {
                let name = (format!("{address}.{attribute}"), key);
                file.add_value(name, (SettingValue::Generated, key), Holder::Tool);
            }
        }
    }
    // The value of a secret is that of its newest version.
    if kind.ends_with("_secret_version")
        && let Some(value) = body.get("secret_string").or(body.get("secret_data"))
        && let Some(secret) = body.get("secret_id").or(body.get("secret"))
        && let Some(SettingValue::Reference {
            from: Reference::Resource(secret),
            ..
        }) = secret.scalar()
    {
        let attribute = if body.get("secret_string").is_some() {
            "secret_string"
        } else {
            "secret_data"
        };
        let target = format!("{address}.{attribute}");
        alias(secret_of(secret), &target, key, value, file);
    }
    let store = match kind.trim_end_matches("_v1") {
        "kubernetes_secret" => StoreKind::Secret,
        "kubernetes_config_map" => StoreKind::Config,
        _ => return,
    };
    let metadata = |name| body.at(&["metadata", name]).and_then(Value::text);
    let holder = Holder::Store {
        kind: store,
        name: metadata("name").unwrap_or(address).to_owned(),
        namespace: metadata("namespace").unwrap_or_default().to_owned(),
    };
    for data in ["data", "string_data", "binary_data"] {
        for entry in body.get(data).map(Value::entries).unwrap_or_default() {
            if let Some(value) = entry.value.scalar() {
                let name = (entry.name.clone(), entry.key);
                file.add_value(name, (value.clone(), entry.value.span), holder.clone());
            }
        }
    }
}

fn data(
    kind: &str,
    address: &str,
    key: Span,
    body: &Value,
    source: &SourceFile,
    file: &mut SettingsFile,
) {
    for (manager, path, attribute) in MANAGERS {
        if kind == manager
            && let Some(path) = body.get(path)
            && let Some(from) = named_secret::secret(path, source)
        {
            let name = (format!("{address}.{attribute}"), key);
            file.add_value(name, (reference(from), path.span), Holder::Tool);
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::settings::sample::{placed, read, shown};

    #[test]
    fn declarations_and_what_they_take() {
        let text = r#"
variable "jwt_secret" {
  type      = string
  default   = "not-a-real-secret"
  sensitive = true
}
variable "given" {}
locals {
  issuer = "https://${var.domain}/"
  keys   = { jwt = random_password.jwt.result, "b" = coalesce(var.given, "x") }
  shell  = "$${NOT} \"q\""
  picked = var.given != "" ? var.given : random_password.jwt.result
}
resource "random_password" "jwt" { length = 64 }
resource "aws_secretsmanager_secret_version" "jwt" {
  secret_id     = aws_secretsmanager_secret.jwt.id
  secret_string = jsonencode({ JWT = random_password.jwt.result })
}
data "aws_ssm_parameter" "key" { name = "/live/jwt" }
module "auth" {
  source = "./auth"
  key    = local.keys.jwt
}
output "key" { value = data.aws_ssm_parameter.key.value }
"#;
        assert_eq!(
            placed("infra/main.tf", text),
            [
                "4:15 tool: var.jwt_secret='not-a-real-secret'",
                "7:10 tool: var.given=unknown",
                "9:12 tool: local.issuer='https://' + var.domain + '/'",
                "10:20 tool: local.keys.jwt=resource(random_password.jwt.result)",
                "10:54 tool: local.keys.b=var.given or 'x'",
                "11:12 tool: local.shell='${NOT} \"q\"'",
                "12:12 tool: local.picked=var.given or resource(random_password.jwt.result)",
                "14:45 tool: random_password.jwt.length='64'",
                "14:28 tool: random_password.jwt.result=generated",
                "16:19 tool: aws_secretsmanager_secret_version.jwt.secret_id=resource(aws_secretsmanager_secret.jwt.id)",
                "17:38 tool: aws_secretsmanager_secret_version.jwt.secret_string.JWT=resource(random_password.jwt.result)",
                "17:38 tool: aws_secretsmanager_secret.jwt.JWT=resource(aws_secretsmanager_secret_version.jwt.secret_string.JWT)",
                "19:41 tool: data.aws_ssm_parameter.key.name='/live/jwt'",
                "19:41 tool: data.aws_ssm_parameter.key.value=manager(/live/jwt)",
                "21:12 tool: module.auth.source='./auth'",
                "22:12 tool: module.auth.key=local.keys.jwt",
                "24:24 tool: output.key=resource(data.aws_ssm_parameter.key.value)",
            ]
        );
        assert_eq!(read("infra/main.tf", text).includes.len(), 1);
        assert_eq!(
            shown(&read(
                "infra/live.tfvars",
                "jwt_secret = \"a\"\nm = { k = 1 }\n"
            )),
            ["tool: var.jwt_secret='a'", "tool: var.m.k='1'"]
        );
    }

    fn workloads(text: &str) -> Vec<String> {
        let mut lines = shown(&read("infra/main.tf", text));
        lines.retain(|line| !line.starts_with("tool: "));
        lines
    }

    #[test]
    fn functions_and_tasks_of_aws() {
        let lines = workloads(
            r#"
resource "aws_lambda_function" "orders" {
  function_name = "orders"
  tags = { environment = var.environment }
  environment {
    variables = merge(local.common, { JWT_SECRET = var.jwt_secret, PORT = 80 })
  }
}
resource "aws_lambda_function" "plain" {
  environment = var.environment
}
resource "aws_ecs_task_definition" "api" {
  family = "api"
  container_definitions = jsonencode([{
    name        = "web"
    image       = "api:1"
    environment = [{ name = "A", value = "b" }, { "name" : "C", "value" : local.c }]
    secrets = [
      { name = "JWT", valueFrom = aws_ssm_parameter.jwt.arn },
      { name = "KEY", valueFrom = "${aws_secretsmanager_secret.jwt.arn}:KEY::" },
      { name = "OLD", valueFrom = "arn:aws:ssm:eu-west-1:1:parameter/live/jwt" },
    ]
  }])
}
"#,
        );
        assert_eq!(
            lines,
            [
                "orders: *=local.common",
                "orders: JWT_SECRET=var.jwt_secret",
                "orders: PORT='80'",
                "api/web: A='b'",
                "api/web: C=local.c",
                "api/web: JWT=resource(aws_ssm_parameter.jwt.value)",
                "api/web: KEY=resource(aws_secretsmanager_secret.jwt.KEY)",
                "api/web: OLD=manager(/live/jwt)",
            ]
        );
    }

    #[test]
    fn containers_elsewhere() {
        let lines = workloads(
            r#"
resource "google_cloud_run_v2_service" "api" {
  name = "api"
  template {
    containers {
      image = "api:1"
      env {
        name  = "A"
        value = "b"
      }
      env {
        name = "JWT"
        value_source {
          secret_key_ref {
            secret  = google_secret_manager_secret.jwt.secret_id
            version = "latest"
          }
        }
      }
      dynamic "env" {
        for_each = { C = "d" }
        content {
          name  = env.key
          value = env.value
        }
      }
    }
  }
}
resource "kubernetes_secret" "jwt" {
  metadata {
    name      = "jwt-keys"
    namespace = "live"
  }
  data = { secret = random_password.jwt.result }
}
resource "kubernetes_deployment" "api" {
  metadata { name = "api" }
  spec {
    template {
      spec {
        container {
          name = "web"
          env {
            name = "JWT"
            value_from {
              secret_key_ref {
                name = kubernetes_secret.jwt.metadata[0].name
                key  = "secret"
              }
            }
          }
          env_from {
            config_map_ref { name = "common" }
          }
        }
      }
    }
  }
}
resource "azurerm_linux_web_app" "api" {
  name         = "web"
  app_settings = { "Jwt__Key" = "@Microsoft.KeyVault(SecretUri=x)" }
}
resource "docker_container" "api" {
  name = "local"
  env  = ["A=b", "JWT=${var.jwt}"]
}
"#,
        );
        assert_eq!(
            lines,
            [
                "api: A='b'",
                "api: JWT=resource(google_secret_manager_secret.jwt)",
                "api: C='d'",
                "Secret live/jwt-keys: secret=resource(random_password.jwt.result)",
                "api/web: JWT=Secret(jwt-keys, secret)",
                "web: Jwt__Key=manager(SecretUri=x)",
                "local: A='b'",
                "local: JWT=var.jwt",
            ]
        );
    }

    #[test]
    fn what_is_broken_leaves_the_rest() {
        let file = read(
            "a.tf",
            "locals { a = 1 }\nresource \"x\" {{{\nlocals { b = \"c\" }\n",
        );
        assert!(shown(&file).contains(&"tool: local.a='1'".to_owned()));
        assert!(!file.unread.is_empty());
        for text in [
            "",
            "\u{feff}",
            "a = \"${",
            "a = <<EOT\n",
            "\0",
            "locals { a = \"\\u00",
            "variable \"a\" { default = [for x in y : {",
        ] {
            read("a.tf", text);
        }
    }

    #[test]
    fn nesting_is_bounded() {
        for open in ["[", "(", "{a=", "f(", "!", "a?b:", "\"${", "a{", "a["] {
            read("a.tf", &format!("a = {}", open.repeat(20_000)));
            read("a.tf", &open.repeat(20_000));
        }
    }
}
