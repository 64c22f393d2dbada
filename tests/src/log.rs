//! What a test logs.

use std::io::{Result, Write, sink};
use std::sync::{Arc, LazyLock, Mutex, MutexGuard, PoisonError};

use serde_json::Value;
use tracing::Dispatch;
use tracing::subscriber::DefaultGuard;

/// Somebody whom everything concerns that functions log.
///
/// The first thread that comes to a line of the source decides for the whole process whether
/// anybody wants what is logged there. Where the process has one subscriber it is asked only in
/// the thread that logs to it, so the line stays dumb if another thread comes first. With two, all
/// are asked.
static READER: LazyLock<Dispatch> = LazyLock::new(|| Dispatch::new(service::log::lines(sink)));

/// The log of this thread, line by line as JSON, for as long as this is there. A test and what it
/// calls run in one thread.
pub struct Log {
    written: Written,
    _guard: DefaultGuard,
}

#[derive(Clone, Default)]
struct Written(Arc<Mutex<Vec<u8>>>);

impl Write for Written {
    fn write(&mut self, buffer: &[u8]) -> Result<usize> {
        lock(&self.0).extend_from_slice(buffer);
        Ok(buffer.len())
    }

    fn flush(&mut self) -> Result<()> {
        Ok(())
    }
}

impl Log {
    /// Begins to keep what this thread logs.
    #[must_use]
    pub fn begin() -> Self {
        LazyLock::force(&READER);
        let written = Written::default();
        let writer = written.clone();
        let guard = tracing::subscriber::set_default(service::log::lines(move || writer.clone()));
        Self { written, _guard: guard }
    }

    /// All that was logged.
    #[must_use]
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&lock(&self.written.0)).into_owned()
    }

    /// Every line.
    ///
    /// # Panics
    /// If a line is not JSON.
    #[must_use]
    pub fn all(&self) -> Vec<Value> {
        let line = |line: &str| match serde_json::from_str(line) {
            Ok(line) => line,
            Err(error) => panic!("{line}: {error}"),
        };
        self.text().lines().map(line).collect()
    }

    /// The lines with a message, or of an event.
    #[must_use]
    pub fn lines(&self, what: &str) -> Vec<Value> {
        let is_it = |line: &Value| line["message"] == what || line["event"] == what;
        self.all().into_iter().filter(is_it).collect()
    }
}

fn lock(written: &Mutex<Vec<u8>>) -> MutexGuard<'_, Vec<u8>> {
    written.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::Log;

    /// What two threads log.
    fn say() {
        tracing::info!("said");
    }

    #[test]
    fn a_thread_that_comes_first_takes_no_line_from_another() {
        let log = Log::begin();
        std::thread::spawn(say).join().unwrap();
        assert_eq!(log.lines("said").len(), 0, "the log is of one thread");
        say();
        assert_eq!(log.lines("said").len(), 1);
    }
}
