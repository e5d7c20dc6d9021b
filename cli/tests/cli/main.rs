//! Tests of the program as a shell runs it.

mod attacks;
mod check;
mod commands;
mod demo;
mod explain;
mod program;
mod receiver;
mod scripts;
mod secrecy;
mod sign_links;
mod vectors;
mod webhook;
