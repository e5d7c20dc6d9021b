//! Secrets, generated or passed by the caller. Neither `Debug` nor a page shows them.

use std::fmt;

use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

/// The text of a secret. It is wiped on drop.
///
/// It doesn't implement `Serialize`, so that no answer and no timeline entry can contain it;
/// `stored` writes it into the snapshot.
#[derive(Clone)]
pub struct Secret(Zeroizing<String>);

impl Secret {
    /// Creates a secret from its text. The core checks later whether it is usable.
    #[must_use]
    pub fn new(text: String) -> Self {
        Self(Zeroizing::new(text))
    }

    /// Returns a random workflow secret of 64 characters, the length of Visiono's.
    pub(crate) fn workflow() -> Self {
        Self::new(random_hex::<32>())
    }

    /// Returns a random webhook secret with Visiono's prefix.
    pub(crate) fn webhook() -> Self {
        Self::new(format!("whsec_{}", &*Zeroizing::new(random_hex::<32>())))
    }

    /// Returns a random API key with this prefix.
    pub(crate) fn api_key(prefix: &str) -> Self {
        Self::new(format!("{prefix}{}", &*Zeroizing::new(random_hex::<24>())))
    }

    /// Returns `true` if this is the text of the secret. Compares in constant time.
    pub(crate) fn is(&self, text: &str) -> bool {
        let differs = |sum, (a, b): (u8, u8)| sum | (a ^ b);
        self.0.len() == text.len() && self.0.bytes().zip(text.bytes()).fold(0, differs) == 0
    }

    /// Returns the text, for the core or for the one answer that shows it.
    pub(crate) fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Secret").finish_non_exhaustive()
    }
}

/// The secrets of one link or endpoint.
#[derive(Clone, Debug)]
pub(crate) struct Keys {
    pub(crate) current: Secret,
    /// The secret before the last regeneration.
    pub(crate) previous: Option<Secret>,
    /// The stored secret, if the caller passed `current`. A passed secret may be the real
    /// service's, so it is not stored.
    pub(crate) own: Option<Secret>,
}

impl Keys {
    pub(crate) fn new(current: Secret) -> Self {
        Self {
            current,
            previous: None,
            own: None,
        }
    }

    /// Uses a secret that the caller passed, until the program ends.
    pub(crate) fn use_given(&mut self, secret: Secret) {
        // A secret that equals the stored one came from `.env`, and is not the real service's.
        if self.current.expose() != secret.expose() {
            self.own = Some(std::mem::replace(&mut self.current, secret));
        }
    }

    pub(crate) fn is_given(&self) -> bool {
        self.own.is_some()
    }
}

/// Returns random bytes in hex.
///
/// # Panics
///
/// If the system has no random bytes. Nothing can be signed without them.
pub(crate) fn random_hex<const N: usize>() -> String {
    let mut bytes = Zeroizing::new([0; N]);
    getrandom::fill(bytes.as_mut()).expect("the system has random bytes");
    hex::encode(*bytes)
}

/// Returns a random ID with a prefix, which nobody can guess.
pub(crate) fn id(prefix: &str) -> String {
    format!("{prefix}{}", random_hex::<8>())
}

/// Returns a random code that a person can type: without `I`, `L`, `O`, `0` and `1`.
pub(crate) fn code() -> String {
    const LETTERS: &[u8; 31] = b"ABCDEFGHJKMNPQRSTUVWXYZ23456789";
    let letter = || char::from(LETTERS[number() as usize % LETTERS.len()]);
    std::iter::repeat_with(letter).take(6).collect()
}

/// Returns a random code of six digits.
pub(crate) fn digits() -> String {
    format!("{:06}", number() % 1_000_000)
}

fn number() -> u32 {
    // The same panic as in `random_hex`.
    getrandom::u32().expect("the system has random bytes")
}

/// Reads and writes keys in the snapshot. A secret that the caller passed is not written.
pub(crate) mod stored {
    use std::collections::BTreeMap;

    use serde::{Deserializer, Serializer};

    use super::{Deserialize, Keys, Secret, Serialize};

    #[derive(Serialize, Deserialize)]
    struct Stored<T> {
        current: T,
        previous: Option<T>,
    }

    pub(crate) fn serialize<S: Serializer>(
        keys: &BTreeMap<String, Keys>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        serializer.collect_map(keys.iter().map(|(owner, keys)| {
            let stored = Stored {
                current: keys.own.as_ref().unwrap_or(&keys.current).expose(),
                previous: keys.previous.as_ref().map(Secret::expose),
            };
            (owner, stored)
        }))
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<BTreeMap<String, Keys>, D::Error> {
        let stored = BTreeMap::<String, Stored<String>>::deserialize(deserializer)?;
        let keys = stored.into_iter().map(|(owner, stored)| {
            let keys = Keys {
                current: Secret::new(stored.current),
                previous: stored.previous.map(Secret::new),
                own: None,
            };
            (owner, keys)
        });
        Ok(keys.collect())
    }
}
