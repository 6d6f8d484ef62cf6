//! Of whom a form offers to choose somebody: bounded, however many work in the trust.

use chrono::NaiveDate;
use sqlx::{Database, FromRow};

use crate::batch;
use crate::db::{Connection, Db};
use crate::error::Error;
use crate::id::{PersonId, ProjectId, TrustId};
use crate::roles::{account_open, in_force, post_on};
use crate::sought;

/// The most people that a search shows.
pub const SHOWN: usize = 20;

/// Whom a form may offer.
#[derive(Clone, Copy, Debug)]
pub struct Choosing {
    pub trust: TrustId,
    pub today: NaiveDate,
    /// The last day by which their post begins: today where only those count who are there.
    pub until: NaiveDate,
    /// Whose team, and who arrives in whose department, stand first.
    pub project: Option<ProjectId>,
    /// Who is not meant.
    pub except: Option<PersonId>,
    /// Why, where it is somebody else than whoever asks: "leads the project now".
    pub because: &'static str,
}

/// Somebody with a post in the trust who has accepted it.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct Candidate {
    pub id: PersonId,
    pub name: String,
    /// Grade and department of their post.
    pub post: String,
    pub department: String,
    /// The first day of their post.
    pub starts_on: NaiveDate,
    /// They have a place in the project's team, or else are asked to take one.
    pub in_team: Option<bool>,
}

/// Somebody of that name who is not offered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LeftOut {
    pub name: String,
    pub why: Why,
}

/// Why somebody is not offered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Why {
    /// They are who is not meant.
    Excepted,
    /// Their account is closed.
    Closed,
    /// Their post begins later.
    Begins(NaiveDate),
    /// Their last post is over.
    Ended(NaiveDate),
    /// They have no post.
    NoPost,
}

/// A row of [`OTHERS`].
#[derive(FromRow)]
struct Other {
    name: String,
    excepted: bool,
    open: bool,
    begins_on: Option<NaiveDate>,
    ended_on: Option<NaiveDate>,
}

impl Other {
    fn left_out(self) -> LeftOut {
        let why = match (self.excepted, self.open, self.begins_on, self.ended_on) {
            (true, ..) => Why::Excepted,
            (_, false, ..) => Why::Closed,
            (_, _, Some(day), _) => Why::Begins(day),
            (_, _, None, Some(day)) => Why::Ended(day),
            (_, _, None, None) => Why::NoPost,
        };
        LeftOut { name: self.name, why }
    }
}

/// Whom a search found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Found {
    /// The likeliest, up to [`SHOWN`].
    pub people: Vec<Candidate>,
    /// How many they are altogether.
    pub total: usize,
    /// Who has the name and cannot be chosen, up to [`SHOWN`].
    pub left_out: Vec<LeftOut>,
}

/// Whom a form offers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Candidates {
    /// Who begins to work in the project's department within 12 weeks and works nowhere in the trust today.
    pub arriving: Vec<Candidate>,
    /// Who is in the project's team.
    pub team: Vec<Candidate>,
    /// Who is chosen.
    pub chosen: Vec<Candidate>,
    /// Whom the search found; none where nothing is looked for.
    pub found: Option<Found>,
}

/// The people of one of the statements below: `$1` the trust, `$2` today, `$3` the last day by which their post begins,
/// `$4` the project, `$5` who is chosen, `$6` who is not meant. With `min` in a query that groups, SQLite takes the other
/// columns from the row of the minimum.
macro_rules! candidates {
    ($posts:literal, $whom:expr, $order:literal) => {
        concat!(
            "select p.id, p.name, o.grade || ', ' || d.name as post, d.name as department, min(o.starts_on) as starts_on,
                (select max(a.state = 'accepted') from team_role a where a.project_id = $4 and a.person_id = p.id
                    and a.state in ('accepted', 'asked') and (a.until_on is null or a.until_on > $2)) as in_team
             from ",
            $posts,
            " cross join person p on p.id = o.person_id cross join department d on d.id = o.department_id
             cross join tie k on k.person_id = o.person_id and k.trust_id = o.trust_id and k.state = 'accepted'
             where o.trust_id = $1 and o.starts_on <= $3 and (o.ends_on is null or o.ends_on >= $2) and p.id is not $6 and ",
            account_open!("p", "$2"),
            " and ",
            $whom,
            " group by p.id order by ",
            $order
        )
    };
}

/// Those who arrive in the project's department, those of its team, and who is chosen.
const LIKELY: &str = concat!(
    candidates!(
        "post o indexed by post_department",
        concat!(
            "o.department_id = (select j.department_id from project j where j.id = $4) and o.starts_on > $2
             and o.starts_on <= date($2, '+84 days') and not exists (select 1 from post n
                where n.person_id = o.person_id and n.trust_id = $1 and ",
            post_on!("n", "$2"),
            ")"
        ),
        "starts_on, p.name collate nocase limit 10"
    ),
    ";",
    candidates!(
        "team_role r cross join post o on o.person_id = r.person_id",
        concat!("r.project_id = $4 and ", in_force!("r", "$2")),
        "p.name collate nocase limit 20"
    ),
    ";",
    candidates!("post o", "o.person_id = $5", "p.id limit 1")
);

/// All who can be chosen, of whom the search takes those whose name has its words.
const ALL: &str = candidates!("post o", "true", "p.name collate nocase, p.id limit 10000");

/// Who belongs to the trust and cannot be chosen, with what tells why.
const OTHERS: &str = concat!(
    "select p.name, p.id is $6 as excepted, ",
    account_open!("p", "$2"),
    " as open,
        (select min(o.starts_on) from post o where o.person_id = p.id and o.trust_id = $1 and o.starts_on > $3) as begins_on,
        (select max(o.ends_on) from post o where o.person_id = p.id and o.trust_id = $1 and o.ends_on < $2) as ended_on
     from tie k cross join person p on p.id = k.person_id
     where k.trust_id = $1 and k.state = 'accepted' and (p.id is $6 or not ",
    account_open!("p", "$2"),
    " or not exists (select 1 from post o where o.person_id = p.id and o.trust_id = $1 and o.starts_on <= $3
            and (o.ends_on is null or o.ends_on >= $2)))
     order by p.name collate nocase, p.id limit 10000"
);

/// Whom a form offers to choose, with those who have the words of `text` in their name, or in name and post.
///
/// # Errors
/// When the store cannot be read.
pub async fn candidates(
    conn: &mut Connection,
    choosing: &Choosing,
    chosen: Option<PersonId>,
    text: &str,
) -> Result<Candidates, Error> {
    let mut asked = <Db as Database>::Arguments::default();
    batch::bind(&mut asked, choosing.trust)?;
    batch::bind(&mut asked, choosing.today)?;
    batch::bind(&mut asked, choosing.until)?;
    batch::bind(&mut asked, choosing.project)?;
    batch::bind(&mut asked, chosen)?;
    batch::bind(&mut asked, choosing.except)?;
    let searches = !text.trim().is_empty();
    let statements = if searches { [LIKELY, ALL, OTHERS].join(";\n") } else { LIKELY.to_owned() };
    let mut answers = batch::ask_built(conn, statements, asked).await?;
    let (arriving, team, chosen) = (answers.all()?, answers.all()?, answers.all()?);
    let found = if searches { Some(matching(answers.all()?, answers.all()?, text)) } else { None };
    Ok(Candidates { arriving, team, chosen, found })
}

/// Those who are meant by a text: whose name begins with its words, then whose grade or department has the others of
/// them; where there are none, whose name is spelled like them.
fn matching(all: Vec<Candidate>, not_offered: Vec<Other>, text: &str) -> Found {
    let words = sought::name(&sought::words(text));
    let named = |one: &Candidate| sought::begins(&words, &one.name);
    let placed = |one: &Candidate| sought::begins(&words, &format!("{} {}", one.name, one.post));
    let (first, others): (Vec<_>, Vec<_>) = all.into_iter().partition(named);
    let (second, others): (Vec<_>, Vec<_>) = others.into_iter().partition(placed);
    let mut people: Vec<Candidate> = first.into_iter().chain(second).collect();
    if people.is_empty() {
        people = others.into_iter().filter(|one| sought::is_in(&words, &one.name)).collect();
    }
    let total = people.len();
    people.truncate(SHOWN);
    let left_out = not_offered
        .into_iter()
        .filter(|one| if total > 0 { sought::begins(&words, &one.name) } else { sought::is_in(&words, &one.name) });
    Found { people, total, left_out: left_out.take(SHOWN).map(Other::left_out).collect() }
}

#[cfg(test)]
mod tests;
