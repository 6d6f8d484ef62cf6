//! An ask as one sentence of five parts: what, who does what by when, what happens otherwise, and why you.

use chrono::NaiveDate;
use timeline::Kind;

use super::{Asked, Line, Place, Seat, Turn, listed};
use crate::format::{count, date};
use crate::id::PersonId;

/// The parts of the sentence, each ending in a full stop; what happens otherwise may be empty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sentence {
    pub what: String,
    /// Who does what by when.
    pub wanted: String,
    /// What happens otherwise, and when.
    pub otherwise: String,
    /// Why you.
    pub why: String,
}

impl std::fmt::Display for Sentence {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let parts = [&self.what, &self.wanted, &self.otherwise, &self.why];
        let parts: Vec<&str> = parts.into_iter().map(String::as_str).filter(|part| !part.is_empty()).collect();
        f.write_str(&parts.join(" "))
    }
}

/// What a sentence is made of.
struct Words<'a> {
    line: &'a Line,
    row: &'a Asked,
    me: PersonId,
    today: NaiveDate,
}

impl Line {
    /// The sentence as this person reads it.
    #[must_use]
    pub fn sentence(&self, me: PersonId, today: NaiveDate) -> Sentence {
        let words = Words { line: self, row: &self.first, me, today };
        let wanted = words.wanted();
        let by = self.first.wanted_by(today).map_or_else(String::new, |day| format!(" by {}", date(day)));
        Sentence {
            what: words.what(),
            wanted: if wanted.is_empty() { wanted } else { format!("{wanted}{by}.") },
            otherwise: words.otherwise(),
            why: format!("You get this because {}.", words.why()),
        }
    }
}

impl Words<'_> {
    fn several(&self) -> bool {
        self.line.len() > 1
    }

    /// The project by its title, or how many they are.
    fn projects(&self) -> String {
        if self.several() {
            count(i64::try_from(self.line.len()).unwrap_or(i64::MAX), "project", "projects")
        } else {
            format!("“{}”", self.row.title)
        }
    }

    /// What stands for the project once it was named.
    fn it(&self) -> &'static str {
        if self.several() { "them" } else { "it" }
    }

    fn verb(&self, one: &'static str, many: &'static str) -> &'static str {
        if self.several() { many } else { one }
    }

    fn about(&self) -> &str {
        self.row.about.as_deref().unwrap_or("Somebody")
    }

    fn taker(&self) -> &str {
        self.row.taker.as_deref().or(self.row.about.as_deref()).unwrap_or("the next lead")
    }

    fn takes_effect(&self) -> String {
        self.row.effect_on.map_or_else(String::new, |day| format!(" from {}", date(day)))
    }

    fn since(&self) -> String {
        date(self.row.since_on)
    }

    fn last(&self) -> String {
        date(self.row.due_on.unwrap_or(self.row.cause_on))
    }

    fn is_own(&self) -> bool {
        self.row.place() == Place::First
    }

    fn is_about_me(&self) -> bool {
        self.row.is_about(self.me) || (self.row.about_id.is_none() && self.is_own())
    }

    fn what(&self) -> String {
        let (projects, row) = (self.projects(), self.row);
        match row.kind {
            Kind::AnswerAsSuccessor if self.is_own() => {
                let giver = row.giver.as_deref().unwrap_or("The QI academy");
                format!("{giver} asks you to lead {projects}{}.", self.takes_effect())
            }
            Kind::AnswerAsSuccessor => {
                format!(
                    "{} was asked on {} to lead {projects}{}, and has not answered.",
                    self.taker(),
                    self.since(),
                    self.takes_effect()
                )
            }
            Kind::AgreeToHandover => {
                let from = row.giver.as_deref().map_or_else(String::new, |giver| format!(", after {giver}"));
                format!("{} is to lead {projects}{}{from}.", self.taker(), self.takes_effect())
            }
            Kind::AnswerTakeOn => format!("{} asks to take on {projects}{}.", self.taker(), self.takes_effect()),
            Kind::AnswerJoin => format!("{} asks to join the team of {projects}.", self.about()),
            Kind::HandOver if self.is_about_me() => {
                format!("Your time as lead of {projects} ends on {}.", self.last())
            }
            Kind::HandOver => {
                format!("{} leads {projects} until {}, and nobody is to follow.", self.about(), self.last())
            }
            Kind::BrokenHandover => {
                format!("{} was to lead {projects}{}, and will not be there.", self.taker(), self.takes_effect())
            }
            Kind::Gap => format!(
                "Nobody leads {projects} from {} until {} takes over{}.",
                date(row.cause_on),
                self.taker(),
                row.effect_on.map_or_else(String::new, |day| format!(" on {}", date(day)))
            ),
            Kind::NoLead if row.cause_on > self.today => {
                format!("Nobody leads {projects} from {}.", date(row.cause_on))
            }
            Kind::NoLead => format!("Nobody has led {projects} since {}.", date(row.cause_on)),
            Kind::NoSupervisor => format!("Nobody supervises {projects}."),
            _ => self.what_of_people(),
        }
    }

    fn what_of_people(&self) -> String {
        let (projects, row) = (self.projects(), self.row);
        let place = row.place.map_or_else(|| "in the team".to_owned(), |place| place.asked());
        match row.kind {
            Kind::AskedToSupervise if self.is_own() => format!("You are asked to supervise {projects}."),
            Kind::AskedToSupervise => {
                format!("{} was asked on {} to supervise {projects}, and has not answered.", self.about(), self.since())
            }
            Kind::Invitation if self.is_own() => format!("You are asked to be a {place} of {projects}."),
            Kind::Invitation => format!(
                "{} was asked on {} to be a {place} of {projects}, and has not answered.",
                self.about(),
                self.since()
            ),
            Kind::ConfirmSupervisor => {
                format!("{} supervises {projects} on a post that ends, or without one.", self.about())
            }
            Kind::PassOnSupervision => self.supervision(),
            Kind::ReturnedLead if self.is_own() => format!("You led {projects} before, and nobody leads it now."),
            Kind::ReturnedLead => format!("{} led {projects} before, and is back.", self.about()),
            Kind::StillYours => {
                format!("Nobody has said for a while whether {projects} still {}.", self.verb("goes on", "go on"))
            }
            Kind::LookAgain => {
                format!("{projects} {} to be looked at again on {}.", self.verb("was", "were"), self.last())
            }
            Kind::StepPassed => {
                format!("The day of the next step or of the aim of {projects} has passed: {}.", self.last())
            }
            Kind::ConfirmDates if self.is_about_me() => {
                let depends = self.verb("depends", "depend");
                format!(
                    "Your post ends on {}, which nobody has confirmed, and {projects} {depends} on it.",
                    self.last()
                )
            }
            Kind::ConfirmDates => {
                format!("{}’s post ends on {}, and nobody has confirmed it for {projects}.", self.about(), self.last())
            }
            Kind::DraftLeft if self.is_about_me() => {
                format!("You leave on {}, and {projects} is a draft that only its team sees.", self.last())
            }
            Kind::DraftLeft => format!("{} leaves on {}, and {projects} is still a draft.", self.about(), self.last()),
            _ => format!("{} has no way to sign in, and {projects} needs them.", self.about()),
        }
    }

    fn supervision(&self) -> String {
        let (projects, day) = (self.projects(), self.row.due_on.unwrap_or(self.row.cause_on));
        match (self.is_about_me(), day < self.today) {
            (true, false) => format!("You supervise {projects} until {}.", date(day)),
            (true, true) => format!("You supervised {projects} until {}.", date(day)),
            (false, false) => format!("{} supervises {projects} until {}.", self.about(), date(day)),
            (false, true) => format!("{} supervised {projects} until {}.", self.about(), date(day)),
        }
    }

    /// Without the day and the full stop.
    fn wanted(&self) -> String {
        let (place, it) = (self.row.place(), self.it());
        match self.row.kind {
            Kind::AnswerAsSuccessor if place == Place::First => "Accept or decline".into(),
            Kind::AnswerAsSuccessor => "Ask them, or withdraw it and offer it to somebody else".into(),
            Kind::AgreeToHandover | Kind::AnswerTakeOn => match place {
                Place::First | Place::Beside => "Agree or decline".into(),
                Place::Desk | Place::Administrator => {
                    "Agree or decline in the supervisor’s place (it is recorded so)".into()
                }
            },
            Kind::AskedToSupervise if self.is_own() && self.line.rows().all(|row| row.leads) => {
                format!("Decline, or wait until you no longer lead {it}")
            }
            Kind::AskedToSupervise if self.is_own() && self.line.rows().all(|row| row.under_way) => {
                "Decline, or wait until its supervisor has answered a handover".into()
            }
            Kind::AnswerJoin | Kind::Invitation | Kind::AskedToSupervise if self.answers() => {
                "Accept or decline".into()
            }
            Kind::HandOver => format!("Offer {it} to a successor or to the pool"),
            Kind::BrokenHandover if self.row.unled_since.is_none() => "Choose another successor".into(),
            Kind::BrokenHandover => "Choose another successor, or lead it yourself until there is one".into(),
            Kind::Gap => "Withdraw it and agree an earlier day".into(),
            Kind::NoLead if self.row.administrators => format!("Take {it} on, or find somebody with the QI academy"),
            Kind::NoLead => format!("Offer {it} to somebody, take {it} on, or pause or close {it}"),
            Kind::NoSupervisor => "Ask a colleague on a lasting post".into(),
            Kind::AskedToSupervise | Kind::Invitation | Kind::AnswerJoin => {
                "Ask them again, or ask somebody else".into()
            }
            Kind::ConfirmSupervisor => "Confirm until when, or ask somebody else".into(),
            Kind::PassOnSupervision => format!("Pass {it} on to a colleague on a lasting post"),
            Kind::ReturnedLead => format!("Take {it} on again, or leave {it} to somebody else"),
            Kind::StillYours if place == Place::Desk => "Speak with those who lead, or find somebody else".into(),
            Kind::StillYours => "Say that it goes on, pause it, finish it or hand it over".into(),
            Kind::LookAgain => "Record what was found, or set the next day".into(),
            Kind::StepPassed => "Set the next step and its day".into(),
            Kind::ConfirmDates if self.is_about_me() => "Say whether you leave on that day or stay".into(),
            Kind::ConfirmDates => "Ask them, and confirm or correct it".into(),
            Kind::DraftLeft => "Register it, give it to a colleague or delete it".into(),
            Kind::CannotBeReached => "Give them a way in, correct their address, or name somebody else".into(),
        }
    }

    fn answers(&self) -> bool {
        match self.row.kind {
            Kind::AnswerJoin => self.row.place() != Place::Administrator,
            _ => self.is_own(),
        }
    }

    /// Who is asked next. Of several projects the same ones only where it is so for each.
    fn next(&self) -> Vec<Turn> {
        let for_each = |turn: &Turn| self.line.rows().all(|row| row.next.contains(turn));
        let next = self.row.next.iter().map(|turn| match &turn.name {
            Some(_) if !for_each(turn) => {
                Turn { name: Some("whoever comes next in each team".to_owned()), ..turn.clone() }
            }
            _ => turn.clone(),
        });
        next.collect()
    }

    fn otherwise(&self) -> String {
        let row = self.row;
        let lapses = row
            .last_day()
            .filter(|_| matches!(row.kind, Kind::AnswerAsSuccessor | Kind::AgreeToHandover | Kind::AnswerTakeOn));
        let then = then(&self.next());
        match (then.is_empty(), lapses) {
            (true, Some(day)) => format!("Without an answer it expires after {}.", date(day)),
            (true, None) if row.kind == Kind::HandOver => {
                format!("Otherwise nobody leads {} after {}.", self.it(), self.last())
            }
            (true, None) if row.kind == Kind::Gap => {
                "Otherwise it is in the pool on those days, and can be led for now.".into()
            }
            (_, _) => then,
        }
    }

    fn why(&self) -> String {
        let row = self.row;
        let it = if self.several() { "them" } else { "it" };
        match row.seat() {
            Seat::Desk => return "you are an academy lead of the trust".into(),
            Seat::Administrator if row.administrators => {
                let have = self.verb("it has", "they have");
                return format!("you are an administrator, and {have} had no lead for 8 weeks");
            }
            Seat::Administrator => return "no academy lead can answer today and you are an administrator".into(),
            Seat::Own => {}
        }
        if row.place() == Place::First {
            match row.kind {
                Kind::AnswerAsSuccessor => return "you are named as the next lead".into(),
                Kind::AskedToSupervise | Kind::Invitation => return "you are named".into(),
                Kind::ReturnedLead => return format!("you led {it} before"),
                _ => {}
            }
        }
        let mut parts = Vec::new();
        if row.wrote {
            parts.push("wrote");
        }
        if row.leads {
            parts.push("lead");
        }
        if row.supervises || (row.kind == Kind::PassOnSupervision && row.is_about(self.me)) {
            parts.push("supervise");
        }
        if parts.is_empty() && row.giver_id == Some(self.me) {
            parts.push("offered");
        }
        if parts.is_empty() { format!("you have a part in {it}") } else { format!("you {} {it}", listed(&parts)) }
    }
}

/// "Then Dr Marsh is asked too, and from 8 December 2026 the QI academy."
fn then(next: &[Turn]) -> String {
    let Some(first) = next.first() else { return String::new() };
    let at = |day: NaiveDate| -> Vec<&str> {
        let mut names: Vec<&str> = next.iter().filter(|turn| turn.on == day).map(Turn::who).collect();
        names.dedup();
        names
    };
    let now = at(first.on);
    let verb = if now.len() == 1 && now[0] != "the administrators" { "is" } else { "are" };
    let later = next.iter().find(|turn| turn.on > first.on);
    let later = later.map_or_else(String::new, |turn| format!(", and from {} {}", date(turn.on), listed(&at(turn.on))));
    format!("Then {} {verb} asked too{later}.", listed(&now))
}
