use super::{FieldKind, Role};

impl Role {
    /// As JSON and tables name it: `stage:created`, `exit:cancelled`, `dead-letter`.
    pub fn label(&self) -> String {
        match self {
            Self::Stage { stage, .. } => format!("stage:{stage}"),
            Self::Exit { exit, .. } => format!("exit:{exit}"),
            Self::Update { pipeline } => format!("update:{pipeline}"),
            Self::Tracking { .. } => "tracking".into(),
            Self::Location => "location".into(),
            Self::Eta { .. } => "eta".into(),
            Self::StockLevel => "stock-level".into(),
            Self::StockAlert => "stock-alert".into(),
            Self::Notification { channel } => format!("notification:{channel}"),
            Self::Page { .. } => "page".into(),
            Self::Journey { step } => format!("journey:{step}"),
            Self::DeadLetter => "dead-letter".into(),
            Self::Alert => "alert".into(),
            Self::Internal => "internal".into(),
        }
    }

    /// Whether a topic's records are judged on what they hold: dead letters and vigie's own memory are not.
    pub fn judged(&self) -> bool {
        !matches!(self, Self::DeadLetter | Self::Internal)
    }
}

impl FieldKind {
    pub const ALL: [Self; 7] = [Self::Text, Self::Integer, Self::Amount, Self::Number, Self::Bool, Self::Time, Self::Any];

    /// As the catalogue's file names it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Integer => "integer",
            Self::Amount => "amount",
            Self::Number => "number",
            Self::Bool => "bool",
            Self::Time => "time",
            Self::Any => "any",
        }
    }
}
