//! Whole-app tests: requests through the router, on a real store, without a socket.

mod charts;
mod cycles;
mod drivers;
mod duplicates;
mod everything;
mod handover;
mod harness;
mod import;
mod matrix;
mod measures;
mod people;
mod portfolio;
mod priorities;
mod projects;
mod tally;
