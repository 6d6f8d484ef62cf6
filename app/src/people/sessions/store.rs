//! One's own sessions: their SQL. They are written in [`crate::visitor`].

use chrono::{DateTime, Utc};
use sqlx::FromRow;

use crate::db::Connection;
use crate::error::Error;
use crate::id::PersonId;
use crate::visitor::Sessions;

/// A session that is not over.
#[derive(Clone, Debug, FromRow)]
pub struct Own {
    /// The SHA-256 of its token, by which the store knows it: with it nobody signs in.
    pub session: String,
    /// In rough words; empty when the browser said nothing.
    pub device: String,
    /// The trust in which it works.
    pub trust: String,
    pub created_at: DateTime<Utc>,
    pub seen_at: DateTime<Utc>,
}

/// A person's sessions that are not over, the last used first.
///
/// # Errors
/// When the store cannot be read.
pub async fn sessions(
    conn: &mut Connection,
    person: PersonId,
    kept: Sessions,
    now: DateTime<Utc>,
) -> Result<Vec<Own>, Error> {
    Ok(sqlx::query_as(
        "select s.token_hash as session, s.device, t.name as trust, s.created_at, s.seen_at
         from session s join trust t on t.id = s.trust_id
         where s.person_id = $1 and s.ended_at is null and s.seen_at > $2 and s.created_at > $3
         order by s.seen_at desc, s.created_at desc",
    )
    .bind(person)
    .bind(now - kept.idle)
    .bind(now - kept.absolute)
    .fetch_all(conn)
    .await?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{Fixture, Result, noon};
    use crate::visitor::{self, Visitor};
    use chrono::Duration;

    #[tokio::test]
    async fn one_sees_ones_sessions_and_ends_those_of_ones_own() -> Result {
        let at = Fixture::new().await;
        let kept = at.request(None).await.sessions;
        let mut change = at.store.write().await?;
        let whose = (at.trainee, at.trust);
        let ward = kept.begin(&mut change, None, whose, false, noon() - Duration::minutes(30)).await?;
        let phone = kept.begin(&mut change, None, whose, false, noon()).await?;
        kept.begin(&mut change, None, whose, false, noon() - Duration::hours(3)).await?;
        let other = kept.begin(&mut change, None, (at.colleague, at.trust), false, noon()).await?;
        visitor::note_device(&mut change, &ward, "Edge on Windows").await?;
        let mine = sessions(&mut change, at.trainee, kept, noon()).await?;
        let devices: Vec<_> = mine.iter().map(|one| one.device.as_str()).collect();
        assert_eq!(devices, ["", "Edge on Windows"], "what is over is not among them");

        visitor::end_own_session(&mut change, at.colleague, &mine[1].session, noon()).await?;
        assert_eq!(sessions(&mut change, at.trainee, kept, noon()).await?.len(), 2, "nobody ends somebody else's");
        visitor::end_own_session(&mut change, at.trainee, &mine[1].session, noon()).await?;
        assert!(matches!(kept.visitor(&mut change, Some(&ward), noon()).await?, Visitor::Nobody));
        kept.begin(&mut change, None, whose, false, noon()).await?;
        visitor::end_other_sessions(&mut change, at.trainee, &mine[0].session, noon()).await?;
        assert_eq!(sessions(&mut change, at.trainee, kept, noon()).await?.len(), 1);
        assert!(matches!(kept.visitor(&mut change, Some(&phone), noon()).await?, Visitor::Person(_)));
        assert!(matches!(kept.visitor(&mut change, Some(&other), noon()).await?, Visitor::Person(_)));
        Ok(())
    }
}
