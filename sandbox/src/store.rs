//! The bytes of photos: in memory, or in a folder next to the snapshot.

use std::collections::HashMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use crate::snapshot;

/// The store of photos.
#[derive(Debug)]
pub(crate) enum Store {
    Memory(Mutex<HashMap<String, Arc<[u8]>>>),
    Folder(PathBuf),
}

impl Store {
    /// Returns the store that belongs to a snapshot.
    pub(crate) fn open(state: Option<&Path>) -> io::Result<Self> {
        let Some(state) = state else {
            return Ok(Self::Memory(Mutex::default()));
        };
        let mut name = state.file_name().unwrap_or_default().to_owned();
        name.push(".photos");
        let folder = state.with_file_name(name);
        fs::create_dir_all(&folder)?;
        Ok(Self::Folder(folder))
    }

    /// Saves a photo. Its ID is from [`secret::id`](crate::secret::id), so it is safe as a file
    /// name.
    pub(crate) fn put(&self, id: &str, bytes: &[u8]) -> io::Result<()> {
        match self {
            Self::Memory(photos) => {
                let mut photos = photos.lock().unwrap_or_else(PoisonError::into_inner);
                photos.insert(id.to_owned(), bytes.into());
                Ok(())
            }
            Self::Folder(folder) => snapshot::write(&folder.join(id), bytes),
        }
    }

    pub(crate) fn get(&self, id: &str) -> io::Result<Arc<[u8]>> {
        match self {
            Self::Memory(photos) => {
                let photos = photos.lock().unwrap_or_else(PoisonError::into_inner);
                photos
                    .get(id)
                    .cloned()
                    .ok_or_else(|| io::ErrorKind::NotFound.into())
            }
            Self::Folder(folder) => Ok(fs::read(folder.join(id))?.into()),
        }
    }

    /// Removes a photo. A missing one is not an error.
    pub(crate) fn remove(&self, id: &str) {
        match self {
            Self::Memory(photos) => {
                photos
                    .lock()
                    .unwrap_or_else(PoisonError::into_inner)
                    .remove(id);
            }
            Self::Folder(folder) => {
                let _ = fs::remove_file(folder.join(id));
            }
        }
    }
}
