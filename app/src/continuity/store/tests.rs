use timeline::{Continuity, FOREVER};

use super::*;
use crate::continuity::by_hand::{Row, clear, stand};
use crate::continuity::model::NamedSupervisor;
use crate::continuity::parts::{Mends, Strip};
use crate::id::HandoverId;
use crate::testing::{Fixture, TODAY, noon, on};

/// What a page says of a project on a day, as words.
fn spoken(strip: &Strip) -> String {
    use leptos::prelude::RenderHtml as _;
    let html = strip.view(Mends::ALL).to_html();
    let words = html.split('<').filter_map(|part| part.split_once('>')).map(|(_, words)| words.trim());
    words.filter(|words| !words.is_empty()).collect::<Vec<_>>().join(" ")
}

/// A project with a handover, of which a test says where it stands.
struct Stage {
    at: Fixture,
    project: ProjectId,
    handover: HandoverId,
}

impl Stage {
    async fn new() -> Self {
        let at = Fixture::new().await;
        let project = at.project("Sepsis").await;
        Self { at, project, handover: HandoverId::new() }
    }

    /// Writes a handover for 6 May to the colleague or to the pool, and where the project stands before and
    /// from that day; gives the project's words on the day.
    async fn told(&self, state: &str, to_pool: bool, named: bool, rows: &[Row], day: &str) -> (ProjectRow, String) {
        let mut change = self.at.store.write().await.expect("a change");
        sqlx::query(
            "insert into handover (id, project_id, from_person, to_person, to_pool, state, takes_effect_on, created_by, created_at, offered_at)
             values ($1, $2, $3, $4, $5, $6, '2026-05-06', $3, $7, $7)",
        )
        .bind(self.handover)
        .bind(self.project)
        .bind(self.at.trainee)
        .bind(named.then_some(self.at.colleague))
        .bind(to_pool)
        .bind(state)
        .bind(noon())
        .execute(&mut *change)
        .await
        .expect("a handover");
        clear(&mut change, self.project).await;
        for row in rows {
            stand(&mut change, self.at.trust, self.project, row).await;
        }
        let found = row(&mut change, self.project, on(day)).await.expect("a row");
        (found.clone(), spoken(&Strip::of(found, TODAY)))
    }

    fn pooled(&self, from: &str, until: &str) -> Row {
        let row = Row::new(Continuity::InPool, on(from), until.parse().unwrap_or(FOREVER));
        Row { no_lead_since: Some(on(from)), handover: Some(self.handover), at_risk: true, ..row }
    }

    fn led(&self, person: PersonId, from: &str, until: &str) -> Row {
        let row = Row::new(Continuity::Agreed, on(from), until.parse().unwrap_or(FOREVER));
        let last = row.until_on.pred_opt().filter(|_| row.until_on < FOREVER);
        Row { lead: Some((person, last)), handover: Some(self.handover), ..row }
    }
}

#[tokio::test]
async fn a_pooled_project_says_since_when_and_who_takes_it_over() {
    let stage = Stage::new().await;
    let next = stage.led(stage.at.colleague, "2026-05-08", "");
    let rows = [stage.pooled("2026-02-01", "2026-05-08"), next];
    let (found, said) = stage.told("agreed", false, true, &rows, "2026-03-04").await;
    assert!(said.contains("Nobody since 1 February 2026: in the pool"), "{said}");
    assert!(said.contains("Colin Colleague takes it over on 8 May 2026"), "the day on which they are there: {said}");
    assert!(!said.contains("Take it on"), "{said}");
    assert!(found.at_risk && found.offer.is_none());
    assert_eq!((found.no_lead_since, found.looking_since()), (Some(on("2026-02-01")), Some(on("2026-02-01"))));
}

#[tokio::test]
async fn an_agreed_handover_whose_successor_will_not_be_there_says_so() {
    let stage = Stage::new().await;
    let rows = [stage.led(stage.at.trainee, "2026-01-01", "2026-05-06"), stage.pooled("2026-05-06", "")];
    let (found, said) = stage.told("agreed", false, true, &rows, "2026-03-04").await;
    assert_eq!(found.agreed.expect("a handover").begins_on, None);
    assert!(said.contains("Tara Trainee until 5 May 2026, in 8 weeks"), "{said}");
    assert!(said.contains("Colin Colleague agreed to take it over on 6 May 2026, and will not be there"), "{said}");
}

#[tokio::test]
async fn an_offer_stands_beside_the_lead_or_the_pool() {
    for (to_pool, named, told) in [
        (false, true, "Offered to Colin Colleague from 6 May 2026"),
        (true, false, "Offered to whoever takes it on from 6 May 2026"),
        (true, true, "Colin Colleague asked on 4 March 2026 to take it on from 6 May 2026"),
    ] {
        let stage = Stage::new().await;
        let led = stage.led(stage.at.trainee, "2026-01-01", "2026-06-01");
        let rows = [Row { state: Continuity::Offered, ..led }, stage.pooled("2026-06-01", "")];
        let (found, said) = stage.told("offered", to_pool, named, &rows, "2026-03-04").await;
        assert!(said.contains(told), "{said}");
        assert!(said.contains("Tara Trainee until 31 May 2026"), "{said}");
        assert_eq!(found.looking_since(), to_pool.then_some(TODAY), "only an offer to the pool looks for anybody");
        let stage = Stage::new().await;
        let rows = [stage.pooled("2026-01-20", "")];
        let (found, said) = stage.told("offered", to_pool, named, &rows, "2026-03-04").await;
        let told = if named { told } else { "Offered to whoever takes it on" };
        assert!(said.contains("Nobody since 20 January 2026: in the pool") && said.contains(told), "{said}");
        assert!(named || !said.contains("takes it on from"), "they begin as soon as they are accepted: {said}");
        let asked = to_pool && named;
        assert_eq!(said.contains("Take it on"), !asked, "nobody else asks while one is asked about: {said}");
        assert_eq!(found.asked_for(), asked.then_some(("Colin Colleague", Some(TODAY))));
        assert_eq!(found.looking_since(), Some(on("2026-01-20")));
    }
}

#[tokio::test]
async fn a_supervisor_who_goes_has_a_day_and_one_who_does_not_count_has_a_reason() {
    let stage = Stage::new().await;
    let led = stage.led(stage.at.trainee, "2026-01-01", "");
    let until = Some(on("2026-08-31"));
    let rows = [Row { supervisor: Some((stage.at.supervisor, until)), ..led.clone() }];
    let (found, said) = stage.told("withdrawn", false, true, &rows, "2026-03-04").await;
    assert_eq!(found.supervisor.expect("a supervisor").until, until);
    assert!(said.contains("Sonia Supervisor until 31 August 2026"), "{said}");

    let mut change = stage.at.store.write().await.expect("a change");
    clear(&mut change, stage.project).await;
    sqlx::query("delete from ask where project_id = $1").bind(stage.project).execute(&mut *change).await.expect("none");
    stand(&mut change, stage.at.trust, stage.project, &Row { handover: None, ..led }).await;
    let told = async |change: &mut Connection| {
        let found = row(change, stage.project, TODAY).await.expect("a row");
        (found.supervisor_named.clone(), spoken(&Strip::of(found, TODAY)))
    };
    let sonia = |unconfirmed| Some(NamedSupervisor { name: "Sonia Supervisor".to_owned(), leads: false, unconfirmed });
    let (named, said) = told(&mut change).await;
    assert_eq!(named, sonia(false));
    assert!(said.contains("Nobody today Sonia Supervisor is away or has left Name another supervisor"), "{said}");
    sqlx::query(
        "insert into ask (project_id, trust_id, kind, object_id, cause_on, since_on, level, audience, from_on, until_on, rests)
         select project_id, $2, 'confirm_supervisor', id, $3, $3, 1, 'desk', $3, '9999-12-31', 0
         from team_role where project_id = $1 and role = 'supervisor'",
    )
    .bind(stage.project)
    .bind(stage.at.trust)
    .bind(TODAY)
    .execute(&mut *change)
    .await
    .expect("an ask");
    let (named, said) = told(&mut change).await;
    assert_eq!(named, sonia(true));
    assert!(said.contains("Sonia Supervisor waits for the QI academy to confirm until when"), "{said}");
}
