//! The tasks, updates and links of the demonstration's projects.

use super::store::{self, moment};
use super::{Event, Filler, Rows, scenario};
use crate::error::Error;
use crate::history::Entry;
use crate::id::{ProjectId, TaskId, UpdateId, WebLinkId};

impl Filler<'_> {
    /// What the team does: the next step is its lead's first task.
    pub(super) fn progress(
        &mut self,
        project: &scenario::Project,
        id: ProjectId,
        rows: &mut Rows,
    ) -> Result<(), Error> {
        let today = self.calendar.today;
        let lead = self.lead(project, today)?;
        let registered = self.date(project.registered);
        let since = self.moment(registered);
        if let Some((what, by)) = &project.next_step {
            rows.tasks.push(store::Task {
                id: TaskId::new(),
                project_id: id,
                what: what.clone(),
                person_id: None,
                due_on: Some(self.date(*by)),
                done_at: None,
                done_by: None,
                author_id: lead,
                created_at: moment(since),
            });
        }
        for scenario::Task { what, who, by, done } in &project.tasks {
            let done_on = self.maybe(*done);
            let done_at = done_on.map(|day| moment(self.moment(day.min(today))));
            let by_whom = who.as_deref().map(|key| self.person(key)).transpose()?;
            rows.tasks.push(store::Task {
                id: TaskId::new(),
                project_id: id,
                what: what.clone(),
                person_id: by_whom,
                due_on: self.maybe(*by),
                done_by: done_at.is_some().then_some(by_whom.unwrap_or(lead)),
                done_at,
                author_id: lead,
                created_at: moment(since),
            });
        }
        self.updates(project, id, rows)?;
        for (kind, title, address, account) in &project.links {
            rows.links.push(store::WebLink {
                id: WebLinkId::new(),
                project_id: id,
                kind: kind.clone(),
                title: title.clone(),
                address: address.clone(),
                account: account.clone(),
                author_id: lead,
                created_at: moment(since),
            });
        }
        Ok(())
    }

    fn updates(&mut self, project: &scenario::Project, id: ProjectId, rows: &mut Rows) -> Result<(), Error> {
        let (registered, today) = (self.date(project.registered), self.calendar.today);
        for (when, who, words) in &project.updates {
            let on_day = self.date(*when).clamp(registered.min(today), today);
            let (at, author) = (self.moment(on_day), self.person(who)?);
            let update = UpdateId::new();
            let entry = Entry::new("update", update, "posted an update").in_project(id).change("Update", "", words);
            self.events.push(Event { at, actor: Some(author), entry });
            rows.updates.push(store::Update {
                id: update,
                project_id: id,
                on_day,
                words: words.clone(),
                author_id: author,
                created_at: moment(at),
            });
        }
        Ok(())
    }
}
