//! Facts as columns.

use std::{collections::HashSet, sync::Arc};

/// Records are read in pieces that stay in the processor's nearest memory.
const PIECE: usize = 4096;

/// Facts that contradict themselves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Malformed {
    /// The bytes end too early, go on too long, or are of another version.
    Bytes,
    /// Columns are not equally long.
    Length,
    /// A code lies beyond its dimension's size, or a dimension is larger than 65,536.
    Code,
}

impl std::fmt::Display for Malformed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Bytes => "the facts are cut off or of another version",
            Self::Length => "columns are not equally long",
            Self::Code => "a code lies beyond its dimension",
        })
    }
}

impl std::error::Error for Malformed {}

/// The codes of one dimension, one per record, in one byte each where they fit. Cloning one shares it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Column {
    /// Of at most 256 codes.
    Narrow(Arc<Vec<u8>>),
    /// Of more.
    Wide(Arc<Vec<u16>>),
}

impl Column {
    /// A column for codes below `size`; they are not checked.
    pub(crate) fn new(codes: impl Iterator<Item = u16>, size: usize) -> Self {
        if size <= 256 {
            Self::Narrow(Arc::new(codes.map(|code| code.to_le_bytes()[0]).collect()))
        } else {
            Self::Wide(Arc::new(codes.collect()))
        }
    }

    /// The code of a record.
    pub fn code(&self, row: usize) -> u16 {
        match self {
            Self::Narrow(codes) => u16::from(codes[row]),
            Self::Wide(codes) => codes[row],
        }
    }

    /// How many records.
    pub fn rows(&self) -> usize {
        match self {
            Self::Narrow(codes) => codes.len(),
            Self::Wide(codes) => codes.len(),
        }
    }

    /// The same with each code replaced by `of(code)`, which lies below `size`.
    pub(crate) fn mapped(&self, of: impl Fn(u16) -> u16, size: usize) -> Self {
        match self {
            Self::Narrow(codes) => {
                let table: Vec<u16> = (0..=255).map(of).collect();
                Self::new(codes.iter().map(|code| table[usize::from(*code)]), size)
            }
            Self::Wide(codes) => Self::new(codes.iter().map(|code| of(*code)), size),
        }
    }

    fn widened(self) -> Self {
        match self {
            Self::Narrow(codes) => Self::Wide(Arc::new(codes.iter().copied().map(u16::from).collect())),
            wide @ Self::Wide(_) => wide,
        }
    }

    fn swap_remove(&mut self, row: usize) {
        match self {
            Self::Narrow(codes) => {
                Arc::make_mut(codes).swap_remove(row);
            }
            Self::Wide(codes) => {
                Arc::make_mut(codes).swap_remove(row);
            }
        }
    }

    fn push(&mut self, code: u16) {
        match self {
            Self::Narrow(codes) => Arc::make_mut(codes).push(code.to_le_bytes()[0]),
            Self::Wide(codes) => Arc::make_mut(codes).push(code),
        }
    }
}

/// Whole numbers, one per record, in four bytes each where they fit. Cloning them shares them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Numbers {
    /// All of them fit 32 bits.
    Short(Arc<Vec<i32>>),
    /// Some do not.
    Long(Arc<Vec<i64>>),
}

impl Default for Numbers {
    fn default() -> Self {
        Self::Short(Arc::default())
    }
}

impl Numbers {
    /// So many numbers, as `fill` writes them into one piece after the other.
    pub(crate) fn build<E>(rows: usize, mut fill: impl FnMut(&mut [i64]) -> Result<(), E>) -> Result<Self, E> {
        let mut numbers = Self::Short(Arc::new(Vec::with_capacity(rows)));
        let mut piece = [0; PIECE];
        while numbers.rows() < rows {
            let piece = &mut piece[..PIECE.min(rows - numbers.rows())];
            fill(piece)?;
            numbers.extend(piece, rows);
        }
        Ok(numbers)
    }

    /// More at the end, of `rows` in all. Called for each piece, so that browsers come to run its optimised form.
    #[inline(never)]
    fn extend(&mut self, piece: &[i64], rows: usize) {
        if let Self::Short(short) = self
            && piece.iter().any(|number| i64::from(*number as i32) != *number)
        {
            let mut long = Vec::with_capacity(rows);
            long.extend(short.iter().copied().map(i64::from));
            *self = Self::Long(Arc::new(long));
        }
        match self {
            Self::Short(short) => Arc::make_mut(short).extend(piece.iter().map(|number| *number as i32)),
            Self::Long(long) => Arc::make_mut(long).extend_from_slice(piece),
        }
    }

    /// The number of a record.
    pub fn get(&self, row: usize) -> i64 {
        match self {
            Self::Short(numbers) => i64::from(numbers[row]),
            Self::Long(numbers) => numbers[row],
        }
    }

    /// How many there are.
    pub fn rows(&self) -> usize {
        match self {
            Self::Short(numbers) => numbers.len(),
            Self::Long(numbers) => numbers.len(),
        }
    }

    /// All of them, one after the other.
    pub fn iter(&self) -> impl Iterator<Item = i64> {
        (0..self.rows()).map(|row| self.get(row))
    }

    /// One more at the end.
    pub(crate) fn push(&mut self, number: i64) {
        match (&mut *self, i32::try_from(number)) {
            (Self::Short(numbers), Ok(short)) => Arc::make_mut(numbers).push(short),
            (Self::Long(numbers), _) => Arc::make_mut(numbers).push(number),
            (Self::Short(numbers), Err(_)) => {
                let mut long: Vec<_> = numbers.iter().copied().map(i64::from).collect();
                long.push(number);
                *self = Self::Long(Arc::new(long));
            }
        }
    }

    fn swap_remove(&mut self, row: usize) {
        match self {
            Self::Short(numbers) => {
                Arc::make_mut(numbers).swap_remove(row);
            }
            Self::Long(numbers) => {
                Arc::make_mut(numbers).swap_remove(row);
            }
        }
    }
}

impl FromIterator<i64> for Numbers {
    fn from_iter<I: IntoIterator<Item = i64>>(numbers: I) -> Self {
        let mut all = Self::default();
        numbers.into_iter().for_each(|number| all.push(number));
        all
    }
}

/// One record that comes into the facts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    /// What it is about: records of one subject come and go together.
    pub subject: i64,
    /// Which of its subject's records it is; for the caller only.
    pub mark: i64,
    /// Money in minor units.
    pub amount: i64,
    /// A code per dimension.
    pub codes: Vec<u16>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Dimension {
    size: usize,
    column: Column,
}

/// Records as columns. Cloning shares the columns; a change copies only what it changes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Facts {
    dimensions: Vec<Dimension>,
    amounts: Numbers,
    subjects: Numbers,
    marks: Numbers,
}

impl Facts {
    /// No records yet; `sizes` says how many codes each dimension has.
    pub fn empty(sizes: &[usize]) -> Self {
        let dimension = |size: &usize| Dimension { size: *size, column: Column::new(std::iter::empty(), *size) };
        Self {
            dimensions: sizes.iter().map(dimension).collect(),
            amounts: Numbers::default(),
            subjects: Numbers::default(),
            marks: Numbers::default(),
        }
    }

    /// Facts of whole columns: each dimension with its size.
    ///
    /// # Errors
    /// [`Malformed`] where lengths differ or a code lies beyond its dimension.
    pub fn new(
        columns: Vec<(usize, Column)>,
        amounts: Numbers,
        subjects: Numbers,
        marks: Numbers,
    ) -> Result<Self, Malformed> {
        let rows = amounts.rows();
        if subjects.rows() != rows || marks.rows() != rows {
            return Err(Malformed::Length);
        }
        for (size, column) in &columns {
            if column.rows() != rows {
                return Err(Malformed::Length);
            }
            let highest = match column {
                Column::Narrow(codes) => u16::from(highest_narrow(codes)),
                Column::Wide(codes) => highest_wide(codes),
            };
            let fits = *size <= 65_536 && (rows == 0 || usize::from(highest) < *size);
            if !fits || matches!(column, Column::Narrow(_)) != (*size <= 256) {
                return Err(Malformed::Code);
            }
        }
        let dimensions = columns.into_iter().map(|(size, column)| Dimension { size, column }).collect();
        Ok(Self { dimensions, amounts, subjects, marks })
    }

    /// How many records.
    pub fn rows(&self) -> usize {
        self.amounts.rows()
    }

    /// How many dimensions.
    pub fn dimensions(&self) -> usize {
        self.dimensions.len()
    }

    /// How many codes a dimension has.
    pub fn size(&self, dimension: usize) -> usize {
        self.dimensions[dimension].size
    }

    /// A dimension's codes.
    pub fn column(&self, dimension: usize) -> &Column {
        &self.dimensions[dimension].column
    }

    /// The amounts, in minor units.
    pub fn amounts(&self) -> &Numbers {
        &self.amounts
    }

    /// What each record is about.
    pub fn subjects(&self) -> &Numbers {
        &self.subjects
    }

    /// Which of its subject's records each is.
    pub fn marks(&self) -> &Numbers {
        &self.marks
    }

    /// Takes out all records of the subjects `gone`, and `come` in. Dimensions grow where a new code asks for it.
    ///
    /// # Errors
    /// [`Malformed::Length`] where a record has not one code per dimension; nothing is changed then.
    pub fn replace(&mut self, gone: &HashSet<i64>, come: &[Record]) -> Result<(), Malformed> {
        if come.iter().any(|record| record.codes.len() != self.dimensions.len()) {
            return Err(Malformed::Length);
        }
        if !gone.is_empty() {
            let leaving =
                (0..self.rows()).rev().filter(|row| gone.contains(&self.subjects.get(*row))).collect::<Vec<_>>();
            for row in leaving {
                self.remove(row);
            }
        }
        for record in come {
            self.push(record);
        }
        Ok(())
    }

    /// The last record takes the place of the one that goes.
    fn remove(&mut self, row: usize) {
        for dimension in &mut self.dimensions {
            dimension.column.swap_remove(row);
        }
        for column in [&mut self.amounts, &mut self.subjects, &mut self.marks] {
            column.swap_remove(row);
        }
    }

    fn push(&mut self, record: &Record) {
        for (dimension, code) in self.dimensions.iter_mut().zip(&record.codes) {
            dimension.size = dimension.size.max(usize::from(*code) + 1);
            if dimension.size > 256 {
                let column = std::mem::replace(&mut dimension.column, Column::Wide(Arc::default()));
                dimension.column = column.widened();
            }
            dimension.column.push(*code);
        }
        self.amounts.push(record.amount);
        self.subjects.push(record.subject);
        self.marks.push(record.mark);
    }
}

#[cfg_attr(target_arch = "wasm32", target_feature(enable = "simd128"))]
fn highest_narrow(codes: &[u8]) -> u8 {
    codes.iter().fold(0, |highest, code| highest.max(*code))
}

#[cfg_attr(target_arch = "wasm32", target_feature(enable = "simd128"))]
fn highest_wide(codes: &[u16]) -> u16 {
    codes.iter().fold(0, |highest, code| highest.max(*code))
}
