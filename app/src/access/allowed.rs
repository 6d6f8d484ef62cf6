//! The proof that something is allowed.

use chrono::{DateTime, NaiveDate, Utc};

use super::actions::{Act, ChangeOwnAccount, OnHandover, OnPerson, OnProject, OnTeamRole, OnTrust};
use crate::clock::date_in_london;
use crate::error::Error;
use crate::id::{HandoverId, PersonId, ProjectId, TeamRoleId, TrustId};
use crate::visitor::Caller;

/// The proof that an action was allowed, with who does it and when. Only [`super::require`] makes one, or
/// whoever works for Baton itself: every module can read it,
///
/// ```
/// fn of(allowed: &app::access::Allowed<app::access::ReadTrust>) -> app::id::TrustId {
///     allowed.trust()
/// }
/// ```
///
/// and no other can make it, from nothing or from another one:
///
/// ```compile_fail,E0451
/// # use app::access::{Allowed, ReadTrust};
/// fn forged(act: ReadTrust, now: chrono::DateTime<chrono::Utc>) -> Allowed<ReadTrust> {
///     Allowed { act, actor: None, trust: None, request: String::new(), now, _seal: () }
/// }
/// ```
///
/// ```compile_fail,E0451
/// # use app::access::{Allowed, ReadTrust};
/// fn widened(allowed: Allowed<ReadTrust>, act: ReadTrust) -> Allowed<ReadTrust> {
///     Allowed { act, ..allowed }
/// }
/// ```
#[derive(Clone, Debug)]
pub struct Allowed<A: Act> {
    act: A,
    /// Who does it; none for Baton itself and the operator.
    pub actor: Option<PersonId>,
    /// The trust in which it is done.
    pub trust: Option<TrustId>,
    /// The request that asked for it.
    pub request: String,
    /// The moment of the request.
    pub now: DateTime<Utc>,
    _seal: Seal,
}

/// What nobody outside can put into an [`Allowed`].
#[derive(Clone, Copy, Debug)]
struct Seal;

impl<A: Act> Allowed<A> {
    /// The proof for somebody who was asked what they may do.
    pub(super) fn granted(act: A, actor: PersonId, trust: TrustId, caller: &Caller) -> Self {
        let (actor, trust) = (Some(actor), Some(trust));
        Self { act, actor, trust, request: caller.id.clone(), now: caller.now, _seal: Seal }
    }

    /// The day of the request, in London.
    #[must_use]
    pub fn today(&self) -> NaiveDate {
        date_in_london(self.now)
    }

    /// The same, done by Baton itself: what comes with the days and nobody did.
    pub(crate) fn by_itself(&self) -> Self {
        Self { actor: None, ..self.clone() }
    }

    /// The same, in the history of another trust: the one that it is about.
    pub(crate) fn told_in(&self, trust: TrustId) -> Self {
        Self { trust: Some(trust), ..self.clone() }
    }

    /// The person who does it.
    ///
    /// # Errors
    /// [`Error::SignIn`] when Baton itself does it.
    pub fn person(&self) -> Result<PersonId, Error> {
        self.actor.ok_or(Error::SignIn)
    }

    /// The trust in which it is done.
    ///
    /// # Errors
    /// [`Error::NotFound`] for what the operator does outside any trust.
    pub fn in_trust(&self) -> Result<TrustId, Error> {
        self.trust.ok_or(Error::NotFound)
    }
}

impl<A: OnTrust> Allowed<A> {
    /// The trust it is done to.
    #[must_use]
    pub fn trust(&self) -> TrustId {
        self.act.id()
    }
}

impl<A: OnProject> Allowed<A> {
    /// The project it is done to.
    #[must_use]
    pub fn project(&self) -> ProjectId {
        self.act.id()
    }
}

impl<A: OnTeamRole> Allowed<A> {
    /// The membership it is done to.
    #[must_use]
    pub fn membership(&self) -> TeamRoleId {
        self.act.id()
    }
}

impl<A: OnHandover> Allowed<A> {
    /// The handover it is done to.
    #[must_use]
    pub fn handover(&self) -> HandoverId {
        self.act.id()
    }
}

impl<A: OnPerson> Allowed<A> {
    /// The person whose account it is done to.
    #[must_use]
    pub fn account(&self) -> PersonId {
        self.act.id()
    }
}

/// The proof for the operator at the command line, and for what fills the demonstration.
pub(crate) fn system<A: Act>(act: A, trust: Option<TrustId>, now: DateTime<Utc>) -> Allowed<A> {
    Allowed { act, actor: None, trust, request: "system".to_owned(), now, _seal: Seal }
}

/// The proof for somebody who comes with a code that was handed to them in person, or with a link that lets them in.
pub(crate) fn by_code(person: PersonId, trust: Option<TrustId>, caller: &Caller) -> Allowed<ChangeOwnAccount> {
    Allowed {
        act: ChangeOwnAccount(person),
        actor: Some(person),
        trust,
        request: caller.id.clone(),
        now: caller.now,
        _seal: Seal,
    }
}
