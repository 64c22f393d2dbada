//! Saying everything that is wrong at once, rather than the first thing.

/// What is wrong.
#[derive(Debug, Default)]
pub struct Problems(Vec<String>);

impl Problems {
    /// Notes a problem, unless all is well.
    pub fn unless(&mut self, is_fine: bool, problem: impl FnOnce() -> String) {
        if !is_fine {
            self.0.push(problem());
        }
    }

    /// Notes a problem, if there is one.
    pub fn note(&mut self, problem: Option<String>) {
        self.0.extend(problem);
    }

    /// Ends the test.
    ///
    /// # Panics
    ///
    /// If anything is wrong.
    #[track_caller]
    pub fn report(self) {
        assert!(self.0.is_empty(), "\n- {}\n", self.0.join("\n- "));
    }
}
