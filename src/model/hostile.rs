//! Hostile input for the tests of every room: valid samples, spoiled in many small ways. The same seed gives the same cases.

use fastrand::Rng;
use std::ops::Range;

/// No case grows past this.
const LONGEST: usize = 4 << 10;
/// What parsers stumble over.
#[rustfmt::skip]
const STUMBLING: &[&[u8]] = &[
    b"{", b"}", b"[", b"]", b"\"", b"\\", b"\\u", b"\\ud800", b"\\u0000", b"'''", b"\"\"\"", b"#", b"=", b"\n", b"\r\n", b"\0",
    b"\x1b[2J", b"\x9b", b"\xff", b"\xed\xa0\x80", b"\xe2\x80\xae", b"\xf0\x9f\x91\xa9\xe2\x80\x8d", b"e\xcc\x81",
    b"-", b"-0", b"1e999", b"9223372036854775808", b"-9223372036854775809", b"0.0000000000000000000000001", b"nan", b"inf", b"null",
    b"true", b"[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[", b"{\"a\":{\"a\":{\"a\":", b"(((((((((", b"a{1000}{1000}", b".*.*.*.*", b"(?", b"*",
    b"!", b"/", b"key:", b"9999-12-31T23:59:60Z", b"-0001-01-01T00:00:00Z",
];

/// How many cases a long run takes: `VIGIE_FUZZ_CASES`, else as many as said here.
pub fn cases(usual: u64) -> u64 {
    std::env::var("VIGIE_FUZZ_CASES").ok().and_then(|n| n.parse().ok()).unwrap_or(usual)
}

/// Makes hostile cases out of samples.
pub struct Spoiler {
    pub chance: Rng,
    samples: Vec<Vec<u8>>,
    case: Vec<u8>,
}

impl Spoiler {
    pub fn new<S: AsRef<[u8]>>(seed: u64, samples: impl IntoIterator<Item = S>) -> Self {
        let samples: Vec<_> = samples.into_iter().map(|s| s.as_ref().to_vec()).collect();
        assert!(!samples.is_empty(), "nothing to spoil");
        Self { chance: Rng::with_seed(seed), samples, case: Vec::new() }
    }

    /// The next case: a sample with up to eight things wrong; now and then noise alone, or nothing wrong.
    pub fn spoiled(&mut self) -> &[u8] {
        self.case.clear();
        if self.chance.u8(..) < 4 {
            let length = self.chance.usize(..200);
            self.noise(0, length);
            return &self.case;
        }
        let sample = self.chance.usize(..self.samples.len());
        self.case.extend_from_slice(&self.samples[sample]);
        for _ in 0..self.chance.usize(..=8) {
            self.spoil();
        }
        self.case.truncate(LONGEST);
        &self.case
    }

    /// The same as text; what is not UTF-8 is replaced.
    pub fn next_text(&mut self) -> String {
        String::from_utf8_lossy(self.spoiled()).into_owned()
    }

    fn spoil(&mut self) {
        let at = self.chance.usize(..=self.case.len());
        match self.chance.u8(..9) {
            0 => self.flip(at),
            1 => self.set(at),
            2 => self.case.truncate(at),
            3 => {
                let range = self.range();
                self.case.drain(range);
            }
            4 => {
                let range = self.range();
                let again = self.case[range].to_vec();
                self.insert(at, &again);
            }
            5 => {
                let length = self.chance.usize(1..16);
                self.noise(at, length);
            }
            6 => self.cross(at),
            _ => {
                let what = STUMBLING[self.chance.usize(..STUMBLING.len())];
                self.insert(at, what);
            }
        }
    }

    fn insert(&mut self, at: usize, bytes: &[u8]) {
        self.case.splice(at..at, bytes.iter().copied());
    }

    fn flip(&mut self, at: usize) {
        let bit = 1 << self.chance.u8(..8);
        if let Some(byte) = self.case.get_mut(at) {
            *byte ^= bit;
        }
    }

    fn set(&mut self, at: usize) {
        let value = self.chance.u8(..);
        if let Some(byte) = self.case.get_mut(at) {
            *byte = value;
        }
    }

    fn noise(&mut self, at: usize, length: usize) {
        let noise: Vec<u8> = (0..length).map(|_| self.chance.u8(..)).collect();
        self.insert(at, &noise);
    }

    /// The rest of another sample takes the place of this one's.
    fn cross(&mut self, at: usize) {
        let other = &self.samples[self.chance.usize(..self.samples.len())];
        let from = self.chance.usize(..=other.len());
        self.case.truncate(at);
        self.case.extend_from_slice(&other[from..]);
    }

    fn range(&mut self) -> Range<usize> {
        let start = self.chance.usize(..=self.case.len());
        start..self.chance.usize(start..=self.case.len().min(start + 64))
    }
}

#[test]
fn the_same_seed_gives_the_same_cases_and_some_are_valid() {
    let cases = |seed| {
        let mut spoiler = Spoiler::new(seed, [r#"{"id":"A1","total":12000}"#]);
        (0..1_000).map(|_| spoiler.spoiled().to_vec()).collect::<Vec<_>>()
    };
    assert_eq!(cases(1), cases(1));
    assert_ne!(cases(1), cases(2));
    let valid = cases(1).iter().filter(|c| serde_json::from_slice::<serde_json::Value>(c).is_ok()).count();
    assert!((50..500).contains(&valid), "{valid} of 1,000 are valid JSON");
    assert!(cases(1).iter().all(|c| c.len() <= LONGEST));
}
