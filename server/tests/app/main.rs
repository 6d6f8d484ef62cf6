//! Whole-app tests: requests through the router, on a real store, without a socket.

mod harness;
mod people;
mod priorities;
