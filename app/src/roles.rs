//! Who counts in what role on a day, in SQL. Every statement that asks takes its condition from here:
//! whose place in a team is in force ([`in_force!`]), which offer is live ([`live_offer!`]), which projects are
//! open ([`open_project!`]).
//!
//! Who leads is what `standing` says of a day, and nothing here.

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

/// Whether somebody has a post in a trust on a day, or stands between two with fewer than 28 days between them
/// ([`timeline::LONGEST_AWAY_DAYS`]): they lead meanwhile, so they act too.
macro_rules! has_post {
    ($person:literal, $trust:literal, $day:literal) => {
        concat!(
            "(exists (select 1 from post where post.person_id = ",
            $person,
            " and post.trust_id = ",
            $trust,
            " and ",
            $crate::roles::post_on!("post", $day),
            ") or exists (select 1 from post x join post y on y.person_id = x.person_id and y.trust_id = x.trust_id
                where x.person_id = ",
            $person,
            " and x.trust_id = ",
            $trust,
            " and x.ends_on < ",
            $day,
            " and y.starts_on > ",
            $day,
            " and y.starts_on <= date(x.ends_on, '+28 days')))"
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

/// Whether somebody leads a project on a day, as its timeline says: also whoever gave it away and leads on until the
/// next lead is there, though their own place is over.
macro_rules! leads_on {
    ($project:literal, $person:literal, $day:literal) => {
        concat!(
            "exists (select 1 from standing ld where ld.project_id = ",
            $project,
            " and ld.lead_id = ",
            $person,
            " and ",
            $crate::roles::holds_on!("ld", $day),
            ")"
        )
    };
}

/// Whether the place in a team was begun by a handover that is agreed and has not come true: they come to lead.
macro_rules! comes_to_lead {
    ($role:literal, $day:literal) => {
        concat!(
            "exists (select 1 from standing cl where cl.project_id = ",
            $role,
            ".project_id and cl.handover_id = ",
            $role,
            ".begun_by and cl.lead_id is not ",
            $role,
            ".person_id and ",
            $crate::roles::holds_on!("cl", $day),
            ")"
        )
    };
}

/// Whether a handover waits for the supervisor's answer on a day: it is offered to somebody, and nobody has answered for
/// the supervisor. What is offered to whoever asks, or agreed, waits for none.
macro_rules! awaits_supervisor {
    ($handover:literal, $day:literal) => {
        concat!(
            $handover,
            ".to_person is not null and not exists (select 1 from handover_answer v where v.handover_id = ",
            $handover,
            ".id and v.party = 'supervisor') and ",
            $crate::roles::live_offer!($handover, $day)
        )
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

/// In which trusts somebody answers for the academy on a day, as a select of `trust_id` and `desk`: 1 as an academy lead
/// who can act, 2 as an administrator who has accepted the trust and is none, for what falls to them ([`for_seat!`]).
macro_rules! desk_seats {
    ($person:literal, $day:literal) => {
        concat!(
            "select e.trust_id, 1 as desk from desk e where e.person_id = ",
            $person,
            " and ",
            $crate::roles::holds_on!("e", $day),
            " union all select b.trust_id, 2 from trust_role b
                join tie j on j.person_id = b.person_id and j.trust_id = b.trust_id and j.state = 'accepted'
              where b.person_id = ",
            $person,
            " and b.role = 'administrator' and ",
            $crate::roles::role_on!("b", $day),
            " and not exists (select 1 from desk e where e.person_id = ",
            $person,
            " and e.trust_id = b.trust_id and ",
            $crate::roles::holds_on!("e", $day),
            ")"
        )
    };
}

/// Whether an ask's row `$ask` that is the academy's is `$person`'s on a day, who has the seat `$seat` of
/// [`desk_seats!`] in its trust: they neither give nor take what it is about, and are an academy lead; or, where nobody
/// else of the academy can, an administrator.
macro_rules! for_seat {
    ($ask:literal, $seat:literal, $person:literal, $day:literal) => {
        concat!(
            $ask,
            ".person_id is null and ",
            $ask,
            ".giver_id is not ",
            $person,
            " and ",
            $ask,
            ".taker_id is not ",
            $person,
            " and iif(",
            $seat,
            ".desk = 1, ",
            $ask,
            ".audience = 'desk', ",
            $ask,
            ".audience = 'administrators' or not exists (select 1 from desk k where k.trust_id = ",
            $ask,
            ".trust_id and k.person_id is not null and k.person_id is not ",
            $ask,
            ".giver_id and k.person_id is not ",
            $ask,
            ".taker_id and ",
            $crate::roles::holds_on!("k", $day),
            "))"
        )
    };
}

/// Whether an ask's row `$ask` that is the academy's is `$person`'s on a day.
macro_rules! asked_for_desk {
    ($ask:literal, $person:literal, $day:literal) => {
        concat!(
            "exists (select 1 from (",
            $crate::roles::desk_seats!($person, $day),
            ") y where y.trust_id = ",
            $ask,
            ".trust_id and ",
            $crate::roles::for_seat!($ask, "y", $person, $day),
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

/// The rows of asks that are somebody's on a day, as a select: each with `desk`, 0 where they are asked themselves,
/// 1 as an academy lead who can act, 2 as an administrator, because nobody else at the desk can. What somebody is
/// asked themselves they are not asked at the desk again. `$person` is a parameter, or what is the same for all rows:
/// what they are asked themselves is then read once.
macro_rules! asked_rows {
    ($person:literal, $day:literal) => {
        $crate::roles::asked_rows!("a.*", $person, $day)
    };
    ($columns:literal, $person:literal, $day:literal) => {
        concat!(
            "select ",
            $columns,
            ", 0 as desk from ask a where a.person_id = ",
            $person,
            " and ",
            $crate::roles::holds_on!("a", $day),
            " union all select ",
            $columns,
            ", m.desk from (",
            $crate::roles::desk_seats!($person, $day),
            ") m cross join ask a
              where a.trust_id = m.trust_id and ",
            $crate::roles::holds_on!("a", $day),
            " and ",
            $crate::roles::for_seat!("a", "m", $person, $day),
            " and (a.project_id, a.kind, coalesce(a.about_id, ''), a.cause_on) not in (
                select x.project_id, x.kind, coalesce(x.about_id, ''), x.cause_on from ask x
                where x.person_id = ",
            $person,
            " and ",
            $crate::roles::holds_on!("x", $day),
            ")"
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
            // No more than stands in the index of the desk.
            $crate::roles::asked_rows!("a.trust_id, a.kind, a.about_id, a.cause_on, a.rests", $person, $day),
            ") q where q.rests = 0))"
        )
    };
}

pub(crate) use account_open;
pub(crate) use arrives_on;
pub(crate) use asked_for_desk;
pub(crate) use asked_rows;
pub(crate) use awaits_supervisor;
pub(crate) use comes_to_lead;
pub(crate) use desk_seats;
pub(crate) use for_seat;
pub(crate) use has_post;
pub(crate) use holds_on;
pub(crate) use in_force;
pub(crate) use leads_on;
pub(crate) use lines_waiting;
pub(crate) use live_offer;
pub(crate) use open_project;
pub(crate) use post_on;
pub(crate) use role_on;
