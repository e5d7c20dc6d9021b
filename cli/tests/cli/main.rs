//! The program as a shell sees it.

mod attacks;
mod check;
mod commands;
mod demo;
mod explain;
mod program;
mod receiver;
mod scripts;
mod secrecy;
mod vectors;
mod webhook;
