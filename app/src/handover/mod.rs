//! Continuity: who holds a project, and how it passes to the next lead. A handover is prepared,
//! offered to a colleague or to the pool, and agreed once the successor and the supervisor have accepted;
//! the team's dated roles then make it come true on its day without any job running.

pub mod model;

pub mod api;
pub mod pages;
pub mod parts;
pub mod prefill;
pub mod store;
