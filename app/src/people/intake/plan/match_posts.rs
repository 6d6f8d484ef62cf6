//! What a row does to the posts of who is on it.

use chrono::Days;

use super::kinds::{Department, Found, PostAct, Question, Row, What, contradicts, details};
use super::match_people::People;
use super::planned::{Planned, PlannedPost};
use crate::people::intake::columns::Holds;
use crate::people::intake::model::{BOTH, IntakeForm, SHORTEN};
use crate::people::intake::read::Said;

/// A post in the same department that begins so many days apart is the same post with another first day.
const SAME_START_DAYS: i64 = 31;

impl People {
    /// Gives somebody the post that a row says, and says what that does.
    pub(super) fn take(
        &mut self,
        at: usize,
        row: &mut Row,
        mut said: Said,
        (department, department_name): (Department, String),
        form: &IntakeForm,
        overlaps: &mut usize,
    ) -> Found {
        let planned = &mut self.all[at];
        let who = planned.who();
        let begin = |planned: &mut Planned| {
            planned.lines.push(row.line);
            planned.called.push((row.line, said.name.clone()));
            if planned.name.is_empty() {
                planned.name.clone_from(&said.name);
            }
        };
        // Of what the list has no column for it says nothing: what is known of the post stays.
        if let Some(post) = same_post(&mut planned.posts, &said, &department).filter(|post| post.stored.is_some()) {
            if !said.says_end {
                said.ends_on = post.ends_on;
            }
            if !said.says_percent {
                said.percent = post.percent;
            }
        }
        if planned.has_just(&said, &department) {
            begin(planned);
            return Found::Does(who, What::Same);
        }
        if let Some(post) = same_post(&mut planned.posts, &said, &department) {
            if let Some(line) = post.line {
                return contradicts(
                    Holds::From,
                    format!("Line {line} says otherwise of this post. Keep one of the two."),
                );
            }
            let changes = post.changes(&said);
            if let (Some(stored), Department::Known(id)) = (&post.stored, &department) {
                planned.acts.push(PostAct::Edit {
                    id: stored.id,
                    version: stored.version,
                    details: details(&said, *id),
                });
            }
            post.become_what_is_said(row.line, &said);
            begin(planned);
            return Found::Does(who, What::Changed(changes));
        }
        let what = match overlapping(planned, row.line, &said, form, overlaps) {
            Ok(what) => what,
            Err(found) => return found,
        };
        begin(planned);
        planned.acts.push(PostAct::Add { department: department.clone(), said: said.clone() });
        planned.posts.push(PlannedPost {
            stored: None,
            line: Some(row.line),
            department,
            department_name,
            grade: said.grade.clone(),
            staff_group: said.staff_group.clone(),
            starts_on: said.starts_on,
            ends_on: said.ends_on,
            percent: said.percent,
        });
        Found::Does(who, what)
    }
}

/// The post that a row says other things of.
fn same_post<'a>(posts: &'a mut [PlannedPost], said: &Said, department: &Department) -> Option<&'a mut PlannedPost> {
    let apart = |post: &PlannedPost| (post.starts_on - said.starts_on).num_days().abs();
    posts
        .iter_mut()
        .filter(|post| post.department == *department)
        .filter(|post| {
            apart(post) == 0
                || (post.stored.is_some()
                    && post.line.is_none()
                    && apart(post) <= SAME_START_DAYS
                    && post.overlaps(said))
        })
        .min_by_key(|post| apart(post))
}

/// What becomes of the posts that a new one overlaps.
fn overlapping(
    planned: &mut Planned,
    on: u64,
    said: &Said,
    form: &IntakeForm,
    overlaps: &mut usize,
) -> Result<What, Found> {
    let met: Vec<usize> = (0..planned.posts.len()).filter(|at| planned.posts[*at].overlaps(said)).collect();
    let Some(first) = met.first().copied() else { return Ok(What::New) };
    let told = planned.posts[first].told();
    let percent: i64 = met.iter().map(|at| planned.posts[*at].percent).sum();
    if percent + said.percent <= 100 {
        return Ok(What::Overlaps(told));
    }
    *overlaps += 1;
    match form.overlap.as_str() {
        BOTH => Ok(What::Overlaps(told)),
        SHORTEN => {
            if let Some(line) = met.iter().find_map(|at| planned.posts[*at].line) {
                return Err(contradicts(
                    Holds::From,
                    format!(
                        "It overlaps the post on line {line}, and together they are more than full time. Change the dates or the percentages."
                    ),
                ));
            }
            let Some(last) = said.starts_on.checked_sub_days(Days::new(1)) else { return Ok(What::New) };
            // Who begins on the same day or later cannot end before it: both are kept.
            let ends: Vec<usize> = met.into_iter().filter(|at| planned.posts[*at].starts_on <= last).collect();
            let Some(first) = ends.first().copied() else { return Ok(What::Overlaps(told)) };
            let told = planned.posts[first].told();
            for at in ends {
                let post = &mut planned.posts[at];
                (post.ends_on, post.line) = (Some(last), Some(on));
                if let Some(stored) = &post.stored {
                    planned.acts.push(PostAct::End { id: stored.id, version: stored.version, last_on: last });
                }
            }
            Ok(What::Shortens(told))
        }
        _ => Err(Found::Asks(Question::Overlap(told))),
    }
}
