//! The source files of all crates, and which of them a path leads to.

use std::collections::{BTreeMap, HashSet};
use std::fs;
use std::io;
use std::path::Path as FilePath;

use super::names::{Import, Names, names};

/// The crates and where their sources stand, from the root of the repository.
const CRATES: [(&str, &str); 6] = [
    ("spc", "app/spc/src/"),
    ("similarity", "app/similarity/src/"),
    ("timeline", "app/timeline/src/"),
    ("islands", "app/islands/src/"),
    ("app", "app/src/"),
    ("server", "server/src/"),
];

/// Imports of imports are followed so far.
const DEEPEST: usize = 12;

/// A source file.
#[derive(Debug)]
pub struct File {
    /// From the root of the repository.
    pub path: String,
    pub in_crate: &'static str,
    /// Where its module stands in the crate; of a crate's root, nothing.
    pub module: Vec<String>,
    pub names: Names,
}

/// What a path leads to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// A file, and the name in it unless the module itself is meant.
    Inside { file: usize, item: Option<String> },
    /// Another crate, or a name that the language brings along.
    Outside(Vec<String>),
}

/// A place in a file that names something in another.
#[derive(Clone, Debug)]
pub struct Arrow {
    pub from: usize,
    pub to: usize,
    /// The name in the other file, unless it is the module itself.
    pub item: Option<String>,
    pub line: usize,
    /// As it is written.
    pub written: String,
    /// A parent that hands on what a child of its own defines: a table of contents, no dependency.
    pub contents: bool,
}

/// Every file and what it names.
#[derive(Debug)]
pub struct Tree {
    pub files: Vec<File>,
    modules: BTreeMap<(&'static str, Vec<String>), usize>,
}

impl Tree {
    /// Reads the sources under the root of the repository. A crate that is not there has no files.
    ///
    /// # Errors
    ///
    /// When a file or folder cannot be read.
    pub fn read(root: &FilePath) -> io::Result<Self> {
        let mut texts = Vec::new();
        for (_, folder) in CRATES {
            let mut folders = vec![root.join(folder)];
            while let Some(folder) = folders.pop().filter(|folder| folder.is_dir()) {
                for entry in fs::read_dir(folder)? {
                    let path = entry?.path();
                    if path.is_dir() {
                        folders.push(path);
                    } else if let Ok(name) = path.strip_prefix(root)
                        && name.extension().is_some_and(|extension| extension == "rs")
                    {
                        texts.push((name.to_string_lossy().into_owned(), fs::read_to_string(&path)?));
                    }
                }
            }
        }
        texts.sort();
        Ok(Self::of(texts.iter().map(|(path, text)| (path.as_str(), text.as_str()))))
    }

    /// The tree of these files: path from the root of the repository, and text.
    pub fn of<'a>(texts: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        let mut files: Vec<File> = texts.into_iter().filter_map(|(path, text)| file(path, text)).collect();
        let tests: HashSet<(&str, Vec<String>)> = files
            .iter()
            .flat_map(|file| file.names.test_modules.iter().map(|name| (file.in_crate, join(&file.module, name))))
            .collect();
        files.retain(|file| {
            !(1..=file.module.len()).any(|length| tests.contains(&(file.in_crate, file.module[..length].to_vec())))
        });
        let mut modules = BTreeMap::new();
        for (at, file) in files.iter().enumerate() {
            let root = file.path.ends_with("src/main.rs") && file.module.is_empty();
            if !root || !modules.contains_key(&(file.in_crate, Vec::new())) {
                modules.insert((file.in_crate, file.module.clone()), at);
            }
        }
        Self { files, modules }
    }

    /// Everything that one file names in another.
    pub fn arrows(&self) -> Vec<Arrow> {
        let mut arrows = Vec::new();
        for (from, file) in self.files.iter().enumerate() {
            let imports = file
                .names
                .imports
                .iter()
                .map(|import| (&import.path, &import.inside, import.line, import.public, import.name == "*"));
            let paths = file.names.paths.iter().map(|path| (&path.path, &path.inside, path.line, false, false));
            for (path, inside, line, public, everything) in imports.chain(paths) {
                if let Target::Inside { file: to, item } = self.resolve(from, inside, path)
                    && to != from
                {
                    let item = if everything { item.or(Some("*".to_owned())) } else { item };
                    let contents = public && self.is_child(to, from);
                    arrows.push(Arrow { from, to, item, line, written: path.join("::"), contents });
                }
            }
        }
        arrows
    }

    /// The paths of other crates that a file names, with their lines.
    pub fn outside(&self, from: usize) -> Vec<(Vec<String>, usize)> {
        let names = &self.files[from].names;
        let imports = names.imports.iter().map(|import| (&import.path, &import.inside, import.line));
        let paths = names.paths.iter().map(|path| (&path.path, &path.inside, path.line));
        imports
            .chain(paths)
            .filter_map(|(path, inside, line)| match self.resolve(from, inside, path) {
                Target::Outside(path) => Some((path, line)),
                Target::Inside { .. } => None,
            })
            .collect()
    }

    /// Whether the first file's module stands below the second's.
    pub fn is_child(&self, file: usize, of: usize) -> bool {
        let (child, parent) = (&self.files[file], &self.files[of]);
        child.in_crate == parent.in_crate
            && child.module.len() > parent.module.len()
            && child.module.starts_with(&parent.module)
    }

    /// Where a path leads that is written in a file, inside these of its modules.
    pub fn resolve(&self, from: usize, inside: &[String], path: &[String]) -> Target {
        self.follow(from, inside, path, 0)
    }

    fn follow(&self, from: usize, inside: &[String], path: &[String], depth: usize) -> Target {
        let file = &self.files[from];
        let (first, rest) = (&path[0], &path[1..]);
        let mut here = file.module.clone();
        here.extend_from_slice(inside);
        match first.as_str() {
            "crate" => return self.walk(from, file.in_crate, &[], rest, depth),
            "self" => return self.walk(from, file.in_crate, &here, rest, depth),
            "super" => {
                let up = path.iter().take_while(|name| *name == "super").count();
                here.truncate(here.len().saturating_sub(up));
                return self.walk(from, file.in_crate, &here, &path[up..], depth);
            }
            _ => {}
        }
        if depth > DEEPEST {
            return Target::Outside(path.to_vec());
        }
        if let Some(import) = imported(file, first, path) {
            let whole: Vec<String> = import.path.iter().chain(rest).cloned().collect();
            return self.follow(from, &import.inside, &whole, depth + 1);
        }
        if self.is_module(file.in_crate, &join(&here, first)) {
            return self.walk(from, file.in_crate, &here, path, depth);
        }
        if file.names.defined.contains_key(first) {
            return Target::Inside { file: from, item: Some(first.clone()) };
        }
        if let Some((name, _)) = CRATES.iter().find(|(name, _)| name == first) {
            return self.walk(from, name, &[], rest, depth);
        }
        self.through_globs(from, false, path, depth).unwrap_or_else(|| Target::Outside(path.to_vec()))
    }

    /// Goes down the modules of a crate, and on through what they hand on.
    fn walk(&self, from: usize, in_crate: &'static str, module: &[String], rest: &[String], depth: usize) -> Target {
        let mut module = module.to_vec();
        let mut rest = rest;
        while let Some((first, others)) = rest.split_first() {
            let child = join(&module, first);
            if !self.is_module(in_crate, &child) {
                break;
            }
            (module, rest) = (child, others);
        }
        // A module that is written out inside a file.
        let Some(&at) =
            (0..=module.len()).rev().find_map(|length| self.modules.get(&(in_crate, module[..length].to_vec())))
        else {
            return Target::Outside(rest.to_vec());
        };
        let file = &self.files[at];
        let Some((first, others)) = rest.split_first() else { return Target::Inside { file: at, item: None } };
        let found = Target::Inside { file: at, item: Some(first.clone()) };
        if depth > DEEPEST || at == from || file.names.defined.contains_key(first) {
            return found;
        }
        if let Some(import) = imported(file, first, rest) {
            let whole: Vec<String> = import.path.iter().chain(others).cloned().collect();
            return self.follow(at, &import.inside, &whole, depth + 1);
        }
        if module.is_empty()
            && let Some(file) = self.exporting(in_crate, first)
        {
            return Target::Inside { file, item: Some(first.clone()) };
        }
        self.through_globs(at, true, rest, depth).unwrap_or(found)
    }

    /// Where a name comes from that a file has by an import of everything.
    fn through_globs(&self, at: usize, public: bool, path: &[String], depth: usize) -> Option<Target> {
        let globs =
            self.files[at].names.imports.iter().filter(|import| import.name == "*" && (import.public || !public));
        globs.filter(|_| depth <= DEEPEST).find_map(|import| {
            let Target::Inside { file, item: None } = self.follow(at, &import.inside, &import.path, depth + 1) else {
                return None;
            };
            let other = &self.files[file];
            let has = other.names.defined.contains_key(&path[0])
                || imported(other, &path[0], path).is_some()
                || self.is_module(other.in_crate, &join(&other.module, &path[0]));
            has.then(|| self.walk(at, other.in_crate, &other.module, path, depth + 1))
        })
    }

    /// Whether there is a file for a module or for one below it.
    fn is_module(&self, in_crate: &'static str, module: &[String]) -> bool {
        let next = self.modules.range((in_crate, module.to_vec())..).next();
        next.is_some_and(|((other, found), _)| *other == in_crate && found.starts_with(module))
    }

    fn exporting(&self, in_crate: &str, name: &str) -> Option<usize> {
        self.files.iter().position(|file| file.in_crate == in_crate && file.names.exported_macros.contains(name))
    }
}

/// The import that a path's first name comes from; one that says no more than the path itself is none.
fn imported<'a>(file: &'a File, first: &str, path: &[String]) -> Option<&'a Import> {
    file.names.imports.iter().find(|import| import.name == first && import.path != path && import.path.len() > 1)
}

fn join(module: &[String], name: &str) -> Vec<String> {
    module.iter().cloned().chain([name.to_owned()]).collect()
}

/// A file of one of the crates, read; tests and their fixtures are none.
fn file(path: &str, text: &str) -> Option<File> {
    let (in_crate, folder) = CRATES.into_iter().find(|(_, folder)| path.starts_with(folder))?;
    let mut module: Vec<String> = path[folder.len()..].trim_end_matches(".rs").split('/').map(str::to_owned).collect();
    if module.last().is_some_and(|last| ["mod", "lib", "main"].contains(&last.as_str())) {
        module.pop();
    }
    let test = module.iter().any(|name| name == "tests" || name == "testing");
    (!test).then(|| File { path: path.to_owned(), in_crate, module, names: names(text) })
}
