//! Handovers: their states, their answers, what is typed about them and what the pack needs.

use std::collections::BTreeMap;
use std::fmt::Display;

use chrono::{Days, NaiveDate};
use serde::{Deserialize, Serialize};

use crate::choices;
use crate::continuity::asks::model::{LONGEST_BRIDGE, LONGEST_LOOK};
use crate::error::Error;
use crate::id::{MeasureId, PersonId};
use crate::parse::Fields;

/// A handover is planned at most this many days ahead.
pub const FURTHEST: u64 = 366;
/// The choice in the form that means the pool.
pub const POOL: &str = "pool";
/// The longest one part of the pack may be, in characters: the whole has to fit on a page or two.
pub const PART: usize = 1500;
/// The longest a sentence of the pack may be, in characters.
pub const SENTENCE: usize = 400;

choices! {
    /// How far a handover has come.
    State {
        /// Being prepared; only those who may offer it see it.
        Draft = "draft" => "Draft",
        /// Waits for the successor and the supervisor, or for somebody in the pool.
        Offered = "offered" => "Offered",
        /// Both accepted; the successor leads from its day on.
        Agreed = "agreed" => "Agreed",
        /// The successor or the supervisor declined.
        Declined = "declined" => "Declined",
        /// Taken back before it took effect.
        Withdrawn = "withdrawn" => "Withdrawn",
        /// Nobody answered in time.
        Lapsed = "lapsed" => "Expired",
    }

    /// Who answers a handover.
    Party {
        /// The next lead.
        Successor = "successor" => "The next lead",
        /// The supervisor, or the academy for the supervisor.
        // Stored as the word of the first days; the table's check knows no other.
        Supervisor = "supervisor" => "The supervisor",
    }

    /// What they answer.
    Answer {
        /// Yes.
        Accepted = "accepted" => "Accepted",
        /// No.
        Declined = "declined" => "Declined",
    }
}

impl State {
    /// The colour of its tag.
    #[must_use]
    pub fn colour(self) -> &'static str {
        match self {
            Self::Draft | Self::Withdrawn | Self::Lapsed => "grey",
            Self::Offered => "blue",
            Self::Agreed => "green",
            Self::Declined => "orange",
        }
    }
}

/// To whom a project is handed over.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum To {
    /// Not decided yet.
    #[default]
    Nobody,
    /// Whoever asks to take it on.
    Pool,
    /// A colleague.
    Person(PersonId),
}

impl To {
    /// As the form sends it.
    #[must_use]
    pub fn typed(self) -> String {
        match self {
            Self::Nobody => String::new(),
            Self::Pool => POOL.to_owned(),
            Self::Person(person) => person.to_string(),
        }
    }

    /// The person, when it is one.
    #[must_use]
    pub fn person(self) -> Option<PersonId> {
        match self {
            Self::Person(person) => Some(person),
            Self::Nobody | Self::Pool => None,
        }
    }
}

/// How the next point of a measure is got, and when.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    pub measure: MeasureId,
    pub how: String,
    pub next_on: Option<NaiveDate>,
}

/// What the next lead is told.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Pack {
    /// Who takes over.
    pub to: To,
    /// From which day on.
    pub takes_effect_on: Option<NaiveDate>,
    /// The state of the project in a paragraph.
    pub summary: String,
    /// The next step.
    pub next_step: String,
    pub next_step_on: Option<NaiveDate>,
    /// Where the files and tools are.
    pub files: String,
    /// What not to repeat.
    pub not_repeat: String,
    /// Approvals that the project has.
    pub approvals: String,
    /// When the first of them expires.
    pub approvals_expire_on: Option<NaiveDate>,
    /// Who helped.
    pub helped: String,
    /// How the next point of each measure is got.
    pub plans: Vec<Plan>,
    /// What each who leaves contributed.
    pub contributions: Vec<(PersonId, String)>,
}

/// A measure that the pack has to tell of.
#[derive(Clone, Debug)]
pub struct Measured {
    pub id: MeasureId,
    pub name: String,
    /// It has a rhythm, so that the next point has a date.
    pub rhythm: bool,
}

/// What a project's pack has to hold before it can be offered.
#[derive(Clone, Debug)]
pub struct PackRequirements {
    /// The measures in use.
    pub measures: Vec<Measured>,
    /// The lead who leaves; none when nobody leads.
    pub leaver: Option<(PersonId, String)>,
    /// The others of whom the pack may tell what they contributed.
    pub team: Vec<(PersonId, String)>,
    /// The day on which it is asked.
    pub today: NaiveDate,
}

/// A part of the pack that is needed, as the list of tasks shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// What it is.
    pub label: String,
    /// The id of its first field.
    pub field: String,
    /// It is there.
    pub done: bool,
}

/// What was typed for the measure or person.
fn typed(map: &BTreeMap<String, String>, id: impl Display) -> &str {
    map.get(&key(id)).map_or("", String::as_str)
}

/// What stands between a field's brackets. A key that begins with a digit would be read as a place in
/// a list, and the form refused.
fn key(id: impl Display) -> String {
    format!("id-{id}")
}

/// The field for how a measure's next point is got.
#[must_use]
pub fn how(measure: MeasureId) -> String {
    format!("how[{}]", key(measure))
}

/// The field for when a measure's next point is due.
#[must_use]
pub fn when(measure: MeasureId) -> String {
    format!("when[{}]", key(measure))
}

/// The field for what somebody contributed.
#[must_use]
pub fn contribution(person: PersonId) -> String {
    format!("contribution[{}]", key(person))
}

impl PackRequirements {
    /// The needed parts, each with whether it is there; `value` gives what stands in a field.
    #[must_use]
    pub fn parts(&self, value: impl Fn(&str) -> String) -> Vec<Part> {
        let has = |field: &str| !value(field).trim().is_empty();
        let dated = |field: &str| has(&format!("{field}.day"));
        let part = |label: &str, field: &str, done| Part { label: label.to_owned(), field: field.to_owned(), done };
        let mut parts = vec![
            part("Who takes it over, and when", "to", has("to") && dated("takes_effect_on")),
            part("The state of the project", "summary", has("summary")),
            part("The next step and its date", "next_step", has("next_step") && dated("next_step_on")),
        ];
        if let Some(first) = self.measures.first() {
            let got = |measure: &Measured| has(&how(measure.id)) && (!measure.rhythm || dated(&when(measure.id)));
            let open = self.measures.iter().find(|measure| !got(measure));
            parts.push(part(
                "How and when the next data points are collected",
                &how(open.unwrap_or(first).id),
                open.is_none(),
            ));
        }
        if let Some((person, name)) = &self.leaver {
            let field = contribution(*person);
            parts.push(part(&format!("What {name} contributed"), &field, has(&field)));
        }
        parts
    }
}

/// A handover being prepared, as typed.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct PackForm {
    /// Who takes over: nobody yet, the pool, or a person's id.
    pub to: String,
    /// From which day on.
    pub takes_effect_on: String,
    /// The state of the project.
    pub summary: String,
    /// The next step.
    pub next_step: String,
    pub next_step_on: String,
    /// How the next point of each measure is got.
    pub how: BTreeMap<String, String>,
    /// And when.
    pub when: BTreeMap<String, String>,
    /// Where the files and tools are.
    pub files: String,
    /// What not to repeat.
    pub not_repeat: String,
    /// Approvals.
    pub approvals: String,
    /// When the first expires.
    pub approvals_expire_on: String,
    /// Who helped.
    pub helped: String,
    /// What each who leaves contributed.
    pub contribution: BTreeMap<String, String>,
    /// Which button was pressed: `draft`, or nothing for the offer.
    pub then: String,
}

impl PackForm {
    /// Whether it is to be kept as a draft and not to be offered yet.
    #[must_use]
    pub fn is_draft(&self) -> bool {
        self.then == "draft"
    }

    /// The pack. A draft may lack anything; an offer must have what is needed.
    ///
    /// # Errors
    /// [`Error::Invalid`] with everything that is wrong or missing.
    pub fn parse(&self, needs: &PackRequirements) -> Result<Pack, Error> {
        let mut fields = Fields::new();
        let to = match self.to.trim() {
            "" => To::Nobody,
            POOL => To::Pool,
            person => person.parse().map_or(To::Nobody, To::Person),
        };
        if !self.is_draft() && to == To::Nobody {
            fields.error("to", "Choose who takes the project over, or the pool.");
        }
        let takes_effect_on = self.read_takes_effect_on(&mut fields, needs.today);
        let summary = self.part(
            &mut fields,
            "summary",
            &self.summary,
            PART,
            Some("Say in a paragraph where the project stands."),
        );
        let next_step = self.part(
            &mut fields,
            "next_step",
            &self.next_step,
            SENTENCE,
            Some("Enter what the next lead does first."),
        );
        let next_step_on = self.read_next_step_on(&mut fields, needs.today);
        let plans = needs.measures.iter().map(|measure| self.plan(&mut fields, measure)).collect();
        let files = fields.text("files", &self.files, PART);
        let not_repeat = fields.text("not_repeat", &self.not_repeat, PART);
        let approvals = fields.text("approvals", &self.approvals, PART);
        let approvals_expire_on = fields.date("approvals_expire_on", &self.approvals_expire_on);
        let helped = fields.text("helped", &self.helped, PART);
        let contributions = self.contributions(&mut fields, needs);
        fields.finish(|| Pack {
            to,
            takes_effect_on,
            summary,
            next_step,
            next_step_on,
            files,
            not_repeat,
            approvals,
            approvals_expire_on,
            helped,
            plans,
            contributions,
        })
    }

    /// A text; where something is said to be missing, an offer must have it.
    fn part(&self, fields: &mut Fields, name: &str, typed: &str, limit: usize, missing: Option<&str>) -> String {
        match missing {
            Some(missing) if !self.is_draft() => fields.required(name, typed, limit, missing),
            _ => fields.text(name, typed, limit),
        }
    }

    fn read_takes_effect_on(&self, fields: &mut Fields, today: NaiveDate) -> Option<NaiveDate> {
        let takes_effect_on = fields.date("takes_effect_on", &self.takes_effect_on);
        if self.is_draft() {
            return takes_effect_on;
        }
        let furthest = today + Days::new(FURTHEST);
        match takes_effect_on {
            None if self.takes_effect_on.trim().is_empty() => {
                fields.error("takes_effect_on", "Enter the day from which the next lead leads it.");
            }
            Some(date) if date < today => {
                fields.error("takes_effect_on", "Enter today or a later day.");
            }
            Some(date) if date > furthest => {
                fields.error("takes_effect_on", format!("Enter a day before {}.", crate::format::date(furthest)));
            }
            _ => {}
        }
        takes_effect_on
    }

    fn read_next_step_on(&self, fields: &mut Fields, today: NaiveDate) -> Option<NaiveDate> {
        let next_step_on = fields.date("next_step_on", &self.next_step_on);
        match next_step_on {
            _ if self.is_draft() => {}
            None if self.next_step_on.trim().is_empty() => {
                fields.error("next_step_on", "Enter by when the next step is to be done.");
            }
            Some(date) if date < today => {
                fields.error("next_step_on", "This day has passed. Enter by when the next step is to be done now.");
            }
            _ => {}
        }
        next_step_on
    }

    fn plan(&self, fields: &mut Fields, measure: &Measured) -> Plan {
        let (how, when) = (how(measure.id), when(measure.id));
        let missing = format!("Say how the next data point of “{}” is collected.", measure.name);
        let typed_when = typed(&self.when, measure.id);
        if !self.is_draft() && measure.rhythm && typed_when.trim().is_empty() {
            fields.error(&when, format!("Enter when the next point of “{}” is due.", measure.name));
        }
        let said = self.part(fields, &how, typed(&self.how, measure.id), SENTENCE, Some(&missing));
        Plan { measure: measure.id, how: said, next_on: fields.date(&when, typed_when) }
    }

    /// What is said of each person, first of who leaves, without those of whom nothing is said.
    fn contributions(&self, fields: &mut Fields, needs: &PackRequirements) -> Vec<(PersonId, String)> {
        let leaver = needs
            .leaver
            .iter()
            .map(|(person, name)| (*person, Some(format!("Say what {name} contributed, so that the credit lasts."))));
        leaver
            .chain(needs.team.iter().map(|(person, _)| (*person, None)))
            .map(|(person, missing)| {
                let said = typed(&self.contribution, person);
                (person, self.part(fields, &contribution(person), said, PART, missing.as_deref()))
            })
            .filter(|(_, said)| !said.is_empty())
            .collect()
    }
}

/// An answer to an offer, as typed.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct AnswerForm {
    /// Accepted or declined.
    pub answer: String,
    /// A word on it.
    pub word: String,
}

impl AnswerForm {
    /// The answer and the word.
    ///
    /// # Errors
    /// [`Error::Invalid`] without an answer, or when somebody declines without a word.
    pub fn parse(&self) -> Result<(Answer, String), Error> {
        let mut fields = Fields::new();
        let answer = fields.choice("answer", &self.answer, "Choose whether you accept.");
        let word = match answer {
            Some(Answer::Declined) => fields.required(
                "word",
                &self.word,
                SENTENCE,
                "Say in a word why, so that the project finds the right person next.",
            ),
            _ => fields.text("word", &self.word, SENTENCE),
        };
        fields.finish(|| (answer.unwrap_or(Answer::Declined), word))
    }
}

/// A day until which something holds for a project without a lead, as typed.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct UntilForm {
    /// The project.
    pub project: String,
    /// The day on which somebody stops leading it.
    pub leads_until: String,
    /// The day until which the project goes on looking for a lead.
    pub looks_until: String,
}

impl UntilForm {
    /// The last day on which somebody leads the project for now.
    ///
    /// # Errors
    /// [`Error::Invalid`] when it is no day from today to 12 weeks ahead.
    pub fn last_day(&self, today: NaiveDate) -> Result<NaiveDate, Error> {
        near("leads_until", &self.leads_until, (today, LONGEST_BRIDGE), "Enter the last day on which you lead it.")
    }

    /// The day until which the project goes on looking for a lead.
    ///
    /// # Errors
    /// [`Error::Invalid`] when it is no day from tomorrow to six weeks ahead.
    pub fn review_day(&self, today: NaiveDate) -> Result<NaiveDate, Error> {
        let first = today + Days::new(1);
        let missing = "Enter the day until which you keep looking.";
        near("looks_until", &self.looks_until, (first, LONGEST_LOOK - 1), missing)
    }
}

/// A day from the first one to so many days after it.
fn near(field: &str, typed: &str, (first, days): (NaiveDate, i64), missing: &str) -> Result<NaiveDate, Error> {
    let mut fields = Fields::new();
    let day = fields.required_date(field, typed, missing);
    let last = first + chrono::Duration::days(days);
    if fields.is_ok() && (day < first || day > last) {
        let (first, last) = (crate::format::date(first), crate::format::date(last));
        fields.error(field, format!("Enter a day from {first} to {last}."));
    }
    fields.finish(|| day)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{TODAY, on};

    fn needs() -> PackRequirements {
        PackRequirements {
            measures: vec![
                Measured { id: MeasureId::new(), name: "Antibiotics".into(), rhythm: true },
                Measured { id: MeasureId::new(), name: "Falls".into(), rhythm: false },
            ],
            leaver: Some((PersonId::new(), "Tara Trainee".into())),
            team: vec![(PersonId::new(), "Colin Colleague".into())],
            today: TODAY,
        }
    }

    fn whole(needs: &PackRequirements) -> PackForm {
        let ids = |id: MeasureId, text: &str| (key(id), text.to_owned());
        PackForm {
            to: POOL.into(),
            takes_effect_on: "5 8 2026".into(),
            summary: "Half of the wards use the bundle.".into(),
            next_step: "Test it on the night shift".into(),
            next_step_on: "1 9 2026".into(),
            how: needs.measures.iter().map(|measure| ids(measure.id, "Ask the ward clerk")).collect(),
            when: [ids(needs.measures[0].id, "12 8 2026")].into(),
            contribution: needs.leaver.iter().map(|(id, _)| (key(*id), "Led it".to_owned())).collect(),
            ..PackForm::default()
        }
    }

    fn wrong(form: &PackForm, needs: &PackRequirements) -> Vec<String> {
        crate::testing::wrong(form.parse(needs))
    }

    #[test]
    fn a_draft_may_lack_anything_and_an_offer_names_all_that_it_lacks() {
        let needs = needs();
        let draft = PackForm { then: "draft".into(), ..PackForm::default() };
        let pack = draft.parse(&needs).expect("a draft");
        assert_eq!((pack.to, pack.plans.len(), pack.contributions.len()), (To::Nobody, 2, 0));
        let [first, second] = [needs.measures[0].id, needs.measures[1].id];
        let leaver = needs.leaver.as_ref().expect("a leaver").0;
        assert_eq!(
            wrong(&PackForm::default(), &needs),
            [
                "to".to_owned(),
                "takes_effect_on".into(),
                "summary".into(),
                "next_step".into(),
                "next_step_on".into(),
                when(first),
                how(first),
                how(second),
                contribution(leaver)
            ]
        );
        let pack = whole(&needs).parse(&needs).expect("a pack");
        assert_eq!((pack.to, pack.takes_effect_on), (To::Pool, Some(on("2026-08-05"))));
        assert_eq!(pack.contributions, [(leaver, "Led it".to_owned())]);
    }

    #[test]
    fn a_handover_takes_effect_today_or_within_a_year() {
        let needs = needs();
        for (typed, good) in [("4 3 2026", true), ("3 3 2026", false), ("5 3 2027", true), ("6 3 2027", false)] {
            let form = PackForm { takes_effect_on: typed.into(), ..whole(&needs) };
            assert_eq!(form.parse(&needs).is_ok(), good, "{typed}");
        }
        let late = PackForm { next_step_on: "3 3 2026".into(), ..whole(&needs) };
        assert_eq!(wrong(&late, &needs), ["next_step_on"]);
        assert!(PackForm { then: "draft".into(), ..late }.parse(&needs).is_ok(), "a draft keeps it");
    }

    #[test]
    fn the_parts_that_are_there_are_counted() {
        let needs = needs();
        let first = how(needs.measures[0].id);
        let filled =
            |fields: &[&str]| needs.parts(|name| if fields.contains(&name) { "x".to_owned() } else { String::new() });
        assert_eq!(filled(&[]).len(), 5);
        assert!(filled(&[]).iter().all(|part| !part.done));
        let some = filled(&["summary", "next_step", "next_step_on.day", &first]);
        assert_eq!(some.iter().filter(|part| part.done).count(), 2);
        assert_eq!(some[3].field, first, "the date of the first measure is missing");
        let unheld = PackRequirements { measures: vec![], leaver: None, ..needs.clone() };
        assert_eq!(unheld.parts(|_| String::new()).len(), 3);
    }

    #[test]
    fn declining_needs_a_word() {
        let form = |answer: &str, word: &str| AnswerForm { answer: answer.into(), word: word.into() };
        assert_eq!(form("accepted", "").parse(), Ok((Answer::Accepted, String::new())));
        assert_eq!(form("declined", "No time").parse(), Ok((Answer::Declined, "No time".to_owned())));
        assert!(form("declined", " ").parse().is_err());
        assert!(form("", "x").parse().is_err());
    }

    #[test]
    fn a_project_without_a_lead_is_led_or_looked_after_until_a_day_that_is_near() {
        let until =
            |typed: &str| UntilForm { leads_until: typed.into(), looks_until: typed.into(), ..UntilForm::default() };
        for (typed, leads, looks) in [
            ("3 3 2026", false, false),
            ("4 3 2026", true, false),
            ("5 3 2026", true, true),
            ("15 4 2026", true, true),
            ("16 4 2026", true, false),
            ("27 5 2026", true, false),
            ("28 5 2026", false, false),
            ("", false, false),
        ] {
            assert_eq!(until(typed).last_day(TODAY).is_ok(), leads, "leads until {typed}");
            assert_eq!(until(typed).review_day(TODAY).is_ok(), looks, "looks until {typed}");
        }
    }
}
