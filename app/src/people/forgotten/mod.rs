//! Setting a forgotten password anew with a link that is mailed. Whoever asks gets one answer, in the same time,
//! whatever the address.

pub mod model;

pub mod api;
pub mod pages;
pub mod store;
