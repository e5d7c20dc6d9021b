//! Properties: rules that hold for every input, tested with random ones. A failing input is written
//! to `regressions` next to this file; commit it, and it is tested first from then on.

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
