//! The rule, sentence by sentence, in a small trust.

mod small;

use small::{Small, day};
use timeline::{Audience, Continuity, FOREVER, Kind, Role, Status};

/// The levels of a kind, with the days on which they open.
fn levels(small: &Small, kind: Kind) -> Vec<(u8, i64)> {
    let timeline = small.derive();
    let mut levels: Vec<(u8, i64)> = Vec::new();
    for ask in timeline.asks.iter().filter(|ask| ask.kind == kind) {
        let opens = small::offset(ask.from_on);
        match levels.iter_mut().find(|(level, _)| *level == ask.level) {
            Some(found) => found.1 = found.1.min(opens),
            None => levels.push((ask.level, opens)),
        }
    }
    levels.sort_unstable();
    levels
}

fn spans(small: &Small, kind: Kind) -> Vec<(i64, i64)> {
    let mut spans: Vec<(i64, i64)> = small
        .derive()
        .asks
        .iter()
        .filter(|ask| ask.kind == kind && ask.audience == Audience::Desk)
        .map(|ask| (small::offset(ask.from_on), small::offset(ask.until_on)))
        .collect();
    spans.sort_unstable();
    spans
}

fn states(small: &Small) -> Vec<(i64, Continuity)> {
    let mut states: Vec<(i64, Continuity)> = Vec::new();
    for row in small.derive().standings {
        if states.last().is_none_or(|(_, state)| *state != row.state) {
            states.push((small::offset(row.from_on), row.state));
        }
    }
    states
}

use Continuity::{Agreed, Due, Ended, InPool, Led, Offered, Resting};

#[test]
fn a_lead_becomes_due_twelve_weeks_before_the_last_day_and_then_it_is_in_the_pool() {
    let small = Small::new().led_until(200);
    assert_eq!(states(&small), [(0, Led), (116, Due), (201, InPool)]);
    let row = small.derive().standings[0].clone();
    assert_eq!((row.lead, row.lead_last_on), (Some(small.lead), Some(day(200))));
    assert_eq!((row.supervisor, row.supervisor_last_on), (Some(small.supervisor), None));
    assert_eq!(small.derive().standings.last().and_then(|row| row.no_lead_since), Some(day(201)));
    let gone = small.derive().standings.last().cloned().expect("a row");
    assert_eq!((gone.lead, gone.until_on, gone.at_risk), (None, FOREVER, true));
}

#[test]
fn posts_with_fewer_than_28_days_between_them_are_one() {
    for (between, one) in [(0, true), (2, true), (27, true), (28, false)] {
        let small = Small::new().led_until(200).post(Small::LEAD, 201 + between, None);
        assert_eq!(states(&small).iter().any(|(_, state)| *state == InPool), !one, "{between}");
    }
}

#[test]
fn an_absence_of_28_days_ends_it_and_absences_with_three_days_between_are_one() {
    let pooled = |absences: &[(i64, i64)], keeps| {
        let small =
            absences.iter().fold(Small::new(), |small, &(from, last)| small.away(Small::LEAD, from, last, keeps));
        states(&small).contains(&(absences[0].0, InPool))
    };
    assert!(pooled(&[(100, 127)], false));
    assert!(!pooled(&[(100, 126)], false), "27 days");
    assert!(!pooled(&[(100, 300)], true), "they keep contributing");
    assert!(pooled(&[(100, 110), (114, 140)], false), "three days between");
    assert!(!pooled(&[(100, 110), (115, 140)], false), "four days between");
}

#[test]
fn a_closed_account_leads_nothing() {
    let small = Small::new().closed(Small::LEAD, 50);
    assert_eq!(states(&small), [(0, Due), (50, InPool)]);
}

#[test]
fn whoever_comes_back_is_asked_and_leads_only_when_they_say_so() {
    let small = Small::new().away(Small::LEAD, 100, 150, false);
    assert_eq!(states(&small).last(), Some(&(100, InPool)));
    assert_eq!(levels(&small, Kind::ReturnedLead), [(1, 151)]);
    let again = small.place(Small::LEAD, Role::Lead, 160, None);
    assert_eq!(states(&again).last(), Some(&(160, Led)));
    assert!(levels(&again, Kind::ReturnedLead) == [(1, 151)]);
    let ask = again.derive().asks.into_iter().find(|ask| ask.kind == Kind::ReturnedLead).expect("asked");
    assert_eq!((ask.until_on, ask.audience), (day(160), Audience::Person(again.lead)));
}

#[test]
fn a_place_begins_with_its_person_when_they_arrive_within_28_days() {
    for (late, leads) in [(27, true), (28, false)] {
        let small = Small::unled().person_arrives(Small::OTHER, 100 + late).place(Small::OTHER, Role::Lead, 100, None);
        assert_eq!(states(&small).iter().any(|(from, state)| (*from, *state) == (100 + late, Led)), leads, "{late}");
    }
}

#[test]
fn of_several_leads_the_one_who_stays_longest_stands_first() {
    let small = Small::new().led_until(200).place(Small::OTHER, Role::Lead, 10, None);
    let rows = small.derive().standings;
    assert_eq!(rows[0].lead, Some(small.lead));
    assert!(rows[1..].iter().all(|row| row.lead == Some(small.other) && row.lead_last_on.is_none()));
    assert!(levels(&small, Kind::HandOver).is_empty(), "somebody leads on");
}

#[test]
fn a_supervisor_counts_on_an_open_ended_post_or_with_the_academys_word() {
    let counts = |small: &Small| {
        small
            .derive()
            .standings
            .iter()
            .filter(|row| row.supervisor.is_some())
            .map(|row| (small::offset(row.from_on), row.supervisor_last_on))
            .next()
    };
    assert_eq!(counts(&Small::new()), Some((0, None)));
    let time_bound = Small::new().supervisor_until(300);
    assert_eq!(counts(&time_bound), None);
    assert_eq!(levels(&time_bound, Kind::ConfirmSupervisor), [(3, 0)]);
    assert_eq!(
        levels(&time_bound, Kind::NoSupervisor),
        [(1, 301), (3, 329)],
        "until they go, the academy's word is asked for"
    );
    assert_eq!(counts(&time_bound.clone().confirmed_until(250)), Some((0, Some(day(250)))));
    assert_eq!(counts(&time_bound.confirmed_until(350)), Some((0, Some(day(300)))), "their post ends before");
    let without_post = Small::new().supervisor_without_post();
    assert_eq!(counts(&without_post), None);
    assert_eq!(counts(&without_post.confirmed_until(100)), Some((0, Some(day(100)))));
}

#[test]
fn nobody_supervises_what_they_lead() {
    let small = Small::new().place(Small::SUPERVISOR, Role::Lead, 10, Some(20));
    let supervisors: Vec<_> =
        small.derive().standings.iter().map(|row| (small::offset(row.from_on), row.supervisor.is_some())).collect();
    assert!(supervisors.contains(&(10, false)) && supervisors.contains(&(20, true)), "{supervisors:?}");
}

#[test]
fn the_lead_is_asked_to_hand_over_then_the_supervisor_then_the_academy() {
    let small = Small::new().led_until(200);
    assert_eq!(levels(&small, Kind::HandOver), [(1, 116), (2, 158), (3, 172)]);
    let ask = small.derive().asks.into_iter().find(|ask| ask.kind == Kind::HandOver).expect("asked");
    assert_eq!(
        (ask.cause_on, ask.due_on, ask.about, ask.until_on),
        (day(201), Some(day(200)), Some(small.lead), day(201))
    );
    // In a short post it is asked in the second half.
    let short = Small::unled().post(Small::OTHER, 100, Some(199)).place(Small::OTHER, Role::Lead, 100, None);
    assert_eq!(levels(&short, Kind::HandOver)[0], (1, 150));
}

#[test]
fn a_level_without_anybody_who_can_act_is_passed_at_once() {
    let small = Small::new().led_until(200).away(Small::LEAD, 120, 140, false);
    assert_eq!(levels(&small, Kind::HandOver), [(1, 116), (2, 120), (3, 172)]);
    let both = small.away(Small::SUPERVISOR, 125, 130, false);
    assert_eq!(levels(&both, Kind::HandOver), [(1, 116), (2, 120), (3, 125)], "and stays open");
    let unreachable = Small::new().led_until(200).without_way_in(Small::LEAD).supervisor_until(90);
    assert_eq!(levels(&unreachable, Kind::HandOver), [(3, 116)]);
    assert_eq!(spans(&unreachable, Kind::CannotBeReached), [(0, 201)]);
}

#[test]
fn an_offer_to_the_pool_asks_the_others_and_the_lead_waits() {
    let small = Small::new().led_until(200).offer(None, 130, 201, true);
    assert_eq!(levels(&small, Kind::HandOver), [(1, 116), (2, 130), (3, 130)]);
    let lead = Audience::Person(small.lead);
    assert!(
        small
            .derive()
            .asks
            .iter()
            .filter(|ask| ask.kind == Kind::HandOver && ask.audience == lead)
            .all(|ask| ask.until_on <= day(130))
    );
    assert_eq!(states(&small), [(0, Led), (116, Due), (130, Offered), (201, InPool)]);
}

#[test]
fn an_answer_waits_a_third_of_the_time_at_each_level_and_at_most_a_week() {
    let other = Some(Small::OTHER);
    for (ahead, second, third) in
        [(90, 7, 14), (12, 4, 8), (5, 1, 2), (3, 1, 2), (2, 0, 0), (1, 0, 0), (0, 2, 4), (-3, 2, 4)]
    {
        let small = Small::new().offer(other, 100, 100 + ahead, false);
        assert_eq!(levels(&small, Kind::AnswerAsSuccessor), [(1, 100), (2, 100 + second), (3, 100 + third)], "{ahead}");
        assert_eq!(levels(&small, Kind::AgreeToHandover), [(1, 100), (3, 100 + second)], "{ahead}");
        let lapses = 100 + ahead.max(third) + 15;
        assert_eq!(spans(&small, Kind::AnswerAsSuccessor), [(100 + third, lapses)], "{ahead}");
        assert_eq!(states(&small)[1..3], [(100, Offered), (lapses, Led)], "{ahead}");
    }
}

#[test]
fn nobody_answers_for_a_handover_that_they_give_or_take() {
    let taken = Small::new().offer(Some(Small::SUPERVISOR), 100, 200, false);
    assert_eq!(levels(&taken, Kind::AgreeToHandover), [(3, 100)], "the supervisor would take it");
    let ask = taken.derive().asks.into_iter().find(|ask| ask.kind == Kind::AgreeToHandover).expect("asked");
    assert_eq!((ask.giver, ask.taker), (Some(taken.lead), Some(taken.supervisor)));
}

#[test]
fn a_request_from_the_pool_whose_supervisor_has_gone_is_with_the_academy_at_once() {
    let small = Small::unled().supervisor_until(50).offer(Some(Small::OTHER), 100, 100, true);
    assert_eq!(levels(&small, Kind::AnswerTakeOn), [(3, 100)]);
    assert_eq!(spans(&small, Kind::AnswerTakeOn), [(100, 115)]);
    assert_eq!(states(&small), [(0, InPool)], "nobody leads, whatever is offered");
}

#[test]
fn a_named_offer_is_an_arrangement_until_two_weeks_before_the_last_day() {
    let small = Small::new().led_until(200).offer(Some(Small::OTHER), 130, 201, false);
    let lead: Vec<_> = small
        .derive()
        .asks
        .into_iter()
        .filter(|ask| ask.kind == Kind::HandOver && ask.level == 1)
        .map(|ask| (small::offset(ask.from_on), small::offset(ask.until_on)))
        .collect();
    assert_eq!(lead, [(116, 130), (186, 201)]);
}

#[test]
fn an_agreed_handover_passes_the_lead_on_its_day() {
    let small = Small::new().led_until(200).agreed(Small::OTHER, 150, 201);
    assert_eq!(states(&small), [(0, Led), (116, Due), (150, Agreed), (201, Led)]);
    assert!(levels(&small, Kind::HandOver).iter().all(|(_, opens)| *opens < 150));
    assert!(levels(&small, Kind::NoLead).is_empty() && levels(&small, Kind::Gap).is_empty());
    let row = small.derive().standings.into_iter().find(|row| row.from_on == day(150)).expect("a row");
    assert_eq!(row.handover, Some(Small::handover_id()));
}

#[test]
fn days_without_a_lead_before_an_agreed_handover_are_in_the_pool_and_it_stands() {
    let small = Small::new().led_until(200).agreed(Small::OTHER, 150, 230);
    assert_eq!(states(&small), [(0, Led), (116, Due), (150, Agreed), (201, InPool), (230, Led)]);
    assert_eq!(levels(&small, Kind::Gap), [(1, 150), (2, 150), (3, 150)]);
    assert_eq!(spans(&small, Kind::Gap), [(150, 201)]);
    assert_eq!(spans(&small, Kind::NoLead), [(201, 230)]);
    let pooled = small.derive().standings.into_iter().find(|row| row.state == InPool).expect("a row");
    assert_eq!(pooled.handover, Some(Small::handover_id()), "it shows beside");
    // Somebody who bridges leads until its eve.
    let bridged = small.place(Small::THIRD, Role::Lead, 201, Some(230));
    assert_eq!(states(&bridged), [(0, Led), (116, Due), (150, Agreed), (230, Led)]);
}

#[test]
fn an_agreed_handover_waits_28_days_for_its_successor_and_the_giver_leads_on() {
    for (late, stands) in [(0, true), (28, true), (29, false)] {
        let small = Small::new().person_arrives(Small::OTHER, 200 + late).agreed(Small::OTHER, 150, 200);
        let rows = small.derive().standings;
        let on = |offset| {
            rows.iter().find(|row| row.from_on <= day(offset) && day(offset) < row.until_on).and_then(|row| row.lead)
        };
        assert_eq!(on(199 + late), Some(small.lead), "{late}: the giver leads while in post");
        assert_eq!(on(200 + late), Some(if stands { small.other } else { small.lead }), "{late}");
        assert_eq!(levels(&small, Kind::BrokenHandover).is_empty(), stands, "{late}");
    }
    let broken = Small::new().person_arrives(Small::OTHER, 300).agreed(Small::OTHER, 150, 200);
    assert_eq!(levels(&broken, Kind::BrokenHandover), [(1, 150), (2, 150), (3, 150)]);
    assert_eq!(spans(&broken, Kind::BrokenHandover), [(150, 229)]);
    assert!(states(&broken).iter().all(|(_, state)| *state != Agreed));
}

#[test]
fn whoever_takes_on_a_project_whose_handover_is_broken_leads_it_also_once_it_would_be_sound() {
    // Taking it on ended the successor's place before it began.
    let small = Small::new().led_until(180).agreed(Small::OTHER, 150, 230).lead_ends(Small::OTHER, 230).place(
        Small::THIRD,
        Role::Lead,
        190,
        None,
    );
    let last = small.derive().standings.pop().expect("a row");
    assert_eq!(last.lead, Some(small.third));
    assert!(levels(&small, Kind::Gap).is_empty() && levels(&small, Kind::BrokenHandover).is_empty());
}

#[test]
fn nobody_leads_asks_supervisor_and_academy_at_once_and_the_administrators_on_day_56() {
    let small = Small::new().led_until(200);
    assert_eq!(levels(&small, Kind::NoLead), [(2, 201), (3, 201)]);
    let administrators = |small: &Small| {
        small
            .derive()
            .asks
            .into_iter()
            .filter(|ask| ask.audience == Audience::Administrators)
            .map(|ask| small::offset(ask.from_on))
            .min()
    };
    assert_eq!(administrators(&small), Some(257));
    let chosen = small.clone().keep_looking(270);
    assert_eq!(administrators(&chosen), Some(270));
    let resting: Vec<_> = chosen
        .derive()
        .asks
        .into_iter()
        .filter(|ask| ask.kind == Kind::NoLead && ask.rests)
        .map(|ask| (small::offset(ask.from_on), small::offset(ask.until_on)))
        .collect();
    assert!(resting.iter().all(|span| *span == (201, 270)) && resting.len() == 2, "{resting:?}");
    let paused = small.status(Status::Paused).review(290);
    assert_eq!(administrators(&paused), Some(257), "its lead paused it, and nobody chose to leave it without one");
    assert_eq!(states(&paused).last(), Some(&(201, InPool)), "whatever is paused");
}

#[test]
fn a_project_without_a_supervisor_asks_after_two_weeks() {
    let small = Small::new().without_supervisor();
    assert_eq!(levels(&small, Kind::NoSupervisor), [(1, 14), (3, 42)]);
    let asked = small.clone().asks_supervisor(Small::OTHER, 20);
    assert_eq!(spans(&asked, Kind::NoSupervisor), []);
    assert_eq!(levels(&asked, Kind::AskedToSupervise), [(1, 20), (2, 34), (3, 48)]);
    let pooled = small.led_until(5);
    assert!(levels(&pooled, Kind::NoSupervisor).is_empty(), "nobody leads: that is asked");
}

#[test]
fn whoever_is_asked_and_has_no_way_in_is_passed_at_once() {
    let small = Small::new().without_supervisor().without_way_in(Small::OTHER).asks_supervisor(Small::OTHER, 20);
    assert_eq!(levels(&small, Kind::AskedToSupervise), [(1, 20), (2, 20), (3, 48)]);
}

#[test]
fn a_supervisor_who_goes_passes_it_on() {
    let small = Small::new().supervisor_confirmed(300);
    assert_eq!(levels(&small, Kind::PassOnSupervision), [(1, 216), (2, 258), (3, 272)]);
    let gone: Vec<_> = spans(&small, Kind::PassOnSupervision);
    assert_eq!(gone, [(272, 301), (301, small::offset(FOREVER))]);
    assert!(levels(&small, Kind::NoSupervisor).is_empty(), "the cause silences its symptom");
    let asked = small.asks_supervisor(Small::OTHER, 250);
    assert_eq!(spans(&asked, Kind::PassOnSupervision), [], "somebody is asked");
}

#[test]
fn a_request_to_join_goes_to_those_who_can_act_and_otherwise_to_the_academy() {
    let small = Small::new().asks_to_join(Small::OTHER, 20);
    assert_eq!(levels(&small, Kind::AnswerJoin), [(1, 20), (3, 34)]);
    let ownerless = Small::unled().supervisor_until(10).asks_to_join(Small::OTHER, 20);
    assert_eq!(levels(&ownerless, Kind::AnswerJoin), [(3, 20)]);
    assert!(!ownerless.derive().standings[0].at_risk || states(&ownerless)[0].1 == InPool);
}

#[test]
fn a_quiet_project_asks_whether_it_is_still_theirs() {
    let after = |small: &Small| levels(small, Kind::StillYours);
    let small = Small::new().active_on(100);
    assert_eq!(after(&small), [(1, 156), (2, 170), (3, 184)]);
    assert_eq!(after(&small.clone().rhythm(40))[0], (1, 180));
    assert_eq!(after(&small.clone().rhythm(300))[0], (1, 465), "at least once a year");
    assert_eq!(after(&small.clone().changeover(150))[0], (1, 165), "not close to a changeover");
    assert_eq!(after(&small.clone().changeover(171))[0], (1, 156));
    assert_eq!(after(&small.clone().changeover(170))[0], (1, 185));
    assert!(after(&small.status(Status::Paused)).is_empty());
    let taken = Small::new().active_on(100).agreed(Small::OTHER, 110, 120);
    assert_eq!(after(&taken).last().map(|level| level.1), Some(178), "30 days after it was taken over, and 28");
    assert_eq!(after(&taken.active_on(121)).last().map(|level| level.1), Some(205), "it moves");
}

#[test]
fn a_lead_who_works_elsewhere_now_is_asked() {
    let small = Small::new().led_until(200).active_on(150).post_elsewhere(Small::LEAD, 201);
    assert_eq!(levels(&small, Kind::StillYours)[0], (1, 201));
    assert_eq!(levels(&small.active_on(205), Kind::StillYours)[0], (1, 261));
}

#[test]
fn what_was_to_be_looked_at_comes_back() {
    let small = Small::new().status(Status::Sustaining).review(100);
    assert_eq!(states(&small)[0], (0, Resting));
    assert_eq!(states(&small)[1], (100, Led));
    assert_eq!(levels(&small, Kind::LookAgain), [(1, 100), (2, 114), (3, 128)]);
    assert_eq!(levels(&Small::new().review(100), Kind::LookAgain), [], "it is active");
    assert_eq!(levels(&Small::new().reaudit(90), Kind::LookAgain)[0], (1, 90));
    assert_eq!(levels(&Small::new().next_step(50), Kind::StepPassed), [(1, 51), (2, 78)], "never the academy");
}

#[test]
fn whoever_leaves_confirms_the_date_where_nothing_else_names_it() {
    let small = Small::new().led_until(200).agreed(Small::OTHER, 100, 201);
    assert_eq!(levels(&small, Kind::ConfirmDates), [(1, 144), (3, 172)]);
    assert!(levels(&Small::new().led_until(200), Kind::ConfirmDates).is_empty(), "the handover names it");
    assert!(levels(&small.end_confirmed(Small::LEAD), Kind::ConfirmDates).is_empty());
}

#[test]
fn a_draft_asks_its_author_and_is_nowhere() {
    let small = Small::new().without_supervisor().led_until(200).status(Status::Draft);
    assert!(small.derive().standings.is_empty());
    assert_eq!(levels(&small, Kind::DraftLeft), [(1, 172)]);
    let shared = small.place(Small::OTHER, Role::Member, 10, None);
    assert_eq!(levels(&shared, Kind::DraftLeft), [(1, 172), (2, 201)]);
    assert!(shared.derive().asks.iter().all(|ask| ask.audience != Audience::Desk));
}

#[test]
fn a_closed_project_has_ended_and_asks_nothing() {
    let small = Small::new().led_until(20).status(Status::Closed);
    assert_eq!(states(&small), [(0, Ended)]);
    assert!(small.derive().asks.is_empty());
}

#[test]
fn somebody_can_act_on_the_days_on_which_they_are_there() {
    let small = Small::new().led_until(200).away(Small::LEAD, 50, 51, true);
    let person = small.person(Small::LEAD);
    assert_eq!(timeline::can_act(person), [(small.starts(), day(50)), (day(52), day(201))]);
    let shut = Small::new().without_way_in(Small::LEAD);
    assert_eq!(timeline::can_act(shut.person(Small::LEAD)), []);
}

/// The first row of a kind.
fn first(small: &Small, kind: Kind) -> timeline::Ask {
    small.derive().asks.into_iter().find(|ask| ask.kind == kind).unwrap_or_else(|| panic!("no {kind}"))
}

#[test]
fn an_ask_says_what_it_is_about_what_caused_it_and_by_when() {
    let offered = Small::new().offer(Some(Small::OTHER), 100, 200, false);
    let handover = Some(Small::handover_id());
    for kind in [Kind::AnswerAsSuccessor, Kind::AgreeToHandover] {
        let ask = first(&offered, kind);
        assert_eq!(
            (ask.object, ask.about, ask.cause_on, ask.due_on),
            (handover, Some(offered.other), day(100), Some(day(200)))
        );
    }
    let gap = Small::new().led_until(200).agreed(Small::OTHER, 150, 230);
    let ask = first(&gap, Kind::Gap);
    assert_eq!(
        (ask.object, ask.about, ask.cause_on, ask.due_on),
        (handover, Some(gap.other), day(201), Some(day(201)))
    );
    let broken = Small::new().person_arrives(Small::OTHER, 300).agreed(Small::OTHER, 150, 200);
    let ask = first(&broken, Kind::BrokenHandover);
    assert_eq!((ask.object, ask.cause_on, ask.due_on), (handover, day(200), Some(day(200))));
    let confirm = first(&Small::new().supervisor_until(300), Kind::ConfirmSupervisor);
    assert_eq!(
        (confirm.about, confirm.cause_on, confirm.object.is_some()),
        (Some(Small::new().supervisor), day(0), true)
    );
    let pass = first(&Small::new().supervisor_confirmed(300), Kind::PassOnSupervision);
    assert_eq!((pass.cause_on, pass.due_on, pass.object.is_some()), (day(301), Some(day(300)), true));
    let asked = first(&Small::new().without_supervisor().asks_supervisor(Small::OTHER, 20), Kind::AskedToSupervise);
    assert_eq!((asked.about, asked.cause_on, asked.object.is_some()), (Some(Small::new().other), day(20), true));
    assert_eq!(
        Kind::ALL.iter().map(ToString::to_string).collect::<Vec<_>>(),
        Kind::ALL.iter().map(|kind| kind.as_str()).collect::<Vec<_>>()
    );
    assert!(Kind::ALL.iter().all(|kind| kind.as_str().parse() == Ok(*kind)));
}

#[test]
fn who_else_is_in_the_team_puts_nothing_at_risk() {
    let small = Small::new().without_way_in(Small::OTHER).invites(Small::OTHER, Role::Member, 20);
    assert_eq!(levels(&small, Kind::Invitation), [(1, 20), (2, 20)]);
    let nobody = Small::new().led_until(10).supervisor_until(5).invites(Small::OTHER, Role::Member, 2);
    let rows = nobody.derive().standings;
    assert!(rows.iter().any(|row| row.at_risk), "nobody leads");
    let joins = Small::new().asks_to_join(Small::OTHER, 20);
    // Until it is quiet, years later.
    assert!(joins.derive().standings.iter().all(|row| !row.at_risk || row.from_on > day(4000)));
    assert_eq!(levels(&joins, Kind::AnswerJoin).last(), Some(&(3, 34)), "and the academy is asked");
}

#[test]
fn whoever_supervises_by_one_place_after_another_is_asked_on_the_days_of_both() {
    let small = Small::new()
        .without_supervisor()
        .place(Small::SUPERVISOR, Role::Supervisor, 0, Some(20))
        .place(Small::SUPERVISOR, Role::Supervisor, 20, None)
        .offer(Some(Small::OTHER), 15, 60, false);
    let asked = |on: i64| {
        let open = |ask: &&timeline::Ask| ask.from_on <= day(on) && day(on) < ask.until_on;
        let rows = small.derive().asks.into_iter().filter(|ask| ask.kind == Kind::AgreeToHandover);
        rows.filter(|ask| open(&ask)).map(|ask| (ask.level, ask.audience)).collect::<Vec<_>>()
    };
    for on in 15..40 {
        let supervisor = asked(on).iter().filter(|one| **one == (1, Audience::Person(small.supervisor))).count();
        assert_eq!(supervisor, 1, "once on each day: {on}");
    }
}

#[test]
fn whoever_is_asked_to_lead_with_the_lead_is_asked_while_there_is_one() {
    let asked = |small: &Small| {
        let rows = small.derive().asks.into_iter().filter(|ask| ask.kind == Kind::Invitation && ask.level == 1);
        rows.map(|ask| (small::offset(ask.from_on), small::offset(ask.until_on))).collect::<Vec<_>>()
    };
    let forever = small::offset(FOREVER);
    assert_eq!(asked(&Small::new().invites(Small::OTHER, Role::Lead, 20)), [(20, forever)]);
    assert_eq!(asked(&Small::new().led_until(40).invites(Small::OTHER, Role::Lead, 20)), [(20, 41)]);
    assert_eq!(asked(&Small::unled().invites(Small::OTHER, Role::Lead, 20)), []);
    assert_eq!(asked(&Small::new().led_until(40).invites(Small::OTHER, Role::Member, 20)), [(20, forever)]);
}

#[test]
fn whoever_is_invited_to_a_draft_is_asked_and_nobody_else() {
    let draft = |small: Small| small.without_supervisor().status(Status::Draft);
    let kinds = |small: &Small| small.derive().asks.iter().map(|ask| (ask.kind, ask.level)).collect::<Vec<_>>();
    assert_eq!(kinds(&draft(Small::new()).invites(Small::OTHER, Role::Member, 5)), [(Kind::Invitation, 1)]);
    assert_eq!(kinds(&draft(Small::new()).asks_supervisor(Small::OTHER, 5)), [(Kind::AskedToSupervise, 1)]);
    assert_eq!(kinds(&draft(Small::new()).asks_to_join(Small::OTHER, 5)), [], "nobody else knows of it");
    assert_eq!(kinds(&draft(Small::new()).place(Small::OTHER, Role::Member, 5, None)), [], "they have answered");
}

#[test]
fn the_author_of_a_draft_is_asked_each_time_they_leave_until_they_are_back() {
    let small =
        Small::new().without_supervisor().led_until(200).post(Small::LEAD, 300, Some(400)).status(Status::Draft);
    let author: Vec<_> =
        small.derive().asks.iter().map(|ask| (small::offset(ask.from_on), small::offset(ask.until_on))).collect();
    assert_eq!(author, [(172, 300), (372, small::offset(FOREVER))]);
}

#[test]
fn a_handover_that_follows_another_is_judged_on_the_lead_that_the_first_leaves() {
    let small = Small::new().agreed(Small::OTHER, 50, 100).passed_on(Small::THIRD, 150, 200);
    let lead = |offset: i64| {
        let rows = small.derive().standings;
        rows.into_iter().find(|row| row.from_on <= day(offset) && day(offset) < row.until_on).and_then(|row| row.lead)
    };
    assert_eq!(
        [lead(99), lead(100), lead(199), lead(200)],
        [Some(small.lead), Some(small.other), Some(small.other), Some(small.third)]
    );
    // The first successor never comes: the one who hands over leads on, until the second handover.
    let broken = small.clone().person_arrives(Small::OTHER, 400);
    let rows = broken.derive().standings;
    assert!(rows.iter().all(|row| row.lead != Some(broken.other)));
    let third = rows.iter().find(|row| row.lead == Some(broken.third)).expect("the third leads");
    assert_eq!(third.from_on, day(200));
    assert_eq!(
        rows.iter()
            .filter(|row| row.from_on < day(200))
            .map(|row| row.lead)
            .collect::<std::collections::BTreeSet<_>>()
            .len(),
        1
    );
}

#[test]
fn an_earlier_handover_arranges_nothing_for_a_later_end() {
    let small = Small::new().agreed(Small::OTHER, 50, 100).leaves(Small::OTHER, 300);
    assert_eq!(levels(&small, Kind::HandOver), [(1, 216), (2, 258), (3, 272)]);
    assert_eq!(first(&small, Kind::HandOver).about, Some(small.other));
}

#[test]
fn the_pool_says_who_left_it() {
    let small = Small::new().led_until(200);
    assert_eq!(first(&small, Kind::NoLead).about, Some(small.lead));
    let twice = Small::new().led_until(100).place(Small::THIRD, Role::Lead, 150, Some(200));
    let about: Vec<_> = twice
        .derive()
        .asks
        .into_iter()
        .filter(|ask| ask.kind == Kind::NoLead && ask.audience == Audience::Desk)
        .map(|ask| (small::offset(ask.cause_on), ask.about))
        .collect();
    assert_eq!(about, [(101, Some(twice.lead)), (200, Some(twice.third))]);
    assert_eq!(first(&Small::unled(), Kind::NoLead).about, None);
}

#[test]
fn a_supervisor_who_went_is_no_question_once_another_counts() {
    let small = Small::new().supervisor_confirmed(300).place(Small::OTHER, Role::Supervisor, 320, None);
    assert_eq!(spans(&small, Kind::PassOnSupervision), [(272, 301), (301, 320)]);
    let overlaps = Small::new().supervisor_confirmed(300).place(Small::OTHER, Role::Supervisor, 250, None);
    assert_eq!(spans(&overlaps, Kind::PassOnSupervision), []);
}

#[test]
fn only_who_worked_in_the_projects_department_has_moved_from_it() {
    let moved = |small: Small| levels(&small.active_on(150), Kind::StillYours)[0].1;
    assert_eq!(moved(Small::new().led_until(200).post_elsewhere(Small::LEAD, 201)), 201);
    assert_eq!(moved(Small::new().post_elsewhere(Small::LEAD, 201)), 206, "they work here too");
    assert_eq!(
        moved(Small::new().led_until(200).post_elsewhere(Small::LEAD, 203)),
        206,
        "not from one day to the next"
    );
    assert_eq!(moved(Small::new().led_until(200).post(Small::LEAD, 201, None)), 206, "in the same department");
}

#[test]
fn dates_are_confirmed_by_those_who_have_a_part_on_that_day() {
    let confirmed = |small: &Small| {
        small
            .derive()
            .asks
            .iter()
            .filter(|ask| ask.kind == Kind::ConfirmDates)
            .map(|ask| ask.about)
            .collect::<std::collections::BTreeSet<_>>()
    };
    let other = Small::new().leaves(Small::OTHER, 200);
    assert!(confirmed(&other).is_empty(), "they have no part in it");
    let co_lead = other.place(Small::OTHER, Role::Lead, 10, None);
    assert_eq!(confirmed(&co_lead), [Some(co_lead.other)].into());
    let supervises =
        Small::new().leaves(Small::OTHER, 200).place(Small::OTHER, Role::Supervisor, 10, None).confirmed_at(1, 200);
    assert_eq!(confirmed(&supervises), [Some(supervises.other)].into());
}

#[test]
fn whoever_supervises_or_is_offered_it_without_a_way_in_cannot_be_reached() {
    let spans = |small: &Small| spans(small, Kind::CannotBeReached);
    let forever = small::offset(FOREVER);
    assert_eq!(spans(&Small::new().without_way_in(Small::SUPERVISOR)), [(0, forever)]);
    assert_eq!(spans(&Small::new().without_way_in(Small::OTHER)), []);
    let offered = Small::new().without_way_in(Small::OTHER).offer(Some(Small::OTHER), 100, 100, false);
    assert_eq!(spans(&offered), [(100, 119)]);
    assert_eq!(spans(&Small::new().untied(Small::LEAD)), [(0, forever)]);
    assert_eq!(first(&offered, Kind::CannotBeReached).about, Some(offered.other));
}

#[test]
fn whoever_arrives_can_act_on_what_names_them_twelve_weeks_before() {
    for (ahead, passed) in [(84, false), (85, true)] {
        let small = Small::new().person_arrives(Small::OTHER, 100 + ahead).offer(Some(Small::OTHER), 100, 190, false);
        assert_eq!(levels(&small, Kind::AnswerAsSuccessor)[1] == (2, 100), passed, "{ahead}");
    }
}

#[test]
fn an_answer_that_is_there_keeps_no_offer_waiting() {
    // Only the supervisor's answer is missing: the offer lapses two weeks after its day, as the academy is asked before.
    let small = Small::new().offer(Some(Small::OTHER), 100, 100, false).successor_accepts();
    assert!(small.derive().asks.iter().all(|ask| ask.kind != Kind::AnswerAsSuccessor));
    assert_eq!(spans(&small, Kind::AgreeToHandover), [(102, 117)]);
    let both = Small::new().offer(Some(Small::OTHER), 100, 100, false);
    assert_eq!(spans(&both, Kind::AgreeToHandover), [(102, 119)]);
}
