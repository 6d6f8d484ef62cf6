//! Deciding about pairs of projects, and taking a decision back.

use leptos::prelude::*;

use super::model::{DecideForm, LinkKind, UndoForm};
use super::store;
use crate::access::Coordinate;
use crate::error::Error;
use crate::request::{Request, redirect};

/// Decides what two projects are to each other.
#[server(endpoint = "look-alikes/decide")]
pub async fn decide(#[server(flatten)] form: DecideForm) -> Result<(), Error> {
    let request = Request::current();
    let decision = form.parse()?;
    let mut change = request.store.write().await?;
    let allowed = request.require(&mut change, Coordinate(request.person()?.trust)).await?;
    store::decide(&mut change, &allowed, &decision).await?;
    change.commit().await?;
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
    let link = form.parse()?;
    let mut change = request.store.write().await?;
    let allowed = request.require(&mut change, Coordinate(request.person()?.trust)).await?;
    let (project, kind) = store::undo(&mut change, &allowed, link).await?;
    change.commit().await?;
    redirect(match kind {
        LinkKind::NotAlike => "/look-alikes?view=decided&done=unlinked".to_owned(),
        _ => format!("/projects/{project}?done=unlinked"),
    });
    Ok(())
}
