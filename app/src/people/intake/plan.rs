//! What taking in a list would do: each row beside who is known and which posts they have, and what has to be answered
//! before anything is done.

mod kinds;
mod match_people;
mod match_posts;
mod planned;
mod settle;

use std::collections::HashMap;

use self::match_people::People;
use super::columns::Sheet;
use super::model::{IntakeForm, Meant};
use super::read::{Reading, Said, is_about_nobody};
use super::words::plain;
use crate::id::DepartmentId;

pub use self::kinds::{
    Candidate, Department, Found, Ground, Made, Place, PostAct, Question, Row, Stored, StoredPost, Unknown, What, Who,
};
pub use self::settle::{Settled, SettledPerson, Subject};

/// What an intake would do.
#[derive(Clone, Debug, Default)]
pub struct Plan {
    pub rows: Vec<Row>,
    pub unknown: Vec<Unknown>,
    pub made: Vec<Made>,
    /// Departments by another name that was chosen for them.
    pub learnt: Vec<(String, DepartmentId)>,
    /// Rows whose post and another add up to more than full time.
    pub overlaps: usize,
    people: People,
}

/// How many there are of each.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Totals {
    /// People whom nobody knows yet.
    pub new: usize,
    /// People of the trust.
    pub known: usize,
    /// People of other trusts, who are asked.
    pub asked: usize,
    /// Posts more.
    pub posts: usize,
    /// Of them, posts that overlap another.
    pub overlapping: usize,
    /// Of them, posts before which another ends.
    pub shortening: usize,
    /// Posts that are changed.
    pub changed: usize,
    /// Rows that are there already.
    pub same: usize,
    /// Rows about which something is asked.
    pub asks: usize,
    /// Rows that cannot be read.
    pub wrong: usize,
    /// Rows about nobody.
    pub nobody: usize,
}

impl Plan {
    /// How many of each.
    #[must_use]
    pub fn totals(&self) -> Totals {
        let mut totals = Totals::default();
        (totals.new, totals.known, totals.asked) = self.people.count();
        for row in &self.rows {
            match &row.found {
                Found::Does(_, what) => match what {
                    What::New => totals.posts += 1,
                    What::Overlaps(_) => {
                        (totals.posts, totals.overlapping) = (totals.posts + 1, totals.overlapping + 1)
                    }
                    What::Shortens(_) => (totals.posts, totals.shortening) = (totals.posts + 1, totals.shortening + 1),
                    What::Changed(_) => totals.changed += 1,
                    What::Same => totals.same += 1,
                },
                Found::Asks(_) => totals.asks += 1,
                Found::Wrong(_) => totals.wrong += 1,
                Found::Nobody(_) => totals.nobody += 1,
            }
        }
        totals
    }
}

/// What taking in a list would do.
#[must_use]
pub fn plan(sheet: &Sheet, reading: &Reading<'_>, form: &IntakeForm, ground: &Ground) -> Plan {
    let mut planning = Planning {
        form,
        ground,
        places: Places::of(ground),
        plan: Plan { people: People::of(ground), ..Plan::default() },
    };
    planning.plan.rows.reserve(sheet.rows.len());
    for line in &sheet.rows {
        let typed = reading.typed(line);
        let mut row =
            Row { line: line.number, found: Found::Nobody(""), notes: Vec::new(), candidates: Vec::new(), typed };
        row.found = match is_about_nobody(line, &row.typed, &sheet.headings) {
            Some(why) => Found::Nobody(why),
            None => match reading.said(&row.typed) {
                Err(wrong) => Found::Wrong(wrong),
                Ok(said) => planning.row(&mut row, said),
            },
        };
        planning.plan.rows.push(row);
    }
    planning.plan
}

struct Planning<'a> {
    form: &'a IntakeForm,
    ground: &'a Ground,
    places: Places<'a>,
    plan: Plan,
}

impl Planning<'_> {
    fn row(&mut self, row: &mut Row, said: Said) -> Found {
        let department = match self.department(row.line, &said) {
            Ok(department) => department,
            Err(at) => return Found::Asks(Question::Department(at)),
        };
        if let Department::Known(id) = department
            && let Some(place) = self.ground.departments.iter().find(|place| place.id == id)
            && !said.site.is_empty()
            && !place.site.is_empty()
            && plain(&said.site) != plain(&place.site)
        {
            row.notes.push(format!("{} is at {} in Baton.", place.name, place.site));
        }
        let person = match self.plan.people.find(self.form, row, &said, &department, self.ground) {
            Ok(person) => person,
            Err(found) => return found,
        };
        let name = self.name_of(&department);
        let (people, overlaps) = (&mut self.plan.people, &mut self.plan.overlaps);
        people.take(person, row, said, (department, name), self.form, overlaps)
    }

    fn name_of(&self, department: &Department) -> String {
        match department {
            Department::Known(id) => {
                let place = self.ground.departments.iter().find(|place| place.id == *id);
                place.map(|place| place.name.clone()).unwrap_or_default()
            }
            Department::Made(at) => self.plan.made.get(*at).map(|made| made.name.clone()).unwrap_or_default(),
        }
    }

    /// The department that a row means, or the place of the question which it is.
    fn department(&mut self, line: u64, said: &Said) -> Result<Department, usize> {
        if let Some(id) = self.places.named(&said.department, &said.site) {
            return Ok(Department::Known(id));
        }
        let name = plain(&said.department);
        let at = self.plan.unknown.iter().position(|unknown| plain(&unknown.name) == name).unwrap_or_else(|| {
            self.plan.unknown.push(Unknown {
                line,
                name: said.department.clone(),
                site: said.site.clone(),
                rows: 0,
                nearest: self.places.nearest(&said.department),
            });
            self.plan.unknown.len() - 1
        });
        let unknown = &mut self.plan.unknown[at];
        unknown.rows += 1;
        match self.form.meant(unknown.line) {
            Some(Meant::Known(id)) if self.ground.departments.iter().any(|place| place.id == id) => {
                if !self.plan.learnt.iter().any(|(learnt, _)| *learnt == name) {
                    self.plan.learnt.push((name, id));
                }
                Ok(Department::Known(id))
            }
            Some(Meant::Make) => {
                let made = self.plan.made.iter().position(|made| plain(&made.name) == name);
                Ok(Department::Made(made.unwrap_or_else(|| {
                    let site = self.ground.sites.iter().find(|(_, site)| plain(site) == plain(&unknown.site));
                    self.plan.made.push(Made { name: unknown.name.clone(), site: site.map(|(id, _)| *id) });
                    self.plan.made.len() - 1
                })))
            }
            _ => Err(at),
        }
    }
}

/// The departments, to be found by what people call them.
struct Places<'a> {
    ground: &'a Ground,
    by_name: HashMap<String, DepartmentId>,
}

impl<'a> Places<'a> {
    fn of(ground: &'a Ground) -> Self {
        let mut by_name = ground.other_names.clone();
        for place in &ground.departments {
            let names = [plain(&place.name), plain(&format!("{} {}", place.name, place.site))];
            by_name.extend(names.into_iter().map(|name| (name, place.id)));
        }
        by_name.retain(|_, id| ground.departments.iter().any(|place| place.id == *id));
        Self { ground, by_name }
    }

    fn named(&self, name: &str, site: &str) -> Option<DepartmentId> {
        let with_site = (!site.is_empty()).then(|| plain(&format!("{name} {site}")));
        with_site.and_then(|name| self.by_name.get(&name)).or_else(|| self.by_name.get(&plain(name))).copied()
    }

    /// The departments that are called most like it, the nearest first.
    fn nearest(&self, name: &str) -> Vec<DepartmentId> {
        let sought = plain(name);
        let mut near: Vec<(f64, &Place)> = self
            .ground
            .departments
            .iter()
            .map(|place| {
                (likeness(&sought, &plain(&place.name)).max(0.9 * likeness(&sought, &plain(&place.specialty))), place)
            })
            .filter(|(like, _)| *like >= 0.5)
            .collect();
        near.sort_by(|(one, place), (other, another)| other.total_cmp(one).then_with(|| place.name.cmp(&another.name)));
        near.into_iter().take(3).map(|(_, place)| place.id).collect()
    }
}

/// How much what is sought is like a name, from 0 to 1: by its letters, by words that it shortens, by its first letters.
fn likeness(sought: &str, name: &str) -> f64 {
    if sought.is_empty() || name.is_empty() {
        return 0.0;
    }
    let letters = strsim::normalized_damerau_levenshtein(sought, name);
    let words: Vec<&str> = sought.split(' ').collect();
    let begun = words
        .iter()
        .filter(|word| name.split(' ').any(|other| other.starts_with(**word) || word.starts_with(other)))
        .count();
    // At most a dozen words: both casts are exact.
    let words = 0.95 * begun as f64 / words.len() as f64;
    let initials: String = name.split(' ').filter_map(|word| word.chars().next()).collect();
    let initials = if initials.len() > 1 && initials == sought.replace(' ', "") { 0.9 } else { 0.0 };
    letters.max(words).max(initials)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_department_is_found_by_what_people_call_it() {
        let place = |name: &str, specialty: &str| Place {
            id: DepartmentId::new(),
            name: name.into(),
            specialty: specialty.into(),
            site: String::new(),
        };
        let ground = Ground {
            departments: vec![
                place("Acute medicine", "Acute internal medicine"),
                place("Emergency department", "Emergency medicine"),
                place("Care of the elderly", "Geriatrics"),
                place("Paediatrics", "Paediatrics"),
            ],
            ..Ground::default()
        };
        let places = Places::of(&ground);
        let nearest = |name: &str| {
            places
                .nearest(name)
                .first()
                .and_then(|id| ground.departments.iter().find(|place| place.id == *id))
                .map(|place| place.name.as_str())
        };
        for (name, meant) in [
            ("Acute Med", "Acute medicine"),
            ("ED", "Emergency department"),
            ("Pediatrics", "Paediatrics"),
            ("Geriatrics", "Care of the elderly"),
            ("ACUTE MEDICNE", "Acute medicine"),
        ] {
            assert_eq!(nearest(name), Some(meant), "{name}");
        }
        assert_eq!(nearest("Pathology laboratory"), None);
        assert_eq!(places.named("acute   MEDICINE", ""), Some(ground.departments[0].id));
    }
}
