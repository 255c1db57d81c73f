//! Every code file of a run, parsed when somebody asks for it and once only, and which file an import means.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, OnceLock, RwLock};
use std::time::{Duration, Instant};

use aho_corasick::AhoCorasick;
use memchr::memmem;
use rayon::prelude::*;
use rustc_hash::FxHashMap;

use crate::code_context;
use crate::finding::CodeContext;
use crate::source::{FileId, SourceFile};
use crate::syntax::bounds::Limits;
use crate::syntax::ir::Module;
use crate::syntax::resolve::{Resolver, is_package_entry};
use crate::syntax::tree::{Package, Target, Tree, folder_of, inside, is_under, upwards};
use crate::syntax::{self, Language};
use crate::walk::{Committed, FileKind, OtherFile, WalkedFile};

/// A manifest or a compiler's settings file over this many bytes is not read.
const LARGEST_MANIFEST: u64 = 1_000_000;

/// Answers to where an import leads that are remembered; after these each question is asked anew.
const MOST_ANSWERS: usize = 200_000;

/// Files that hand on all names of each other that are followed.
const MOST_HANDING_ON: usize = 400;

/// Hears how far a run is; called from many threads.
pub trait Progress: Sync {
    /// The walk is done: this many files will be parsed.
    fn walked(&self, _files: usize) {}
    /// A file is about to be parsed.
    fn begins(&self, _path: &str) {}
    /// A file was parsed.
    fn ends(&self, _path: &str) {}
}

/// Nobody listens.
pub struct Silent;

impl Progress for Silent {}

/// A file that was read and parsed.
#[derive(Debug)]
pub struct Parsed {
    /// Its text.
    pub source: Arc<SourceFile>,
    /// Its IR.
    pub module: Module,
    /// Its language.
    pub language: Language,
}

/// What is known of one code file before it is asked for.
struct File {
    path: String,
    disk_path: PathBuf,
    language: Language,
    /// Whether the walk kept it: it mentions tokens, or was named.
    kept: bool,
    /// Its content, when the walk had room for it.
    content: Option<Vec<u8>>,
    /// Its text, read when somebody asks unless the walk kept it.
    text: OnceLock<Option<Arc<SourceFile>>>,
    parsed: OnceLock<Option<Parsed>>,
}

/// The code files of the run, and the manifests beside them.
pub struct Files {
    /// By number.
    files: BTreeMap<FileId, File>,
    by_path: BTreeMap<String, FileId>,
    manifests: BTreeMap<String, PathBuf>,
    limits: Limits,
    largest: u64,
    /// Files that are not to be parsed.
    poisoned: Vec<String>,
    /// Microseconds that parsing took on all threads.
    parsing: AtomicU64,
}

impl Files {
    /// Takes over what the walk found.
    pub fn new(
        kept: Vec<(WalkedFile, Language)>,
        others: Vec<OtherFile>,
        manifests: BTreeMap<String, PathBuf>,
    ) -> Self {
        let kept = kept.into_iter().map(|(file, language)| {
            let source = file.source;
            let known = File {
                path: source.path.clone(),
                disk_path: source.disk_path.clone(),
                language,
                kept: true,
                content: None,
                text: OnceLock::new(),
                parsed: OnceLock::new(),
            };
            let id = source.id;
            let text = OnceLock::from(Some(Arc::new(source)));
            (id, File { text, ..known })
        });
        let others = others.into_iter().map(|file| {
            let known = File {
                path: file.path,
                disk_path: file.disk_path,
                language: file.language,
                kept: false,
                content: file.content,
                text: OnceLock::new(),
                parsed: OnceLock::new(),
            };
            (file.id, known)
        });
        let files: BTreeMap<FileId, File> = kept.chain(others).collect();
        let by_path = files
            .iter()
            .map(|(id, file)| (file.path.clone(), *id))
            .collect();
        Self {
            files,
            by_path,
            manifests,
            limits: Limits::default(),
            largest: crate::walk::DEFAULT_MAX_FILE_BYTES,
            poisoned: Vec::new(),
            parsing: AtomicU64::default(),
        }
    }

    /// A project of one file.
    pub fn of_one(source: SourceFile, language: Language) -> Self {
        let file = WalkedFile {
            source,
            kind: FileKind::Code(language),
            named: true,
            committed: Committed::Unknown,
            hit: true,
        };
        Self::new(vec![(file, language)], Vec::new(), BTreeMap::new())
    }

    /// Bounds on one file, and the files that must not be parsed.
    pub fn bounded(self, limits: Limits, largest: u64, poisoned: Vec<String>) -> Self {
        Self {
            limits,
            largest,
            poisoned,
            ..self
        }
    }

    /// A file's path relative to the linted root.
    pub fn path(&self, id: FileId) -> &str {
        self.files.get(&id).map_or("", |file| &file.path)
    }

    /// A file's language.
    pub fn language(&self, id: FileId) -> Option<Language> {
        self.files.get(&id).map(|file| file.language)
    }

    /// The file of a path.
    pub fn id(&self, path: &str) -> Option<FileId> {
        self.by_path.get(path).copied()
    }

    /// Every file of code that the walk did not keep, in order.
    pub fn others(&self) -> impl Iterator<Item = FileId> {
        self.files
            .iter()
            .filter(|(_, file)| !file.kept && !file.language.is_data())
            .map(|(id, _)| *id)
    }

    /// The texts of the files that were parsed.
    pub fn parsed_sources(&self) -> impl Iterator<Item = &Arc<SourceFile>> {
        let parsed = self.files.values().filter_map(|file| file.parsed.get());
        parsed.flatten().map(|parsed| &parsed.source)
    }

    /// Time that parsing took until now, added up over the threads.
    pub fn parse_time(&self) -> Duration {
        Duration::from_micros(self.parsing.load(Ordering::Relaxed))
    }

    /// The nearest folder above a file that has a manifest; "" when none has.
    pub fn folder_with_a_manifest<'p>(&self, path: &'p str) -> &'p str {
        let has_one = |folder: &&str| {
            let behind = self.manifests.range(inside(folder, "")..);
            let mut inside = behind.take_while(|(path, _)| is_under(path, folder));
            inside.any(|(path, _)| folder_of(path) == *folder)
        };
        let mut folders = upwards(folder_of(path));
        folders.find(has_one).unwrap_or_default()
    }

    /// A file's content as it is on disk, when it was not kept. `None` when it cannot be read or is no text.
    pub fn content(&self, id: FileId) -> Option<Cow<'_, [u8]>> {
        let file = self.files.get(&id)?;
        let content = match &file.content {
            Some(content) => Cow::Borrowed(content.as_slice()),
            None => Cow::Owned(read_regular(&file.disk_path, self.largest)?),
        };
        memchr::memchr(0, &content).is_none().then_some(content)
    }

    /// Whether a name stands anywhere in a file.
    pub fn spells(&self, id: FileId, name: &str) -> bool {
        let spelt = |bytes: &[u8]| memmem::find(bytes, name.as_bytes()).is_some();
        self.text(id).is_some_and(|source| spelt(source.bytes()))
    }

    /// Files of a language that spell one of these words, without tests.
    pub fn that_spell(&self, folder: &str, words: &[String]) -> Vec<FileId> {
        let Ok(words) = AhoCorasick::new(words) else {
            return Vec::new();
        };
        let spells = |bytes: &[u8]| words.is_match(bytes);
        let files: Vec<(&FileId, &File)> = self.files.iter().collect();
        let spelling = files.into_par_iter().filter(|(id, file)| {
            file.language.model_folder() == folder
                && match file.text.get() {
                    Some(text) => text.as_ref().is_some_and(|text| spells(text.bytes())),
                    None => self.content(**id).is_some_and(|bytes| spells(&bytes)),
                }
                && code_context::of_path(&file.path) != Some(CodeContext::Test)
        });
        spelling.map(|(id, _)| *id).collect()
    }

    /// A file's text, read once.
    fn text(&self, id: FileId) -> Option<&Arc<SourceFile>> {
        let file = self.files.get(&id)?;
        let read = || {
            let bytes = self.content(id)?.into_owned();
            let mut source = SourceFile::new(file.path.clone(), file.disk_path.clone(), bytes);
            source.id = id;
            Some(Arc::new(source))
        };
        file.text.get_or_init(read).as_ref()
    }

    /// Whether an earlier run died on the file.
    pub fn is_poisoned(&self, id: FileId) -> bool {
        self.poisoned.iter().any(|path| path == self.path(id))
    }

    fn parse(&self, id: FileId, progress: &dyn Progress) -> Option<Parsed> {
        let file = self.files.get(&id)?;
        let source = Arc::clone(self.text(id)?);
        let module = if self.is_poisoned(id) {
            Module::default()
        } else {
            progress.begins(&file.path);
            let start = Instant::now();
            let module = syntax::parse(&source, file.language, &self.limits);
            let passed = start.elapsed().as_micros() as u64;
            self.parsing.fetch_add(passed, Ordering::Relaxed);
            progress.ends(&file.path);
            module
        };
        Some(Parsed {
            source,
            module,
            language: file.language,
        })
    }
}

impl Files {
    /// Whether a file stands in the folder of a manifest.
    pub fn is_beside_a_manifest(&self, id: FileId) -> bool {
        let folder = self
            .path(id)
            .rsplit_once('/')
            .map_or("", |(folder, _)| folder);
        let behind = self.manifests.range(inside(folder, "")..);
        let mut beside = behind.take_while(|(path, _)| is_under(path, folder));
        beside.any(|(path, _)| path.rsplit_once('/').map_or("", |(folder, _)| folder) == folder)
    }
}

impl Tree for Files {
    fn has(&self, path: &str) -> bool {
        self.by_path.contains_key(path)
    }

    fn read(&self, path: &str) -> Option<Arc<str>> {
        let disk_path = match self.manifests.get(path) {
            Some(disk_path) => disk_path.clone(),
            None => self.beside_a_manifest(path)?,
        };
        let bytes = read_regular(&disk_path, LARGEST_MANIFEST)?;
        Some(Arc::from(String::from_utf8(bytes).ok()?))
    }

    fn folders_with(&self, name: &str) -> Vec<String> {
        let folder = |path: &String| match path.rsplit_once('/') {
            Some((folder, last)) => (last == name).then(|| folder.to_owned()),
            None => (path == name).then(String::new),
        };
        self.manifests.keys().filter_map(folder).collect()
    }
}

impl Files {
    /// Where a file would be on disk, told by another file of the run that lies in its folder or above it.
    fn beside_a_manifest(&self, path: &str) -> Option<PathBuf> {
        let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
        let prefix = if folder.is_empty() {
            String::new()
        } else {
            format!("{folder}/")
        };
        let known = self.manifests.range(prefix.clone()..).next();
        let known = known
            .filter(|(path, _)| path.starts_with(&prefix))
            .map(|(path, disk)| (path.as_str(), disk.as_path()));
        let code = self.by_path.range(prefix.clone()..).next();
        let code = code
            .filter(|(path, _)| path.starts_with(&prefix))
            .and_then(|(path, id)| Some((path.as_str(), self.files.get(id)?.disk_path.as_path())));
        let (inside, disk): (&str, &Path) = known.or(code)?;
        let depth = inside[prefix.len()..].split('/').count();
        let folder = disk.ancestors().nth(depth)?;
        Some(folder.join(name))
    }
}

/// The module in quotes that follows a variable's name: `"VARIABLE", "shop.settings"`.
fn module_after(text: &str) -> Option<&str> {
    let between = |letter: char| letter.is_whitespace() || "'\",=[]():".contains(letter);
    let rest = text.trim_start_matches(between);
    let quote = text.get(..text.len() - rest.len())?.chars().next_back()?;
    let (module, _) = rest.split_once(quote)?;
    let is_name = |letter: char| letter.is_alphanumeric() || matches!(letter, '_' | '.');
    (matches!(quote, '"' | '\'') && !module.is_empty() && module.chars().all(is_name))
        .then_some(module)
}

fn folders_in_common(one: &str, other: &str) -> usize {
    let folders = folder_of(one).split('/').zip(folder_of(other).split('/'));
    folders.take_while(|(one, other)| one == other).count()
}

/// A regular file's bytes; links are not followed, so that nothing outside the tree is read.
fn read_regular(path: &Path, largest: u64) -> Option<Vec<u8>> {
    let data = fs::symlink_metadata(path).ok()?;
    if !data.is_file() || data.len() > largest {
        return None;
    }
    let mut bytes = Vec::new();
    let file = fs::File::open(path).ok()?;
    file.take(largest).read_to_end(&mut bytes).ok()?;
    Some(bytes)
}

/// The files, with who is told of parsing and how imports resolve.
pub struct Project<'f> {
    files: &'f Files,
    resolver: Resolver<'f>,
    progress: &'f dyn Progress,
    /// Answers of [`Project::may_define`], by the file and the name.
    defined: Mutex<FxHashMap<FileId, FxHashMap<String, bool>>>,
    resolved: RwLock<Resolved>,
    /// Whether files spell how some store of settings is filled.
    filling: Mutex<FxHashMap<FileId, bool>>,
    /// Files of a language that spell one of some words.
    spelled: Mutex<FxHashMap<SpelledKey, Arc<[FileId]>>>,
}

/// Where an import leads: the file, and how many names of the import's path lead there.
type Destination = Option<(FileId, usize)>;

/// Answers of [`Project::resolve`], by the file, the module and the path of the import.
#[derive(Default)]
struct Resolved {
    answers: FxHashMap<FileId, FxHashMap<String, FxHashMap<Vec<String>, Destination>>>,
    count: usize,
}

/// A folder of models, and words.
type SpelledKey = (&'static str, Vec<String>);

impl<'f> Project<'f> {
    /// Over these files. `installed` are names of packages that a file of the tree is unlikely to stand for.
    pub fn new(
        files: &'f Files,
        installed: impl IntoIterator<Item = String>,
        progress: &'f dyn Progress,
    ) -> Self {
        Self {
            files,
            resolver: Resolver::new(files).with_installed(installed),
            progress,
            defined: Mutex::default(),
            resolved: RwLock::default(),
            filling: Mutex::default(),
            spelled: Mutex::default(),
        }
    }

    /// The files.
    pub fn files(&self) -> &'f Files {
        self.files
    }

    /// A file, parsed now if it was not before. `None` when it cannot be read.
    ///
    /// Must run on a big stack, as [`syntax::parse`].
    pub fn parsed(&self, id: FileId) -> Option<&'f Parsed> {
        let file = self.files.files.get(&id)?;
        file.parsed
            .get_or_init(|| self.files.parse(id, self.progress))
            .as_ref()
    }

    /// The package that a file belongs to.
    pub fn package(&self, id: FileId) -> Option<Package> {
        let language = self.files.language(id)?;
        self.resolver.package(language, self.files.path(id))
    }

    /// Files in the language of one, of the same package where packages are told apart, that spell one of these words.
    /// Tests are left out. The nearest come first.
    pub fn spelling(&self, near: FileId, words: &[String]) -> Vec<FileId> {
        let Some(language) = self.files.language(near).filter(|_| !words.is_empty()) else {
            return Vec::new();
        };
        let folder = language.model_folder();
        let asked = (folder, words.to_vec());
        let known = self.spelled.lock().ok();
        let known = known.and_then(|known| known.get(&asked).cloned());
        let all = known.unwrap_or_else(|| {
            let all: Arc<[FileId]> = self.files.that_spell(folder, words).into();
            if let Ok(mut known) = self.spelled.lock() {
                known.insert(asked, Arc::clone(&all));
            }
            all
        });
        let here = self.files.path(near);
        let package = match self.package(near) {
            Some(package) => package.folder,
            None => self.files.folder_with_a_manifest(here).to_owned(),
        };
        let mut found: Vec<FileId> = all
            .iter()
            .copied()
            .filter(|id| is_under(self.files.path(*id), &package))
            .collect();
        found.sort_by_key(|id| {
            let path = self.files.path(*id);
            (std::cmp::Reverse(folders_in_common(here, path)), path)
        });
        found
    }

    /// Modules that are the value of a variable somewhere in the tree, each with the file that says so; the nearest
    /// come first.
    pub fn modules_named_by(&self, near: FileId, variable: &str) -> Vec<(FileId, String)> {
        let files = self.spelling(near, &[variable.to_owned()]);
        let module = |id: FileId| {
            let source = self.files.text(id)?;
            let text = std::str::from_utf8(source.bytes()).ok()?;
            text.match_indices(variable)
                .find_map(|(at, _)| module_after(text.get(at + variable.len()..)?))
                .map(|module| (id, module.to_owned()))
        };
        files.into_iter().filter_map(module).collect()
    }

    /// Whether a file can bind a name at its top: it spells the name, or hands on all that another such file binds.
    ///
    /// Must run on a big stack, since files that hand on others are parsed.
    pub fn may_define(&self, id: FileId, name: &str) -> bool {
        let known = self.defined.lock().ok();
        if let Some(known) = known.and_then(|known| known.get(&id)?.get(name).copied()) {
            return known;
        }
        let mut looked_at = BTreeSet::from([id]);
        let mut waiting = vec![id];
        let mut answer = false;
        while let Some(next) = waiting.pop() {
            if self.files.spells(next, name) {
                answer = true;
                break;
            }
            for other in self.handed_on(next) {
                if looked_at.len() < MOST_HANDING_ON && looked_at.insert(other) {
                    waiting.push(other);
                }
            }
        }
        if let Ok(mut known) = self.defined.lock() {
            let known = known.entry(id).or_default();
            known.insert(name.to_owned(), answer);
        }
        answer
    }

    /// Whether a file may fill a store of settings: it spells one of these words, which are always the same for a
    /// file.
    pub fn may_fill<'w>(&self, id: FileId, mut words: impl Iterator<Item = &'w String>) -> bool {
        let known = self.filling.lock().ok();
        if let Some(known) = known.and_then(|known| known.get(&id).copied()) {
            return known;
        }
        let answer = words.any(|word| self.files.spells(id, word));
        if let Ok(mut known) = self.filling.lock() {
            known.insert(id, answer);
        }
        answer
    }

    /// Files of which a file hands on every name.
    fn handed_on(&self, id: FileId) -> Vec<FileId> {
        if !is_package_entry(self.files.path(id)) {
            return Vec::new();
        }
        let Some(parsed) = self.parsed(id) else {
            return Vec::new();
        };
        let modules = parsed.module.handed_on();
        modules
            .filter_map(|(module, path)| Some(self.resolve(id, module, path)?.0))
            .collect()
    }

    /// The file that an import of `from` means, and how many names of its path lead there.
    pub fn resolve(&self, from: FileId, module: &str, path: &[String]) -> Option<(FileId, usize)> {
        if let Ok(known) = self.resolved.read() {
            let known = known.answers.get(&from).and_then(|known| known.get(module));
            if let Some(answer) = known.and_then(|known| known.get(path)) {
                return *answer;
            }
        }
        let answer = self.find(from, module, path);
        if let Ok(mut known) = self.resolved.write()
            && known.count < MOST_ANSWERS
        {
            known.count += 1;
            let known = known.answers.entry(from).or_default();
            let known = known.entry(module.to_owned()).or_default();
            known.insert(path.to_vec(), answer);
        }
        answer
    }

    fn find(&self, from: FileId, module: &str, path: &[String]) -> Destination {
        let language = self.files.language(from)?;
        let Target { file, used } =
            self.resolver
                .resolve(language, self.files.path(from), module, path)?;
        let id = self.files.id(&file)?;
        Some((id, used))
    }
}
