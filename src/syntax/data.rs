//! JSON that code imports: a module whose whole value is the document.

use jsonc_parser::ast::{ObjectPropName, Value};
use jsonc_parser::common::{Range, Ranged};
use jsonc_parser::{CollectOptions, ParseOptions, parse_to_ast};

use super::ir::{
    Entry, Export, Expr, ExprId, ExprKind, Item, Key, Literal, Module, Name, Statement,
    StatementKind, Unread,
};
use crate::source::{SourceFile, Span};

/// Where imports look for values; longer documents are data of another kind.
const MOST_BYTES: usize = 1_000_000;

/// Reads a document as a module.
pub(super) fn parse(source: &SourceFile) -> Module {
    let bytes = source.bytes();
    let start = if bytes.starts_with(b"\xEF\xBB\xBF") {
        3
    } else {
        0
    };
    let unread = |reason: &str| Module {
        unread: vec![Unread {
            span: Span::new(0, bytes.len()),
            reason: reason.to_owned(),
        }],
        ..Module::default()
    };
    if bytes.len() > MOST_BYTES {
        return unread("a document that code imports, but too long to hold settings");
    }
    let Ok(text) = std::str::from_utf8(bytes.get(start..).unwrap_or_default()) else {
        return unread("the document is not valid UTF-8");
    };
    let parsed = parse_to_ast(text, &CollectOptions::default(), &ParseOptions::default());
    let Some(value) = parsed.ok().and_then(|parsed| parsed.value) else {
        return unread("not JSON");
    };
    let mut reader = Reader {
        module: Module::default(),
        start,
    };
    let root = reader.value(&value);
    let span = reader.span(value.range());
    reader.module.body.statements.push(Statement {
        span,
        kind: StatementKind::Export(vec![Export {
            name: "=".to_owned(),
            value: Some(root),
            from: None,
        }]),
    });
    reader.module
}

/// Goes as deep as the parser does, which has a bound of its own.
struct Reader {
    module: Module,
    /// Where the text begins in the file.
    start: usize,
}

impl Reader {
    fn span(&self, range: Range) -> Span {
        Span::new(self.start + range.start, self.start + range.end)
    }

    fn value(&mut self, value: &Value<'_>) -> ExprId {
        let kind = match value {
            Value::StringLit(text) => ExprKind::Text(Literal::new(&text.value)),
            Value::NumberLit(number) => match number.value.parse() {
                Ok(number) => ExprKind::Number(number),
                Err(_) => ExprKind::Null,
            },
            Value::BooleanLit(yes) => ExprKind::Bool(yes.value),
            Value::NullKeyword(_) => ExprKind::Null,
            Value::Array(array) => {
                let elements = array.elements.iter();
                let items = elements.map(|element| Item {
                    spread: false,
                    value: self.value(element),
                });
                ExprKind::List(items.collect())
            }
            Value::Object(object) => {
                let mut entries = Vec::new();
                for property in &object.properties {
                    let text = match &property.name {
                        ObjectPropName::String(name) => name.value.as_ref(),
                        ObjectPropName::Word(name) => name.value,
                    };
                    let name = Name {
                        text: text.to_owned(),
                        span: self.span(property.name.range()),
                    };
                    entries.push(Entry {
                        span: self.span(property.range()),
                        key: Key::Name(name),
                        value: self.value(&property.value),
                    });
                }
                ExprKind::Map(entries)
            }
        };
        let span = self.span(value.range());
        self.module.exprs.push(Expr { span, kind });
        ExprId(u32::try_from(self.module.exprs.len() - 1).unwrap_or(u32::MAX))
    }
}
