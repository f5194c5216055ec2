//! The program from outside: arguments in; output and exit codes out.

mod alerts;
mod common;
mod indexing;
mod keeping;
mod languages;
mod research;
mod searching;
mod serving;
mod tools;
