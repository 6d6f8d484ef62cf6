//! Somebody whom a plan is about, with their posts as they will be.

use chrono::NaiveDate;

use super::kinds::{Department, PostAct, Stored, StoredPost, Who};
use crate::format;
use crate::people::intake::read::Said;

/// Somebody whom a plan is about.
#[derive(Clone, Debug)]
pub(super) struct Planned {
    /// None for somebody new.
    pub stored: Option<Stored>,
    pub name: String,
    /// The address that the list gives them.
    pub address: Option<String>,
    /// The lines that they stand on.
    pub lines: Vec<u64>,
    /// What they are called there.
    pub called: Vec<(u64, String)>,
    /// Their posts when everything is done.
    pub posts: Vec<PlannedPost>,
    pub acts: Vec<PostAct>,
}

/// A post as it will be.
#[derive(Clone, Debug)]
pub(super) struct PlannedPost {
    /// As it is stored; none for one that the list adds.
    pub stored: Option<StoredPost>,
    /// The line that says it.
    pub line: Option<u64>,
    pub department: Department,
    pub department_name: String,
    pub grade: String,
    pub staff_group: String,
    pub starts_on: NaiveDate,
    pub ends_on: Option<NaiveDate>,
    pub percent: i64,
}

impl PlannedPost {
    pub(super) fn overlaps(&self, said: &Said) -> bool {
        self.ends_on.is_none_or(|end| end >= said.starts_on) && said.ends_on.is_none_or(|end| end >= self.starts_on)
    }

    fn is_said(&self, said: &Said) -> bool {
        (self.starts_on, self.ends_on, self.percent) == (said.starts_on, said.ends_on, said.percent)
            && self.grade == said.grade
            && self.staff_group == said.staff_group
    }

    pub(super) fn told(&self) -> String {
        let until = self.ends_on.map_or_else(|| ", no end date".to_owned(), |day| format!(" to {}", format::date(day)));
        format!("{}, {}, {}{until}", self.grade, self.department_name, format::date(self.starts_on))
    }

    /// What becomes of it, a line for each thing that changes.
    pub(super) fn changes(&self, said: &Said) -> Vec<String> {
        let day = |day: Option<NaiveDate>| day.map_or_else(|| "no end date".to_owned(), format::date);
        let pairs = [
            ("First day", format::date(self.starts_on), format::date(said.starts_on)),
            ("Last day", day(self.ends_on), day(said.ends_on)),
            ("Grade", self.grade.clone(), said.grade.clone()),
            ("Staff group", self.staff_group.clone(), said.staff_group.clone()),
            ("Percentage", self.percent.to_string(), said.percent.to_string()),
        ];
        let changed = pairs.into_iter().filter(|(_, before, after)| before != after);
        changed.map(|(what, before, after)| format!("{what}: {after}, was {before}")).collect()
    }

    pub(super) fn become_what_is_said(&mut self, line: u64, said: &Said) {
        self.line = Some(line);
        self.grade.clone_from(&said.grade);
        self.staff_group.clone_from(&said.staff_group);
        (self.starts_on, self.ends_on, self.percent) = (said.starts_on, said.ends_on, said.percent);
    }
}

impl Planned {
    pub(super) fn stored(stored: Stored) -> Self {
        let posts = stored
            .posts
            .iter()
            .map(|post| PlannedPost {
                stored: Some(post.clone()),
                line: None,
                department: Department::Known(post.department_id),
                department_name: post.department.clone(),
                grade: post.grade.clone(),
                staff_group: post.staff_group.clone(),
                starts_on: post.starts_on,
                ends_on: post.ends_on,
                percent: post.percent,
            })
            .collect();
        let name = stored.name.clone();
        Self {
            stored: Some(stored),
            name,
            address: None,
            lines: Vec::new(),
            called: Vec::new(),
            posts,
            acts: Vec::new(),
        }
    }

    pub(super) fn new(name: String, address: Option<String>) -> Self {
        Self { stored: None, name, address, lines: Vec::new(), called: Vec::new(), posts: Vec::new(), acts: Vec::new() }
    }

    pub(super) fn who(&self) -> Who {
        match &self.stored {
            None => Who::New,
            Some(stored) if stored.here => Who::Known,
            Some(_) => Who::Asked,
        }
    }

    /// Whether they have this very post already.
    pub(super) fn has_just(&self, said: &Said, department: &Department) -> bool {
        self.posts.iter().any(|post| post.department == *department && post.is_said(said))
    }
}
