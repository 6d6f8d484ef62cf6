//! Whole-app tests: requests through the router, on a real store, without a socket.

mod everything;
mod harness;
mod people;
mod priorities;
