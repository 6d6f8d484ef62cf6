//! Every sentence that Baton's pages say, once each, in `docs/words.txt`: a change of wording is read in its diff. The
//! words of an older dialect stand in none.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::PathBuf;

use app::testing::Result;
use http::{StatusCode, header};

use crate::everything::{people, world};
use crate::harness::{Answer, App};

/// Words that nobody in a hospital says of a project, each with what is said instead.
const OLD: &[(&str, &str)] = &[
    ("holder", "lead"),
    ("held by", "led by"),
    ("you hold", "you lead"),
    ("anchor", "supervisor"),
    ("look-alike", "possible duplicate"),
    ("look alike", "may be duplicates"),
    ("can mend", "can fix"),
    ("no end in sight", "no end date"),
    ("see to it", "make sure"),
    ("lapses", "expires"),
    ("look for a lead", "are looking for a lead"),
    ("is void", "is deleted"),
    ("point void", "delete this data point"),
    ("are told", "see"),
    ("is told", "sees"),
    ("not said", "not specified"),
    ("your wish", "your request"),
    ("a word to", "message"),
    ("a word with", "message"),
    ("says yes", "agrees"),
    ("needed parts", "required sections"),
    ("anything or nothing", "any"),
    ("tells of", "measures"),
    ("telephone", "phone"),
    ("junior doctor", "resident doctor"),
    ("the desk", "the QI academy"),
    ("which idea is it", "change idea"),
    ("the data ask for", "automatic"),
    ("given by hand", "fixed"),
];

/// Elements that stand in a line of text and do not end it.
const INLINE: &[&str] = &["a", "abbr", "b", "bdi", "code", "em", "i", "small", "span", "strong", "sub", "sup", "time"];

/// What is read of a page, in its order: each block of text, and what only a screen reader says.
fn texts(html: &str) -> Vec<String> {
    let mut texts = Vec::new();
    let mut line = String::new();
    let mut rest = html;
    while let Some((before, after)) = rest.split_once('<') {
        line.push_str(before);
        if let Some((_, after)) = after.strip_prefix("!--").and_then(|comment| comment.split_once("-->")) {
            rest = after;
            continue;
        }
        let Some((tag, after)) = after.split_once('>') else { break };
        rest = after;
        let name: String = tag.trim_start_matches('/').chars().take_while(char::is_ascii_alphanumeric).collect();
        if ["script", "style", "textarea"].contains(&name.as_str()) && !tag.starts_with('/') {
            rest = after.split_once(&format!("</{name}>")).map_or("", |(_, rest)| rest);
        }
        if !INLINE.contains(&name.as_str()) && !tag.starts_with('!') {
            texts.push(std::mem::take(&mut line));
        }
        for attribute in ["aria-label=\"", "placeholder=\"", "alt=\"", "title=\""] {
            let said = tag.split_once(&format!(" {attribute}")).and_then(|(_, value)| value.split_once('"'));
            texts.extend(said.map(|(value, _)| value.to_owned()));
        }
    }
    texts.push(line);
    texts.iter().map(|text| clean(text)).filter(|text| text.chars().any(char::is_alphabetic)).collect()
}

fn clean(text: &str) -> String {
    let text = text
        .replace("&amp;", "&")
        .replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&quot;", "\"")
        .replace("&#x27;", "'");
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The texts of one kind of page, as far as no earlier one had them.
#[derive(Default)]
struct Words {
    seen: BTreeSet<String>,
    file: String,
}

impl Words {
    fn add(&mut self, page: &str, answers: &[Answer]) {
        let new: Vec<String> = answers
            .iter()
            .flat_map(|answer| texts(&answer.body))
            .filter(|text| self.seen.insert(text.clone()))
            .collect();
        if !new.is_empty() {
            let _ = writeln!(self.file, "\n== {page}\n{}", new.join("\n"));
        }
    }
}

/// Each page as each person reads it, and as it comes back when its forms are sent with nothing filled in.
async fn words() -> Result<Words> {
    let app = App::new().await;
    let world = world(&app.fixture).await?;
    let mut words = Words::default();
    words.add("/sign-in", &[app.nobody().get("/sign-in").await]);
    for (path, page) in world.pages() {
        let mut answers = Vec::new();
        for (_, person) in people(&app.fixture) {
            let browser = app.browser(person).await;
            let answer = browser.get(&path).await;
            // A picture to download says nothing.
            let is_page =
                answer.headers.get(header::CONTENT_TYPE).is_some_and(|kind| kind.as_bytes().starts_with(b"text/html"));
            if answer.status != StatusCode::OK || !is_page {
                continue;
            }
            for form in answer.forms() {
                let empty: Vec<(&str, &str)> = form
                    .fields
                    .iter()
                    .filter(|field| field.kind == "hidden")
                    .map(|field| (field.name.as_str(), field.value.as_str()))
                    .collect();
                let asks = form.fields.iter().any(|field| field.kind != "hidden");
                if form.post && asks && form.action != "/api/sign-out" {
                    let refused = browser.post(&form.action, &empty).await;
                    if refused.location().contains("form=") {
                        answers.push(browser.follow(&refused).await);
                    }
                }
            }
            answers.insert(0, answer);
        }
        words.add(&page, &answers);
    }
    Ok(words)
}

#[tokio::test]
async fn what_pages_say_is_written_down_and_in_one_vocabulary() -> Result {
    let words = words().await?;
    let file = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../docs/words.txt");
    let now = format!(
        "What Baton's pages say, each text once, under the first page that says it. Made by the test `words`; after a\nchange of wording: UPDATE_WORDS=1 cargo nextest run -p server --test app -E 'test(words)'\n{}",
        words.file
    );
    if std::env::var_os("UPDATE_WORDS").is_some() {
        std::fs::write(&file, &now)?;
    }
    let old: Vec<String> = words
        .seen
        .iter()
        .flat_map(|text| {
            let low = text.to_lowercase();
            let found = OLD.iter().filter(move |(old, _)| {
                low.split(|c: char| !c.is_alphanumeric() && c != '-').collect::<Vec<_>>().join(" ").contains(old)
            });
            found.map(move |(old, new)| format!("“{old}” (say “{new}”): {text}"))
        })
        .collect();
    assert!(old.is_empty(), "{}", old.join("\n"));
    let kept = std::fs::read_to_string(&file)?;
    let (kept, now): (BTreeSet<&str>, BTreeSet<&str>) = (kept.lines().collect(), now.lines().collect());
    let differ: Vec<&&str> = kept.symmetric_difference(&now).take(20).collect();
    assert!(differ.is_empty(), "docs/words.txt is not what the pages say: {differ:#?}");
    Ok(())
}

#[test]
fn a_text_goes_on_through_what_stands_in_its_line() {
    let html = "<title>A</title><p>See <a href=\"/x\" title=\"Go\">the <b>page</b></a> now.</p><script>x < y</script><input placeholder=\"Find\"><p> 12 </p>";
    assert_eq!(texts(html), ["A", "Go", "See the page now.", "Find"]);
}
