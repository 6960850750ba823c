//! Reads a store for the dashboard: all that stands, once, and then what changes. It only reads, and tries again for ever.

use super::stop::Stop;
use crate::domain::Plans;
use crate::engine::{Stand, StoreNews};
use crate::model::{Input, Timed, Timestamp};
use crate::store::{self, Counted, Follow, Marks, Page, StoreAddress, StoreError};
use crossbeam_channel::{Receiver, Sender};
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

const EVERY: Duration = Duration::from_secs(1);
const RETRY: Duration = Duration::from_secs(5);
/// Entities that go to the engine in one piece.
const PAGE: usize = 1_000;
/// As many of each pipeline as the engine keeps; and of those that have ended.
const MOST_OPEN: usize = 200_000;
const MOST_ENDED: usize = 50_000;
/// What ended before is not counted.
const HORIZON_MS: i64 = 24 * 3_600_000;
const KINDS: [&str; 3] = ["article", "courier", "customer"];

/// What there is to follow.
#[derive(Clone)]
pub struct MirrorConfig {
    pub address: StoreAddress,
    pub plans: Plans,
    /// The figures of the consumers too: nobody else brings them.
    pub consumers: bool,
}

pub type Told = (Timestamp, StoreNews);

/// `sought`: ids of orders that somebody wants to see.
pub fn start(
    config: MirrorConfig,
    news: Sender<Told>,
    readings: Sender<Timed>,
    sought: Receiver<Arc<str>>,
    stop: Stop,
) -> std::io::Result<JoinHandle<()>> {
    let mirror = Mirror { config, news, readings, sought, store: None, told: None };
    std::thread::Builder::new().name("mirror".into()).spawn(move || mirror.run(&stop))
}

struct Mirror {
    config: MirrorConfig,
    news: Sender<Told>,
    readings: Sender<Timed>,
    sought: Receiver<Arc<str>>,
    store: Option<Box<dyn Follow>>,
    /// What the engine knows.
    told: Option<So>,
}

/// Up to where the engine was told.
struct So {
    /// Of the state that it was told of.
    name: String,
    marks: Marks,
    counted: Counted,
    since: Timestamp,
}

#[derive(Debug, thiserror::Error)]
enum Broken {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error("the engine is gone")]
    Engine,
}

impl Mirror {
    fn run(mut self, stop: &Stop) {
        loop {
            let wait = match self.round() {
                Ok(()) => EVERY,
                Err(Broken::Engine) => return,
                Err(Broken::Store(error)) => {
                    tracing::warn!(%error, store = %self.config.address, "the store cannot be read");
                    self.store = None;
                    if self.tell(StoreNews::Away(error.to_string())).is_err() {
                        return;
                    }
                    RETRY
                }
            };
            if stop.wait(wait) {
                return;
            }
        }
    }

    fn round(&mut self) -> Result<(), Broken> {
        let store = match self.store.take() {
            Some(store) => store,
            None => store::open_to_read(&self.config.address, self.config.plans.clone())?,
        };
        let name = store.name()?;
        self.told = Some(match self.told.take() {
            None => self.tell_all(store.as_ref(), name)?,
            Some(so) => match self.tell_changes(store.as_ref(), &so)? {
                Some((marks, counted)) if name == so.name => So { marks, counted, ..so },
                // Made anew, put back from a copy, or another one.
                _ => {
                    self.tell(StoreNews::Anew)?;
                    self.tell_all(store.as_ref(), name)?
                }
            },
        });
        self.tell_stand()?;
        self.seek(store.as_ref())?;
        if self.config.consumers {
            let all = store.consumers(Timestamp::now().0 - store::REPORTS_MS)?;
            let input = Input::Consumers(all);
            self.readings.send(Timed { at: Timestamp::now(), input }).map_err(|_| Broken::Engine)?;
        }
        self.store = Some(store);
        Ok(())
    }

    fn tell_all(&self, store: &dyn Follow, name: String) -> Result<So, Broken> {
        let (marks, counted) = store.stand()?;
        let horizon = Timestamp::now().plus_ms(-HORIZON_MS);
        let mut since = horizon;
        for (_, plan) in self.config.plans.iter() {
            self.tell_walkers(store, &plan.name, false, i64::MIN, MOST_OPEN)?;
            let oldest = self.tell_walkers(store, &plan.name, true, horizon.0, MOST_ENDED)?;
            since = since.max(oldest.unwrap_or(since));
        }
        for kind in KINDS {
            self.tell_profiles(store, kind)?;
        }
        Ok(So { name, marks, counted, since })
    }

    /// Returns from when the last one is, if there are more.
    fn tell_walkers(
        &self,
        store: &dyn Follow,
        pipeline: &str,
        ended: bool,
        since_ms: i64,
        most: usize,
    ) -> Result<Option<Timestamp>, Broken> {
        let mut after = None;
        for _ in 0..most.div_ceil(PAGE) {
            let page = Page { pipeline, ended, since_ms, after: after.as_ref(), limit: PAGE };
            let (known, last) = store.page(&page)?;
            self.tell(StoreNews::Known(known))?;
            let Some(last) = last else { return Ok(None) };
            after = Some(last);
        }
        Ok(after.map(|last| Timestamp(last.since_ms)))
    }

    fn tell_profiles(&self, store: &dyn Follow, kind: &str) -> Result<(), Broken> {
        let mut after = String::new();
        for _ in 0..MOST_OPEN.div_ceil(PAGE) {
            let known = store.profile_page(kind, &after, PAGE)?;
            let last = known.profiles.last().filter(|_| known.profiles.len() == PAGE).map(|(subject, _)| subject.id.to_string());
            self.tell(StoreNews::Known(known))?;
            let Some(last) = last else { return Ok(()) };
            after = last;
        }
        Ok(())
    }

    /// `None`: the store went back.
    fn tell_changes(&self, store: &dyn Follow, so: &So) -> Result<Option<(Marks, Counted)>, Broken> {
        let changed = store.changed(&so.marks)?;
        if so.marks.iter().any(|(partition, mark)| changed.marks.get(partition).is_none_or(|now| now < mark)) {
            return Ok(None);
        }
        if !changed.known.is_empty() {
            self.tell(StoreNews::Known(changed.known))?;
        }
        let mut counted = so.counted.clone();
        for (what, count) in changed.counted {
            *counted.entry(what).or_default() += count;
        }
        Ok(Some((changed.marks, counted)))
    }

    /// The newest wish is enough: one order is on the screen.
    fn seek(&self, store: &dyn Follow) -> Result<(), Broken> {
        let Some(id) = self.sought.try_iter().last() else { return Ok(()) };
        for (_, plan) in self.config.plans.iter() {
            let known = store.one(&plan.name, &id)?;
            if !known.walkers.is_empty() {
                return self.tell(StoreNews::Sought(known));
            }
        }
        Ok(())
    }

    fn tell_stand(&self) -> Result<(), Broken> {
        let Some(So { marks, counted, since, .. }) = &self.told else { return Ok(()) };
        self.tell(StoreNews::Stands(Stand { marks: marks.clone(), counted: counted.clone(), since: *since }))
    }

    fn tell(&self, news: StoreNews) -> Result<(), Broken> {
        self.news.send((Timestamp::now(), news)).map_err(|_| Broken::Engine)
    }
}
