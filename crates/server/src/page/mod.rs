//! The pages. They work without the script, which only makes them faster to use. All their state
//! is in the URL.

mod address;
mod advice;
mod article;
mod asked;
mod chart;
mod collocates;
mod fillers;
mod keywords;
mod kwic;
mod layout;
mod marks;
mod parts;
mod related;
mod search;
mod trends;

pub(crate) use article::page as article;
pub(crate) use collocates::page as collocates;
pub(crate) use fillers::page as fillers;
pub(crate) use keywords::page as keywords;
pub(crate) use kwic::page as kwic;
pub(crate) use search::page as search;
pub(crate) use trends::page as trends;
