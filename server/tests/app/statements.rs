//! What requests hand to the store's threads.

use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::sync::{LazyLock, Mutex, PoisonError};

use tracing::field::{Field, Visit};
use tracing::{Event, Instrument as _, Subscriber, info_span};
use tracing_subscriber::layer::{Context, Layer, SubscriberExt as _};
use tracing_subscriber::registry::LookupSpan;

/// Each text, and how often it was handed over. A text may hold several statements.
pub type Sent = BTreeMap<String, usize>;

/// What was sent within each span called [`HEARD`].
static SENT: LazyLock<Mutex<HashMap<u64, Sent>>> = LazyLock::new(Mutex::default);
const HEARD: &str = "heard";
/// The span in which the router answers a request.
const REQUEST: &str = "request";

struct Ear;

impl<S: Subscriber + for<'l> LookupSpan<'l>> Layer<S> for Ear {
    fn on_event(&self, event: &Event<'_>, context: Context<'_, S>) {
        if event.metadata().target() != "sqlx::query" {
            return;
        }
        let spans: Vec<_> = context.event_scope(event).into_iter().flatten().collect();
        if !spans.iter().any(|span| span.name() == REQUEST) {
            return;
        }
        for span in spans.iter().filter(|span| span.name() == HEARD) {
            let mut text = Text::default();
            event.record(&mut text);
            let mut sent = SENT.lock().unwrap_or_else(PoisonError::into_inner);
            *sent.entry(span.id().into_u64()).or_default().entry(text.whole()).or_default() += 1;
        }
    }
}

/// The two fields in which sqlx puts a statement.
#[derive(Default)]
struct Text {
    summary: String,
    statement: String,
}

impl Text {
    /// The summary is all of a short statement, and then there is no other.
    fn whole(self) -> String {
        let whole = if self.statement.is_empty() { self.summary } else { self.statement };
        whole.trim().to_owned()
    }
}

impl Visit for Text {
    fn record_str(&mut self, field: &Field, value: &str) {
        match field.name() {
            "summary" => value.clone_into(&mut self.summary),
            "db.statement" => value.clone_into(&mut self.statement),
            _ => {}
        }
    }

    fn record_debug(&mut self, _: &Field, _: &dyn fmt::Debug) {}
}

/// Does something, and gives what its requests sent to the store.
pub async fn sent_by<T>(work: impl Future<Output = T>) -> (T, Sent) {
    // The store's threads speak to the subscriber of the whole process.
    let _ = tracing::subscriber::set_global_default(tracing_subscriber::registry().with(Ear));
    let span = info_span!(HEARD);
    let id = span.id().map_or(0, |id| id.into_u64());
    let done = work.instrument(span).await;
    (done, SENT.lock().unwrap_or_else(PoisonError::into_inner).remove(&id).unwrap_or_default())
}
