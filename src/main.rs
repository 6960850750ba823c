use clap::Parser;
use std::process::ExitCode;
use vigie::app;
use vigie::cli::Cli;

fn main() -> ExitCode {
    match Cli::try_parse() {
        Ok(cli) => app::run(cli),
        Err(error) => app::usage(&error),
    }
}
