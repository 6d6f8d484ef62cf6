//! Who counts in what role on a day, in SQL. Every statement that asks takes its condition from here:
//! whose place in a team is in force ([`in_force!`]), who is present in a trust ([`in_post!`]), which
//! supervisor answers a handover ([`answers_as_supervisor!`]), which projects are open ([`open_project!`]).
//!
//! A lead is who has a place as lead that is in force and is in post; the same rule in Rust is
//! `timeline::Lead::tenure`, and the tests of the lists of projects hold one to the other. An offer lapses as
//! [`oldest_live`] says.

use chrono::NaiveDate;
use timeline::LAPSES_AFTER_DAYS;

/// Whether an accepted place in a team counts on a day; the day on which it ends does not.
macro_rules! in_force {
    ($role:literal, $day:literal) => {
        concat!(
            $role,
            ".state = 'accepted' and ",
            $role,
            ".from_on <= ",
            $day,
            " and (",
            $role,
            ".until_on is null or ",
            $role,
            ".until_on > ",
            $day,
            ")"
        )
    };
}

/// Whether a post holds on a day; its last day is a day of the post.
macro_rules! post_on {
    ($post:literal, $day:literal) => {
        concat!(
            $post,
            ".starts_on <= ",
            $day,
            " and (",
            $post,
            ".ends_on is null or ",
            $post,
            ".ends_on >= ",
            $day,
            ")"
        )
    };
}

/// Whether a role in a trust holds on a day; the day from which it is over does not.
macro_rules! role_on {
    ($role:literal, $day:literal) => {
        concat!(
            "(",
            $role,
            ".from_on is null or ",
            $role,
            ".from_on <= ",
            $day,
            ") and (",
            $role,
            ".until_on is null or ",
            $role,
            ".until_on > ",
            $day,
            ")"
        )
    };
}

/// Whether a person's account is open on a day.
macro_rules! account_open {
    ($person:literal, $day:literal) => {
        concat!("(", $person, ".closed_on is null or ", $person, ".closed_on > ", $day, ")")
    };
}

/// Whether a project is open, as `Status::is_open` says it.
macro_rules! open_project {
    ($project:literal) => {
        concat!($project, ".status in ('active', 'paused', 'sustaining')")
    };
}

/// Whether a person is present in a trust on a day: with an open account, in a post or on the one day
/// between two, and not away for `$longest` days ([`timeline::LONGEST_AWAY_DAYS`]) or more.
macro_rules! in_post {
    ($person:literal, $trust:literal, $day:literal, $longest:literal) => {
        concat!(
            $crate::roles::account_open!($person, $day),
            " and (exists (select 1 from post o where o.person_id = ",
            $person,
            ".id and o.trust_id = ",
            $trust,
            " and ",
            $crate::roles::post_on!("o", $day),
            ") or (exists (select 1 from post o where o.person_id = ",
            $person,
            ".id and o.trust_id = ",
            $trust,
            " and o.ends_on = date(",
            $day,
            ", '-1 day')) and exists (select 1 from post o where o.person_id = ",
            $person,
            ".id and o.trust_id = ",
            $trust,
            " and o.starts_on = date(",
            $day,
            ", '+1 day')))) and not exists (select 1 from away a where a.person_id = ",
            $person,
            ".id and a.trust_id = ",
            $trust,
            " and a.starts_on <= ",
            $day,
            " and a.ends_on >= ",
            $day,
            " and ",
            $crate::roles::ends_the_post!("a", $longest),
            ")"
        )
    };
}

/// Whether a period away is long enough to end the post for whoever looks for a lead.
macro_rules! ends_the_post {
    ($away:literal, $longest:literal) => {
        concat!(
            $away,
            ".keeps_contributing = 0 and julianday(",
            $away,
            ".ends_on) - julianday(",
            $away,
            ".starts_on) >= ",
            $longest
        )
    };
}

/// Whether whoever has the place `r` can act in the project's trust on a day: by a post or a role there, with
/// an open account.
macro_rules! can_act {
    ($day:literal) => {
        concat!(
            "not exists (select 1 from person q where q.id = r.person_id and q.closed_on <= ",
            $day,
            ") and (exists (select 1 from trust_role b join project i on i.trust_id = b.trust_id
                            where i.id = r.project_id and b.person_id = r.person_id)
                 or exists (select 1 from post b join project i on i.trust_id = b.trust_id
                            where i.id = r.project_id and b.person_id = r.person_id and ",
            $crate::roles::post_on!("b", $day),
            "))"
        )
    };
}

/// Whether a place `r` is that of a supervisor who answers the handover `h` on a day: nobody answers for a
/// handover that they give or take, nor once they have left. Who offers to the pool does not choose who takes it.
macro_rules! answers_as_supervisor {
    ($day:literal) => {
        concat!(
            "r.project_id = h.project_id and r.role = 'supervisor' and ",
            $crate::roles::in_force!("r", $day),
            " and r.person_id is not h.from_person and r.person_id is not h.to_person
              and (h.to_pool = 1 or r.person_id <> h.created_by) and ",
            $crate::roles::can_act!($day)
        )
    };
}

pub(crate) use account_open;
pub(crate) use answers_as_supervisor;
pub(crate) use can_act;
pub(crate) use ends_the_post;
pub(crate) use in_force;
pub(crate) use in_post;
pub(crate) use open_project;
pub(crate) use post_on;
pub(crate) use role_on;

/// The earliest day for which an offer to a successor may be made out and not have lapsed.
#[must_use]
pub fn oldest_live(today: NaiveDate) -> NaiveDate {
    today - chrono::Duration::days(LAPSES_AFTER_DAYS)
}
