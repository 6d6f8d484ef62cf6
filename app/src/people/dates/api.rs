//! Saying one's own dates.

use leptos::prelude::*;

use super::model::{LastDayForm, MoveForm, own_period};
use super::store;
use crate::access::ChangeOwnDates;
use crate::error::Error;
use crate::id::{AwayId, PostId};
use crate::people::directory::model::AwayForm;
use crate::web::confirm;
use crate::web::request::{Request, redirect};

const SAVED: &str = "/account/dates?done=dates";

/// Says that one's own post ends on its last day.
#[server(endpoint = "account/dates/confirm")]
pub async fn confirm_own_end(id: PostId, version: i64, #[server(default)] confirmed: String) -> Result<(), Error> {
    let request = Request::current();
    let me = request.person()?.id;
    confirm::change(&request, ChangeOwnDates(me), &confirmed, async |conn, allowed| {
        store::confirm_end(conn, allowed, id, version).await
    })
    .await?;
    redirect(SAVED);
    Ok(())
}

/// Says another last day of one's own post.
#[server(endpoint = "account/dates/last-day")]
pub async fn say_last_day(
    id: PostId,
    version: i64,
    #[server(default)] confirmed: String,
    #[server(flatten)] form: LastDayForm,
) -> Result<(), Error> {
    let request = Request::current();
    let me = request.person()?.id;
    confirm::change(&request, ChangeOwnDates(me), &confirmed, async |conn, allowed| {
        store::own_post(conn, allowed, id).await?;
        store::say_last_day(conn, allowed, id, version, form.parse(allowed.today())?).await
    })
    .await?;
    redirect(SAVED);
    Ok(())
}

/// Says that one moves to another department.
#[server(endpoint = "account/dates/move")]
pub async fn say_move(
    id: PostId,
    version: i64,
    #[server(default)] confirmed: String,
    #[server(flatten)] form: MoveForm,
) -> Result<(), Error> {
    let request = Request::current();
    let me = request.person()?.id;
    confirm::change(&request, ChangeOwnDates(me), &confirmed, async |conn, allowed| {
        store::own_post(conn, allowed, id).await?;
        store::move_on(conn, allowed, id, version, form.parse(allowed.today())?).await
    })
    .await?;
    redirect(SAVED);
    Ok(())
}

/// Says that one is away.
#[server(endpoint = "account/dates/away")]
pub async fn say_away(#[server(default)] confirmed: String, #[server(flatten)] form: AwayForm) -> Result<(), Error> {
    let request = Request::current();
    let me = request.person()?.id;
    confirm::change(&request, ChangeOwnDates(me), &confirmed, async |conn, allowed| {
        store::say_away(conn, allowed, &own_period(&form, allowed.today())?).await
    })
    .await?;
    redirect(SAVED);
    Ok(())
}

/// Takes a period away back that one said oneself.
#[server(endpoint = "account/dates/not-away")]
pub async fn take_back_away(id: AwayId, #[server(default)] confirmed: String) -> Result<(), Error> {
    let request = Request::current();
    let me = request.person()?.id;
    confirm::change(&request, ChangeOwnDates(me), &confirmed, async |conn, allowed| {
        store::take_back_away(conn, allowed, id).await
    })
    .await?;
    redirect(SAVED);
    Ok(())
}
