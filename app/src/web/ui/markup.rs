//! Markup as text: for what a page draws many times over. A tree of views of a list of projects took half of its page's
//! time; the same words written one after the other take a tenth of that. What is no literal is escaped.

use std::fmt::Write as _;

use chrono::NaiveDate;
use leptos::prelude::*;

use crate::format;

/// Markup under construction.
#[derive(Debug, Default)]
pub struct Markup(String);

impl Markup {
    /// Adds markup: only what stands in the program.
    pub fn raw(&mut self, markup: &'static str) -> &mut Self {
        self.0.push_str(markup);
        self
    }

    /// Adds words, safe between tags and in a quoted attribute.
    pub fn text(&mut self, words: &str) -> &mut Self {
        let mut rest = words;
        while let Some(at) = rest.find(['&', '<', '>', '"']) {
            let (before, after) = rest.split_at(at);
            self.0.push_str(before);
            self.0.push_str(match after.as_bytes().first() {
                Some(b'&') => "&amp;",
                Some(b'<') => "&lt;",
                Some(b'>') => "&gt;",
                _ => "&quot;",
            });
            rest = after.get(1..).unwrap_or_default();
        }
        self.0.push_str(rest);
        self
    }

    /// Adds a value as it is displayed, as [`Self::text`] does.
    pub fn value(&mut self, value: impl std::fmt::Display) -> &mut Self {
        // Escaped as it is written.
        struct Escaping<'a>(&'a mut Markup);
        impl std::fmt::Write for Escaping<'_> {
            fn write_str(&mut self, words: &str) -> std::fmt::Result {
                self.0.text(words);
                Ok(())
            }
        }
        // A string takes whatever is written to it.
        let _ = write!(Escaping(self), "{value}");
        self
    }

    /// Adds a word as [`tag`](super::tag) draws it.
    pub fn tag(&mut self, word: &str, colour: &str) -> &mut Self {
        self.raw("<strong class=\"nhsuk-tag nhsuk-tag--").text(colour).raw("\">").text(word).raw("</strong>")
    }

    /// Adds a date as [`time`](super::time) draws it.
    pub fn time(&mut self, date: NaiveDate) -> &mut Self {
        self.raw("<time datetime=\"").value(date).raw("\">").text(&format::date(date)).raw("</time>")
    }

    /// Adds the options of a select.
    pub fn options<'a>(&mut self, options: impl Iterator<Item = (&'a str, &'a str, bool)>) -> &mut Self {
        for (value, label, selected) in options {
            self.raw("<option value=\"").text(value).raw(if selected { "\" selected>" } else { "\">" });
            self.text(label).raw("</option>");
        }
        self
    }

    /// What stands in an ordered list of this class.
    #[must_use]
    pub fn into_list(self, class: &'static str) -> AnyView {
        view! { <ol class=class inner_html=self.0 /> }.into_any()
    }

    /// What stands in a list without an order of this class.
    #[must_use]
    pub fn into_items(self, class: &'static str) -> AnyView {
        view! { <ul class=class inner_html=self.0 /> }.into_any()
    }

    /// What stands in a list of terms of this class.
    #[must_use]
    pub fn into_terms(self, class: &'static str) -> AnyView {
        view! { <dl class=class inner_html=self.0 /> }.into_any()
    }

    /// What stands in a select of this name.
    #[must_use]
    pub fn into_select(self, name: &'static str) -> AnyView {
        view! { <select class="nhsuk-select" id=name name=name inner_html=self.0 /> }.into_any()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_literal_stays_words() {
        let mut markup = Markup::default();
        let typed = "a & b <i>\"é\"</i>";
        markup.raw("<b title=\"").text(typed).raw("\">").value(format_args!("{typed} {}", 1)).raw("</b>");
        let safe = "a &amp; b &lt;i&gt;&quot;é&quot;&lt;/i&gt;";
        assert_eq!(markup.0, format!("<b title=\"{safe}\">{safe} 1</b>"));
        let mut markup = Markup::default();
        markup.options([("", "All", false), ("\"", "<", true)].into_iter());
        let options = "<option value=\"\">All</option><option value=\"&quot;\" selected>&lt;</option>";
        assert_eq!(markup.0, options);
        assert!(markup.into_select("a").to_html().ends_with(&format!(">{options}</select>")));
    }
}
