//! The engine's thread: inputs in, the newest picture out.

use super::mirror::Told;
use super::stop::Stop;
use crate::engine::{Engine, Quarry, StoreNews};
use crate::kafka::lookup::Lookups;
use crate::kafka::poller::Poller;
use crate::kafka::search::{Hunt, Searches};
use crate::model::{
    Answer, Ask, Code, Extent, Focused, Found, Input, Lookup, LookupId, LookupResult, Mark, Record, Rest, SearchProgress, Timed,
    Timestamp,
};
use crate::snapshot::View;
use arc_swap::ArcSwap;
use crossbeam_channel::{Receiver, RecvError, Sender, never, select, tick};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Windows roll and rules are judged at this beat.
const TICK: Duration = Duration::from_millis(100);
/// Pictures at most that often; an `Ask` gets its picture at once.
const PICTURE: Duration = Duration::from_millis(250);

/// What the engine's thread holds on to.
pub struct Pump {
    pub engine: Engine,
    /// Bounded: when it is full, the tail stops reading.
    pub records: Receiver<Timed>,
    pub readings: Receiver<Timed>,
    pub store: Receiver<Told>,
    pub asks: Receiver<Ask>,
    pub view: Arc<ArcSwap<View>>,
    /// Holds one token: a picture is there that nobody has looked at.
    pub beat: Sender<()>,
    /// All that people decided about alerts, to be kept.
    pub marks: Sender<Vec<Mark>>,
    pub poller: Poller,
    pub lookups: Lookups,
    /// Orders that a store is asked for.
    pub sought: Sender<Arc<str>>,
    pub searches: Searches,
}

impl Pump {
    pub fn run(mut self, stop: &Stop) {
        self.work(stop);
        self.poller.stop();
    }

    fn work(&mut self, stop: &Stop) {
        let ticks = tick(TICK);
        let end = stop.receiver();
        let mut painted = Instant::now();
        self.publish();
        loop {
            // A closed channel is ready for ever: it is not listened to any more.
            let asked = select! {
                recv(self.records) -> input => match input {
                    Ok(input) => self.take(input),
                    Err(RecvError) => closed(&mut self.records),
                },
                recv(self.readings) -> input => match input {
                    Ok(input) => self.take(input),
                    Err(RecvError) => closed(&mut self.readings),
                },
                recv(self.store) -> told => match told {
                    Ok((at, news)) => self.look_at_store(at, news),
                    Err(RecvError) => closed(&mut self.store),
                },
                recv(self.asks) -> ask => match ask {
                    Ok(ask) => self.ask(ask),
                    Err(RecvError) => closed(&mut self.asks),
                },
                recv(ticks) -> _ => self.take(Timed { at: Timestamp::now(), input: Input::Tick }),
                recv(end) -> _ => return,
            };
            self.ask_for_what_is_missing();
            self.keep_marks();
            if asked || painted.elapsed() >= PICTURE {
                self.publish();
                painted = Instant::now();
            }
        }
    }

    /// `false`: the picture may wait for its beat.
    fn take(&mut self, input: Timed) -> bool {
        self.engine.take(input);
        false
    }

    fn look_at_store(&mut self, at: Timestamp, news: StoreNews) -> bool {
        self.engine.take_store(at, news);
        false
    }

    fn ask(&mut self, ask: Ask) -> bool {
        match &ask {
            Ask::Focus(focused) => {
                self.poller.focus(focused.groups.clone());
                self.seek(focused);
            }
            Ask::Lookup(id, lookup) => self.look_up(*id, lookup.clone()),
            Ask::Cancel(id) => {
                self.lookups.cancel(*id);
                self.searches.forget(*id);
            }
            Ask::Search(id, _) => {
                let id = *id;
                self.engine.take(Timed { at: Timestamp::now(), input: Input::Ask(ask) });
                self.search(id);
                return true;
            }
            Ask::Extend(id, extent) => self.extend(*id, extent.clone()),
            Ask::Rest(id) => self.searches.rest(*id),
            Ask::Mark(..) => {}
        }
        self.engine.take(Timed { at: Timestamp::now(), input: Input::Ask(ask) });
        true
    }

    /// An order that is not in memory may be in the store. Nobody reads the wish where there is none, or it is away.
    fn seek(&self, focused: &Focused) {
        if let Some(id) = focused.order.as_ref().filter(|id| !self.engine.knows_order(id)) {
            let _ = self.sought.try_send(Arc::clone(id));
        }
    }

    fn ask_for_what_is_missing(&mut self) {
        for (id, lookup) in self.engine.lookups() {
            self.look_up(id, lookup);
        }
    }

    fn keep_marks(&mut self) {
        // As many as the channel holds wait already: what comes next says all of it again.
        if !self.marks.is_full()
            && let Some(marks) = self.engine.changed_marks()
        {
            // An error is the end: the desk is gone.
            let _ = self.marks.try_send(marks);
        }
    }

    /// Too many wait already: whoever asked is told so, and may ask again.
    fn look_up(&mut self, id: LookupId, lookup: Lookup) {
        if !self.lookups.ask(id, lookup.clone()) {
            let answer = Answer { id, lookup, result: LookupResult::Failed(Code::TimedOut.into()) };
            self.engine.take(Timed { at: Timestamp::now(), input: Input::Answer(Box::new(answer)) });
        }
    }

    fn search(&mut self, id: LookupId) {
        let Some(Quarry { ground, start, key, known, hints, mut wanted }) = self.engine.quarry(id) else { return };
        if ground.is_empty() {
            return self.no_search(id, Code::NotKnownYet);
        }
        let wanted = Box::new(move |topic: &Arc<str>, record: &Record<'_>| wanted.passes(topic, record));
        if !self.searches.open(id, Hunt { ground, start, key, known, hints, wanted }) {
            self.no_search(id, Code::TimedOut);
        }
    }

    fn extend(&mut self, id: LookupId, extent: Extent) {
        let resume = self.engine.resume(id, extent.way);
        if !self.searches.extend(id, extent, resume) {
            self.no_search(id, Code::TimedOut);
        }
    }

    /// It cannot be served now: whoever asked is told so, and may ask again.
    fn no_search(&mut self, id: LookupId, why: Code) {
        let progress = SearchProgress { rests: Rest::Stopped, failed: 1, reason: Some(why.into()), ..SearchProgress::default() };
        let found = Box::new(Found { id, records: Vec::new(), progress });
        self.engine.take(Timed { at: Timestamp::now(), input: Input::Found(found) });
    }

    fn publish(&mut self) {
        self.view.store(self.engine.view(Timestamp::now()));
        // Full: the one before has not been looked at, and the newest is already in its place.
        let _ = self.beat.try_send(());
    }
}

/// Its senders are gone (no dashboard asks, or the tail was stopped).
fn closed<T>(channel: &mut Receiver<T>) -> bool {
    *channel = never();
    false
}
