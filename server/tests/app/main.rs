//! Whole-app tests: requests through the router, on a real store, without a socket.

mod charts;
mod cycles;
mod drivers;
mod duplicates;
mod edge;
mod everything;
mod handover;
mod harness;
mod import;
mod measures;
mod people;
mod portfolio;
mod priorities;
mod projects;
mod tally;
