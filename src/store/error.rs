use crate::model::TopicPartition;

#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// Another process took the partition: what we read of it is its business now.
    #[error("{}/{} was taken over by another process", .0.topic, .0.partition)]
    Fenced(TopicPartition),
    /// The database said no, or nothing; `why` is for people, and never holds a password.
    #[error("the store {what}: {why}")]
    Failed { what: &'static str, why: String, passing: bool },
    #[error("another process sends the dead letters now")]
    Relieved,
    #[error("the store holds what this vigie cannot read ({what}): {why}")]
    Unreadable { what: &'static str, why: String },
    #[error(
        "the store was made with other pipelines than the catalogue's: take the catalogue that it was made with, or make the state \
         anew into another store"
    )]
    OtherPipelines,
    #[error("a rebuild of it is running ({0}): a second one would take its work away")]
    Held(String),
    #[error("this is {0}, and no store of vigie: name another file, or one that is not there yet")]
    Foreign(&'static str),
    #[error("the store has version {found} of its tables, this vigie knows {known}: take the vigie that wrote it, or a newer one")]
    Version { found: i64, known: i64 },
    #[error("the store has no state yet: `vigie consume --store` makes it ({0})")]
    Nothing(String),
    #[error(
        "the store has forgotten what it had confirmed: {}/{} was applied up to offset {had}, now it says {found} (a standby that was \
         behind took over, or a backup was put back); started again, vigie goes on from there",
        .partition.topic, .partition.partition
    )]
    WentBack { partition: TopicPartition, had: i64, found: i64 },
}

impl StoreError {
    /// Whether the same may work in a moment: the store is locked, away, or gave up a deadlock.
    pub fn is_passing(&self) -> bool {
        matches!(self, Self::Failed { passing: true, .. })
    }
}
