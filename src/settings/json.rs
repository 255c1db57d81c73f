//! JSON with comments: what an application reads (`appsettings*.json`, `config/*.json`, names joined by dots), and
//! the files of tools that deploy.

use jsonc_parser::ast::{ObjectPropName, Value};
use jsonc_parser::common::{Range, Ranged};
use jsonc_parser::{CollectOptions, ParseOptions, parse_to_ast};

use super::tree::{Builder, Style, Tree};
use super::{SettingsFile, content, document, platforms};
use crate::source::{SourceFile, Span};
use crate::syntax::ir::Unread;

/// Reads a JSON file.
pub(super) fn read(source: &SourceFile) -> SettingsFile {
    let (tree, unread) = match parse(source) {
        Ok(found) => found,
        Err(unread) => return SettingsFile::of_unread(unread),
    };
    let mut file = SettingsFile {
        unread,
        ..SettingsFile::default()
    };
    for root in tree.roots() {
        if !content::read_known(root, source, &mut file) {
            platforms::read(root, &source.path, &mut file);
        }
    }
    file
}

/// Reads JSON. Broken JSON is not read at all: what its parser leaves out is not told.
fn parse(source: &SourceFile) -> Result<(Tree, Vec<Unread>), Unread> {
    let (text, start) = document::utf8(source)?;
    let parsed = parse_to_ast(text, &CollectOptions::default(), &ParseOptions::default())
        .map_err(|error| document::whole(source, format!("not JSON: {}", error.kind())))?;
    let mut reader = Reader {
        builder: Builder::default(),
        start,
    };
    if let Some(value) = parsed.value {
        reader.value(&value);
    }
    Ok(reader.builder.finish(Span::new(0, start + text.len()).end))
}

/// Goes as deep as the parser does, which has a bound of its own.
struct Reader {
    builder: Builder,
    /// Where the text begins in the file.
    start: usize,
}

impl Reader {
    fn span(&self, range: Range) -> Span {
        Span::new(self.start + range.start, self.start + range.end)
    }

    fn value(&mut self, value: &Value<'_>) {
        let span = self.span(value.range());
        let (text, style) = match value {
            Value::Object(object) => {
                self.builder.begin_map(span, None);
                for property in &object.properties {
                    let name = match &property.name {
                        ObjectPropName::String(name) => name.value.as_ref(),
                        ObjectPropName::Word(name) => name.value,
                    };
                    let place = self.span(property.name.range());
                    self.builder.scalar(name, Style::Quoted, place, None);
                    self.value(&property.value);
                }
                self.builder.end(span.end);
                return;
            }
            Value::Array(array) => {
                self.builder.begin_list(span, None);
                for item in &array.elements {
                    self.value(item);
                }
                self.builder.end(span.end);
                return;
            }
            Value::StringLit(text) => (text.value.as_ref(), Style::Quoted),
            Value::NumberLit(number) => (number.value, Style::Plain),
            Value::BooleanLit(yes) => (if yes.value { "true" } else { "false" }, Style::Plain),
            Value::NullKeyword(_) => ("null", Style::Plain),
        };
        self.builder.scalar(text, style, span, None);
    }
}

#[cfg(test)]
mod tests {
    use crate::settings::sample::{placed, read};

    #[test]
    fn settings_of_an_application() {
        let text = "\u{feff}{\n  // comment\n  \"Jwt\": { \"Key\": \"not-a-real-secret\", \"Issuer\": \"#{Issuer}#\" },\n  \
                    \"Jwt:Audience\": \"api\",\n  \"Hosts\": [\"a\", \"b\"], \"Debug\": true, \"None\": null,\n}\n";
        assert_eq!(
            placed("src/Api/appsettings.json", text),
            [
                "3:19 Jwt.Key='not-a-real-secret'",
                "3:50 Jwt.Issuer=unknown",
                "4:19 Jwt.Audience='api'",
                "5:13 Hosts.0='a'",
                "5:18 Hosts.1='b'",
                "5:33 Debug='true'",
            ]
        );
    }

    #[test]
    fn names_of_variables_stand_where_values_would() {
        let text = r#"{"jwt": {"secret": "JWT_SECRET", "keys": {"__name": "JWT_KEYS", "__format": "json"}}}"#;
        assert_eq!(
            placed("config/custom-environment-variables.json", text),
            ["1:20 jwt.secret=JWT_SECRET", "1:53 jwt.keys=JWT_KEYS"]
        );
    }

    #[test]
    fn hostile_json() {
        for text in ["", "[", "{\"a\": }", "\u{0}", "{\"a\": \"\\ud800\"}", "1 2"] {
            read("config/a.json", text);
        }
        let deep = read("config/a.json", &"[".repeat(100_000));
        assert_eq!(deep.unread.len(), 1);
        let deep = format!("{}{}", "{\"a\":".repeat(200), "}".repeat(200));
        assert_eq!(read("config/a.json", &deep).unread.len(), 1);
    }
}
