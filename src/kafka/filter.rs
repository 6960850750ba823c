use super::KafkaError;
use globset::{Glob, GlobSet, GlobSetBuilder};

/// Which topics are watched: globs, `!` before those that are not.
#[derive(Clone, Debug)]
pub struct TopicFilter(Globs);

/// Which consumer groups are watched, in the same form.
#[derive(Clone, Debug)]
pub struct GroupFilter(Globs);

impl TopicFilter {
    /// Comma-separated globs; blank: every topic that is not internal.
    ///
    /// # Errors
    /// A pattern that is not a glob.
    pub fn parse(list: &str) -> Result<Self, KafkaError> {
        Globs::parse("--topics", list).map(Self)
    }

    /// Internal topics are watched only where a pattern without wildcards names them.
    pub fn watches(&self, name: &str) -> bool {
        self.0.lets_pass(name) && (!is_internal(name) || self.0.named(name))
    }

    /// The names that stand in the list without wildcards.
    pub fn names(&self) -> &[String] {
        &self.0.names
    }
}

impl Default for TopicFilter {
    fn default() -> Self {
        Self(Globs::everything())
    }
}

impl GroupFilter {
    /// Comma-separated globs; blank: every group.
    ///
    /// # Errors
    /// A pattern that is not a glob.
    pub fn parse(list: &str) -> Result<Self, KafkaError> {
        Globs::parse("--groups", list).map(Self)
    }

    pub fn watches(&self, name: &str) -> bool {
        self.0.lets_pass(name)
    }

    /// Every group is named: no list is needed to know them all.
    pub fn only_names(&self) -> bool {
        !self.0.names.is_empty() && self.0.wanted.len() == self.0.names.len()
    }

    /// The names that stand in the list without wildcards: they are asked for even where listing is refused.
    pub fn names(&self) -> &[String] {
        &self.0.names
    }
}

impl Default for GroupFilter {
    fn default() -> Self {
        Self(Globs::everything())
    }
}

/// Kafka's own topics. The protocol's flag for them does not come through librdkafka; all of Kafka's begin so.
pub fn is_internal(topic: &str) -> bool {
    topic.starts_with("__")
}

#[derive(Clone, Debug)]
struct Globs {
    /// Empty: everything.
    wanted: GlobSet,
    unwanted: GlobSet,
    names: Vec<String>,
}

impl Globs {
    fn everything() -> Self {
        Self { wanted: GlobSet::empty(), unwanted: GlobSet::empty(), names: Vec::new() }
    }

    fn parse(list: &'static str, text: &str) -> Result<Self, KafkaError> {
        let wrong = |source| KafkaError::Glob { list, source };
        let (mut wanted, mut unwanted, mut names) = (GlobSetBuilder::new(), GlobSetBuilder::new(), Vec::new());
        for pattern in text.split(',').map(str::trim).filter(|p| !p.is_empty()) {
            match pattern.strip_prefix('!') {
                Some(pattern) => _ = unwanted.add(Glob::new(pattern.trim()).map_err(wrong)?),
                None => {
                    wanted.add(Glob::new(pattern).map_err(wrong)?);
                    if !pattern.contains(['*', '?', '[', '{', '\\']) {
                        names.push(pattern.to_owned());
                    }
                }
            }
        }
        Ok(Self { wanted: wanted.build().map_err(wrong)?, unwanted: unwanted.build().map_err(wrong)?, names })
    }

    fn lets_pass(&self, name: &str) -> bool {
        (self.wanted.is_empty() || self.wanted.is_match(name)) && !self.unwanted.is_match(name)
    }

    fn named(&self, name: &str) -> bool {
        self.names.iter().any(|n| n == name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_said_is_everything_but_the_internal() {
        let all = TopicFilter::parse(" ").unwrap();
        assert!(all.watches("orders.created") && !all.watches("__consumer_offsets"));
        assert!(!TopicFilter::parse("*").unwrap().watches("__consumer_offsets"));
        assert!(!TopicFilter::parse("__*").unwrap().watches("__consumer_offsets"));
        assert!(GroupFilter::default().watches("anything"));
    }

    #[test]
    fn an_internal_topic_that_is_named_is_watched() {
        let f = TopicFilter::parse("orders.*, __consumer_offsets").unwrap();
        assert!(f.watches("__consumer_offsets") && f.watches("orders.paid") && !f.watches("payments"));
        assert_eq!(f.names(), ["__consumer_offsets"]);
    }

    #[test]
    fn excluded_ones_are_out_whatever_else_is_said() {
        let f = TopicFilter::parse("!*.dlq").unwrap();
        assert!(f.watches("orders") && !f.watches("orders.dlq"));
        let f = GroupFilter::parse("bill*,!billing-test,ops").unwrap();
        assert!(f.watches("billing") && !f.watches("billing-test") && f.watches("ops") && !f.watches("x"));
        assert_eq!(f.names(), ["ops"]);
    }

    #[test]
    fn a_broken_glob_is_refused_by_its_list() {
        assert!(TopicFilter::parse("a[").unwrap_err().to_string().contains("--topics"));
    }
}
