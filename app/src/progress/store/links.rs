//! Links: where a project's files and tools are, and whose account they are kept in.

use sqlx::FromRow;

use super::kinds::{LINKS, has_room_for_new};
use crate::access::{Allowed, WriteProgress};
use crate::db::Connection;
use crate::error::Error;
use crate::history::{self, Entry};
use crate::id::{ProjectId, WebLinkId};
use crate::progress::model::{LinkDetails, LinkKind};

/// A link.
#[derive(Clone, Debug, FromRow)]
pub struct WebLink {
    pub id: WebLinkId,
    pub project_id: ProjectId,
    pub kind: LinkKind,
    pub title: String,
    pub address: String,
    /// Whose account it is kept in.
    pub account: String,
    pub removed: bool,
    pub version: i64,
}

macro_rules! select_links {
    ($rest:literal) => {
        concat!(
            "select k.id, k.project_id, k.kind, k.title, k.address, k.account, k.removed_at is not null as removed, k.version
             from web_link k ",
            $rest
        )
    };
}

/// What [`of_project`] asks: `$1` the project. [`WebLink`] rows.
pub const OF_PROJECT: &str = select_links!("where k.project_id = $1 and k.removed_at is null order by k.id");

/// The links of a project, in the order in which they were added.
///
/// # Errors
/// When the store cannot be read.
pub async fn of_project(conn: &mut Connection, project: ProjectId) -> Result<Vec<WebLink>, Error> {
    Ok(sqlx::query_as(OF_PROJECT).bind(project).fetch_all(conn).await?)
}

/// The links that were deleted, the latest first.
///
/// # Errors
/// When the store cannot be read.
pub async fn removed(conn: &mut Connection, project: ProjectId) -> Result<Vec<WebLink>, Error> {
    Ok(sqlx::query_as(select_links!(
        "where k.project_id = $1 and k.removed_at is not null order by k.removed_at desc limit 20"
    ))
    .bind(project)
    .fetch_all(conn)
    .await?)
}

/// A link.
///
/// # Errors
/// [`Error::NotFound`] when there is none.
pub async fn link(conn: &mut Connection, link: WebLinkId) -> Result<WebLink, Error> {
    Ok(sqlx::query_as(select_links!("where k.id = $1")).bind(link).fetch_one(conn).await?)
}

/// Adds a link.
///
/// # Errors
/// [`Error::Invalid`] when there are too many.
pub async fn add(
    conn: &mut Connection,
    allowed: &Allowed<WriteProgress>,
    said: &LinkDetails,
) -> Result<WebLinkId, Error> {
    let (id, project) = (WebLinkId::new(), allowed.project());
    has_room_for_new(conn, project, &LINKS).await?;
    sqlx::query(
        "insert into web_link (id, project_id, kind, title, address, account, author_id, created_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8)",
    )
    .bind(id)
    .bind(project)
    .bind(said.kind)
    .bind(&said.title)
    .bind(&said.address)
    .bind(&said.account)
    .bind(allowed.person()?)
    .bind(allowed.now)
    .execute(&mut *conn)
    .await?;
    let entry = Entry::new("link", id, "added a link")
        .in_project(project)
        .change("Title", "", &said.title)
        .change("Address", "", &said.address)
        .change("Account", "", &said.account);
    history::record(conn, allowed, entry).await?;
    Ok(id)
}

/// Changes a link, if it still has the version that the change was made from.
///
/// # Errors
/// [`Error::Conflict`] when somebody else was faster.
pub async fn edit(
    conn: &mut Connection,
    allowed: &Allowed<WriteProgress>,
    before: &WebLink,
    said: &LinkDetails,
    version: i64,
) -> Result<(), Error> {
    let edited = sqlx::query(
        "update web_link set kind = $3, title = $4, address = $5, account = $6, version = version + 1
         where id = $1 and project_id = $2 and version = $7 and removed_at is null",
    )
    .bind(before.id)
    .bind(allowed.project())
    .bind(said.kind)
    .bind(&said.title)
    .bind(&said.address)
    .bind(&said.account)
    .bind(version)
    .execute(&mut *conn)
    .await?;
    crate::db::expect_one(edited)?;
    let entry = Entry::new("link", before.id, "changed a link")
        .in_project(allowed.project())
        .change("What is there", before.kind.label(), said.kind.label())
        .change("Title", &before.title, &said.title)
        .change("Address", &before.address, &said.address)
        .change("Account", &before.account, &said.account);
    history::record(conn, allowed, entry).await
}
