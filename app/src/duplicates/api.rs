//! Suggesting projects like one, deciding about pairs of projects, and taking a decision back.

use http::HeaderValue;
use http::header::CACHE_CONTROL;
use leptos::prelude::*;
use leptos::server_fn::codec::GetUrl;
use leptos_axum::ResponseOptions;

use super::model::{DecideForm, ENOUGH_WORDS, LinkKind, Query, UndoForm};
use super::{found, store};
use crate::access::{Coordinate, RegisterProject};
use crate::error::Error;
use crate::web::request::{Request, redirect};

/// The projects of the visitor's trust that are most like a title, which may still be being typed: as
/// the form that registers a project shows them.
#[server(endpoint = "similar", input = GetUrl)]
pub async fn find_similar(title: String) -> Result<String, Error> {
    let request = Request::current();
    expect_context::<ResponseOptions>().insert_header(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    let trust = request.person()?.trust;
    let mut conn = request.store.read().await?;
    request.require(&mut conn, RegisterProject(trust)).await?;
    let query = Query::typed(&title);
    let asked = query.words.len() >= ENOUGH_WORDS;
    let similar =
        if asked { store::similar(&mut conn, trust, &query, None, request.today()).await? } else { Vec::new() };
    Ok(found::similar_found(similar, asked).to_html())
}

/// Decides what two projects are to each other.
#[server(endpoint = "look-alikes/decide")]
pub async fn decide(#[server(flatten)] form: DecideForm) -> Result<(), Error> {
    let request = Request::current();
    let trust = request.person()?.trust;
    request.change(Coordinate(trust), async |conn, allowed| store::decide(conn, allowed, &form.parse()?).await).await?;
    redirect(match form.before.parse::<i64>() {
        Ok(before) => format!("/look-alikes?before={before}&done=linked"),
        Err(_) => "/look-alikes?done=linked".to_owned(),
    });
    Ok(())
}

/// Takes a decision back.
#[server(endpoint = "look-alikes/undo")]
pub async fn undo_decision(#[server(flatten)] form: UndoForm) -> Result<(), Error> {
    let request = Request::current();
    let trust = request.person()?.trust;
    let (project, kind) = request
        .change(Coordinate(trust), async |conn, allowed| store::undo(conn, allowed, form.parse()?).await)
        .await?;
    redirect(match kind {
        LinkKind::NotAlike => "/look-alikes?view=decided&done=unlinked".to_owned(),
        _ => format!("/projects/{project}?done=unlinked"),
    });
    Ok(())
}
