//! How a person signs in, and their roles in the trust.

use chrono::NaiveDate;
use leptos::prelude::*;
use leptos::server_fn::ServerFn;

use super::pieces::{address_view, frame, small_button};
use crate::access::{GrantRoles, ManageOrganisation};
use crate::db::Connection;
use crate::error::Error;
use crate::id::PersonId;
use crate::people::directory::api::{
    AddAddress, CloseAccount, ConfirmAddress, DateRole, GiveSignIn, GrantRole, MakePasswordCode, RemoveAddress,
    ReopenAccount, TakeRole,
};
use crate::people::directory::model::TrustRole;
use crate::people::directory::store::{self, Address, Held, Person, Tie};
use crate::people::picker::parts::offered;
use crate::people::picker::store::Choosing;
use crate::web::page::Page;
use crate::web::request::Request;
use crate::web::ui::{self, Form, Offered};

pub(super) async fn account(request: Request) -> Result<Page, Error> {
    let trust = request.person()?.trust;
    let id: PersonId = request.param("id")?;
    let today = request.today();
    let mut conn = request.store.read().await?;
    request.require(&mut conn, ManageOrganisation(trust)).await?;
    let who = Deciding::load(&request, &mut conn).await?;
    let person = store::person(&mut conn, trust, id).await?;
    let addresses = store::addresses(&mut conn, trust, id).await?;
    let only = Only {
        administrator: person.has(TrustRole::Administrator, today)
            && store::is_last_administrator(&mut conn, trust, id, today).await?,
        successors: if store::is_last_academy_lead(&mut conn, trust, id, today).await? {
            let choosing = Choosing {
                trust,
                today,
                until: today,
                project: None,
                except: Some(id),
                because: "it is their role that ends",
            };
            Some(offered(&mut conn, &request, "successor", None, &choosing).await?)
        } else {
            None
        },
    };
    drop(conn);
    Ok(Page::new(format!("Sign-in and roles of {}", person.name), move || {
        let back = ui::back(&format!("/people/{id}"), &person.name);
        let (title, refused) = ("Sign-in and roles", who.refuses(&person, today));
        if let Some(words) = refused {
            let mut summaries = Vec::new();
            let roles =
                (person.tie == Tie::Accepted).then(|| roles_section(&request, &person, who, &only, &mut summaries));
            let body = view! { {ui::empty(words, None)}{roles} }.into_any();
            return frame(back, summaries.collect_view().into_any(), &person.name, title, body);
        }
        let mut summaries = Vec::new();
        let listed = addresses_section(&request, &person, &addresses, &mut summaries);
        let password = password_section(&request, &person, who, &addresses, &mut summaries);
        let roles = roles_section(&request, &person, who, &only, &mut summaries);
        let close = closing_section(&request, &person, who, &only, &mut summaries);
        let body = view! { {listed}{password}{roles}{close} }.into_any();
        frame(back, summaries.collect_view().into_any(), &person.name, title, body)
    }))
}

/// The server function that invites people: it stands in a slice of its own, which reads this one.
pub(super) const INVITE: &str = "/api/people/invite";

/// Who looks at a person's page, and what they may decide there.
#[derive(Clone, Copy)]
pub(super) struct Deciding {
    me: PersonId,
    administrator: bool,
}

impl Deciding {
    pub(super) async fn load(request: &Request, conn: &mut Connection) -> Result<Self, Error> {
        let (me, trust) = request.person().map(|person| (person.id, person.trust))?;
        Ok(Self { me, administrator: request.may(conn, GrantRoles(trust)).await? })
    }

    /// Why they have no say in who somebody is and how they sign in.
    pub(super) fn refuses(self, person: &Person, today: NaiveDate) -> Option<&'static str> {
        let above = person.has_role(today) && person.id != self.me && !self.administrator;
        not_ours(person).or(above.then_some(
            "They have a role in the trust. Only an administrator can change who they are or how they sign in.",
        ))
    }
}

/// Why this trust has no say in how somebody signs in.
fn not_ours(person: &Person) -> Option<&'static str> {
    match person.tie {
        Tie::Asked => Some(
            "They have not accepted this trust yet. Until they do, it has no say in how they sign in, and sees no address of theirs.",
        ),
        Tie::Declined => Some("Somebody else is meant, they say. This trust has no say in how they sign in."),
        Tie::Accepted if person.elsewhere => Some(
            "They also belong to another trust, so no trust alone can change who they are or how they sign in. If they have forgotten their password, whoever runs Baton can help.",
        ),
        Tie::Accepted => None,
    }
}

fn addresses_section(
    request: &Request,
    person: &Person,
    addresses: &[Address],
    summaries: &mut Vec<AnyView>,
) -> AnyView {
    let confirmed: Vec<&str> = addresses
        .iter()
        .filter(|address| address.verified_at.is_some())
        .map(|address| address.address.as_str())
        .collect();
    let rows = addresses.iter().enumerate().map(|(at, address)| {
        let mut button = |path: &'static str, label: &'static str| {
            let form = Form::named(request, path, &format!("address-{at}"));
            summaries.push(form.summary());
            let fields = view! {
                {form.hidden("person", person.id)}
                {form.hidden("address", &address.address)}
            };
            small_button(form, fields.into_any(), label, format!(" {}", address.address))
        };
        let confirm = address.verified_at.is_none().then(|| button(ConfirmAddress::PATH, "Confirm"));
        // Without any confirmed address they could not sign in any more.
        let last = person.signs_in && !confirmed.iter().any(|other| *other != address.address);
        let remove = (!last).then(|| button(RemoveAddress::PATH, "Remove"));
        vec![address_view(address), view! { <div class="baton-buttons-inline">{confirm}{remove}</div> }.into_any()]
    });
    let table = if addresses.is_empty() {
        view! { <h2 class="nhsuk-heading-s">"Email addresses"</h2><p>"None."</p> }.into_any()
    } else {
        ui::table("Email addresses", vec![ui::words("Address"), ui::words("Actions")], rows.collect())
    };
    let form = Form::new(request, AddAddress::PATH);
    summaries.push(form.summary());
    let fields = view! {
        {form.hidden("person", person.id)}
        {form.email("address", "Another email address").hint("You confirm that it is theirs").view()}
        <button class="nhsuk-button nhsuk-button--secondary" type="submit">"Add address"</button>
    }
    .into_any();
    view! { {table}{form.draw(fields)} }.into_any()
}

fn password_section(
    request: &Request,
    person: &Person,
    who: Deciding,
    addresses: &[Address],
    summaries: &mut Vec<AnyView>,
) -> AnyView {
    let confirmed = addresses.iter().any(|address| address.verified_at.is_some());
    let body = if person.is_closed(request.today()) {
        view! { <p>"The account is closed. Reopen it before anything about their password."</p> }.into_any()
    } else if person.signs_in && who.me == person.id {
        view! { <p>"You can change your own password on "<a href="/account">"your account page"</a>"."</p> }.into_any()
    } else if !person.signs_in && !confirmed {
        let by_mail = (request.mail.sends && !addresses.is_empty()).then(|| {
            let form = invite_form(request, person, false, summaries);
            view! { <p>"Or invite them by mail: that confirms the address too."</p>{form} }
        });
        view! {
            <p>"They cannot sign in yet. Add or confirm their email address first: with it they sign in."</p>
            {by_mail}
        }
        .into_any()
    } else if person.signs_in {
        let form = Form::new(request, MakePasswordCode::PATH);
        summaries.push(form.summary());
        let fields = view! {
            {form.hidden("person", person.id)}
            <button class="nhsuk-button nhsuk-button--secondary" type="submit">"Make a code for a new password"</button>
        }
        .into_any();
        view! {
            <p>"They have a password, which only they can change. If they have forgotten it, make a code when they are with you: with it they set a new one."</p>
            {form.draw(fields)}
        }
        .into_any()
    } else {
        let form = Form::new(request, GiveSignIn::PATH);
        summaries.push(form.summary());
        let fields = view! {
            {form.hidden("person", person.id)}
            {form.password("password", "First password").hint("At least 12 characters. Three random words work well.").autocomplete("new-password").view()}
            {ui::submit("Give sign-in")}
        }
        .into_any();
        view! {
            <p>"They cannot sign in yet. Invite them: with a link that works once they choose their own password."</p>
            {invite_form(request, person, true, summaries)}
            <p>"Or choose a first password, and tell it to them in person. When they first sign in, they change it to one of their own."</p>
            {form.draw(fields)}
        }
        .into_any()
    };
    view! { <h2 class="nhsuk-heading-s">"Password"</h2>{body} }.into_any()
}

/// Invites somebody: by mail where mail is sent, and, when `by_hand`, with a link to hand over.
fn invite_form(request: &Request, person: &Person, by_hand: bool, summaries: &mut Vec<AnyView>) -> AnyView {
    let form = Form::new(request, INVITE);
    summaries.push(form.summary());
    let mail = request.mail.sends.then(|| ui::submit_as("Send an invitation by mail", "how", "mail"));
    let hand = by_hand.then(|| ui::submit_as("Make a link to hand over", "how", "hand"));
    let fields = view! { {form.hidden("people[0]", person.id)}{mail}{hand} }.into_any();
    form.draw(fields)
}

/// What a person is the only one of, so that it does not end by itself.
struct Only {
    /// The only administrator who can sign in, with no end date.
    administrator: bool,
    /// Of the only academy lead: who could take over.
    successors: Option<Offered>,
}

impl Only {
    /// Asks who takes over, where the only academy lead goes by this form.
    fn successor(&self, form: &Form, role: TrustRole) -> AnyView {
        let Some(colleagues) = self.successors.as_ref().filter(|_| role == TrustRole::AcademyLead) else {
            return ().into_any();
        };
        let hint = "They are the trust’s only academy lead. Who takes over has the role from today.";
        form.picker("successor", "Who takes over as academy lead", colleagues.clone()).hint(hint).view()
    }
}

fn roles_section(
    request: &Request,
    person: &Person,
    who: Deciding,
    only: &Only,
    summaries: &mut Vec<AnyView>,
) -> AnyView {
    let today = request.today();
    let rows = TrustRole::ALL.iter().copied().map(|role| {
        let state = match person.role(role, today) {
            None => "No".into_any(),
            Some(held) => {
                let begins = held.from_on.filter(|day| *day > today);
                let word = if begins.is_some() { "Will have this role" } else { "Has this role" };
                let from = begins.map(|day| view! { " from "{ui::time(day)} });
                let last = held.last_on().map(|day| view! { " until "{ui::time(day)} });
                view! { {ui::tag(word, "blue")}{from}{last} }.into_any()
            }
        };
        vec![role.label().into_any(), role.explained().into_any(), state]
    });
    let columns = vec![ui::words("Role"), ui::words("What it is for"), ui::words("State")];
    let table = ui::table("Roles in the trust", columns, rows.collect());
    if !who.administrator {
        return view! { {table}<p class="nhsuk-hint">"Administrators decide who has these roles."</p> }.into_any();
    }
    let stays = only.administrator.then(|| {
        let words = "The trust has no other administrator who can sign in. Make somebody else administrator before this role ends.";
        view! { <p class="nhsuk-hint">{words}</p> }
    });
    let changes = TrustRole::ALL
        .iter()
        .copied()
        .filter(|role| !(only.administrator && *role == TrustRole::Administrator))
        .map(|role| match person.role(role, today) {
            None => grant_form(request, person, role, summaries),
            Some(held) => role_forms(request, person, held, only, summaries),
        })
        .collect_view();
    view! { {table}{stays}{changes} }.into_any()
}

/// The role's name within a sentence.
fn of(role: TrustRole) -> String {
    format!(" the role of {}", role.label().to_lowercase())
}

fn grant_form(request: &Request, person: &Person, role: TrustRole, summaries: &mut Vec<AnyView>) -> AnyView {
    let form = Form::named(request, GrantRole::PATH, &role.to_string());
    summaries.push(form.summary());
    let fields = view! {
        {form.hidden("person", person.id)}
        {form.hidden("role", role)}
        {form.date("from_on", "First day (optional)").hint("Leave empty for today").view()}
        {form.date("last_on", "Last day (optional)").hint("Leave empty if there is no end date").view()}
    }
    .into_any();
    let open = form.is_rejected();
    let button = small_button(form, fields, "Grant", of(role));
    let label = format!("Grant{}", of(role));
    ui::details_open(&label, open, view! { <p>{role.explained()}</p>{button} }.into_any())
}

fn role_forms(request: &Request, person: &Person, held: Held, only: &Only, summaries: &mut Vec<AnyView>) -> AnyView {
    let role = held.role;
    let dated = Form::named(request, DateRole::PATH, &format!("date-{role}")).with_date("last_on", held.last_on());
    let taken = Form::named(request, TakeRole::PATH, &role.to_string());
    summaries.extend([dated.summary(), taken.summary()]);
    let days = view! {
        {dated.hidden("person", person.id)}
        {dated.hidden("role", role)}
        {dated.date("last_on", "Last day").hint("Leave empty if there is no end date").view()}
        {only.successor(&dated, role)}
    }
    .into_any();
    let whose = view! {
        {taken.hidden("person", person.id)}
        {taken.hidden("role", role)}
        {only.successor(&taken, role)}
    }
    .into_any();
    view! {
        <h3 class="nhsuk-heading-s">{role.label()}</h3>
        {small_button(dated, days, "Save the last day", format!(" of{}", of(role)))}
        {small_button(taken, whose, "Take away", of(role))}
    }
    .into_any()
}

fn closing_section(
    request: &Request,
    person: &Person,
    who: Deciding,
    only: &Only,
    summaries: &mut Vec<AnyView>,
) -> AnyView {
    let closed = person.is_closed(request.today());
    let stays = if who.me == person.id {
        Some("You cannot close your own account. Ask another administrator or academy lead.")
    } else {
        only.administrator.then_some(
            "They are the trust’s only administrator. Make somebody else administrator before you close their account.",
        )
    };
    if let Some(words) = stays.filter(|_| !closed) {
        return view! { <h2 class="nhsuk-heading-s">"Account"</h2><p>{words}</p> }.into_any();
    }
    let (path, label, words) = if closed {
        (
            ReopenAccount::PATH,
            "Reopen the account",
            "The account is closed. Reopening it lets them sign in again with the password they had.",
        )
    } else {
        let words = "They will be signed out and cannot sign in again. What they lead goes into the pool; what they did stays on record. You can reopen it at any time.";
        (CloseAccount::PATH, "Close the account", words)
    };
    let form = Form::new(request, path);
    summaries.push(form.summary());
    let fields = view! {
        {form.hidden("person", person.id)}
        {(!closed).then(|| only.successor(&form, TrustRole::AcademyLead))}
        {form.effects()}
        <button class="nhsuk-button nhsuk-button--secondary" type="submit">{form.doing(label)}</button>
    }
    .into_any();
    let open = closed || form.is_rejected();
    let folded = ui::details_open(label, open, view! { <p>{words}</p>{form.draw(fields)} }.into_any());
    view! { <h2 class="nhsuk-heading-s">"Account"</h2>{folded} }.into_any()
}
