//! From the file's shape to the catalogue: every reference exists, every name is there once, every value is one we know.

use super::error::Source;
use super::file::{AlsoRow, File, PipelineRow, StageRow, TopicRow};
use super::{Also, Catalogue, CatalogueError, Field, FieldKind, Pipeline, Role, Stage, TopicEntry, snake_case};
use crate::model::Meaning;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use toml::Spanned;

type Checked<T> = Result<T, CatalogueError>;
type Text = Spanned<String>;

const ROLES: &str = "one of stage, exit, update, tracking, location, eta, stock-level, stock-alert, notification, page, journey, \
                     dead-letter, alert, internal";
const CLEANUPS: [&str; 4] = ["delete", "compact", "compact,delete", "delete,compact"];
/// What `topics --create` makes where the file says nothing.
const PARTITIONS: i32 = 3;
/// More partitions than this for one topic is a slip of the pen.
const MOST_PARTITIONS: i64 = 10_000;
const MOST_STEPS: usize = 200;

pub(super) struct Checker<'a> {
    source: &'a Source<'a>,
}

impl<'a> Checker<'a> {
    pub fn new(source: &'a Source<'a>) -> Self {
        Self { source }
    }

    pub fn catalogue(&self, file: &File) -> Checked<Catalogue> {
        let pipelines = self.pipelines(&file.pipelines)?;
        let dead_letters = file.dead_letters.iter().map(|p| self.pattern(p)).collect::<Checked<_>>()?;
        self.unique(file.topics.iter().map(|t| &t.name), "topic")?;
        let topics = file.topics.iter().map(|row| self.topic(row, &pipelines)).collect::<Checked<_>>()?;
        Ok(Catalogue::new(topics, pipelines, dead_letters))
    }

    fn wrong<T>(&self, at: &Text, problem: impl Into<String>, remedy: impl Into<String>) -> Checked<T> {
        Err(self.source.error(at.span(), at.get_ref(), problem, remedy))
    }

    fn unique<'b>(&self, names: impl Iterator<Item = &'b Text>, what: &str) -> Checked<()> {
        let mut seen = HashSet::new();
        for name in names {
            if name.get_ref().is_empty() {
                return self.wrong(name, format!("a {what} without a name"), "give it one");
            }
            if !seen.insert(name.get_ref().as_str()) {
                return self.wrong(name, format!("this {what} stands here twice"), "remove one of the two");
            }
        }
        Ok(())
    }

    fn pattern(&self, pattern: &Text) -> Checked<String> {
        match pattern.get_ref().matches('*').count() {
            1 if pattern.get_ref().len() > 1 => Ok(pattern.get_ref().clone()),
            _ => self.wrong(pattern, "not a pattern of dead-letter topics", "write one `*` for the source topic, as in `*.dlq`"),
        }
    }

    fn pipelines(&self, rows: &[PipelineRow]) -> Checked<Vec<Pipeline>> {
        self.unique(rows.iter().map(|p| &p.name), "pipeline")?;
        rows.iter().map(|row| self.pipeline(row)).collect()
    }

    fn pipeline(&self, row: &PipelineRow) -> Checked<Pipeline> {
        if row.stages.is_empty() {
            return self.wrong(&row.name, "a pipeline without stages", "list at least one in `stages`");
        }
        self.unique(row.stages.iter().map(|s| &s.name).chain(&row.exits), "stage or exit")?;
        if row.stages.len() + row.exits.len() > MOST_STEPS {
            return self.wrong(&row.name, "too many stages and exits", format!("at most {MOST_STEPS} together"));
        }
        Ok(Pipeline {
            name: arc(&row.name),
            stages: row.stages.iter().map(|s| self.stage(s)).collect::<Checked<_>>()?,
            exits: row.exits.iter().map(arc).collect(),
            retry: row.retry,
        })
    }

    fn stage(&self, row: &StageRow) -> Checked<Stage> {
        let deadline_s = match &row.deadline {
            None => None,
            Some(text) => match seconds(text.get_ref()) {
                Some(s) => Some(s),
                None => return self.wrong(text, "not a duration", "write it as \"45s\", \"10m\" or \"2h\""),
            },
        };
        Ok(Stage { name: arc(&row.name), deadline_s })
    }

    fn topic(&self, row: &TopicRow, pipelines: &[Pipeline]) -> Checked<TopicEntry> {
        if !topic_name(row.name.get_ref()) {
            return self.wrong(
                &row.name,
                "not a name that Kafka allows for a topic",
                "use letters, digits, `.`, `_` and `-`, at most 249",
            );
        }
        Ok(TopicEntry {
            name: arc(&row.name),
            role: self.role(row, pipelines)?,
            also: row.also.as_ref().map(|also| self.also(row, also, pipelines)).transpose()?,
            entity: row.entity.as_ref().map(arc),
            message: row.message.as_ref().map(arc),
            entity_or: self.entity_or(row)?,
            fields: self.fields(row)?,
            status: self.status(row, pipelines)?,
            time: row.time.as_ref().map(arc),
            data: row.data.as_ref().map(arc),
            partitions: self.partitions(row)?,
            cleanup: self.cleanup(row)?,
        })
    }

    fn entity_or(&self, row: &TopicRow) -> Checked<Option<Arc<str>>> {
        match (&row.entity_or, &row.entity) {
            (Some(other), None) => self.wrong(other, "`entity_or` without `entity`", "name the entity's field in `entity`"),
            (other, _) => Ok(other.as_ref().map(arc)),
        }
    }

    fn partitions(&self, row: &TopicRow) -> Checked<i32> {
        let Some(said) = &row.partitions else { return Ok(PARTITIONS) };
        i32::try_from(*said.get_ref()).ok().filter(|n| (1..=MOST_PARTITIONS).contains(&i64::from(*n))).ok_or_else(|| {
            let problem = format!("{} partitions", said.get_ref());
            self.source.error(said.span(), "partitions", problem, format!("from 1 to {MOST_PARTITIONS}"))
        })
    }

    fn cleanup(&self, row: &TopicRow) -> Checked<Option<Arc<str>>> {
        match &row.cleanup {
            Some(said) if !CLEANUPS.contains(&said.get_ref().as_str()) => {
                self.wrong(said, "not a cleanup policy", format!("one of {}", CLEANUPS[..3].join(", ")))
            }
            said => Ok(said.as_ref().map(arc)),
        }
    }

    fn role(&self, row: &TopicRow, pipelines: &[Pipeline]) -> Checked<Role> {
        let role = match row.role.get_ref().as_str() {
            "stage" => {
                self.stage_of(pipelines, self.needed(row, &row.pipeline, "pipeline")?, self.needed(row, &row.stage, "stage")?)?
            }
            "exit" => {
                self.exit_of(pipelines, self.needed(row, &row.pipeline, "pipeline")?, self.needed(row, &row.exit, "exit")?)?
            }
            "update" => {
                Role::Update { pipeline: self.known(pipelines, self.needed(row, &row.pipeline, "pipeline")?)?.name.clone() }
            }
            "notification" => Role::Notification { channel: arc(self.needed(row, &row.channel, "channel")?) },
            "journey" => Role::Journey { step: arc(self.needed(row, &row.step, "step")?) },
            "tracking" => Role::Tracking { pipeline: self.named_or_first(pipelines, row)? },
            "eta" => Role::Eta { pipeline: self.named_or_first(pipelines, row)? },
            "page" => Role::Page { pipeline: self.named_or_first(pipelines, row)? },
            name => match plain_role(name) {
                Some(role) => role,
                None => return self.wrong(&row.role, "not a role", ROLES),
            },
        };
        self.no_idle_keys(row)?;
        Ok(role)
    }

    /// A key that the role does not use is a mistake that would go unseen.
    fn no_idle_keys(&self, row: &TopicRow) -> Checked<()> {
        let role = row.role.get_ref().as_str();
        let keys = [
            ("pipeline", &row.pipeline, ["stage", "exit", "update", "tracking", "eta", "page"].as_slice()),
            ("stage", &row.stage, &["stage"]),
            ("exit", &row.exit, &["exit"]),
            ("channel", &row.channel, &["notification"]),
            ("step", &row.step, &["journey"]),
            ("message", &row.message, &["stage", "exit", "eta"]),
        ];
        for (key, said, of) in keys {
            if let Some(said) = said
                && !of.contains(&role)
            {
                let problem = format!("`{key}` means nothing for the role `{role}`");
                return self.wrong(said, problem, format!("remove it, or make the role {}", of.join(" or ")));
            }
        }
        Ok(())
    }

    fn needed<'b>(&self, row: &TopicRow, value: &'b Option<Text>, key: &str) -> Checked<&'b Text> {
        value.as_ref().ok_or_else(|| {
            let role = row.role.get_ref();
            let topic = row.name.get_ref();
            let problem = format!("the role `{role}` of `{topic}` needs `{key}`");
            self.source.error(row.role.span(), role, problem, format!("add a line `{key} = …`"))
        })
    }

    fn known<'b>(&self, pipelines: &'b [Pipeline], name: &Text) -> Checked<&'b Pipeline> {
        match pipelines.iter().find(|p| p.name.as_ref() == name.get_ref()) {
            Some(pipeline) => Ok(pipeline),
            None => self.wrong(name, "no such pipeline", one_of(pipelines.iter().map(|p| &p.name))),
        }
    }

    /// The pipeline that the topic names; the file's first where it names none.
    fn named_or_first(&self, pipelines: &[Pipeline], row: &TopicRow) -> Checked<Option<Arc<str>>> {
        match &row.pipeline {
            Some(name) => Ok(Some(self.known(pipelines, name)?.name.clone())),
            None => Ok(pipelines.first().map(|p| p.name.clone())),
        }
    }

    fn status(&self, row: &TopicRow, pipelines: &[Pipeline]) -> Checked<Vec<(Arc<str>, Arc<str>)>> {
        let Some((word, _)) = row.status.first_key_value() else { return Ok(Vec::new()) };
        let Some(pipeline) = row.pipeline.as_ref().filter(|_| row.role.get_ref() == "update") else {
            return self.wrong(word, "`status` means nothing here", "only the role `update` looks into a status");
        };
        let of = self.known(pipelines, pipeline)?;
        let names: Vec<&Arc<str>> = of.stages.iter().map(|s| &s.name).chain(&of.exits).collect();
        for name in row.status.values() {
            if names.iter().all(|n| n.as_ref() != name.get_ref()) {
                return self.wrong(name, format!("no stage or exit of `{}`", of.name), one_of(names.into_iter()));
            }
        }
        Ok(row.status.iter().map(|(word, name)| (word.get_ref().to_lowercase().into(), arc(name))).collect())
    }

    fn stage_of(&self, pipelines: &[Pipeline], pipeline: &Text, stage: &Text) -> Checked<Role> {
        let of = self.known(pipelines, pipeline)?;
        if of.stages.iter().all(|s| s.name.as_ref() != stage.get_ref()) {
            return self.wrong(stage, format!("no stage of `{}`", of.name), one_of(of.stages.iter().map(|s| &s.name)));
        }
        Ok(Role::Stage { pipeline: of.name.clone(), stage: arc(stage) })
    }

    fn exit_of(&self, pipelines: &[Pipeline], pipeline: &Text, exit: &Text) -> Checked<Role> {
        let of = self.known(pipelines, pipeline)?;
        if of.exits.iter().all(|e| e.as_ref() != exit.get_ref()) {
            return self.wrong(exit, format!("no exit of `{}`", of.name), one_of(of.exits.iter()));
        }
        Ok(Role::Exit { pipeline: of.name.clone(), exit: arc(exit) })
    }

    fn also(&self, topic: &TopicRow, row: &AlsoRow, pipelines: &[Pipeline]) -> Checked<Also> {
        let role = match (&row.stage, &row.exit) {
            (Some(stage), None) => self.stage_of(pipelines, &row.pipeline, stage)?,
            (None, Some(exit)) => self.exit_of(pipelines, &row.pipeline, exit)?,
            // Where its status says, it moves both.
            (None, None) if topic.role.get_ref() == "update" => {
                Role::Update { pipeline: self.known(pipelines, &row.pipeline)?.name.clone() }
            }
            _ => return self.wrong(&row.pipeline, "`also` needs `stage` or `exit`", "name one of the two"),
        };
        Ok(Also { role, entity: arc(&row.entity) })
    }

    fn fields(&self, row: &TopicRow) -> Checked<Vec<Field>> {
        let mut spellings = HashMap::new();
        for name in row.fields.keys() {
            if let Some(other) = spellings.insert(snake_case(name.get_ref()), name.get_ref()) {
                return self.wrong(name, format!("the same field as `{other}`"), "one spelling is enough: both are accepted");
            }
        }
        row.fields.iter().map(|(name, kind)| self.field(name, kind)).collect()
    }

    fn field(&self, name: &Text, said: &Text) -> Checked<Field> {
        let mut words = said.get_ref().split_whitespace();
        let first = words.next().unwrap_or_default();
        let Some(kind) = FieldKind::ALL.into_iter().find(|k| k.name() == first) else {
            let kinds = FieldKind::ALL.map(FieldKind::name).join(", ");
            return self.wrong(said, format!("not a kind for the field `{}`", name.get_ref()), format!("one of {kinds}"));
        };
        let meaning = Meaning::of_field(name.get_ref());
        let mut field = Field { name: arc(name), kind, required: false, private: false, meaning };
        while let Some(word) = words.next() {
            match word {
                "required" => field.required = true,
                "private" => field.private = true,
                "as" => field.meaning = Some(self.meaning(said, words.next().unwrap_or_default())?),
                _ => return self.wrong(said, format!("`{word}` says nothing about a field"), "`required`, `private` and `as` do"),
            }
        }
        Ok(field)
    }

    fn meaning(&self, said: &Text, name: &str) -> Checked<Meaning> {
        match Meaning::of_field(name) {
            Some(meaning) => Ok(meaning),
            None => {
                let known = Meaning::names().collect::<Vec<_>>().join(", ");
                self.wrong(said, format!("`{name}` is no meaning that vigie knows"), format!("one of {known}"))
            }
        }
    }
}

fn arc(text: &Text) -> Arc<str> {
    text.get_ref().as_str().into()
}

fn one_of<'a>(names: impl Iterator<Item = &'a Arc<str>>) -> String {
    let names: Vec<&str> = names.map(AsRef::as_ref).collect();
    if names.is_empty() { "the file has none".into() } else { format!("one of {}", names.join(", ")) }
}

fn plain_role(name: &str) -> Option<Role> {
    Some(match name {
        "location" => Role::Location,
        "stock-level" => Role::StockLevel,
        "stock-alert" => Role::StockAlert,
        "dead-letter" => Role::DeadLetter,
        "alert" => Role::Alert,
        "internal" => Role::Internal,
        _ => return None,
    })
}

fn topic_name(name: &str) -> bool {
    let fits = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'-');
    !name.is_empty() && name.len() <= 249 && name != "." && name != ".." && name.bytes().all(fits)
}

/// Seconds of "45s", "10m", "2h", from one second on.
fn seconds(text: &str) -> Option<u32> {
    let (digits, unit) = text.split_at_checked(text.len().checked_sub(1)?)?;
    let unit = match unit {
        "s" => 1,
        "m" => 60,
        "h" => 3_600,
        _ => return None,
    };
    digits.parse::<u32>().ok()?.checked_mul(unit).filter(|&s| s > 0)
}
