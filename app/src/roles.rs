//! Who counts in what role on a day, in SQL. Every statement that asks takes its condition from here:
//! whose place in a team is in force ([`in_force!`]), who is present in a trust ([`in_post!`]), which
//! offer is live ([`live_offer!`]), which projects are open ([`open_project!`]).
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

/// Whether a role in a trust is somebody's on a day; its first and its last day are days of the role.
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
            ".until_on >= ",
            $day,
            ")"
        )
    };
}

/// The first day of a person's next post in a trust, when it is at most on `$latest` ([`timeline::DUE_DAYS`]
/// ahead) and they have none on the day.
macro_rules! arrives_on {
    ($person:literal, $trust:literal, $day:literal, $latest:literal) => {
        concat!(
            "(select min(n.starts_on) from post n where n.person_id = ",
            $person,
            " and n.trust_id = ",
            $trust,
            " and n.starts_on > ",
            $day,
            " and n.starts_on <= ",
            $latest,
            " and not exists (select 1 from post o where o.person_id = ",
            $person,
            " and o.trust_id = ",
            $trust,
            " and ",
            $crate::roles::post_on!("o", $day),
            "))"
        )
    };
}

/// Whether a derived row holds on a day: its end is the first day on which it is over.
macro_rules! holds_on {
    ($row:literal, $day:literal) => {
        concat!($row, ".from_on <= ", $day, " and ", $row, ".until_on > ", $day)
    };
}

/// Whether the handover is offered and has not lapsed by the day: somebody is asked about it. An offer to the pool
/// waits as long as it takes, and what this transaction has just offered is not derived yet.
macro_rules! live_offer {
    ($handover:literal, $day:literal) => {
        concat!(
            $handover,
            ".state = 'offered' and (",
            $handover,
            ".to_person is null or exists (select 1 from ask i where i.project_id = ",
            $handover,
            ".project_id and i.object_id = ",
            $handover,
            ".id and ",
            $crate::roles::holds_on!("i", $day),
            ") or exists (select 1 from standing_stale i where i.project_id = ",
            $handover,
            ".project_id))"
        )
    };
}

/// Whether an ask's row `$ask` that is the academy's is `$person`'s on a day: they are an academy lead who can act
/// and neither give nor take what it is about; or, where nobody else of the academy can, an administrator.
macro_rules! asked_for_desk {
    ($ask:literal, $person:literal, $day:literal) => {
        concat!(
            $ask,
            ".audience <> 'person' and ",
            $ask,
            ".giver_id is not ",
            $person,
            " and ",
            $ask,
            ".taker_id is not ",
            $person,
            " and (exists (select 1 from desk k where k.trust_id = ",
            $ask,
            ".trust_id and k.person_id = ",
            $person,
            " and ",
            $crate::roles::holds_on!("k", $day),
            ") or (exists (select 1 from trust_role b where b.trust_id = ",
            $ask,
            ".trust_id and b.person_id = ",
            $person,
            " and b.role = 'administrator' and ",
            $crate::roles::role_on!("b", $day),
            ") and exists (select 1 from tie t where t.trust_id = ",
            $ask,
            ".trust_id and t.person_id = ",
            $person,
            " and t.state = 'accepted') and (",
            $ask,
            ".audience = 'administrators' or not exists (select 1 from desk k where k.trust_id = ",
            $ask,
            ".trust_id and k.person_id is not null and k.person_id is not ",
            $ask,
            ".giver_id and k.person_id is not ",
            $ask,
            ".taker_id and ",
            $crate::roles::holds_on!("k", $day),
            "))))"
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

pub(crate) use account_open;
pub(crate) use arrives_on;
pub(crate) use asked_for_desk;
pub(crate) use ends_the_post;
pub(crate) use holds_on;
pub(crate) use in_force;
pub(crate) use in_post;
pub(crate) use live_offer;
pub(crate) use open_project;
pub(crate) use post_on;
pub(crate) use role_on;

/// The earliest day for which an offer to a successor may be made out and not have lapsed.
#[must_use]
pub fn oldest_live(today: NaiveDate) -> NaiveDate {
    today - chrono::Duration::days(LAPSES_AFTER_DAYS)
}
