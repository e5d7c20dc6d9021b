//! Properties: rules that hold for every input, tried with random ones.
//!
//! An input that once failed is written to `regressions` beside this file; commit it, and it is
//! tried first from then on.

mod domains;
mod foreign;
mod look_alikes;
mod order;
mod pairs;
mod panics;
mod paths;
mod secrets;
mod signing;
mod strategies;
mod templates;
mod verifying;
mod webhooks;
