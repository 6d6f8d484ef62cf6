//! HTTP and markup, as every room uses them: the request, forms that come back as they were typed, pages, and
//! the pieces that pages are drawn from. Knows no room of the domain.

pub mod attempts;
pub mod codes;
pub mod confirm;
pub mod cookie;
pub mod form;
pub mod glossary;
pub mod page;
pub mod request;
pub mod shell;
pub mod ui;
