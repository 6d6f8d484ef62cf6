//! The grid's work in the browser, on the rows that the server drew: a new row is a copy of the last one.

use leptos::prelude::*;
use wasm_bindgen::JsCast as _;
use web_sys::{ClipboardEvent, Element, Event, HtmlInputElement};

use crate::pasted::cells_of;
use crate::{MORE_ROWS, MOST_ROWS};

/// Fills cells when several are pasted, and adds rows at a press of the button.
pub(crate) fn listen() {
    window_event_listener_untyped("paste", |event| {
        paste(&event);
    });
    window_event_listener_untyped("click", |event| {
        more(&event);
    });
}

/// The rows of the grid's table, and where it is told what was done.
struct Grid {
    body: Element,
    told: Element,
}

impl Grid {
    /// The grid in the form in which something happened.
    fn around(target: &Element) -> Option<Self> {
        let form = target.closest("form").ok()??;
        let find = |what| form.query_selector(what).ok().flatten();
        Some(Self { body: find(".baton-grid tbody")?, told: find(".baton-grid__told")? })
    }

    fn rows(&self) -> usize {
        self.body.child_element_count() as usize
    }

    fn tell(&self, words: &str) {
        self.told.set_text_content(Some(words));
    }

    /// The inputs of a row.
    fn inputs(&self, row: usize) -> Vec<HtmlInputElement> {
        self.body.children().item(row as u32).map(|row| inputs(&row)).unwrap_or_default()
    }

    /// Adds rows until there are so many, or as many as the form takes.
    fn grow(&self, rows: usize) -> Option<()> {
        for row in self.rows()..rows.min(MOST_ROWS) {
            let last = self.body.last_element_child()?;
            let copy: Element = last.clone_node_with_deep(true).ok()?.unchecked_into();
            copy.set_class_name("");
            copy.first_element_child()?.set_text_content(Some(&(row + 1).to_string()));
            for input in inputs(&copy) {
                let cell: &Element = &input;
                for (name, old, new) in [
                    ("name", format!("[{}]", row - 1), format!("[{row}]")),
                    ("id", format!("-{}-", row - 1), format!("-{row}-")),
                    ("aria-label", format!(", row {row}"), format!(", row {}", row + 1)),
                ] {
                    let value = cell.get_attribute(name).unwrap_or_default();
                    let _ = cell.set_attribute(name, &value.replace(&old, &new));
                }
                for name in ["value", "aria-invalid", "aria-describedby"] {
                    let _ = cell.remove_attribute(name);
                }
                let _ = cell.class_list().remove_1("nhsuk-input--error");
                input.set_value("");
                // What was wrong with the row that was copied.
                while let Some(error) = cell.next_element_sibling() {
                    error.remove();
                }
            }
            let _ = self.body.append_child(&copy);
        }
        Some(())
    }
}

fn inputs(row: &Element) -> Vec<HtmlInputElement> {
    let cells = row.get_elements_by_tag_name("input");
    (0..cells.length()).filter_map(|at| cells.item(at)).map(|cell| cell.unchecked_into()).collect()
}

fn paste(event: &Event) -> Option<()> {
    let target: Element = event.target()?.dyn_into().ok()?;
    let row = target.closest(".baton-grid tr").ok()??;
    let grid = Grid::around(&target)?;
    let text = event.unchecked_ref::<ClipboardEvent>().clipboard_data()?.get_data("text/plain").ok()?;
    let lines = cells_of(&text)?;
    event.prevent_default();
    let column = inputs(&row).iter().position(|input| AsRef::<Element>::as_ref(input) == &target)?;
    let rows = grid.body.children();
    let first = (0..grid.rows()).find(|at| rows.item(*at as u32).as_ref() == Some(&row))?;
    grid.grow(first + lines.len())?;
    let mut filled = 0;
    for (cells, row) in lines.iter().zip(first..grid.rows()) {
        for (value, input) in cells.iter().zip(grid.inputs(row).iter().skip(column)) {
            input.set_value(value);
        }
        filled += 1;
    }
    grid.tell(&format!("{filled} rows filled. Check them before you record them."));
    Some(())
}

fn more(event: &Event) -> Option<()> {
    let target: Element = event.target()?.dyn_into().ok()?;
    let button = target.closest("button[name=then][value=more]").ok()??;
    let grid = Grid::around(&button)?;
    event.prevent_default();
    grid.grow(grid.rows() + MORE_ROWS)?;
    grid.tell(&format!("{} rows.", grid.rows()));
    Some(())
}
