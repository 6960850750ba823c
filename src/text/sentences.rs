use crate::model::{Code, Reason};

/// What a reason says, in one sentence with its evidence.
pub fn sentence(reason: &Reason) -> String {
    match reason.code {
        Code::Healthy => "healthy".into(),
        code => code.name().replace('-', " "),
    }
}

/// What to do about it, where there is something to do.
pub fn remedy(reason: &Reason) -> Option<&'static str> {
    let _ = reason;
    None
}
