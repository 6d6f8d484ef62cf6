//! What is found, and how it is said.

use std::fmt;

/// What is wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    Unlisted,
    Upward,
    Circle,
    Layer,
    Sql,
    Writer,
    Clause,
}

/// One place that has to change.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Fault {
    pub kind: Kind,
    file: String,
    line: usize,
    says: String,
}

impl Fault {
    pub fn new(kind: Kind, file: &str, line: usize, says: String) -> Self {
        Self { kind, file: file.to_owned(), line, says }
    }

    /// What is to be done, without the place.
    pub fn says(&self) -> &str {
        &self.says
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.file, self.line, self.says)
    }
}

/// All of them under the heading of their kind, one a line.
pub fn listed(faults: &[Fault]) -> String {
    let mut faults = faults.to_vec();
    faults.sort();
    let mut text = String::new();
    for of_a_kind in faults.chunk_by(|one, other| one.kind == other.kind) {
        text += &format!("\n{:?} ({}):\n", of_a_kind[0].kind, of_a_kind.len());
        for fault in of_a_kind {
            text += &format!("{fault}\n");
        }
    }
    text
}
