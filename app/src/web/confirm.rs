//! Changes whose effect on projects is shown before they are made. The first press of the button does the change
//! and undoes it; where that would change where projects stand, the form comes back as it was typed, with what it
//! does above its button ([`crate::web::ui::Form::effects`]). The second press carries what was seen.

use crate::access::{Act, Allowed};
use crate::db::{Connection, Effect, Effects};
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
    write: impl AsyncFnOnce(&mut Connection, &Allowed<A>) -> Result<T, Error> + Clone,
) -> Result<T, Error> {
    told(request.preview(act, write.clone()).await?).seen(confirmed)?;
    request.change(act, write).await
}

/// A change's effects as sentences, each of a project with the way to it.
fn told(effects: Effects) -> Unconfirmed {
    let line = |effect: Effect| Consequence {
        text: format!("{}: {}", effect.project, effect.text),
        link: effect.id.map(|id| format!("/projects/{}", ProjectId(id))),
    };
    Unconfirmed { lines: effects.lines.into_iter().map(line).collect(), digest: effects.digest }
}
