//! The title of a list under a filter: the filter is what one looks at, and has the room.

use crate::text::{Word, labelled, visible, word};
use crate::ui::theme::Role;
use crate::ui::widgets::ink::{Ink, fit};
use ratatui::layout::Rect;

/// Cells of a filter that are seen, whatever else the title says.
const FILTER: u16 = 24;
/// Cells that the list's name keeps.
const NAME: u16 = 8;

/// What the title says beside its name leaves from the end until the filter has room, then `count`; at last the name is cut.
pub fn with_filter(mut title: Vec<Ink>, count: Option<String>, filter: &str, frame: Rect) -> Vec<Ink> {
    let room = frame.width.saturating_sub(4);
    let mut count = count.map(|count| Ink::dim(format!(" · {count}")));
    let label = Ink::dim(labelled(&format!(" · {}", word(Word::Filter)), ""));
    let filter = Ink::new(Role::Accent, visible(filter).into_owned());
    let wide = |inks: &[Ink]| inks.iter().map(Ink::width).sum::<u16>();
    let beside = label.width() + count.as_ref().map_or(0, Ink::width);
    while title.len() > 1 && wide(&title) + beside + filter.width() > room {
        title.pop();
    }
    let seen = filter.width().min(FILTER);
    if wide(&title) + beside + seen > room {
        count = None;
    }
    if let [name] = title.as_mut_slice() {
        let left = room.saturating_sub(label.width() + seen + count.as_ref().map_or(0, Ink::width));
        name.text = fit(&name.text, left.max(NAME)).into_owned().into();
    }
    title.extend(count.into_iter().chain([label, filter]));
    title
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(width: u16, filter: &str) -> String {
        let title = vec![Ink::new(Role::Title, "deliveries under way"), Ink::dim(" · sort: late ▾")];
        let inks = with_filter(title, Some("0 of 12".into()), filter, Rect::new(0, 0, width, 9));
        inks.iter().map(|ink| ink.text.as_ref()).collect()
    }

    #[test]
    fn what_stands_beside_a_filter_leaves_before_it_is_cut() {
        assert_eq!(told(80, "CMD-003576"), "deliveries under way · sort: late ▾ · 0 of 12 · filter: CMD-003576");
        assert_eq!(told(60, "CMD-003576"), "deliveries under way · 0 of 12 · filter: CMD-003576");
        assert_eq!(told(46, "CMD-003576"), "deliveries under way · filter: CMD-003576");
        assert_eq!(told(40, "CMD-003576"), "deliveries und… · filter: CMD-003576");
    }

    #[test]
    fn of_a_long_filter_a_part_is_seen_and_the_name_stays() {
        let long = "a filter that is longer than any title can be in a window as wide as this";
        assert_eq!(told(60, long), format!("deliveries under way · filter: {long}"));
        assert_eq!(told(30, long), format!("deliver… · filter: {long}"));
    }
}
