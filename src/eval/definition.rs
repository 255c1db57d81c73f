//! Definitions at the top of other files, which are evaluated when somebody asks for their names.
//!
//! A file that is asked for one key need not have its other classes and tables evaluated. What a file does at its top
//! besides defining names, and names that it writes more than once, are evaluated when it is loaded.

use rustc_hash::FxHashMap;

use super::Evaluator;
use super::imports::DEEPEST_LOAD;
use super::pending::Definition;
use super::value::Value;
use crate::syntax::ir::{
    AssignOperator, Assignment, Block, ExprId, ExprKind, Module, Statement, StatementKind, Target,
};

impl<'a> Evaluator<'a> {
    /// Runs the top of another file, but for the definitions that can wait.
    pub(super) fn load_top(&mut self, top: &'a Block, scope: usize) {
        self.hoist(top, scope);
        let waiting = self.waiting_definitions(top);
        for (name, statement) in &waiting {
            let definition = Definition {
                file: self.current,
                statement: *statement,
            };
            let value = Value::pending_definition(definition, name);
            self.write_name(scope, name, value);
        }
        let waiting = waiting
            .into_iter()
            .map(|(_, statement)| statement)
            .collect();
        self.statements(top, scope, &waiting);
    }

    /// Names that one statement defines, with its position.
    fn waiting_definitions(&self, top: &'a Block) -> Vec<(&'a str, usize)> {
        let mut written = FxHashMap::default();
        count_names(self.module, top, &mut written);
        let definitions = top.statements.iter().enumerate();
        definitions
            .filter_map(|(position, statement)| {
                let name = self.defined_name(statement)?;
                let is_setting = self.catalog.settings(name).next().is_some();
                let once = written.get(name) == Some(&1);
                (once && !is_setting).then_some((name, position))
            })
            .collect()
    }

    /// The name that a statement defines, when it does nothing else.
    fn defined_name(&self, statement: &'a Statement) -> Option<&'a str> {
        match &statement.kind {
            StatementKind::Assign(Assignment {
                target: Target::Name(name),
                operator: AssignOperator::Set,
                value: Some(_),
                ..
            }) => Some(&name.text),
            StatementKind::Class(id) => {
                let class = self.module.class(*id);
                let name = class.name.as_ref()?;
                class.decorators.is_empty().then_some(&name.text)
            }
            _ => None,
        }
    }

    /// The value of an expression that a file exports; a name whose definition waits goes on waiting.
    pub(super) fn exported_value(&mut self, id: ExprId, scope: usize) -> Value {
        if let ExprKind::Name(name) = &self.module.expr(id).kind
            && let Some(value) = self.scopes[scope].names.get(name.as_str())
            && value.is_definition()
        {
            return value.clone();
        }
        self.expression(id, scope)
    }

    /// Runs a statement that defines a name; `None` when too many wait for each other.
    pub(super) fn run_definition(&mut self, definition: &Definition) -> Option<Value> {
        if self.loading >= DEEPEST_LOAD {
            self.cut.depth = true;
            return None;
        }
        let loaded = self.loaded.get(definition.file)?;
        let (file, scope) = (loaded.file, loaded.scope);
        let statement = file.module.body.statements.get(definition.statement)?;
        self.apart(scope, |this| {
            this.within(definition.file, |this| {
                this.statement(statement, scope);
                let name = this.defined_name(statement)?;
                this.scopes[scope].names.get(name).cloned()
            })
        })
    }
}

/// How often the names of a block are written: by its statements, and in the blocks inside them.
fn count_names<'a>(module: &'a Module, block: &'a Block, written: &mut FxHashMap<&'a str, usize>) {
    for statement in &block.statements {
        match &statement.kind {
            StatementKind::Assign(assignment) => count_target(&assignment.target, written),
            StatementKind::Class(id) => {
                let name = module.class(*id).name.as_ref();
                count(name.map(|name| name.text.as_str()), written);
            }
            StatementKind::Function(id) => {
                let name = module.function(*id).name.as_ref();
                count(name.map(|name| name.text.as_str()), written);
            }
            StatementKind::Import(imports) => {
                for import in imports {
                    let name = import.binding.as_ref();
                    count(name.map(|name| name.text.as_str()), written);
                }
            }
            StatementKind::Expr(id) => count_inside(module, *id, written),
            StatementKind::Loop(each) => {
                if let Some(target) = &each.target {
                    count_target(target, written);
                }
                count_names(module, &each.body, written);
            }
            _ => {}
        }
    }
}

fn count_inside<'a>(module: &'a Module, id: ExprId, written: &mut FxHashMap<&'a str, usize>) {
    match &module.expr(id).kind {
        ExprKind::If(branch) => {
            count_names(module, &branch.then, written);
            count_names(module, &branch.otherwise, written);
        }
        ExprKind::Match(chosen) => {
            for arm in &chosen.arms {
                count_names(module, &arm.body, written);
            }
        }
        ExprKind::Block(block) => count_names(module, block, written),
        ExprKind::Try(tried) => {
            count_names(module, &tried.body, written);
            for handler in &tried.handlers {
                count_names(module, &handler.body, written);
            }
            count_names(module, &tried.finally, written);
        }
        ExprKind::Assign(assignment) => count_target(&assignment.target, written),
        _ => {}
    }
}

fn count_target<'a>(target: &'a Target, written: &mut FxHashMap<&'a str, usize>) {
    match target {
        Target::Name(name) => count(Some(&name.text), written),
        Target::Members { members, rest } => {
            for member in members {
                count_target(&member.target, written);
            }
            if let Some(rest) = rest {
                count_target(rest, written);
            }
        }
        Target::Elements(targets) => {
            for target in targets.iter().flatten() {
                count_target(target, written);
            }
        }
        Target::Wrapped { inner, .. } => {
            for target in inner {
                count_target(target, written);
            }
        }
        Target::Place(_) | Target::Nothing => {}
    }
}

fn count<'a>(name: Option<&'a str>, written: &mut FxHashMap<&'a str, usize>) {
    if let Some(name) = name {
        *written.entry(name).or_insert(0) += 1;
    }
}
