//! Asking for a link that is mailed: the answer says nothing about the address, not even by the time that it takes.

use std::future::Future;
use std::time::Duration;

use crate::error::Error;
use crate::web::attempts::{Door, Whose};
use crate::web::request::Request;

/// Whoever asks waits so long for the answer, whatever becomes of it.
const SAME_TIME: Duration = Duration::from_millis(300);

/// Has a link mailed on a task of its own, and waits for the clock alone: how long the work takes would tell known
/// addresses from others. Of one client only so many are under way; how many mails somebody gets is counted where they are
/// written, because what is counted here would say whether an address was asked for before.
///
/// # Errors
/// [`Error::TooMany`] when too many of the client's are under way.
pub async fn mail_apart(
    request: &Request,
    work: impl Future<Output = Result<(), Error>> + Send + 'static,
) -> Result<(), Error> {
    let attempt = request.attempts.reserve(Door::Mail, Whose::Nobody(&request.id), &request.client, request.now)?;
    tokio::spawn(async move {
        if let Err(error) = work.await {
            tracing::warn!(%error, "a link could not be mailed");
        }
    });
    tokio::time::sleep(SAME_TIME).await;
    attempt.succeeded();
    Ok(())
}
