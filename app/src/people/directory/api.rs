//! Adding and changing people, their posts, periods away, addresses, accounts and trust roles.

use leptos::prelude::*;

use super::model::{
    AddressForm, AwayForm, EndForm, FirstPasswordForm, NameForm, NewPersonForm, PostForm, RoleDates, RoleForm,
    TrustRole,
};
use super::store;
use crate::access::{GrantRoles, ManageOrganisation};
use crate::db::Connection;
use crate::error::Error;
use crate::id::{AwayId, PersonId, PostId, TrustId};
use crate::people::ties::store::Tied;
use crate::people::{codes, password};
use crate::web::confirm;
use crate::web::request::{Request, redirect};

fn done(tied: Tied) -> &'static str {
    match tied {
        Tied::Accepted => "saved",
        Tied::Asked => "asked",
    }
}

/// Adds somebody with their first post.
#[server(endpoint = "people/add")]
pub async fn add_person(#[server(flatten)] form: NewPersonForm) -> Result<(), Error> {
    let request = Request::current();
    let trust = request.person()?.trust;
    let (id, tied) = request
        .change(ManageOrganisation(trust), async |conn, allowed| store::add_person(conn, allowed, &form.parse()?).await)
        .await?;
    redirect(format!("/people/{id}?done={}", done(tied)));
    Ok(())
}

/// Changes a person's name.
#[server(endpoint = "people/rename")]
pub async fn rename_person(id: PersonId, version: i64, #[server(flatten)] form: NameForm) -> Result<(), Error> {
    let request = Request::current();
    let trust = request.person()?.trust;
    request
        .change(ManageOrganisation(trust), async |conn, allowed| {
            store::rename(conn, allowed, id, version, &form.parse()?).await
        })
        .await?;
    redirect(format!("/people/{id}?done=saved"));
    Ok(())
}

/// Adds a post.
#[server(endpoint = "posts/add")]
pub async fn add_post(person: PersonId, #[server(flatten)] form: PostForm) -> Result<(), Error> {
    let request = Request::current();
    let trust = request.person()?.trust;
    let tied = request
        .change(ManageOrganisation(trust), async |conn, allowed| {
            store::add_post(conn, allowed, person, &form.parse()?).await
        })
        .await?;
    redirect(format!("/people/{person}?done={}", done(tied)));
    Ok(())
}

/// Changes a post.
#[server(endpoint = "posts/edit")]
pub async fn edit_post(
    id: PostId,
    version: i64,
    #[server(default)] confirmed: String,
    #[server(flatten)] form: PostForm,
) -> Result<(), Error> {
    let request = Request::current();
    let trust = request.person()?.trust;
    let person = confirm::change(&request, ManageOrganisation(trust), &confirmed, async |conn, allowed| {
        store::edit_post(conn, allowed, id, version, &form.parse()?).await
    })
    .await?;
    redirect(format!("/people/{person}?done=saved"));
    Ok(())
}

/// Sets the last day of a post.
#[server(endpoint = "posts/end")]
pub async fn end_post(
    id: PostId,
    version: i64,
    #[server(default)] confirmed: String,
    #[server(flatten)] form: EndForm,
) -> Result<(), Error> {
    let request = Request::current();
    let trust = request.person()?.trust;
    let person = confirm::change(&request, ManageOrganisation(trust), &confirmed, async |conn, allowed| {
        store::end_post(conn, allowed, id, version, form.parse()?).await
    })
    .await?;
    redirect(format!("/people/{person}?done=saved"));
    Ok(())
}

/// Removes a post that was added by mistake.
#[server(endpoint = "posts/remove")]
pub async fn remove_post(id: PostId, #[server(default)] confirmed: String) -> Result<(), Error> {
    let request = Request::current();
    let trust = request.person()?.trust;
    let person = confirm::change(&request, ManageOrganisation(trust), &confirmed, async |conn, allowed| {
        store::remove_post(conn, allowed, id).await
    })
    .await?;
    redirect(
        person.map_or_else(|| "/people?done=removed".to_owned(), |person| format!("/people/{person}?done=removed")),
    );
    Ok(())
}

/// Adds a period away.
#[server(endpoint = "away/add")]
pub async fn add_away(
    person: PersonId,
    #[server(default)] confirmed: String,
    #[server(flatten)] form: AwayForm,
) -> Result<(), Error> {
    let request = Request::current();
    let trust = request.person()?.trust;
    confirm::change(&request, ManageOrganisation(trust), &confirmed, async |conn, allowed| {
        store::add_away(conn, allowed, person, &form.parse()?).await
    })
    .await?;
    redirect(format!("/people/{person}?done=saved"));
    Ok(())
}

/// Removes a period away.
#[server(endpoint = "away/remove")]
pub async fn remove_away(id: AwayId, #[server(default)] confirmed: String) -> Result<(), Error> {
    let request = Request::current();
    let trust = request.person()?.trust;
    let person = confirm::change(&request, ManageOrganisation(trust), &confirmed, async |conn, allowed| {
        store::remove_away(conn, allowed, id).await
    })
    .await?;
    redirect(format!("/people/{person}?done=removed"));
    Ok(())
}

/// Adds an address that is confirmed to be the person's.
#[server(endpoint = "people/address/add")]
pub async fn add_address(person: PersonId, #[server(flatten)] form: AddressForm) -> Result<(), Error> {
    let request = Request::current();
    let trust = request.person()?.trust;
    request
        .change(ManageOrganisation(trust), async |conn, allowed| {
            store::add_address(conn, allowed, person, &form.parse()?).await
        })
        .await?;
    redirect(format!("/people/{person}/account?done=saved"));
    Ok(())
}

/// Confirms that an address is the person's.
#[server(endpoint = "people/address/confirm")]
pub async fn confirm_address(person: PersonId, #[server(flatten)] form: AddressForm) -> Result<(), Error> {
    let request = Request::current();
    let trust = request.person()?.trust;
    request
        .change(ManageOrganisation(trust), async |conn, allowed| {
            store::confirm_address(conn, allowed, person, &form.parse()?).await
        })
        .await?;
    redirect(format!("/people/{person}/account?done=saved"));
    Ok(())
}

/// Removes an address.
#[server(endpoint = "people/address/remove")]
pub async fn remove_address(person: PersonId, #[server(flatten)] form: AddressForm) -> Result<(), Error> {
    let request = Request::current();
    let trust = request.person()?.trust;
    request
        .change(ManageOrganisation(trust), async |conn, allowed| {
            store::remove_address(conn, allowed, person, &form.parse()?).await
        })
        .await?;
    redirect(format!("/people/{person}/account?done=removed"));
    Ok(())
}

/// Gives a first password to somebody who has none.
#[server(endpoint = "people/give-sign-in")]
pub async fn give_sign_in(person: PersonId, #[server(flatten)] form: FirstPasswordForm) -> Result<(), Error> {
    let request = Request::current();
    let trust = request.person()?.trust;
    // Asked before the hash is worked out, outside the change in which it is asked again: the writer
    // waits for nothing but SQL.
    let mut conn = request.store.read().await?;
    let allowed = request.require(&mut conn, ManageOrganisation(trust)).await?;
    store::may_give_sign_in(&mut conn, &allowed, person).await?;
    drop(conn);
    let typed = form.parse()?;
    let hash = password::hash(typed).await?;
    request
        .change(ManageOrganisation(trust), async |conn, allowed| {
            store::give_sign_in(conn, allowed, person, &hash).await
        })
        .await?;
    redirect(format!("/people/{person}/account?done=saved"));
    Ok(())
}

/// Makes a code with which somebody who has forgotten their password sets a new one.
#[server(endpoint = "people/password-code")]
pub async fn make_password_code(person: PersonId) -> Result<(), Error> {
    let request = Request::current();
    let (trust, maker) = request.person().map(|person| (person.trust, person.id))?;
    let mut conn = request.store.read().await?;
    let allowed = request.require(&mut conn, ManageOrganisation(trust)).await?;
    store::may_give_password_code(&mut conn, &allowed, person).await?;
    drop(conn);
    let (code, stored) = codes::for_password(request.now).await?;
    request
        .change(ManageOrganisation(trust), async |conn, allowed| {
            store::give_password_code(conn, allowed, person, &stored).await
        })
        .await?;
    let key = request.codes.keep(maker, person, code, request.now);
    redirect(format!("/people/{person}/code?for=password&key={key}"));
    Ok(())
}

/// Makes a code with which somebody whom the trust asks accepts it.
#[server(endpoint = "people/answer-code")]
pub async fn make_answer_code(person: PersonId) -> Result<(), Error> {
    let request = Request::current();
    let (trust, maker) = request.person().map(|person| (person.trust, person.id))?;
    let mut conn = request.store.read().await?;
    request.require(&mut conn, ManageOrganisation(trust)).await?;
    store::person(&mut conn, trust, person).await?;
    drop(conn);
    let (code, stored) = codes::for_answer(request.now).await?;
    request
        .change(ManageOrganisation(trust), async |conn, allowed| {
            store::give_answer_code(conn, allowed, person, &stored).await
        })
        .await?;
    let key = request.codes.keep(maker, person, code, request.now);
    redirect(format!("/people/{person}/code?for=answer&key={key}"));
    Ok(())
}

/// Names another academy lead, with no end date, before the last one goes.
async fn name_another(request: &Request, conn: &mut Connection, trust: TrustId, successor: &str) -> Result<(), Error> {
    if successor.is_empty() {
        return Ok(());
    }
    let allowed = request.require(conn, GrantRoles(trust)).await?;
    let named = successor.parse().map_err(|_| Error::field("successor", "Choose somebody from the list."))?;
    store::grant(conn, &allowed, named, TrustRole::AcademyLead, RoleDates::default()).await
}

/// Closes a person's account. Of the last academy lead, `successor` takes over.
#[server(endpoint = "people/close")]
pub async fn close_account(
    person: PersonId,
    #[server(default)] successor: String,
    #[server(default)] confirmed: String,
) -> Result<(), Error> {
    let request = Request::current();
    let trust = request.person()?.trust;
    confirm::change(&request, ManageOrganisation(trust), &confirmed, async |conn, allowed| {
        name_another(&request, conn, trust, &successor).await?;
        store::close(conn, allowed, person).await
    })
    .await?;
    redirect(format!("/people/{person}?done=saved"));
    Ok(())
}

/// Opens a closed account again.
#[server(endpoint = "people/reopen")]
pub async fn reopen_account(person: PersonId) -> Result<(), Error> {
    let request = Request::current();
    let trust = request.person()?.trust;
    request.change(ManageOrganisation(trust), async |conn, allowed| store::reopen(conn, allowed, person).await).await?;
    redirect(format!("/people/{person}/account?done=saved"));
    Ok(())
}

fn role(typed: &str) -> Result<TrustRole, Error> {
    typed.parse().map_err(|_| Error::NotFound)
}

/// Grants a role in the trust.
#[server(endpoint = "people/grant-role")]
pub async fn grant_role(
    person: PersonId,
    role: String,
    #[server(default)] confirmed: String,
    #[server(flatten)] form: RoleForm,
) -> Result<(), Error> {
    let request = Request::current();
    let trust = request.person()?.trust;
    confirm::change(&request, GrantRoles(trust), &confirmed, async |conn, allowed| {
        store::grant(conn, allowed, person, self::role(&role)?, form.parse(allowed.today())?).await
    })
    .await?;
    redirect(format!("/people/{person}/account?done=saved"));
    Ok(())
}

/// Says the last day of a role in the trust, or that it has none. Of the last academy lead, `successor` takes over.
#[server(endpoint = "people/date-role")]
pub async fn date_role(
    person: PersonId,
    role: String,
    #[server(default)] successor: String,
    #[server(default)] confirmed: String,
    #[server(flatten)] form: RoleForm,
) -> Result<(), Error> {
    let request = Request::current();
    let trust = request.person()?.trust;
    confirm::change(&request, GrantRoles(trust), &confirmed, async |conn, allowed| {
        let last_on = form.parse(allowed.today())?.last_on;
        name_another(&request, conn, trust, &successor).await?;
        store::date_role(conn, allowed, person, self::role(&role)?, last_on).await
    })
    .await?;
    redirect(format!("/people/{person}/account?done=saved"));
    Ok(())
}

/// Takes a role in the trust away. Of the last academy lead, `successor` takes over.
#[server(endpoint = "people/take-role")]
pub async fn take_role(
    person: PersonId,
    role: String,
    #[server(default)] successor: String,
    #[server(default)] confirmed: String,
) -> Result<(), Error> {
    let request = Request::current();
    let trust = request.person()?.trust;
    let (manages, known) = confirm::change(&request, GrantRoles(trust), &confirmed, async |conn, allowed| {
        name_another(&request, conn, trust, &successor).await?;
        store::take(conn, allowed, person, self::role(&role)?).await?;
        let manages = request.may(conn, ManageOrganisation(trust)).await?;
        Ok((manages, store::is_known(conn, trust, person).await?))
    })
    .await?;
    // Whoever gave their own role up may not read that page any more, nor is there one of whom nothing is left.
    redirect(match (manages, known) {
        (false, _) => "/?done=saved".to_owned(),
        (true, false) => "/people?done=saved".to_owned(),
        (true, true) => format!("/people/{person}/account?done=saved"),
    });
    Ok(())
}
