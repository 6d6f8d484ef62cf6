//! Comparing what was found with what a tool answers, field by field.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

/// The expected answer of one case. Every field has to be asked for.
pub struct Expected<'a> {
    fields: &'a Map<String, Value>,
    asked: BTreeSet<String>,
    problems: Vec<String>,
    tolerance: f64,
}

/// Whether two numbers are the same within a relative tolerance.
pub fn close(found: f64, expected: f64, tolerance: f64) -> bool {
    found == expected || (found - expected).abs() <= tolerance * expected.abs()
}

impl<'a> Expected<'a> {
    /// The `expected` of a case.
    pub fn of(case: &'a Value) -> Result<Self, String> {
        Self::from(&case["expected"])
    }

    /// An object of expected fields.
    pub fn from(value: &'a Value) -> Result<Self, String> {
        let fields = value.as_object().ok_or("expected is not an object")?;
        Ok(Self { fields, asked: BTreeSet::new(), problems: Vec::new(), tolerance: 1e-9 })
    }

    /// Whether the field is there.
    pub fn has(&self, field: &str) -> bool {
        self.fields.contains_key(field)
    }

    /// The tool refuses the input: so must we.
    pub fn is_error(&self) -> bool {
        self.has("error")
    }

    /// The raw field; it counts as asked for.
    pub fn raw(&mut self, field: &str) -> &'a Value {
        self.asked.insert(field.to_owned());
        self.fields.get(field).unwrap_or(&Value::Null)
    }

    /// Notes a problem.
    pub fn problem(&mut self, text: impl Into<String>) {
        self.problems.push(text.into());
    }

    /// A list of numbers, or one number that stands for all points.
    pub fn numbers(&mut self, field: &str, found: &[Option<f64>]) {
        self.numbers_within(field, found, self.tolerance);
    }

    /// The same with another tolerance.
    pub fn numbers_within(&mut self, field: &str, found: &[Option<f64>], tolerance: f64) {
        let expected = self.raw(field);
        let expected: Vec<&Value> = match expected {
            Value::Array(list) => list.iter().collect(),
            one => vec![one; found.len()],
        };
        if expected.len() != found.len() {
            self.problem(format!("{field}: {} for {}", found.len(), expected.len()));
            return;
        }
        for (i, (&found, expected)) in found.iter().zip(expected).enumerate() {
            let same = match (found, expected) {
                (None, Value::Null) => true,
                (Some(found), Value::Number(expected)) => {
                    expected.as_f64().is_some_and(|expected| close(found, expected, tolerance))
                }
                _ => false,
            };
            if !same {
                self.problem(format!("{field}[{i}]: {found:?} for {expected}"));
                return;
            }
        }
    }

    /// Any value that can be written as JSON.
    pub fn same(&mut self, field: &str, found: impl Into<Value>) {
        let (expected, found) = (self.raw(field), found.into());
        if *expected != found {
            self.problem(format!("{field}: {found} for {expected}"));
        }
    }

    /// The verdict: no problem, and no field left that nobody asked for.
    pub fn finish(mut self) -> Result<(), String> {
        let left: Vec<String> = self.fields.keys().filter(|field| !self.asked.contains(*field)).cloned().collect();
        for field in left {
            self.problem(format!("{field}: not checked"));
        }
        if self.problems.is_empty() { Ok(()) } else { Err(self.problems.join("; ")) }
    }
}
