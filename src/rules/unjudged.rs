//! What "cannot be judged" means for an alert that was told before.

use crate::model::Code;

/// There is nothing that could be judged: no record, no history, no commit, no entry in the catalogue. That is well. Whatever else
/// keeps a rule from judging says something of us, not of the subject: what was told stands then, neither over nor new afterwards.
pub fn has_no_object(code: Code) -> bool {
    matches!(
        code,
        Code::NoRecords
            | Code::NotReading
            | Code::TooFewReadings
            | Code::NeverCommitted
            | Code::NoGroups
            | Code::NoTopics
            | Code::NoCatalogueEntry
            | Code::NotSupported
            | Code::GroupKindOpaque
            | Code::Abandoned
            | Code::OffsetGone
            | Code::TopicGone
    )
}
