//! The sandbox as a server: each test starts one on a free port, and nothing sleeps.

mod common;
mod journey;
