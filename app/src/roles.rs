//! Who counts in what role on a day, in the words of the store: every statement that asks takes them from here.

use chrono::NaiveDate;
use timeline::LAPSES_AFTER_DAYS;

/// Whether whoever has the place `r` can act in the project's trust on a day: by a post or a role there, with
/// an open account.
macro_rules! acts {
    ($today:literal) => {
        concat!(
            "not exists (select 1 from person q where q.id = r.person_id and q.closed_on <= ",
            $today,
            ") and (exists (select 1 from trust_role b join project i on i.trust_id = b.trust_id
                            where i.id = r.project_id and b.person_id = r.person_id)
                 or exists (select 1 from post b join project i on i.trust_id = b.trust_id
                            where i.id = r.project_id and b.person_id = r.person_id and b.starts_on <= ",
            $today,
            " and (b.ends_on is null or b.ends_on >= ",
            $today,
            ")))"
        )
    };
}

/// Whether a supervisor `r` counts for a handover `h` on a day: nobody answers for a handover that they
/// give or take, nor once they have left. Who offers to the pool does not choose who takes it.
macro_rules! counts {
    ($today:literal) => {
        concat!(
            "r.project_id = h.project_id and r.role = 'supervisor' and r.state = 'accepted' and r.from_on <= ",
            $today,
            " and (r.until_on is null or r.until_on > ",
            $today,
            ") and r.person_id is not h.from_person and r.person_id is not h.to_person
              and (h.to_pool = 1 or r.person_id <> h.created_by) and ",
            $crate::roles::acts!($today)
        )
    };
}

pub(crate) use acts;
pub(crate) use counts;

/// Offers with an earlier day than this have lapsed.
#[must_use]
pub fn oldest_live(today: NaiveDate) -> NaiveDate {
    today - chrono::Duration::days(LAPSES_AFTER_DAYS)
}
