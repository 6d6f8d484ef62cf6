//! Every promise of a shared flush. A change that "waits" has asked for its turn while another has it.

use std::future::poll_fn;
use std::pin::Pin;
use std::task::Poll;

use proptest::prelude::*;
use tempfile::TempDir;

use super::*;
use crate::continuity::derived::DERIVED;
use crate::db::Store;

type Waiting<T> = Pin<Box<dyn Future<Output = Result<T, Error>>>>;

async fn store() -> (TempDir, Store) {
    let folder = tempfile::tempdir().expect("a folder");
    let store = Store::open(&folder.path().join("baton.db"), DERIVED).await.expect("a store");
    (folder, store)
}

/// Polls once: what is asked for has been asked for, and is not there yet.
async fn waiting<T>(future: impl Future<Output = Result<T, Error>> + 'static) -> Waiting<T> {
    let mut future: Waiting<T> = Box::pin(future);
    let pending = poll_fn(|context| Poll::Ready(future.as_mut().poll(context).is_pending())).await;
    assert!(pending);
    future
}

/// Asks for a turn while another has it.
async fn ask(store: &Store) -> Waiting<Write> {
    let store = store.clone();
    waiting(async move { store.write().await }).await
}

async fn add(change: &mut Write, name: &str) -> Result<(), sqlx::Error> {
    sqlx::query("insert into trust (id, name, created_at) values ($1, $1, '2026-01-01T00:00:00Z')")
        .bind(name)
        .execute(&mut **change)
        .await?;
    Ok(())
}

async fn run(change: &mut Write, sql: &'static str) -> Result<(), sqlx::Error> {
    sqlx::query(sql).execute(&mut **change).await?;
    Ok(())
}

async fn names(store: &Store) -> Vec<String> {
    let mut conn = store.read().await.expect("a reader");
    sqlx::query_scalar("select name from trust order by name").fetch_all(&mut *conn).await.expect("names")
}

/// Lets no page more into the file: the next large row meets a full disk, and SQLite undoes everything.
async fn fill_the_disk(change: &mut Write) -> Result<(), sqlx::Error> {
    run(change, "pragma max_page_count = 1").await?;
    // A row that no trigger follows: of a statement with triggers SQLite would undo only that statement.
    run(change, "insert into person (id, name, created_at) values ('large', hex(zeroblob(1000000)), '')").await
}

/// Refuses the commit of everything that is open.
async fn spoil_the_commit(change: &mut Write) {
    run(change, "pragma defer_foreign_keys = on").await.expect("deferred");
    let of_nobody = "insert into away (id, person_id, trust_id, starts_on, ends_on) values (hex(randomblob(8)), 'nobody', 'none', '', '')";
    run(change, of_nobody).await.expect("not looked at before the commit");
}

#[tokio::test]
async fn who_waits_shares_the_flush_and_nothing_is_seen_before_it() {
    let (_folder, store) = store().await;
    let mut first = store.write().await.expect("a change");
    let second = ask(&store).await;
    add(&mut first, "first").await.expect("added");
    let answer = waiting(first.commit()).await;
    let mut second = second.await.expect("its turn");
    add(&mut second, "second").await.expect("added");
    assert_eq!(names(&store).await.len(), 0);
    let answer = waiting(answer).await;
    second.commit().await.expect("durable");
    answer.await.expect("durable by the same flush");
    assert_eq!(names(&store).await.len(), 2);
}

#[tokio::test]
async fn a_change_that_is_not_committed_is_undone_alone() {
    let (_folder, store) = store().await;
    let mut first = store.write().await.expect("a change");
    let (second, third, fourth) = (ask(&store).await, ask(&store).await, ask(&store).await);
    add(&mut first, "first").await.expect("added");
    let answer = waiting(first.commit()).await;
    let mut second = second.await.expect("its turn");
    add(&mut second, "second").await.expect("added");
    drop(second);
    let mut third = third.await.expect("its turn");
    add(&mut third, "third").await.expect("added");
    add(&mut third, "first").await.expect_err("taken by a change that is not durable yet");
    let third = waiting(third.commit()).await;
    let mut fourth = fourth.await.expect("its turn");
    add(&mut fourth, "fourth").await.expect("added");
    drop(fourth);
    answer.await.expect("durable");
    third.await.expect("a statement that failed does not undo those before it");
    assert_eq!(names(&store).await, ["first", "third"]);
}

#[tokio::test]
async fn when_the_shared_commit_fails_all_of_it_fails() {
    let (_folder, store) = store().await;
    let mut first = store.write().await.expect("a change");
    let second = ask(&store).await;
    add(&mut first, "first").await.expect("added");
    let answer = waiting(first.commit()).await;
    let mut second = second.await.expect("its turn");
    spoil_the_commit(&mut second).await;
    assert_eq!(second.commit().await, Err(Error::Internal));
    assert_eq!(answer.await, Err(Error::Internal));
    assert!(names(&store).await.is_empty());
    let mut third = store.write().await.expect("a change");
    add(&mut third, "third").await.expect("added");
    third.commit().await.expect("durable");
    assert_eq!(names(&store).await, ["third"]);
}

#[tokio::test]
async fn what_sqlite_undoes_by_itself_is_told_to_everybody_whom_it_concerns() {
    for it_goes_on_as_if_nothing_happened in [false, true] {
        let (_folder, store) = store().await;
        let mut first = store.write().await.expect("a change");
        let (second, third) = (ask(&store).await, ask(&store).await);
        add(&mut first, "first").await.expect("added");
        let answer = waiting(first.commit()).await;
        let mut second = second.await.expect("its turn");
        fill_the_disk(&mut second).await.expect_err("full");
        if it_goes_on_as_if_nothing_happened {
            assert_eq!(second.commit().await, Err(Error::Internal));
        } else {
            drop(second);
        }
        let mut third = third.await.expect("its turn, which comes after the fault");
        assert_eq!(answer.await, Err(Error::Internal));
        add(&mut third, "third").await.expect("added");
        third.commit().await.expect("durable");
        assert_eq!(names(&store).await, ["third"]);
    }
}

#[tokio::test]
async fn a_full_disk_fails_the_last_of_a_flush_too() {
    let (_folder, store) = store().await;
    let mut only = store.write().await.expect("a change");
    add(&mut only, "only").await.expect("added");
    fill_the_disk(&mut only).await.expect_err("full");
    assert_eq!(only.commit().await, Err(Error::Internal));
    assert!(names(&store).await.is_empty());
    drop(store.write().await.expect("the next change"));
}

#[tokio::test]
async fn turns_come_in_the_order_in_which_they_are_asked_for() {
    let (_folder, store) = store().await;
    let first = store.write().await.expect("a change");
    let mut line = Vec::new();
    for _ in 0..2 * MAX_BATCH_CHANGES {
        line.push(ask(&store).await);
    }
    // Who does not wait any more is passed over, also as the last one.
    drop(line.remove(1));
    drop(line.pop());
    drop(first);
    let mut answers = Vec::new();
    for (number, turn) in line.into_iter().enumerate() {
        let mut change = turn.await.expect("its turn");
        add(&mut change, &format!("{number:03}")).await.expect("added");
        answers.push(waiting(change.commit()).await);
    }
    for answer in answers {
        answer.await.expect("durable");
    }
    assert_eq!(names(&store).await.len(), 2 * MAX_BATCH_CHANGES - 2);
}

#[tokio::test]
async fn who_waits_too_long_is_told_that_the_store_is_busy() {
    let (_folder, store) = store().await;
    let first = store.write().await.expect("a change");
    let hurried = store.writer.change_within(Duration::from_millis(1)).await;
    assert_eq!(hurried.map(drop), Err(Error::Busy));
    drop(first);
    store.write().await.expect("a change").commit().await.expect("durable");
}

#[tokio::test]
async fn a_store_that_closes_lets_those_who_wait_finish() {
    let (folder, store) = store().await;
    let mut first = store.write().await.expect("a change");
    add(&mut first, "first").await.expect("added");
    let second = ask(&store).await;
    let closing = {
        let store = store.clone();
        tokio::spawn(async move { store.close().await })
    };
    tokio::task::yield_now().await;
    let answer = waiting(first.commit()).await;
    let mut second = second.await.expect("its turn");
    add(&mut second, "second").await.expect("added");
    second.commit().await.expect("durable");
    answer.await.expect("durable");
    closing.await.expect("closed");
    assert_eq!(store.write().await.map(drop), Err(Error::Busy));
    let again = Store::open(&folder.path().join("baton.db"), DERIVED).await.expect("a store");
    assert_eq!(names(&again).await, ["first", "second"]);
}

/// What one of many does with its turn.
#[derive(Clone, Copy, Debug)]
enum Act {
    Commit,
    Drop,
    FailThenDrop,
    FailThenCommit,
    GoAwayBeforeTheAnswer,
    GoAwayBeforeTheTurn,
    SpoilTheCommit,
    FillTheDisk,
}

fn acts() -> impl Strategy<Value = Vec<(Act, usize)>> {
    let act = prop_oneof![
        8 => Just(Act::Commit),
        2 => Just(Act::Drop),
        2 => Just(Act::FailThenDrop),
        2 => Just(Act::FailThenCommit),
        2 => Just(Act::GoAwayBeforeTheAnswer),
        1 => Just(Act::GoAwayBeforeTheTurn),
        1 => Just(Act::SpoilTheCommit),
        1 => Just(Act::FillTheDisk),
    ];
    proptest::collection::vec((act, 0..40_usize), 1..60)
}

/// Does what it has to, in two rows; `Some` when it knows whether they are there.
async fn act(store: Store, number: usize, act: Act) -> Option<bool> {
    if matches!(act, Act::GoAwayBeforeTheTurn) {
        let mut asked = Box::pin(store.write());
        let _ = poll_fn(|context| Poll::Ready(asked.as_mut().poll(context).is_ready())).await;
        return Some(false);
    }
    let mut change = store.write().await.expect("a turn");
    add(&mut change, &format!("{number} a")).await.expect("added");
    tokio::task::yield_now().await;
    match act {
        Act::FailThenDrop | Act::FailThenCommit => {
            add(&mut change, &format!("{number} a")).await.expect_err("twice");
        }
        Act::SpoilTheCommit => spoil_the_commit(&mut change).await,
        Act::FillTheDisk => {
            fill_the_disk(&mut change).await.expect_err("full");
            return Some(false);
        }
        _ => {}
    }
    add(&mut change, &format!("{number} b")).await.expect("added");
    match act {
        Act::Drop | Act::FailThenDrop => Some(false),
        Act::GoAwayBeforeTheAnswer => {
            let mut commit = Box::pin(change.commit());
            let _ = poll_fn(|context| Poll::Ready(commit.as_mut().poll(context).is_ready())).await;
            None
        }
        _ => Some(change.commit().await.is_ok()),
    }
}

async fn answers_agree_with_the_store(acts: Vec<(Act, usize)>) {
    let (_folder, store) = store().await;
    let tasks: Vec<_> = acts
        .iter()
        .enumerate()
        .map(|(number, (what, later))| {
            let (store, what, later) = (store.clone(), *what, *later);
            tokio::spawn(async move {
                for _ in 0..later {
                    tokio::task::yield_now().await;
                }
                act(store, number, what).await
            })
        })
        .collect();
    let mut answers = Vec::new();
    for task in tasks {
        answers.push(task.await.expect("done"));
    }
    // Whoever went away before the answer was asked for before this.
    store.write().await.expect("a change").commit().await.expect("durable");
    let names = names(&store).await;
    for (number, answer) in answers.iter().enumerate() {
        let there = [" a", " b"].map(|row| names.contains(&format!("{number}{row}")));
        assert_eq!(there[0], there[1], "half of change {number} {:?}", acts[number]);
        if let Some(answer) = answer {
            assert_eq!(there[0], *answer, "change {number} {:?}", acts[number]);
        }
    }
    let alone = !acts.iter().any(|(act, _)| matches!(act, Act::SpoilTheCommit | Act::FillTheDisk));
    for (number, (act, _)) in acts.iter().enumerate().filter(|_| alone) {
        let kept = matches!(act, Act::Commit | Act::FailThenCommit | Act::GoAwayBeforeTheAnswer);
        assert_eq!(names.contains(&format!("{number} a")), kept, "change {number} {act:?}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn an_answer_says_what_is_in_the_store(acts in acts()) {
        tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .enable_all()
            .build()
            .expect("a runtime")
            .block_on(answers_agree_with_the_store(acts));
    }
}
