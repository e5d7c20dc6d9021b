//! The program as a shell sees it.

mod attacks;
mod commands;
mod demo;
mod program;
mod receiver;
mod secrecy;
mod vectors;
mod webhook;
