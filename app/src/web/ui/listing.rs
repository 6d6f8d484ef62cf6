//! Tables that are short enough to be read whole, shown a page at a time and sorted by their headings.

use std::cmp::Ordering;

use leptos::prelude::*;

use super::{Column, Sorted, pages};
use crate::web::request::Request;

/// How many rows a page shows.
const ROWS: usize = 50;

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
        let number = |pages: usize| i64::try_from(pages).unwrap_or(i64::MAX);
        let links = pages(number(page), number(last), |to| {
            self.address(self.sort, self.reversed, usize::try_from(to).unwrap_or(1))
        });
        (rows, links)
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
    fn an_address_says_only_what_is_not_usual() {
        assert_eq!(listing("name", false, 1).address("name", false, 1), "/things");
        assert_eq!(listing("name", false, 1).address("odd", true, 2), "/things?sort=odd&reverse=yes&page=2");
        assert_eq!(by_name("ann", "Bob"), Ordering::Less);
    }
}
