//! What the engine promises, whatever is typed.

use std::sync::LazyLock;

use proptest::prelude::*;
use similarity::{Engine, Field, Index, Known, Likeness, Vocabulary, from_text, to_text};

static ENGINE: LazyLock<Engine> = LazyLock::new(|| Engine::new(Vocabulary::embedded().expect("the lists can be read")));

fn rank(asked: &str, titles: &[&str]) -> Vec<Likeness> {
    let rows: Vec<_> = titles.iter().map(|title| ENGINE.rows(&Known::titled(title))).collect();
    Index::new(&ENGINE, &rows).rank(&ENGINE.rows(&Known::titled(asked)))
}

/// The score of each title, in the order given.
fn scores<const N: usize>(asked: &str, titles: [&str; N]) -> [f32; N] {
    let mut scores = [0.0; N];
    for one in rank(asked, &titles) {
        scores[one.project] = one.score;
    }
    scores
}

#[test]
fn the_vocabulary_has_several_hundred_entries_each_with_a_source() {
    assert!(ENGINE.vocabulary.len() > 700, "{}", ENGINE.vocabulary.len());
    let fault = Vocabulary::parse(&["[topic]\nhip fracture | nof"]).expect_err("it has no source");
    assert_eq!((fault.line, fault.why.as_str()), (2, "it has no source"));
    assert!(Vocabulary::parse(&["hip fracture # NHFD"]).is_err(), "no kind stands before it");
    assert!(Vocabulary::parse(&["[thing] # x"]).is_err(), "this kind is not known");
    assert!(Vocabulary::parse(&["[topic] # x\nnof < bones"]).is_err(), "there is no such concept");
}

#[test]
fn a_trust_adds_its_own_words() {
    let own = Vocabulary::with_own("[topic] # our trust\nhip fracture | purple pathway").expect("it can be read");
    let engine = Engine::new(own);
    let rows = [engine.rows(&Known::titled("Time to theatre in fractured neck of femur"))];
    let asked = engine.rows(&Known::titled("The purple pathway"));
    assert!(Index::new(&engine, &rows).rank(&asked)[0].score > 0.3);
    assert!(scores("The purple pathway", ["Time to theatre in fractured neck of femur"])[0] < 0.2);
}

#[test]
fn the_same_problem_is_found_without_a_common_word() {
    for (asked, right) in [
        ("Clot risk forms", "Completion of VTE assessment"),
        ("NBM times on the trauma list", "Preoperative fasting"),
        ("TTOs before noon", "Delays in take home medicines"),
        ("Spotting acute confusion", "Delirium screening with the 4AT"),
        ("DNAR conversations", "ReSPECT and treatment escalation"),
        ("Improving care after #NOF", "Hip fracture pathway"),
        ("Anaemia before surgery", "Preoperative anemia: iron deficiency"),
    ] {
        let [right, wrong, other] =
            scores(asked, [right, "Weekend handover on medical wards", "Smoking cessation in maternity"]);
        assert!(right > wrong && right > other && right > 0.3, "{asked}: {right} {wrong} {other}");
    }
}

#[test]
fn the_same_words_about_another_problem_are_less_alike() {
    for (asked, right, wrong) in [
        ("Nipple discharge clinic", "One stop breast clinic for nipple discharge", "Quality of discharge summaries"),
        ("Fluid balance charts", "Recording of intake and output", "Intravenous fluid prescribing"),
        (
            "Hypothermia in newborn infants",
            "Admission temperature of preterm babies",
            "Inadvertent perioperative hypothermia",
        ),
        ("Management of high potassium", "Hyperkalaemia treatment", "Low potassium: replacing it"),
        ("Home oxygen review", "Long term oxygen therapy follow-up", "Prescribing oxygen on wards"),
        ("Induction of labour delays", "Outpatient balloon induction", "Junior doctors' induction"),
    ] {
        let [right, wrong] = scores(asked, [right, wrong]);
        assert!(right > wrong && wrong < 0.5, "{asked}: {right} {wrong}");
    }
}

#[test]
fn misspelt_and_unfinished_words_find_what_they_mean() {
    let [right, wrong] = scores("Delerium on the ward", ["Delirium screening", "Hand hygiene"]);
    assert!(right > 0.3 && wrong < 0.1);
    let rows = [ENGINE.rows(&Known::titled("Weekend handover")), ENGINE.rows(&Known::titled("Weekend physiotherapy"))];
    let found = Index::new(&ENGINE, &rows).rank(&ENGINE.rows_of_typed(&Known::titled("weekend hando")));
    assert_eq!(found[0].project, 0);
}

#[test]
fn what_says_nothing_finds_nothing() {
    for asked in [
        "",
        " ",
        "a",
        "🩺🩺",
        "Improving the quality of care: a QI project",
        "\" OR * NEAR(",
        "' ; drop table project; --",
    ] {
        let found = rank(asked, &["Weekend handover", "Sepsis six", "Improving quality on our wards", ""]);
        assert!(found.iter().all(|one| one.score < 0.5), "{asked}: {found:?}");
    }
}

#[test]
fn ten_thousand_letters_are_read_as_far_as_the_limit() {
    let long = "sepsis handover ".repeat(40_000);
    let rows = ENGINE.rows(&Known::titled(&long));
    assert!(rows.len() < 10, "{rows:?}");
    let [score] = scores(&"x".repeat(10_000), ["Sepsis six"]);
    assert!(score < 0.1);
}

#[test]
fn the_same_department_and_priority_add_to_what_is_alike_and_make_nothing_alike() {
    let known = |title: &str, department: &str| Known::titled(title).and(Field::Department, department);
    let rows =
        [ENGINE.rows(&known("Oxygen prescribing", "Ward 4")), ENGINE.rows(&known("Oxygen prescribing", "Ward 9"))];
    let index = Index::new(&ENGINE, &rows);
    let found = index.rank(&ENGINE.rows(&known("Prescribing O2 in COPD", "ward 9")));
    assert_eq!(found[0].project, 1);
    assert!(found[0].score > found[1].score);
    let found = index.rank(&ENGINE.rows(&known("Hand hygiene", "Ward 9")));
    assert!(found.iter().all(|one| one.score < 0.2), "{found:?}");
}

#[test]
fn why_marks_the_words_in_both_titles() {
    let (here, there) = ("Missed clexane doses", "Enoxaparin prescribing after caesarean birth");
    let why = ENGINE.why(
        &Known::titled(here).and(Field::Department, "Maternity"),
        &Known::titled(there).and(Field::Department, "maternity"),
    );
    let shared = why.shared.first().expect("a reason");
    assert!(shared.reworded);
    assert_eq!(&here[shared.here[0].clone()], "clexane");
    assert_eq!(&there[shared.there[0].clone()], "Enoxaparin");
    assert_eq!(why.same, [Field::Department]);
}

#[test]
fn rows_come_back_from_their_text_as_they_were() {
    let known =
        Known::titled("Oxygen prescribing in COPD").and(Field::Problem, "No target").and(Field::Priority, "P 1\nx");
    let rows = ENGINE.rows(&known);
    assert!(!rows.is_empty());
    let back = from_text(&to_text(&rows));
    assert_eq!(back.len(), rows.len());
    assert!(back.iter().zip(&rows).all(|(a, b)| a.field == b.field && (a.weight - b.weight).abs() < 0.001));
    assert!(from_text("nonsense\n\ntitle x y").is_empty());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn any_text_is_ranked_between_nothing_and_the_same(asked in ".{0,300}", title in ".{0,300}") {
        let rows = [ENGINE.rows(&Known::titled(&title)), ENGINE.rows(&Known::titled("Sepsis six"))];
        for one in Index::new(&ENGINE, &rows).rank(&ENGINE.rows_of_typed(&Known::titled(&asked))) {
            prop_assert!((0.0..=1.0).contains(&one.score));
        }
        let why = ENGINE.why(&Known::titled(&asked), &Known::titled(&title));
        for shared in why.shared {
            prop_assert!(shared.here.iter().all(|at| asked.get(at.clone()).is_some()));
            prop_assert!(shared.there.iter().all(|at| title.get(at.clone()).is_some()));
        }
    }

    #[test]
    fn the_order_of_projects_changes_no_score(words in proptest::collection::vec("(sepsis|handover|weekend|oxygen|falls|vte|audit|clinic)( [a-z]{3,8}){0,3}", 2..6)) {
        let forwards: Vec<&str> = words.iter().map(String::as_str).collect();
        let backwards: Vec<&str> = forwards.iter().rev().copied().collect();
        let (one, other) = (rank("weekend sepsis handover", &forwards), rank("weekend sepsis handover", &backwards));
        for found in one {
            let same = other.iter().find(|same| same.project == words.len() - 1 - found.project).expect("it is there");
            prop_assert!((same.score - found.score).abs() < 1e-4);
        }
    }

    #[test]
    fn a_title_is_as_like_itself_as_anything_is(title in "(sepsis|handover|oxygen|falls|delirium|insulin) (on|in) (medical|surgical) wards( [a-z]{4,9}){0,4}") {
        let found = rank(&title, &[&title, "Weekend handover in surgery", "Falls on wards", "Insulin charts"]);
        let best = found.iter().map(|one| one.score).fold(0.0, f32::max);
        let own = found.iter().find(|one| one.project == 0).map_or(0.0, |one| one.score);
        prop_assert!(own >= best - 1e-4 && own > 0.5);
    }
}
