//! Who leads the projects that are found.

/// Who leads a project on a day: a select's column over `project p`.
macro_rules! lead_of {
    ($day:literal) => {
        concat!(
            "(select n.name from standing s join person n on n.id = s.lead_id
              where s.project_id = p.id and s.from_on <= ",
            $day,
            " and s.until_on > ",
            $day,
            ")"
        )
    };
}

pub(super) use lead_of;
