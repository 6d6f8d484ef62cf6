//! Tables that are short enough to be read whole, shown a page at a time and sorted by their headings.

use std::cmp::Ordering;

use leptos::prelude::*;

use super::{Column, Sorted, pages, pages_of};
use crate::web::request::Request;

/// How many rows a page shows.
pub const ROWS: usize = 50;

/// How many rows a list that is one of several on a page shows of itself at a time.
const IN_PART: usize = 20;

/// A list that is one of several on a page, a page of it at a time.
#[derive(Debug)]
pub struct Part<T> {
    /// The rows that are shown.
    pub rows: Vec<T>,
    /// How many there are in all.
    pub total: usize,
    /// Another page than the first was asked for: what is folded is open.
    pub is_turned: bool,
    /// The links to its other pages.
    pub links: AnyView,
}

impl<T> Part<T> {
    /// The page of it that is asked for by the parameter of its own name, which is also the id of its section. `label`
    /// tells its links from those of the other lists.
    #[must_use]
    pub fn of(request: &Request, path: &str, name: &'static str, label: &str, rows: Vec<T>) -> Self {
        Self::at(request.query(name).parse().unwrap_or(1), path, name, label, rows)
    }

    fn at(page: usize, path: &str, name: &'static str, label: &str, rows: Vec<T>) -> Self {
        let total = rows.len();
        let last = total.div_ceil(IN_PART).max(1);
        let page = page.clamp(1, last);
        let links = pages_of(&format!("Pages: {label}"), number(page), number(last), |to| {
            let query = if to > 1 { format!("?{name}={to}") } else { String::new() };
            format!("{path}{query}#{name}")
        });
        let rows = rows.into_iter().skip((page - 1) * IN_PART).take(IN_PART).collect();
        Self { rows, total, is_turned: page > 1, links }
    }
}

fn number(pages: usize) -> i64 {
    i64::try_from(pages).unwrap_or(i64::MAX)
}

/// How a table is asked for: by which column, which way round, and which page of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listing {
    path: String,
    /// What stands in the address where nothing else is asked for.
    usual: &'static str,
    sort: &'static str,
    reversed: bool,
    page: usize,
}

impl Listing {
    /// What an address asks for. The first of the columns is the usual one; what is not understood is left out.
    #[must_use]
    pub fn of(request: &Request, path: &str, columns: &[&'static str]) -> Self {
        let usual = columns.first().copied().unwrap_or_default();
        let sort = columns.iter().copied().find(|column| *column == request.query("sort")).unwrap_or(usual);
        let page = request.query("page").parse().unwrap_or(1).max(1);
        Self { path: path.to_owned(), usual, sort, reversed: request.query("reverse") == "yes", page }
    }

    fn address(&self, sort: &str, reversed: bool, page: usize) -> String {
        let mut query = form_urlencoded::Serializer::new(String::new());
        if sort != self.usual {
            query.append_pair("sort", sort);
        }
        if reversed {
            query.append_pair("reverse", "yes");
        }
        if page > 1 {
            query.append_pair("page", &page.to_string());
        }
        let query = query.finish();
        if query.is_empty() { self.path.clone() } else { format!("{}?{query}", self.path) }
    }

    /// The column whose heading sorts the table by `key`.
    #[must_use]
    pub fn column(&self, column: Column, key: &str) -> Column {
        let here = self.sort == key;
        column.sorts(self.address(key, here && !self.reversed, 1), Sorted::of(here, self.reversed))
    }

    /// The rows of the page, in the order that `compare` gives for a column, and the links to the other pages. A page
    /// beyond the end is the last one.
    #[must_use]
    pub fn page<T>(&self, mut rows: Vec<T>, compare: impl Fn(&str, &T, &T) -> Ordering) -> (Vec<T>, AnyView) {
        rows.sort_by(|one, other| {
            let order = compare(self.sort, one, other);
            if self.reversed { order.reverse() } else { order }
        });
        let last = rows.len().div_ceil(ROWS).max(1);
        let page = self.page.min(last);
        let rows = rows.into_iter().skip((page - 1) * ROWS).take(ROWS).collect();
        (rows, self.links(page, last))
    }

    /// By which column, which way round and how many rows before the page, for a list that the store sorts.
    #[must_use]
    pub fn wanted(&self) -> (&'static str, bool, usize) {
        (self.sort, self.reversed, (self.page - 1).saturating_mul(ROWS))
    }

    /// The links to the other pages of a list of so many rows that the store sorted.
    #[must_use]
    pub fn links_of(&self, total: usize) -> AnyView {
        let last = total.div_ceil(ROWS).max(1);
        self.links(self.page.min(last), last)
    }

    fn links(&self, page: usize, last: usize) -> AnyView {
        pages(number(page), number(last), |to| self.address(self.sort, self.reversed, usize::try_from(to).unwrap_or(1)))
    }
}

/// How names are compared.
#[must_use]
pub fn by_name(one: &str, other: &str) -> Ordering {
    one.to_lowercase().cmp(&other.to_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn listing(sort: &'static str, reversed: bool, page: usize) -> Listing {
        Listing { path: "/things".to_owned(), usual: "name", sort, reversed, page }
    }

    #[test]
    fn a_table_is_sorted_and_shown_a_page_at_a_time() {
        let compare = |sort: &str, one: &u64, other: &u64| {
            if sort == "odd" { (one % 2).cmp(&(other % 2)) } else { one.cmp(other) }
        };
        let first = |listing: Listing| {
            let (rows, _) = listing.page((0..120).collect(), compare);
            (rows.len(), rows.first().copied().unwrap_or_default())
        };
        assert_eq!(first(listing("name", false, 1)), (50, 0));
        assert_eq!(first(listing("name", true, 1)), (50, 119));
        assert_eq!(first(listing("name", false, 3)), (20, 100));
        assert_eq!(first(listing("name", false, 99)), (20, 100), "beyond the end is the last page");
        assert_eq!(first(listing("odd", true, 1)), (50, 1));
        let (none, _) = listing("name", false, 1).page(Vec::new(), compare);
        assert_eq!(none, [0_u64; 0]);
    }

    #[test]
    fn one_of_several_lists_of_a_page_turns_by_itself() {
        let part = |page| Part::at(page, "/", "led", "Projects you lead", (0..45).collect::<Vec<u64>>());
        let first = part(1);
        assert_eq!((first.rows.len(), first.total, first.is_turned), (20, 45, false));
        let links = first.links.to_html();
        assert!(links.contains("href=\"/?led=2#led\"") && links.contains("aria-label=\"Pages: Projects you lead\""));
        let last = part(99);
        assert_eq!((last.rows.clone(), last.is_turned), ((40..45).collect(), true));
        assert!(last.links.to_html().contains("page 2 of 3"));
        assert!(part(2).links.to_html().contains("href=\"/#led\""), "the first page is that of the address alone");
        assert!(Part::at(1, "/", "led", "", vec![1; 20]).links.to_html().find("<nav").is_none());
    }

    #[test]
    fn a_list_that_the_store_sorts_has_the_same_pages() {
        assert_eq!(listing("odd", true, 3).wanted(), ("odd", true, 100));
        assert!(listing("name", false, 9).links_of(120).to_html().contains("page 2 of 3"), "the last is the third");
    }

    #[test]
    fn an_address_says_only_what_is_not_usual() {
        assert_eq!(listing("name", false, 1).address("name", false, 1), "/things");
        assert_eq!(listing("name", false, 1).address("odd", true, 2), "/things?sort=odd&reverse=yes&page=2");
        assert_eq!(by_name("ann", "Bob"), Ordering::Less);
    }
}
