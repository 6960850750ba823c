use super::From;
use crate::model::TopicPartition;

/// Where a partition is read from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Start {
    At(i64),
    /// Retention was quicker than we: these are gone, and reading goes on behind them.
    After(Lost),
    /// It is not read: our offset lies beyond the log.
    Never(String),
}

/// Records that were removed before they were read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lost {
    pub partition: TopicPartition,
    pub from: i64,
    pub to: i64,
}

/// `next`: the store's offset; `low` and `high`: what the log has.
pub fn start(partition: &TopicPartition, next: Option<i64>, from: From, (low, high): (i64, i64)) -> Start {
    match next {
        None if from == From::Now => Start::At(high),
        None => Start::At(low),
        Some(next) if next > high => Start::Never(format!(
            "the state was applied up to offset {next} of {}/{}, but its log ends at {high}: the topic was made anew or lost records; \
             nothing of it is read until that is settled (`vigie state rebuild` makes the state anew)",
            partition.topic, partition.partition
        )),
        Some(next) if next < low => Start::After(Lost { partition: partition.clone(), from: next, to: low }),
        Some(next) => Start::At(next),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_store_says_where_it_goes_on() {
        let partition = TopicPartition { topic: "t".into(), partition: 0 };
        let at = |next, from| start(&partition, next, from, (10, 90));
        assert_eq!(at(None, From::Beginning), Start::At(10));
        assert_eq!(at(None, From::Now), Start::At(90));
        assert_eq!(at(Some(50), From::Now), Start::At(50));
        assert_eq!(at(Some(90), From::Beginning), Start::At(90));
        assert_eq!(at(Some(7), From::Now), Start::After(Lost { partition: partition.clone(), from: 7, to: 10 }));
        assert!(matches!(at(Some(91), From::Beginning), Start::Never(why) if why.contains("t/0") && why.contains("91")));
    }
}
