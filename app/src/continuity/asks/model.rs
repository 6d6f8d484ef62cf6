//! An ask as somebody reads it: the rows that are theirs, gathered to lines, and whose turn it is.

mod actions;
mod sentence;

use std::collections::HashMap;

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use sqlx::{Database, FromRow};
use timeline::{FOREVER, Kind};

pub use actions::{Action, Answering, Place, actions, needs};
pub use sentence::Sentence;

use crate::db::Db;
use crate::error::Error;
use crate::id::{PersonId, ProjectId, TrustId};
use crate::parse::Fields;
use crate::team::model::TeamRole;

/// Nobody says for longer than this that they are on it.
pub const LONGEST_CLAIM_DAYS: i64 = 14;

/// Somebody leads a project for now at most this many days.
pub const LONGEST_BRIDGE: i64 = 84;
/// A project without a lead goes on looking for one at most this many days by one choice, which is to be made once
/// nobody has led it for as long.
pub const LONGEST_LOOK: i64 = 42;

/// Names as a sentence lists them: "A", "A and B", "A, B and C".
pub(super) fn listed(names: &[&str]) -> String {
    match names {
        [] => String::new(),
        [one] => (*one).to_owned(),
        [most @ .., last] => format!("{} and {last}", most.join(", ")),
    }
}

/// A kind as the store says it.
#[derive(Clone, Copy, Debug)]
pub(super) struct KindColumn(Kind);

impl From<KindColumn> for Kind {
    fn from(KindColumn(kind): KindColumn) -> Self {
        kind
    }
}

impl sqlx::Type<Db> for KindColumn {
    fn type_info() -> <Db as Database>::TypeInfo {
        <str as sqlx::Type<Db>>::type_info()
    }

    fn compatible(info: &<Db as Database>::TypeInfo) -> bool {
        <str as sqlx::Type<Db>>::compatible(info)
    }
}

impl<'r> sqlx::Decode<'r, Db> for KindColumn {
    fn decode(value: <Db as Database>::ValueRef<'r>) -> Result<Self, sqlx::error::BoxDynError> {
        Ok(Self(<&str as sqlx::Decode<'r, Db>>::decode(value)?.parse()?))
    }
}

/// Somebody who is asked, from a day on.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Turn {
    pub on: NaiveDate,
    /// None for the desk.
    pub name: Option<String>,
    /// The administrators as well.
    #[serde(default)]
    pub administrators: bool,
}

impl Turn {
    /// What people call who is asked.
    #[must_use]
    pub fn who(&self) -> &str {
        match &self.name {
            Some(name) => name,
            None if self.administrators => "the administrators",
            None => "the QI academy",
        }
    }
}

/// Somebody says that they are on it.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Claim {
    pub person: PersonId,
    pub name: String,
    pub since: DateTime<Utc>,
    pub until: NaiveDate,
}

/// As what somebody is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Seat {
    /// By name.
    Own,
    /// As an academy lead.
    Desk,
    /// As an administrator, because nobody else at the desk can.
    Administrator,
}

/// One row of an ask, of somebody who is asked.
#[derive(Clone, Debug, FromRow)]
pub struct Asked {
    pub project_id: ProjectId,
    pub trust_id: TrustId,
    pub trust: String,
    pub title: String,
    /// None for a draft.
    pub reference: Option<String>,
    #[sqlx(try_from = "KindColumn")]
    pub kind: Kind,
    /// The handover or the place in the team that it is about.
    pub object_id: Option<String>,
    pub about_id: Option<PersonId>,
    pub about: Option<String>,
    pub cause_on: NaiveDate,
    pub since_on: NaiveDate,
    pub due_on: Option<NaiveDate>,
    pub level: i64,
    /// The first day on which it is over by its date alone.
    pub until_on: NaiveDate,
    pub rests: bool,
    desk: i64,
    /// Which line of the academy's it is in, where a page shows only a part of them; else empty.
    pub line: String,
    /// How many rows that line has, how many lines there are, and how many of these do not rest; else none.
    of_line: i64,
    pub all_lines: i64,
    all_waiting: i64,
    /// It is for the administrators as well, whoever is at the desk.
    pub administrators: bool,
    pub giver_id: Option<PersonId>,
    pub giver: Option<String>,
    pub taker_id: Option<PersonId>,
    pub taker: Option<String>,
    /// What whoever asks said with it.
    pub message: String,
    /// The place in the team that is asked about.
    pub place: Option<TeamRole>,
    /// When the handover is to take effect.
    pub effect_on: Option<NaiveDate>,
    /// A handover waits for the supervisor's answer, so no other supervisor is accepted.
    pub under_way: bool,
    /// The person asked has a place in the team as lead, or as supervisor, today.
    pub leads: bool,
    pub supervises: bool,
    /// They wrote the draft.
    pub wrote: bool,
    /// The day on which it is read.
    pub today: NaiveDate,
    /// They have a post in the trust today.
    pub in_post: bool,
    /// They work in the trust, by a post or a role.
    pub belongs: bool,
    /// They are an academy lead of the trust, or an administrator on a day without one who can act.
    pub academy_lead: bool,
    pub stands_in: bool,
    /// Since when nobody leads the project; none while somebody does.
    pub unled_since: Option<NaiveDate>,
    /// Somebody has asked to take the project on, and waits for an answer.
    pub asked_for: bool,
    /// They have accepted the trust, or accept it by answering: before, they answer the trust itself.
    pub known: bool,
    /// Who is asked next, soonest first.
    #[sqlx(json)]
    pub next: Vec<Turn>,
    #[sqlx(json(nullable))]
    pub claim: Option<Claim>,
}

impl Asked {
    #[must_use]
    pub fn seat(&self) -> Seat {
        match self.desk {
            0 => Seat::Own,
            1 => Seat::Desk,
            _ => Seat::Administrator,
        }
    }

    /// The day before which it is wanted: before somebody else is asked too, or what it is about happens.
    #[must_use]
    pub fn wanted_by(&self, today: NaiveDate) -> Option<NaiveDate> {
        self.next.first().map(|turn| turn.on).or(self.due_on).filter(|day| *day > today)
    }

    /// The last day on which it can be answered, when there is one.
    #[must_use]
    pub fn last_day(&self) -> Option<NaiveDate> {
        (self.until_on < FOREVER).then(|| self.until_on.pred_opt()).flatten()
    }

    /// It can be answered from any trust: they are named.
    #[must_use]
    pub fn is_answered_anywhere(&self) -> bool {
        self.level == 1
            && self.seat() == Seat::Own
            && matches!(self.kind, Kind::AnswerAsSuccessor | Kind::AskedToSupervise | Kind::Invitation)
    }

    /// Whether it is the same ask as another row of its line.
    fn is_of(&self, other: &Self) -> bool {
        self.project_id == other.project_id && self.object_id == other.object_id && self.cause_on == other.cause_on
    }

    /// What is one line of a list: the kind, whom it is about and what caused it.
    fn key(&self) -> (TrustId, Kind, i64, Option<PersonId>, Option<NaiveDate>) {
        let whole = self.desk > 0 && self.kind == Kind::StillYours;
        let (about, cause) = if whole { (None, None) } else { (self.about_id, Some(self.cause_on)) };
        (self.trust_id, self.kind, self.desk, about, cause)
    }
}

/// Rows of one kind, about one person and for one cause: shown, counted and sent as one.
#[derive(Clone, Debug)]
pub struct Line {
    /// The soonest.
    pub first: Asked,
    /// The others.
    pub others: Vec<Asked>,
}

impl Line {
    /// Every row, the soonest first.
    pub fn rows(&self) -> impl Iterator<Item = &Asked> {
        std::iter::once(&self.first).chain(&self.others)
    }

    /// How many projects it is about.
    #[must_use]
    pub fn len(&self) -> usize {
        usize::try_from(self.first.of_line).unwrap_or_default().max(self.shown())
    }

    /// Of how many a page shows something.
    #[must_use]
    pub fn shown(&self) -> usize {
        1 + self.others.len()
    }

    /// A line is never without a row.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        false
    }

    /// Somebody chose to wait with all of it: it is shown and not counted.
    #[must_use]
    pub fn rests(&self) -> bool {
        self.rows().all(|row| row.rests)
    }
}

/// How many lines do not rest, also of those that a page does not show.
#[must_use]
pub fn waiting(lines: &[Line]) -> usize {
    let shown = lines.iter().filter(|one| !one.rests()).count();
    let all = lines.iter().map(|one| one.first.all_waiting).max().unwrap_or_default();
    usize::try_from(all).unwrap_or_default().max(shown)
}

/// Gathers rows to lines, in the order of the first row of each.
#[must_use]
pub fn lines(rows: Vec<Asked>) -> Vec<Line> {
    let (mut lines, mut places): (Vec<Line>, HashMap<_, usize>) = (Vec::new(), HashMap::new());
    for row in rows {
        match places.get(&row.key()) {
            // Whoever stands in for the academy is asked as that and as an administrator: it is one project.
            Some(place) if lines[*place].rows().any(|one| one.is_of(&row)) => {}
            Some(place) => lines[*place].others.push(row),
            None => {
                places.insert(row.key(), lines.len());
                lines.push(Line { first: row, others: Vec::new() });
            }
        }
    }
    lines
}

/// Something that somebody put to others and that they have not answered.
#[derive(Clone, Debug, FromRow)]
pub struct WaitsFor {
    pub project_id: ProjectId,
    pub title: String,
    #[sqlx(try_from = "KindColumn")]
    pub kind: Kind,
    pub object_id: Option<String>,
    pub about: Option<String>,
    pub taker: Option<String>,
    pub since_on: NaiveDate,
    /// Whose turn it is, those who were asked first first.
    #[sqlx(json)]
    pub asked: Vec<Turn>,
    /// Who is asked next.
    #[sqlx(json)]
    pub next: Vec<Turn>,
}

/// What waits on a project, for whoever reads it.
#[derive(Clone, Debug, FromRow)]
pub struct Waiting {
    #[sqlx(try_from = "KindColumn")]
    pub kind: Kind,
    pub about: Option<String>,
    pub since_on: NaiveDate,
    pub due_on: Option<NaiveDate>,
    #[sqlx(json)]
    pub asked: Vec<Turn>,
    #[sqlx(json)]
    pub next: Vec<Turn>,
    #[sqlx(json(nullable))]
    pub claim: Option<Claim>,
}

impl Waiting {
    /// What they are asked, as the end of a sentence.
    #[must_use]
    pub fn subject(&self) -> String {
        let about = self.about.as_deref().unwrap_or("somebody");
        match self.kind {
            Kind::AnswerAsSuccessor => "to say whether they lead it next".into(),
            Kind::AgreeToHandover => "to agree to the handover".into(),
            Kind::AnswerTakeOn => "to agree that it is taken on".into(),
            Kind::AnswerJoin => format!("to say whether {about} joins the team"),
            Kind::HandOver => "to find the next lead".into(),
            Kind::BrokenHandover => "to choose another successor, because the one agreed will not be there".into(),
            Kind::Gap => "to bridge the days without a lead".into(),
            Kind::NoLead => "to find a lead".into(),
            Kind::NoSupervisor => "to ask somebody to supervise it".into(),
            Kind::AskedToSupervise => "to say whether they will supervise it".into(),
            Kind::Invitation => format!("to say whether {about} joins the team"),
            Kind::ConfirmSupervisor => format!("to confirm {about} as supervisor"),
            Kind::PassOnSupervision => "to find the next supervisor".into(),
            Kind::ReturnedLead => format!("to say whether {about} leads it again"),
            Kind::StillYours => "to say whether it goes on".into(),
            Kind::LookAgain => "to look at it again".into(),
            Kind::StepPassed => "to set the next step".into(),
            Kind::ConfirmDates => format!("to confirm when {about} leaves"),
            Kind::DraftLeft => "to finish the draft".into(),
            Kind::CannotBeReached => format!("to reach {about}"),
        }
    }
}

/// "Dr Marsh", "Dr Marsh and the QI academy".
#[must_use]
pub fn names(turns: &[Turn]) -> String {
    let mut names: Vec<&str> = Vec::new();
    for turn in turns {
        if !names.contains(&turn.who()) {
            names.push(turn.who());
        }
    }
    listed(&names)
}

/// Saying that one is on it, as sent.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct ClaimForm {
    /// What kind of ask.
    pub kind: String,
    /// Whom it is about; empty for nobody.
    pub about: String,
    /// The day that caused it; empty for all of its kind.
    pub cause: String,
    /// The last day on which they are on it.
    pub until: String,
}

impl ClaimForm {
    /// Which asks, and until when.
    ///
    /// # Errors
    /// [`Error::NotFound`] for what no page of ours sends; [`Error::Invalid`] for a day that is too far or past.
    pub fn parse(&self, today: NaiveDate) -> Result<ClaimDetails, Error> {
        let kind = self.kind.parse().map_err(|_| Error::NotFound)?;
        let some = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        let about = some(&self.about).map(|id| id.parse()).transpose().map_err(|_| Error::NotFound)?;
        let cause_on = some(&self.cause).map(|day| day.parse()).transpose().map_err(|_| Error::NotFound)?;
        let mut fields = Fields::new();
        let until_on = fields.required_date("until", &self.until, "Say until when you are on it.");
        let latest = today + chrono::Duration::days(LONGEST_CLAIM_DAYS);
        if fields.is_ok() && !(today..=latest).contains(&until_on) {
            fields.error("until", "Choose a day from today on, at most 14 days ahead.");
        }
        fields.finish(|| ClaimDetails { kind, about, cause_on, until_on })
    }
}

/// Which asks of the desk somebody is on, and until when.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClaimDetails {
    pub kind: Kind,
    pub about: Option<PersonId>,
    pub cause_on: Option<NaiveDate>,
    pub until_on: NaiveDate,
}
