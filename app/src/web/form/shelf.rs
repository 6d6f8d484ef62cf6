//! Things kept in memory for their owners, each within its share, all within a room.

use std::collections::{HashMap, VecDeque};

use chrono::{DateTime, Duration, Utc};

use crate::limits::Room;

/// Whose a thing is: a keyed hash, so that what is kept and what is in a page name nobody.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Owner(pub u128);

/// What a thing takes in the maps that hold it, beside its own bytes.
const OVERHEAD: usize = 256;

#[derive(Debug)]
struct Item<V> {
    value: V,
    owner: Owner,
    bytes: usize,
    at: DateTime<Utc>,
}

#[derive(Debug, Default)]
struct Held {
    /// Oldest first.
    keys: VecDeque<String>,
    bytes: usize,
}

/// The things.
#[derive(Debug)]
pub struct Shelf<V> {
    room: Room,
    items: HashMap<String, Item<V>>,
    owners: HashMap<Owner, Held>,
    /// Oldest first; among them some that are gone.
    order: VecDeque<(DateTime<Utc>, String)>,
    bytes: usize,
}

impl<V> Shelf<V> {
    /// An empty one.
    pub fn new(room: Room) -> Self {
        Self { room, items: HashMap::new(), owners: HashMap::new(), order: VecDeque::new(), bytes: 0 }
    }

    /// Keeps a thing. It takes the place of its owner's older ones where their share is used up; where
    /// the room is, of the older ones of whoever has most. Whether it is kept: not if it is larger than
    /// a share.
    pub fn put(&mut self, key: String, owner: Owner, value: V, bytes: usize, now: DateTime<Utc>) -> bool {
        self.forget(now);
        let bytes = bytes + OVERHEAD;
        if bytes > self.room.share {
            return false;
        }
        while self
            .owners
            .get(&owner)
            .is_some_and(|held| held.bytes + bytes > self.room.share || held.keys.len() >= self.room.each)
        {
            self.drop_oldest_of(owner);
        }
        while self.bytes + bytes > self.room.bytes {
            let Some((&largest, _)) = self.owners.iter().max_by_key(|(_, held)| held.bytes) else { break };
            self.drop_oldest_of(largest);
        }
        let held = self.owners.entry(owner).or_default();
        held.keys.push_back(key.clone());
        held.bytes += bytes;
        self.bytes += bytes;
        self.order.push_back((now, key.clone()));
        self.items.insert(key, Item { value, owner, bytes, at: now });
        if self.order.len() > 2 * self.items.len() + 64 {
            self.order.retain(|(_, key)| self.items.contains_key(key));
        }
        true
    }

    /// A thing, when it is this owner's and not too old.
    pub fn get(&self, key: &str, owner: Owner, now: DateTime<Utc>) -> Option<&V> {
        let item = self.items.get(key).filter(|item| item.owner == owner && !self.is_old(item.at, now))?;
        Some(&item.value)
    }

    fn is_old(&self, at: DateTime<Utc>, now: DateTime<Utc>) -> bool {
        now - at >= Duration::seconds(self.room.seconds)
    }

    /// Lets go of what is too old.
    fn forget(&mut self, now: DateTime<Utc>) {
        while let Some((_, key)) = self.order.pop_front_if(|(at, _)| now - *at >= Duration::seconds(self.room.seconds))
        {
            self.remove(&key);
        }
    }

    fn drop_oldest_of(&mut self, owner: Owner) {
        match self.owners.get(&owner).and_then(|held| held.keys.front()).cloned() {
            Some(key) => self.remove(&key),
            None => drop(self.owners.remove(&owner)),
        }
    }

    fn remove(&mut self, key: &str) {
        let Some(gone) = self.items.remove(key) else { return };
        self.bytes -= gone.bytes;
        let Some(held) = self.owners.get_mut(&gone.owner) else { return };
        held.bytes -= gone.bytes;
        held.keys.retain(|held| held != key);
        if held.keys.is_empty() {
            self.owners.remove(&gone.owner);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::noon;

    const ROOM: Room = Room { bytes: 10_000, share: 4_000, each: 5, seconds: 60 };

    fn shelf() -> Shelf<u32> {
        Shelf::new(ROOM)
    }

    /// What it holds agrees with what it counts.
    fn agrees(shelf: &Shelf<u32>) {
        assert_eq!(shelf.bytes, shelf.items.values().map(|item| item.bytes).sum::<usize>());
        assert_eq!(shelf.bytes, shelf.owners.values().map(|held| held.bytes).sum::<usize>());
        assert_eq!(shelf.items.len(), shelf.owners.values().map(|held| held.keys.len()).sum::<usize>());
        assert!(shelf.bytes <= ROOM.bytes && shelf.order.len() <= 2 * shelf.items.len() + 65);
    }

    #[test]
    fn whoever_keeps_much_pushes_out_their_own_and_nobody_elses() {
        let (me, you, now) = (Owner(1), Owner(2), noon());
        let mut shelf = shelf();
        assert!(shelf.put("mine".into(), me, 1, 100, now));
        for number in 0..2_000 {
            assert!(shelf.put(format!("yours {number}"), you, number, 3_000, now));
            agrees(&shelf);
        }
        for number in 0..2_000 {
            assert!(shelf.put(format!("small {number}"), you, number, 1, now));
        }
        agrees(&shelf);
        assert_eq!(shelf.get("mine", me, now), Some(&1));
        assert_eq!(shelf.get("small 1999", you, now), Some(&1999));
        assert_eq!(shelf.owners[&you].keys.len(), ROOM.each);
        assert!(!shelf.put("huge".into(), me, 2, ROOM.share, now), "more than a share");
        assert_eq!(shelf.get("mine", me, now), Some(&1));
    }

    #[test]
    fn a_full_room_takes_from_whoever_has_most() {
        let now = noon();
        let mut shelf = shelf();
        assert!(shelf.put("small".into(), Owner(9), 9, 100, now));
        for owner in 0..3 {
            assert!(shelf.put(format!("large {owner}"), Owner(owner), 0, 3_000, now));
        }
        for owner in 10..20 {
            assert!(shelf.put(format!("new {owner}"), Owner(owner), 0, 500, now));
            agrees(&shelf);
        }
        assert_eq!(shelf.get("small", Owner(9), now), Some(&9));
        assert_eq!(shelf.get("new 19", Owner(19), now), Some(&0));
    }

    #[test]
    fn what_is_old_is_let_go_with_the_next_that_comes() {
        let (me, now) = (Owner(1), noon());
        let later = now + Duration::seconds(ROOM.seconds);
        let mut shelf = shelf();
        shelf.put("old".into(), me, 1, 100, now);
        assert_eq!(shelf.get("old", Owner(2), now), None, "not theirs");
        assert_eq!(shelf.get("old", me, later), None);
        shelf.put("new".into(), Owner(2), 2, 100, later);
        agrees(&shelf);
        assert_eq!((shelf.items.len(), shelf.owners.len()), (1, 1));
    }
}
