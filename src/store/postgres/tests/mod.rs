mod letters;
mod real;
mod retention;
mod server;

use crate::store::tests::child;
