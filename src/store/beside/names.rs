use crate::domain::{Kind, PipelineId, Plans, Step, Subject, Walker};
use crate::store::follow::kind_of;

/// The pipelines and steps that a store was made with, by their numbers there.
#[derive(Debug)]
pub struct OldNames(Vec<(String, Vec<String>)>);

/// What became of a walker under other names.
#[derive(Debug, PartialEq)]
pub enum Mapped<T> {
    To(T),
    /// The catalogue has no such pipeline, or no such step.
    Nowhere,
}

impl OldNames {
    /// From what [`fingerprint`](crate::store::memory::fingerprint) wrote.
    pub fn parse(fingerprint: &str) -> Self {
        let pipeline = |text: &str| {
            let mut of = text.split(':');
            let (name, steps) = (of.next().unwrap_or_default(), of.nth(1).unwrap_or_default());
            (name.to_owned(), steps.split(',').map(str::to_owned).collect())
        };
        Self(fingerprint.split(';').filter(|text| !text.is_empty()).map(pipeline).collect())
    }

    pub fn subject(&self, kind: &str, id: &str, plans: &Plans) -> Option<Subject> {
        Some(Subject { kind: kind_of(kind, plans)?, id: id.into() })
    }

    fn pipeline(&self, old: PipelineId, plans: &Plans) -> Option<PipelineId> {
        plans.id(&self.0.get(usize::from(old.0))?.0)
    }

    fn step(&self, pipeline: &str, step: Step, plans: &Plans) -> Option<Step> {
        let (_, steps) = self.0.iter().find(|(name, _)| name == pipeline)?;
        plans.get(plans.id(pipeline)?).step(steps.get(usize::from(step.0))?)
    }

    /// A walker whose pipeline and steps go by the new numbers.
    pub fn walker(&self, subject: &Subject, mut walker: Walker, plans: &Plans) -> Mapped<Walker> {
        let Kind::Walker(pipeline) = subject.kind else { return Mapped::Nowhere };
        let own = plans.get(pipeline).name.clone();
        for group in &mut walker.groups {
            let of_part = group.key.part.as_ref().map(|part| part.pipeline);
            let name_of_part = of_part.and_then(|id| self.0.get(usize::from(id.0))).map(|(name, _)| name.clone());
            for reached in &mut group.steps {
                let Some(step) = self.step(&own, reached.step, plans) else { return Mapped::Nowhere };
                reached.step = step;
            }
            for reached in &mut group.part_steps {
                let step = name_of_part.as_deref().and_then(|name| self.step(name, reached.step, plans));
                let Some(step) = step else { return Mapped::Nowhere };
                reached.step = step;
            }
            group.steps.sort_by_key(|r| r.step);
            group.part_steps.sort_by_key(|r| r.step);
            if let Some(part) = &mut group.key.part {
                let Some(id) = self.pipeline(part.pipeline, plans) else { return Mapped::Nowhere };
                part.pipeline = id;
            }
        }
        walker.groups.sort_by(|a, b| a.key.cmp(&b.key));
        Mapped::To(walker)
    }
}
