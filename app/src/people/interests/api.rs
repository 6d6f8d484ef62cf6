//! Saying what one looks for and offers.

use leptos::prelude::*;

use super::model::InterestForm;
use super::store;
use crate::access::ChangeOwnDates;
use crate::error::Error;
use crate::web::request::{Request, redirect};

/// Says what one looks for and offers, in the place of what one said before.
#[server(endpoint = "account/interests")]
pub async fn say_interests(#[server(flatten)] form: InterestForm) -> Result<(), Error> {
    let request = Request::current();
    let me = request.person()?.id;
    request
        .change(ChangeOwnDates(me), async |conn, allowed| {
            store::say(conn, allowed, &form.parse(allowed.today())?).await
        })
        .await?;
    redirect("/account/interests?done=saved");
    Ok(())
}
