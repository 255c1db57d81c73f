//! Runs a module's statements in order over symbolic values, and notes every call of a library's API.
//!
//! Branches join into alternatives, loops run once, functions are evaluated in place at their calls, and a function
//! that nobody in the file calls is evaluated once with unknown arguments. Work is bounded; what was cut is counted.

mod bound;
mod branch;
mod by_hand;
mod call;
mod callback;
mod checks;
mod claim_schema;
mod claims_type;
mod class;
mod conclude;
mod condition;
mod decoded;
mod definition;
mod deserialized;
mod discovery;
mod elements;
mod export;
mod expression;
mod failure;
mod fallback;
mod fetch;
mod filled;
mod flow;
mod force;
mod framework;
mod handed_over;
mod header;
mod imports;
mod inject;
mod injected;
mod instance;
mod library;
mod material;
mod member;
mod method;
mod mint;
mod missing;
mod operator;
mod options;
mod pending;
mod place;
mod provider;
mod quiet;
mod reading;
mod refused;
mod remote;
mod run;
mod schema;
mod slots;
mod stage;
mod stage_test;
mod stand_in;
mod statement;
mod store;
mod surroundings;
mod taken_apart;
mod token;
mod typed;
mod uses;
mod value;
mod write;

pub(crate) use material::decode_base64;
pub(crate) use token::read as signed_token;

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::rc::Rc;

use rustc_hash::{FxHashMap, FxHashSet};

use crate::budget::{Budget, Cut};
use crate::facts::{FileFacts, FileRead, GeneratedKey, Ignoring, LibraryVersion, Site};
use crate::models::catalog::{Catalog, Found};
use crate::models::schema::{Api, Library};
use crate::project::{Parsed, Project};
use crate::source::{FileId, Span};
use crate::syntax::ir::{ClassId, ExprId, FunctionId, Member, Module};

use slots::Resolved;
use surroundings::{Frame, Surroundings};
use uses::ClaimsUse;
use value::{CallRecord, ClassValue, Closure, Value};

/// How often one function is evaluated with unknown arguments, in the scopes that made it.
const MOST_GENERIC_RUNS: usize = 3;

/// What the evaluator is told about the file.
pub struct Input<'a> {
    /// The file to evaluate.
    pub file: &'a Parsed,
    /// The files around it.
    pub project: &'a Project<'a>,
    /// The models of its language.
    pub catalog: &'a Catalog,
    /// Which version of a library applies to the file of this path.
    pub version: &'a dyn Fn(&str, &Library) -> LibraryVersion,
    /// Whether a manifest of the file names the library.
    pub depends_on: &'a dyn Fn(&Library) -> bool,
    /// Whether calls into a file are followed at once. Others are only followed when a call of a library asks for
    /// what they give.
    pub is_entered: &'a dyn Fn(FileId) -> bool,
    /// How much may be evaluated.
    pub budget: Budget,
}

/// Evaluates one file, and of other files what it calls and reads.
pub fn evaluate(input: &Input<'_>) -> Evaluation {
    let mut evaluator = Evaluator::new(input);
    evaluator.run();
    evaluator.join_decoded();
    evaluator.settle_by_hand();
    conclude::conclude(&evaluator)
}

/// What the evaluation of one file told.
#[derive(Debug, Default)]
pub struct Evaluation {
    /// The facts of the file itself.
    pub facts: FileFacts,
    /// Sites in other files that this one reaches, with the path of the file in their place.
    pub elsewhere: Vec<Site>,
    /// Functions and classes whose callers decide what they do with tokens.
    pub wrappers: BTreeSet<String>,
    /// Settings that its libraries read, and that other files may set.
    pub settings: BTreeSet<String>,
    /// How many nodes were evaluated.
    pub nodes: usize,
}

/// A call of a library's API, as it was when it happened.
struct SiteRecord<'a> {
    api: Found<'a, Api>,
    call: Rc<CallRecord>,
    resolved: Resolved<'a>,
    uses: ClaimsUse,
    /// Names of the functions and classes around it, outermost first.
    scope: String,
    version: LibraryVersion,
    /// The header's algorithm was held against something before.
    guarded: bool,
    /// How many nodes were evaluated before it.
    moment: usize,
    /// The function around it was run for callers that are not known.
    generic: bool,
    /// The call belongs to what another file does by itself when it is loaded; that file tells of it.
    of_another: bool,
    /// The functions and classes around it, innermost first.
    wrappers: Vec<Wrapper>,
    /// The code does by itself what a library would do.
    by_hand: Option<ByHand>,
    /// The call that handed the key to the code around.
    handed_over: Option<Span>,
    /// Which run for unknown callers it belongs to.
    activation: usize,
    /// It happens when the token has expired, said there.
    after_expiry: Option<Span>,
    /// It happens when a verification has failed, for whatever reason.
    after_failure: bool,
    /// An error that says that the token has expired does nothing, said there.
    expiry_swallowed: Option<Span>,
    /// A function that is called at this depth says by what it returns whether the token is good.
    reported_in: Option<usize>,
    /// How nobody looks at whether the token is good, and where.
    ignored: Option<(Ignoring, Span)>,
    /// It gives a promise.
    promised: bool,
    /// A test made the call that led here.
    by_test: bool,
}

/// What code does by hand that a library would do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ByHand {
    /// It decodes what may be claims. Nothing was held against the signature.
    Decodes,
    /// It reads the claims out of what it decoded. Nothing was held against the signature.
    Reads,
    /// It verifies the signature.
    Verifies,
    /// It signs.
    Mints,
}

/// A function or class whose callers decide about a call in it.
#[derive(Clone, Debug)]
enum Wrapper {
    /// By its name.
    Named(String),
    /// Without a name of its own; what it is bound to is its name.
    Unnamed(FunctionKey),
}

/// A framework setting that the file sets.
struct SettingRecord {
    name: String,
    value: Value,
    span: Span,
    scope: String,
}

/// Names that a block binds.
#[derive(Default)]
struct Scope<'a> {
    parent: Option<usize>,
    names: FxHashMap<&'a str, Value>,
    globs: Vec<String>,
    /// Files of the tree of which every name is bound.
    local_globs: Vec<FileId>,
}

/// A file that takes part in the evaluation.
struct Loaded<'a> {
    file: &'a Parsed,
    /// Scope of its top.
    scope: usize,
    /// What it exports by name.
    exports: FxHashMap<String, Value>,
    /// What it exports instead of a collection of names.
    replaced: Option<Value>,
    /// Modules whose exports it hands on.
    handed_on: Vec<String>,
}

/// A function of one of the files.
type FunctionKey = (usize, FunctionId);

/// A class of one of the files.
type ClassKey = (usize, ClassId);

/// Members that a block adds to a class, with the file that they stand in.
type Extension<'a> = (usize, &'a [Member]);

struct Evaluator<'a> {
    input: &'a Input<'a>,
    /// Files that take part; the one that is evaluated is the first.
    loaded: Vec<Loaded<'a>>,
    /// Index of each by its number.
    by_file: FxHashMap<FileId, usize>,
    /// Names that were looked for in a file and are not there.
    not_exported: FxHashSet<(FileId, String)>,
    /// Whether an unbound name in a file is a module of the tree.
    tree_modules: FxHashMap<(usize, String), bool>,
    /// Versions of libraries that apply to the files.
    versions: RefCell<FxHashMap<(usize, *const Library), LibraryVersion>>,
    /// The file whose code runs.
    current: usize,
    /// Its IR.
    module: &'a Module,
    /// How many files are being loaded.
    loading: usize,
    /// How many names of other files are being looked up for each other.
    following: usize,
    catalog: &'a Catalog,
    scopes: Vec<Scope<'a>>,
    /// What runs, and what is open around it.
    around: Surroundings<'a>,
    sites: Vec<SiteRecord<'a>>,
    /// Types that the claims of sites are read into.
    claims_types: FxHashMap<usize, Rc<ClassValue>>,
    settings: Vec<SettingRecord>,
    reads: Vec<FileRead>,
    generated: Vec<GeneratedKey>,
    /// What was written to members of objects that nothing else is known of, by the path of the member.
    kept: FxHashMap<String, Value>,
    /// Stores of settings, by name.
    stores: FxHashMap<String, store::Store>,
    /// `impl` blocks by the file and name of the class.
    extensions: FxHashMap<(usize, String), Vec<Extension<'a>>>,
    /// Functions that were made and may never be called in this file.
    waiting: Vec<Rc<Closure>>,
    /// Functions with some of their arguments, which may never be called in this file.
    bound: Vec<Rc<value::Bound>>,
    /// How often each function ran.
    ran: FxHashMap<FunctionKey, usize>,
    /// Functions that left something behind that a fact is made of.
    telling: FxHashSet<FunctionKey>,
    /// How often something was written that is older than the function that wrote it.
    changes: usize,
    classes: Vec<Rc<ClassValue>>,
    /// Classes of which a function was asked for an instance.
    made_by_function: FxHashSet<ClassKey>,
    /// Local classes of which an instance was made.
    instances: FxHashMap<ClassKey, Value>,
    /// Objects of other files' classes that were made.
    made: Vec<injected::Made>,
    /// Words of each file that name what signs or verifies.
    signing_words: FxHashMap<usize, Rc<[String]>>,
    /// Whether methods of a class name any of them.
    signing_classes: FxHashMap<ClassKey, bool>,
    /// How many members and methods of values that waited are being asked for, each for the one before.
    asked: usize,
    /// Classes of which instances were looked for where they are made.
    searched: FxHashSet<ClassKey>,
    /// What is looked for where it is made.
    search: Option<handed_over::Search>,
    /// Modules that the files import from and that a model knows.
    imported_modules: BTreeSet<String>,
    /// Functions in which the header's algorithm is held against something.
    guarded: FxHashSet<Option<FunctionKey>>,
    /// Parameters of a header that were checked, by the functions in which that happened.
    checked: FxHashSet<(FunctionKey, String)>,
    /// The functions that ran when a function was made.
    made_in: FxHashMap<FunctionKey, BTreeSet<FunctionKey>>,
    /// Calls that a parameter of the header reached.
    reached: Vec<header::Reached>,
    /// What was fetched.
    fetches: Vec<fetch::FetchRecord>,
    /// Tokens that were taken apart.
    taken_apart: Vec<taken_apart::TakenApart>,
    /// Keyed hashes over parts of tokens.
    hashes: Vec<by_hand::KeyedHash<'a>>,
    /// Discovery documents that are put together.
    discoveries: Vec<discovery::Discovery>,
    /// Private keys that are handed out.
    published: Vec<export::Published>,
    /// Key sets that are handed out.
    key_sets: Vec<export::AnsweredSet>,
    /// Where functions that are called after rotation make keys.
    rotations: Vec<crate::finding::Place>,
    /// Where keys came from that verified a token.
    key_sources: Vec<fetch::KeySource>,
    /// How many such runs there were.
    activations: usize,
    /// Calls of functions that only promise what they return, with the sites that were found in them.
    promises: Vec<(Span, std::ops::Range<usize>)>,
    /// Variables of the environment that the code holds to be set, or stops.
    not_empty: FxHashSet<Rc<str>>,
    /// What the code does about keys that are missing or known.
    key_guards: missing::KeyGuards,
    /// Settings classes whose methods were looked at.
    settings_classes: BTreeSet<ClassKey>,
    /// Code that runs in development only.
    development: Vec<Span>,
    /// Where what follows a branch runs, since the program stopped or returned elsewhere.
    passed: Option<stage_test::Passed>,
    /// A package was loaded whose name says that it handles tokens, and no model knows it.
    unknown_library: bool,
    /// Which bounds kept something out.
    cut: Cut,
    steps: usize,
}

impl<'a> Evaluator<'a> {
    fn new(input: &'a Input<'a>) -> Self {
        Self {
            input,
            loaded: vec![Loaded::new(input.file, 0)],
            by_file: FxHashMap::from_iter([(input.file.source.id, 0)]),
            not_exported: FxHashSet::default(),
            tree_modules: FxHashMap::default(),
            versions: RefCell::default(),
            current: 0,
            module: &input.file.module,
            loading: 0,
            following: 0,
            catalog: input.catalog,
            scopes: vec![Scope::default()],
            around: Surroundings::of_file(0),
            sites: Vec::new(),
            claims_types: FxHashMap::default(),
            settings: Vec::new(),
            reads: Vec::new(),
            generated: Vec::new(),
            kept: FxHashMap::default(),
            stores: FxHashMap::default(),
            extensions: FxHashMap::default(),
            waiting: Vec::new(),
            bound: Vec::new(),
            ran: FxHashMap::default(),
            telling: FxHashSet::default(),
            changes: 0,
            classes: Vec::new(),
            made_by_function: FxHashSet::default(),
            instances: FxHashMap::default(),
            made: Vec::new(),
            signing_words: FxHashMap::default(),
            signing_classes: FxHashMap::default(),
            asked: 0,
            searched: FxHashSet::default(),
            search: None,
            imported_modules: BTreeSet::new(),
            guarded: FxHashSet::default(),
            checked: FxHashSet::default(),
            made_in: FxHashMap::default(),
            reached: Vec::new(),
            fetches: Vec::new(),
            taken_apart: Vec::new(),
            hashes: Vec::new(),
            discoveries: Vec::new(),
            published: Vec::new(),
            key_sets: Vec::new(),
            rotations: Vec::new(),
            key_sources: Vec::new(),
            activations: 0,
            promises: Vec::new(),
            not_empty: FxHashSet::default(),
            key_guards: missing::KeyGuards::default(),
            settings_classes: BTreeSet::new(),
            development: Vec::new(),
            passed: None,
            unknown_library: false,
            cut: Cut::default(),
            steps: 0,
        }
    }

    /// Path of the file whose code runs.
    fn current_path(&self) -> &'a str {
        &self.loaded[self.current].file.source.path
    }

    /// The version of a library that applies to the code that runs.
    fn version(&self, library: &Library) -> LibraryVersion {
        let asked = (self.current, std::ptr::from_ref(library));
        let mut known = self.versions.borrow_mut();
        let known = known.entry(asked);
        known
            .or_insert_with(|| (self.input.version)(self.current_path(), library))
            .clone()
    }

    fn run(&mut self) {
        let module = self.module;
        self.block(&module.body, 0);
        self.filling_first();
        self.run_bound();
        self.run_waiting();
        self.run_bound();
        let mut next = 0;
        while let Some(class) = self.classes.get(next).cloned() {
            next += 1;
            self.run_class(&class);
            self.run_waiting();
        }
        self.run_made();
    }

    /// Evaluates functions that nobody called, with unknown arguments.
    fn run_waiting(&mut self) {
        while let Some(closure) = self.waiting.pop() {
            if self.ran.get(&closure.key()).copied().unwrap_or(0) < MOST_GENERIC_RUNS
                && !self.ran_by_call(&closure)
            {
                self.invoke_generically(&closure);
            }
        }
    }

    fn ran_by_call(&self, closure: &Closure) -> bool {
        // A function at the top of the file that ran was called with real arguments; one inside another function
        // is made anew in every scope.
        self.ran.contains_key(&closure.key()) && closure.scope == 0
    }

    /// Counts a node; `false` when the budget is used up.
    fn step(&mut self) -> bool {
        let goes_on = self.steps < self.input.budget.file_nodes;
        if goes_on {
            self.steps += 1;
        } else {
            self.cut.nodes = true;
        }
        goes_on
    }

    /// Whether a call would be nested too deeply.
    fn is_too_deep(&mut self) -> bool {
        let too_deep = self.around.frames.len() > self.input.budget.call_depth;
        self.cut.depth |= too_deep;
        too_deep
    }

    fn frame(&self) -> &Frame {
        self.around.frames.last().unwrap_or(&self.around.frames[0])
    }

    fn frame_mut(&mut self) -> &mut Frame {
        let last = self.around.frames.len() - 1;
        &mut self.around.frames[last]
    }

    fn new_scope(&mut self, parent: usize) -> usize {
        self.scopes.push(Scope {
            parent: Some(parent),
            ..Scope::default()
        });
        self.scopes.len() - 1
    }

    /// Names of the functions and classes around the current place.
    fn scope_label(&self) -> String {
        self.around
            .frames
            .iter()
            .map(|frame| frame.label.as_str())
            .filter(|label| !label.is_empty())
            .collect::<Vec<_>>()
            .join(".")
    }

    /// Names of the functions and classes around the current place that callers know, innermost first.
    fn wrappers(&self) -> Vec<Wrapper> {
        let mut wrappers = self.wrappers_in(&self.around.frames);
        let frames = self.around.frames.iter().rev();
        let generic = frames.take_while(|frame| frame.generic || frame.function.is_none());
        wrappers.extend(self.makers(generic.filter_map(|frame| frame.function)));
        wrappers
    }

    /// The same around the call of a function that was called for what it gives.
    fn wrappers_around(&self) -> Vec<Wrapper> {
        let called = |frame: &Frame| !frame.generic && frame.function.is_some();
        let last = self.around.frames.iter().rposition(|frame| !called(frame));
        self.wrappers_in(
            self.around
                .frames
                .get(..=last.unwrap_or(0))
                .unwrap_or_default(),
        )
    }

    fn wrappers_in(&self, frames: &[Frame]) -> Vec<Wrapper> {
        let frames = frames.iter().rev();
        let generic = frames.take_while(|frame| frame.generic || frame.function.is_none());
        let wrapper = |frame: &Frame| match (frame.label.is_empty(), frame.function) {
            (false, _) => Some(Wrapper::Named(frame.label.clone())),
            (true, Some(function)) => Some(Wrapper::Unnamed(function)),
            (true, None) => None,
        };
        generic.filter_map(wrapper).collect()
    }

    /// The value of a name, looked up outwards; a definition that waits is evaluated.
    fn look_up(&mut self, name: &str, from: usize) -> Option<Value> {
        let found = self.find_name(name, from)?;
        Some(self.defined(found))
    }

    fn find_name(&self, name: &str, from: usize) -> Option<Value> {
        let mut scope = Some(from);
        while let Some(index) = scope {
            if let Some(value) = self.scopes[index].names.get(name) {
                return Some(value.clone());
            }
            let glob = self.scopes[index]
                .globs
                .iter()
                .find(|package| self.catalog.names_something(package, name));
            if let Some(package) = glob {
                return Some(Value::symbol(package, &[name.to_owned()]));
            }
            scope = self.scopes[index].parent;
        }
        None
    }

    fn expression_span(&self, id: ExprId) -> Span {
        self.module.expr(id).span
    }
}
