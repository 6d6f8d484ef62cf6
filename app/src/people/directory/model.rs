//! What is typed about people and their posts and what it must be.

use chrono::{Months, NaiveDate};
use serde::{Deserialize, Serialize};

use crate::error::Error;
use crate::id::DepartmentId;
use crate::parse::{self, Fields, MAX_LINE_CHARS};
use crate::people::model::new_password;

/// Grades that a form suggests; any other can be typed.
pub const GRADES: &[&str] = &[
    "FY1",
    "FY2",
    "CT1",
    "CT2",
    "CT3",
    "ST1",
    "ST2",
    "ST3",
    "ST4",
    "ST5",
    "ST6",
    "ST7",
    "ST8",
    "Clinical fellow",
    "Specialty doctor",
    "Specialist",
    "Consultant",
    "Band 5",
    "Band 6",
    "Band 7",
    "Band 8a",
    "Band 8b",
    "Manager",
];

/// Staff groups that a form suggests (after the NHS Electronic Staff Record); any other can be typed.
pub const STAFF_GROUPS: &[&str] = &[
    "Medical",
    "Dental",
    "Nursing and midwifery",
    "Allied health professions",
    "Healthcare science",
    "Pharmacy",
    "Additional clinical services",
    "Management and administration",
    "Students",
];

/// A person's name, as typed.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct NameForm {
    /// First and last name.
    pub name: String,
}

impl NameForm {
    /// The name.
    ///
    /// # Errors
    /// [`Error::Invalid`] when it is missing or too long.
    pub fn parse(&self) -> Result<String, Error> {
        let mut fields = Fields::new();
        let name = fields.required("name", &self.name, MAX_LINE_CHARS, "Enter the person's first and last name.");
        fields.finish(|| name)
    }
}

/// A post, as typed.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct PostForm {
    /// The id of the department.
    pub department: String,
    /// Medical, nursing and so on.
    pub staff_group: String,
    /// Such as ST3 or Band 6.
    pub grade: String,
    /// The first day.
    pub starts_on: String,
    /// The last day; empty for a permanent post.
    pub ends_on: String,
    /// Percentage of full time.
    pub percent: String,
}

/// What a post is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PostDetails {
    pub department: DepartmentId,
    /// Medical, nursing and so on.
    pub staff_group: String,
    /// Such as ST3 or Band 6.
    pub grade: String,
    /// The first day.
    pub starts_on: NaiveDate,
    /// The last day; none while it is permanent.
    pub ends_on: Option<NaiveDate>,
    /// Percentage of full time.
    pub percent: i64,
}

impl PostForm {
    pub(in crate::people) fn read(&self, fields: &mut Fields) -> Option<PostDetails> {
        let department = fields.choice("department", &self.department, "Choose the department.");
        let staff_group = fields.required(
            "staff_group",
            &self.staff_group,
            MAX_LINE_CHARS,
            "Enter the staff group, for example Medical.",
        );
        let grade =
            fields.required("grade", &self.grade, MAX_LINE_CHARS, "Enter the grade, for example ST3 or Band 6.");
        let starts_on = fields.required_date("starts_on", &self.starts_on, "Enter the first day of the post.");
        let ends_on = fields.date("ends_on", &self.ends_on);
        if starts_on != NaiveDate::default() && ends_on.is_some_and(|end| end < starts_on) {
            fields.error("ends_on", "The last day must be the first day or later.");
        }
        let percent = self.percent.trim().trim_end_matches('%').trim_end();
        let percent = if percent.is_empty() { Some(100) } else { percent.parse().ok() };
        let percent = percent.filter(|percent| (1..=100).contains(percent));
        if percent.is_none() {
            fields.error("percent", "Enter a whole number from 1 to 100.");
        }
        Some(PostDetails { department: department?, staff_group, grade, starts_on, ends_on, percent: percent? })
    }

    /// What the post is.
    ///
    /// # Errors
    /// [`Error::Invalid`] when something is missing or the end lies before the start.
    pub fn parse(&self) -> Result<PostDetails, Error> {
        let mut fields = Fields::new();
        let post = self.read(&mut fields);
        fields.finish(|| post)?.ok_or_else(|| Error::field("department", "Choose the department."))
    }
}

/// Somebody new, with their first post, as typed.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct NewPersonForm {
    /// First and last name.
    pub name: String,
    /// The e-mail address; may be empty.
    pub address: String,
    /// The id of the department.
    pub department: String,
    /// Medical, nursing and so on.
    pub staff_group: String,
    /// Such as ST3 or Band 6.
    pub grade: String,
    /// The first day.
    pub starts_on: String,
    /// The last day; empty for a permanent post.
    pub ends_on: String,
    /// Percentage of full time.
    pub percent: String,
}

/// Somebody new, with their first post.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewPerson {
    /// First and last name.
    pub name: String,
    /// The e-mail address, if it is known.
    pub address: Option<String>,
    /// Their first post in the trust.
    pub post: PostDetails,
}

const ADDRESS: &str = "Enter an email address like name@trust.nhs.uk.";

impl NewPersonForm {
    /// The person and their first post.
    ///
    /// # Errors
    /// [`Error::Invalid`] when something is missing or wrong.
    pub fn parse(&self) -> Result<NewPerson, Error> {
        let mut fields = Fields::new();
        let name = fields.required("name", &self.name, MAX_LINE_CHARS, "Enter the person's first and last name.");
        let address = parse::email(&self.address);
        if address.is_none() && !self.address.trim().is_empty() {
            fields.error("address", ADDRESS);
        }
        let Self { department, staff_group, grade, starts_on, ends_on, percent, .. } = self.clone();
        let post = PostForm { department, staff_group, grade, starts_on, ends_on, percent }.read(&mut fields);
        let post = fields.finish(|| post)?.ok_or_else(|| Error::field("department", "Choose the department."))?;
        Ok(NewPerson { name, address, post })
    }
}

/// The last day of a post, as typed.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct EndForm {
    /// The last day.
    pub ends_on: String,
}

impl EndForm {
    /// The last day of a post.
    ///
    /// # Errors
    /// [`Error::Invalid`] when it is missing or no date.
    pub fn parse(&self) -> Result<NaiveDate, Error> {
        let mut fields = Fields::new();
        let ends_on = fields.required_date("ends_on", &self.ends_on, "Enter the last day of the post.");
        fields.finish(|| ends_on)
    }
}

/// A period away, as typed. It has no field for a reason.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct AwayForm {
    /// The first day.
    pub starts_on: String,
    /// The last day.
    pub ends_on: String,
    /// Holds `yes` when the person goes on working on their projects.
    pub keeps: Vec<String>,
}

/// A period away.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AwayDetails {
    /// The first day.
    pub starts_on: NaiveDate,
    /// The last day.
    pub ends_on: NaiveDate,
    /// The person goes on working on their projects.
    pub keeps_contributing: bool,
}

impl AwayForm {
    /// The period.
    ///
    /// # Errors
    /// [`Error::Invalid`] when a date is missing or the end lies before the start.
    pub fn parse(&self) -> Result<AwayDetails, Error> {
        let mut fields = Fields::new();
        let starts_on = fields.required_date("starts_on", &self.starts_on, "Enter the first day away.");
        let ends_on = fields.required_date("ends_on", &self.ends_on, "Enter the last day away.");
        if fields.is_ok() && ends_on < starts_on {
            fields.error("ends_on", "The last day must be the first day or later.");
        }
        fields.finish(|| AwayDetails { starts_on, ends_on, keeps_contributing: !self.keeps.is_empty() })
    }
}

/// An e-mail address, as typed.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct AddressForm {
    pub address: String,
}

impl AddressForm {
    /// The address.
    ///
    /// # Errors
    /// [`Error::Invalid`] when it does not look like one.
    pub fn parse(&self) -> Result<String, Error> {
        parse::email(&self.address).ok_or_else(|| Error::field("address", ADDRESS))
    }
}

/// A first password, as typed.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct FirstPasswordForm {
    pub password: String,
}

impl FirstPasswordForm {
    /// The password.
    ///
    /// # Errors
    /// [`Error::Invalid`] when it is too short, too long or too common.
    pub fn parse(&self) -> Result<String, Error> {
        let mut fields = Fields::new();
        new_password(&mut fields, "password", &self.password, &[]);
        fields.finish(|| self.password.clone())
    }
}

crate::choices! {
    /// A role in the trust beyond being one of its people.
    TrustRole {
        /// Coordinates the trust's improvement work.
        AcademyLead = "academy_lead" => "Academy lead",
        /// Keeps Baton running in the trust.
        Administrator = "administrator" => "Administrator",
    }
}

impl TrustRole {
    /// What it lets somebody do.
    #[must_use]
    pub fn explained(self) -> &'static str {
        match self {
            Self::AcademyLead => {
                "Manages priorities, people and departments, and can help with every project in the trust."
            }
            Self::Administrator => "Manages people and departments, and decides who has these roles.",
        }
    }
}

/// The days of a role, as typed.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct RoleForm {
    /// The first day; empty for today.
    pub from_on: String,
    /// The last day; empty without an end.
    pub last_on: String,
}

/// The days of a role in the trust.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RoleDates {
    /// The first day; none from the moment on in which it is granted.
    pub from_on: Option<NaiveDate>,
    /// The last day; none while no end is in sight.
    pub last_on: Option<NaiveDate>,
}

impl RoleDates {
    /// The day from which it is over.
    #[must_use]
    pub fn until_on(self) -> Option<NaiveDate> {
        self.last_on.and_then(|day| day.succ_opt())
    }
}

impl RoleForm {
    /// The days of the role.
    ///
    /// # Errors
    /// [`Error::Invalid`] for what is no date, for a day long ago or far ahead, and for an end before the start.
    pub fn parse(&self, today: NaiveDate) -> Result<RoleDates, Error> {
        let mut fields = Fields::new();
        let from_on = within_five_years(&mut fields, "from_on", &self.from_on, today);
        let last_on = within_five_years(&mut fields, "last_on", &self.last_on, today);
        if last_on.is_some_and(|last| last < from_on.unwrap_or(today).max(today)) {
            fields.error("last_on", "The last day is today or later, and not before the first.");
        }
        fields.finish(|| RoleDates { from_on, last_on })
    }
}

/// A date that may be left empty, at most five years from today.
pub(in crate::people) fn within_five_years(
    fields: &mut Fields,
    field: &str,
    typed: &str,
    today: NaiveDate,
) -> Option<NaiveDate> {
    let date = fields.date(field, typed)?;
    let years = Months::new(5 * 12);
    if date < today - years || date > today + years {
        fields.error(field, "Enter a date within five years of today.");
    }
    Some(date)
}

/// By what a list of people is ordered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum PeopleSort {
    #[default]
    Name,
    /// By the end of their last post in sight; who has no end comes last.
    Ends,
    /// By how many projects they lead.
    Leads,
}

impl PeopleSort {
    /// Every one, as it stands in an address.
    pub const ALL: [(&'static str, Self); 3] = [("name", Self::Name), ("ends", Self::Ends), ("leads", Self::Leads)];

    /// Of an address; the usual one where it says none.
    #[must_use]
    pub fn of(code: &str) -> Self {
        Self::ALL.into_iter().find(|(one, _)| *one == code).map_or_else(Self::default, |(_, sort)| sort)
    }

    /// As it stands in an address.
    #[must_use]
    pub fn code(self) -> &'static str {
        Self::ALL.into_iter().find(|(_, sort)| *sort == self).map_or("name", |(code, _)| code)
    }
}

/// Which people a list shows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Show {
    /// Everybody whose account is not closed.
    #[default]
    All,
    /// Whose last post in sight ends within 12 weeks.
    Ending,
    /// Whose post begins within 12 weeks.
    Arriving,
    /// Who has a post, or will have one within 12 weeks, and no way to sign in.
    WithoutSignIn,
    /// Who has no current post.
    WithoutPost,
    /// Whose account is closed.
    Closed,
}

impl Show {
    /// Every choice, in the order in which a form offers them.
    pub const ALL: [Self; 6] =
        [Self::All, Self::Arriving, Self::Ending, Self::WithoutSignIn, Self::WithoutPost, Self::Closed];

    /// As it stands in an address.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::All => "",
            Self::Ending => "ending",
            Self::Arriving => "arriving",
            Self::WithoutSignIn => "without-sign-in",
            Self::WithoutPost => "without-post",
            Self::Closed => "closed",
        }
    }

    /// As people read it.
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Self::All => "Everybody",
            Self::Ending => "Post ends within 12 weeks",
            Self::Arriving => "Arriving within 12 weeks",
            Self::WithoutSignIn => "Cannot sign in yet",
            Self::WithoutPost => "No current post",
            Self::Closed => "Account closed",
        }
    }

    /// The choice of an address; everybody when it is none of ours.
    #[must_use]
    pub fn of(code: &str) -> Self {
        Self::ALL.into_iter().find(|show| show.code() == code).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::wrong;

    fn post() -> PostForm {
        PostForm {
            department: DepartmentId::new().to_string(),
            staff_group: "Medical".into(),
            grade: "ST3".into(),
            starts_on: "5 August 2026".into(),
            ends_on: "2 2 2027".into(),
            percent: "80 %".into(),
        }
    }

    #[test]
    fn a_post_is_read_as_people_write_it() {
        let words = post().parse().expect("a post");
        assert_eq!(words.percent, 80);
        assert_eq!(words.ends_on, NaiveDate::from_ymd_opt(2027, 2, 2));
        let open = PostForm { ends_on: " ".into(), percent: String::new(), ..post() }.parse().expect("a post");
        assert_eq!((open.ends_on, open.percent), (None, 100));
    }

    #[test]
    fn what_is_wrong_with_a_post_stands_by_its_field() {
        assert_eq!(wrong(PostForm { ends_on: "4 8 2026".into(), ..post() }.parse()), ["ends_on"]);
        for percent in ["0", "101", "half", "-5", "50.5"] {
            assert_eq!(wrong(PostForm { percent: percent.into(), ..post() }.parse()), ["percent"], "{percent}");
        }
        assert_eq!(wrong(PostForm::default().parse()), ["department", "staff_group", "grade", "starts_on"]);
        assert_eq!(wrong(PostForm { starts_on: "31 2 2026".into(), ..post() }.parse()), ["starts_on"]);
    }

    #[test]
    fn somebody_new_may_have_no_address_but_not_half_of_one() {
        let PostForm { department, staff_group, grade, starts_on, ends_on, percent } = post();
        let form = NewPersonForm {
            name: "Amara Osei".into(),
            address: String::new(),
            department,
            staff_group,
            grade,
            starts_on,
            ends_on,
            percent,
        };
        assert_eq!(form.parse().expect("somebody").address, None);
        assert_eq!(wrong(NewPersonForm { address: "amara".into(), ..form.clone() }.parse()), ["address"]);
        assert_eq!(wrong(NewPersonForm { name: " ".into(), percent: "0".into(), ..form }.parse()), ["name", "percent"]);
    }

    #[test]
    fn a_period_away_has_two_dates_in_order() {
        let form = AwayForm { starts_on: "1 3 2026".into(), ends_on: "28 2 2026".into(), keeps: vec![] };
        assert_eq!(wrong(form.parse()), ["ends_on"]);
        let form = AwayForm { ends_on: "1 4 2026".into(), keeps: vec!["yes".into()], ..form };
        assert!(form.parse().expect("a period").keeps_contributing);
        assert_eq!(wrong(AwayForm::default().parse()), ["starts_on", "ends_on"]);
    }

    #[test]
    fn roles_and_lists_are_read_back_from_their_codes() {
        for role in TrustRole::ALL.iter().copied() {
            assert_eq!(role.to_string().parse(), Ok(role));
        }
        for show in Show::ALL {
            assert_eq!(Show::of(show.code()), show);
        }
        assert_eq!(Show::of("nonsense"), Show::All);
    }
}
