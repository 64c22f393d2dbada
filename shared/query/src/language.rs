//! The language: from text to a syntax tree.
//!
//! It is `JupiterOne`'s query language as its users write it. Nothing here knows a graph.

mod error;
mod lexer;
mod parser;
mod syntax;
#[cfg(test)]
mod tests;
mod words;

pub use error::{QueryError, nearest};
pub use parser::parse;
pub use syntax::{
    Answer, Condition, Direction, Function, Item, Node, Operand, Operator, Order, Query, Selector,
    Sign, Step, Value, Word,
};
