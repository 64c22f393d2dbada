//! The page that shows and explores the graph: its files, and what they ask.
//!
//! [`answer`] goes from a request to a response, so that whoever receives requests can serve it.

mod alerts;
mod answer;
mod ask;
mod changes;
mod entity;
mod failure;
mod files;
mod guard;
mod ledger;
mod local;
mod model;
mod names;
mod neighbours;
mod overview;
mod paths;
mod question;
mod request;
mod response;
mod search;
mod site;

pub use answer::answer;
pub use failure::Failure;
pub use guard::{Guard, SignIn, same_origin};
pub use local::Local;
pub use request::{LARGEST, Request, TOKEN};
pub use response::Response;
pub use site::Site;
