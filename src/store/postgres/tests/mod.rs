mod letters;
mod real;
mod retention;
mod server;
