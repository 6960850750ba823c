//! In which partition a producer puts a key: guesses, because nobody says which partitioner it has, and how many partitions there
//! were then.

/// The two that most clients have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Partitioner {
    /// The Java client's default, and kafkajs'.
    Murmur2,
    /// librdkafka's default (`consistent_random`).
    Crc32,
}

impl Partitioner {
    pub const ALL: [Self; 2] = [Self::Murmur2, Self::Crc32];

    /// The partition of a key among `count`, which is at least 1.
    pub fn partition(self, key: &[u8], count: i32) -> i32 {
        let count = i64::from(count.max(1));
        let hash = match self {
            Self::Murmur2 => murmur2(key) & 0x7fff_ffff,
            Self::Crc32 => crc32(key),
        };
        i32::try_from(i64::from(hash) % count).unwrap_or_default()
    }
}

/// Java's `Utils.murmur2`.
fn murmur2(key: &[u8]) -> u32 {
    const M: u32 = 0x5bd1_e995;
    let length = u32::try_from(key.len()).unwrap_or(u32::MAX);
    let mut hash = 0x9747_b28c ^ length;
    let mut words = key.chunks_exact(4);
    for word in &mut words {
        let word = word.first_chunk().map_or(0, |w| u32::from_le_bytes(*w)).wrapping_mul(M);
        hash = hash.wrapping_mul(M) ^ (word ^ word >> 24).wrapping_mul(M);
    }
    let rest = words.remainder();
    for (i, byte) in rest.iter().enumerate() {
        hash ^= u32::from(*byte) << (8 * i);
    }
    if !rest.is_empty() {
        hash = hash.wrapping_mul(M);
    }
    hash = (hash ^ hash >> 13).wrapping_mul(M);
    hash ^ hash >> 15
}

/// The one of zlib and Ethernet.
fn crc32(key: &[u8]) -> u32 {
    let step = |crc: u32, byte: &u8| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| if crc & 1 == 1 { crc >> 1 ^ 0xedb8_8320 } else { crc >> 1 })
    };
    !key.iter().fold(u32::MAX, step)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn murmur2_is_the_java_clients() {
        // From UtilsTest of Apache Kafka.
        let known: [(&str, i32); 6] = [
            ("21", -973_932_308),
            ("foobar", -790_332_482),
            ("a-little-bit-long-string", -985_981_536),
            ("a-little-bit-longer-string", -1_486_304_829),
            ("lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8", -58_897_971),
            ("abc", 479_470_107),
        ];
        for (key, hash) in known {
            assert_eq!(murmur2(key.as_bytes()).cast_signed(), hash, "{key}");
        }
    }

    #[test]
    fn crc32_is_the_one_that_everybody_has() {
        for (key, hash) in [("", 0), ("123456789", 0xcbf4_3926), ("The quick brown fox jumps over the lazy dog", 0x414f_a339)] {
            assert_eq!(crc32(key.as_bytes()), hash, "{key}");
        }
    }

    #[test]
    fn a_partition_is_one_of_those_there_are() {
        for n in 0..2_000_u32 {
            let key = format!("o-{n}");
            for partitioner in Partitioner::ALL {
                assert!((0..7).contains(&partitioner.partition(key.as_bytes(), 7)));
            }
        }
        assert_eq!(Partitioner::Murmur2.partition(b"foobar", 0), 0);
    }
}
