mod real;
mod server;
