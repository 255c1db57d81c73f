//! Imports, exports and namespaces.

use tree_sitter::Node;

use super::super::ir::{
    AssignOperator, Assignment, Block, Export, ExprId, ExprKind, Import, Name, Statement,
    StatementKind, Target,
};
use super::super::named::Named;
use super::{Lowering, span};

/// A namespace's dotted name becomes at most this many namespaces; the last one takes what is left of the name.
const MAX_NESTED_NAMESPACES: usize = 16;

impl<'tree> Lowering<'tree> {
    pub(super) fn import(&mut self, node: Node<'tree>) -> StatementKind {
        let mut imports = Vec::new();
        let mut module = node
            .field("source")
            .map(|source| package_of(&self.string_content(source)))
            .unwrap_or_default();
        let mut names = Vec::new();
        for child in self.children(node) {
            match child.kind_name() {
                "import_clause" => self.imported_names(child, &mut names),
                "import_require_clause" => {
                    if let Some(source) = child.field("source") {
                        module = self.string_content(source);
                    }
                    if let Some(binding) = self.first_child(child) {
                        names.push((Vec::new(), self.name(binding)));
                    }
                }
                _ => {}
            }
        }
        let place = span(node);
        if names.is_empty() {
            imports.push(Import {
                module: module.clone(),
                path: Vec::new(),
                binding: None,
                glob: false,
                span: place,
            });
        }
        imports.extend(names.into_iter().map(|(path, binding)| Import {
            module: module.clone(),
            path,
            binding: Some(binding),
            glob: false,
            span: place,
        }));
        StatementKind::Import(imports)
    }

    /// The paths an import clause takes and the names it binds them to.
    fn imported_names(&mut self, clause: Node<'tree>, names: &mut Vec<(Vec<String>, Name)>) {
        for child in self.children(clause) {
            match child.kind_name() {
                "identifier" => names.push((vec!["default".into()], self.name(child))),
                "namespace_import" => {
                    if let Some(binding) = self.first_child(child) {
                        names.push((Vec::new(), self.name(binding)));
                    }
                }
                "named_imports" => {
                    for specifier in self.children(child) {
                        self.imported_name(specifier, names);
                    }
                }
                _ => {}
            }
        }
    }

    fn imported_name(&mut self, specifier: Node<'tree>, names: &mut Vec<(Vec<String>, Name)>) {
        let Some(name) = specifier.field("name") else {
            return;
        };
        let outside = self.module_name(name);
        let binding = specifier.field("alias").unwrap_or(name);
        names.push((vec![outside], self.name(binding)));
    }

    /// The name of an import or export, which may be written as a string.
    fn module_name(&self, node: Node<'tree>) -> String {
        if node.kind_name() == "string" {
            self.string_content(node)
        } else {
            self.name(node).text
        }
    }

    /// `import short = long.path.Name`.
    pub(super) fn import_alias(&mut self, node: Node<'tree>) -> Vec<Statement> {
        let parts = self.children(node);
        let [binding, path] = parts[..] else {
            return Vec::new();
        };
        let value = self.expr(path);
        vec![Statement {
            span: span(node),
            kind: StatementKind::Assign(Assignment {
                target: Target::Name(self.name(binding)),
                operator: AssignOperator::Set,
                value: Some(value),
                declares: true,
                annotation: None,
            }),
        }]
    }

    pub(super) fn export(&mut self, node: Node<'tree>) -> Vec<Statement> {
        if let Some(declaration) = node.field("declaration") {
            return self.exported_declaration(node, declaration);
        }
        let mut exports = Vec::new();
        let from = node
            .field("source")
            .map(|source| package_of(&package_of(&self.string_content(source))));
        if let Some(value) = node.field("value") {
            let value = self.decorated_value(node, value);
            exports.push(default_export(value));
        } else if let Some(from) = &from
            && self.has_token(node, "*")
        {
            exports.push(reexport("*".into(), from, "*".into()));
        }
        for child in self.children(node) {
            match (child.kind_name(), &from) {
                ("export_clause", _) => {
                    for specifier in self.children(child) {
                        exports.extend(self.exported_name(specifier, from.as_deref()));
                    }
                }
                ("namespace_export", Some(from)) => {
                    let name = child.field("name").or_else(|| child.named_child(0));
                    if let Some(name) = name {
                        exports.push(reexport(self.module_name(name), from, "*".into()));
                    }
                }
                _ => {}
            }
        }
        if exports.is_empty()
            && self.has_token(node, "=")
            && let Some(value) = self.first_child(node)
        {
            exports.push(Export {
                name: "=".into(),
                value: Some(self.expr(value)),
                from: None,
            });
        }
        vec![Statement {
            span: span(node),
            kind: StatementKind::Export(exports),
        }]
    }

    /// `module.exports = x`, `exports.name = x`, `module.exports.name = x`, `exports = module.exports = x`.
    pub(super) fn common_exports(&mut self, node: Node<'tree>) -> Option<Vec<Export>> {
        let mut node = node;
        let mut names = Vec::new();
        while node.kind_name() == "assignment_expression" {
            let left = node.field("left")?;
            if !matches!(left.kind_name(), "member_expression" | "identifier") {
                return None;
            }
            let path = self.dotted(left);
            let path = path.strip_prefix("module.").unwrap_or(&path);
            match path.split_once('.') {
                None if path == "exports" => names.push("=".to_owned()),
                Some(("exports", name)) if !name.contains('.') => names.push(name.to_owned()),
                _ => return None,
            }
            node = node.field("right")?;
        }
        if names.is_empty() {
            return None;
        }
        let value = self.expr(node);
        let export = |name| Export {
            name,
            value: Some(value),
            from: None,
        };
        Some(names.into_iter().map(export).collect())
    }

    fn exported_name(&mut self, specifier: Node<'tree>, from: Option<&str>) -> Option<Export> {
        let name = specifier.field("name")?;
        let inside = self.module_name(name);
        let outside = match specifier.field("alias") {
            Some(alias) => self.module_name(alias),
            None => inside.clone(),
        };
        Some(match from {
            Some(from) => reexport(outside, from, inside),
            None => Export {
                name: outside,
                value: Some(self.expr(name)),
                from: None,
            },
        })
    }

    /// `export default class {}` may have decorators in front of `export`.
    fn decorated_value(&mut self, export: Node<'tree>, value: Node<'tree>) -> ExprId {
        let decorators = self.decorators(export);
        if value.kind_name() == "class" {
            let class = self.class(value, decorators);
            return self.add(value, ExprKind::Class(class));
        }
        self.strays.extend(decorators);
        self.expr(value)
    }

    fn exported_declaration(
        &mut self,
        node: Node<'tree>,
        declaration: Node<'tree>,
    ) -> Vec<Statement> {
        let decorators = self.decorators(node);
        let is_class = matches!(
            declaration.kind_name(),
            "class_declaration" | "abstract_class_declaration"
        );
        let mut statements = if is_class {
            let class = self.class(declaration, decorators);
            vec![Statement {
                span: span(node),
                kind: StatementKind::Class(class),
            }]
        } else {
            self.strays.extend(decorators);
            self.statement(declaration)
        };
        let names = self.declared_names(&statements);
        let is_default = self.has_token(node, "default");
        let exports = names
            .iter()
            .map(|name| Export {
                name: if is_default {
                    "default".into()
                } else {
                    name.text.clone()
                },
                value: Some(self.reuse(name)),
                from: None,
            })
            .collect();
        statements.push(Statement {
            span: span(node),
            kind: StatementKind::Export(exports),
        });
        statements
    }

    fn declared_names(&self, statements: &[Statement]) -> Vec<Name> {
        let mut names = Vec::new();
        for statement in statements {
            match &statement.kind {
                StatementKind::Assign(assignment) if assignment.declares => {
                    bound_names(&assignment.target, &mut names);
                }
                StatementKind::Function(id) => names.extend(self.module.function(*id).name.clone()),
                StatementKind::Class(id) => names.extend(self.module.class(*id).name.clone()),
                StatementKind::Namespace { name, .. } => names.push(name.clone()),
                _ => {}
            }
        }
        names
    }

    /// `namespace a.b { .. }`, `module "name" { .. }`.
    pub(super) fn namespace(&mut self, node: Node<'tree>) -> Vec<Statement> {
        let body = match node.field("body") {
            Some(body) => self.block_of(body),
            None => Block::default(),
        };
        let Some(name) = node.field("name") else {
            return body.statements;
        };
        if name.kind_name() == "string" {
            let text = self.string_content(name);
            return vec![named_block(node, name, text, body)];
        }
        let dotted = self.dotted(name);
        let mut segments: Vec<String> = dotted
            .splitn(MAX_NESTED_NAMESPACES, '.')
            .map(str::to_owned)
            .collect();
        let innermost = segments.pop().unwrap_or_default();
        let mut statement = named_block(node, name, innermost, body);
        for segment in segments.into_iter().rev() {
            let body = Block {
                statements: vec![statement],
                tail: None,
            };
            statement = named_block(node, name, segment, body);
        }
        vec![statement]
    }

    /// `declare ..`: what is declared; `declare global` is a namespace of that name.
    pub(super) fn ambient(&mut self, node: Node<'tree>) -> Vec<Statement> {
        let mut statements = Vec::new();
        for child in self.children(node) {
            if child.kind_name() == "statement_block" {
                let body = self.block_of(child);
                statements.push(named_block(node, child, "global".into(), body));
            } else if super::statements::is_statement(child) {
                statements.extend(self.statement(child));
            }
        }
        statements
    }
}

fn named_block(node: Node<'_>, name: Node<'_>, text: String, body: Block) -> Statement {
    Statement {
        span: span(node),
        kind: StatementKind::Namespace {
            name: Name {
                text,
                span: span(name),
            },
            body,
        },
    }
}

fn default_export(value: ExprId) -> Export {
    Export {
        name: "default".into(),
        value: Some(value),
        from: None,
    }
}

fn reexport(name: String, module: &str, inside: String) -> Export {
    Export {
        name,
        value: None,
        from: Some((module.to_owned(), inside)),
    }
}

/// The names a target binds, in order.
fn bound_names(target: &Target, names: &mut Vec<Name>) {
    match target {
        Target::Name(name) => names.push(name.clone()),
        Target::Members { members, rest } => {
            for member in members {
                bound_names(&member.target, names);
            }
            if let Some(rest) = rest {
                bound_names(rest, names);
            }
        }
        Target::Elements(elements) => {
            for element in elements.iter().flatten() {
                bound_names(element, names);
            }
        }
        Target::Wrapped { inner, .. } => {
            for element in inner {
                bound_names(element, names);
            }
        }
        Target::Place(_) | Target::Nothing => {}
    }
}

/// The package that a specifier names: without the scheme of a registry or of the web, and without a version.
fn package_of(specifier: &str) -> String {
    let schemes = ["npm:", "jsr:", "https://"];
    let Some(rest) = schemes
        .iter()
        .find_map(|scheme| specifier.strip_prefix(scheme))
    else {
        return specifier.to_owned();
    };
    let unversioned = rest.trim_start_matches('/').split('/').map(|part| {
        // The first character may begin a scope.
        let version = part
            .char_indices()
            .skip(1)
            .find(|(_, letter)| *letter == '@');
        version.map_or(part, |(at, _)| part.split_at(at).0)
    });
    unversioned.collect::<Vec<_>>().join("/")
}

#[cfg(test)]
mod tests {
    use super::package_of;

    #[test]
    fn schemes_and_versions_are_no_part_of_a_package() {
        for (specifier, package) in [
            ("npm:token@5.2.0", "token"),
            ("npm:/token@5/sub", "token/sub"),
            ("jsr:@scope/token@^3.0", "@scope/token"),
            (
                "https://host.example/x/token@v3.0.2/mod.ts",
                "host.example/x/token/mod.ts",
            ),
            ("@scope/token", "@scope/token"),
            ("./token@2", "./token@2"),
            ("npm:", ""),
        ] {
            assert_eq!(package_of(specifier), package, "{specifier}");
        }
    }
}
