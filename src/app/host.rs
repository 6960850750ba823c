//! What vigie itself costs, and the disks of the folders that it writes to: read every other second.

use super::stop::Stop;
use crate::model::{DiskReading, HostReading, Input, Machine, Timed, Timestamp};
use crossbeam_channel::Sender;
use std::path::{Path, PathBuf};
use std::thread::JoinHandle;
use std::time::Duration;
use sysinfo::{Pid, ProcessRefreshKind, ProcessesToUpdate, System};

const EVERY: Duration = Duration::from_secs(2);

pub fn start(
    sink: Sender<Timed>,
    embedded_bytes: Option<u64>,
    folders: Vec<PathBuf>,
    stop: Stop,
) -> std::io::Result<JoinHandle<()>> {
    std::thread::Builder::new().name("host".into()).spawn(move || {
        let mut system = match System::new() {
            Ok(system) => system,
            Err(error) => return tracing::warn!(%error, "what vigie itself costs cannot be read here"),
        };
        loop {
            if let Some(mut reading) = read(&mut system, embedded_bytes) {
                reading.disks = folders.iter().filter_map(|folder| disk(folder)).collect();
                let input = Timed { at: Timestamp::now(), input: Input::Host(reading) };
                if sink.send(input).is_err() {
                    return;
                }
            }
            if stop.wait(EVERY) {
                return;
            }
        }
    })
}

fn read(system: &mut System, embedded_bytes: Option<u64>) -> Option<HostReading> {
    let pid = Pid::from_u32(std::process::id());
    let what = ProcessRefreshKind::nothing().with_cpu().with_memory();
    system.refresh_processes_specifics(ProcessesToUpdate::Some(&[pid]), false, what);
    let process = system.process(pid)?;
    let (cpu_percent, rss_bytes) = (f64::from(process.cpu_usage()), process.memory());
    Some(HostReading { cpu_percent, rss_bytes, embedded_bytes, machine: machine(system), disks: Vec::new() })
}

fn machine(system: &mut System) -> Machine {
    system.refresh_cpu_usage();
    system.refresh_memory();
    let total = system.total_memory();
    Machine {
        cores: Some(system.cpus().len()).filter(|cores| *cores > 0),
        cpu_percent: Some(f64::from(system.global_cpu_usage())).filter(|_| !system.cpus().is_empty()),
        load: System::load_average().ok().map(|load| load.one),
        memory_used_bytes: Some(system.used_memory()).filter(|_| total > 0),
        memory_bytes: Some(total).filter(|bytes| *bytes > 0),
    }
}

/// The disk of a folder, or of the nearest one above it that is there.
fn disk(folder: &Path) -> Option<DiskReading> {
    let there = folder.ancestors().find(|f| f.exists())?;
    let stat = rustix::fs::statvfs(there).ok()?;
    let bytes = |blocks: u64| blocks.saturating_mul(stat.f_frsize);
    Some(DiskReading {
        folder: folder.display().to_string().into(),
        free_bytes: bytes(stat.f_bavail),
        total_bytes: bytes(stat.f_blocks),
    })
}

/// `user@host`, for the brokers' logs.
pub fn user_host() -> String {
    let user = std::env::var("USER").or_else(|_| std::env::var("LOGNAME")).unwrap_or_else(|_| "unknown".into());
    let host = System::host_name().unwrap_or_else(|_| "unknown".into());
    format!("{user}@{host}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_disk_is_read_also_before_its_folder_is_made() {
        let folder = tempfile::tempdir().unwrap();
        let read = disk(&folder.path().join("not/yet")).unwrap();
        assert!(read.total_bytes > 0 && read.free_bytes <= read.total_bytes);
        assert!(read.folder.ends_with("not/yet"));
    }
}
