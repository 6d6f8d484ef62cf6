//! Adding several points at once: rows are added in the browser, and cells pasted from a spreadsheet.

#![allow(unused_qualifications, reason = "what is in scope differs between the two builds")]

use leptos::ev::ClipboardEvent;
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use super::model::{MOST_ROWS, cell};

/// A column of the grid.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GridColumn {
    /// The field.
    pub field: String,
    /// Its heading.
    pub label: String,
    /// The class of its inputs.
    pub class: String,
}

/// What stands in a cell of the grid when it is drawn.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct GridCell {
    /// What was typed.
    pub value: String,
    /// What is wrong with it.
    pub error: Option<String>,
}

/// How many rows a press of the button adds.
pub const MORE_ROWS: usize = 5;

fn input_id(row: usize, field: &str) -> String {
    cell(row, field).replace(['[', ']', '.'], "-")
}

#[cfg(feature = "hydrate")]
fn pasted(event: &ClipboardEvent) -> Option<String> {
    event.clipboard_data()?.get_data("text/plain").ok()
}

#[cfg(not(feature = "hydrate"))]
fn pasted(_: &ClipboardEvent) -> Option<String> {
    None
}

/// The cells of pasted text; none when it is a single value, which the browser pastes itself. A first
/// line without any digit is a heading.
#[must_use]
pub fn cells_of(text: &str) -> Option<Vec<Vec<String>>> {
    let text = text.trim_end_matches(['\r', '\n']);
    if !text.contains(['\t', '\n']) {
        return None;
    }
    let mut lines: Vec<&str> = text.lines().collect();
    if lines.len() > 1 && lines.first().is_some_and(|line| !line.chars().any(|c| c.is_ascii_digit())) {
        lines.remove(0);
    }
    Some(lines.into_iter().map(|line| line.split('\t').map(|cell| cell.trim().to_owned()).collect()).collect())
}

/// Rows of inputs inside a form that the server draws. Without scripts, its second button asks the
/// server for more rows.
#[island]
pub fn PointGrid(
    /// What is entered.
    columns: Vec<GridColumn>,
    /// What stands there already, row by row.
    rows: Vec<Vec<GridCell>>,
) -> impl IntoView {
    let count = RwSignal::new(rows.len());
    let said = RwSignal::new(String::new());
    let rows = StoredValue::new(rows);
    let columns = StoredValue::new(columns);

    let paste = move |event: ClipboardEvent, row: usize, column: usize| {
        let Some(lines) = pasted(&event).as_deref().and_then(cells_of) else { return };
        event.prevent_default();
        let lines: Vec<_> = lines.into_iter().take(MOST_ROWS.saturating_sub(row)).collect();
        let filled = lines.len();
        count.update(|count| *count = (*count).max(row + filled));
        // The new rows are in the page after the next frame.
        request_animation_frame(move || {
            let columns = columns.get_value();
            for (down, cells) in lines.into_iter().enumerate() {
                for (value, column) in cells.iter().zip(columns.iter().skip(column)) {
                    let input = document().get_element_by_id(&input_id(row + down, &column.field));
                    if let Some(input) = input {
                        use leptos::wasm_bindgen::JsCast as _;
                        input.unchecked_into::<leptos::web_sys::HtmlInputElement>().set_value(value);
                    }
                }
            }
            said.set(format!("{filled} rows filled. Check them before you record them."));
        });
    };

    let row_view = move |row: usize| {
        let stored = rows.with_value(|rows| rows.get(row).cloned().unwrap_or_default());
        let wrong = stored.iter().any(|cell| cell.error.is_some());
        let cells = columns
            .get_value()
            .into_iter()
            .enumerate()
            .map(|(at, column)| {
                let GridCell { value, error } = stored.get(at).cloned().unwrap_or_default();
                let id = input_id(row, &column.field);
                let error_id = format!("{id}-error");
                let described = error.is_some().then(|| error_id.clone());
                let invalid = error.is_some().then_some("true");
                let class = if error.is_some() {
                    format!("nhsuk-input nhsuk-input--error {}", column.class)
                } else {
                    format!("nhsuk-input {}", column.class)
                };
                let told = error.map(|error| {
                    view! {
                        <span class="nhsuk-error-message" id=error_id>
                            <span class="nhsuk-u-visually-hidden">"Error: "</span>
                            {error}
                        </span>
                    }
                });
                view! {
                    <td>
                        <input class=class id=id name=cell(row, &column.field) type="text" value=value autocomplete="off"
                            aria-label=format!("{}, row {}", column.label, row + 1) aria-describedby=described
                            aria-invalid=invalid on:paste=move |event| paste(event, row, at) />
                        {told}
                    </td>
                }
            })
            .collect_view();
        view! {
            <tr class=if wrong { "baton-grid__row--error" } else { "" }>
                <th scope="row">{row + 1}</th>
                {cells}
            </tr>
        }
    };

    view! {
        <div class="baton-table-region" role="region" aria-label="Points to record" tabindex="0">
            <table class="baton-grid">
                <thead>
                    <tr>
                        <th scope="col"><span class="nhsuk-u-visually-hidden">"Row"</span></th>
                        {columns.get_value().into_iter().map(|column| view! { <th scope="col">{column.label}</th> }).collect_view()}
                    </tr>
                </thead>
                <tbody>
                    <For each=move || 0..count.get() key=|row| *row children=row_view />
                </tbody>
            </table>
        </div>
        <p role="status">{move || said.get()}</p>
        <div class="baton-actions">
            <button class="nhsuk-button" type="submit">"Record these points"</button>
            <button class="nhsuk-button nhsuk-button--secondary" type="submit" name="then" value="more"
                on:click=move |event| {
                    event.prevent_default();
                    count.update(|count| *count = (*count + MORE_ROWS).min(MOST_ROWS));
                    said.set(format!("{} rows.", count.get_untracked()));
                }>"More rows"</button>
        </div>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_read_as_a_spreadsheet_copies_them() {
        assert_eq!(cells_of("12.5"), None);
        assert_eq!(cells_of("12.5\n"), None);
        assert_eq!(
            cells_of("Date\tValue\r\n04/01/2026\t12\r\n11/01/2026\t\r\n"),
            Some(vec![vec!["04/01/2026".to_owned(), "12".to_owned()], vec!["11/01/2026".to_owned(), String::new()]])
        );
    }
}
