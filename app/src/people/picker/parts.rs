//! Whom a form offers, as its field draws them.

use super::store::{self, Candidate, Candidates, Choosing, LeftOut, Why};
use crate::db::Connection;
use crate::error::Error;
use crate::format;
use crate::id::PersonId;
use crate::web::request::Request;
use crate::web::ui::{Found, Offered, Pick, sought};

/// Whom a field offers: with whoever is chosen there, or else is `stored`, and whom the search of a form that came back
/// found.
///
/// # Errors
/// When the store cannot be read.
pub async fn offered(
    conn: &mut Connection,
    request: &Request,
    field: &str,
    stored: Option<PersonId>,
    choosing: &Choosing,
) -> Result<Offered, Error> {
    let (text, chosen) = sought(request, field);
    let chosen = chosen.parse().ok().or(stored);
    let candidates = store::candidates(conn, choosing, chosen, &text).await?;
    Ok(drawn(candidates, choosing, request.visitor.id()))
}

fn drawn(candidates: Candidates, choosing: &Choosing, me: Option<PersonId>) -> Offered {
    let Candidates { arriving, team, chosen, found } = candidates;
    let pick = |one: &Candidate| {
        let from = if one.starts_on > choosing.today {
            format!(", from {}", format::date(one.starts_on))
        } else {
            String::new()
        };
        Pick::new(one.id, &one.name, &format!("{}{from}", one.post))
    };
    let arrives = arriving.first().map_or_else(String::new, |one| format!("Arriving in {}", one.department));
    // Each stands once.
    let team: Vec<Candidate> = team.into_iter().filter(|one| !arriving.contains(one)).collect();
    let chosen: Vec<Candidate> =
        chosen.into_iter().filter(|one| !arriving.contains(one) && !team.contains(one)).collect();
    let groups = [("Chosen".to_owned(), chosen), (arrives, arriving), ("In this project’s team".to_owned(), team)]
        .into_iter()
        .map(|(heading, people)| (heading, people.iter().map(pick).collect()))
        .collect();
    let in_part = |one: &Candidate| {
        let pick = pick(one);
        match one.in_team {
            None => pick,
            Some(true) => Pick { hint: format!("{}; already in the team", pick.hint), ..pick },
            Some(false) => Pick { hint: format!("{}; asked already", pick.hint), ..pick },
        }
    };
    let found = found.map(|found| Found {
        total: found.total,
        picks: found.people.iter().map(in_part).collect(),
        left_out: found.left_out.into_iter().map(|one| not_offered(one, choosing, me)).collect(),
    });
    Offered { groups, found }
}

/// Somebody of that name, and why they cannot be chosen here.
fn not_offered(one: LeftOut, choosing: &Choosing, me: Option<PersonId>) -> String {
    let why = match one.why {
        Why::Excepted if choosing.except == me => "that is you".to_owned(),
        Why::Excepted => choosing.because.to_owned(),
        Why::Closed => "their account is closed".to_owned(),
        Why::Begins(day) => format!("their post begins on {}", format::date(day)),
        Why::Ended(day) => format!("their post ended on {}", format::date(day)),
        Why::NoPost => "they have no post in the trust".to_owned(),
    };
    format!("{}: {why}.", one.name)
}
