//! Tests of the sandbox as a server. Each test starts one on a free port, and nothing sleeps.

mod attacks;
mod common;
mod journey;
mod kept;
mod live;
mod photos;
mod rest;
