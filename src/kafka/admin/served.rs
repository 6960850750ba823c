use crate::kafka::native::{self, Desk, Handle, Reply};
use crate::kafka::{BrokerSeen, Causes, KafkaConfig, KafkaError};
use crate::model::{Reason, Timestamp};
use rdkafka::consumer::Consumer;
use rdkafka::metadata::Metadata;
use rdkafka::types::RDKafkaErrorCode as E;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

/// A client whose callbacks are served while calls block, until it is dropped.
pub struct Served {
    pub handle: Handle,
    pub causes: Arc<Causes>,
    pub timeout: Duration,
    ended: Arc<AtomicBool>,
}

impl Served {
    pub fn new(config: &KafkaConfig, timeout: Duration) -> Result<Self, KafkaError> {
        let causes = Arc::new(Causes::new(config.bootstrap(), Timestamp::now()));
        let handle: Handle = Arc::new(config.observer_client(&causes, 500)?);
        Self::serve(handle, causes, timeout)
    }

    pub fn serve(handle: Handle, causes: Arc<Causes>, timeout: Duration) -> Result<Self, KafkaError> {
        let ended = Arc::new(AtomicBool::new(false));
        let (served, end) = (Arc::clone(&handle), Arc::clone(&ended));
        let serve = move || {
            while !end.load(Ordering::Relaxed) {
                // Errors and logs reach the causes through the handle's context.
                let _ = served.poll(Duration::from_millis(50));
            }
        };
        let thread = |source| KafkaError::Thread { what: "kafka-serve", source };
        thread::Builder::new().name("kafka-serve".into()).spawn(serve).map_err(thread)?;
        Ok(Self { handle, causes, timeout, ended })
    }

    pub fn metadata(&self) -> Result<Metadata, Reason> {
        match self.handle.fetch_metadata(None, self.timeout) {
            Ok(metadata) => {
                let seen = |b: &rdkafka::metadata::MetadataBroker| BrokerSeen {
                    id: b.id(),
                    host: b.host().to_owned(),
                    port: u16::try_from(b.port()).unwrap_or_default(),
                };
                self.causes.answered(Timestamp::now(), metadata.brokers().iter().map(seen).collect());
                Ok(metadata)
            }
            Err(error) => {
                self.causes.unanswered(Timestamp::now());
                Err(self.causes.reason_of(&error, Timestamp::now()))
            }
        }
    }

    /// One call, waited for.
    pub fn call(&self, send: impl FnOnce(&mut Desk, Duration)) -> Result<Reply, Reason> {
        let mut desk = Desk::new(&self.handle);
        send(&mut desk, self.timeout);
        let reply = desk.next(self.timeout + Duration::from_millis(500)).ok_or_else(|| self.reason(E::OperationTimedOut))?;
        match reply.refusal() {
            Some(refusal) => Err(self.reason(refusal.code)),
            None => Ok(reply),
        }
    }

    pub fn reason(&self, code: E) -> Reason {
        self.causes.reason_of_code(code, Timestamp::now())
    }

    /// A broker that passes questions to the controllers.
    pub fn controller(&self, metadata: &Metadata) -> i32 {
        let brokers = metadata.brokers();
        let known = |id: &i32| brokers.iter().any(|b| b.id() == *id);
        native::controller(&self.handle).filter(known).or_else(|| brokers.first().map(|b| b.id())).unwrap_or_default()
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        self.ended.store(true, Ordering::Relaxed);
    }
}
