//! What the words of improvement mean here, each with a worked example: a page of its own, and help beside the forms.

use leptos::prelude::*;

use crate::web::ui;

/// A word, as doctors are taught it.
#[derive(Clone, Copy, Debug)]
pub struct Term {
    /// Its place on the glossary's page.
    pub id: &'static str,
    pub name: &'static str,
    pub meaning: &'static str,
    /// A worked example; empty where the meaning says all.
    pub example: &'static str,
}

const fn term(id: &'static str, name: &'static str, meaning: &'static str, example: &'static str) -> Term {
    Term { id, name, meaning, example }
}

pub const AIM: Term = term(
    "aim",
    "Aim",
    "What will change, for whom, by how much and by when.",
    "Give the first dose of antibiotics within an hour to 90% of patients with red-flag sepsis on the acute medical unit, up from 60%, by 31 March.",
);

pub const MEASURE: Term = term(
    "measure",
    "Measure",
    "What you count or time, again and again, to see whether the change is an improvement. An outcome measure says whether patients or staff are better off, a process measure whether the right thing is done, a balancing measure whether something else got worse.",
    "Outcome: deaths from sepsis. Process: antibiotics within the hour, 18 of 24 patients this week. Balancing: antibiotics given without need.",
);

pub const CYCLE: Term = term(
    "cycle",
    "PDSA cycle",
    "A small test of a change. Plan it and predict what will happen, do it, study what happened beside what you predicted, and act on what you learnt.",
    "Plan: a sepsis box on the trolley for one night; we predict 3 of 4 doses within the hour. Do: it was there from 22:00. Study: 2 of 4; the key was missing. Act: keep the key on the box and test it for a week.",
);

pub const DRIVER: Term = term(
    "driver",
    "Driver and driver diagram",
    "A driver is something that the aim depends on. The diagram shows your theory from left to right: the aim, its primary drivers, what these depend on, and the change ideas that you could test.",
    "Aim: antibiotics within the hour. Primary driver: sepsis is recognised early. Secondary driver: observations are done on time. Change idea: a sepsis prompt on the observation chart.",
);

/// Every word, in alphabetical order.
pub const GLOSSARY: &[Term] = &[
    AIM,
    term(
        "baseline",
        "Baseline",
        "The data points from before the first change. Later points are judged against them.",
        "",
    ),
    term(
        "change-idea",
        "Change idea",
        "Something that you could do differently on Monday. Each is tested in PDSA cycles.",
        "A sepsis box on the trolley.",
    ),
    term(
        "changeover",
        "Changeover",
        "A day on which many posts end and others begin, such as the first Wednesday of August.",
        "",
    ),
    term(
        "common-cause",
        "Common cause and special cause",
        "Every process varies. Common cause is the variation that belongs to it; special cause is a sign that something has changed, for better or worse.",
        "",
    ),
    DRIVER,
    term(
        "handover",
        "Handover",
        "A project passes from one lead to the next. The lead offers it, the next lead and the supervisor agree, and the handover summary tells the next lead where it stands.",
        "",
    ),
    term("lead", "Lead", "Whoever runs the project now and looks after its page.", ""),
    MEASURE,
    CYCLE,
    term(
        "phase",
        "Phase",
        "A stretch of the chart with lines of its own, begun when a change has lasted and is expected to go on.",
        "",
    ),
    term("pool", "Pool", "Projects looking for a lead. Anybody with a post in the trust can ask to take one on.", ""),
    term(
        "priority",
        "Priority",
        "What the trust wants improved, such as an aim of its Quality Account. Every project serves one, or says why it meets a local need.",
        "",
    ),
    term(
        "run-chart",
        "Run chart",
        "Data points in the order of time with their median. Patterns that chance seldom makes are signals of a change.",
        "",
    ),
    term(
        "spc-chart",
        "SPC chart",
        "A run chart with limits worked out from the data: a point outside them is a signal. SPC stands for statistical process control.",
        "",
    ),
    term(
        "supervisor",
        "Supervisor",
        "Somebody on a permanent post who supervises the project and stays when resident doctors rotate.",
        "",
    ),
    term("sustaining", "Sustaining", "The change is in place, and the team only checks that it holds.", ""),
];

/// Help beside a form: what a word means, with a worked example, folded away. What else helps stands between the two.
#[must_use]
pub fn help(summary: &str, term: Term, more: AnyView) -> AnyView {
    ui::details(
        summary,
        view! {
            <p>{term.meaning}</p>
            {more}
            <p><strong>"For example: "</strong>{term.example}</p>
            <p><a href=format!("/glossary#{}", term.id)>"All words explained"</a></p>
        }
        .into_any(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_stand_in_order_each_once_and_help_has_an_example() {
        let names: Vec<String> = GLOSSARY.iter().map(|term| term.name.to_lowercase()).collect();
        assert!(names.is_sorted(), "{names:?}");
        let mut ids: Vec<&str> = GLOSSARY.iter().map(|term| term.id).collect();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), GLOSSARY.len());
        for term in [AIM, MEASURE, CYCLE, DRIVER] {
            assert!(!term.example.is_empty() && ids.contains(&term.id), "{}", term.name);
        }
    }
}
