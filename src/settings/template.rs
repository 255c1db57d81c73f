//! Template expressions (`{{ .Values.jwt.secret | quote }}`) in files that are YAML only once they are rendered.
//!
//! Every expression is replaced by a mark of the same length before the YAML is read, and lines that hold nothing
//! else become comments. Once a reader has made settings of it, the marks are resolved: the place and meaning of
//! everything else is kept.

use super::chart::{Expression, Scopes};
use super::interpolation::{reference, text};
use super::{Holder, Reference, SettingValue, SettingsFile};

/// Opens a mark; from a private area of Unicode, three bytes long.
const MARK: char = '\u{e000}';
/// Closes a mark.
const CLOSE: char = '~';

/// Bytes that a mark takes at least.
const SHORTEST_MARK: usize = 4;

/// The expressions of one file.
pub(super) struct Templates<'text> {
    expressions: Vec<Expression<'text>>,
}

/// Whether a text bears the mark of an expression.
pub(super) fn is_marked(text: &str) -> bool {
    text.contains(MARK)
}

/// Replaces the expressions of a text; `None` when there are none.
pub(super) fn mask(text: &str) -> Option<(String, Templates<'_>)> {
    if !text.contains("{{") || text.contains(MARK) {
        return None;
    }
    let last_close = text.rfind("}}")?;
    let mut out = String::with_capacity(text.len());
    let mut expressions = Vec::new();
    let mut scopes = Scopes::default();
    let mut rest = text;
    let mut line_has_mark = false;
    while let Some(at) = rest.find("{{")
        && text.len() - rest.len() + at < last_close
    {
        let (before, from) = rest.split_at(at);
        // `${{ }}` belongs to CI systems, `{{resolve:` to CloudFormation, and both are valid YAML.
        let close = if before.ends_with('$') || from.starts_with("{{resolve:") {
            None
        } else {
            from.find("}}")
        };
        let (expression, after) = from.split_at(close.unwrap_or(0) + 2);
        let line_start = before.rsplit('\n').next().unwrap_or(before);
        line_has_mark &= line_start.len() == before.len();
        out.push_str(before);
        let Some(close) = close else {
            out.push_str(expression);
            rest = after;
            continue;
        };
        let is_alone =
            !line_has_mark && line_start.trim().is_empty() && is_blank_to_line_end(after);
        let marked = scopes.enter(&expression[2..close]);
        if is_alone && !(marked.is_structure() && stands_for_list(&out, line_start.len(), after)) {
            if push_comment(expression, expressions.len(), &mut out) {
                expressions.push(marked);
            }
        } else {
            line_has_mark = true;
            push_mark(expressions.len(), expression.len(), &mut out);
            expressions.push(marked);
        }
        rest = after;
    }
    out.push_str(rest);
    Some((out, Templates { expressions }))
}

/// Whether an expression alone on its line, `indent` deep, is all there is of a container's variables.
fn stands_for_list(before: &str, indent: usize, after: &str) -> bool {
    let above = before.trim_end();
    let above = &above[above.rfind('\n').map_or(0, |line| line + 1)..];
    let key = above.trim_start();
    let next = after
        .split('\n')
        .skip(1)
        .take(64)
        .find(|line| !line.trim().is_empty())
        .unwrap_or_default();
    let next_text = next.trim_start();
    let deeper = next.len() - next_text.len() >= indent || next_text.starts_with("{{");
    matches!(key, "env:" | "- env:") && above.len() - key.len() < indent && !deeper
}

fn is_blank_to_line_end(after: &str) -> bool {
    const MOST_ON_A_LINE: usize = 8;
    let mut rest = after;
    for _ in 0..MOST_ON_A_LINE {
        rest = rest.trim_start_matches([' ', '\t', '\r']);
        if rest.is_empty() || rest.starts_with('\n') {
            return true;
        }
        if !rest.starts_with("{{") {
            return false;
        }
        let Some(end) = rest.find("}}") else {
            return false;
        };
        rest = &rest[end + 2..];
    }
    false
}

/// Puts a comment in the place of an expression. Where it turns out to be text, in a block, its mark says that it is
/// none; one of several lines bears no mark. Returns whether there is a mark.
fn push_comment(expression: &str, number: usize, out: &mut String) -> bool {
    out.push('#');
    let rest = expression.get(1..).unwrap_or_default();
    if expression.contains('\n') || rest.len() < SHORTEST_MARK {
        for byte in rest.bytes() {
            out.push(if byte == b'\n' { '\n' } else { ' ' });
        }
        return false;
    }
    push_mark(number, rest.len(), out);
    true
}

/// A mark of `length` bytes that names an expression; one that is too short for its number names none.
fn push_mark(number: usize, length: usize, out: &mut String) {
    let width = length.saturating_sub(SHORTEST_MARK);
    let digits = (number + 1).to_string();
    out.push(MARK);
    let digits = if digits.len() <= width { &digits } else { "" };
    for _ in digits.len()..width {
        out.push('0');
    }
    out.push_str(digits);
    out.push(CLOSE);
}

impl<'text> Templates<'text> {
    /// Puts what the expressions say in the place of their marks.
    pub(super) fn resolve(&self, file: &mut SettingsFile) {
        for setting in &mut file.settings {
            if let Some(path) = self.repeated(&setting.name) {
                setting.name = "*".to_owned();
                setting.value = reference(Reference::Variable(path));
            }
            self.restore(&mut setting.name);
            self.resolve_value(&mut setting.value);
            match &mut setting.holder {
                Holder::Store {
                    name, namespace, ..
                }
                | Holder::FileIn {
                    name, namespace, ..
                } => {
                    self.restore(name);
                    self.restore(namespace);
                }
                _ => {}
            }
        }
        // A name that only rendering tells is no name.
        file.settings.retain(|setting| !setting.name.contains("{{"));
        for workload in &mut file.workloads {
            self.restore(&mut workload.name);
            self.restore(&mut workload.container);
            self.restore(&mut workload.namespace);
            for text in [&mut workload.image, &mut workload.build] {
                text.iter_mut().for_each(|text| self.restore(text));
            }
            for store in &mut workload.stores {
                self.restore(&mut store.name);
                self.restore(&mut store.prefix);
            }
            for link in &mut workload.env_files {
                self.restore(&mut link.path);
            }
        }
        for link in &mut file.includes {
            self.restore(&mut link.path);
        }
    }

    /// Splits a text into plain parts and the expressions behind its marks.
    fn parts<'marked>(
        &self,
        marked: &'marked str,
    ) -> Vec<Result<&'marked str, Option<&Expression<'text>>>> {
        let mut parts = Vec::new();
        let mut rest = marked;
        while let Some((before, from)) = rest.split_once(MARK) {
            if !before.is_empty() {
                parts.push(Ok(before));
            }
            let (digits, after) = from.split_once(CLOSE).unwrap_or((from, ""));
            let expression = digits
                .parse::<usize>()
                .ok()
                .and_then(|number| self.expressions.get(number.checked_sub(1)?));
            parts.push(Err(expression));
            rest = after;
        }
        if !rest.is_empty() {
            parts.push(Ok(rest));
        }
        parts
    }

    /// What a name that is one expression runs through, when it names every key of it in turn.
    fn repeated(&self, name: &str) -> Option<String> {
        if !is_marked(name) {
            return None;
        }
        match self.parts(name).as_slice() {
            [Err(Some(expression))] => expression.repeated(),
            _ => None,
        }
    }

    /// The text as it was written, the space inside braces evened out.
    fn restore(&self, marked: &mut String) {
        if !is_marked(marked) {
            return;
        }
        *marked = self
            .parts(marked)
            .into_iter()
            .map(|part| match part {
                Ok(plain) => plain.to_owned(),
                Err(expression) => {
                    let text = expression.map_or("", Expression::text);
                    format!("{{{{ {text} }}}}")
                }
            })
            .collect();
    }

    fn resolve_value(&self, value: &mut SettingValue) {
        match value {
            SettingValue::Text(literal) if is_marked(literal.reveal()) => {
                let mut parts: Vec<SettingValue> = self
                    .parts(literal.reveal())
                    .into_iter()
                    .map(|part| match part {
                        Ok(plain) => text(plain),
                        Err(expression) => {
                            expression.map_or(SettingValue::Unknown, Expression::meaning)
                        }
                    })
                    .collect();
                *value = match parts.pop() {
                    Some(only) if parts.is_empty() => only,
                    Some(last) => {
                        parts.push(last);
                        SettingValue::Joined(parts)
                    }
                    None => SettingValue::Unknown,
                };
            }
            SettingValue::Reference { from, fallback } => {
                match from {
                    Reference::Store { store, key, .. } => {
                        self.restore(store);
                        self.restore(key);
                    }
                    Reference::Variable(name)
                    | Reference::Resource(name)
                    | Reference::Manager(name)
                    | Reference::Ci(name)
                    | Reference::File(name) => self.restore(name),
                }
                if let Some(fallback) = fallback {
                    self.resolve_value(fallback);
                }
            }
            SettingValue::Joined(parts) => {
                parts.iter_mut().for_each(|part| self.resolve_value(part));
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::mask;
    use crate::settings::sample::{read, shown};

    #[test]
    fn a_chart_is_read_through_its_expressions() {
        let text = r#"{{- if .Values.enabled }}
apiVersion: v1
kind: Secret
metadata:
  name: {{ include "auth.fullname" . }}-jwt
  labels:
    {{- include "auth.labels" . | nindent 4 }}
data:
  JWT_SECRET: {{ .Values.jwt.secret | b64enc | quote }}
  WITH_DEFAULT: {{ .Values.jwt.key | default "not-a-real-secret" | b64enc }}
  MADE: {{ randAlphaNum 32 | b64enc }}
  NEEDED: {{ required "set jwt.pem" .Values.jwt.pem | b64enc }}
stringData:
  URL: "http://{{ .Values.host }}:{{ .Values.port }}/"
  RELEASE: {{ .Release.Name }}
{{- end }}
---
apiVersion: apps/v1
kind: Deployment
metadata:
  name: {{- include "auth.fullname" . }}
spec:
  template:
    spec:
      containers:
        - name: {{ .Chart.Name }}
          image: "{{ .Values.image }}:{{ .Values.tag }}"
          env:
            {{- range $name, $value := .Values.env }}
            - name: {{ $name }}
              value: {{ $value | quote }}
            {{- end }}
            - name: JWT_SECRET
              valueFrom:
                secretKeyRef:
                  name: {{include "auth.fullname" .}}-jwt
                  key: JWT_SECRET
            - name: LEVEL
              value: {{ .Values.level | quote }}
"#;
        let file = read("charts/auth/templates/all.yaml", text);
        assert!(file.unread.is_empty(), "{:?}", file.unread);
        let store = r#"Secret /{{ include "auth.fullname" . }}-jwt"#;
        let workload = r#"{{ include "auth.fullname" . }}/{{ .Chart.Name }}"#;
        assert_eq!(
            shown(&file),
            [
                format!("{store}: JWT_SECRET=Values.jwt.secret"),
                format!("{store}: WITH_DEFAULT=Values.jwt.key or 'not-a-real-secret'"),
                format!("{store}: MADE=generated"),
                format!("{store}: NEEDED=Values.jwt.pem"),
                format!("{store}: URL='http://' + Values.host + ':' + Values.port + '/'"),
                format!("{store}: RELEASE=unknown"),
                format!("{workload}: *=Values.env"),
                format!(
                    r#"{workload}: JWT_SECRET=Secret({{{{ include "auth.fullname" . }}}}-jwt, JWT_SECRET)"#
                ),
                format!("{workload}: LEVEL=Values.level"),
            ]
        );
        let setting = &file.settings[0];
        assert_eq!(
            &text[setting.span.range()],
            "{{ .Values.jwt.secret | b64enc | quote }}"
        );
    }

    #[test]
    fn variables_that_a_chart_repeats() {
        let text = r#"
apiVersion: apps/v1
kind: Deployment
metadata: {name: auth}
spec:
  template:
    spec:
      containers:
        - name: a
          env:
            {{- toYaml .Values.extraEnv | nindent 12 }}
        - name: b
          env:
            {{- range $name, $value := .Values.env }}
            - name: {{ $name }}
              value: {{ $value | quote }}
            {{- end }}
        - name: c
          {{- with .Values.auth }}
          env:
            - name: JWT_SECRET
              value: {{ .jwt.secret }}
            {{- range .list }}
            - name: {{ .name }}
              value: {{ .value }}
            {{- end }}
            - name: ISSUER
              value: {{ .issuer }}
          {{- end }}
        - name: d
          env:
            {{- range .Values.more }}
            - name: {{ .name | upper }}
              value: {{ .value }}
            {{- end }}
            {{- with .Values.auth }}
            {{- toYaml . | nindent 12 }}
            {{- end }}
            - name: X
              value: {{ .x }}
"#;
        let file = read("charts/a/templates/deployment.yaml", text);
        assert!(file.unread.is_empty(), "{:?}", file.unread);
        assert_eq!(
            shown(&file),
            [
                "auth/a: *=Values.extraEnv",
                "auth/b: *=Values.env",
                "auth/c: JWT_SECRET=Values.auth.jwt.secret",
                "auth/c: *=Values.auth.list",
                "auth/c: ISSUER=Values.auth.issuer",
                "auth/d: *=Values.more",
                "auth/d: X=unknown",
            ]
        );
    }

    #[test]
    fn a_block_may_hold_lines_of_expressions() {
        let text = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata:\n  app.env: |\n    {{- if .Values.x }}\n    A=1\n    B={{ .Values.b }}\n    {{- end }}\n  C: 3\n";
        let file = read("templates/a.yaml", text);
        assert!(file.unread.is_empty());
        let read = shown(&file);
        assert!(
            read.contains(&"Config a/app.env: A='1'".to_owned()),
            "{read:?}"
        );
        assert!(
            read.contains(&"Config a/app.env: B=Values.b".to_owned()),
            "{read:?}"
        );
        assert!(read.contains(&"Config /a: C='3'".to_owned()), "{read:?}");
        let b = file.settings.iter().find(|setting| setting.name == "B");
        assert_eq!(b.map(|b| &text[b.span.range()]), Some("{{ .Values.b }}"));
    }

    #[test]
    fn a_mark_is_as_long_as_its_expression() {
        for text in [
            "{{",
            "}}{{",
            "{{}}",
            "a: {{}}{{.}}{{ x }}",
            "a: ${{ secrets.X }} {{ é }}\n{{ é\n é }}\n",
            "{{{}}}",
            "{{ a }} {{ b }} # {{ c }}",
        ] {
            if let Some((masked, templates)) = mask(text) {
                assert_eq!(masked.len(), text.len(), "{text}");
                assert_eq!(masked.matches('\n').count(), text.matches('\n').count());
                let mut restored = masked.clone();
                templates.restore(&mut restored);
            }
        }
        assert!(mask("a: ${{ x }}").is_none_or(|(masked, _)| masked == "a: ${{ x }}"));
    }

    #[test]
    fn hostile_text_takes_no_time() {
        for text in [
            "{{".repeat(500_000),
            "{{a}}".repeat(200_000),
            format!("{}}}}}", "${{".repeat(300_000)),
            "{{a}} ".repeat(200_000) + "x",
            "a: {{ b }}\n".repeat(100_000),
        ] {
            let _ = mask(&text);
        }
        read("a.yaml", &"k: {{ b }}\n".repeat(20_000));
    }
}
