//! Options of a case: each has to be asked for.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

/// The fields of a case that are read, here or where it is compared. Warnings are words of the tool.
const FIELDS: &[&str] = &["case", "dataset", "chart", "value", "options", "expected", "kept_0based", "warnings"];

/// The `options` of one case.
pub struct Given<'a> {
    fields: Option<&'a Map<String, Value>>,
    asked: BTreeSet<&'static str>,
    problems: Vec<String>,
}

impl<'a> Given<'a> {
    /// The options of a case; none where it has none.
    pub fn of(case: &'a Value) -> Self {
        let given = &case["options"];
        let mut problems =
            if given.is_null() || given.is_object() { Vec::new() } else { vec![format!("options: {given}")] };
        let fields = case.as_object().into_iter().flat_map(Map::keys);
        problems
            .extend(fields.filter(|name| !FIELDS.contains(&name.as_str())).map(|name| format!("unknown field {name}")));
        Self { fields: given.as_object(), asked: BTreeSet::new(), problems }
    }

    fn read<T>(&mut self, name: &'static str, read: impl FnOnce(&'a Value) -> Option<T>) -> Option<T> {
        self.asked.insert(name);
        let value = self.fields?.get(name).filter(|value| !value.is_null())?;
        let answer = read(value);
        if answer.is_none() {
            self.problems.push(format!("{name}: {value}"));
        }
        answer
    }

    /// A whole number.
    pub fn count(&mut self, name: &'static str) -> Option<usize> {
        self.read(name, |value| value.as_u64().and_then(|n| n.try_into().ok()))
    }

    /// One whole number or several.
    pub fn counts(&mut self, name: &'static str) -> Option<Vec<usize>> {
        let count = |value: &Value| value.as_u64().and_then(|n| usize::try_from(n).ok());
        self.read(name, |value| match value {
            Value::Array(list) => list.iter().map(count).collect(),
            one => Some(vec![count(one)?]),
        })
    }

    /// Yes or no.
    pub fn flag(&mut self, name: &'static str) -> Option<bool> {
        self.read(name, Value::as_bool)
    }

    /// A number.
    pub fn number(&mut self, name: &'static str) -> Option<f64> {
        self.read(name, Value::as_f64)
    }

    /// A word.
    pub fn word(&mut self, name: &'static str) -> Option<&'a str> {
        self.read(name, Value::as_str)
    }

    /// An error if there is an option that nobody asked for, or one that can't be read.
    pub fn finish(mut self) -> Result<(), String> {
        let left = self.fields.into_iter().flat_map(Map::keys).filter(|name| !self.asked.contains(name.as_str()));
        self.problems.extend(left.map(|name| format!("unknown option {name}")));
        if self.problems.is_empty() { Ok(()) } else { Err(self.problems.join("; ")) }
    }
}
