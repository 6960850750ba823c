use clap::{Args, ValueEnum};

#[derive(Args, Clone, Debug, Default)]
pub struct Workers {
    /// Also run workers, which produce events: eta, notify, stock, or all
    #[arg(long, value_enum, value_delimiter = ',', value_name = "NAME[,…]", help_heading = "Workers")]
    pub workers: Vec<WorkerChoice>,
    /// Where a worker begins in a partition that it never read: now or beginning
    #[arg(long, value_enum, default_value_t = WorkerBegin::Now, requires = "workers", help_heading = "Workers")]
    pub workers_from: WorkerBegin,
}

// Not told one by one in the help: what each does stands in docs/workers.md.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum WorkerChoice {
    Eta,
    Notify,
    Stock,
    All,
    None,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum WorkerBegin {
    #[default]
    Now,
    Beginning,
}
