//! Writing a file of Parquet.

use std::fs::File;
use std::path::Path;
use std::sync::Arc;

use bytes::Bytes;
use parquet::basic::Type as Physical;
use parquet::basic::{Compression, ConvertedType, Encoding, LogicalType, Repetition, ZstdLevel};
use parquet::column::writer::ColumnWriter;
use parquet::data_type::ByteArray;
use parquet::errors::ParquetError;
use parquet::file::properties::{EnabledStatistics, WriterProperties, WriterPropertiesPtr};
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::types::{ColumnPath, Type};
use serde_json::{Value, json};

use super::error::TableError;
use super::manifest::Form;
use super::row::Item;

/// How many rows are in a group at most.
const ROWS: usize = 65_536;

/// How many bytes of values are in a group, or a row more.
const BYTES: usize = 16 << 20;

/// A file that is being written.
pub(super) struct TableFile {
    name: String,
    writer: SerializedFileWriter<File>,
    columns: Vec<Buffer>,
    rows: usize,
    bytes: usize,
}

/// A column of the group that is being written.
enum Buffer {
    /// The numbers of entities.
    Id(Vec<i32>),
    Text(Texts, Vec<i16>),
    Whole(Vec<i64>, Vec<i16>),
    Number(Vec<f64>, Vec<i16>),
    Flag(Vec<bool>, Vec<i16>),
    List(Texts, Vec<i16>, Vec<i16>),
    Json(Texts, Vec<i16>),
}

/// The strings of a column, one behind the other.
#[derive(Default)]
struct Texts {
    bytes: Vec<u8>,
    ends: Vec<usize>,
}

impl Texts {
    fn push(&mut self, text: &str) {
        self.bytes.extend_from_slice(text.as_bytes());
        self.ends.push(self.bytes.len());
    }

    const fn count(&self) -> usize {
        self.ends.len()
    }

    /// Takes all out. They share their memory.
    fn take(&mut self) -> Vec<ByteArray> {
        let bytes = Bytes::from(std::mem::take(&mut self.bytes));
        let mut begin = 0;
        let texts =
            self.ends.drain(..).map(|end| bytes.slice(std::mem::replace(&mut begin, end)..end));
        texts.map(ByteArray::from).collect()
    }
}

/// What a column is called, and what it holds.
pub(super) enum Spec<'n> {
    /// Numbers of entities or relationships, of 32 bits.
    Id(&'n str),
    /// Texts that say of what kind a row is. There are few, so that nobody looks for ranges.
    Kind(&'n str),
    /// Values of properties.
    Property(&'n str, Form),
}

impl TableFile {
    /// Begins a file.
    pub(super) fn create(path: &Path, name: &str, specs: &[Spec<'_>]) -> Result<Self, TableError> {
        let in_file = TableError::in_file(name);
        let schema = schema(specs).map_err(&in_file)?;
        let properties = properties(specs).map_err(&in_file)?;
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder)?;
        }
        let file = File::create(path)?;
        let writer = SerializedFileWriter::new(file, schema, properties).map_err(&in_file)?;
        let columns = specs.iter().map(Buffer::new).collect();
        Ok(Self { name: name.to_owned(), writer, columns, rows: 0, bytes: 0 })
    }

    /// Writes the number of a column of the row that is being written.
    pub(super) fn id(&mut self, at: usize, id: u32) {
        if let Some(Buffer::Id(ids)) = self.columns.get_mut(at) {
            ids.push(id.cast_signed());
        }
    }

    /// Writes the value of a column of the row that is being written.
    pub(super) fn value(&mut self, at: usize, item: Option<&Item<'_>>) {
        if let Some(column) = self.columns.get_mut(at) {
            self.bytes += column.push(item.filter(|it| !it.is_null()));
        }
    }

    /// Writes the text of a column of the row that is being written.
    pub(super) fn text(&mut self, at: usize, text: &str) {
        if let Some(Buffer::Text(values, levels)) = self.columns.get_mut(at) {
            self.bytes += text.len();
            values.push(text);
            levels.push(1);
        }
    }

    /// Ends a row, of which each column was written once.
    pub(super) fn end_row(&mut self) -> Result<(), TableError> {
        self.rows += 1;
        if self.rows >= ROWS || self.bytes >= BYTES { self.end_group() } else { Ok(()) }
    }

    fn end_group(&mut self) -> Result<(), TableError> {
        (self.rows, self.bytes) = (0, 0);
        write(&mut self.writer, &mut self.columns).map_err(TableError::in_file(&self.name))
    }

    /// Ends the file.
    pub(super) fn finish(mut self) -> Result<(), TableError> {
        if self.rows > 0 {
            self.end_group()?;
        }
        self.writer.close().map(drop).map_err(TableError::in_file(&self.name))
    }
}

fn write(
    writer: &mut SerializedFileWriter<File>,
    columns: &mut [Buffer],
) -> Result<(), ParquetError> {
    let mut group = writer.next_row_group()?;
    for buffer in columns {
        let Some(mut column) = group.next_column()? else { break };
        buffer.write(column.untyped())?;
        column.close()?;
    }
    group.close().map(drop)
}

impl Buffer {
    fn new(spec: &Spec<'_>) -> Self {
        match spec {
            Spec::Id(_) => Self::Id(Vec::new()),
            Spec::Kind(_) | Spec::Property(_, Form::Text) => {
                Self::Text(Texts::default(), Vec::new())
            }
            Spec::Property(_, Form::Whole) => Self::Whole(Vec::new(), Vec::new()),
            Spec::Property(_, Form::Number) => Self::Number(Vec::new(), Vec::new()),
            Spec::Property(_, Form::Flag) => Self::Flag(Vec::new(), Vec::new()),
            Spec::Property(_, Form::List) => Self::List(Texts::default(), Vec::new(), Vec::new()),
            Spec::Property(_, Form::Json) => Self::Json(Texts::default(), Vec::new()),
        }
    }

    /// Adds a value, which is of the column's form, and returns how many bytes it takes.
    fn push(&mut self, item: Option<&Item<'_>>) -> usize {
        let value = item.and_then(Item::as_other);
        let (levels, taken) = match self {
            Self::Id(_) => return 0,
            Self::Text(values, levels) => {
                let text = item.and_then(Item::as_str);
                if let Some(text) = text {
                    values.push(text);
                }
                (levels, text.map(str::len))
            }
            Self::Whole(values, levels) => {
                let whole = value.and_then(Value::as_i64);
                values.extend(whole);
                (levels, whole.map(|_| 8))
            }
            Self::Number(values, levels) => {
                let number = value.and_then(Value::as_f64);
                values.extend(number);
                (levels, number.map(|_| 8))
            }
            Self::Flag(values, levels) => {
                let flag = value.and_then(Value::as_bool);
                values.extend(flag);
                (levels, flag.map(|_| 1))
            }
            Self::Json(values, levels) => {
                let json = item.map(|it| json!(it).to_string());
                if let Some(json) = &json {
                    values.push(json);
                }
                (levels, json.as_ref().map(String::len))
            }
            Self::List(values, levels, repetitions) => {
                return push_list(item.and_then(Item::as_list), values, levels, repetitions);
            }
        };
        levels.push(i16::from(taken.is_some()));
        taken.unwrap_or(1)
    }

    /// Writes the values of a group, and begins the next.
    fn write(&mut self, writer: &mut ColumnWriter<'_>) -> Result<(), ParquetError> {
        match (self, writer) {
            (Self::Id(ids), ColumnWriter::Int32ColumnWriter(writer)) => {
                writer.write_batch(ids, None, None)?;
                ids.clear();
            }
            (
                Self::Text(values, levels) | Self::Json(values, levels),
                ColumnWriter::ByteArrayColumnWriter(writer),
            ) => {
                writer.write_batch(&values.take(), Some(levels), None)?;
                levels.clear();
            }
            (Self::Whole(values, levels), ColumnWriter::Int64ColumnWriter(writer)) => {
                writer.write_batch(values, Some(levels), None)?;
                values.clear();
                levels.clear();
            }
            (Self::Number(values, levels), ColumnWriter::DoubleColumnWriter(writer)) => {
                writer.write_batch(values, Some(levels), None)?;
                values.clear();
                levels.clear();
            }
            (Self::Flag(values, levels), ColumnWriter::BoolColumnWriter(writer)) => {
                writer.write_batch(values, Some(levels), None)?;
                values.clear();
                levels.clear();
            }
            (
                Self::List(values, levels, repetitions),
                ColumnWriter::ByteArrayColumnWriter(writer),
            ) => {
                writer.write_batch(&values.take(), Some(levels), Some(repetitions))?;
                levels.clear();
                repetitions.clear();
            }
            _ => return Err(ParquetError::General("a column is not of its form".to_owned())),
        }
        Ok(())
    }
}

/// Adds a list: no list is level 0, an empty one 1, and an item 2.
fn push_list(
    items: Option<&Vec<Value>>,
    values: &mut Texts,
    levels: &mut Vec<i16>,
    repetitions: &mut Vec<i16>,
) -> usize {
    let before = values.count();
    let mut bytes = 1;
    for text in items.into_iter().flatten().filter_map(Value::as_str) {
        repetitions.push(i16::from(values.count() > before));
        levels.push(2);
        bytes += text.len();
        values.push(text);
    }
    if values.count() == before {
        repetitions.push(0);
        levels.push(i16::from(items.is_some()));
    }
    bytes
}

fn schema(specs: &[Spec<'_>]) -> Result<Arc<Type>, ParquetError> {
    let fields = specs.iter().map(|spec| field(spec).map(Arc::new));
    let fields: Result<Vec<_>, _> = fields.collect();
    Ok(Arc::new(Type::group_type_builder("row").with_fields(fields?).build()?))
}

fn field(spec: &Spec<'_>) -> Result<Type, ParquetError> {
    let (name, form) = match spec {
        Spec::Id(name) => {
            let id = Type::primitive_type_builder(name, Physical::INT32);
            return id.with_repetition(Repetition::REQUIRED).build();
        }
        Spec::Kind(name) => (*name, Form::Text),
        Spec::Property(name, form) => (*name, *form),
    };
    let physical = match form {
        Form::Text | Form::Json | Form::List => Physical::BYTE_ARRAY,
        Form::Whole => Physical::INT64,
        Form::Number => Physical::DOUBLE,
        Form::Flag => Physical::BOOLEAN,
    };
    let is_list = form == Form::List;
    let name_of_value = if is_list { "element" } else { name };
    let repetition = if is_list { Repetition::REQUIRED } else { Repetition::OPTIONAL };
    let mut value =
        Type::primitive_type_builder(name_of_value, physical).with_repetition(repetition);
    if physical == Physical::BYTE_ARRAY {
        value = value.with_logical_type(Some(LogicalType::String));
        value = value.with_converted_type(ConvertedType::UTF8);
    }
    let value = value.build()?;
    if !is_list {
        return Ok(value);
    }
    let items = Type::group_type_builder("list").with_repetition(Repetition::REPEATED);
    let items = items.with_fields(vec![Arc::new(value)]).build()?;
    Type::group_type_builder(name)
        .with_repetition(Repetition::OPTIONAL)
        .with_logical_type(Some(LogicalType::List))
        .with_converted_type(ConvertedType::LIST)
        .with_fields(vec![Arc::new(items)])
        .build()
}

fn properties(specs: &[Spec<'_>]) -> Result<WriterPropertiesPtr, ParquetError> {
    let mut properties = WriterProperties::builder()
        // The bytes follow from the snapshot, and not from the version of the library.
        .set_created_by("tenantgraph".to_owned())
        .set_compression(Compression::ZSTD(ZstdLevel::try_new(3)?));
    for spec in specs {
        let (name, encoding) = match spec {
            Spec::Id(name) => (*name, Encoding::DELTA_BINARY_PACKED),
            // Keys are sorted, so that each begins as the one before.
            Spec::Property(name @ "_key", Form::Text) => (*name, Encoding::DELTA_BYTE_ARRAY),
            Spec::Kind(name) => {
                // The least and the greatest of them would be looked for in vain.
                let path = ColumnPath::from(*name);
                let none = EnabledStatistics::None;
                properties = properties.set_column_statistics_enabled(path, none);
                continue;
            }
            Spec::Property(..) => continue,
        };
        let path = ColumnPath::from(name);
        properties = properties.set_column_dictionary_enabled(path.clone(), false);
        properties = properties.set_column_encoding(path, encoding);
    }
    Ok(Arc::new(properties.build()))
}
