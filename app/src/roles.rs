//! Who counts in what role on a day, in SQL. Every statement that asks takes its condition from here:
//! whose place in a team is in force ([`in_force!`]), which supervisor answers a handover
//! ([`answers_as_supervisor!`]), which projects are open ([`open_project!`]).
//!
//! Who leads is what `standing` says of a day, and nothing here. An offer lapses as [`oldest_live`] says.

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

/// Whether a derived row holds on a day: its end is the first day on which it is over.
macro_rules! holds_on {
    ($row:literal, $day:literal) => {
        concat!($row, ".from_on <= ", $day, " and ", $row, ".until_on > ", $day)
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

/// The rows of asks that are somebody's on a day, as a select: each with `desk`, 0 where they are asked themselves,
/// 1 as an academy lead who can act, 2 as an administrator, because nobody else at the desk can. What somebody is
/// asked themselves they are not asked at the desk again. `$person` is a parameter.
macro_rules! asked_rows {
    ($person:literal, $day:literal) => {
        concat!(
            "select a.*, 0 as desk from ask a where a.person_id = ", $person, " and ", $crate::roles::holds_on!("a", $day),
            " union all select a.*, 1 as desk from desk m cross join ask a
              where m.person_id = ", $person, " and ", $crate::roles::holds_on!("m", $day), "
                and a.trust_id = m.trust_id and a.person_id is null and a.audience = 'desk'",
            $crate::roles::asked_rows!(@desk $person, $day),
            " union all select a.*, 2 as desk from trust_role m cross join tie j cross join ask a
              where m.person_id = ", $person, " and m.role = 'administrator' and ", $crate::roles::role_on!("m", $day), "
                and j.person_id = m.person_id and j.trust_id = m.trust_id and j.state = 'accepted'
                and a.trust_id = m.trust_id and a.person_id is null
                and (a.audience = 'administrators' or not exists (select 1 from desk k where k.trust_id = a.trust_id and k.person_id is not null
                    and k.person_id is not a.giver_id and k.person_id is not a.taker_id and ", $crate::roles::holds_on!("k", $day), "))",
            $crate::roles::asked_rows!(@desk $person, $day),
        )
    };
    (@desk $person:literal, $day:literal) => {
        concat!(
            " and ", $crate::roles::holds_on!("a", $day), " and a.giver_id is not ", $person, " and a.taker_id is not ", $person,
            " and not exists (select 1 from ask x where x.person_id = ", $person, " and ", $crate::roles::holds_on!("x", $day), "
                and +x.project_id = a.project_id and x.kind = a.kind and x.about_id is a.about_id and x.cause_on = a.cause_on)"
        )
    };
}

/// How many lines of asks wait for somebody on a day, as a select's column: those of one kind about one person and
/// for one cause are one, whatever their number of projects, and what rests is not counted. At the desk, whether
/// projects go on is one line.
macro_rules! lines_waiting {
    ($person:literal, $day:literal) => {
        concat!(
            "(select count(*) from (select distinct q.trust_id, q.kind, q.desk, iif(q.desk > 0 and q.kind = 'still_yours', null, q.about_id),
                iif(q.desk > 0 and q.kind = 'still_yours', null, q.cause_on)
             from (",
            $crate::roles::asked_rows!($person, $day),
            ") q where q.rests = 0))"
        )
    };
}

pub(crate) use account_open;
pub(crate) use answers_as_supervisor;
pub(crate) use asked_for_desk;
pub(crate) use asked_rows;
pub(crate) use can_act;
pub(crate) use holds_on;
pub(crate) use in_force;
pub(crate) use lines_waiting;
pub(crate) use open_project;
pub(crate) use post_on;
pub(crate) use role_on;

/// The earliest day for which an offer to a successor may be made out and not have lapsed.
#[must_use]
pub fn oldest_live(today: NaiveDate) -> NaiveDate {
    today - chrono::Duration::days(LAPSES_AFTER_DAYS)
}
