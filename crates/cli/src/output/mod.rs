//! Output: what goes to a terminal, a file or another program.

pub(crate) mod date;
pub(crate) mod highlight;
pub(crate) mod json;
pub(crate) mod line;
pub(crate) mod link;
pub(crate) mod listing;
pub(crate) mod number;
pub(crate) mod pager;
pub(crate) mod path;
pub(crate) mod rows;
pub(crate) mod sanitize;
pub(crate) mod style;
pub(crate) mod table;
pub(crate) mod terminal;
pub(crate) mod text;
pub(crate) mod width;
