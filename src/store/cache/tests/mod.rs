mod real;
#[allow(dead_code)] // tests from outside use all of it
mod server;

use crate::store::tests::child;
