//! Which of a record's keys are wanted: a small hash table made once from the catalogue's entry.

use crate::catalogue::snake_case;

/// Wanted names, grouped by hash, each with its slot. A name and its snake_case spelling share a slot.
#[derive(Debug)]
pub(super) struct Names {
    names: Vec<Name>,
    /// The names of hash `h` are `names[starts[h]..starts[h + 1]]`.
    starts: [u16; BUCKETS + 1],
}

/// A name, cut so that most are compared as one number.
#[derive(Debug)]
struct Name {
    /// The first eight bytes; zeros behind a shorter one.
    head: u64,
    length: usize,
    /// What comes after the first eight.
    tail: Box<[u8]>,
    slot: usize,
}

const BUCKETS: usize = 64;

/// Gives the slots out.
#[derive(Default)]
pub(super) struct NamesBuilder(Vec<String>);

impl NamesBuilder {
    /// The slot of a name: the same for both of its spellings.
    pub fn slot(&mut self, name: &str) -> usize {
        let same = |other: &String| snake_case(other) == snake_case(name);
        self.0.iter().position(same).unwrap_or_else(|| {
            self.0.push(name.to_owned());
            self.0.len() - 1
        })
    }

    pub fn slots(&self) -> usize {
        self.0.len()
    }

    pub fn build(&self) -> Names {
        let mut names: Vec<Name> = Vec::new();
        for (slot, name) in self.0.iter().enumerate() {
            let snake = snake_case(name);
            if snake != *name {
                names.push(Name::new(snake.as_bytes(), slot));
            }
            names.push(Name::new(name.as_bytes(), slot));
        }
        names.sort_by_key(|name| hash(name.head, name.length));
        let mut starts = [0_u16; BUCKETS + 1];
        for (h, start) in starts.iter_mut().enumerate() {
            *start = names.partition_point(|name| hash(name.head, name.length) < h) as u16;
        }
        Names { names, starts }
    }
}

impl Name {
    fn new(name: &[u8], slot: usize) -> Self {
        Self { head: head(name, 0, name.len()), length: name.len(), tail: name.get(8..).unwrap_or_default().into(), slot }
    }
}

/// The first eight bytes of the name at `start`, as a number.
#[inline(always)]
fn head(text: &[u8], start: usize, length: usize) -> u64 {
    let unused = 64 - 8 * length.clamp(1, 8) as u32;
    match text.get(start..).and_then(|rest| rest.first_chunk::<8>()) {
        Some(chunk) if length > 0 => u64::from_le_bytes(*chunk) << unused >> unused,
        _ => text.iter().skip(start).take(length.min(8)).rev().fold(0, |head, &b| head << 8 | u64::from(b)),
    }
}

#[inline(always)]
fn hash(head: u64, length: usize) -> usize {
    // The multiplier is the golden ratio's: it brings every byte into the highest bits.
    ((head ^ length as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 58) as usize
}

impl Names {
    /// The slot of the name that stands in `text` from `start` to `end`.
    #[inline(always)]
    pub fn find(&self, text: &[u8], start: usize, end: usize) -> Option<usize> {
        let length = end.checked_sub(start)?;
        let head = head(text, start, length);
        let h = hash(head, length);
        // `hash` is below BUCKETS, and `starts` has one more.
        let (from, to) = (usize::from(self.starts[h]), usize::from(self.starts[h + 1]));
        let group = self.names.get(from..to).unwrap_or_default();
        let same = |name: &&Name| {
            name.head == head && name.length == length && (length <= 8 || text.get(start + 8..end) == Some(&*name.tail))
        };
        group.iter().find(same).map(|name| name.slot)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_spellings_lead_to_one_slot() {
        let mut builder = NamesBuilder::default();
        let order = builder.slot("orderId");
        let id = builder.slot("id");
        assert_eq!(builder.slot("order_id"), order);
        let long = builder.slot("paymentMethod");
        let names = builder.build();
        let find = |name: &str| {
            let text = format!("{{\"{name}\":");
            let whole = names.find(name.as_bytes(), 0, name.len());
            assert_eq!(names.find(text.as_bytes(), 2, 2 + name.len()), whole);
            whole
        };
        assert_eq!(find("orderId"), Some(order));
        assert_eq!(find("order_id"), Some(order));
        assert_eq!(find("id"), Some(id));
        assert_eq!(find("paymentMethod"), Some(long));
        for other in ["", "orderid", "i", "idx", "paymentMethoD", "paymentM", "payment_metho"] {
            assert_eq!(find(other), None, "{other}");
        }
    }
}
