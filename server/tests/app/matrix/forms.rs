//! Every server function with a body that nothing is wrong with, and who may call it.

use super::row::{Cells, NONE, OF_A_TRUST, PROJECTS, Pairs, REGISTERED, Row, form, page};
use super::who::{
    COORDINATES, COORDINATES_OWN, EVERYBODY, HAS_SESSION, LEADS, LED, MANAGES_TEAM, ORGANISES, ORGANISES_OWN,
    SIGNED_IN, WORKED, WORKS, WORKS_IN_TRUST,
};
use super::world::{
    CODE, FORGOTTEN, INVITATION, INVITED, JOIN, JOINS, NEW_PASSWORD, Object, Object::*, PASSWORD, World,
};

macro_rules! pairs {
    ($($name:expr => $value:expr),* $(,)?) => {
        vec![$((String::from($name), String::from($value))),*]
    };
}

fn measure(w: &World, o: Object) -> Pairs {
    pairs!["name" => "Screened", "definition" => "Of all admitted", "kind" => "process", "data_type" => "percentage",
        "direction" => "increase", "target" => "90", "every_days" => "7", "starts_on" => "1 1 2026",
        "project" => w.id(o, "project")]
}

fn of_measure(w: &World, o: Object) -> Pairs {
    pairs!["measure" => w.id(o, "measure")]
}

fn of_driver(w: &World, o: Object) -> Pairs {
    pairs!["driver" => w.id(o, "driver"), "version" => "1"]
}

fn of_tally(w: &World, o: Object) -> Pairs {
    pairs!["tally" => w.id(o, "tally")]
}

fn of_project(w: &World, o: Object) -> Pairs {
    pairs!["project" => w.id(o, "project")]
}

fn words(w: &World, o: Object) -> Pairs {
    let trust = if o == Other { Other } else { Own };
    pairs!["type" => "quality_improvement", "title" => "Sepsis screening in triage", "problem" => "It comes late.",
        "department" => w.id(trust, "department"), "priorities[0]" => w.id(trust, "priority")]
}

fn known_address(w: &World, o: Object) -> Pairs {
    let address = if o == Missing { "nobody@trust.nhs.uk" } else { w.id(o, "address") };
    pairs!["person" => w.id(o, "person"), "address" => address]
}

fn pack(w: &World, o: Object) -> Pairs {
    let mut pairs = pairs!["project" => w.id(o, "project"), "version" => "0", "to" => "pool",
        "takes_effect_on" => "1 4 2026", "summary" => "Going well", "next_step" => "Measure",
        "next_step_on" => "11 3 2026"];
    let measures: &[&str] = if o == Missing { &[] } else { &["measure", "second measure"] };
    for kind in measures {
        let id = w.id(o, kind);
        pairs.push((format!("how[id-{id}]"), "Ask the ward clerk".to_owned()));
        pairs.push((format!("when[id-{id}]"), "11 3 2026".to_owned()));
    }
    pairs.push((format!("contribution[id-{}]", w.id(o, "leader")), "Led it".to_owned()));
    pairs
}

fn post(w: &World, o: Object) -> Pairs {
    pairs!["department" => w.id(o, "department"), "staff_group" => "Medical", "grade" => "ST3",
        "starts_on" => "4 3 2026", "percent" => "100"]
}

fn priority() -> Pairs {
    pairs!["title" => "Delirium", "aim" => "Found on the day", "source" => "Quality account", "owner" => "Chief nurse",
        "starts_on" => "1 4 2026"]
}

fn web_link() -> Pairs {
    pairs!["kind" => "folder", "title" => "Shared folder", "address" => "https://files.trust.example/qi",
        "account" => "The ward’s mailbox"]
}

fn and(mut pairs: Pairs, more: Pairs) -> Pairs {
    pairs.extend(more);
    pairs
}

/// The rows of all server functions.
pub fn rows() -> Vec<Row> {
    [of_content(), of_the_rest()].concat()
}

/// Those of measures, points, cycles and drivers.
pub fn of_content() -> Vec<Row> {
    [measures(), points(), changes()].concat()
}

/// All others.
pub fn of_the_rest() -> Vec<Row> {
    [accounts(), own_dates(), of_the_trust(), projects(), teams(), handovers()].concat()
}

#[expect(clippy::too_many_lines, reason = "a table: a row for each form")]
fn accounts() -> Vec<Row> {
    vec![
        form(
            "/api/sign-in",
            "",
            NONE,
            |_, _| pairs!["address" => "colleague@trust.nhs.uk", "password" => PASSWORD],
            EVERYBODY,
        ),
        form("/api/sign-in-as", "", OF_A_TRUST, |w, o| pairs!["person" => w.id(o, "person")], EVERYBODY)
            .before("update trust set demonstration = 1 where name = 'Tamar Vale'"),
        form("/api/sign-out", "", NONE, |_, _| Vec::new(), EVERYBODY).idle("nobody"),
        form(
            "/api/account/password",
            "ChangeOwnAccount",
            NONE,
            |_, _| pairs!["password" => PASSWORD, "new_password" => "three other words"],
            HAS_SESSION,
        ),
        form(
            "/api/password/reset",
            "",
            NONE,
            |_, _| pairs!["address" => "colleague@trust.nhs.uk", "code" => CODE, "new_password" => "three random words"],
            EVERYBODY,
        ),
        form("/api/password/forgotten", "", NONE, |_, _| pairs!["address" => "member@trust.nhs.uk"], EVERYBODY),
        form(
            "/api/password/set",
            "",
            NONE,
            |_, _| pairs!["link_code" => NEW_PASSWORD, "new_password" => "three random words"],
            EVERYBODY,
        )
        .before(FORGOTTEN),
        form(
            "/api/invitations/accept",
            "",
            NONE,
            |_, _| pairs!["link_code" => INVITATION, "new_password" => "three random words"],
            EVERYBODY,
        )
        .before(INVITED),
        form("/api/join/ask", "", NONE, |_, _| pairs!["address" => "new@join.nhs.uk"], EVERYBODY).before(JOINS),
        form(
            "/api/join/finish",
            "",
            NONE,
            |w, o| and(pairs!["link_code" => JOIN, "trust" => w.id(o, "trust"), "name" => "Nadia New",
                "new_password" => "three random words"], post(w, o)),
            EVERYBODY,
        )
        .before(JOINS),
        form("/api/notices/stop", "", NONE, |w, o| pairs!["whom" => w.id(o, "stop token")], EVERYBODY),
        form("/api/account/mail", "ChangeOwnAccount", NONE, |_, _| pairs!["often" => "weekly"], SIGNED_IN),
        form("/api/account/calendar/make", "ChangeOwnAccount", NONE, |_, _| Vec::new(), SIGNED_IN),
        form("/api/account/calendar/revoke", "ChangeOwnAccount", NONE, |_, _| Vec::new(), SIGNED_IN),
        form(
            "/api/account/sessions/end",
            "ChangeOwnAccount",
            NONE,
            |_, _| pairs!["session" => "0"],
            SIGNED_IN,
        )
        .idle("left away arriving lead member supervisor past leaver invited next colleague academy administrator elsewhere guest asked"),
        form("/api/account/sessions/end-others", "ChangeOwnAccount", NONE, |_, _| Vec::new(), SIGNED_IN)
            .before("insert into session (token_hash, person_id, trust_id, created_at, seen_at)
                     select 'another' || person_id, person_id, trust_id, created_at, seen_at from session where true group by person_id"),
        form(
            "/api/trusts/answer",
            "ChooseOwnTrust",
            OF_A_TRUST,
            |w, o| pairs!["trust" => w.id(o, "trust"), "answer" => "accept", "code" => CODE],
            &[(Own, "asked")],
        ),
        form(
            "/api/trusts/choose",
            "ChooseOwnTrust",
            OF_A_TRUST,
            |w, o| pairs!["trust" => w.id(o, "trust"), "next" => "/"],
            &[
                (
                    Own,
                    "left away arriving lead member supervisor past leaver invited next colleague academy administrator guest",
                ),
                (Other, "colleague elsewhere guest asked"),
            ],
        )
        .before("update tie set used_at = '2026-03-01T12:00:00+00:00'"),
    ]
}

/// What is Petra Patel's becomes the member's: everybody says the dates of their own.
const OF_THE_MEMBER: &str = "update post set ends_on = '2026-12-01', person_id = (select person_id from person_address where address = 'member@trust.nhs.uk')
     where person_id in (select id from person where name = 'Petra Patel');
     update away set said_at = '2026-03-01T12:00:00+00:00', person_id = (select person_id from person_address where address = 'member@trust.nhs.uk')
     where person_id in (select id from person where name = 'Petra Patel');
     insert into department (id, trust_id, name, specialty)
     select '01900000-0000-7000-8000-000000000d0d', id, 'Surgery', 'General surgery' from trust where name = 'Tamar Vale'";

fn own_dates() -> Vec<Row> {
    let own = |path, body| form(path, "ChangeOwnDates", OF_A_TRUST, body, &[(Own, "member")]).before(OF_THE_MEMBER);
    vec![
        own("/api/account/dates/confirm", |w, o| pairs!["id" => w.id(o, "post"), "version" => "1"]),
        own(
            "/api/account/dates/last-day",
            |w, o| pairs!["id" => w.id(o, "post"), "version" => "1", "ends_on" => "4 8 2026"],
        ),
        own("/api/account/dates/move", |w, o| {
            pairs!["id" => w.id(o, "post"), "version" => "1", "starts_on" => "1 4 2026",
            "department" => "01900000-0000-7000-8000-000000000d0d"]
        }),
        own("/api/account/dates/not-away", |w, o| pairs!["id" => w.id(o, "away")]),
        form(
            "/api/account/dates/away",
            "ChangeOwnDates",
            NONE,
            |_, _| pairs!["starts_on" => "1 6 2026", "ends_on" => "2 6 2026"],
            SIGNED_IN,
        ),
        form(
            "/api/account/interests",
            "ChangeOwnDates",
            NONE,
            |_, _| pairs!["kinds[0]" => "project", "until_on" => "1 6 2026"],
            SIGNED_IN,
        ),
    ]
}

#[expect(clippy::too_many_lines, reason = "a table: a row for each form")]
fn of_the_trust() -> Vec<Row> {
    let manages = |path, body| form(path, "ManageOrganisation", OF_A_TRUST, body, ORGANISES);
    let prioritises = |path, body| form(path, "ManagePriorities", OF_A_TRUST, body, COORDINATES);
    vec![
        form("/api/sites/add", "ManageOrganisation", NONE, |_, _| pairs!["name" => "Eastgate"], ORGANISES_OWN),
        manages("/api/sites/edit", |w, o| pairs!["id" => w.id(o, "site"), "version" => "1", "name" => "Westgate"]),
        form(
            "/api/departments/add",
            "ManageOrganisation",
            NONE,
            |_, _| pairs!["name" => "Surgery", "specialty" => "General surgery"],
            ORGANISES_OWN,
        ),
        manages("/api/departments/edit", |w, o| {
            pairs!["id" => w.id(o, "department"), "version" => "1",
            "name" => "Acute care", "specialty" => "Acute internal medicine"]
        }),
        manages("/api/places/retire", |w, o| pairs!["place" => format!("sites/{}", w.id(o, "site"))]),
        manages("/api/places/restore", |w, o| pairs!["place" => format!("sites/{}", w.id(o, "retired site"))]),
        manages("/api/places/remove", |w, o| pairs!["place" => format!("sites/{}", w.id(o, "site"))]),
        form(
            "/api/people/add",
            "ManageOrganisation",
            &[Own, Other],
            |w, o| and(pairs!["name" => "New Person", "address" => "new.person@trust.nhs.uk"], post(w, o)),
            ORGANISES,
        )
        .stopped(&[(Own, "elsewhere"), (Other, "academy administrator")]),
        manages(
            "/api/people/rename",
            |w, o| pairs!["id" => w.id(o, "person"), "version" => "1", "name" => "Petra Singh"],
        ),
        manages("/api/posts/add", |w, o| {
            and(pairs!["person" => w.id(o, "person")], post(w, if o == Missing { Own } else { o }))
        }),
        manages("/api/posts/edit", |w, o| {
            and(pairs!["id" => w.id(o, "post"), "version" => "1"], post(w, if o == Missing { Own } else { o }))
        }),
        manages("/api/posts/end", |w, o| pairs!["id" => w.id(o, "post"), "version" => "1", "ends_on" => "4 8 2026"]),
        manages("/api/posts/remove", |w, o| pairs!["id" => w.id(o, "post")]),
        manages(
            "/api/away/add",
            |w, o| pairs!["person" => w.id(o, "person"), "starts_on" => "1 6 2026", "ends_on" => "2 6 2026"],
        ),
        manages("/api/away/remove", |w, o| pairs!["id" => w.id(o, "away")]),
        manages(
            "/api/people/address/add",
            |w, o| pairs!["person" => w.id(o, "person"), "address" => "petra.new@trust.nhs.uk"],
        ),
        manages("/api/people/address/confirm", known_address),
        manages("/api/people/address/remove", known_address),
        manages(
            "/api/people/give-sign-in",
            |w, o| pairs!["person" => w.id(o, "person"), "password" => "three random words"],
        )
        .before("delete from credential where person_id in (select id from person where name = 'Petra Patel')"),
        form("/api/joining/domains/add", "ManageOrganisation", NONE, |_, _| pairs!["domain" => "tamar.nhs.uk"], ORGANISES_OWN),
        form("/api/joining/domains/remove", "ManageOrganisation", NONE, |_, _| pairs!["domain" => "tamar.nhs.uk"], ORGANISES_OWN)
            .before("insert into mail_domain (trust_id, domain, shared, added_at) select id, 'tamar.nhs.uk', 0, created_at from trust"),
        form("/api/joining/code/renew", "ManageOrganisation", NONE, |_, _| Vec::new(), ORGANISES_OWN),
        manages("/api/joining/seen", |w, o| pairs!["person" => w.id(o, "person")]).before(
            "update tie set joined_at = '2026-03-01T12:00:00+00:00' where person_id in (select id from person where name = 'Petra Patel')",
        ),
        manages("/api/people/invite", |w, o| pairs!["people[0]" => w.id(o, "person"), "how" => "mail"])
            .before("delete from credential where person_id in (select id from person where name = 'Petra Patel')"),
        manages("/api/people/password-code", |w, o| pairs!["person" => w.id(o, "person")]).before(
            "update credential set password_hash = 'nothing' where person_id in (select id from person where name = 'Petra Patel')",
        ),
        manages("/api/people/answer-code", |w, o| pairs!["person" => w.id(o, "person")]).before(
            "update tie set state = 'asked', answered_at = null
             where person_id in (select id from person where name = 'Petra Patel')",
        ),
        manages("/api/people/close", |w, o| pairs!["person" => w.id(o, "person")]),
        manages("/api/people/reopen", |w, o| pairs!["person" => w.id(o, "closed person")]),
        form(
            "/api/people/grant-role",
            "GrantRoles",
            OF_A_TRUST,
            |w, o| pairs!["person" => w.id(o, "person"), "role" => "academy_lead"],
            &[(Own, "administrator")],
        ),
        form(
            "/api/people/date-role",
            "GrantRoles",
            OF_A_TRUST,
            |w, o| pairs!["person" => w.id(o, "academy person"), "role" => "academy_lead", "last_on" => "30 6 2026"],
            &[(Own, "administrator")],
        ),
        form("/api/changeovers/add", "Coordinate", NONE, |_, _| pairs!["on_day" => "5 8 2026"], COORDINATES_OWN)
            .before("delete from changeover"),
        form(
            "/api/changeovers/describe",
            "Coordinate",
            NONE,
            |_, _| pairs!["day" => "2026-08-05", "name" => "August changeover", "grades" => "FY1, FY2"],
            COORDINATES_OWN,
        )
        .before("delete from changeover; insert into changeover (trust_id, on_day) select id, '2026-08-05' from trust"),
        form(
            "/api/people/intake",
            "ManageOrganisation",
            NONE,
            |_, _| {
                pairs!["then" => "apply", "text" => "Name\tEmail\tGrade\tDepartment\tFrom\n\
                    Nora New\tnora.new@trust.nhs.uk\tFY1\tAcute medicine\t2026-08-05"]
            },
            ORGANISES_OWN,
        ),
        form("/api/changeovers/remove", "Coordinate", NONE, |_, _| pairs!["day" => "2026-08-05"], COORDINATES_OWN)
            .before(
                "delete from changeover; insert into changeover (trust_id, on_day) select id, '2026-08-05' from trust",
            ),
        form(
            "/api/changeover/arrange",
            "Coordinate",
            NONE,
            |w, _| pairs!["on" => "2026-08-05", "then" => "remind", "ticked[0]" => w.id(Own, "project")],
            &[(Own, "academy")],
        )
        // A board of another trust has no such project.
        .stopped(&[(Own, "elsewhere")])
        .before(
            "delete from changeover; insert into changeover (trust_id, on_day) select id, '2026-08-05' from trust;
             update post set ends_on = '2026-08-04' where person_id in (select person_id from team_role where role = 'lead')",
        ),
        form(
            "/api/people/take-role",
            "GrantRoles",
            OF_A_TRUST,
            |w, o| pairs!["person" => w.id(o, "academy person"), "role" => "academy_lead"],
            &[(Own, "administrator")],
        ),
        form("/api/priorities/create", "ManagePriorities", NONE, |_, _| priority(), COORDINATES_OWN),
        prioritises("/api/priorities/edit", |w, o| {
            and(pairs!["id" => w.id(o, "priority"), "version" => "1"], priority())
        }),
        prioritises("/api/priorities/retire", |w, o| pairs!["id" => w.id(o, "priority"), "version" => "1"]),
        prioritises("/api/priorities/restore", |w, o| pairs!["id" => w.id(o, "retired priority"), "version" => "2"]),
        form("/api/asks/goes-on", "EditProject", PROJECTS, of_project, WORKS).stopped(WORKED),
        form(
            "/api/asks/claim",
            "ManageOrganisation",
            NONE,
            |_, _| pairs!["kind" => "no_lead", "until" => "10 3 2026"],
            COORDINATES_OWN,
        )
        .before("update team_role set until_on = '2026-02-20' where role = 'lead' and until_on is null"),
        form("/api/charts/rules", "Coordinate", NONE, |_, _| pairs!["rule_set" => "nelson"], COORDINATES_OWN),
        form(
            "/api/look-alikes/decide",
            "Coordinate",
            &[Own, Other, Draft, Paused, Closed, Missing],
            |w, o| pairs!["first" => w.id(o, "project"), "second" => w.id(Same, "project"), "answer" => "not_alike"],
            &[(Own, "academy"), (Paused, "academy"), (Closed, "academy")],
        ),
        form(
            "/api/look-alikes/undo",
            "Coordinate",
            &[Own, Other, Merged, Missing],
            |w, o| pairs!["link" => w.id(o, "link")],
            &[(Own, "academy"), (Other, "elsewhere"), (Merged, "academy")],
        ),
    ]
}

#[expect(clippy::too_many_lines, reason = "a table: a row for each form")]
fn projects() -> Vec<Row> {
    vec![
        page(
            "/api/similar",
            "RegisterProject",
            NONE,
            |_, _| "/api/similar?title=Sepsis+on+the+ward".to_owned(),
            WORKS_IN_TRUST,
        ),
        form(
            "/api/projects/register",
            "RegisterProject",
            &[Own, Other],
            words,
            &[
                (Own, "away lead member supervisor invited next colleague academy administrator"),
                (Other, "elsewhere guest asked"),
            ],
        )
        .stopped(&[
            (Own, "elsewhere guest asked"),
            (Other, "away lead member supervisor invited next colleague academy administrator"),
        ]),
        form(
            "/api/projects/register",
            "RegisterProject",
            NONE,
            |_, _| pairs!["type" => "quality_improvement", "title" => "Sepsis", "then" => "draft"],
            WORKS_IN_TRUST,
        )
        .of("a draft"),
        form(
            "/api/projects/edit",
            "EditProject",
            PROJECTS,
            |w, o| and(pairs!["project" => w.id(o, "project"), "version" => "1"], words(w, o)),
            WORKS,
        )
        .stopped(WORKED),
        form(
            "/api/projects/edit",
            "FinishDraft",
            &[Draft],
            |w, o| and(pairs!["project" => w.id(o, "project"), "version" => "1", "then" => "register"], words(w, o)),
            &[(Draft, "lead")],
        )
        .of("registering a draft"),
        form("/api/projects/submit", "FinishDraft", PROJECTS, of_project, &[(Draft, "lead")]),
        form("/api/projects/delete-draft", "FinishDraft", PROJECTS, of_project, &[(Draft, "lead")]),
        form(
            "/api/projects/status",
            "ChangeStatus",
            PROJECTS,
            |w, o| pairs!["project" => w.id(o, "project"), "version" => "1", "to" => "complete"],
            LEADS,
        )
        .stopped(LED)
        .before("delete from handover"),
        form(
            "/api/projects/status",
            "ChangeStatus",
            &[Closed, Merged],
            |w, o| pairs!["project" => w.id(o, "project"), "version" => "1", "to" => "reopen"],
            &[(Closed, "lead supervisor academy")],
        )
        .stopped(&[(Merged, "lead supervisor academy")])
        .of("reopening"),
    ]
}

#[expect(clippy::too_many_lines, reason = "a table: a row for each form")]
fn teams() -> Vec<Row> {
    vec![
        form("/api/projects/invite", "ManageTeam", PROJECTS,
            |w, o| pairs!["project" => w.id(o, "project"), "name" => "Some Body", "address" => "some.body@trust.nhs.uk", "role" => "coach"],
            MANAGES_TEAM).stopped(LED),
        form("/api/projects/name-co-lead", "NameCoLead", PROJECTS,
            |w, o| pairs!["project" => w.id(o, "project"), "name" => "Some Body", "address" => "some.body@trust.nhs.uk"],
            &[(Own, "lead"), (Paused, "lead")])
            .stopped(&[(Closed, "lead"), (Merged, "lead")])
            .before("delete from handover"),
        form("/api/projects/change-role", "ManageTeam", PROJECTS,
            |w, o| pairs!["project" => w.id(o, "project"), "membership" => w.id(o, "place"), "role" => "member"],
            MANAGES_TEAM).stopped(LED),
        form("/api/projects/end-role", "ManageTeam", PROJECTS,
            |w, o| pairs!["project" => w.id(o, "project"), "membership" => w.id(o, "place"), "contribution" => "Advised"],
            MANAGES_TEAM).stopped(LED),
        form("/api/projects/join", "AskToJoin", PROJECTS,
            |w, o| pairs!["project" => w.id(o, "project"), "message" => "I could count"],
            &[
                (Own, "invited next colleague academy administrator"),
                (Same, "away lead member supervisor invited next colleague academy administrator"),
                (Other, "elsewhere guest asked"),
                (Paused, "invited next colleague academy administrator"),
            ])
            .stopped(&[
                (Closed, "invited next colleague academy administrator"),
                (Merged, "invited next colleague academy administrator"),
            ]),
        form("/api/projects/leave", "LeaveTeam", PROJECTS,
            |w, o| pairs!["project" => w.id(o, "project"), "contribution" => "I counted"],
            &[
                (Own, "member supervisor away guest"),
                (Draft, "member supervisor away guest"),
                (Paused, "member supervisor away guest"),
            ])
            .stopped(&[
                (Own, "lead"),
                (Paused, "lead"),
                (Closed, "lead member supervisor away guest"),
                (Merged, "lead member supervisor away guest"),
            ]),
        form("/api/projects/answer", "AnswerQuestion", REGISTERED,
            |w, o| pairs!["question" => w.id(o, "wish"), "answer" => "accepted"], LEADS).stopped(LED).of("a wish to join"),
        form("/api/projects/answer", "AnswerQuestion", &[Draft, Other, Missing],
            |w, o| pairs!["question" => w.id(o, "invitation"), "answer" => "accepted"],
            &[(Draft, "invited"), (Other, "colleague")]).of("an invitation"),
        form("/api/projects/answer", "AnswerQuestion", &[Draft, Same, Missing],
            |w, o| pairs!["question" => w.id(o, if o == Same { "wish" } else { "invitation" }), "answer" => "accepted"],
            &[(Draft, "invited")])
            .before("update team_role set role = 'supervisor', opened_by = 'team' where state = 'asked'")
            .of("whether to supervise"),
        form("/api/projects/answer", "AnswerQuestion", &[Other, Missing],
            |w, o| pairs!["question" => w.id(o, "invitation"), "answer" => "accepted"],
            &[(Other, "colleague")])
            .before("delete from handover; update team_role set role = 'lead' where state = 'asked' and opened_by = 'team'")
            .of("whether to lead with the lead"),
        form("/api/projects/confirm-supervisor", "ConfirmSupervisor", PROJECTS,
            |w, o| pairs!["project" => w.id(o, "project"), "membership" => w.id(o, "place"), "confirmed_until" => "1 6 2026"],
            &[(Own, "academy"), (Same, "academy"), (Other, "elsewhere"), (Paused, "academy")])
            .stopped(&[(Closed, "academy"), (Merged, "academy")])
            .before(SUPERVISING),
        form("/api/supervision/pass-on", "ManageTeam", PROJECTS,
            |w, o| pairs!["of" => w.id(o, "place person"), "person" => w.id(if o == Other { Other } else { Own }, "person"),
                "places[0]" => format!("{}/{}", w.id(o, "project"), w.id(o, "place"))],
            MANAGES_TEAM).stopped(LED).before(SUPERVISING),
    ]
}

/// Whoever advises the projects supervises them, on a post that ends.
pub const SUPERVISING: &str = "delete from team_role where role = 'supervisor' and person_id in (select person_id from team_role where role = 'coach');
     update team_role set role = 'supervisor' where role = 'coach';
     update post set ends_on = '2026-12-01' where person_id in (select person_id from team_role where role = 'supervisor')";

/// Every measure has a p′ chart, and points that no longer ask for one.
const SETTLED: &str = "with recursive week (i) as (select 1 union all select i + 1 from week where i < 30)
     insert into measurement (id, measure_id, taken_on, entry, numerator, denominator, recorded_by, recorded_at)
     select m.id || i, m.id, date('2025-06-02', (7 * i) || ' days'), 1000 + i, 8 + i % 2, 10,
            (select id from person limit 1), '2026-02-25T12:00:00+00:00'
     from measure m, week;
     update measure set settled_chart = 'p_prime'";

fn measures() -> Vec<Row> {
    let defines = |path, body| form(path, "DefineMeasure", PROJECTS, body, WORKS).stopped(WORKED);
    vec![
        defines("/api/measures/define", measure),
        defines("/api/measures/edit", |w, o| {
            and(measure(w, o), pairs!["measure" => w.id(o, "measure"), "version" => "1"])
        }),
        defines("/api/measures/retire", of_measure),
        defines("/api/measures/restore", |w, o| pairs!["measure" => w.id(o, "retired measure")]),
        defines("/api/measures/move", |w, o| pairs!["measure" => w.id(o, "measure"), "way" => "down"]),
        defines(
            "/api/measures/read",
            |w, o| pairs!["measure" => w.id(o, "measure"), "version" => "1", "baseline" => "all", "chart" => "p"],
        ),
        defines(
            "/api/measures/chart-type",
            |w, o| pairs!["measure" => w.id(o, "measure"), "chart" => "p", "answer" => "use"],
        )
        .before(SETTLED),
        defines(
            "/api/measures/start-phase",
            |w, o| pairs!["measure" => w.id(o, "measure"), "starts_on" => "25 2 2026", "reason" => "A new rota"],
        ),
        defines(
            "/api/measures/remove-phase",
            |w, o| pairs!["measure" => w.id(o, "measure"), "phase" => w.id(o, "phase")],
        ),
        defines(
            "/api/measures/set-target",
            |w, o| pairs!["measure" => w.id(o, "measure"), "starts_on" => "1 3 2026", "target" => "96"],
        ),
        defines(
            "/api/measures/remove-target",
            |w, o| pairs!["measure" => w.id(o, "measure"), "target" => w.id(o, "target")],
        ),
    ]
}

fn points() -> Vec<Row> {
    let records = |path, body| form(path, "RecordMeasurement", PROJECTS, body, WORKS).stopped(WORKED);
    vec![
        records("/api/measurements/record", |w, o| {
            pairs!["measure" => w.id(o, "measure"), "taken_on" => "4 3 2026",
            "numerator" => "9", "denominator" => "10"]
        }),
        records("/api/measurements/record-many", |w, o| {
            pairs!["measure" => w.id(o, "measure"),
            "rows[0][taken_on]" => "3 3 2026", "rows[0][numerator]" => "9", "rows[0][denominator]" => "10",
            "rows[1][taken_on]" => "4 3 2026", "rows[1][numerator]" => "8", "rows[1][denominator]" => "10"]
        }),
        records("/api/measurements/correct", |w, o| {
            pairs!["measurement" => w.id(o, "point"), "version" => "1",
            "reason" => "Misread", "taken_on" => "18 2 2026", "numerator" => "7", "denominator" => "10"]
        }),
        records(
            "/api/measurements/exclude",
            |w, o| pairs!["measurement" => w.id(o, "point"), "version" => "1", "reason" => "A strike"],
        ),
        records(
            "/api/measurements/void",
            |w, o| pairs!["measurement" => w.id(o, "point"), "version" => "1", "reason" => "Another ward"],
        ),
        records(
            "/api/measurements/include",
            |w, o| pairs!["measurement" => w.id(o, "excluded point"), "version" => "1"],
        ),
        records("/api/measurements/undo", |w, o| pairs!["batch" => w.id(o, "batch")]),
        records("/api/measures/import", |w, o| {
            pairs!["measure" => w.id(o, "measure"), "then" => "record",
            "text" => "Date,Numerator,Denominator\n2026-03-01,9,10\n2026-03-02,8,10"]
        }),
        records("/api/tallies/start", |w, o| pairs!["measure" => w.id(o, "measure"), "taken_on" => "3 3 2026"]),
        records("/api/tallies/press", |w, o| and(of_tally(w, o), pairs!["answer" => "yes"])),
        records("/api/tallies/undo", |w, o| and(of_tally(w, o), pairs!["seen" => "3"])),
        records("/api/tallies/edit", |w, o| {
            and(of_tally(w, o), pairs!["version" => "1", "taken_on" => "2 3 2026", "place" => "Ward 4"])
        }),
        records("/api/tallies/close", of_tally),
        records("/api/tallies/discard", of_tally),
    ]
}

fn changes() -> Vec<Row> {
    let writes = |path, body| form(path, "WriteCycle", PROJECTS, body, WORKS).stopped(WORKED);
    let draws = |path, body| form(path, "DrawDrivers", PROJECTS, body, WORKS).stopped(WORKED);
    let tells = |path, body| form(path, "WriteProgress", PROJECTS, body, WORKS).stopped(WORKED);
    vec![
        tells("/api/tasks/add", |w, o| {
            and(of_project(w, o), pairs!["what" => "Ask the ward", "due_on" => "11 3 2026"])
        }),
        tells(
            "/api/tasks/edit",
            |w, o| pairs!["task" => w.id(o, "task"), "version" => "1", "what" => "Ask the ward", "due_on" => "11 3 2026"],
        ),
        tells(
            "/api/tasks/done",
            |w, o| pairs!["task" => w.id(o, "task"), "version" => "1", "done" => "yes", "back" => ""],
        ),
        tells("/api/updates/post", |w, o| and(of_project(w, o), pairs!["words" => "Met the ward: they agreed"])),
        form(
            "/api/updates/edit",
            "WriteProgress",
            PROJECTS,
            |w, o| pairs!["update" => w.id(o, "update"), "version" => "1", "words" => "Met the ward"],
            // Whoever wrote it changes it; the others are told so.
            &[(Own, "lead"), (Draft, "lead"), (Paused, "lead")],
        )
        .stopped(&[
            (Own, "member supervisor away academy"),
            (Same, "academy"),
            (Other, "elsewhere"),
            (Draft, "member supervisor away"),
            (Paused, "member supervisor away academy"),
            (Closed, "lead member supervisor away academy"),
            (Merged, "lead member supervisor away academy"),
        ]),
        tells("/api/links/add", |w, o| and(of_project(w, o), web_link())),
        tells("/api/links/edit", |w, o| and(pairs!["link" => w.id(o, "web link"), "version" => "1"], web_link())),
        tells("/api/progress/delete", |w, o| pairs!["thing" => format!("tasks/{}", w.id(o, "task")), "version" => "1"]),
        tells(
            "/api/progress/put-back",
            |w, o| pairs!["thing" => format!("updates/{}", w.id(o, "removed update")), "version" => "1"],
        ),
        writes(
            "/api/cycles/plan",
            |w, o| pairs!["project" => w.id(o, "project"), "title" => "A card", "starts_on" => "4 3 2026"],
        ),
        writes(
            "/api/cycles/save",
            |w, o| pairs!["cycle" => w.id(o, "cycle"), "version" => "1", "title" => "A card", "starts_on" => "4 3 2026"],
        ),
        draws(
            "/api/drivers/add",
            |w, o| pairs!["project" => w.id(o, "project"), "place" => "primary", "text" => "Time to care"],
        ),
        draws("/api/drivers/edit", |w, o| {
            and(of_driver(w, o), pairs!["text" => "Everybody knows how", "place" => "primary"])
        }),
        draws("/api/drivers/move", |w, o| and(of_driver(w, o), pairs!["way" => "down"])),
        draws("/api/drivers/remove", of_driver),
        draws("/api/drivers/restore", |w, o| pairs!["driver" => w.id(o, "removed driver"), "version" => "1"]),
    ]
}

/// Nobody has led the projects of the team or those of others for six weeks, and no handover is under way.
const LOOKING: &str = "delete from handover; update team_role set until_on = '2026-01-20' where role = 'lead' and (until_on is null or until_on > '2026-01-20')";

/// Whoever leads the projects of the team went some days ago, and nobody leads them since.
pub const LEFT_LATELY: &str = "delete from handover;
     update team_role set until_on = null
         where person_id = (select person_id from person_address where address = 'leaver@trust.nhs.uk');
     delete from team_role where role = 'lead' and until_on is null
         and person_id = (select person_id from person_address where address = 'lead@trust.nhs.uk')";

/// Those projects, and one that somebody else leads.
pub const LEFT_BEHIND: &[Object] = &[Own, Same, Paused, Missing];

/// Who finishes the summary of what somebody has just left.
pub const FINISHES: Cells =
    &[(Own, "leaver supervisor academy"), (Same, "academy"), (Paused, "leaver supervisor academy")];

/// Whoever led the projects of the team was gone for six weeks and is back: nobody leads them.
const BACK: &str = "delete from handover;
     insert into post (id, person_id, trust_id, department_id, staff_group, grade, starts_on, percent)
     select '01900000-0000-7000-8000-000000000b0c', person_id, trust_id, department_id, staff_group, grade, '2026-02-20', percent
     from post where person_id in (select person_id from person_address where address = 'lead@trust.nhs.uk');
     update post set ends_on = '2026-01-08' where starts_on < '2026-01-08'
         and person_id in (select person_id from person_address where address = 'lead@trust.nhs.uk')";

/// Who decides for a project that nobody leads: its supervisor and the academy lead.
const UNLED: Cells =
    &[(Own, "supervisor academy"), (Same, "academy"), (Other, "elsewhere"), (Paused, "supervisor academy")];

#[expect(clippy::too_many_lines, reason = "a table: a row for each form")]
fn handovers() -> Vec<Row> {
    let answer: fn(&World, Object) -> Pairs = |w, o| pairs!["handover" => w.id(o, "handover"), "answer" => "accepted"];
    vec![
        form("/api/handovers/prepare", "OfferHandover", PROJECTS, pack, LEADS)
            .stopped(LED)
            .before("delete from handover"),
        form(
            "/api/handovers/prepare",
            "WriteSummary",
            PROJECTS,
            |w, o| pairs!["project" => w.id(o, "project"), "version" => "0", "then" => "draft"],
            LEADS,
        )
        .stopped(LED)
        .before("delete from handover")
        .of("keeping a draft of it"),
        form(
            "/api/handovers/prepare",
            "WriteSummary",
            LEFT_BEHIND,
            |w, o| pairs!["project" => w.id(o, "project"), "version" => "0", "then" => "draft", "summary" => "Ask Grace"],
            FINISHES,
        )
        .before(LEFT_LATELY)
        .of("what somebody finishes who has just left"),
        form(
            "/api/handovers/withdraw",
            "WithdrawHandover",
            LEFT_BEHIND,
            |w, o| pairs!["handover" => w.id(o, "handover")],
            &[(Own, "lead leaver academy"), (Same, "academy"), (Paused, "lead leaver academy")],
        )
        .before(
            "update handover set created_by = (select person_id from person_address where address = 'leaver@trust.nhs.uk')
                where created_by = (select person_id from person_address where address = 'lead@trust.nhs.uk')",
        )
        .of("an offer of somebody who has just left"),
        form(
            "/api/projects/take-on",
            "TakeOn",
            PROJECTS,
            of_project,
            &[
                (Own, "away arriving lead member supervisor invited next colleague academy administrator"),
                (Same, "away arriving lead member supervisor invited next colleague academy administrator"),
                (Other, "elsewhere guest asked"),
                (Paused, "away arriving lead member supervisor invited next colleague academy administrator"),
            ],
        )
        .stopped(&[
            (Closed, "away arriving lead member supervisor invited next colleague academy administrator"),
            (Merged, "away arriving lead member supervisor invited next colleague academy administrator"),
        ])
        .before(LOOKING),
        form(
            "/api/projects/bridge",
            "Bridge",
            PROJECTS,
            |w, o| pairs!["project" => w.id(o, "project"), "leads_until" => "1 5 2026"],
            UNLED,
        )
        .before(LOOKING),
        form(
            "/api/projects/keep-looking",
            "KeepLooking",
            PROJECTS,
            |w, o| pairs!["project" => w.id(o, "project"), "looks_until" => "1 4 2026"],
            UNLED,
        )
        .before(LOOKING),
        form("/api/projects/lead-again", "LeadAgain", PROJECTS, of_project, &[(Own, "lead"), (Paused, "lead")])
            .before(BACK),
        form(
            "/api/handovers/answer",
            "AnswerAsSuccessor",
            REGISTERED,
            answer,
            &[(Own, "next"), (Same, "arriving"), (Other, "guest"), (Paused, "next")],
        )
        .stopped(&[(Closed, "next"), (Merged, "next")]),
        form(
            "/api/handovers/answer-as-supervisor",
            "AnswerAsSupervisor",
            REGISTERED,
            answer,
            &[(Own, "supervisor"), (Same, "academy"), (Other, "elsewhere"), (Paused, "supervisor")],
        )
        .stopped(&[(Closed, "supervisor academy"), (Merged, "supervisor academy")]),
        form(
            "/api/evidence/confirm",
            "ConfirmPart",
            REGISTERED,
            |w, o| pairs!["project" => w.id(o, "project"), "person" => w.id(o, "leader")],
            &[(Own, "supervisor"), (Paused, "supervisor"), (Closed, "supervisor"), (Merged, "supervisor")],
        ),
        form(
            "/api/handovers/amend",
            "WriteSummary",
            REGISTERED,
            |w, o| {
                pairs!["project" => w.id(o, "project"), "handover" => w.id(o, "handover"), "version" => "1",
                    "summary" => "Going better"]
            },
            LEADS,
        )
        .stopped(LED),
        form(
            "/api/handovers/withdraw",
            "WithdrawHandover",
            REGISTERED,
            |w, o| pairs!["handover" => w.id(o, "handover")],
            &[(Own, "lead academy"), (Same, "academy"), (Other, "elsewhere"), (Paused, "lead academy")],
        )
        .stopped(&[(Closed, "lead academy"), (Merged, "lead academy")]),
    ]
}
