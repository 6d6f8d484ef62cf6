//! The demonstration as it is written down: published titles and priorities with their sources, and
//! invented people and events, dated relative to the day on which it is filled.

use serde::Deserialize;

use super::calendar::When;
use super::series::Series;
use crate::error::Error;

/// A published title, with the place where it was read.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Title {
    /// What projects.json calls it.
    pub key: String,
    pub title: String,
    /// Where it was read.
    pub source: String,
}

/// A priority after a published one; its aim is written for the demonstration.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Priority {
    /// What projects.json calls it.
    pub key: String,
    pub title: String,
    pub aim: String,
    /// Where it was published.
    pub source: String,
    /// Who answers for it.
    pub owner: String,
}

/// The trust and its people, all of them invented.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Trust {
    /// Its name.
    pub trust: String,
    pub sites: Vec<String>,
    pub departments: Vec<Department>,
    /// Its people: those whom a visitor should try first stand first.
    pub people: Vec<Person>,
}

/// A department.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Department {
    /// What posts and projects call it.
    pub key: String,
    pub name: String,
    pub specialty: String,
    /// The place of its site in the list.
    pub site: usize,
}

/// A person with their posts: department, first day, and the day on which the post is over.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Person {
    /// What projects call them.
    pub key: String,
    pub name: String,
    pub grade: String,
    /// Their staff group.
    #[serde(default = "medical")]
    pub staff: String,
    /// Their percentage of full time.
    #[serde(default = "full_time")]
    pub percent: i64,
    /// A role in the trust.
    pub role: Option<String>,
    /// Its first day.
    pub role_from: Option<When>,
    /// When they said that their last post ends on its last day.
    pub said: Option<When>,
    pub posts: Vec<(String, When, Option<When>)>,
}

fn medical() -> String {
    "Medical".to_owned()
}

fn full_time() -> i64 {
    100
}

/// A task: a list of what, who, by when, and when it was done.
#[derive(Debug, Deserialize)]
pub struct Task {
    pub what: String,
    pub who: Option<String>,
    pub by: Option<When>,
    pub done: Option<When>,
}

/// A project with all that belongs to it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Project {
    /// The key of its title.
    pub title: String,
    /// Its type, as stored.
    #[serde(rename = "type", default = "quality_improvement")]
    pub kind: String,
    pub department: String,
    /// Its status, as stored.
    #[serde(default = "active")]
    pub status: String,
    /// The day of its registration.
    pub registered: When,
    /// Who registered it; the first lead when nobody else is named.
    pub author: Option<String>,
    pub problem: String,
    /// What, for whom, how much, by when.
    pub aim: Option<(String, String, String, When)>,
    /// The keys of its priorities.
    #[serde(default)]
    pub priorities: Vec<String>,
    /// Why it serves no priority.
    #[serde(default)]
    pub local_need: String,
    /// Where it came from, and a word on it.
    pub origin: Option<(String, String)>,
    /// Standard, its source, the level to meet, the re-audit date.
    pub standard: Option<(String, String, String, When)>,
    /// When a resting project is looked at again.
    pub look_again: Option<When>,
    /// Why it closed, when, and a word on it.
    pub closed: Option<(String, When, String)>,
    /// The title's key of the project into which it was merged.
    pub merged_into: Option<String>,
    /// The next step and its date.
    pub next_step: Option<(String, When)>,
    /// Other tasks.
    #[serde(default)]
    pub tasks: Vec<Task>,
    /// Updates: when, who, what.
    #[serde(default)]
    pub updates: Vec<(When, String, String)>,
    /// Links: kind, title, address, whose account.
    #[serde(default)]
    pub links: Vec<(String, String, String, String)>,
    /// The team.
    #[serde(default)]
    pub team: Vec<TeamRole>,
    /// The measures.
    #[serde(default)]
    pub measures: Vec<Measure>,
    /// The primary drivers of its diagram.
    #[serde(default)]
    pub drivers: Vec<Driver>,
    /// The PDSA cycles.
    #[serde(default)]
    pub cycles: Vec<Cycle>,
    /// The handovers, oldest first.
    #[serde(default)]
    pub handovers: Vec<Handover>,
}

fn quality_improvement() -> String {
    "quality_improvement".to_owned()
}

fn active() -> String {
    "active".to_owned()
}

/// A place in the team.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TeamRole {
    /// Who.
    pub who: String,
    /// As what, as stored.
    pub role: String,
    /// From when; for a question, when it was asked.
    pub from: When,
    /// The day from which it is over.
    pub until: Option<When>,
    /// Of a supervisor on a time-bound post: the last day for which the academy lead confirmed them.
    pub confirmed: Option<When>,
    /// Its state, as stored.
    #[serde(default = "accepted")]
    pub state: String,
    /// Who opened the question, as stored.
    #[serde(default = "team")]
    pub opened_by: String,
    /// What was said with it.
    #[serde(default)]
    pub message: String,
    /// What they contributed, frozen when the role ended.
    #[serde(default)]
    pub contribution: String,
}

fn accepted() -> String {
    "accepted".to_owned()
}

fn team() -> String {
    "team".to_owned()
}

/// A measure and the model of its points.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Measure {
    pub name: String,
    /// Its operational definition.
    pub definition: String,
    /// Its kind, as stored.
    #[serde(default = "process")]
    pub kind: String,
    /// Its data type, as stored.
    #[serde(default = "percentage")]
    pub data: String,
    /// Its unit.
    #[serde(default)]
    pub unit: String,
    /// For a rate: so many.
    pub per: Option<i64>,
    /// Which way is better, as stored.
    #[serde(default = "increase")]
    pub better: String,
    pub target: Option<f64>,
    /// Days between two points.
    pub every: Option<i64>,
    /// Where the data come from.
    #[serde(default)]
    pub source: String,
    /// Who collects them.
    #[serde(default)]
    pub collector: String,
    /// The model of its points; none has been taken without it.
    pub series: Option<Series>,
}

fn process() -> String {
    "process".to_owned()
}

fn percentage() -> String {
    "percentage".to_owned()
}

fn increase() -> String {
    "increase".to_owned()
}

/// A PDSA cycle.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Cycle {
    /// The change that it tests.
    pub title: String,
    /// First day.
    pub from: When,
    /// Last day.
    pub until: Option<When>,
    /// Plan: the question.
    pub question: String,
    /// Plan: the prediction.
    pub prediction: String,
    /// The change idea of the diagram, by its words.
    pub idea: Option<String>,
    /// The number of the cycle that it carries on.
    pub continues: Option<usize>,
    /// The size of the test, as stored.
    pub scale: Option<String>,
    /// Do.
    #[serde(default, rename = "do")]
    pub done: String,
    /// Do: what was different from the plan.
    #[serde(default)]
    pub differed: String,
    /// Study.
    #[serde(default)]
    pub study: String,
    /// Whether the prediction was right, as stored.
    pub right: Option<String>,
    /// Act: the decision, as stored, and what follows.
    pub act: Option<(String, String)>,
}

/// A driver, with what stands beneath it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Driver {
    /// Its words.
    pub text: String,
    /// The places of its measures in the project's list.
    #[serde(default)]
    pub measures: Vec<usize>,
    /// The secondary drivers of a primary one.
    #[serde(default)]
    pub secondary: Vec<Driver>,
    /// Its change ideas.
    #[serde(default)]
    pub ideas: Vec<String>,
}

/// A handover.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Handover {
    /// Its state, as stored.
    pub state: String,
    /// Who hands over; none when nobody led the project.
    pub from: Option<String>,
    /// The successor; none: the pool, and nobody has asked yet.
    pub to: Option<String>,
    /// It was offered to the pool.
    #[serde(default)]
    pub pool: bool,
    /// Its form said that a draft is kept for the next lead.
    #[serde(default)]
    pub kept: bool,
    /// Who prepared it, when that was not the one who hands over.
    pub by: Option<String>,
    /// When it was prepared.
    pub made: When,
    /// When it was offered.
    pub offered: Option<When>,
    /// When it takes effect.
    pub effect: Option<When>,
    /// When it was agreed, declined, withdrawn or had lapsed.
    pub ended: Option<When>,
    /// The state of the project in one paragraph.
    #[serde(default)]
    pub summary: String,
    /// The next step and its date.
    pub next_step: Option<(String, When)>,
    /// Where files and tools are.
    #[serde(default)]
    pub files: String,
    /// What not to repeat.
    #[serde(default)]
    pub not_repeat: String,
    /// Approvals.
    #[serde(default)]
    pub approvals: String,
    /// When they expire.
    pub approvals_expire: Option<When>,
    /// Who helped.
    #[serde(default)]
    pub helped: String,
    /// For each measure, how the next point is got and when.
    #[serde(default)]
    pub measures: Vec<(String, When)>,
    /// What each leaver contributed.
    #[serde(default)]
    pub contributions: Vec<(String, String)>,
    /// Party, person, answer, word, day.
    #[serde(default)]
    pub answers: Vec<(String, String, String, String, When)>,
}

/// What was decided about two projects.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Link {
    /// The first project's title's key.
    pub project: String,
    /// The other's.
    pub other: String,
    /// As stored.
    pub kind: String,
    /// A word on it.
    pub word: String,
    /// Who decided.
    pub by: String,
    /// When.
    pub on: When,
}

/// The whole demonstration.
#[derive(Debug)]
pub struct Scenario {
    /// The published titles.
    pub titles: Vec<Title>,
    pub priorities: Vec<Priority>,
    pub trust: Trust,
    pub projects: Vec<Project>,
    /// What was decided about pairs of them.
    pub links: Vec<Link>,
}

impl Scenario {
    /// Reads what is embedded in the program.
    ///
    /// # Errors
    /// When it is not well-formed, which a test excludes.
    pub fn read() -> Result<Self, Error> {
        Ok(Self {
            titles: serde_json::from_str(include_str!("titles.json"))?,
            priorities: serde_json::from_str(include_str!("priorities.json"))?,
            trust: serde_json::from_str(include_str!("people.json"))?,
            projects: serde_json::from_str(include_str!("projects.json"))?,
            links: serde_json::from_str(include_str!("links.json"))?,
        })
    }
}
