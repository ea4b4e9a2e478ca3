//! The program as its users run it.

mod chain;
mod com;
mod command;
mod counting;
mod line;
mod mistakes;
mod pictures;
mod reach;
mod run;
mod schema;
mod streams;
mod tdecq;
