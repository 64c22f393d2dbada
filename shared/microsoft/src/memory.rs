//! How many bytes of answers a process holds at once.
//!
//! A body takes room before it is read, and gives it back when the last document that was read from
//! it is dropped. Room for a body whose length is told is taken at once; any other takes more as it
//! grows.
//!
//! Whoever holds some room and waits for more could wait for ever, if all do. So there is one place
//! more, large enough for all that one call may hold, and one call at a time has it. That call
//! never waits for room again, so it comes to its end and gives everything back, and then another
//! one has the place. It may wait for something else that the others hold, such as a turn in its
//! throttle domain: so nobody waits for room longer than a while, and what found none is asked for
//! again.

use std::fmt;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use bytes::Bytes;
use tokio::sync::{Mutex, OwnedMutexGuard, OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout;

use crate::broken::Broken;

/// How many bytes one call may hold, and so how large a body may be once it is decompressed. A page
/// has some 3 MB, a `$batch` of twenty pages some 20 MB.
pub(crate) const LARGEST: usize = 32 << 20;

/// How many bytes all calls hold together, beside the one that has the place for one call.
const SHARED: usize = 16 << 20;

/// How many bytes the answer of the sign-in service may have. A token has some kilobytes.
const SMALL: usize = 1 << 20;

/// How long a body waits for room.
const PATIENCE: Duration = Duration::from_secs(30);

/// How much room a body takes first whose length is not told.
const FIRST: usize = 64 << 10;

/// What is counted: kilobytes, as a semaphore counts no further than to its own largest number.
const UNIT: usize = 1 << 10;

/// The room of a process.
#[derive(Debug)]
pub(crate) struct Memory {
    shared: Arc<Semaphore>,
    /// The place for one call.
    place: Arc<Mutex<()>>,
}

impl Default for Memory {
    fn default() -> Self {
        Self::of(SHARED)
    }
}

impl Memory {
    fn of(shared: usize) -> Self {
        Self { shared: Arc::new(Semaphore::new(units(shared))), place: Arc::default() }
    }

    /// What a call begins with, which is nothing yet.
    pub(crate) fn share(self: &Arc<Self>) -> Arc<Share> {
        Arc::new(Share::new(Some(self.clone()), LARGEST))
    }
}

/// What one call holds of the room.
pub(crate) struct Share {
    /// None for what is so small that it is not counted.
    memory: Option<Arc<Memory>>,
    largest: usize,
    /// How many bytes its bodies have.
    held: AtomicUsize,
    /// Whether it has the place for one call. It keeps it until its last body is dropped.
    place: OnceLock<OwnedMutexGuard<()>>,
    /// Held by the body that waits for the place on behalf of all.
    waiting: Mutex<()>,
}

impl fmt::Debug for Share {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Share({} bytes)", self.held.load(Ordering::Relaxed))
    }
}

impl Share {
    fn new(memory: Option<Arc<Memory>>, largest: usize) -> Self {
        let (held, place, waiting) = (AtomicUsize::default(), OnceLock::new(), Mutex::default());
        Self { memory, largest, held, place, waiting }
    }

    /// Room for the answer of the sign-in service. Whoever holds room waits for tokens, so that a
    /// token must not wait for room.
    pub(crate) fn small() -> Arc<Self> {
        Arc::new(Self::new(None, SMALL))
    }

    /// Room for a body, of which there is none yet.
    pub(crate) fn room(self: &Arc<Self>) -> Room {
        Room { share: self.clone(), permit: None, bytes: 0 }
    }

    /// Takes some bytes of what the call may hold, for a body that has some already.
    fn take(&self, more: usize, own: usize) -> Result<(), Broken> {
        if own.saturating_add(more) > self.largest {
            return Err(Broken::TooLarge { largest: self.largest });
        }
        let before = self.held.fetch_add(more, Ordering::Relaxed);
        if before + more > self.largest {
            self.held.fetch_sub(more, Ordering::Relaxed);
            return Err(Broken::Crowded);
        }
        Ok(())
    }

    /// Waits for the place for one call.
    async fn wait(&self, memory: &Memory) {
        let _waiting = self.waiting.lock().await;
        if self.place.get().is_none() {
            let place = memory.place.clone().lock_owned().await;
            // Nobody else waits for it meanwhile.
            drop(self.place.set(place));
        }
    }
}

/// The room that one body takes. It is given back when this is dropped.
#[derive(Debug)]
pub(crate) struct Room {
    share: Arc<Share>,
    /// None of what the place for one call holds.
    permit: Option<OwnedSemaphorePermit>,
    bytes: usize,
}

impl Room {
    /// Makes room for a body of this length, of which this much was read. Without a known end it
    /// takes more than there need be just now, so that a body takes room a few times and not for
    /// each piece.
    pub(crate) async fn hold(&mut self, length: usize, is_whole: bool) -> Result<(), Broken> {
        if length <= self.bytes {
            return Ok(());
        }
        let grown = (self.bytes * 2).max(FIRST).min(self.share.largest);
        let wanted = if is_whole { length } else { length.max(grown) };
        let wanted = match self.share.take(wanted - self.bytes, self.bytes) {
            Err(Broken::Crowded) if wanted > length => {
                self.share.take(length - self.bytes, self.bytes).map(|()| length)
            }
            taken => taken.map(|()| wanted),
        }?;
        let units = units(wanted) - units(self.bytes);
        self.bytes = wanted;
        let Some(memory) = self.share.memory.clone() else { return Ok(()) };
        let permit = timeout(PATIENCE, self.permit(&memory, units)).await;
        match (&mut self.permit, permit.map_err(|_| Broken::Crowded)?) {
            (Some(held), Some(more)) => held.merge(more),
            (held @ None, more) => *held = more,
            (Some(_), None) => (),
        }
        Ok(())
    }

    /// Waits for so much of the room, or for the place for one call.
    async fn permit(&self, memory: &Memory, units: usize) -> Option<OwnedSemaphorePermit> {
        let units = u32::try_from(units).unwrap_or(u32::MAX);
        match memory.shared.clone().try_acquire_many_owned(units) {
            Ok(permit) => Some(permit),
            Err(_) if self.share.place.get().is_some() => None,
            Err(_) => tokio::select! {
                biased;
                permit = memory.shared.clone().acquire_many_owned(units) => permit.ok(),
                () = self.share.wait(memory) => None,
            },
        }
    }

    /// A body, which keeps the room that it needs for as long as any part of it is there.
    pub(crate) fn keep(mut self, body: Vec<u8>) -> Bytes {
        let spare = self.bytes.saturating_sub(body.len());
        self.bytes -= spare;
        self.share.held.fetch_sub(spare, Ordering::Relaxed);
        if let Some(permit) = &mut self.permit {
            let spare = permit.num_permits().saturating_sub(units(body.len()));
            drop(permit.split(spare));
        }
        Bytes::from_owner(Kept { body, _room: self })
    }
}

impl Drop for Room {
    fn drop(&mut self) {
        self.share.held.fetch_sub(self.bytes, Ordering::Relaxed);
    }
}

/// A body with its room.
struct Kept {
    body: Vec<u8>,
    _room: Room,
}

impl AsRef<[u8]> for Kept {
    fn as_ref(&self) -> &[u8] {
        &self.body
    }
}

const fn units(bytes: usize) -> usize {
    bytes.div_ceil(UNIT)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use tokio::time::sleep;

    use super::*;

    const MEGABYTE: usize = 1 << 20;

    fn free(memory: &Memory) -> usize {
        memory.shared.available_permits() * UNIT
    }

    #[tokio::test(start_paused = true)]
    async fn a_body_holds_its_room_until_its_last_part_is_dropped() {
        let memory = Arc::new(Memory::default());
        let mut room = memory.share().room();
        room.hold(MEGABYTE + 1, false).await.unwrap();
        assert!(free(&memory) < SHARED);
        let body = room.keep(vec![0; MEGABYTE]);
        assert_eq!(free(&memory), SHARED - MEGABYTE);
        let part = body.slice(7..8);
        drop(body);
        assert_eq!(free(&memory), SHARED - MEGABYTE);
        drop(part);
        assert_eq!(free(&memory), SHARED);
    }

    #[tokio::test(start_paused = true)]
    async fn one_call_goes_on_when_there_is_no_room_and_the_others_wait() {
        let memory = Arc::new(Memory::of(MEGABYTE));
        let (first, second) = (memory.share(), memory.share());
        let (mut one, mut two) = (first.room(), second.room());
        // Both hold half of it, and want more.
        one.hold(MEGABYTE / 2, true).await.unwrap();
        two.hold(MEGABYTE / 2, true).await.unwrap();
        one.hold(MEGABYTE, true).await.unwrap();
        let waits = timeout(Duration::from_secs(9), two.hold(MEGABYTE, true)).await;
        assert!(waits.is_err(), "only one call goes on");
        // Whatever else the first one needs, it has it at once.
        let mut other = first.room();
        other.hold(9 * MEGABYTE, true).await.unwrap();
        let body = one.keep(vec![0; MEGABYTE]);
        drop((other, first));
        let mut three = second.room();
        assert!(timeout(Duration::from_secs(9), three.hold(MEGABYTE, true)).await.is_err());
        drop(body);
        three.hold(MEGABYTE, true).await.unwrap();
    }

    #[tokio::test(start_paused = true)]
    async fn a_call_has_a_most_that_it_holds() {
        let memory = Arc::new(Memory::default());
        let share = memory.share();
        let mut room = share.room();
        let too_large = Broken::TooLarge { largest: LARGEST };
        assert_eq!(room.hold(LARGEST + 1, true).await, Err(too_large.clone()));
        room.hold(LARGEST, false).await.unwrap();
        assert_eq!(room.hold(LARGEST + 1, false).await, Err(too_large));
        assert_eq!(share.room().hold(1, true).await, Err(Broken::Crowded));
        drop(room);
        share.room().hold(1, true).await.unwrap();
        assert_eq!(share.held.load(Ordering::Relaxed), 0);
        assert_eq!(free(&memory), SHARED);
    }

    #[tokio::test(start_paused = true)]
    async fn a_token_waits_for_no_room() {
        let memory = Arc::new(Memory::of(0));
        let share = memory.share();
        share.room().hold(1, true).await.unwrap();
        let other = memory.share();
        let mut room = other.room();
        assert!(timeout(Duration::from_secs(9), room.hold(1, true)).await.is_err());
        Share::small().room().hold(SMALL, true).await.unwrap();
        assert!(Share::small().room().hold(SMALL + 1, true).await.is_err());
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(64) })]

        /// Whoever reads what and in whatever pieces, everyone comes to an end, and all room is
        /// given back.
        #[test]
        fn nobody_waits_for_ever(
            calls in prop::collection::vec(prop::collection::vec((1..5000_usize, 50..900_usize, any::<bool>()), 1..4), 1..12)
        ) {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_time()
                .start_paused(true)
                .build()
                .unwrap();
            let memory = Arc::new(Memory::of(1 << 20));
            let all = async {
                let calls = calls.into_iter().map(|bodies| {
                    let share = memory.share();
                    tokio::spawn(async move {
                        let mut kept = Vec::new();
                        for (kilobytes, piece, is_told) in bodies {
                            let length = kilobytes << 10;
                            let mut room = share.room();
                            if is_told {
                                room.hold(length, true).await.unwrap();
                            }
                            let mut read = 0;
                            while read < length {
                                read = length.min(read + (piece << 10));
                                room.hold(read, is_told).await.unwrap();
                                sleep(Duration::from_millis(1)).await;
                            }
                            // It keeps what it has while it reads more, as one who asks again does.
                            kept.push(room.keep(vec![0; length]));
                        }
                    })
                });
                for call in calls.collect::<Vec<_>>() {
                    call.await.unwrap();
                }
            };
            let ended = runtime.block_on(async { timeout(Duration::from_hours(1), all).await });
            prop_assert!(ended.is_ok());
            prop_assert_eq!(free(&memory), 1 << 20);
        }
    }
}
