//! Where the program runs: what a condition says of development and production, and what is written for one only.

use super::Evaluator;
use super::flow::Outcome;
use super::stage_test::{Passed, Stage, StageTest};
use super::value::{Kind, Map, Value};
use crate::source::Span;
use crate::syntax::ir::{Arm, Block, ExprId, ExprKind, StatementKind};

/// Whether a class of settings is for tests, by its name.
pub(super) fn is_for_tests(name: &str) -> bool {
    const WORDS: [&str; 4] = ["test", "tests", "testing", "ci"];
    let stage = stage_of_settings(name).unwrap_or_else(|| plain(name));
    WORDS.contains(&stage.as_str())
}

/// The stage in the name of a class of settings.
fn stage_of_settings(name: &str) -> Option<String> {
    let plain = plain(name);
    let stage = ["configuration", "config", "settings"]
        .into_iter()
        .find_map(|kind| plain.strip_suffix(kind).or(plain.strip_prefix(kind)));
    stage.map(str::to_owned)
}

/// Names that say where a program runs when they hold, in lower case without marks.
const DEVELOPMENT_NAMES: [&str; 21] = [
    "debug",
    "isdebug",
    "debugmode",
    "debugassertions",
    "dev",
    "isdev",
    "isdevelopment",
    "isdevelopmentmode",
    "isdevenv",
    "isdevenvironment",
    "isdevmode",
    "devmode",
    "development",
    "islocal",
    "istest",
    "istesting",
    "istestenv",
    "testing",
    "vitest",
    "jestworkerid",
    "pytestcurrenttest",
];
const PRODUCTION_NAMES: [&str; 9] = [
    "prod",
    "isprod",
    "isprodenv",
    "isproduction",
    "isproductionenv",
    "isproductionenvironment",
    "isproductionmode",
    "inproduction",
    "production",
];
/// Names of what holds the stage as a word, in lower case without marks.
const STAGE_NAMES: [&str; 15] = [
    "nodeenv",
    "appenv",
    "env",
    "environment",
    "appenvironment",
    "railsenv",
    "flaskenv",
    "djangoenv",
    "pythonenv",
    "rustenv",
    "runenv",
    "deployenv",
    "stage",
    "mode",
    "profile",
];
const DEVELOPMENT_WORDS: [&str; 8] = [
    "development",
    "dev",
    "develop",
    "local",
    "localhost",
    "test",
    "testing",
    "ci",
];
const PRODUCTION_WORDS: [&str; 3] = ["production", "prod", "live"];

/// What a name says when what it names holds.
fn by_name(name: &str) -> Option<StageTest> {
    let plain = plain(name);
    let is_in = |names: &[&str]| names.contains(&plain.as_str());
    if is_in(&DEVELOPMENT_NAMES) {
        Some(StageTest::of(Stage::Development))
    } else if is_in(&PRODUCTION_NAMES) {
        Some(StageTest::of(Stage::Production))
    } else {
        None
    }
}

fn plain(name: &str) -> String {
    name.chars()
        .filter(char::is_ascii_alphanumeric)
        .map(|letter| letter.to_ascii_lowercase())
        .collect()
}

fn last_name(path: &str) -> &str {
    let path = path.trim_end_matches("()");
    path.rsplit(['.', ':']).next().unwrap_or_default()
}

fn by_word(value: &Value) -> Option<Stage> {
    let word = value.as_text()?.reveal().trim().to_ascii_lowercase();
    if PRODUCTION_WORDS.contains(&word.as_str()) {
        Some(Stage::Production)
    } else if DEVELOPMENT_WORDS.contains(&word.as_str()) {
        Some(Stage::Development)
    } else {
        None
    }
}

/// Whether a value says by its name where the program runs.
pub(super) fn holds_stage(value: &Value) -> bool {
    STAGE_NAMES.contains(&plain(last_name(&value.path())).as_str())
}

impl Value {
    /// What a value says of the stage when it is true.
    pub(super) fn stage_test(&self) -> Option<StageTest> {
        match &self.kind {
            Kind::Stage(test) => Some(*test),
            Kind::Environment { .. }
            | Kind::Setting { .. }
            | Kind::Unknown(_)
            | Kind::Symbol(_)
            | Kind::Pending(_) => by_name(last_name(&self.path())),
            _ => None,
        }
    }

    /// What it says of the stage that two values are equal, or that the first is one of the second.
    pub(super) fn compared_stage(&self, other: &Value, negated: bool) -> Option<Value> {
        let (held, word) = if holds_stage(self) {
            (self, other)
        } else {
            (other, self)
        };
        if !holds_stage(held) {
            return None;
        }
        let stage = match &word.kind {
            Kind::List(list) => {
                let list = list.borrow();
                let mut stages = list.items.iter().map(by_word);
                let first = stages.next()??;
                (!list.open && stages.all(|stage| stage == Some(first))).then_some(first)
            }
            _ => by_word(word),
        };
        let test = StageTest::of(stage?);
        let test = if negated { test.negated() } else { test };
        Some(Value::new(Kind::Stage(test)))
    }
}

impl<'a> Evaluator<'a> {
    /// What a condition says of the stage.
    pub(super) fn stage_of(&self, condition: ExprId, value: &Value) -> StageTest {
        value
            .stage_test()
            .or_else(|| self.stage_by_syntax(condition, 0))
            .unwrap_or_default()
    }

    fn stage_by_syntax(&self, condition: ExprId, depth: usize) -> Option<StageTest> {
        match &self.module.expr(condition).kind {
            ExprKind::Name(name) => by_name(name),
            ExprKind::Member { name, .. } => by_name(&name.text),
            ExprKind::Call(call) if depth < 4 => match call.arguments.first() {
                Some(argument) => self.stage_by_text(argument.value),
                None => self.stage_by_syntax(call.callee, depth + 1),
            },
            ExprKind::Index { index, .. } => self.stage_by_text(*index),
            ExprKind::Not(inner) if depth < 4 => self
                .stage_by_syntax(*inner, depth + 1)
                .map(StageTest::negated),
            _ => None,
        }
    }

    fn stage_by_text(&self, id: ExprId) -> Option<StageTest> {
        match &self.module.expr(id).kind {
            ExprKind::Text(text) => by_name(text.reveal()),
            _ => None,
        }
    }

    /// Notes where code is that runs in development only.
    pub(super) fn note_stage(&mut self, block: &Block, stage: Option<Stage>) {
        if stage == Some(Stage::Development)
            && let Some(span) = self.block_span(block)
        {
            self.development.push(span);
        }
    }

    /// The same for a class of settings, by its name: `DevelopmentConfig`.
    pub(super) fn note_stage_class(&mut self, name: &str, span: Span) {
        let stage = stage_of_settings(name);
        if stage.is_some_and(|stage| DEVELOPMENT_WORDS.contains(&stage.as_str())) {
            self.development.push(span);
        }
    }

    /// The same for values of a map whose keys are stages; says whether they are.
    pub(super) fn note_stage_entries(&mut self, map: &Map) -> bool {
        const OTHERS: [&str; 4] = ["staging", "stage", "default", "base"];
        let is_stage = |name: &String| {
            let name = plain(name);
            let mut words = DEVELOPMENT_WORDS
                .iter()
                .chain(&PRODUCTION_WORDS)
                .chain(&OTHERS);
            words.any(|word| *word == name)
        };
        if !map.entries.keys().all(is_stage) {
            return false;
        }
        for (name, entry) in &map.entries {
            if DEVELOPMENT_WORDS.contains(&plain(name).as_str()) {
                self.development.extend(entry.value.origin());
            }
        }
        true
    }

    /// The same for an arm of a choice between stages.
    pub(super) fn note_stage_arm(&mut self, subject: &Value, arm: &Arm, cases: &[Value]) {
        let is_development = |case: &Value| by_word(case) == Some(Stage::Development);
        if holds_stage(subject) && !cases.is_empty() && cases.iter().all(is_development) {
            self.note_stage(&arm.body, Some(Stage::Development));
        }
    }

    /// The same for what follows a statement of a block.
    pub(super) fn note_stage_behind(
        &mut self,
        block: &Block,
        index: usize,
        passed: Option<Passed>,
    ) {
        let Some(passed) = passed.filter(|passed| passed.stage == Stage::Development) else {
            return;
        };
        let behind = block.statements.get(index + 1..).unwrap_or_default();
        let tail = block.tail.map(|tail| self.module.expr(tail).span);
        let spans = behind.iter().map(|statement| statement.span).chain(tail);
        let span = spans.reduce(Span::join);
        self.development.extend(span);
        if passed.stopped {
            self.key_guards.behind.extend(span);
        }
    }

    pub(super) fn block_span(&self, block: &Block) -> Option<Span> {
        let tail = block.tail.map(|tail| self.module.expr(tail).span);
        let statements = block.statements.iter().map(|statement| statement.span);
        statements.chain(tail).reduce(Span::join)
    }

    /// Whether a step on the way of a value is in code that runs in development only.
    pub(super) fn is_for_development(&self, steps: &[(Span, String)]) -> bool {
        steps.iter().any(|(span, _)| {
            let files = self.loaded.iter().map(|loaded| &loaded.file.module);
            let left_out = files.flat_map(|module| &module.development_spans);
            let mut blocks = self.development.iter().chain(left_out);
            blocks.any(|block| block.contains(*span))
        })
    }

    /// Whether a block ends the program or the work at hand with an error.
    pub(super) fn stops(&self, block: &Block) -> bool {
        const EXITS: [&str; 6] = ["exit", "_exit", "abort", "panic", "fatal", "Fatal"];
        let is_exit = |id: ExprId| match &self.module.expr(id).kind {
            ExprKind::Call(call) => match &self.module.expr(call.callee).kind {
                ExprKind::Name(name) => EXITS.contains(&name.as_str()),
                ExprKind::Member { name, .. } => EXITS.contains(&name.text.as_str()),
                _ => false,
            },
            _ => false,
        };
        let mut statements = block.statements.iter();
        statements.any(|statement| match &statement.kind {
            StatementKind::Throw(_) => true,
            StatementKind::Expr(id) => is_exit(*id),
            _ => false,
        }) || block.tail.is_some_and(is_exit)
    }

    /// Whether the code that runs now runs at this stage only.
    pub(super) fn is_at(&self, stage: Stage) -> bool {
        self.around.stages.contains(&stage)
    }

    /// Runs something that happens at a stage only, when that is known.
    pub(super) fn at_stage<T>(
        &mut self,
        stage: Option<Stage>,
        run: impl FnOnce(&mut Self) -> T,
    ) -> T {
        let before = self.around.stages.len();
        self.around.stages.extend(stage);
        let result = run(self);
        self.around.stages.truncate(before);
        result
    }

    /// How a way of a branch ended that runs at a stage only: its value belongs to that stage.
    pub(super) fn for_stage(
        &mut self,
        (flow, value): Outcome,
        stage: Option<Stage>,
        block: &Block,
    ) -> Outcome {
        let span = self.block_span(block).unwrap_or_default();
        let only_development = stage == Some(Stage::Development);
        let value = value.map(|value| match value.kind {
            Kind::Text(_) if only_development => value.through(span, "taken in development"),
            _ => value,
        });
        (flow, value)
    }

    /// A value that stands here: when that is in code that runs in development only, the way to it says so.
    pub(super) fn written_for_development(&self, value: Value, span: Span) -> Value {
        let mut blocks = self.development.iter();
        match value.kind {
            Kind::Text(_) if blocks.any(|block| block.contains(span)) => {
                value.through(span, "taken in development")
            }
            _ => value,
        }
    }

    /// Two conditions that both hold.
    pub(super) fn both(&mut self, left: &Value, right: Value, right_span: Span) -> Value {
        let Some(first) = left.stage_test() else {
            let test = right.stage_test().filter(|_| !is_result(&right));
            return test.map_or(right, |test| {
                Value::new(Kind::Stage(test.and(StageTest::default())))
            });
        };
        if first.then == Some(Stage::Development) {
            self.development.push(right_span);
        }
        if is_result(&right) {
            return right;
        }
        let test = first.and(right.stage_test().unwrap_or_default());
        Value::new(Kind::Stage(test))
    }
}

/// Two conditions of which one holds, when they say something of the stage.
pub(super) fn either_stage(left: &Value, right: &Value) -> Option<Value> {
    let is_test = |value: &Value| matches!(value.kind, Kind::Stage(_));
    if is_result(left) || is_result(right) || !(is_test(left) || is_test(right)) {
        return None;
    }
    let test = |value: &Value| value.stage_test().unwrap_or_default();
    let joined = test(left).or(test(right));
    joined
        .says_anything()
        .then(|| Value::new(Kind::Stage(joined)))
}

/// Whether a value is what was asked for, and not only a truth.
fn is_result(value: &Value) -> bool {
    !matches!(
        value.kind,
        Kind::Stage(_) | Kind::Unknown(_) | Kind::Wanted(_) | Kind::Bool(_)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tests_are_joined() {
        let development = StageTest::of(Stage::Development);
        let production = StageTest::of(Stage::Production);
        let unknown = StageTest::default();
        assert_eq!(development.negated(), production);
        assert_eq!(development.or(development), development);
        assert_eq!(development.and(unknown).then, Some(Stage::Development));
        assert_eq!(development.and(unknown).otherwise, None);
        assert_eq!(production.or(unknown).then, None);
        assert_eq!(production.or(unknown).otherwise, Some(Stage::Development));
    }

    #[test]
    fn names_tell() {
        assert_eq!(by_name("IS_PROD"), by_name("isProduction"));
        assert_eq!(by_name("__debug__"), by_name("DEBUG"));
        assert_eq!(by_name("debugger"), None);
        assert_eq!(last_name("config.isDev()"), "isDev");
    }
}
