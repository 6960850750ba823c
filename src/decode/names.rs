//! Which of a record's keys are wanted: a small hash table made once from the catalogue's entry.

use crate::catalogue::snake_case;

/// Wanted names, grouped by hash, each with its slot. A name and its snake_case spelling share a slot.
#[derive(Debug)]
pub(super) struct Names {
    names: Vec<(Box<[u8]>, usize)>,
    /// The names of hash `h` are `names[starts[h]..starts[h + 1]]`.
    starts: [u16; BUCKETS + 1],
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
        let mut names: Vec<(Box<[u8]>, usize)> = Vec::new();
        for (slot, name) in self.0.iter().enumerate() {
            let snake = snake_case(name);
            if snake != *name {
                names.push((snake.into_bytes().into(), slot));
            }
            names.push((name.as_bytes().into(), slot));
        }
        names.sort_by_key(|(name, _)| hash(name));
        let mut starts = [0_u16; BUCKETS + 1];
        for (h, start) in starts.iter_mut().enumerate() {
            *start = names.partition_point(|(name, _)| hash(name) < h) as u16;
        }
        Names { names, starts }
    }
}

fn hash(name: &[u8]) -> usize {
    let (Some(&first), Some(&last)) = (name.first(), name.last()) else { return 0 };
    (name.len() * 7 + usize::from(first) * 3 + usize::from(last) * 17) % BUCKETS
}

impl Names {
    pub fn find(&self, name: &[u8]) -> Option<usize> {
        let h = hash(name);
        // `hash` is below BUCKETS, and `starts` has one more.
        let (from, to) = (usize::from(self.starts[h]), usize::from(self.starts[h + 1]));
        let group = self.names.get(from..to).unwrap_or_default();
        group.iter().find(|(known, _)| known.as_ref() == name).map(|&(_, slot)| slot)
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
        let names = builder.build();
        assert_eq!(names.find(b"orderId"), Some(order));
        assert_eq!(names.find(b"order_id"), Some(order));
        assert_eq!(names.find(b"id"), Some(id));
        assert_eq!(names.find(b""), None);
        assert_eq!(names.find(b"orderid"), None);
    }
}
