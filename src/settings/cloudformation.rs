//! CloudFormation templates and SAM, as YAML or JSON.
//!
//! Parameters (by their name) and resources (`LogicalId.Property`) are settings for the tool; a secret is named by
//! its resource alone (`JwtSecret`, with `.key` for one key of it). Functions and containers of tasks are workloads.

use super::interpolation::{reference, text};
use super::platforms::manager_path;
use super::tree::{Node, Style};
use super::{Holder, Reference, SettingValue, SettingsFile, Workload, document};
use crate::source::Span;

/// Whether a document is a template.
pub(super) fn is_template(root: Node<'_>) -> bool {
    let is_resource = |node: Node<'_>| {
        (node.text_at(&["Type"]))
            .is_some_and(|kind| kind.starts_with("AWS::") || kind.starts_with("Custom::"))
    };
    root.get("AWSTemplateFormatVersion").is_some()
        || (root.get("Resources").into_iter())
            .flat_map(Node::entries)
            .any(|(_, node)| is_resource(node))
}

/// Reads a template.
pub(super) fn read(root: Node<'_>, file: &mut SettingsFile) {
    let template = Template { root };
    for (name, parameter) in root.get("Parameters").into_iter().flat_map(Node::entries) {
        template.parameter((&name.name, name.span), parameter, file);
    }
    for (section, prefix) in [("Globals", "Globals"), ("Mappings", "Mappings")] {
        if let Some((key, node)) = root.entry(section) {
            template.flatten(prefix.to_owned(), key.span, node, file);
        }
    }
    for (name, resource) in root.get("Resources").into_iter().flat_map(Node::entries) {
        let Some(properties) = resource.get("Properties") else {
            continue;
        };
        template.flatten(name.name.to_string(), name.span, properties, file);
        let kind = resource.text_at(&["Type"]).unwrap_or_default();
        template.resource(kind, (&name.name, name.span), properties, file);
    }
    file.drop_repeated();
}

struct Template<'tree> {
    root: Node<'tree>,
}

impl<'tree> Template<'tree> {
    fn parameter(&self, (name, key): (&str, Span), node: Node<'tree>, file: &mut SettingsFile) {
        let is_path = (node.text_at(&["Type"]))
            .is_some_and(|kind| kind.starts_with("AWS::SSM::Parameter::Value"));
        let default = node.get("Default");
        let value = match default.and_then(Node::text) {
            Some(path) if is_path => reference(Reference::Manager(path.to_owned())),
            Some(content) => text(content),
            None => SettingValue::Unknown,
        };
        let span = default.map_or(key, Node::span);
        file.add_value((name.to_owned(), key), (value, span), Holder::Tool);
    }

    /// The depth of a tree is bounded.
    fn flatten(&self, name: String, key: Span, node: Node<'tree>, file: &mut SettingsFile) {
        let value = self.value(node);
        if let Some(value) = value {
            file.add_value((name, key), (value, node.span()), Holder::Tool);
            return;
        }
        for (key, child) in node.entries() {
            let name = document::dotted(&name, &key.name);
            self.flatten(name, key.span, child, file);
        }
        for (index, child) in node.items().enumerate() {
            self.flatten(format!("{name}.{index}"), key, child, file);
        }
    }

    /// What a node is set to; `None` for null, and for maps and lists that are no function.
    fn value(&self, node: Node<'tree>) -> Option<SettingValue> {
        if let Some(tag) = node.tag().filter(|tag| !tag.starts_with("!!")) {
            return Some(self.function(tag.trim_start_matches('!'), node));
        }
        if let Some(content) = node.text() {
            return Some(match node.style() {
                Some(Style::Plain) if !content.contains("{{") => text(content),
                _ => dynamic(content),
            });
        }
        let mut entries = node.entries();
        let (key, argument) = entries.next()?;
        let function = match &*key.name {
            "Ref" => "Ref",
            name => name.strip_prefix("Fn::")?,
        };
        match entries.next() {
            None => Some(self.function(function, argument)),
            Some(_) => None,
        }
    }

    fn function(&self, function: &str, argument: Node<'tree>) -> SettingValue {
        match (function, argument.text()) {
            ("Ref", Some(name)) => self.named(name),
            ("GetAtt", Some(address)) => reference(Reference::Resource(address.to_owned())),
            ("GetAtt", None) => {
                let parts: Option<Vec<&str>> = argument.items().map(Node::text).collect();
                match parts {
                    Some(parts) if parts.len() > 1 => {
                        reference(Reference::Resource(parts.join(".")))
                    }
                    _ => SettingValue::Unknown,
                }
            }
            ("Sub", Some(content)) => self.substituted(content),
            ("Sub", None) => SettingValue::Unknown,
            _ => SettingValue::Unknown,
        }
    }

    fn named(&self, name: &str) -> SettingValue {
        if name.starts_with("AWS::") {
            return SettingValue::Unknown;
        }
        let name = name.to_owned();
        let is_parameter = self.root.at(&["Parameters", &name]).is_some();
        reference(if is_parameter {
            Reference::Variable(name)
        } else {
            Reference::Resource(name)
        })
    }

    /// `text ${Name} ${!plain}`.
    fn substituted(&self, content: &str) -> SettingValue {
        if content.starts_with(RESOLVE) {
            return dynamic(content);
        }
        let mut parts = Vec::new();
        let mut literal = String::new();
        let mut rest = content;
        while let Some(at) = rest.find("${") {
            let (before, from) = rest.split_at(at);
            literal.push_str(before);
            let Some(end) = from.find('}') else {
                rest = from;
                break;
            };
            let name = from.get(2..end).unwrap_or_default();
            rest = from.get(end + 1..).unwrap_or_default();
            if let Some(plain) = name.strip_prefix('!') {
                literal.push_str("${");
                literal.push_str(plain);
                literal.push('}');
                continue;
            }
            if !literal.is_empty() {
                parts.push(text(&literal));
                literal.clear();
            }
            parts.push(self.named(name));
        }
        literal.push_str(rest);
        if !literal.is_empty() || parts.is_empty() {
            parts.push(text(&literal));
        }
        match parts.len() {
            1 => parts.remove(0),
            _ => SettingValue::Joined(parts),
        }
    }

    fn resource(
        &self,
        kind: &str,
        (name, key): (&str, Span),
        properties: Node<'tree>,
        file: &mut SettingsFile,
    ) {
        match kind {
            "AWS::SecretsManager::Secret" => {
                let value = match properties.get("SecretString") {
                    Some(_) => reference(Reference::Resource(format!("{name}.SecretString"))),
                    None => SettingValue::Generated,
                };
                file.add_value((name.to_owned(), key), (value, key), Holder::Tool);
            }
            "AWS::SSM::Parameter" => {
                let value = reference(Reference::Resource(format!("{name}.Value")));
                file.add_value((name.to_owned(), key), (value, key), Holder::Tool);
            }
            "AWS::Lambda::Function" | "AWS::Serverless::Function" => {
                self.lambda(kind, (name, key), properties, file);
            }
            "AWS::ECS::TaskDefinition" => {
                let family = properties.text_at(&["Family"]).unwrap_or(name);
                let containers = properties.get("ContainerDefinitions");
                for container in containers.into_iter().flat_map(Node::items) {
                    self.container(family, container, file);
                }
            }
            _ => {}
        }
    }

    fn lambda(
        &self,
        kind: &str,
        (name, key): (&str, Span),
        properties: Node<'tree>,
        file: &mut SettingsFile,
    ) {
        let code = ["CodeUri", "Code"]
            .iter()
            .find_map(|code| properties.text_at(&[code]));
        file.workloads.push(Workload {
            name: (properties.text_at(&["FunctionName"]))
                .filter(|_| {
                    properties
                        .at(&["FunctionName"])
                        .and_then(Node::tag)
                        .is_none()
                })
                .unwrap_or(name)
                .to_owned(),
            kind: kind.to_owned(),
            span: key,
            build: code.map(str::to_owned),
            image: properties.text_at(&["ImageUri"]).map(str::to_owned),
            ..Workload::default()
        });
        let holder = Holder::Workload(file.workloads.len() - 1);
        let variables = ["Environment", "Variables"];
        let globals = ["Globals", "Function", "Environment", "Variables"];
        let own = properties.at(&variables);
        let shared = (kind == "AWS::Serverless::Function")
            .then(|| self.root.at(&globals))
            .flatten();
        for (variable, node) in shared.into_iter().flat_map(Node::entries) {
            if own.is_none_or(|own| own.get(&variable.name).is_none()) {
                self.variable((&variable.name, variable.span), node, &holder, file);
            }
        }
        for (variable, node) in own.into_iter().flat_map(Node::entries) {
            self.variable((&variable.name, variable.span), node, &holder, file);
        }
    }

    fn variable(
        &self,
        (name, key): (&str, Span),
        node: Node<'tree>,
        holder: &Holder,
        file: &mut SettingsFile,
    ) {
        let value = self.value(node).unwrap_or(SettingValue::Unknown);
        file.add_value((name.to_owned(), key), (value, node.span()), holder.clone());
    }

    fn container(&self, family: &str, container: Node<'tree>, file: &mut SettingsFile) {
        let name = container.get("Name");
        file.workloads.push(Workload {
            name: family.to_owned(),
            container: name.and_then(Node::text).unwrap_or_default().to_owned(),
            kind: "AWS::ECS::TaskDefinition".to_owned(),
            span: name.map_or(container.span(), Node::span),
            image: container.text_at(&["Image"]).map(str::to_owned),
            ..Workload::default()
        });
        let holder = Holder::Workload(file.workloads.len() - 1);
        for (list, key) in [("Environment", "Value"), ("Secrets", "ValueFrom")] {
            for entry in container.get(list).into_iter().flat_map(Node::items) {
                let (Some(name), Some(given)) = (entry.get("Name"), entry.get(key)) else {
                    continue;
                };
                let Some(variable) = name.text() else {
                    continue;
                };
                let value = self.value(given).unwrap_or(SettingValue::Unknown);
                let value = match (list, value) {
                    ("Secrets", value) => secret(value),
                    (_, value) => value,
                };
                let variable = (variable.to_owned(), name.span());
                file.add_value(variable, (value, given.span()), holder.clone());
            }
        }
    }
}

/// What a value says that names a secret instead of holding it.
fn secret(named: SettingValue) -> SettingValue {
    match named {
        SettingValue::Text(path) => {
            reference(Reference::Manager(manager_path(path.reveal()).to_owned()))
        }
        // `${JwtSecret}:key::`.
        SettingValue::Joined(parts) => match parts.as_slice() {
            [
                SettingValue::Reference {
                    from: Reference::Resource(resource),
                    ..
                },
                SettingValue::Text(key),
            ] => {
                let key = key.reveal().trim_start_matches(':');
                let key = key.split(':').next().unwrap_or_default();
                reference(Reference::Resource(document::dotted(resource, key)))
            }
            _ => SettingValue::Joined(parts),
        },
        value => value,
    }
}

const RESOLVE: &str = "{{resolve:";

/// `{{resolve:secretsmanager:name:SecretString:key}}`, `{{resolve:ssm-secure:/path:1}}`; else the text.
fn dynamic(content: &str) -> SettingValue {
    let Some(inside) = content
        .strip_prefix(RESOLVE)
        .and_then(|rest| rest.strip_suffix("}}"))
    else {
        return if content.contains(RESOLVE) {
            SettingValue::Unknown
        } else {
            text(content)
        };
    };
    let Some((service, path)) = inside.split_once(':') else {
        return SettingValue::Unknown;
    };
    let (name, key) = match (service, path.split_once(":SecretString")) {
        ("secretsmanager", Some((name, rest))) => {
            let key = rest.trim_start_matches(':').split(':').next();
            (name, key.unwrap_or_default())
        }
        ("secretsmanager", None) => (path, ""),
        _ => (path.split(':').next().unwrap_or_default(), ""),
    };
    let resource = name
        .strip_prefix("${")
        .and_then(|rest| rest.strip_suffix('}'));
    reference(match resource {
        Some(resource) if key.is_empty() => Reference::Resource(resource.to_owned()),
        Some(resource) => Reference::Resource(format!("{resource}.{key}")),
        None if key.is_empty() => Reference::Manager(manager_path(name).to_owned()),
        None => Reference::Manager(format!("{}:{key}", manager_path(name))),
    })
}

#[cfg(test)]
mod tests {
    use crate::settings::sample::{read, shown};

    const TEMPLATE: &str = r#"
AWSTemplateFormatVersion: "2010-09-09"
Transform: AWS::Serverless-2016-10-31
Parameters:
  JwtSecret: {Type: String, NoEcho: true, Default: not-a-real-secret}
  Stage: {Type: String}
  Path: {Type: "AWS::SSM::Parameter::Value<String>", Default: /live/jwt}
Globals:
  Function:
    Environment:
      Variables:
        JWT_ISSUER: !Sub "https://${Stage}.example/"
Resources:
  Keys:
    Type: AWS::SecretsManager::Secret
    Properties:
      GenerateSecretString: {PasswordLength: 64}
  Orders:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: orders/
      Environment:
        Variables:
          JWT_SECRET: !Ref JwtSecret
          A: '{{resolve:secretsmanager:live/jwt:SecretString:key}}'
          B: {"Fn::Sub": "{{resolve:secretsmanager:${Keys}:SecretString:key}}"}
          C: {"Fn::GetAtt": [Keys, Arn]}
          D: '{{resolve:ssm-secure:/live/jwt:1}}'
          E: plain
  Task:
    Type: AWS::ECS::TaskDefinition
    Properties:
      ContainerDefinitions:
        - Name: web
          Environment: [{Name: A, Value: b}]
          Secrets:
            - {Name: JWT, ValueFrom: !Sub "${Keys}:key::"}
            - {Name: KEY, ValueFrom: !Ref Keys}
  Api:
    Type: AWS::Serverless::HttpApi
    Properties:
      Auth: {Authorizers: {Jwt: {JwtConfiguration: {issuer: "https://idp.example/", audience: [api]}}}}
"#;

    #[test]
    fn a_template() {
        let mut lines = shown(&read("deploy/template.yaml", TEMPLATE));
        lines.sort();
        let expected = [
            "Orders: A=manager(live/jwt:key)",
            "Orders: B=resource(Keys.key)",
            "Orders: C=resource(Keys.Arn)",
            "Orders: D=manager(/live/jwt)",
            "Orders: E='plain'",
            "Orders: JWT_ISSUER='https://' + Stage + '.example/'",
            "Orders: JWT_SECRET=JwtSecret",
            "Task/web: A='b'",
            "Task/web: JWT=resource(Keys.key)",
            "Task/web: KEY=resource(Keys)",
            "tool: Api.Auth.Authorizers.Jwt.JwtConfiguration.audience.0='api'",
            "tool: Api.Auth.Authorizers.Jwt.JwtConfiguration.issuer='https://idp.example/'",
            "tool: JwtSecret='not-a-real-secret'",
            "tool: Keys.GenerateSecretString.PasswordLength='64'",
            "tool: Keys=generated",
            "tool: Orders.CodeUri='orders/'",
            "tool: Path=manager(/live/jwt)",
            "tool: Stage=unknown",
            "tool: Task.ContainerDefinitions.0.Environment.0.Name='A'",
            "tool: Task.ContainerDefinitions.0.Name='web'",
            "tool: Task.ContainerDefinitions.0.Secrets.0.Name='JWT'",
            "tool: Task.ContainerDefinitions.0.Secrets.1.Name='KEY'",
        ];
        assert_eq!(lines, expected);
    }

    #[test]
    fn a_template_as_json() {
        let text = r#"{"Resources": {"F": {"Type": "AWS::Lambda::Function", "Properties": {"FunctionName": "f",
            "Environment": {"Variables": {"K": {"Ref": "P"}, "L": null}}}}}, "Parameters": {"P": {"Default": "x"}}}"#;
        assert_eq!(
            shown(&read("stack.template.json", text)),
            [
                "tool: P='x'",
                "tool: F.FunctionName='f'",
                "f: K=P",
                "f: L=unknown"
            ]
        );
    }
}
