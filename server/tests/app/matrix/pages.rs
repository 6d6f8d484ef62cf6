//! Every page and download, and who gets it.

use super::forms::{FINISHES, LEFT_BEHIND, LEFT_LATELY, SUPERVISING};
use super::row::{NONE, OF_A_TRUST, PROJECTS, REGISTERED, Row, page};
use super::who::{
    ADMINISTERS_OWN, CONFIRMS, COORDINATES, COORDINATES_OWN, EVERYBODY, HAS_SESSION, LEADS, LED, MANAGES_TEAM,
    ORGANISES, ORGANISES_OWN, READS, READS_OWN_TRUST, READS_TRUST, SIGNED_IN, WORKED, WORKS, WORKS_IN_TRUST,
};
use super::world::{CALENDAR, FEED, FORGOTTEN, INVITATION, INVITED, JOIN, JOINS, NEW_PASSWORD, Object::*, World};

macro_rules! at {
    ($before:literal, $kind:literal, $after:literal) => {
        |world: &World, object| format!(concat!($before, "{}", $after), world.id(object, $kind))
    };
    ($whole:literal) => {
        |_: &World, _| $whole.to_owned()
    };
}

/// The rows of all pages and downloads.
#[expect(clippy::too_many_lines, reason = "a table: a row for each page and download")]
pub fn rows() -> Vec<Row> {
    let public = |path, address| page(path, "", NONE, address, EVERYBODY);
    let reads = |path, address| page(path, "ReadProject", PROJECTS, address, READS);
    vec![
        public("/sign-in", at!("/sign-in")),
        public("/forgotten-password", at!("/forgotten-password")),
        public("/invitation", |_, _| format!("/invitation?link={INVITATION}")).before(INVITED),
        public("/new-password", |_, _| format!("/new-password?link={NEW_PASSWORD}")).before(FORGOTTEN),
        public("/join", at!("/join")),
        public("/join", |_, _| format!("/join?link={JOIN}")).before(JOINS).of("with its link"),
        public("/calendar.ics", |_, _| format!("/calendar.ics?of={FEED}")).before(CALENDAR),
        public("/about", at!("/about")),
        public("/accessibility", at!("/accessibility")),
        public("/glossary", at!("/glossary")),
        public("/privacy", at!("/privacy")),
        public("/how-charts-are-checked", at!("/how-charts-are-checked")),
        page("/", "", NONE, at!("/"), SIGNED_IN),
        page("/past", "", NONE, at!("/past"), SIGNED_IN),
        page("/asks", "", NONE, at!("/asks"), SIGNED_IN),
        page("/tasks", "", NONE, at!("/tasks"), SIGNED_IN),
        page("/sign-out", "", NONE, at!("/sign-out"), HAS_SESSION),
        page("/account", "", NONE, at!("/account"), SIGNED_IN),
        page("/account/dates", "", NONE, at!("/account/dates"), SIGNED_IN),
        page("/account/mail", "", NONE, at!("/account/mail"), SIGNED_IN),
        page("/account/interests", "", NONE, at!("/account/interests"), SIGNED_IN),
        page("/account/password", "", NONE, at!("/account/password"), HAS_SESSION),
        page("/trusts", "", NONE, at!("/trusts"), SIGNED_IN),
        page("/qi", "", NONE, at!("/qi"), SIGNED_IN),
        page("/qi/print", "", NONE, at!("/qi/print"), SIGNED_IN),
        page(
            "/qi/{id}",
            "ConfirmPart",
            REGISTERED,
            |w, o| format!("/qi/{}?of={}", w.id(o, "project"), w.id(o, "leader")),
            CONFIRMS,
        )
        .of("somebody else's"),
        page("/qi/supported", "", NONE, at!("/qi/supported"), SIGNED_IN),
        page("/projects", "ReadTrust", NONE, at!("/projects"), READS_OWN_TRUST),
        page("/search", "ReadTrust", NONE, at!("/search?q=sepsis"), READS_OWN_TRUST),
        page("/projects.csv", "ReadTrust", NONE, at!("/projects.csv"), READS_OWN_TRUST),
        page("/priorities", "ReadTrust", NONE, at!("/priorities"), READS_OWN_TRUST),
        page("/charts", "ReadTrust", NONE, at!("/charts"), READS_OWN_TRUST),
        page("/pool", "ReadTrust", NONE, at!("/pool"), READS_OWN_TRUST),
        page("/priorities/{id}", "ReadTrust", OF_A_TRUST, at!("/priorities/", "priority", ""), READS_TRUST),
        page("/priorities/{id}/board", "ReadTrust", OF_A_TRUST, at!("/priorities/", "priority", "/board"), READS_TRUST),
        page("/projects/register", "RegisterProject", NONE, at!("/projects/register"), WORKS_IN_TRUST),
        page(
            "/projects/register",
            "RegisterProject",
            NONE,
            at!("/projects/register?type=quality_improvement"),
            WORKS_IN_TRUST,
        )
        .of("with its type"),
        page("/priorities/new", "ManagePriorities", NONE, at!("/priorities/new"), COORDINATES_OWN),
        page(
            "/priorities/{id}/edit",
            "ManagePriorities",
            OF_A_TRUST,
            at!("/priorities/", "priority", "/edit"),
            COORDINATES,
        ),
        page("/look-alikes", "Coordinate", NONE, at!("/look-alikes"), COORDINATES_OWN),
        page(
            "/look-alikes/pair",
            "Coordinate",
            &[Own, Other, Draft, Paused, Closed, Missing],
            |world, object| {
                format!("/look-alikes/pair?first={}&second={}", world.id(object, "project"), world.id(Same, "project"))
            },
            // What is not the trust's, or a draft, cannot be compared, and is not told from what is not there.
            &[
                (Own, "academy elsewhere"),
                (Other, "academy elsewhere"),
                (Draft, "academy elsewhere"),
                (Paused, "academy elsewhere"),
                (Closed, "academy elsewhere"),
                (Missing, "academy elsewhere"),
            ],
        ),
        page("/supervision", "ReadTrust", NONE, at!("/supervision"), READS_OWN_TRUST),
        page("/supervision", "Coordinate", OF_A_TRUST, at!("/supervision?of=", "place person", ""), COORDINATES)
            .before(SUPERVISING)
            .of("somebody else's"),
        page("/people", "ManageOrganisation", NONE, at!("/people"), ORGANISES_OWN),
        page("/people/invitations", "ManageOrganisation", NONE, at!("/people/invitations"), ORGANISES_OWN),
        page("/people/invitations/links", "ManageOrganisation", NONE, at!("/people/invitations/links"), ORGANISES_OWN),
        page("/people/joining", "ManageOrganisation", NONE, at!("/people/joining"), ORGANISES_OWN),
        page("/people/mail", "ReadMail", NONE, at!("/people/mail"), ADMINISTERS_OWN),
        page("/people/dates", "ManageOrganisation", NONE, at!("/people/dates"), ORGANISES_OWN),
        page("/people/intake", "ManageOrganisation", NONE, at!("/people/intake"), ORGANISES_OWN),
        page(
            "/people/intake/rejected.csv",
            "ManageOrganisation",
            NONE,
            at!("/people/intake/rejected.csv"),
            ORGANISES_OWN,
        ),
        page("/intakes/{id}", "ManageOrganisation", OF_A_TRUST, at!("/intakes/", "intake", ""), ORGANISES),
        page("/changeovers", "Coordinate", NONE, at!("/changeovers"), COORDINATES_OWN),
        page("/changeover", "Coordinate", NONE, at!("/changeover"), COORDINATES_OWN),
        page("/changeover.csv", "Coordinate", NONE, at!("/changeover.csv"), COORDINATES_OWN),
        page("/people/new", "ManageOrganisation", NONE, at!("/people/new"), ORGANISES_OWN),
        page("/people/{id}", "ManageOrganisation", OF_A_TRUST, at!("/people/", "person", ""), ORGANISES),
        page("/people/{id}/edit", "ManageOrganisation", OF_A_TRUST, at!("/people/", "person", "/edit"), ORGANISES),
        page(
            "/people/{id}/account",
            "ManageOrganisation",
            OF_A_TRUST,
            at!("/people/", "person", "/account"),
            ORGANISES,
        ),
        page(
            "/people/{id}/posts/new",
            "ManageOrganisation",
            OF_A_TRUST,
            at!("/people/", "person", "/posts/new"),
            ORGANISES,
        ),
        page(
            "/people/{id}/away/new",
            "ManageOrganisation",
            OF_A_TRUST,
            at!("/people/", "person", "/away/new"),
            ORGANISES,
        ),
        page("/people/{id}/code", "ManageOrganisation", OF_A_TRUST, at!("/people/", "person", "/code"), ORGANISES),
        page("/posts/{id}", "ManageOrganisation", OF_A_TRUST, at!("/posts/", "post", ""), ORGANISES),
        page("/posts/{id}/end", "ManageOrganisation", OF_A_TRUST, at!("/posts/", "post", "/end"), ORGANISES),
        page("/departments", "ManageOrganisation", NONE, at!("/departments"), ORGANISES_OWN),
        page("/departments/new", "ManageOrganisation", NONE, at!("/departments/new"), ORGANISES_OWN),
        page("/departments/{id}", "ManageOrganisation", OF_A_TRUST, at!("/departments/", "department", ""), ORGANISES),
        page("/sites/new", "ManageOrganisation", NONE, at!("/sites/new"), ORGANISES_OWN),
        page("/sites/{id}", "ManageOrganisation", OF_A_TRUST, at!("/sites/", "site", ""), ORGANISES),
        reads("/projects/{id}", at!("/projects/", "project", "")),
        reads("/projects/{id}/history", at!("/projects/", "project", "/history")),
        reads("/projects/{id}/team", at!("/projects/", "project", "/team")),
        page(
            "/projects/{id}/co-lead",
            "NameCoLead",
            PROJECTS,
            at!("/projects/", "project", "/co-lead"),
            &[(Own, "lead"), (Paused, "lead")],
        )
        .stopped(&[(Closed, "lead"), (Merged, "lead")]),
        reads("/projects/{id}/board", at!("/projects/", "project", "/board")),
        reads("/projects/{id}/cycles", at!("/projects/", "project", "/cycles")),
        reads("/projects/{id}/drivers", at!("/projects/", "project", "/drivers")),
        reads("/projects/{id}/tasks", at!("/projects/", "project", "/tasks")),
        reads("/projects/{id}/updates", at!("/projects/", "project", "/updates")),
        reads("/projects/{id}/links", at!("/projects/", "project", "/links")),
        reads("/projects/{id}/handovers", at!("/projects/", "project", "/handovers")),
        page("/tasks/{id}", "WriteProgress", PROJECTS, at!("/tasks/", "task", ""), WORKS).stopped(WORKED),
        page("/updates/{id}", "WriteProgress", PROJECTS, at!("/updates/", "update", ""), WORKS).stopped(WORKED),
        page("/links/{id}", "WriteProgress", PROJECTS, at!("/links/", "web link", ""), WORKS).stopped(WORKED),
        page("/projects/{id}/next", "EditProject", PROJECTS, at!("/projects/", "project", "/next"), WORKS)
            .stopped(WORKED),
        reads("/projects/{id}/pack", at!("/projects/", "project", "/pack")),
        reads("/measures/{id}", at!("/measures/", "measure", "")),
        reads("/measures/{id}/chart.svg", at!("/measures/", "measure", "/chart.svg")),
        reads("/measures/{id}/chart.png", at!("/measures/", "measure", "/chart.png")),
        reads("/measures/{id}/slide", at!("/measures/", "measure", "/slide")),
        reads("/measures/{id}/slide.png", at!("/measures/", "measure", "/slide.png")),
        reads("/projects/{id}/slide", at!("/projects/", "project", "/slide")),
        reads("/projects/{id}/slide.png", at!("/projects/", "project", "/slide.png")),
        reads("/measures/{id}/points.csv", at!("/measures/", "measure", "/points.csv")),
        reads("/measurements/{id}", at!("/measurements/", "point", "")),
        page("/batches/{id}", "RecordMeasurement", PROJECTS, at!("/batches/", "batch", ""), WORKS).stopped(WORKED),
        reads("/cycles/{id}", at!("/cycles/", "cycle", "")),
        page("/handovers/{id}", "ReadProject", REGISTERED, at!("/handovers/", "handover", ""), READS),
        page("/handovers/{id}/pack", "ReadHandover", REGISTERED, at!("/handovers/", "handover", "/pack"), READS),
        page("/handovers/{id}/summary", "WriteSummary", REGISTERED, at!("/handovers/", "handover", "/summary"), LEADS)
            .stopped(LED),
        page("/projects/{id}/edit", "EditProject", PROJECTS, at!("/projects/", "project", "/edit"), WORKS)
            .stopped(WORKED),
        page(
            "/projects/{id}/measures/new",
            "DefineMeasure",
            PROJECTS,
            at!("/projects/", "project", "/measures/new"),
            WORKS,
        )
        .stopped(WORKED),
        page("/measures/{id}/edit", "DefineMeasure", PROJECTS, at!("/measures/", "measure", "/edit"), WORKS)
            .stopped(WORKED),
        page("/measures/{id}/chart", "DefineMeasure", PROJECTS, at!("/measures/", "measure", "/chart"), WORKS)
            .stopped(WORKED),
        page("/measures/{id}/points", "RecordMeasurement", PROJECTS, at!("/measures/", "measure", "/points"), WORKS)
            .stopped(WORKED),
        page("/measures/{id}/import", "RecordMeasurement", PROJECTS, at!("/measures/", "measure", "/import"), WORKS)
            .stopped(WORKED),
        page("/measures/{id}/tally", "RecordMeasurement", PROJECTS, at!("/measures/", "measure", "/tally"), WORKS)
            .stopped(WORKED),
        page("/tallies/{id}", "RecordMeasurement", PROJECTS, at!("/tallies/", "tally", ""), WORKS).stopped(WORKED),
        page("/tallies/{id}/discard", "RecordMeasurement", PROJECTS, at!("/tallies/", "tally", "/discard"), WORKS)
            .stopped(WORKED),
        page("/projects/{id}/cycles/new", "WriteCycle", PROJECTS, at!("/projects/", "project", "/cycles/new"), WORKS)
            .stopped(WORKED),
        page("/drivers/{id}", "DrawDrivers", PROJECTS, at!("/drivers/", "driver", ""), WORKS).stopped(WORKED),
        page(
            "/projects/{id}/status",
            "ChangeStatus",
            PROJECTS,
            at!("/projects/", "project", "/status"),
            &[
                (Own, "lead supervisor academy"),
                (Same, "academy"),
                (Other, "elsewhere"),
                (Paused, "lead supervisor academy"),
                (Closed, "lead supervisor academy"),
                // Whoever reads it is sent on to the project that it was merged into.
                (
                    Merged,
                    "away arriving lead member supervisor past leaver invited next colleague academy administrator guest",
                ),
            ],
        ),
        page("/projects/{id}/handover", "WriteSummary", PROJECTS, at!("/projects/", "project", "/handover"), LEADS)
            .stopped(LED),
        page(
            "/projects/{id}/handover",
            "WriteSummary",
            LEFT_BEHIND,
            at!("/projects/", "project", "/handover"),
            FINISHES,
        )
        .before(LEFT_LATELY)
        .of("of somebody who has just left"),
        page("/memberships/{id}", "ManageTeam", PROJECTS, at!("/memberships/", "place", ""), MANAGES_TEAM).stopped(LED),
        page(
            "/projects/{id}/take-on",
            "TakeOn",
            PROJECTS,
            at!("/projects/", "project", "/take-on"),
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
        ]),
    ]
}
