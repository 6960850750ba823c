//! The files of the state folder, one of each kind a cluster: read whole, written whole, in one step.

use serde::Serialize;
use serde::de::DeserializeOwned;
use std::fs::{self, File, TryLockError};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::SystemTime;
use thiserror::Error;

#[derive(Debug, Error)]
pub enum FileError {
    #[error("cannot read {}: {source}", file.display())]
    Unreadable { file: PathBuf, source: io::Error },
    #[error("cannot write {}: {source}; look at the folder's owner and at the disk", file.display())]
    Unwritable { file: PathBuf, source: io::Error },
    #[error("{} cannot be used ({why}); it is kept as {}, and what it said is forgotten", file.display(), aside.display())]
    Spoiled { file: PathBuf, aside: PathBuf, why: String },
    #[error("another vigie on this machine sends the alerts of this cluster ({} is locked)", file.display())]
    Locked { file: PathBuf },
}

/// A file of what we know, by its path.
#[derive(Clone, Debug)]
pub struct Kept {
    path: PathBuf,
}

impl Kept {
    /// `what` of the cluster with this id.
    pub fn new(folder: &Path, what: &str, cluster: &str) -> Self {
        Self { path: folder.join(format!("{what}-{}.json", file_name(cluster))) }
    }

    /// `None`: there is none yet.
    ///
    /// # Errors
    /// It cannot be read; or it is spoiled, and was set aside.
    pub fn read<T: DeserializeOwned>(&self) -> Result<Option<T>, FileError> {
        let text = match fs::read(&self.path) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(source) => return Err(FileError::Unreadable { file: self.path.clone(), source }),
        };
        serde_json::from_slice(&text).map(Some).map_err(|error| self.set_aside(&error.to_string()))
    }

    fn set_aside(&self, why: &str) -> FileError {
        let aside = self.path.with_extension("bad");
        match fs::rename(&self.path, &aside) {
            Ok(()) => FileError::Spoiled { file: self.path.clone(), aside, why: why.to_owned() },
            Err(source) => FileError::Unwritable { file: aside, source },
        }
    }

    /// In one step: who reads it sees the old or the new one, also after a crash.
    ///
    /// # Errors
    /// It cannot be written; the old one stays.
    pub fn write<T: Serialize>(&self, value: &T) -> Result<(), FileError> {
        let unwritable = |source| FileError::Unwritable { file: self.path.clone(), source };
        let text = serde_json::to_vec(value).map_err(|error| unwritable(error.into()))?;
        let fresh = self.path.with_extension(format!("{}.new", std::process::id()));
        let written = || -> io::Result<()> {
            fs::create_dir_all(self.path.parent().unwrap_or(Path::new(".")))?;
            let mut file = File::create(&fresh)?;
            file.write_all(&text)?;
            file.sync_all()?;
            fs::rename(&fresh, &self.path)
        };
        written().map_err(|source| {
            // Nothing but our own half is lost by it.
            let _ = fs::remove_file(&fresh);
            unwritable(source)
        })
    }

    /// When it was last written; `None`: it is not there.
    pub fn changed_at(&self) -> Option<SystemTime> {
        fs::metadata(&self.path).and_then(|m| m.modified()).ok()
    }

    /// Only one process holds it, for as long as the file that is returned lives.
    ///
    /// # Errors
    /// Another one holds it, or it cannot be made.
    pub fn lock(&self) -> Result<File, FileError> {
        let path = self.path.with_extension("lock");
        let unwritable = |source| FileError::Unwritable { file: path.clone(), source };
        fs::create_dir_all(path.parent().unwrap_or(Path::new("."))).map_err(unwritable)?;
        let file = File::create(&path).map_err(unwritable)?;
        match file.try_lock() {
            Ok(()) => Ok(file),
            Err(TryLockError::WouldBlock) => Err(FileError::Locked { file: path }),
            Err(TryLockError::Error(source)) => Err(FileError::Unwritable { file: path, source }),
        }
    }
}

/// A cluster's id as a file's name: ids are base64 as a rule, but come from outside.
fn file_name(cluster: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
    let name: String = cluster.chars().map(|c| if plain(c) { c } else { '.' }).take(100).collect();
    let name = name.trim_matches('.');
    if name.is_empty() { "unnamed".into() } else { name.into() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_and_a_spoiled_file_is_set_aside() {
        let folder = tempfile::tempdir().unwrap();
        let kept = Kept::new(&folder.path().join("deep"), "marks", "Ab_1-x");
        assert_eq!(kept.read::<Vec<u32>>().unwrap(), None);
        kept.write(&vec![1, 2]).unwrap();
        assert_eq!(kept.read::<Vec<u32>>().unwrap(), Some(vec![1, 2]));
        fs::write(&kept.path, "[1, 2").unwrap();
        let told = kept.read::<Vec<u32>>().unwrap_err().to_string();
        assert!(told.contains("marks-Ab_1-x.bad"), "{told}");
        assert_eq!(kept.read::<Vec<u32>>().unwrap(), None, "it does not stand in the way");
        assert_eq!(fs::read_dir(folder.path().join("deep")).unwrap().count(), 1, "nothing else is left behind");
    }

    #[test]
    fn one_process_sends_and_no_name_leaves_the_folder() {
        let folder = tempfile::tempdir().unwrap();
        let kept = Kept::new(folder.path(), "sent", "../../etc/x");
        let held = kept.lock().unwrap();
        assert!(matches!(kept.lock(), Err(FileError::Locked { .. })));
        drop(held);
        kept.lock().unwrap();
        assert_eq!(kept.path.parent(), Some(folder.path()));
    }
}
