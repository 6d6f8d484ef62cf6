//! The news of the last 14 days on a home page: what others did to the projects in which somebody has a part, and what
//! came by its day. The statements know the trust of the session as `$1`, today as `$2` and whose home it is as `$4`.

use std::sync::LazyLock;

use chrono::{DateTime, NaiveDate, Utc};
use sqlx::FromRow;

use crate::clock::date_in_london;
use crate::id::ProjectId;
use crate::roles::{holds_on, in_force};

/// Something that happened to a project, and to which nothing is to be done.
#[derive(Clone, Debug)]
pub struct News {
    pub project_id: ProjectId,
    pub title: String,
    pub on: NaiveDate,
    /// Who did it; none for what came by its day.
    pub actor: Option<String>,
    pub action: String,
}

/// The acts that are news, in the words of the history: what others do that changes who leads, who supervises, who is
/// in the team or how the project stands.
pub(super) const TOLD_OF: [&str; 30] = [
    "offered the handover",
    "accepted the handover",
    "declined the handover",
    "agreed the handover",
    "withdrew the handover",
    "stepped back from the handover",
    "handover lapsed",
    "asked to take it on",
    "leads the project for now",
    "leads the project again",
    "chose to keep looking for a lead",
    "accepted a place in the team",
    "declined a place in the team",
    "confirmed a place in the team",
    "refused a place in the team",
    "changed a role in the team",
    "ended a place in the team",
    "left the team",
    "confirmed a supervisor",
    "passed supervision on",
    "took supervision over",
    "closed the project",
    "reopened the project",
    "changed the status",
    "merged into another project",
    "took in a duplicate",
    "decision undone",
    "posted an update",
    "reminded the team to arrange what comes next",
    "confirmed a part in the project",
];

/// The projects in which they have a part, or had one until lately, as `own`, and what happened to them, which is seldom
/// anything: only of that the project is read, as `p`, of the trust and registered.
macro_rules! part_in {
    ($happened:expr) => {
        concat!(
            "(select r.project_id as id from team_role r where r.person_id = $4 and (",
            in_force!("r", "$2"),
            " or (r.state = 'accepted' and r.by_mistake = 0 and r.until_on <= $2 and r.until_on > r.from_on and r.until_on > date($2, '-14 days')))
              union select z.project_id from standing z where z.lead_id = $4 and ",
            holds_on!("z", "$2"),
            " union select h.project_id from handover h where h.from_person = $4 and h.state <> 'draft'
              union select h.project_id from handover h where h.to_person = $4 and h.state <> 'draft') own
              cross join ",
            $happened,
            " cross join project p on p.id = own.id and p.trust_id = $1 and p.status <> 'draft'"
        )
    };
}

/// What others did to those projects in the last 14 days, of the newest twenty acts of each, but for what is done
/// every day.
pub(super) static TOLD: LazyLock<String> = LazyLock::new(|| {
    let acts = TOLD_OF.map(|act| format!("'{act}'")).join(", ");
    [
        "select p.id as project_id, p.title, g.at, n.name as actor, g.action from ",
        part_in!(
            "history g on g.sequence in (select x.sequence from history x where x.project_id = own.id order by x.sequence desc limit 20)
                and substr(g.at, 1, 10) >= date($2, '-14 days')"
        ),
        " left join person n on n.id = g.actor_id
          where substr(g.at, 1, 19) >= substr(p.submitted_at, 1, 19) and g.actor_id is not $4
            and g.action in (",
        &acts,
        ") order by p.id, g.sequence desc",
    ]
    .concat()
});

/// Which of those projects fell into the pool in the last 14 days.
pub(super) const FELL: &str = concat!(
    "select p.id, p.title, s.from_on from ",
    part_in!(
        "standing s on s.project_id = own.id and s.state = 'in_pool' and s.from_on = s.no_lead_since
            and s.from_on <= $2 and s.from_on > date($2, '-14 days')"
    )
);

/// A row of [`TOLD`].
#[derive(FromRow)]
pub(super) struct Told {
    project_id: ProjectId,
    title: String,
    at: DateTime<Utc>,
    actor: Option<String>,
    action: String,
}

/// Both as one list, the newest first.
pub(super) fn news(told: Vec<Told>, fell: Vec<(ProjectId, String, NaiveDate)>) -> Vec<News> {
    let fell = fell.into_iter().map(|(project_id, title, on)| News {
        project_id,
        title,
        on,
        actor: None,
        action: "fell into the pool, because nobody leads it".to_owned(),
    });
    let told = told.into_iter().map(|Told { project_id, title, at, actor, action }| News {
        project_id,
        title,
        on: date_in_london(at),
        actor,
        action,
    });
    let mut news: Vec<News> = told.chain(fell).collect();
    news.sort_by_key(|one| std::cmp::Reverse(one.on));
    news
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::fs;
    use std::path::Path;

    use super::TOLD_OF;

    /// The acts that are no news, with why.
    const LEFT_OUT: [(&str, &[&str]); 4] = [
        (
            "it is done every day, and stands on the project's page",
            &[
                "edited the project",
                "changed the handover summary",
                "said that it goes on",
                "added a task",
                "changed a task",
                "finished a task",
                "opened a task again",
                "deleted a task",
                "put a task back",
                "changed an update",
                "deleted an update",
                "put an update back",
                "added a link",
                "changed a link",
                "deleted a link",
                "put a link back",
            ],
        ),
        (
            "somebody is asked, or asked no more: that stands among what is wanted",
            &[
                "asked for a supervisor",
                "invited somebody to the team",
                "asked to join the team",
                "asked a colleague to take supervision over",
                "withdrew an invitation",
                "said that they are on it",
            ],
        ),
        (
            "it concerns whoever did it, or is not for others yet",
            &[
                "began a draft",
                "registered the project",
                "deleted the draft",
                "began a handover",
                "changed the handover that is being prepared",
                "discarded a handover",
                "ended a place given by mistake",
            ],
        ),
        (
            "it says how projects are alike, and changes neither",
            &[
                "marked as continuing another project",
                "marked as continued by another project",
                "marked as not like another project",
                "marked as related to another project",
                "said how it differs from another project",
                "another project said how it differs",
            ],
        ),
    ];

    /// The rooms whose acts concern others than those who did them. Measures, cycles and drivers are a team's daily work.
    const ROOMS: [&str; 8] =
        ["team", "progress", "continuity", "handover", "duplicates", "projects", "changeover", "evidence"];

    /// Every text in quotes, and what stands after it, that somebody may write into the history: of a name, what it was
    /// set to before in the same file.
    fn acts_of(source: &str, acts: &mut BTreeSet<String>) {
        for begins in ["Entry::new(", "Entry::project(", " record(conn, allowed, "] {
            for (at, _) in source.match_indices(begins) {
                let given = arguments(&source[at + begins.len()..]);
                // `record` has the other project and a word after the act.
                let act = if begins.starts_with(' ') { given.get(1) } else { given.last() };
                let Some(act) = act.map(|act| act.trim()) else { continue };
                if act.starts_with('"') {
                    acts.extend(quoted(act));
                    continue;
                }
                let set = [format!("let {act} = "), format!("let ({act}, "), format!("let ({act},")];
                let before = set.iter().filter_map(|set| source[..at].rfind(set.as_str())).max();
                if let Some(before) = before {
                    let whole = source[before..at].split(";\n").next().unwrap_or_default();
                    acts.extend(quoted(whole));
                }
            }
        }
    }

    /// The arguments of a call, up to its closing bracket.
    fn arguments(call: &str) -> Vec<&str> {
        let (mut depth, mut from, mut found, mut inside) = (0, 0, Vec::new(), false);
        for (at, letter) in call.char_indices() {
            match letter {
                '"' => inside = !inside,
                _ if inside => {}
                '(' | '[' => depth += 1,
                ')' if depth == 0 => {
                    found.push(&call[from..at]);
                    return found.into_iter().filter(|one| !one.trim().is_empty()).collect();
                }
                ')' | ']' => depth -= 1,
                ',' if depth == 0 => {
                    found.push(&call[from..at]);
                    from = at + 1;
                }
                _ => {}
            }
        }
        found
    }

    fn quoted(text: &str) -> Vec<String> {
        text.split('"').skip(1).step_by(2).filter(|one| one.contains(' ')).map(str::to_owned).collect()
    }

    fn read(folder: &Path, acts: &mut BTreeSet<String>) {
        for entry in fs::read_dir(folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default().to_owned();
            if path.is_dir() && name != "tests" {
                read(&path, acts);
            } else if name.ends_with(".rs") && name != "tests.rs" {
                let source = fs::read_to_string(&path).expect("a source");
                let source = source.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default();
                acts_of(source, acts);
                // What is deleted and put back is named by its kind.
                if name == "kinds.rs" {
                    let named =
                        |line: &&str| line.trim().starts_with("deleted:") || line.trim().starts_with("put_back:");
                    acts.extend(source.lines().filter(named).flat_map(quoted));
                }
            }
        }
    }

    #[test]
    fn every_act_on_a_project_is_news_or_named_as_left_out() {
        let mut acts = BTreeSet::from([crate::history::REGISTERED.to_owned()]);
        for room in ROOMS {
            read(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src").join(room), &mut acts);
        }
        let left_out = LEFT_OUT.iter().flat_map(|(_, acts)| acts.iter().copied());
        let decided: BTreeSet<String> = TOLD_OF.into_iter().chain(left_out).map(str::to_owned).collect();
        assert_eq!(decided.len(), TOLD_OF.len() + LEFT_OUT.iter().map(|(_, acts)| acts.len()).sum::<usize>());
        let undecided: Vec<_> = acts.difference(&decided).collect();
        assert!(undecided.is_empty(), "news or left out? {undecided:?}");
        let unheard: Vec<_> = decided.difference(&acts).collect();
        assert!(unheard.is_empty(), "nobody does it: {unheard:?}");
    }
}
