//! The rows of a CSV file that comes in pieces (RFC 4180).

use csv_core::{ReadRecordResult, Reader};
use serde_json::value::{RawValue, to_raw_value};
use serde_json::{Map, Value};

/// How long a row may be, in bytes.
const LONGEST: usize = 1 << 20;

/// How many columns there may be.
const MOST_COLUMNS: usize = 512;

const BYTE_ORDER_MARK: &[u8] = "\u{feff}".as_bytes();

/// Makes objects of the rows of a file, with the names of the columns, which the first row says.
pub(super) struct Rows {
    reader: Reader,
    columns: Option<Vec<String>>,
    /// What was read of a row so far: the text of its fields, one after the other, and where each
    /// ends.
    text: Vec<u8>,
    ends: Vec<usize>,
    length: usize,
    fields: usize,
}

impl Default for Rows {
    fn default() -> Self {
        Self {
            reader: Reader::new(),
            columns: None,
            text: vec![0; 4096],
            ends: vec![0; MOST_COLUMNS],
            length: 0,
            fields: 0,
        }
    }
}

impl Rows {
    /// The next row whose end is in a piece, which is taken off the piece. None if there is none,
    /// and the next piece is needed. At the end of the file the piece is empty.
    ///
    /// # Errors
    ///
    /// If a row is too long to be one.
    pub(super) fn next(
        &mut self,
        piece: &mut &[u8],
        is_end: bool,
    ) -> Result<Option<Box<RawValue>>, &'static str> {
        // An empty piece would tell the reader that the file has ended.
        while is_end || !piece.is_empty() {
            let (result, read, written, ended) = self.reader.read_record(
                piece,
                &mut self.text[self.length..],
                &mut self.ends[self.fields..],
            );
            *piece = &piece[read..];
            self.length += written;
            self.fields += ended;
            match result {
                ReadRecordResult::InputEmpty => (),
                ReadRecordResult::OutputFull if self.text.len() >= LONGEST => {
                    return Err("a row of the report is too long");
                }
                ReadRecordResult::OutputFull => self.text.resize(self.text.len() * 2, 0),
                ReadRecordResult::OutputEndsFull => return Err("the report has too many columns"),
                ReadRecordResult::Record => {
                    let row = self.row();
                    (self.length, self.fields) = (0, 0);
                    if row.is_some() {
                        return Ok(row);
                    }
                }
                ReadRecordResult::End => return Ok(None),
            }
        }
        Ok(None)
    }

    /// The row that was read; none if it says the names of the columns.
    fn row(&mut self) -> Option<Box<RawValue>> {
        let mut start = 0;
        let fields = self.ends[..self.fields].iter().map(|&end| {
            let field = &self.text[start..end];
            start = end;
            field
        });
        let text = |field: &[u8]| String::from_utf8_lossy(field).into_owned();
        let Some(columns) = &self.columns else {
            let names = fields.map(|it| text(it.strip_prefix(BYTE_ORDER_MARK).unwrap_or(it)));
            self.columns = Some(names.collect());
            return None;
        };
        let row = columns.iter().cloned().zip(fields.map(|it| Value::from(text(it))));
        let row: Map<String, Value> = row.collect();
        to_raw_value(&row).ok()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The rows of a file that comes in pieces of some length.
    fn rows(file: &[u8], piece: usize) -> Result<Vec<String>, &'static str> {
        let mut rows = Rows::default();
        let mut found = Vec::new();
        for mut piece in file.chunks(piece.max(1)) {
            while let Some(row) = rows.next(&mut piece, false)? {
                found.push(row.get().to_owned());
            }
        }
        while let Some(row) = rows.next(&mut &[][..], true)? {
            found.push(row.get().to_owned());
        }
        Ok(found)
    }

    #[test]
    fn rows_are_objects() {
        let file =
            "\u{feff}Name,Id\r\n\"Paint, \"\"3\"\"D\r\nPro\",1\r\nÄ,\r\nonly\r\na,b,c\nlast,x";
        let expected = [
            r#"{"Id":"1","Name":"Paint, \"3\"D\r\nPro"}"#,
            r#"{"Id":"","Name":"Ä"}"#,
            r#"{"Name":"only"}"#,
            r#"{"Id":"b","Name":"a"}"#,
            r#"{"Id":"x","Name":"last"}"#,
        ];
        for piece in 1..=file.len() {
            assert_eq!(rows(file.as_bytes(), piece).unwrap(), expected, "pieces of {piece}");
        }
    }

    #[test]
    fn a_file_may_be_empty() {
        assert_eq!(rows(b"", 1), Ok(vec![]));
        assert_eq!(rows(b"Name,Id\r\n", 4), Ok(vec![]));
    }

    #[test]
    fn what_is_no_table_is_an_error() {
        let long = "x".repeat(LONGEST + 1);
        assert!(rows(format!("a\n{long}\n").as_bytes(), 1 << 16).is_err());
        assert!(rows(",".repeat(MOST_COLUMNS + 1).as_bytes(), 100).is_err());
    }

    proptest! {
        #[test]
        fn pieces_make_no_difference(file: Vec<u8>, piece in 1..50_usize) {
            prop_assert_eq!(rows(&file, piece), rows(&file, file.len()));
        }
    }
}
