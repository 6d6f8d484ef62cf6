//! Changes whose effect on projects is shown before they are made. Each press of the button makes the change and works
//! out what it does; what was not seen of it is undone, so that nothing comes between what is seen and what is kept. Where that would change where projects stand, the form comes back as it was typed, with what it
//! does above its button ([`crate::web::ui::Form::effects`]). The second press carries what was seen.

use crate::access::{Act, Allowed, ManageTeam, OfferHandover};
use crate::db::{Connection, Effect, Effects, Mend};
use crate::error::{Consequence, Error, Unconfirmed};
use crate::id::ProjectId;
use crate::web::request::Request;

/// The field that carries what was seen of a change's effects.
pub const CONFIRMED: &str = "confirmed";

/// As [`Request::change`], once whoever asks has seen what it does to projects; at once when it does nothing to any.
/// It is never refused for what it does.
///
/// # Errors
/// [`Error::Unconfirmed`] with what it does, when that is not what `confirmed` stands for; else those of
/// [`Request::change`].
pub async fn change<A: Act, T>(
    request: &Request,
    act: A,
    confirmed: &str,
    write: impl AsyncFnOnce(&mut Connection, &Allowed<A>) -> Result<T, Error>,
) -> Result<T, Error> {
    let mut unseen = None;
    let done = request.change(act, async |conn, allowed| {
        let done = write(conn, allowed).await?;
        let effects = request.store.effects(conn, allowed.today()).await?;
        if effects.are_seen(confirmed) {
            return Ok(done);
        }
        unseen = Some(effects);
        Err(Error::Conflict)
    });
    let done = done.await;
    match unseen {
        Some(effects) => Err(Error::Unconfirmed(told(request, effects).await?)),
        None => done,
    }
}

/// What a change would do to projects; none when it does nothing to any. The change is undone.
///
/// # Errors
/// Those of [`Request::change`].
pub async fn preview<A: Act, T>(
    request: &Request,
    act: A,
    write: impl AsyncFnOnce(&mut Connection, &Allowed<A>) -> Result<T, Error>,
) -> Result<Option<Unconfirmed>, Error> {
    let mut seen = None;
    let undone = request.change(act, async |conn, allowed| {
        write(conn, allowed).await?;
        seen = Some(request.store.effects(conn, allowed.today()).await?);
        Err::<(), _>(Error::Conflict)
    });
    let undone = undone.await;
    match seen {
        None => undone.map(|()| None),
        Some(effects) if effects.lines.is_empty() => Ok(None),
        Some(effects) => Ok(Some(told(request, effects).await?)),
    }
}

/// A change's effects as sentences, each of a project with the way to it, and to what mends it where whoever asks may.
async fn told(request: &Request, effects: Effects) -> Result<Unconfirmed, Error> {
    let mut conn = request.store.read().await?;
    let mut lines = Vec::new();
    for effect in effects.lines {
        let mend = mend(request, &mut conn, &effect).await?;
        lines.push(Consequence {
            text: format!("{}: {}", effect.project, effect.text),
            link: effect.id.map(|id| format!("/projects/{}", ProjectId(id))),
            mend,
        });
    }
    Ok(Unconfirmed { lines, digest: effects.digest, doubt: false })
}

/// The page on which what is lost is mended, and what its link says.
async fn mend(request: &Request, conn: &mut Connection, effect: &Effect) -> Result<Option<(String, String)>, Error> {
    let (Some(id), Some(mend)) = (effect.id.map(ProjectId), effect.mend) else { return Ok(None) };
    let (page, label) = match mend {
        Mend::HandOver => ("handover", "Hand it over first"),
        Mend::ChooseAgain => ("handover", "Choose another successor first"),
        Mend::AskSupervisor => ("team#invite", "Ask another supervisor first"),
    };
    let may = match mend {
        Mend::HandOver | Mend::ChooseAgain => request.may(conn, OfferHandover(id)).await?,
        Mend::AskSupervisor => request.may(conn, ManageTeam(id)).await?,
    };
    Ok(may.then(|| (format!("/projects/{id}/{page}"), label.to_owned())))
}
