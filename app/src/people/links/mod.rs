//! Links that let somebody in, once: random, known to the store by their hash only, and of use until a moment. Opening
//! one changes nothing; what its form sends uses it up.

pub mod apart;
pub mod model;
pub mod store;
