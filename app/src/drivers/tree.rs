//! The lines of a diagram as the tree that they make.

use super::model::Level;
use super::store::Driver;
use crate::id::DriverId;

/// A line with what stands beneath it.
#[derive(Clone, Debug)]
pub struct Node<'a> {
    /// The line.
    pub driver: &'a Driver,
    /// Its position among those beside it, from 1.
    pub place: usize,
    /// How many stand beside it, with itself.
    pub of: usize,
    /// What stands beneath it.
    pub children: Vec<Node<'a>>,
}

impl Node<'_> {
    /// How many lines stand beneath it.
    #[must_use]
    pub fn beneath(&self) -> usize {
        self.children.iter().map(|child| 1 + child.beneath()).sum()
    }

    /// The change ideas at or beneath it.
    #[must_use]
    pub fn ideas(&self) -> Vec<&Driver> {
        let own = (self.driver.level == Level::Idea).then_some(self.driver);
        own.into_iter().chain(self.children.iter().flat_map(Node::ideas)).collect()
    }

    /// The line of this id, at or beneath it.
    #[must_use]
    pub fn find(&self, id: DriverId) -> Option<&Self> {
        if self.driver.id == id { Some(self) } else { self.children.iter().find_map(|child| child.find(id)) }
    }
}

/// The tree of what was not removed, by position; `drivers` come in that order.
#[must_use]
pub fn tree(drivers: &[Driver]) -> Vec<Node<'_>> {
    beneath(drivers, None)
}

fn beneath(drivers: &[Driver], parent: Option<DriverId>) -> Vec<Node<'_>> {
    let here: Vec<&Driver> = drivers.iter().filter(|driver| driver.parent == parent && !driver.removed).collect();
    let of = here.len();
    (1..)
        .zip(here)
        .map(|(place, driver)| Node { driver, place, of, children: beneath(drivers, Some(driver.id)) })
        .collect()
}

/// What was removed and can be restored in sight: lines whose own place is still there.
#[must_use]
pub fn removed(drivers: &[Driver]) -> Vec<&Driver> {
    let in_sight = |mut parent: Option<DriverId>| {
        while let Some(id) = parent {
            match drivers.iter().find(|driver| driver.id == id) {
                Some(driver) if !driver.removed => parent = driver.parent,
                _ => return false,
            }
        }
        true
    };
    drivers.iter().filter(|driver| driver.removed && in_sight(driver.parent)).collect()
}
