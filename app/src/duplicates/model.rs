//! What makes two projects look alike, and what can be decided about them.

use std::collections::HashSet;
use std::sync::LazyLock;

use serde::{Deserialize, Serialize};
use sqlx::FromRow;

use crate::choices;
use crate::error::Error;
use crate::id::{LinkId, ProjectId};
use crate::parse::{Fields, MAX_LINE_CHARS, MAX_PARAGRAPH_CHARS};
use crate::project::model::{ClosedReason, Status};

/// Fewer useful words than this say too little to suggest anything while somebody types.
pub const ENOUGH_WORDS: usize = 2;
/// The most words that one search asks for: a bound on its work.
const MOST_WORDS: usize = 24;

/// Words that nearly every project's title has, besides those of the language: they tell nothing apart.
const GENERIC: &str = "\
    a about across after all also among amongst an and are as at be been being between but by can do \
    does for from getting had has have how if in into is it its more no not now of on or our out over \
    set so such than that the their them then there these they this to up us use used using via was we \
    were what when where which while who why will with within without would you your accordance achieve \
    acute adherence aim analysis appropriate approach assess assessing assessment audit audits based \
    better care centre change changes clinical closed complete compliance cycle cycles department design \
    designing develop development district effect effective effectiveness enhance enhancing ensure \
    ensuring establish evaluate evaluating evaluation experience experiences findings focus general \
    guidance guideline guidelines health hospital hospitals impact implement implementation implementing \
    improve improved improvement improvements improves improving increase increasing initiative \
    intervention introducing introduction large level local loop making management methodology model \
    multi multidisciplinary national new nhs nice outcome outcomes patient patients pilot practice \
    practices process programme project projects prospective qi qip quality rate rates re reaudit reduce \
    reducing reduction report results retrospective review safe safer safety service services single \
    staff standard standards structured study successful system systems teaching team through tool \
    towards trust unit university ward wards wide year years";

static GENERIC_WORDS: LazyLock<HashSet<&str>> = LazyLock::new(|| GENERIC.split(' ').collect());

/// What is looked at of a title: as much as a title can hold, whatever is typed or sent.
fn looked_at(text: &str) -> String {
    text.chars().take(MAX_LINE_CHARS).collect::<String>().to_lowercase()
}

/// The words of a text that can tell one project from another, each once, in lower case: the first of
/// its first [`MAX_LINE_CHARS`] characters.
#[must_use]
pub fn useful_words(text: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    for word in looked_at(text).split(|c: char| !c.is_alphanumeric()) {
        let tells =
            word.chars().nth(1).is_some() && !GENERIC_WORDS.contains(word) && !words.iter().any(|known| known == word);
        if tells {
            words.push(word.to_owned());
        }
        if words.len() == MOST_WORDS {
            break;
        }
    }
    words
}

/// What is looked for: the useful words, and whether the last may go on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Query {
    /// The words, at least two characters each, letters and digits only.
    pub words: Vec<String>,
    /// The last word may be the beginning of a longer one.
    pub unfinished: bool,
    /// The title that it was made of, as much of it as is looked at.
    pub title: String,
}

impl Query {
    /// From a title that somebody may still be typing.
    #[must_use]
    pub fn typed(title: &str) -> Self {
        let words = useful_words(title);
        let unfinished =
            words.last().is_some_and(|last| last.chars().count() >= 3 && looked_at(title).ends_with(last.as_str()));
        Self { words, unfinished, title: title.chars().take(MAX_LINE_CHARS).collect() }
    }

    /// From a title that is complete.
    #[must_use]
    pub fn whole(title: &str) -> Self {
        Self { unfinished: false, ..Self::typed(title) }
    }
}

/// A project that looks like the one that is being registered.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct Similar {
    pub id: ProjectId,
    pub reference: String,
    pub title: String,
    pub status: Status,
    pub closed_reason: Option<ClosedReason>,
    /// The reference of the project that it was merged into.
    pub survivor: Option<String>,
    /// Empty without one.
    pub department: String,
    /// Who leads it and is in post.
    pub lead: Option<String>,
}

choices! {
    /// What was decided about two projects. Where the order matters, the first is the duplicate or
    /// the continuation.
    LinkKind {
        /// The first is closed and goes on inside the other.
        DuplicateOf = "duplicate_of" => "Duplicate of",
        /// The first takes up the other's work.
        Continues = "continues" => "Continues",
        /// Both work on the same problem.
        RelatedTo = "related_to" => "Related to",
        /// The first brings the other's change to another place.
        SpreadOf = "spread_of" => "Spread of",
        /// They only look alike.
        NotAlike = "not_alike" => "Not duplicates",
        /// The registrant of the first says how it differs.
        Differs = "differs" => "Differs from",
    }

    /// The answers that an academy lead chooses from about a first and a second project.
    Answer {
        /// The first closes and goes on inside the second.
        FirstIsDuplicate = "first_is_duplicate" => "Duplicate: the first closes",
        /// The second closes and goes on inside the first.
        SecondIsDuplicate = "second_is_duplicate" => "Duplicate: the second closes",
        /// The first takes up the second's work.
        FirstContinues = "first_continues" => "The first continues the second",
        /// The second takes up the first's work.
        SecondContinues = "second_continues" => "The second continues the first",
        /// Both go on.
        Related = "related" => "Related",
        /// They only look alike.
        NotAlike = "not_alike" => "Not duplicates",
    }
}

/// A decision about two projects.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decision {
    /// The first: the duplicate or the continuation.
    pub project: ProjectId,
    pub other: ProjectId,
    /// What was decided.
    pub kind: LinkKind,
    /// Why, in a word.
    pub word: String,
}

/// A decision, as typed.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct DecideForm {
    /// The first project's id.
    pub first: String,
    /// The second project's id.
    pub second: String,
    /// One of [`Answer`].
    pub answer: String,
    /// Why, in a word.
    pub word: String,
    /// Where in the list the pair stood.
    pub before: String,
}

impl DecideForm {
    /// The decision.
    ///
    /// # Errors
    /// [`Error::Invalid`] when nothing was chosen, [`Error::NotFound`] for what is not a pair.
    pub fn parse(&self) -> Result<Decision, Error> {
        let first: ProjectId = self.first.parse().map_err(|_| Error::NotFound)?;
        let second: ProjectId = self.second.parse().map_err(|_| Error::NotFound)?;
        if first == second {
            return Err(Error::NotFound);
        }
        let mut fields = Fields::new();
        let answer =
            fields.choice::<Answer>("answer", &self.answer, "Choose what these two projects are to each other.");
        let word = fields.text("word", &self.word, MAX_PARAGRAPH_CHARS);
        fields.finish(|| {
            let (kind, turned) = match answer.unwrap_or(Answer::NotAlike) {
                Answer::FirstIsDuplicate => (LinkKind::DuplicateOf, false),
                Answer::SecondIsDuplicate => (LinkKind::DuplicateOf, true),
                Answer::FirstContinues => (LinkKind::Continues, false),
                Answer::SecondContinues => (LinkKind::Continues, true),
                Answer::Related => (LinkKind::RelatedTo, false),
                Answer::NotAlike => (LinkKind::NotAlike, false),
            };
            let (project, other) = if turned { (second, first) } else { (first, second) };
            Decision { project, other, kind, word }
        })
    }
}

/// Taking a decision back, as sent.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct UndoForm {
    /// The link's id.
    pub link: String,
}

impl UndoForm {
    /// The link.
    ///
    /// # Errors
    /// [`Error::NotFound`] for what is not an id.
    pub fn parse(&self) -> Result<LinkId, Error> {
        self.link.parse().map_err(|_| Error::NotFound)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn only_what_tells_projects_apart_is_looked_for() {
        assert_eq!(useful_words("Improving the quality of weekend handover: a QI project"), ["weekend", "handover"]);
        assert_eq!(useful_words("VTE, vte & \" OR * NEAR("), ["vte", "near"]);
        assert_eq!(useful_words("Improving quality in our hospital"), Vec::<String>::new());
    }

    #[test]
    fn a_title_is_looked_at_no_further_than_a_title_goes() {
        let long = format!("sepsis {} warfarin", "trust ".repeat(40));
        assert_eq!(useful_words(&long), ["sepsis"], "what stands behind its limit is not looked at");
        let many: String = (0..100_000).map(|number| format!("w{number} ")).collect();
        let query = Query::typed(&many);
        assert_eq!(query.words.len(), MOST_WORDS);
        assert_eq!(query.words[0], "w0");
    }

    #[test]
    fn the_last_word_may_go_on_only_while_it_is_typed() {
        assert!(Query::typed("Weekend hando").unfinished);
        assert!(!Query::typed("Weekend handover ").unfinished);
        assert!(!Query::typed("Handover of the").unfinished);
        assert!(!Query::whole("Weekend hando").unfinished);
    }

    #[test]
    fn a_decision_turns_the_pair_as_it_says() {
        let (first, second) = (ProjectId::new(), ProjectId::new());
        let form = |answer: &str| DecideForm {
            first: first.to_string(),
            second: second.to_string(),
            answer: answer.to_owned(),
            ..DecideForm::default()
        };
        let decided = form("second_is_duplicate").parse().expect("a decision");
        assert_eq!((decided.project, decided.other, decided.kind), (second, first, LinkKind::DuplicateOf));
        let decided = form("first_continues").parse().expect("a decision");
        assert_eq!((decided.project, decided.other, decided.kind), (first, second, LinkKind::Continues));
        assert!(matches!(form("").parse(), Err(Error::Invalid(_))));
        let same = DecideForm { second: first.to_string(), ..form("related") };
        assert_eq!(same.parse(), Err(Error::NotFound));
    }

    proptest! {
        #[test]
        fn words_are_bounded_and_hold_nothing_but_letters_and_digits(text in ".*") {
            let query = Query::typed(&text);
            prop_assert!(query.words.len() <= MOST_WORDS);
            prop_assert!(query.words.iter().all(|word| word.chars().all(char::is_alphanumeric)));
        }
    }
}
