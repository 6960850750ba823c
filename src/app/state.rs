//! `vigie state`: what the store knows.

use super::masked::{self, Personal};
use super::{DONE, complain, privacy, setup, tell, verify, write_out};
use crate::cli::{Connect, CopyArgs, Format, StateArgs, StateCommand};
use crate::domain::Plans;
use crate::model::Timestamp;
use crate::outlet::{self, Cell};
use crate::snapshot::Privacy;
use crate::store::{self, Filter, Onlook, PartLine, ProfileLine, Sqlite, StoreAddress, WalkerLine};
use crate::text;
use anyhow::{Context, Result, bail};
use serde::Serialize;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

pub fn run(file: Option<PathBuf>, command: &StateCommand) -> Result<u8> {
    match command {
        StateCommand::Backup(args) => backup(file, args),
        StateCommand::Rebuild(args) => super::rebuild::run(file, args),
        StateCommand::Restore(args) => restore(file, args),
        StateCommand::Verify(args) => verify::run(file, args),
        StateCommand::Orders(args) => orders(file, args),
        StateCommand::Deliveries(args) => {
            let Opened { store, privacy } = open(file, args)?;
            let rows = hidden(store.parts("delivery", &filter(args))?, privacy.as_ref());
            print(&rows, args, &["delivery", "order", "courier", "state", "since", "eta", "left"], delivery)
        }
        StateCommand::Payments(args) => {
            let Opened { store, privacy } = open(file, args)?;
            let rows = hidden(store.parts("payment", &filter(args))?, privacy.as_ref());
            print(&rows, args, &["payment", "order", "state", "since", "amount", "method", "reason"], payment)
        }
        StateCommand::Stock(args) => {
            // Articles are nobody.
            let rows = open(file, args)?.store.profiles("article", &filter(args))?;
            print(&rows, args, &["sku", "name", "shop", "level", "threshold"], article)
        }
        StateCommand::Customers(args) => {
            let Opened { store, privacy } = open(file, args)?;
            let mut rows = store.profiles("customer", &filter(args))?;
            if let Some(privacy) = &privacy {
                masked::customers(&mut rows, privacy);
            }
            print(&rows, args, &["customer", "last seen", "did"], customer)
        }
    }
}

fn orders(file: Option<PathBuf>, args: &StateArgs) -> Result<u8> {
    let Opened { store, privacy } = open(file, args)?;
    let mut rows = store.walkers("order", &filter(args))?;
    if args.id.is_some() {
        for row in &mut rows {
            row.stages = Some(store.reached("order", &row.id)?);
            row.audit = Some(store.audit(&row.id)?);
        }
    }
    let rows = hidden(rows, privacy.as_ref());
    print(&rows, args, &["order", "state", "since", "amount", "customer", "shop", ""], order)
}

/// The rows as they may be printed.
fn hidden<T: Personal>(mut rows: Vec<T>, privacy: Option<&Privacy>) -> Vec<T> {
    if let Some(privacy) = privacy {
        rows.iter_mut().for_each(|row| row.mask(privacy));
    }
    rows
}

fn backup(file: Option<PathBuf>, args: &CopyArgs) -> Result<u8> {
    let (address, path) = file_of(&args.store)?;
    let store = Sqlite::open(existing(&path)?, plans(file, args.catalogue.as_ref())?).with_context(|| address.to_string())?;
    if args.file.exists() {
        bail!("{} is there already: name another file", args.file.display());
    }
    store.copy_to(&args.file).with_context(|| format!("the copy {}", args.file.display()))?;
    tell(&format!("{} is a whole copy of {address}", args.file.display()));
    Ok(DONE)
}

fn restore(file: Option<PathBuf>, args: &CopyArgs) -> Result<u8> {
    let (address, path) = file_of(&args.store)?;
    if path.exists() {
        bail!("--store: {} is there already: remove it, or name another", path.display());
    }
    // Looked at before anything is made of it.
    let plans = plans(file, args.catalogue.as_ref())?;
    let copy = existing(&args.file)?;
    let copy = Sqlite::open(copy, plans.clone()).with_context(|| format!("the copy {}", copy.display()))?;
    copy.copy_to(&path).with_context(|| format!("--store {address}"))?;
    Sqlite::open(&path, plans)?.fence_all()?;
    tell(&format!("{address} is made from {}: `vigie consume` goes on from its offsets", args.file.display()));
    Ok(DONE)
}

/// Copies are files of SQLite; PostgreSQL has better means of its own.
fn file_of(store: &str) -> Result<(StoreAddress, PathBuf)> {
    let address = setup::store(store)?;
    match &address {
        StoreAddress::Sqlite(path) => Ok((address.clone(), path.clone())),
        StoreAddress::Postgres(_) => bail!(
            "--store {address}: PostgreSQL is copied with pg_dump --schema, which takes one moment of everything, offsets included, and \
             put back with pg_restore while no consumer runs"
        ),
    }
}

fn existing(path: &Path) -> Result<&Path> {
    if !path.exists() {
        bail!("there is no {}: `vigie consume --store` makes a store", path.display());
    }
    Ok(path)
}

fn plans(file: Option<PathBuf>, catalogue: Option<&PathBuf>) -> Result<Plans> {
    let connect = Connect { catalogue: catalogue.cloned(), ..Connect::default() };
    let config = setup::load(file, &connect, connect.overrides())?;
    Ok(Plans::new(&*setup::catalogue(&config)?))
}

/// A store that is there, and what of it must not be printed.
struct Opened {
    store: Box<dyn Onlook>,
    privacy: Option<Privacy>,
}

fn open(file: Option<PathBuf>, args: &StateArgs) -> Result<Opened> {
    let config = setup::load(file, &args.printed.connect(), args.printed.overrides())?;
    let plans = Plans::new(&*setup::catalogue(&config)?);
    let privacy = privacy::printed(&config)?;
    let address = setup::store(&args.store)?;
    if let StoreAddress::Sqlite(path) = &address {
        existing(path)?;
    }
    let store = store::open_to_read(&address, plans).with_context(|| format!("--store {address}"))?;
    Ok(Opened { store, privacy })
}

fn filter(args: &StateArgs) -> Filter {
    Filter { id: args.id.clone(), open: args.open, limit: args.limit }
}

fn print<T: Serialize>(rows: &[T], args: &StateArgs, heads: &[&str], cells: fn(&T) -> Vec<Cell>) -> Result<u8> {
    let out = match args.format {
        Format::Json => text::escaped_json(&serde_json::to_string(rows)?).into_owned() + "\n",
        Format::Table => outlet::rows(heads, rows.iter().map(cells)),
    };
    let code = write_out(out.as_bytes())?;
    if rows.len() == args.limit && args.id.is_none() {
        complain(&format!("vigie: these are the first {}; --limit says how many", text::count(args.limit as u64)));
    }
    Ok(code)
}

fn since(ms: Option<i64>) -> Cell {
    Cell::Right(ms.map(|ms| text::short_duration_s(Timestamp::now().since_s(Timestamp(ms)).max(0.0))))
}

fn money(amount: Option<&str>, currency: Option<&String>) -> Cell {
    Cell::Right(amount.map(|amount| format!("{amount} {}", currency.map_or("", String::as_str))))
}

fn order(row: &WalkerLine) -> Vec<Cell> {
    let marks = [(row.gap, "gap"), (row.conflict, "conflict")];
    let marks: Vec<_> = marks.iter().filter(|(is, _)| *is).map(|(_, mark)| *mark).collect();
    vec![
        Cell::Left(Some(row.id.clone())),
        Cell::Left(row.state.clone()),
        since(row.since_ms),
        money(row.amount.as_ref().map(|a| a.get()), row.currency.as_ref()),
        Cell::Left(row.customer.clone()),
        Cell::Left(row.shop.clone()),
        Cell::Left(Some(marks.join(" "))),
    ]
}

fn delivery(row: &PartLine) -> Vec<Cell> {
    let left = row.eta_at_ms.map(|eta| Timestamp(eta).since_s(Timestamp::now()));
    vec![
        Cell::Left(Some(row.id.clone())),
        Cell::Left(Some(row.order.clone())),
        Cell::Left(row.courier.clone()),
        Cell::Left(row.state.clone()),
        since(row.since_ms),
        Cell::Right(
            left.filter(|_| !row.ended)
                .map(|s| if s < 0.0 { format!("{} late", text::short_duration_s(-s)) } else { text::short_duration_s(s) }),
        ),
        Cell::Right(row.remaining_m.map(|m| format!("{m:.0} m"))),
    ]
}

fn payment(row: &PartLine) -> Vec<Cell> {
    vec![
        Cell::Left(Some(row.id.clone())),
        Cell::Left(Some(row.order.clone())),
        Cell::Left(row.state.clone()),
        since(row.since_ms),
        money(row.amount.as_ref().map(|a| a.get()), row.currency.as_ref()),
        Cell::Left(row.method.clone()),
        Cell::Left(row.reason.clone()),
    ]
}

fn article(row: &ProfileLine) -> Vec<Cell> {
    vec![
        Cell::Left(Some(row.id.clone())),
        Cell::Left(row.title.clone()),
        Cell::Left(row.shop.clone()),
        Cell::Right(row.level.map(|n| n.to_string())),
        Cell::Right(row.threshold.map(|n| n.to_string())),
    ]
}

fn customer(row: &ProfileLine) -> Vec<Cell> {
    let did = |counts: &BTreeMap<String, u64>| counts.iter().map(|(what, n)| format!("{what} {n}")).collect::<Vec<_>>().join(", ");
    vec![Cell::Left(Some(row.id.clone())), since(row.last_seen_ms), Cell::Left(Some(did(&row.counts)))]
}
