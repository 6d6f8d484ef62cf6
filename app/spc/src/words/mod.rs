//! What a chart says, in plain English: caption, alternative text, tags and tooltips.
//!
//! All of it comes from the same structure as the picture. It says that a process changed, never
//! why: no chart shows that a project caused anything.

mod caption;
mod findings;
mod headline;
mod method;
mod phrases;
mod point;
mod verdict;

pub use caption::{brief, caption, details, period, short, title};
pub use findings::{findings, suggested_chart, suggested_phase};
pub use headline::{Headline, headline};
pub use method::method;
pub use point::{Noted, flag, notes, point, rule_of_a_point};
pub use verdict::{assurance, variation};
