//! TOML: what an application reads (`config/*.toml`, names joined by dots), and the files of tools that deploy.

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::tree::{Builder, Style, Tree};
use super::{SettingsFile, document, platforms};
use crate::source::{SourceFile, Span};
use crate::syntax::ir::Unread;

/// Reads a TOML file.
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
        platforms::read(root, &source.path, &mut file);
    }
    file
}

/// Reads TOML; what is broken is left out.
fn parse(source: &SourceFile) -> Result<(Tree, Vec<Unread>), Unread> {
    let (text, start) = document::utf8(source)?;
    let (table, errors) = DeTable::parse_recoverable(text);
    let mut reader = Reader {
        builder: Builder::default(),
        start,
    };
    for error in errors {
        let span = reader.span(error.span().unwrap_or(0..text.len()));
        let reason = format!("not TOML: {}", error.message());
        reader.builder.unread(span, reason);
    }
    let end = reader.span(0..text.len());
    reader.table(table.get_ref(), end);
    Ok(reader.builder.finish(end.end))
}

/// Goes as deep as the parser does, which has a bound of its own.
struct Reader {
    builder: Builder,
    /// Where the text begins in the file.
    start: usize,
}

impl Reader {
    fn span(&self, range: std::ops::Range<usize>) -> Span {
        Span::new(self.start + range.start, self.start + range.end)
    }

    fn table(&mut self, table: &DeTable<'_>, span: Span) {
        self.builder.begin_map(span, None);
        let mut entries: Vec<_> = table.iter().collect();
        entries.sort_by_key(|(key, _)| key.span().start);
        for (key, value) in entries {
            let place = self.span(key.span());
            self.builder
                .scalar(key.get_ref(), Style::Plain, place, None);
            self.value(value);
        }
        self.builder.end(span.end);
    }

    fn value(&mut self, value: &Spanned<DeValue<'_>>) {
        let span = self.span(value.span());
        let (text, style) = match value.get_ref() {
            DeValue::Table(table) => return self.table(table, span),
            DeValue::Array(items) => {
                self.builder.begin_list(span, None);
                for item in items {
                    self.value(item);
                }
                self.builder.end(span.end);
                return;
            }
            DeValue::String(text) => (text.as_ref().to_owned(), Style::Quoted),
            DeValue::Integer(number) => (number.as_str().to_owned(), Style::Plain),
            DeValue::Float(number) => (number.as_str().to_owned(), Style::Plain),
            DeValue::Boolean(yes) => (yes.to_string(), Style::Plain),
            DeValue::Datetime(time) => (time.to_string(), Style::Plain),
        };
        self.builder.scalar(&text, style, span, None);
    }
}

#[cfg(test)]
mod tests {
    use crate::settings::SettingsFile;
    use crate::settings::sample::{placed, read};

    fn read_text(path: &str, content: &str) -> (Vec<String>, SettingsFile) {
        (placed(path, content), read(path, content))
    }

    #[test]
    fn an_application_s_configuration() {
        let (lines, _) = read_text(
            "config/default.toml",
            "\u{feff}title = \"x\"\n[jwt]\nsecret = 'not-a-real-secret'\nttl = 3_600\n\
             keys = [{ kid = \"a\", value = \"${KEY}\" }]\n[a.b]\nc.d = true\n",
        );
        assert_eq!(
            lines,
            [
                "1:9 title='x'",
                "3:10 jwt.secret='not-a-real-secret'",
                "4:7 jwt.ttl='3600'",
                "5:17 jwt.keys.0.kid='a'",
                "5:30 jwt.keys.0.value=KEY",
                "7:7 a.b.c.d='true'",
            ]
        );
    }

    #[test]
    fn a_worker_and_an_app() {
        let (lines, read) = read_text(
            "apps/edge/wrangler.toml",
            "name = \"edge\"\nmain = \"src/index.ts\"\n[vars]\nJWT_AUD = \"api\"\n\
             NESTED = { a = 1 }\n[env.production.vars]\nJWT_AUD = \"api-live\"\n",
        );
        assert_eq!(
            lines,
            [
                "4:11 edge: JWT_AUD='api'",
                "5:16 edge: NESTED.a='1'",
                "7:11 edge: JWT_AUD='api-live'",
            ]
        );
        assert_eq!(read.workloads.len(), 1);
        let (lines, _) = read_text("fly.toml", "app = 'orders'\n[env]\nPORT = '80'\n");
        assert_eq!(lines, ["3:8 orders: PORT='80'"]);
    }

    #[test]
    fn what_is_broken_leaves_the_rest() {
        let (lines, read) = read_text("a.toml", "a = 1\nb = \nc = 'x'\n[d\ne = 2\n");
        assert!(lines.contains(&"1:5 a='1'".to_owned()));
        assert!(lines.contains(&"3:5 c='x'".to_owned()));
        assert!(!read.unread.is_empty());
        read_text("a.toml", &format!("a = {}", "[".repeat(100_000)));
        read_text("a.toml", &format!("{} = 1", "a.".repeat(100_000)));
    }
}
