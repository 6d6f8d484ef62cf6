//! What is asked of the QI academy, all of it, page by page; and one line of it with all its projects.

use leptos::prelude::*;

use crate::continuity::asks::{parts, store};
use crate::error::Error;
use crate::web::page::Page;
use crate::web::request::Request;
use crate::web::ui;

/// Lines on a page, the projects shown of each, and the projects on a page of one line.
const LINES: i64 = 20;
const ROWS: i64 = 10;
const ROWS_OF_ONE: i64 = 50;

/// What an academy lead, or whoever answers for one, is asked for the academy.
pub async fn asks(request: Request) -> Result<Page, Error> {
    let person = request.person()?.id;
    let page: i64 = request.query("page").parse().unwrap_or(1).clamp(1, 10_000);
    let line = request.query("line").to_owned();
    let shown = match line.as_str() {
        "" => store::Shown::Lines { lines: LINES, after: (page - 1) * LINES, rows: ROWS },
        line => store::Shown::Line { line, rows: ROWS_OF_ONE, after: (page - 1) * ROWS_OF_ONE },
    };
    let mut conn = request.store.read().await?;
    let lines = store::of_desk(&mut conn, person, request.today(), shown).await?;
    drop(conn);
    Ok(Page::new("For the QI academy", move || {
        let one = !line.is_empty();
        let total = match lines.first() {
            Some(first) if one => i64::try_from(first.len()).unwrap_or(i64::MAX),
            Some(first) => first.first.all_lines,
            None => 0,
        };
        // As the store wrote it, not as somebody typed it.
        let line = lines.first().map_or_else(String::new, |first| first.first.line.clone());
        let each = if one { ROWS_OF_ONE } else { LINES };
        let body = match lines.first() {
            None => ui::empty("Nothing more is asked of the QI academy, or it was settled meanwhile.", None),
            Some(first) if one => parts::whole(&request, first),
            Some(_) => parts::list(&request, &lines),
        };
        let (back, name) = if one { ("/asks", "For the QI academy") } else { ("/", "Home") };
        view! {
            {ui::back(back, name)}
            {ui::heading("", &if total > 0 && !one { format!("For the QI academy ({total})") } else { "For the QI academy".to_owned() })}
            {body}
            {ui::pages(page, (total + each - 1) / each, |page| {
                if one { format!("/asks?line={line}&page={page}") } else { format!("/asks?page={page}") }
            })}
        }
        .into_any()
    }))
}
