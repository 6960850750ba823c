use crate::model::TopicPartition;

#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// Another process took the partition: what we read of it is its business now.
    #[error("{}/{} was taken over by another process", .0.topic, .0.partition)]
    Fenced(TopicPartition),
    #[error("another process sends the dead letters now")]
    Relieved,
    #[error("the store {what}: {source}")]
    Sqlite {
        what: &'static str,
        #[source]
        source: rusqlite::Error,
    },
    #[error("the store holds what this vigie cannot read ({what}): {why}")]
    Unreadable { what: &'static str, why: String },
    #[error(
        "the store was made with other pipelines than the catalogue's: take the catalogue that it was made with, or make the state \
         anew into another store"
    )]
    OtherPipelines,
    #[error("the store has version {found} of its tables, this vigie knows {known}: take the vigie that wrote it, or a newer one")]
    Version { found: i64, known: i64 },
}

impl StoreError {
    pub(super) fn sqlite(what: &'static str) -> impl Fn(rusqlite::Error) -> Self {
        move |source| Self::Sqlite { what, source }
    }

    /// Whether the same may work in a moment: the store is locked, away, or gave up a deadlock.
    pub fn is_passing(&self) -> bool {
        use rusqlite::ErrorCode as C;
        match self {
            Self::Sqlite { source, .. } => matches!(
                source.sqlite_error_code(),
                Some(C::DatabaseBusy | C::DatabaseLocked | C::DiskFull | C::SystemIoFailure | C::CannotOpen | C::OutOfMemory)
            ),
            Self::Fenced(_) | Self::Relieved | Self::Unreadable { .. } | Self::OtherPipelines | Self::Version { .. } => false,
        }
    }
}
