//! How often a page goes to the store: each time costs more than a small statement. What is counted is what
//! is handed to the store's thread, so several statements in one text are one.

use std::collections::HashMap;
use std::sync::{LazyLock, Mutex, PoisonError};

use tracing::{Event, Instrument as _, Subscriber, info_span};
use tracing_subscriber::layer::{Context, Layer, SubscriberExt as _};
use tracing_subscriber::registry::LookupSpan;

use crate::harness::App;

/// How many statements' texts were sent within each span called [`COUNTED`].
static SENT: LazyLock<Mutex<HashMap<u64, usize>>> = LazyLock::new(Mutex::default);
const COUNTED: &str = "counted";

struct Count;

impl<S: Subscriber + for<'l> LookupSpan<'l>> Layer<S> for Count {
    fn on_event(&self, event: &Event<'_>, context: Context<'_, S>) {
        if event.metadata().target() != "sqlx::query" {
            return;
        }
        let spans = context.event_scope(event).into_iter().flatten();
        for span in spans.filter(|span| span.name() == COUNTED) {
            *SENT.lock().unwrap_or_else(PoisonError::into_inner).entry(span.id().into_u64()).or_default() += 1;
        }
    }
}

async fn round_trips<T>(of: impl Future<Output = T>) -> (T, usize) {
    // The store's thread speaks to the subscriber of the whole process.
    let _ = tracing::subscriber::set_global_default(tracing_subscriber::registry().with(Count));
    let span = info_span!(COUNTED);
    let id = span.id().map_or(0, |id| id.into_u64());
    let done = of.instrument(span).await;
    (done, SENT.lock().unwrap_or_else(PoisonError::into_inner).get(&id).copied().unwrap_or_default())
}

#[tokio::test]
async fn a_page_of_a_project_or_a_measure_goes_to_the_store_three_times() {
    let app = App::new().await;
    let project = app.fixture.project("Sepsis bundle").await;
    let measure = app.fixture.measure(project).await;
    let browser = app.browser(app.fixture.trainee).await;
    let record = format!("measure={measure}&taken_on=2026-03-01&numerator=8&denominator=10");
    let pairs: Vec<_> = record.split('&').filter_map(|pair| pair.split_once('=')).collect();
    assert!(browser.post("/api/measurements/record", &pairs).await.status.is_redirection());
    for page in [format!("/projects/{project}"), format!("/measures/{measure}")] {
        let (answer, trips) = round_trips(browser.get(&page)).await;
        assert!(answer.words().contains("Antibiotics within the hour"), "{}", answer.body);
        // Who asks, whether they may, and the page.
        assert_eq!(trips, 3, "{page}");
    }
}
