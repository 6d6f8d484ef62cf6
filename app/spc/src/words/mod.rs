//! What a chart says, in plain English: caption, alternative text, tags and tooltips.
//!
//! All of it comes from the same structure as the picture. It says that a process changed, never
//! why: no chart shows that a project caused anything.

mod caption;
mod findings;
mod method;
mod phrases;
mod point;
mod verdict;

pub use caption::{caption, short, title};
pub use findings::{findings, suggested_phase};
pub use method::method;
pub use point::{flag, point, rule_of_a_point};
pub use verdict::{assurance, variation, verdict};
