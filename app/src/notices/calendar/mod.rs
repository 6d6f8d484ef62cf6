//! One's own calendar feed (RFC 5545): the days that one's projects wait for, at an address that only its owner knows.

pub mod model;

pub mod pages;
pub mod store;
