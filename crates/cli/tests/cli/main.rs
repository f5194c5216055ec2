//! The program from outside: arguments in; output and exit codes out.

mod common;
mod indexing;
mod searching;
mod tools;
