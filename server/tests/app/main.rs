//! Completeness-app tests: requests through the router, on a real store, without a socket; and the program at
//! the command line.

mod asks;
mod changeover;
mod charts;
mod cycles;
mod dictionary;
mod drivers;
mod duplicates;
mod edge;
mod everything;
mod handover;
mod harness;
mod identity;
mod import;
mod intake;
mod matrix;
mod measures;
mod named;
mod operator;
mod people;
mod picker;
mod points;
mod portfolio;
mod priorities;
mod progress;
mod projects;
mod round_trips;
mod sessions;
mod statements;
mod tally;
mod tampering;
mod together;
mod unchanged;
mod walks;
mod words;
