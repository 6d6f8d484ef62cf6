//! Checking a list of people and taking it in.

use std::collections::HashSet;

use leptos::prelude::*;

use super::columns::{Holds, Sheet};
use super::model::{APPLY, IntakeForm};
use super::plan::{Ground, Plan, plan};
use super::read::Reading;
use super::store;
use super::words::{name_key, plain};
use crate::access::ManageOrganisation;
use crate::error::{Error, FieldError};
use crate::parse;
use crate::web::confirm;
use crate::web::request::{Request, redirect};

/// How often a list is planned anew because somebody else changes people or posts meanwhile.
const TRIES: usize = 3;

/// Takes in a list of people, all of it or nothing. Unless `then` is `apply`, nothing is done: the form comes back as it
/// was sent, and its page shows what the intake would do.
#[server(endpoint = "people/intake")]
pub async fn take_in(
    #[server(default)] then: String,
    #[server(default)] confirmed: String,
    #[server(flatten)] form: IntakeForm,
) -> Result<(), Error> {
    let request = Request::current();
    may_take_in(&request).await?;
    let trust = request.person()?.trust;
    if then != APPLY {
        let checked = Checked::of(&request, form).await?;
        checked.columns_fit()?;
        let settled = checked.plan.so_far();
        let effects = confirm::preview(&request, ManageOrganisation(trust), async |conn, allowed| {
            store::put(conn, allowed, &settled).await.map(|_| ())
        });
        return Err(match effects.await? {
            Some(effects) => Error::Unconfirmed(effects),
            None => Error::Invalid(Vec::new()),
        });
    }
    // Planned before the writer is taken, and again if something of it was changed meanwhile.
    for _ in 0..TRIES {
        let checked = Checked::of(&request, form.clone()).await?;
        checked.columns_fit()?;
        let settled = checked.plan.settled(checked.ask_order.as_deref(), &checked.form)?;
        let headings = checked.headings();
        let done = confirm::change(&request, ManageOrganisation(trust), &confirmed, async |conn, allowed| {
            if checked.asked.ground(conn, &request).await? != checked.ground {
                return Ok(None);
            }
            store::take_in(conn, allowed, &settled, &headings).await.map(Some)
        });
        if let Some(id) = done.await? {
            redirect(format!("/intakes/{id}?done=taken-in"));
            return Ok(());
        }
    }
    Err(Error::Busy)
}

/// Whether the visitor may take in a list: asked before a file is read.
///
/// # Errors
/// As [`Request::require`] answers.
pub async fn may_take_in(request: &Request) -> Result<(), Error> {
    let trust = request.person()?.trust;
    let mut conn = request.store.read().await?;
    request.require(&mut conn, ManageOrganisation(trust)).await?;
    Ok(())
}

/// The addresses and names of a list, of which the store is asked.
#[derive(Clone, Debug, Default)]
pub struct Asked {
    addresses: Vec<String>,
    names: HashSet<String>,
}

impl Asked {
    async fn ground(&self, conn: &mut crate::db::Connection, request: &Request) -> Result<Ground, Error> {
        let (person, trust) = request.person().map(|person| (person.id, person.trust))?;
        store::ground(conn, trust, (person, request.today()), &self.addresses, &self.names).await
    }
}

/// A list with what taking it in would do.
#[derive(Debug)]
pub struct Checked {
    pub form: IntakeForm,
    pub sheet: Sheet,
    pub holds: Vec<Holds>,
    pub ground: Ground,
    pub plan: Plan,
    /// A date that can be read in two ways.
    pub ask_order: Option<String>,
    /// What was decided about whole columns, in sentences.
    pub decided: Vec<String>,
    /// The key under which the form is kept that it came back in; empty for one that is just sent.
    pub kept: String,
    asked: Asked,
}

impl Checked {
    /// Reads a list and says what taking it in would do.
    ///
    /// # Errors
    /// [`Error::Invalid`] when it is no list.
    pub async fn of(request: &Request, form: IntakeForm) -> Result<Self, Error> {
        let trust = request.person()?.trust;
        let kept = request.query("form").to_owned();
        let mut conn = request.store.read().await?;
        let remembered = store::columns(&mut conn, trust).await?;
        drop(conn);
        // Reading a long list takes longer than a thread of the requests may.
        let read = off_the_threads(move || {
            let mut sheet = form.sheet()?;
            let holds = form.holds(&sheet, &remembered);
            form.mend(&mut sheet, &holds);
            let asked = asked(&sheet, &holds);
            Ok::<_, Error>((form, sheet, holds, asked))
        });
        let (form, sheet, holds, asked) = read.await??;
        let mut conn = request.store.read().await?;
        let ground = asked.ground(&mut conn, request).await?;
        drop(conn);
        let planned = off_the_threads(move || {
            let reading = Reading::of(&sheet, &holds, form.order.parse().ok(), form.usual_staff_group());
            let plan = plan(&sheet, &reading, &form, &ground);
            let (ask_order, decided) = (reading.ask_order, reading.decided);
            Self { form, sheet, ground, plan, ask_order, decided, kept, asked, holds }
        });
        planned.await
    }

    /// What every row needs and no column holds: which, and what to choose.
    #[must_use]
    pub fn missing(&self) -> Vec<FieldError> {
        let has = |one: Holds| self.holds.contains(&one);
        let needed = [
            (has(Holds::Name) || (has(Holds::FirstName) && has(Holds::LastName)), "the name"),
            (has(Holds::Grade), "the grade"),
            (has(Holds::Department), "the department"),
            (has(Holds::From), "the first day"),
        ];
        let column = |what| FieldError::new("columns[0]", format!("Choose the column that holds {what}."));
        needed.into_iter().filter(|(has, _)| !has).map(|(_, what)| column(what)).collect()
    }

    /// Every second column that holds what only one can hold.
    fn chosen_twice(&self) -> Vec<FieldError> {
        let second = |one: &Holds| (0..self.holds.len()).filter(|at| self.holds[*at] == *one).nth(1);
        let wanted = Holds::ALL.iter().filter(|one| **one != Holds::Ignore);
        let told = |(at, one): (usize, &Holds)| {
            FieldError::new(
                format!("columns[{at}]"),
                format!("Two columns are chosen as “{}”. Choose one.", one.label()),
            )
        };
        wanted.filter_map(|one| second(one).map(|at| (at, one))).map(told).collect()
    }

    /// # Errors
    /// [`Error::Invalid`] while the columns do not say what every row needs.
    fn columns_fit(&self) -> Result<(), Error> {
        let errors: Vec<FieldError> = self.missing().into_iter().chain(self.chosen_twice()).collect();
        if errors.is_empty() { Ok(()) } else { Err(Error::Invalid(errors)) }
    }

    /// What the list calls its columns, for the next one.
    fn headings(&self) -> Vec<(String, Holds)> {
        let named = self.sheet.headings.iter().map(|heading| plain(heading)).zip(self.holds.iter().copied());
        named.filter(|(heading, _)| !heading.is_empty()).collect()
    }
}

fn asked(sheet: &Sheet, holds: &[Holds]) -> Asked {
    let reading = Reading::of(sheet, holds, None, "");
    let mut asked = Asked::default();
    for line in &sheet.rows {
        let typed = reading.typed(line);
        asked.addresses.extend(parse::email(typed.address.strip_prefix("mailto:").unwrap_or(&typed.address)));
        asked.names.insert(name_key(&typed.name));
    }
    asked.addresses.sort_unstable();
    asked.addresses.dedup();
    asked
}

async fn off_the_threads<T: Send + 'static>(job: impl FnOnce() -> T + Send + 'static) -> Result<T, Error> {
    tokio::task::spawn_blocking(job).await.map_err(|_| Error::Internal)
}
