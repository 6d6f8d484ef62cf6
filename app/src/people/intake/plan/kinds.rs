//! What a plan is made of.

use std::collections::HashMap;

use chrono::NaiveDate;
use serde::Deserialize;

use crate::id::{DepartmentId, PersonId, PostId, SiteId};
use crate::people::directory::model::PostDetails;
use crate::people::intake::columns::Holds;
use crate::people::intake::model::Is;
use crate::people::intake::read::{Said, Typed, Wrong};

/// A department that posts can be in.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Place {
    pub id: DepartmentId,
    pub name: String,
    pub specialty: String,
    /// The name of its site; empty without one.
    pub site: String,
}

/// A post as it is stored.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct StoredPost {
    pub id: PostId,
    pub department_id: DepartmentId,
    /// The department's name.
    pub department: String,
    pub staff_group: String,
    pub grade: String,
    pub starts_on: NaiveDate,
    pub ends_on: Option<NaiveDate>,
    pub percent: i64,
    pub version: i64,
}

/// Somebody who may be meant by a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stored {
    pub id: PersonId,
    /// As the trust knows them; empty when it does not.
    pub name: String,
    /// The trust has them in its list, accepted or asked.
    pub here: bool,
    /// Their account is closed.
    pub closed: bool,
    /// Whoever asks may give them another address.
    pub takes_address: bool,
    /// They have an address.
    pub has_address: bool,
    /// Their posts in this trust.
    pub posts: Vec<StoredPost>,
}

/// What the store says of a list's people and places. A plan holds as long as it stays the same.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ground {
    pub departments: Vec<Place>,
    pub sites: Vec<(SiteId, String)>,
    /// Departments by another name, as this trust last chose.
    pub other_names: HashMap<String, DepartmentId>,
    /// Whose an address is.
    pub addresses: HashMap<String, PersonId>,
    pub people: Vec<Stored>,
}

/// Which department a row means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Department {
    Known(DepartmentId),
    /// One to be made, by its place in `Plan::made`.
    Made(usize),
}

/// Who is on a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Who {
    /// Somebody whom nobody knows yet.
    New,
    /// Somebody of the trust.
    Known,
    /// Somebody whom Baton knows from another trust: they are asked.
    Asked,
}

/// What a row does to the posts of who is on it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum What {
    /// A post more.
    New,
    /// A post more, which overlaps another: both are kept.
    Overlaps(String),
    /// A post more, before which another ends.
    Shortens(String),
    /// A post is changed: what becomes of it.
    Changed(Vec<String>),
    /// It is there already.
    Same,
}

/// What is asked about a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Question {
    /// Which department is meant: by its place in `Plan::unknown`.
    Department(usize),
    /// Whether one of these is who is meant.
    Person(Vec<Candidate>),
    /// Whether the other post, in these words, ends or both are kept.
    Overlap(String),
}

/// What a row is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Found {
    Does(Who, What),
    Asks(Question),
    Wrong(Vec<Wrong>),
    /// It is about nobody.
    Nobody(&'static str),
}

/// A row with what it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// The number of its line.
    pub line: u64,
    pub typed: Typed,
    pub found: Found,
    /// What is to be known about it as well.
    pub notes: Vec<String>,
    /// Whom somebody said that it is; the question stays, so that the answer can be changed.
    pub candidates: Vec<Candidate>,
}

/// A department that nobody knows by this name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unknown {
    /// The line that is the first to name it.
    pub line: u64,
    pub name: String,
    /// The site beside it there.
    pub site: String,
    /// How many rows name it.
    pub rows: usize,
    /// The departments that it may be, the nearest first.
    pub nearest: Vec<DepartmentId>,
}

/// A department to be made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Made {
    pub name: String,
    pub site: Option<SiteId>,
}

/// Somebody who may be who is on a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Candidate {
    pub is: Is,
    /// Their name and posts.
    pub told: String,
}

/// One thing that is done to somebody's posts.
#[derive(Clone, Debug)]
pub enum PostAct {
    Add {
        department: Department,
        said: Said,
    },
    Edit {
        id: PostId,
        version: i64,
        details: PostDetails,
    },
    /// It ends on this day.
    End {
        id: PostId,
        version: i64,
        last_on: NaiveDate,
    },
}

/// A post as a row says it.
pub(super) fn details(said: &Said, department: DepartmentId) -> PostDetails {
    PostDetails {
        department,
        staff_group: said.staff_group.clone(),
        grade: said.grade.clone(),
        starts_on: said.starts_on,
        ends_on: said.ends_on,
        percent: said.percent,
    }
}

/// What a row is to blame for when its line contradicts another.
pub(super) fn contradicts(one: Holds, words: String) -> Found {
    Found::Wrong(vec![(one, words)])
}
