//! Reading tables.

use std::collections::BTreeSet;
use std::fs::File;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use collector::ports::Store;
use parquet::column::reader::{ColumnReader, ColumnReaderImpl};
use parquet::data_type::{ByteArray, DataType};
use parquet::errors::ParquetError;
use parquet::file::reader::{FileReader as _, RowGroupReader, SerializedFileReader};
use tempfile::{NamedTempFile, TempDir};

use super::cell::Cell;
use super::error::TableError;
use super::manifest::{Form, Manifest, Table, VERSION};

/// The tables of a snapshot. Files are copied to the local disk when they are first read.
#[derive(Debug)]
pub struct Tables {
    /// What there is.
    pub manifest: Manifest,
    source: Source,
}

#[derive(Debug)]
enum Source {
    /// A folder on the local disk, which is removed with the tables if it was only made for them.
    Folder { path: PathBuf, _made: Option<TempDir> },
    /// A store, what the names of the files begin with there, and where they are copied to.
    Store { store: Arc<dyn Store>, prefix: String, copies: TempDir },
}

/// Both ends of each relationship of a table.
#[derive(Clone, Debug, Default)]
pub struct Ends {
    /// The entities where they start.
    pub from: Vec<u32>,
    /// The entities where they end.
    pub to: Vec<u32>,
}

impl Tables {
    /// Opens the tables of a folder. One that was `made` for them is removed with them.
    ///
    /// # Errors
    ///
    /// If there are none, or they are of another version.
    pub fn open(folder: &Path, made: Option<TempDir>) -> Result<Self, TableError> {
        let manifest = manifest(&std::fs::read(folder.join("manifest.json"))?)?;
        Ok(Self { manifest, source: Source::Folder { path: folder.to_owned(), _made: made } })
    }

    /// Opens the tables of a store, if there are any of the version that is read here. The names of
    /// their files begin with a prefix.
    ///
    /// # Errors
    ///
    /// If storage fails.
    pub async fn stored(store: &Arc<dyn Store>, prefix: &str) -> Result<Option<Self>, TableError> {
        let Some(object) = store.get(&format!("{prefix}manifest.json")).await? else {
            return Ok(None);
        };
        let Ok(manifest) = manifest(&object.body) else { return Ok(None) };
        let (store, prefix) = (Arc::clone(store), prefix.to_owned());
        let source = Source::Store { store, prefix, copies: TempDir::new()? };
        Ok(Some(Self { manifest, source }))
    }

    /// What the names of the files begin with in a store, if they are in one.
    #[must_use]
    pub fn prefix(&self) -> Option<&str> {
        match &self.source {
            Source::Folder { .. } => None,
            Source::Store { prefix, .. } => Some(prefix),
        }
    }

    /// Opens the file of a table.
    async fn file(&self, name: &str) -> Result<SerializedFileReader<File>, TableError> {
        let path = match &self.source {
            Source::Folder { path, .. } => path.join(name),
            Source::Store { store, prefix, copies } => {
                let path = copies.path().join(name);
                if !path.exists() {
                    if let Some(folder) = path.parent() {
                        std::fs::create_dir_all(folder)?;
                    }
                    let name = format!("{prefix}{name}");
                    // Several may copy the same file at once, so each has a place of its own.
                    let part = NamedTempFile::new_in(copies.path())?;
                    if !store.download(&name, part.path()).await? {
                        return Err(TableError::Missing(name));
                    }
                    part.persist(&path).map_err(|it| it.error)?;
                }
                path
            }
        };
        SerializedFileReader::new(File::open(path)?).map_err(TableError::in_file(name))
    }

    /// Reads the ends of the relationships of a table.
    ///
    /// # Errors
    ///
    /// If the file cannot be read.
    pub async fn ends(&self, table: &Table) -> Result<Ends, TableError> {
        let file = self.file(&table.file).await?;
        let mut ends = Ends::default();
        let mut read = || -> Result<(), ParquetError> {
            for group in 0..file.num_row_groups() {
                let group = file.get_row_group(group)?;
                ids(group.as_ref(), 0, &mut ends.from)?;
                ids(group.as_ref(), 1, &mut ends.to)?;
            }
            Ok(())
        };
        read().map_err(TableError::in_file(&table.file))?;
        Ok(ends)
    }

    /// Reads properties of a table, some rows at a time, and hands them over: the rows, counted
    /// from the beginning of the table, and the values of each property. Rows that are not wanted
    /// are left out by groups, so that more than those that are wanted may be handed over;
    /// [`Tables::rows`] leaves out single ones.
    ///
    /// A property of which the table has no column is undefined everywhere.
    ///
    /// # Errors
    ///
    /// If the file cannot be read.
    pub async fn scan(
        &self,
        table: &Table,
        properties: &[&str],
        is_wanted: impl Fn(Range<u32>) -> bool,
        mut each: impl FnMut(Range<u32>, &[Vec<Cell>]),
    ) -> Result<(), TableError> {
        let columns: Vec<_> = properties.iter().map(|it| place(table, it)).collect();
        if columns.iter().all(Option::is_none) {
            let rows = 0..table.count;
            let undefined = vec![vec![Cell::Undefined; rows.len()]; properties.len()];
            each(rows, &undefined);
            return Ok(());
        }
        let file = self.file(&table.file).await?;
        let mut scan = || -> Result<(), ParquetError> {
            for (group, rows) in groups(&file)? {
                if !is_wanted(rows.clone()) {
                    continue;
                }
                let group = file.get_row_group(group)?;
                let cells = cells(group.as_ref(), &columns, &Selection::all(rows.len()))?;
                each(rows, &cells);
            }
            Ok(())
        };
        scan().map_err(TableError::in_file(&table.file))
    }

    /// Reads properties of some rows, which are sorted, each once, and counted from the beginning
    /// of the table. Returns the values of each property.
    ///
    /// # Errors
    ///
    /// If the file cannot be read.
    pub async fn rows(
        &self,
        table: &Table,
        properties: &[&str],
        rows: &[u32],
    ) -> Result<Vec<Vec<Cell>>, TableError> {
        let columns: Vec<_> = properties.iter().map(|it| place(table, it)).collect();
        if columns.iter().all(Option::is_none) {
            return Ok(vec![vec![Cell::Undefined; rows.len()]; properties.len()]);
        }
        let mut found: Vec<Vec<Cell>> = vec![Vec::new(); properties.len()];
        let file = self.file(&table.file).await?;
        let mut read = || -> Result<(), ParquetError> {
            for (group, range) in groups(&file)? {
                let at = |number| rows.partition_point(|it| *it < number);
                let wanted = &rows[at(range.start)..at(range.end)];
                if wanted.is_empty() {
                    continue;
                }
                let group = file.get_row_group(group)?;
                let selection = Selection::of(wanted, range.start);
                let cells = cells(group.as_ref(), &columns, &selection)?;
                for (found, cells) in found.iter_mut().zip(cells) {
                    found.extend(cells);
                }
            }
            Ok(())
        };
        read().map_err(TableError::in_file(&table.file))?;
        Ok(found)
    }

    /// Reads one property of some rows, as [`Tables::rows`] does.
    ///
    /// # Errors
    ///
    /// If the file cannot be read.
    pub async fn column(
        &self,
        table: &Table,
        property: &str,
        rows: &[u32],
    ) -> Result<Vec<Cell>, TableError> {
        Ok(self.rows(table, &[property], rows).await?.pop().unwrap_or_default())
    }

    /// The names of all properties of some tables, sorted.
    #[must_use]
    pub fn properties<'t>(tables: impl IntoIterator<Item = &'t Table>) -> BTreeSet<&'t str> {
        tables.into_iter().flat_map(|it| &it.columns).map(|it| it.property.as_str()).collect()
    }
}

fn manifest(text: &[u8]) -> Result<Manifest, TableError> {
    let in_json = |cause| TableError::Json { name: "manifest.json".to_owned(), cause };
    let manifest: Manifest = serde_json::from_slice(text).map_err(in_json)?;
    if manifest.version != VERSION {
        return Err(TableError::Missing(format!("manifest.json of version {VERSION}")));
    }
    Ok(manifest)
}

/// Where the column of a property is in a file: after the numbers, of which relationships have two.
fn place(table: &Table, property: &str) -> Option<(usize, Form)> {
    let columns = &table.columns;
    let at = columns.binary_search_by(|it| it.property.as_str().cmp(property)).ok()?;
    let is_entity = table.file.starts_with(collector::layout::RecordKind::Entities.as_str());
    Some((at + if is_entity { 1 } else { 2 }, columns[at].form))
}

/// The groups of rows of a file, each with its number and its rows.
fn groups(file: &SerializedFileReader<File>) -> Result<Vec<(usize, Range<u32>)>, ParquetError> {
    let (mut groups, mut first) = (Vec::new(), 0);
    for group in 0..file.num_row_groups() {
        let count = file.metadata().row_group(group).num_rows();
        let count = u32::try_from(count).map_err(|it| ParquetError::External(it.into()))?;
        groups.push((group, first..first + count));
        first += count;
    }
    Ok(groups)
}

/// How many rows may lie between two that are wanted for all to be read: reading a few more takes
/// less time than leaving them out.
const GAP: u32 = 32;

/// Which rows of a group are wanted, and which are read for that. Both count from its first row.
struct Selection<'r> {
    /// What is read: rows that nearly follow each other.
    ranges: Vec<Range<usize>>,
    /// What is wanted of it, with the first row of the group; all if there is nothing.
    wanted: Option<(&'r [u32], u32)>,
}

impl<'r> Selection<'r> {
    /// So many rows from the beginning, all of them.
    fn all(count: usize) -> Self {
        Self { ranges: std::iter::once(0..count).collect(), wanted: None }
    }

    /// Rows of a group that begins at the first.
    fn of(wanted: &'r [u32], first: u32) -> Self {
        let runs = wanted.chunk_by(|left, right| right - left <= GAP);
        let at = |row: u32| (row - first) as usize;
        let ranges = runs.filter_map(|it| Some(at(*it.first()?)..at(*it.last()?) + 1)).collect();
        Self { ranges, wanted: Some((wanted, first)) }
    }

    /// How many rows are wanted.
    fn count(&self) -> usize {
        let read = self.ranges.iter().map(ExactSizeIterator::len);
        self.wanted.map_or_else(|| read.sum(), |(wanted, _)| wanted.len())
    }

    /// Tells of each row that is read, one after the other, whether it is wanted.
    fn wants(&self) -> impl FnMut(usize) -> bool {
        let at = |(rows, first): (&'r [u32], u32)| rows.iter().map(move |it| (it - first) as usize);
        let rows = self.wanted.into_iter().flat_map(at);
        let (mut rows, all) = (rows.peekable(), self.wanted.is_none());
        move |row| all || rows.next_if_eq(&row).is_some()
    }
}

/// The values that columns of a group have in some rows.
fn cells(
    group: &dyn RowGroupReader,
    columns: &[Option<(usize, Form)>],
    rows: &Selection<'_>,
) -> Result<Vec<Vec<Cell>>, ParquetError> {
    let cells = columns.iter().map(|column| match column {
        Some((at, form)) => values(group, *at, *form, rows),
        None => Ok(vec![Cell::Undefined; rows.count()]),
    });
    cells.collect()
}

/// Reads a column of numbers of entities.
fn ids(group: &dyn RowGroupReader, at: usize, ids: &mut Vec<u32>) -> Result<(), ParquetError> {
    let ColumnReader::Int32ColumnReader(mut reader) = group.get_column_reader(at)? else {
        return Err(unexpected());
    };
    let mut values = Vec::new();
    while reader.read_records(BATCH, None, None, &mut values)?.0 > 0 {
        ids.extend(values.drain(..).map(i32::cast_unsigned));
    }
    Ok(())
}

/// How many rows are read at a time.
const BATCH: usize = 8192;

fn unexpected() -> ParquetError {
    ParquetError::General("a column is not of the form that the manifest says".to_owned())
}

/// Reads some rows of a column of a group.
fn values(
    group: &dyn RowGroupReader,
    at: usize,
    form: Form,
    rows: &Selection<'_>,
) -> Result<Vec<Cell>, ParquetError> {
    let cells = match (form, group.get_column_reader(at)?) {
        (Form::Text, ColumnReader::ByteArrayColumnReader(reader)) => {
            let mut texts = Texts::default();
            plain(reader, rows, |it| texts.cell(it))
        }
        (Form::Json, ColumnReader::ByteArrayColumnReader(reader)) => plain(reader, rows, json),
        (Form::List, ColumnReader::ByteArrayColumnReader(reader)) => lists(reader, rows),
        (Form::Whole, ColumnReader::Int64ColumnReader(reader)) => {
            plain(reader, rows, |it| Cell::Whole(*it))
        }
        (Form::Number, ColumnReader::DoubleColumnReader(reader)) => {
            plain(reader, rows, |it| Cell::Number(*it))
        }
        (Form::Flag, ColumnReader::BoolColumnReader(reader)) => {
            plain(reader, rows, |it| Cell::Flag(*it))
        }
        _ => return Err(unexpected()),
    }?;
    if cells.len() == rows.count() { Ok(cells) } else { Err(unexpected()) }
}

/// Strings, of which those that follow on each other and are equal share their bytes.
#[derive(Default)]
struct Texts {
    last: Option<Arc<str>>,
}

impl Texts {
    fn cell(&mut self, bytes: &ByteArray) -> Cell {
        if let Some(last) = &self.last
            && last.as_bytes() == bytes.data()
        {
            return Cell::Text(Arc::clone(last));
        }
        let text: Arc<str> = String::from_utf8_lossy(bytes.data()).into();
        self.last = Some(Arc::clone(&text));
        Cell::Text(text)
    }
}

fn json(bytes: &ByteArray) -> Cell {
    serde_json::from_slice(bytes.data())
        .map_or(Cell::Undefined, |it: serde_json::Value| (&it).into())
}

/// Goes over some rows of a column, of which a batch at a time is read. It ends early where the
/// column does.
fn batches<T: DataType>(
    mut reader: ColumnReaderImpl<T>,
    rows: &Selection<'_>,
    mut read: impl FnMut(&mut ColumnReaderImpl<T>, Range<usize>) -> Result<usize, ParquetError>,
) -> Result<(), ParquetError> {
    let mut at = 0;
    for range in &rows.ranges {
        at += reader.skip_records(range.start.saturating_sub(at))?;
        while at < range.end {
            let count = read(&mut reader, at..range.end.min(at + BATCH))?;
            if count == 0 {
                return Ok(());
            }
            at += count;
        }
    }
    Ok(())
}

fn plain<T: DataType>(
    reader: ColumnReaderImpl<T>,
    rows: &Selection<'_>,
    mut cell: impl FnMut(&T::T) -> Cell,
) -> Result<Vec<Cell>, ParquetError> {
    let mut cells = Vec::with_capacity(rows.count());
    let (mut levels, mut values, mut wants) = (Vec::new(), Vec::new(), rows.wants());
    batches(reader, rows, |reader, batch| {
        let of = Some(&mut levels);
        let (count, ..) = reader.read_records(batch.len(), of, None, &mut values)?;
        let mut values = values.drain(..);
        for (row, level) in (batch.start..).zip(levels.drain(..)) {
            let value = if level > 0 { values.next() } else { None };
            if wants(row) {
                cells.push(value.map_or(Cell::Undefined, |it| cell(&it)));
            }
        }
        Ok(count)
    })?;
    Ok(cells)
}

fn lists<T: DataType<T = ByteArray>>(
    reader: ColumnReaderImpl<T>,
    rows: &Selection<'_>,
) -> Result<Vec<Cell>, ParquetError> {
    let (mut cells, mut wants) = (Vec::with_capacity(rows.count()), rows.wants());
    let (mut levels, mut repetitions, mut values) = (Vec::new(), Vec::new(), Vec::new());
    batches(reader, rows, |reader, batch| {
        let (of, by) = (Some(&mut levels), Some(&mut repetitions));
        let (count, ..) = reader.read_records(batch.len(), of, by, &mut values)?;
        let mut row = batch.start;
        let mut values = values.drain(..);
        let mut texts = Texts::default();
        let mut list: Option<Vec<Cell>> = None;
        let mut levels = levels.drain(..).peekable();
        let mut repetitions = repetitions.drain(..).skip(1).chain([0]);
        while let (Some(level), Some(next)) = (levels.next(), repetitions.next()) {
            if level >= 1 {
                let list = list.get_or_insert_default();
                // An empty list has a level, and no value.
                let value = if level == 2 { values.next() } else { None };
                list.extend(value.map(|it| texts.cell(&it)));
            }
            if next == 0 {
                let list = list.take();
                if wants(row) {
                    cells.push(list.map_or(Cell::Undefined, |it| Cell::List(it.into())));
                }
                row += 1;
            }
        }
        Ok(count)
    })?;
    Ok(cells)
}
