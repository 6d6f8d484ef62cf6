//! The timeline and the asks of every project, and the days on which the academy is there, kept equal to what
//! [`timeline`] derives from the facts: triggers mark what a change concerns, and its commit derives that anew.

mod facts;
pub mod store;

use crate::db::Derived;

/// What the store derives.
pub const DERIVED: Derived = Derived {
    drain: |conn| Box::pin(store::drain(conn)),
    refresh: |conn| Box::pin(store::refresh(conn)),
    effects: |conn, today| Box::pin(store::effects(conn, today)),
};
