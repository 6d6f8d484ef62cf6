//! A project with a measure, for the tests of what is recorded of it.

use crate::access::{Allowed, RecordMeasurement};
use crate::db::Connection;
use crate::error::Error;
use crate::id::{MeasureId, PersonId, ProjectId};
use crate::measures::series::{Measure, Measurement};
use crate::measures::store;
use crate::testing::Fixture;

/// A [`Fixture`] with a project, and a weekly percentage of it without points.
#[derive(Debug)]
pub struct Scene {
    /// The trust and its people.
    pub fixture: Fixture,
    /// Led by the fixture's trainee.
    pub project: ProjectId,
    /// Its only measure.
    pub measure: MeasureId,
}

impl Scene {
    /// The scene in a store of its own.
    pub async fn new() -> Self {
        let fixture = Fixture::new().await;
        let project = fixture.project("Sepsis").await;
        let measure = fixture.measure(project).await;
        Self { fixture, project, measure }
    }

    /// Makes a change as somebody who may record points, and commits it.
    ///
    /// # Errors
    /// [`Error::Forbidden`] when they may not, and the change's own.
    pub async fn act<T>(
        &self,
        who: PersonId,
        act: impl AsyncFnOnce(&mut Connection, &Allowed<RecordMeasurement>, &Measure) -> Result<T, Error>,
    ) -> Result<T, Error> {
        let request = self.fixture.request(Some(who)).await;
        let mut change = self.fixture.store.write().await?;
        let allowed = request.require(&mut change, RecordMeasurement(self.project)).await?;
        let measure = store::measure(&mut change, self.measure).await?;
        let done = act(&mut change, &allowed, &measure).await?;
        change.commit().await?;
        Ok(done)
    }

    /// Every point, void ones too, newest first.
    pub async fn points(&self) -> Vec<Measurement> {
        let mut conn = self.fixture.store.read().await.expect("a reader");
        store::measurements(&mut conn, self.measure).await.expect("points")
    }
}
