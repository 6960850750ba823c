//! `vigie snapshot`: the picture once.

use super::session::Session;
use super::stop::{self, Stop};
use super::{DONE, FAILED, complain, confirm, privacy, setup, tell};
use crate::cli::{Format, SnapshotArgs};
use crate::config::parse::From;
use crate::model::LinkState;
use crate::outlet;
use crate::snapshot::Snapshot;
use crate::text;
use anyhow::Result;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// How long the cluster may take to answer at all.
const CONNECT: Duration = Duration::from_secs(15);
/// Reading all from the beginning may take as long as it makes progress; this bounds a silence.
const STANDSTILL: Duration = Duration::from_secs(30);

pub fn run(file: Option<PathBuf>, args: &SnapshotArgs) -> Result<u8> {
    let gather = setup::duration("--for", &args.run_for)?;
    let mut flags = args.run.overrides();
    if args.privacy {
        flags.insert("privacy", "true".into());
    }
    let config = setup::load(file, &args.run.connect, flags)?;
    let privacy = privacy::printed(&config)?;
    let session = setup::session(&config, From::Now)?;
    confirm::reading(&session, args.yes)?;
    let end = stop::on_signals()?;
    let session = Session::start(session)?;
    let picture = gathered(&session, gather, &end);
    session.stop();
    print(&privacy::given(&picture, privacy.as_ref()), args.format)?;
    if reached(&picture) {
        return Ok(DONE);
    }
    complain(&missed(&picture));
    Ok(FAILED)
}

/// Why the cluster was not reached, and what to do.
fn missed(picture: &Snapshot) -> String {
    let source = &picture.source;
    let Some(reason) = &source.reason else {
        return format!("vigie: {} did not answer in time", text::visible(&source.bootstrap));
    };
    format!("vigie: {}", super::lines(&super::doctor::with_remedy(reason, 2)))
}

pub fn print(picture: &Snapshot, format: Format) -> Result<()> {
    match format {
        Format::Json => tell(&outlet::json(picture)?),
        Format::Table => tell(outlet::table(picture).trim_end()),
    }
    Ok(())
}

fn gathered(session: &Session, gather: Duration, end: &Stop) -> Arc<Snapshot> {
    let connected = session.wait_until(Instant::now() + CONNECT, end, |p| reached(p) || refused(p));
    if !reached(&connected) {
        return connected;
    }
    let since = Instant::now();
    let picture = session.wait_until(since + gather, end, |_| false);
    if picture.viewer.warmed_up { picture } else { warmed_up(session, end) }
}

/// Reads on until all that was there at the start is read, as long as it goes forward.
fn warmed_up(session: &Session, end: &Stop) -> Arc<Snapshot> {
    let mut seen = 0;
    loop {
        let picture = session.wait_until(Instant::now() + STANDSTILL, end, |p| p.viewer.warmed_up || p.totals.records.seen > seen);
        if picture.viewer.warmed_up || picture.totals.records.seen == seen || end.wait(Duration::ZERO) {
            return picture;
        }
        seen = picture.totals.records.seen;
    }
}

fn reached(picture: &Snapshot) -> bool {
    matches!(picture.source.state, LinkState::Connected | LinkState::Degraded) && picture.cluster.topics.is_some()
}

/// A login or certificate that is refused will be refused again: there is no use in waiting.
fn refused(picture: &Snapshot) -> bool {
    picture.source.state == LinkState::Down
}
