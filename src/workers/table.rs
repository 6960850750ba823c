//! A table that every process holds whole, because its keys are not those of what is read: topics without a group, from their
//! beginning. It is no part of the transactions: a worker asks it, and never writes what only it knows.

use super::intake::Intake;
use crate::catalogue::Catalogue;
use crate::domain::Happening;
use crate::kafka::follow::{Followed, Follower};
use crate::kafka::{Causes, KafkaConfig, KafkaError};
use crate::model::Place;
use crossbeam_channel::{Receiver, Sender, bounded};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

/// Events between the table's thread and the worker: a full channel stops the reading.
const WAITING: usize = 4_096;
const POLL: Duration = Duration::from_millis(100);

enum News {
    Happened(Box<Happening>),
    CaughtUp,
}

/// The worker's end of it.
pub struct Table {
    news: Receiver<News>,
    caught_up: bool,
    ended: Arc<AtomicBool>,
}

impl Table {
    /// Of no topic: nothing has to be waited for.
    pub fn empty() -> Self {
        Self { news: crossbeam_channel::never(), caught_up: true, ended: Arc::default() }
    }

    /// Reads on a thread of its own until it is dropped.
    ///
    /// # Errors
    /// Settings that librdkafka refuses; no thread.
    pub fn start(
        kafka: &KafkaConfig,
        causes: &Arc<Causes>,
        catalogue: &Catalogue,
        topics: Vec<Arc<str>>,
    ) -> Result<Self, KafkaError> {
        let intake = Intake::new(catalogue, &topics);
        let follower = Follower::new(kafka, causes, topics)?;
        let (sender, news) = bounded(WAITING);
        let ended = Arc::new(AtomicBool::new(false));
        let end = Arc::clone(&ended);
        let run = move || follow(follower, intake, &sender, &end);
        let thread = |source| KafkaError::Thread { what: "table", source };
        std::thread::Builder::new().name("table".into()).spawn(run).map_err(thread)?;
        Ok(Self { news, caught_up: false, ended })
    }

    /// What came since; `false`: not all that lay there at the start is in it yet.
    pub fn take(&mut self, mut learn: impl FnMut(&Happening)) -> bool {
        for news in self.news.try_iter() {
            match news {
                News::Happened(happening) => learn(&happening),
                News::CaughtUp => self.caught_up = true,
            }
        }
        self.caught_up
    }
}

impl Drop for Table {
    fn drop(&mut self) {
        self.ended.store(true, Ordering::Relaxed);
    }
}

fn follow(mut follower: Follower, mut intake: Intake, news: &Sender<News>, ended: &AtomicBool) {
    let mut caught_up = false;
    while !ended.load(Ordering::Relaxed) {
        let happened = follower.next(POLL).and_then(|followed| read(&mut intake, &followed));
        let mut told = happened.map(|h| News::Happened(Box::new(h)));
        if !caught_up && follower.has_caught_up() {
            caught_up = true;
            if told.take().is_some_and(|last| news.send(last).is_err()) {
                return;
            }
            told = Some(News::CaughtUp);
        }
        // The worker has ended.
        if told.is_some_and(|told| news.send(told).is_err()) {
            return;
        }
    }
}

fn read(intake: &mut Intake, followed: &Followed) -> Option<Happening> {
    let record = followed.record.borrow();
    let place = Place { topic: intake.name(&followed.topic)?, partition: followed.partition, offset: record.offset };
    intake.read(place, &record)
}
