//! Who may send a form: the person whom it was drawn for, in the trust in which it was drawn. Whoever is not
//! signed in sends what signs them in, and nothing else. Whether the person may do what the form asks, the
//! server function decides.

use app::visitor::Visitor;
use app::web::form::{FOR_NOBODY, FormOwner};

use crate::action::outcome::Refusal;
use crate::action::submission::Submission;

/// Whether a form is this visitor's to send; `form_owner` is what its key says.
///
/// # Errors
/// When it has to wait: for whom it was drawn for, or until they work in its trust again.
pub fn check(submission: &Submission, visitor: &Visitor, form_owner: FormOwner) -> Result<(), Refusal> {
    if FOR_NOBODY.contains(&submission.action.as_str()) {
        return Ok(());
    }
    if let Visitor::Nobody = visitor {
        return Err(Refusal::SessionEnded);
    }
    // What a machine sends was drawn for nobody.
    if !submission.html {
        return Ok(());
    }
    match form_owner {
        _ if submission.key.is_empty() => {}
        // Opened by somebody else on this computer: it is not done in this person's name.
        FormOwner::SomebodyElse => return Err(Refusal::SessionEnded),
        FormOwner::Unknown => return Err(Refusal::UnknownKey),
        FormOwner::Visitor | FormOwner::Nobody => {}
    }
    // What is typed for one trust is not done in another; what changes the session itself is of no trust.
    match (visitor.person(), submission.trust) {
        (Ok(person), Some(trust)) if trust != person.trust && submission.is_replayed() => {
            Err(Refusal::OtherTrust(trust))
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use app::id::{PersonId, TrustId};
    use app::visitor::Person;

    use super::*;

    const ACTION: &str = "/api/projects/register";

    fn by_browser(action: &str, key: &str, trust: Option<TrustId>) -> Submission {
        let (action, key) = (action.to_owned(), key.to_owned());
        Submission { action, html: true, fields: Vec::new(), page: "/".to_owned(), key, trust }
    }

    fn by_machine(action: &str, key: &str, trust: Option<TrustId>) -> Submission {
        Submission { html: false, ..by_browser(action, key, trust) }
    }

    fn person(trust: TrustId) -> Box<Person> {
        Box::new(Person {
            id: PersonId::new(),
            name: "Tom Trainee".to_owned(),
            trust,
            trust_name: "Ambridge".to_owned(),
            others: Vec::new(),
            questions: 0,
            demonstration: false,
            has_post: true,
            arrives_on: None,
            academy_lead: false,
            administrator: false,
            asks: 0,
            seen_at: chrono::DateTime::UNIX_EPOCH,
            session: String::new(),
            held: false,
        })
    }

    #[test]
    fn nobody_sends_only_what_signs_them_in() {
        for sent in [by_browser, by_machine] {
            let check = |action| check(&sent(action, "", None), &Visitor::Nobody, FormOwner::Unknown);
            assert_eq!(check(ACTION), Err(Refusal::SessionEnded));
            for action in FOR_NOBODY {
                assert_eq!(check(action), Ok(()), "{action}");
            }
        }
    }

    #[test]
    fn a_form_is_done_only_for_whom_it_was_drawn() {
        let visitor = Visitor::Person(person(TrustId::new()));
        let check = |key, form_owner| check(&by_browser(ACTION, key, None), &visitor, form_owner);
        assert_eq!(check("a", FormOwner::Visitor), Ok(()));
        assert_eq!(check("a", FormOwner::Nobody), Ok(()));
        assert_eq!(check("a", FormOwner::SomebodyElse), Err(Refusal::SessionEnded));
        assert_eq!(check("a", FormOwner::Unknown), Err(Refusal::UnknownKey));
        assert_eq!(check("", FormOwner::Unknown), Ok(()), "without a key it is nobody's");
    }

    #[test]
    fn a_form_is_done_only_in_the_trust_in_which_it_was_drawn() {
        let (here, there) = (TrustId::new(), TrustId::new());
        let visitor = Visitor::Person(person(here));
        let check = |form: Submission, visitor| check(&form, visitor, FormOwner::Visitor);
        assert_eq!(check(by_browser(ACTION, "a", Some(here)), &visitor), Ok(()));
        assert_eq!(check(by_browser(ACTION, "a", Some(there)), &visitor), Err(Refusal::OtherTrust(there)));
        assert_eq!(check(by_browser(ACTION, "", Some(there)), &visitor), Err(Refusal::OtherTrust(there)));
        assert_eq!(check(by_browser("/api/trusts/choose", "a", Some(there)), &visitor), Ok(()), "of no trust");
        let held = Visitor::Held(person(here));
        assert_eq!(check(by_browser(ACTION, "a", Some(there)), &held), Ok(()), "the function refuses them");
    }

    #[test]
    fn a_machine_needs_no_form_that_was_drawn() {
        let visitor = Visitor::Person(person(TrustId::new()));
        for form_owner in [FormOwner::SomebodyElse, FormOwner::Unknown] {
            assert_eq!(check(&by_machine(ACTION, "a", Some(TrustId::new())), &visitor, form_owner), Ok(()));
        }
    }
}
