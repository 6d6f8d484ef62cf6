//! What deriving costs.

use std::time::{Duration, Instant};

use super::*;
use crate::demo::bulk::{self, Size};
use crate::testing::noon;

#[tokio::test]
#[ignore = "it measures: cargo nextest run --release -p app --run-ignored all -E 'test(derived) & test(load)'"]
async fn five_hundred_posts_that_change_derive_their_projects_in_a_fifth_of_a_second() -> Result {
    let folder = tempfile::tempdir()?;
    let store = Store::open(&folder.path().join("baton.db"), crate::continuity::derived::DERIVED).await?;
    bulk::fill(&store, Size { trusts: 1, people: 900, projects: 4000, measurements: 8000 }, noon()).await?;
    let mut change = store.write().await?;
    let posts = "update post set end_confirmed = 1 where id in (select o.id from post o order by random() limit 500)";
    sqlx::query(posts).execute(&mut *change).await?;
    let marked = count(&mut change, "select count(*) from standing_stale").await?;
    sqlx::query(
        "delete from standing_stale where project_id not in (select project_id from standing_stale order by random() limit 1500)",
    )
    .execute(&mut *change)
    .await?;
    let began = Instant::now();
    drain(&mut change).await?;
    let took = began.elapsed();
    assert!(marked >= 1500, "only {marked} projects were marked");
    assert!(took < Duration::from_millis(200), "{took:?}");
    Ok(())
}
