//! Short titles as trainees type them, asked of the demonstration's projects.

use std::collections::HashMap;
use std::error::Error;
use std::fs;

use serde::Deserialize;
use similarity::{Field, Known};

use super::{lines, share};

/// A title as it is typed, and the projects that it should find.
#[derive(Debug, Deserialize)]
pub struct Asked {
    pub title: String,
    /// Any of them is right; without any, nothing is.
    pub right: Vec<String>,
}

/// A project of the demonstration.
pub struct Project {
    pub key: String,
    pub known: Known,
}

/// The demonstration's projects.
pub struct Demo {
    pub projects: Vec<Project>,
}

#[derive(Deserialize)]
struct Titled {
    key: String,
    title: String,
}

#[derive(Deserialize)]
struct Written {
    title: String,
    #[serde(default)]
    problem: String,
    #[serde(default)]
    department: String,
    #[serde(default)]
    aim: Vec<serde_json::Value>,
    #[serde(default)]
    standard: Vec<serde_json::Value>,
    #[serde(default)]
    priorities: Vec<String>,
}

/// The demonstration's own files, which stand beside this crate.
pub fn read(here: &str) -> Result<Demo, Box<dyn Error>> {
    let folder = format!("{here}/../src/demo");
    let titles: Vec<Titled> = serde_json::from_str(&fs::read_to_string(format!("{folder}/titles.json"))?)?;
    let titles: HashMap<String, String> = titles.into_iter().map(|one| (one.key, one.title)).collect();
    let written: Vec<Written> = serde_json::from_str(&fs::read_to_string(format!("{folder}/projects.json"))?)?;
    let projects = written.into_iter().map(|project| {
        let aim = project.aim.iter().take(3).filter_map(serde_json::Value::as_str).collect::<Vec<_>>().join(" ");
        let standard = project.standard.first().and_then(serde_json::Value::as_str).unwrap_or_default();
        let mut known = Known::titled(titles.get(&project.title).map_or("", String::as_str))
            .and(Field::Problem, &project.problem)
            .and(Field::Aim, &aim)
            .and(Field::Standard, standard)
            .and(Field::Department, &project.department);
        for priority in &project.priorities {
            known = known.and(Field::Priority, priority);
        }
        Project { key: project.title, known }
    });
    Ok(Demo { projects: projects.collect() })
}

pub fn asked(path: &str) -> Result<Vec<Asked>, Box<dyn Error>> {
    lines(path)
}

/// What was shown, in a line.
pub fn said(asked: &[Asked], answers: &[Vec<(&str, f32)>]) -> String {
    let right = |one: &Asked, key: &str| one.right.iter().any(|right| right == key);
    let both = || asked.iter().zip(answers);
    let with = asked.iter().filter(|one| !one.right.is_empty()).count();
    let first = both().filter(|(one, shown)| shown.first().is_some_and(|(key, _)| right(one, key))).count();
    let among = both().filter(|(one, shown)| shown.iter().any(|(key, _)| right(one, key))).count();
    let shown: usize = answers.iter().map(Vec::len).sum();
    let shown_right: usize = both().map(|(one, shown)| shown.iter().filter(|(key, _)| right(one, key)).count()).sum();
    let quiet = both().filter(|(one, shown)| one.right.is_empty() && shown.is_empty()).count();
    format!(
        "trainees' titles, {with} with a match: first={:.2} among three={:.2} right of what is shown={:.2}; nothing shown for {quiet} of {} without a match",
        share(first, with),
        share(among, with),
        share(shown_right, shown),
        asked.len() - with
    )
}
