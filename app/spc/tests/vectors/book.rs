//! Reading the files, and keeping the score.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

/// One file of vectors.
pub struct File {
    /// Its name without the ending.
    pub name: String,
    /// The folder it is in.
    pub folder: PathBuf,
    /// Whether that is the project's own copy.
    pub own: bool,
    /// Its content; null if it could not be read.
    pub content: Value,
}

impl File {
    /// The list under a name; empty where it is not there.
    pub fn list(&self, name: &str) -> &[Value] {
        self.content[name].as_array().map_or(&[], Vec::as_slice)
    }

    /// The names at the top of the file that are not among those known.
    pub fn unknown_parts(&self, known: &[&str]) -> Vec<String> {
        let parts = self.content.as_object().into_iter().flat_map(|object| object.keys());
        parts.filter(|part| *part != "meta" && !known.contains(&part.as_str())).cloned().collect()
    }
}

/// Every JSON file of a folder, by name. One that can't be read has no content.
pub fn read_folder(folder: &Path, own: bool) -> Result<Vec<File>, String> {
    let entries = std::fs::read_dir(folder).map_err(|error| error.to_string())?;
    let mut paths: Vec<_> = entries.filter_map(|entry| Some(entry.ok()?.path())).collect();
    paths.retain(|path| path.extension().is_some_and(|ending| ending == "json"));
    paths.sort();
    let file = |path: PathBuf| {
        let name = path.file_stem().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let content = std::fs::read_to_string(&path).ok().and_then(|text| serde_json::from_str(&text).ok());
        File { name, folder: folder.to_owned(), own, content: content.unwrap_or_default() }
    };
    Ok(paths.into_iter().map(file).collect())
}

/// What a dataset holds.
const COLUMNS: &[&str] = &["id", "kind", "x", "y", "n", "source", "note"];

/// One dataset.
pub struct Dataset {
    /// A column that nobody reads.
    pub unknown: Option<String>,
    /// measure, count, prop, rate, between_g, between_t or subgroup.
    pub kind: String,
    /// Date or index, one a row.
    pub x: Vec<Value>,
    /// Value, count or numerator.
    pub y: Vec<Option<f64>>,
    /// Denominator.
    pub n: Option<Vec<Option<f64>>>,
}

/// The datasets of all folders, by id.
pub struct Datasets(BTreeMap<String, Dataset>);

impl Datasets {
    /// Every dataset in the files. Of two with one id, that of the folder given is taken.
    pub fn of(files: &[File], folder: &Path) -> Self {
        let (here, elsewhere): (Vec<&File>, Vec<&File>) =
            files.iter().filter(|file| file.name == "datasets").partition(|file| file.folder == folder);
        let all = elsewhere.into_iter().chain(here).flat_map(|file| file.list("datasets"));
        let dataset = |value: &Value| {
            let unknown = value.as_object()?.keys().find(|name| !COLUMNS.contains(&name.as_str())).cloned();
            Some((
                value["id"].as_str()?.to_owned(),
                Dataset {
                    unknown,
                    kind: value["kind"].as_str()?.to_owned(),
                    x: value["x"].as_array()?.clone(),
                    y: numbers(&value["y"])?,
                    n: if value["n"].is_null() { None } else { Some(numbers(&value["n"])?) },
                },
            ))
        };
        Self(all.filter_map(dataset).collect())
    }

    /// The dataset a case refers to.
    pub fn get(&self, case: &Value) -> Result<&Dataset, String> {
        let id = case["dataset"].as_str().ok_or("the case names no dataset")?;
        let dataset = self.0.get(id).ok_or_else(|| format!("no dataset {id}"))?;
        match &dataset.unknown {
            Some(column) => Err(format!("dataset {id}: unknown column {column}")),
            None => Ok(dataset),
        }
    }
}

/// A list of numbers, with null for what is missing.
pub fn numbers(list: &Value) -> Option<Vec<Option<f64>>> {
    let one = |value: &Value| if value.is_null() { Some(None) } else { value.as_f64().map(Some) };
    list.as_array()?.iter().map(one).collect()
}

#[derive(Default)]
struct Score {
    passed: usize,
    total: usize,
}

struct Failure {
    file: String,
    case: String,
    problem: String,
}

/// The score of every tool and chart.
pub struct Book {
    exceptions: &'static [(&'static str, &'static str, &'static str)],
    file: String,
    own: bool,
    tool: String,
    version: String,
    scores: BTreeMap<(bool, String, String, String), Score>,
    failures: Vec<Failure>,
}

impl Book {
    /// An empty book.
    pub fn new(exceptions: &'static [(&'static str, &'static str, &'static str)]) -> Self {
        Self {
            exceptions,
            file: String::new(),
            own: false,
            tool: String::new(),
            version: String::new(),
            scores: BTreeMap::new(),
            failures: Vec::new(),
        }
    }

    /// What follows is of this file.
    pub fn open(&mut self, file: &File) {
        let text = |value: &Value| value.as_str().map(str::to_owned);
        let meta = &file.content["meta"];
        self.file.clone_from(&file.name);
        self.own = file.own;
        self.tool = text(&meta["tool"]).unwrap_or_else(|| "first principles".to_owned());
        self.version = text(&meta["version"]).or_else(|| text(&meta["commit"])).unwrap_or_default();
        if file.name == "funnel" {
            self.tool = "base R".to_owned();
        }
    }

    /// A folder that cannot be read.
    pub fn unreadable(&mut self, folder: &Path, own: bool, problem: &str) {
        self.file = folder.display().to_string();
        self.own = own;
        self.fail("-", "folder", problem);
    }

    /// Runs one case and notes the result. A panic is a failure.
    pub fn case(&mut self, chart: &str, case: &str, check: impl FnOnce() -> Result<(), String>) {
        let result = catch_unwind(AssertUnwindSafe(check)).unwrap_or_else(|_| Err("panicked".to_owned()));
        let key = (!self.own, self.tool.clone(), self.version.clone(), chart.to_owned());
        let score = self.scores.entry(key).or_default();
        score.total += 1;
        match result {
            Ok(()) => score.passed += 1,
            Err(problem) => {
                let (file, case) = (self.file.clone(), case.to_owned());
                self.failures.push(Failure { file, case, problem });
            }
        }
    }

    /// Notes a failure.
    pub fn fail(&mut self, chart: &str, case: &str, problem: &str) {
        self.case(chart, case, || Err(problem.to_owned()));
    }

    /// How many cases passed.
    pub fn passed(&self) -> usize {
        self.scores.values().map(|score| score.passed).sum()
    }

    /// How many cases there are.
    pub fn total(&self) -> usize {
        self.scores.values().map(|score| score.total).sum()
    }

    /// Prints failures and scores; gives the number of failures that are not exceptions.
    pub fn print(&self) -> usize {
        let mut unexpected = 0;
        for failure in &self.failures {
            let excepted =
                self.exceptions.iter().find(|(file, case, _)| *file == failure.file && *case == failure.case);
            match excepted {
                Some((.., reason)) => println!("exception: {} {}: {reason}", failure.file, failure.case),
                None => {
                    unexpected += 1;
                    println!("FAILED: {} {}: {}", failure.file, failure.case, failure.problem);
                }
            }
        }
        for ((other, tool, version, chart), score) in &self.scores {
            let set = if *other { "other" } else { "own" };
            println!("{set:5} {tool:48} {version:26} {chart:24} {:5} of {:5}", score.passed, score.total);
        }
        unexpected
    }

    /// The scores as JSON: a list for the project's own cases and one for the others.
    pub fn table(&self) -> String {
        let mut text = serde_json::to_string_pretty(&json!({"own": self.rows(false), "other": self.rows(true)}))
            .unwrap_or_default();
        let _ = writeln!(text);
        text
    }

    /// The rows of the project's own cases, where these were read.
    pub fn own_rows(&self) -> Option<Value> {
        let rows = self.rows(false);
        (!rows.is_empty()).then_some(Value::Array(rows))
    }

    fn rows(&self, of_others: bool) -> Vec<Value> {
        let chosen = self.scores.iter().filter(|((other, ..), _)| *other == of_others);
        let row = |((_, tool, version, chart), score): (&(bool, String, String, String), &Score)| json!({"tool": tool, "version": version, "chart": chart, "passed": score.passed, "total": score.total});
        chosen.map(row).collect()
    }
}
