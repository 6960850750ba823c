mod letters;
mod real;
mod server;
