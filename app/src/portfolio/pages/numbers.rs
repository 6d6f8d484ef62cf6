//! The numbers with which the homes of an academy lead and of an administrator begin.

use leptos::prelude::*;

/// Numbers with their labels, each a link to the list of what it counts, in colour where there is something to do.
pub(super) fn row(tiles: impl Iterator<Item = (i64, &'static str, &'static str)>) -> AnyView {
    let items = tiles.map(|(number, label, href)| {
        let attention = if number > 0 { " baton-numbers__item--attention" } else { "" };
        view! {
            <li class=format!("baton-numbers__item{attention}")>
                <a class="baton-numbers__link" href=href>
                    <span class="baton-numbers__value">{number}</span>
                    <span class="baton-numbers__label">{label}</span>
                </a>
            </li>
        }
    });
    view! { <ul class="baton-numbers baton-numbers--row">{items.collect_view()}</ul> }.into_any()
}
