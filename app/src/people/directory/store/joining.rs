//! Adding people.

use super::people::{Person, person};
use super::posts::insert_post;
use super::roles::put_role;
use crate::access::{Allowed, GrantRoles, ManageOrganisation};
use crate::db::Connection;
use crate::error::{Error, FieldError};
use crate::history::{self, Entry};
use crate::id::PersonId;
use crate::people::directory::model::{NewPerson, RoleDates, TrustRole};
use crate::people::store::{give_password, insert_address, insert_person, person_with_address};
use crate::people::ties::store::{self as ties, Again, Tied};

/// Adds somebody with their first post in the trust. Somebody who is known by the same address is the
/// same person: they are asked, unless nothing but this trust is known of them, and keep their name.
///
/// # Errors
/// [`Error::Invalid`] with a link when the trust has them in its list already.
pub async fn add_person(
    conn: &mut Connection,
    allowed: &Allowed<ManageOrganisation>,
    new: &NewPerson,
) -> Result<(PersonId, Tied), Error> {
    let trust = allowed.trust();
    if let Some(address) = &new.address
        && let Some(id) = person_with_address(conn, address).await?
    {
        return match person(conn, trust, id).await {
            Ok(Person { name, .. }) => Err(Error::Invalid(vec![FieldError {
                link: Some(format!("/people/{id}")),
                ..FieldError::new(
                    "address",
                    format!("This is the address of {name}. Open their page and add the post there."),
                )
            }])),
            Err(Error::NotFound) => {
                let tied = ties::ask(conn, allowed, trust, id, &new.name, Again::Yes).await?;
                ties::note_address(conn, trust, id, address).await?;
                insert_post(conn, allowed, id, &new.post).await?;
                Ok((id, tied))
            }
            Err(other) => Err(other),
        };
    }
    let id = insert_person(conn, &new.name, allowed.now).await?;
    let mut entry = Entry::new("person", id, "added").change("Name", "", &new.name);
    if let Some(address) = &new.address {
        insert_address(conn, id, address, Some(allowed.now), allowed.now).await?;
        entry = entry.change("Address", "", address);
    }
    ties::insert_new(conn, allowed, trust, id, &new.name).await?;
    history::record(conn, allowed, entry).await?;
    insert_post(conn, allowed, id, &new.post).await?;
    Ok((id, Tied::Accepted))
}

/// Adds a trust's first person, with a role, a confirmed address and a first password.
///
/// # Errors
/// [`Error::Invalid`] when somebody has the address.
pub async fn add_first_person(
    conn: &mut Connection,
    allowed: &Allowed<GrantRoles>,
    name: &str,
    address: &str,
    password_hash: &str,
    role: TrustRole,
) -> Result<PersonId, Error> {
    let trust = allowed.trust();
    if person_with_address(conn, address).await?.is_some() {
        return Err(Error::field("address", "Somebody has this address already."));
    }
    let id = insert_person(conn, name, allowed.now).await?;
    insert_address(conn, id, address, Some(allowed.now), allowed.now).await?;
    give_password(conn, id, password_hash, None, allowed.now).await?;
    put_role(conn, allowed, id, role, RoleDates::default()).await?;
    ties::insert_new(conn, allowed, trust, id, name).await?;
    history::record(conn, allowed, Entry::new("person", id, "made first person").change("role", "", role)).await?;
    Ok(id)
}
