//! What becomes of subscriptions while the cloud is served.

use serde_json::{Map, Value};

use crate::options::State;

/// What can change of a subscription.
#[derive(Clone, Debug)]
pub(crate) struct Life {
    pub(crate) name: String,
    pub(crate) state: State,
    pub(crate) tags: Option<Map<String, Value>>,
    /// Whether it only gives access to the directory.
    pub(crate) is_legacy: bool,
    pub(crate) has_vanished: bool,
}

impl Life {
    /// The subscription that only gives access to the directory.
    pub(crate) fn legacy(self) -> Self {
        let name = "Access to Azure Active Directory".to_owned();
        Self { name, is_legacy: true, tags: None, ..self }
    }

    /// Whether Azure Resource Manager answers requests for it.
    pub(crate) fn can_be_read(&self) -> bool {
        // Documented is that nothing can be done with a deleted subscription. Whether it can be
        // asked for by itself is not; here it is listed, and unknown to everything else.
        !self.has_vanished && self.state != State::Deleted
    }
}
