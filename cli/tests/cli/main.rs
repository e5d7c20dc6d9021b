//! The program as a shell sees it.

mod commands;
mod demo;
mod program;
mod secrecy;
mod vectors;
