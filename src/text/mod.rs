//! Every word that is shown: ids in, language out.
//!
//! `words` has the fixed words and labels, `sentences` what a [`Reason`](crate::model::Reason) says, `numbers` how figures
//! with units look, `clean` how bytes from outside become harmless text.

mod clean;
mod facts;
mod french;
mod language;
mod mask;
mod numbers;
mod remedies;
mod sentences;
mod short;
mod words;

pub use clean::{escaped_json, visible, visible_bytes};
pub use language::{Language, speaking};
pub use mask::{Seen, is_masked, masked, masked_json};
pub use numbers::{
    age_s, bytes, bytes_rate, column_count, count, duration_ms, duration_s, lateness_s, local, money, number, of_last, percent,
    percent_figure, rate, short_count, short_duration_ms, short_duration_s,
};
pub use remedies::remedy;
pub use sentences::{english_sentence, sentence};
pub use short::short_sentence;
pub use words::{Word, counted, labelled, plural, word};
