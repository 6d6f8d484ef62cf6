//! Variation and assurance as icons, each with its words: a letter and a shape as well as a colour.

use leptos::prelude::*;
use spc::icons::{Assurance, Variation};
use spc::{Chart, Meaning, Side, words};

fn icon(class: &str, letter: &'static str, words: String) -> AnyView {
    view! {
        <span class="baton-icon">
            <svg class=format!("baton-icon__mark baton-icon__mark--{class}") viewBox="0 0 32 32" aria-hidden="true" focusable="false">
                <circle cx="16" cy="16" r="14" />
                <text x="16" y="22" text-anchor="middle">{letter}</text>
            </svg>
            <span>{words}</span>
        </span>
    }
    .into_any()
}

/// The variation at the latest point.
#[must_use]
pub fn variation(chart: &Chart) -> AnyView {
    let variation = chart.variation();
    let (class, letter) = match variation {
        None => ("early", "…"),
        Some(Variation::CommonCause) => ("common", "∿"),
        Some(Variation::SpecialCause { meaning, side }) => {
            let class = match meaning {
                Meaning::Improvement => "improvement",
                Meaning::Concern => "concern",
                Meaning::Change => "change",
            };
            let letter = match side {
                Some(Side::Above) => "H",
                Some(Side::Below) => "L",
                _ => "!",
            };
            (class, letter)
        }
    };
    icon(class, letter, capitalised(words::variation(variation)))
}

fn capitalised(words: &str) -> String {
    let mut letters = words.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

/// Whether the target is met; nothing where that cannot be judged.
#[must_use]
pub fn assurance(chart: &Chart) -> Option<AnyView> {
    let assurance = chart.assurance();
    let (class, letter) = match assurance? {
        Assurance::WillMeet => ("improvement", "P"),
        Assurance::WillMiss => ("concern", "F"),
        Assurance::HitAndMiss => ("common", "?"),
    };
    Some(icon(class, letter, capitalised(words::assurance(assurance)?)))
}

/// Both, under a chart, with what they speak of; nothing while there is no point.
#[must_use]
pub fn both(chart: &Chart) -> AnyView {
    if chart.phases.is_empty() {
        return ().into_any();
    }
    let target = assurance(chart).map(|assurance| {
        view! { <span class="baton-icons__of">"By the latest limits: "{assurance}</span> }
    });
    view! { <p class="baton-icons"><span class="baton-icons__of">"Latest point: "{variation(chart)}</span>{target}</p> }
        .into_any()
}
