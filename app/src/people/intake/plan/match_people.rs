//! Who is on a row: by address, else by name.

use std::collections::HashMap;

use super::kinds::{Candidate, Department, Found, Ground, Question, Row, StoredPost, Who, contradicts};
use super::planned::Planned;
use crate::id::PersonId;
use crate::people::intake::columns::Holds;
use crate::people::intake::model::{IntakeForm, Is};
use crate::people::intake::read::Said;
use crate::people::intake::words::name_key;

/// So many of one name are offered for a row: each row of a list of one name would hold all others.
const MOST_CANDIDATES: usize = 20;

/// Everybody whom a plan is about.
#[derive(Clone, Debug, Default)]
pub struct People {
    pub(super) all: Vec<Planned>,
    by_address: HashMap<String, usize>,
    by_id: HashMap<PersonId, usize>,
    /// Of the trust's people and those whom the list adds.
    by_name: HashMap<String, Vec<usize>>,
}

impl People {
    pub(super) fn of(ground: &Ground) -> Self {
        let mut people = Self::default();
        for stored in &ground.people {
            let at = people.all.len();
            people.by_id.insert(stored.id, at);
            if stored.here {
                people.by_name.entry(name_key(&stored.name)).or_default().push(at);
            }
            people.all.push(Planned::stored(stored.clone()));
        }
        for (address, id) in &ground.addresses {
            if let Some(at) = people.by_id.get(id) {
                people.by_address.insert(address.clone(), *at);
            }
        }
        people
    }

    /// How many of those on a row are new, known and asked.
    pub(super) fn count(&self) -> (usize, usize, usize) {
        let of = |who: Who| self.all.iter().filter(|one| !one.lines.is_empty() && one.who() == who).count();
        (of(Who::New), of(Who::Known), of(Who::Asked))
    }

    /// The place of who is on a row; new people get one.
    pub(super) fn find(
        &mut self,
        form: &IntakeForm,
        row: &mut Row,
        said: &Said,
        department: &Department,
        ground: &Ground,
    ) -> Result<usize, Found> {
        if let Some(address) = &said.address
            && let Some(at) = self.by_address.get(address).copied()
        {
            return self.by_known_address(row, said, at);
        }
        let named = self.by_name.get(&name_key(&said.name)).cloned().unwrap_or_default();
        // Two rows with an address each are two people, whatever they are called.
        let maybe: Vec<usize> = named
            .into_iter()
            .filter(|at| said.address.is_none() || self.all[*at].stored.is_some() || self.all[*at].address.is_none())
            .filter(|at| self.all[*at].stored.is_some() || !self.all[*at].lines.is_empty())
            .collect();
        if maybe.is_empty() {
            return Ok(self.add(said));
        }
        let free = |at: &usize| {
            said.address.is_none() || !self.all[*at].stored.as_ref().is_some_and(|stored| stored.has_address)
        };
        let sure = maybe.iter().copied().filter(free).find(|at| self.all[*at].has_just(said, department));
        if let Some(at) = sure {
            return Ok(self.meet(row, said, at));
        }
        row.candidates = maybe.iter().take(MOST_CANDIDATES).map(|at| self.candidate(*at, ground)).collect();
        row.candidates.sort_by_key(|candidate| !candidate.told.contains(&said.grade));
        match form.is(row.line) {
            Some(Is::New) => Ok(self.add(said)),
            Some(Is::Known(id)) if let Some(at) = self.by_id.get(&id).copied().filter(|at| maybe.contains(at)) => {
                Ok(self.meet(row, said, at))
            }
            Some(Is::OnLine(line))
                if let Some(at) = maybe
                    .iter()
                    .copied()
                    .find(|at| self.all[*at].stored.is_none() && self.all[*at].lines.first() == Some(&line)) =>
            {
                Ok(self.meet(row, said, at))
            }
            _ => Err(Found::Asks(Question::Person(row.candidates.clone()))),
        }
    }

    fn by_known_address(&self, row: &mut Row, said: &Said, at: usize) -> Result<usize, Found> {
        let planned = &self.all[at];
        let same_name = name_key(&said.name) == name_key(&planned.name);
        if let Some((line, name)) = planned.called.iter().find(|(_, name)| name_key(name) != name_key(&said.name)) {
            return Err(contradicts(
                Holds::Address,
                format!("This address stands on line {line} too, for {name}. Two people cannot share one."),
            ));
        }
        if let Some(stored) = planned.stored.as_ref().filter(|stored| stored.here) {
            if !same_name {
                row.notes.push(format!("In Baton: {}. The name stays.", stored.name));
            }
            if stored.closed {
                row.notes.push("Their account is closed. Reopen it on their page.".to_owned());
            }
        }
        Ok(at)
    }

    /// Somebody of the same name is who is meant. They are given the address of the row where that may be done.
    fn meet(&mut self, row: &mut Row, said: &Said, at: usize) -> usize {
        let planned = &mut self.all[at];
        let Some(address) = said.address.clone().filter(|_| planned.address.is_none()) else { return at };
        match &planned.stored {
            Some(stored) if !stored.takes_address => row.notes.push(
                "The address is not added: who also belongs to another trust, or has a role here, adds it themselves or asks an administrator.".to_owned(),
            ),
            _ => {
                if planned.stored.is_some() {
                    row.notes.push(format!("{address} is added to their addresses."));
                }
                planned.address = Some(address.clone());
                self.by_address.insert(address, at);
            }
        }
        at
    }

    fn add(&mut self, said: &Said) -> usize {
        let at = self.all.len();
        self.all.push(Planned::new(said.name.clone(), said.address.clone()));
        self.by_name.entry(name_key(&said.name)).or_default().push(at);
        if let Some(address) = &said.address {
            self.by_address.insert(address.clone(), at);
        }
        at
    }

    fn candidate(&self, at: usize, ground: &Ground) -> Candidate {
        let planned = &self.all[at];
        match &planned.stored {
            Some(stored) => {
                let latest = stored.posts.iter().max_by_key(|post| post.starts_on).map(told_post);
                Candidate {
                    is: Is::Known(stored.id),
                    told: [Some(stored.name.clone()), latest].into_iter().flatten().collect::<Vec<_>>().join(", "),
                }
            }
            None => {
                let line = planned.lines.first().copied().unwrap_or_default();
                let post = planned.posts.first().map(|post| {
                    let department = match &post.department {
                        Department::Known(id) => {
                            ground.departments.iter().find(|place| place.id == *id).map(|place| place.name.as_str())
                        }
                        Department::Made(_) => None,
                    };
                    format!(", {}{}", post.grade, department.map(|name| format!(", {name}")).unwrap_or_default())
                });
                Candidate {
                    is: Is::OnLine(line),
                    told: format!("{} on line {line}{}", planned.name, post.unwrap_or_default()),
                }
            }
        }
    }
}

fn told_post(post: &StoredPost) -> String {
    let until = post.ends_on.map_or_else(String::new, |day| format!(" until {}", crate::format::date(day)));
    format!("{}, {} from {}{until}", post.grade, post.department, crate::format::date(post.starts_on))
}
