//! Applications of other organisations.

use super::principal::Principal;

/// An application of another organisation, which the tenant knows nothing of until an administrator
/// consents to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Application {
    /// The name that people see.
    pub name: String,
    /// The registration, and the permissions that it asks for: it has them once there is consent.
    pub principal: Principal,
    /// Where who has decided may be led back to. They are compared character by character.
    pub redirect_uris: Vec<String>,
}
