macro_rules! words {
    ($($id:ident = $english:literal,)*) => {
        /// Fixed words and labels of the interface.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Word { $($id,)* }
        impl Word {
            pub const ALL: &[Word] = &[$(Word::$id,)*];
        }
        /// The word in the person's language.
        pub fn word(id: Word) -> &'static str { match id { $(Word::$id => $english,)* } }
    };
}

words! {
    Live = "LIVE",
    Frozen = "FROZEN",
    Connected = "connected",
    Connecting = "connecting",
    Degraded = "degraded",
    Down = "down",
    Healthy = "healthy",
    Warning = "warning",
    Critical = "critical",
    Silent = "silent",
    Unknown = "unknown",
    NotKnown = "–",
}
