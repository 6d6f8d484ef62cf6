//! Who leads the projects that are found.

/// Who leads a project today and is in post in its trust, as continuity says it: a select's column over
/// `project p`.
macro_rules! lead_of {
    ($today:literal, $longest:literal) => {
        concat!(
            "(select n.name from team_role r join person n on n.id = r.person_id
              where r.project_id = p.id and r.role = 'lead' and ",
            in_force!("r", $today),
            " and ",
            in_post!("n", "p.trust_id", $today, $longest),
            " order by n.id limit 1)"
        )
    };
}

pub(super) use lead_of;
