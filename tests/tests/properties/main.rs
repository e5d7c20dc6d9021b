//! Properties: rules that hold for every input, checked with random ones. An input that fails is
//! written to `regressions` beside this file; commit it, and it is checked first from then on.

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
