use super::*;
use crate::language::syntax::Value;

fn error(query: &str) -> String {
    parse(query).unwrap_err().to_string()
}
