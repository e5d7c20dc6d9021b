//! The program as a shell sees it.

mod commands;
mod demo;
mod program;
mod receiver;
mod secrecy;
mod vectors;
mod webhook;
