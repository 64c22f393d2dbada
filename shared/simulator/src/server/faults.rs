//! Faults: answers that are wrong on purpose, as [`Faults`](crate::options::Faults) says it.

pub(crate) mod injector;
mod kind;
mod listing;
mod permanent;
mod refusal;
mod ticket;
mod visit;
