//! Tables in Arrow memory.

use std::sync::Arc;

use arrow_array::builder::{ListBuilder, StringBuilder};
use arrow_array::cast::AsArray;
use arrow_array::ffi_stream::FFI_ArrowArrayStream;
use arrow_array::types::{Date32Type, Float64Type, Int64Type};
use arrow_array::{
    Array, ArrayRef, BooleanArray, Date32Array, Float64Array, Int64Array, RecordBatch,
    RecordBatchIterator, StringArray,
};
use arrow_schema::ffi::FFI_ArrowSchema;
use arrow_schema::{DataType, Field, Schema, SchemaRef};
use pyo3::prelude::*;
use pyo3::types::{PyCapsule, PyList};
use timbao_articles::Published;

use crate::errors::{Failure, Result};

/// Columns of equal length.
#[derive(Debug, Default)]
pub(crate) struct Columns {
    fields: Vec<Field>,
    arrays: Vec<ArrayRef>,
}

impl Columns {
    fn add(mut self, name: &str, array: impl Array + 'static) -> Self {
        let kind = array.data_type().clone();
        self.fields.push(Field::new(name, kind, true));
        self.arrays.push(Arc::new(array));
        self
    }

    /// Texts that are always there.
    pub(crate) fn text<'t>(self, name: &str, values: impl Iterator<Item = &'t str>) -> Self {
        self.add(name, values.map(Some).collect::<StringArray>())
    }

    /// Texts that may be missing.
    pub(crate) fn maybe<'t>(
        self,
        name: &str,
        values: impl Iterator<Item = Option<&'t str>>,
    ) -> Self {
        self.add(name, values.collect::<StringArray>())
    }

    /// Lists of texts.
    pub(crate) fn texts<'t>(self, name: &str, values: impl Iterator<Item = &'t [String]>) -> Self {
        let mut lists = ListBuilder::new(StringBuilder::new());
        for list in values {
            for text in list {
                lists.values().append_value(text);
            }
            lists.append(true);
        }
        self.add(name, lists.finish())
    }

    /// Counts. They are signed, so that a difference of two is right in every library.
    pub(crate) fn count(self, name: &str, values: impl Iterator<Item = u64>) -> Self {
        let values = values.map(|count| i64::try_from(count).unwrap_or(i64::MAX));
        self.add(name, Int64Array::from_iter_values(values))
    }

    /// Real numbers.
    pub(crate) fn real(self, name: &str, values: impl Iterator<Item = f64>) -> Self {
        self.add(name, Float64Array::from_iter_values(values))
    }

    /// Real numbers that may be missing.
    pub(crate) fn maybe_real(self, name: &str, values: impl Iterator<Item = Option<f64>>) -> Self {
        self.add(name, values.collect::<Float64Array>())
    }

    /// Truth values.
    pub(crate) fn flag(self, name: &str, values: impl Iterator<Item = bool>) -> Self {
        self.add(name, BooleanArray::from(values.collect::<Vec<bool>>()))
    }

    /// Days since 1970-01-01.
    pub(crate) fn day(self, name: &str, values: impl Iterator<Item = Option<i32>>) -> Self {
        self.add(name, values.collect::<Date32Array>())
    }

    /// Dates of publication.
    pub(crate) fn date<'t>(self, values: impl Iterator<Item = Option<&'t str>>) -> Self {
        self.day("date", values.map(|date| day_of(date?)))
    }

    /// The columns as a part of a table.
    ///
    /// # Errors
    ///
    /// If the columns differ in length.
    pub(crate) fn batch(self) -> Result<RecordBatch> {
        RecordBatch::try_new(Arc::new(Schema::new(self.fields)), self.arrays)
            .map_err(Failure::internal)
    }

    /// The columns as a table.
    ///
    /// # Errors
    ///
    /// If the columns differ in length.
    pub(crate) fn table(self) -> Result<Table> {
        Ok(Table::new(vec![self.batch()?]))
    }
}

/// Many texts in one.
#[derive(Debug, Default)]
pub(crate) struct Joined {
    text: String,
    ends: Vec<usize>,
}

impl Joined {
    /// Appends a text.
    pub(crate) fn push(&mut self, text: &str) {
        self.text.push_str(text);
        self.ends.push(self.text.len());
    }

    /// The text with a number; empty if there is none.
    pub(crate) fn get(&self, number: usize) -> &str {
        let start = number.checked_sub(1).map_or(Some(&0), |n| self.ends.get(n));
        let range = start.zip(self.ends.get(number));
        let text = range.and_then(|(&start, &end)| self.text.get(start..end));
        text.unwrap_or_default()
    }

    /// All texts.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &str> {
        (0..self.ends.len()).map(|number| self.get(number))
    }
}

/// The day of an ISO 8601 date, which may lack day or month and have a time of day: the first day
/// of the month or year. `None` if the year is not known.
pub(crate) fn day_of(date: &str) -> Option<i32> {
    let date = date.get(..10).unwrap_or(date);
    let mut parts = date.splitn(3, '-');
    let year = parts.next()?.parse().ok()?;
    let mut number = || parts.next().and_then(|part| part.parse::<u8>().ok());
    let (month, day) = (number(), number());
    Published::new(year, month, day)?.day_number()
}

/// Rows and columns in Arrow memory.
#[pyclass(frozen, module = "timbao._timbao")]
#[derive(Debug)]
pub(crate) struct Table {
    schema: SchemaRef,
    batches: Vec<RecordBatch>,
}

impl Table {
    /// A table of batches of the same columns.
    pub(crate) fn new(batches: Vec<RecordBatch>) -> Self {
        let schema = match batches.first() {
            Some(batch) => batch.schema(),
            None => Arc::new(Schema::empty()),
        };
        Self { schema, batches }
    }
}

#[pymethods]
impl Table {
    fn __len__(&self) -> usize {
        self.batches.iter().map(RecordBatch::num_rows).sum()
    }

    /// Names and types of the columns.
    #[getter]
    fn schema(&self) -> Vec<(String, &'static str)> {
        let fields = self.schema.fields().iter();
        let named = fields.map(|field| (field.name().clone(), kind(field.data_type())));
        named.collect()
    }

    /// Values of a column from row `start` to row `end`; days are days since 1970-01-01.
    fn column<'py>(
        &self,
        py: Python<'py>,
        number: usize,
        start: usize,
        end: usize,
    ) -> PyResult<Bound<'py, PyList>> {
        let list = PyList::empty(py);
        let mut first = 0;
        for batch in &self.batches {
            let rows = batch.num_rows();
            let range = start.saturating_sub(first).min(rows)..end.saturating_sub(first).min(rows);
            first += rows;
            if let Some(array) = batch.columns().get(number) {
                for row in range {
                    list.append(value(py, array, row)?)?;
                }
            }
        }
        Ok(list)
    }

    /// The schema for other libraries, without copying.
    fn __arrow_c_schema__<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyCapsule>> {
        let schema = FFI_ArrowSchema::try_from(self.schema.as_ref()).map_err(Failure::internal)?;
        PyCapsule::new_with_value(py, schema, c"arrow_schema")
    }

    /// The table for other libraries, without copying. Another schema is not supported, which the
    /// interface allows.
    #[pyo3(signature = (requested_schema = None))]
    fn __arrow_c_stream__<'py>(
        &self,
        py: Python<'py>,
        requested_schema: Option<Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyCapsule>> {
        drop(requested_schema);
        let batches = self.batches.clone().into_iter().map(Ok);
        let reader = RecordBatchIterator::new(batches, Arc::clone(&self.schema));
        let stream = FFI_ArrowArrayStream::new(Box::new(reader));
        PyCapsule::new_with_value(py, stream, c"arrow_array_stream")
    }
}

/// The name of a type that a table has.
fn kind(kind: &DataType) -> &'static str {
    match kind {
        DataType::Int64 => "int64",
        DataType::Float64 => "float64",
        DataType::Boolean => "bool",
        DataType::Date32 => "date32",
        DataType::List(_) => "list",
        _ => "string",
    }
}

fn value<'py>(py: Python<'py>, array: &ArrayRef, row: usize) -> PyResult<Bound<'py, PyAny>> {
    if array.is_null(row) {
        return Ok(py.None().into_bound(py));
    }
    Ok(match array.data_type() {
        DataType::Int64 => array
            .as_primitive::<Int64Type>()
            .value(row)
            .into_pyobject(py)?
            .into_any(),
        DataType::Float64 => array
            .as_primitive::<Float64Type>()
            .value(row)
            .into_pyobject(py)?
            .into_any(),
        DataType::Date32 => array
            .as_primitive::<Date32Type>()
            .value(row)
            .into_pyobject(py)?
            .into_any(),
        DataType::Boolean => array
            .as_boolean()
            .value(row)
            .into_pyobject(py)?
            .to_owned()
            .into_any(),
        DataType::List(_) => {
            let texts = array.as_list::<i32>().value(row);
            let texts: Vec<&str> = texts.as_string::<i32>().iter().flatten().collect();
            PyList::new(py, texts)?.into_any()
        }
        _ => array
            .as_string::<i32>()
            .value(row)
            .into_pyobject(py)?
            .into_any(),
    })
}
