//! Being told by mail of what waits: one mail a person a day at most, composed from the asks of the day. What was told is
//! noted with the mail that tells it, in one transaction.

pub mod model;

pub mod api;
pub mod calendar;
pub mod pages;
pub mod store;
