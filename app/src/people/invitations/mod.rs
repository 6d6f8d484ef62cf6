//! Invitations: a link with which somebody sets their first password, or accepts another trust. One that went by mail
//! proves the address; one that was copied or printed is a first password given in person.

pub mod model;

pub mod api;
pub mod pages;
pub mod store;

mod sheet;
