//! What a route answers with: a page that has loaded everything and is left to be drawn, a file, or another address.

use std::future::Future;
use std::pin::Pin;

use leptos::prelude::*;

use crate::error::Error;
use crate::web::request::Request;

/// What a route answers with.
pub enum Reply {
    /// A page.
    Page(Page),
    /// A file to keep.
    File {
        /// The name under which it is saved.
        name: String,
        /// Its media type.
        kind: &'static str,
        /// Its content.
        body: Vec<u8>,
    },
    /// Another address.
    Redirect(String),
}

impl From<Page> for Reply {
    fn from(page: Page) -> Self {
        Self::Page(page)
    }
}

/// A page that has everything it needs from the store: what is left is to draw it.
pub struct Page {
    pub(super) title: String,
    pub(super) status: u16,
    pub(super) islands: bool,
    pub(super) view: Box<dyn FnOnce() -> AnyView + Send>,
}

impl Page {
    /// A page; `view` draws what stands in `<main>`.
    pub fn new(title: impl Into<String>, view: impl FnOnce() -> AnyView + Send + 'static) -> Self {
        Self { title: title.into(), status: 200, islands: false, view: Box::new(view) }
    }

    /// Loads the WASM: only for a page with an island on it.
    #[must_use]
    pub fn with_islands(mut self) -> Self {
        self.islands = true;
        self
    }

    /// Answers with another status than 200.
    #[must_use]
    pub fn with_status(mut self, status: u16) -> Self {
        self.status = status;
        self
    }

    /// The HTTP status.
    #[must_use]
    pub fn status(&self) -> u16 {
        self.status
    }
}

/// Answers a request.
type Handler = fn(Request) -> Pin<Box<dyn Future<Output = Result<Reply, Error>> + Send>>;

/// One address and the function that answers it.
#[derive(Clone, Copy)]
pub struct Route {
    /// The path, with `{name}` for what varies.
    pub path: &'static str,
    pub handler: Handler,
}

/// A [`Route`] from a path and an `async fn(Request) -> Result<impl Into<Reply>, Error>`.
#[macro_export]
macro_rules! route {
    ($path:literal, $page:path) => {
        $crate::web::page::Route {
            path: $path,
            handler: |request| Box::pin(async move { Ok($crate::web::page::Reply::from($page(request).await?)) }),
        }
    };
}
