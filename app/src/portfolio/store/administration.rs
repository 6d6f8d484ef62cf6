//! What an administrator's home begins with. The statement knows the trust of the session as `$1` and today as `$2`.

use chrono::{DateTime, NaiveDate, Utc};
use serde::Deserialize;
use sqlx::FromRow;

use crate::id::{DepartmentId, PersonId};
use crate::people::directory::model::TrustRole;
use crate::roles::{post_on, role_on};

/// What keeps a trust running.
#[derive(Clone, Debug, FromRow)]
pub struct Administration {
    /// People with a post, now or soon, who cannot sign in.
    pub without_sign_in: i64,
    /// People whose last post in sight ends soon.
    pub ending: i64,
    /// Departments in which nobody has a post today.
    #[sqlx(json)]
    pub empty: Vec<Place>,
    /// Who has a role in the trust today.
    #[sqlx(json)]
    pub roles: Vec<Granted>,
    /// What was done of late that concerns no project, newest first.
    #[sqlx(json)]
    pub acts: Vec<Act>,
    /// When the store was last copied.
    pub backed_up_at: Option<DateTime<Utc>>,
    /// The trust is the demonstration: nobody backs it up.
    pub demonstration: bool,
}

/// A department.
#[derive(Clone, Debug, Deserialize)]
pub struct Place {
    pub id: DepartmentId,
    pub name: String,
}

/// A role that somebody has.
#[derive(Clone, Debug, Deserialize)]
pub struct Granted {
    pub person: PersonId,
    pub name: String,
    pub role: TrustRole,
    /// The day from which it is over.
    pub until: Option<NaiveDate>,
}

/// Something that somebody did.
#[derive(Clone, Debug, Deserialize)]
pub struct Act {
    pub at: DateTime<Utc>,
    pub actor: Option<String>,
    pub action: String,
}

/// One [`Administration`].
pub const ADMINISTRATION: &str = concat!(
    "select
        (select count(*) from person p join tie k on k.person_id = p.id and k.trust_id = $1
         where (k.state <> 'accepted' or p.closed_on is null or p.closed_on > $2)
           and not exists (select 1 from credential c where c.person_id = p.id)
           and exists (select 1 from post o where o.person_id = p.id and o.trust_id = $1
                and (o.ends_on is null or o.ends_on >= $2) and o.starts_on <= date($2, '+84 days'))) as without_sign_in,
        (select count(*) from person p join tie k on k.person_id = p.id and k.trust_id = $1
         where (k.state <> 'accepted' or p.closed_on is null or p.closed_on > $2)
           and exists (select 1 from post o where o.person_id = p.id and o.trust_id = $1 and ",
    post_on!("o", "$2"),
    ") and not exists (select 1 from post o where o.person_id = p.id and o.trust_id = $1 and o.starts_on <= date($2, '+84 days')
                and (o.ends_on is null or o.ends_on > date($2, '+84 days')))) as ending,
        (select json_group_array(json_object('id', d.id, 'name', d.name) order by d.name) from department d
         where d.trust_id = $1 and d.retired_on is null
           and not exists (select 1 from post o where o.department_id = d.id and ",
    post_on!("o", "$2"),
    ")) as empty,
        (select json_group_array(json_object('person', b.person_id, 'name', n.name, 'role', b.role, 'until', b.until_on) order by b.role, n.name)
         from trust_role b join person n on n.id = b.person_id where b.trust_id = $1 and ",
    role_on!("b", "$2"),
    ") as roles,
        (select json_group_array(json_object('at', h.at, 'actor', n.name, 'action', h.action) order by h.sequence desc)
         from (select * from history where trust_id = $1 and project_id is null order by sequence desc limit 30) h
         left join person n on n.id = h.actor_id) as acts,
        (select backed_up_at from installation) as backed_up_at,
        (select demonstration from trust where id = $1) as demonstration"
);
