//! The pages. They work without the script, which only makes them faster to use. All their state
//! is in the URL.

mod address;
mod advice;
mod article;
mod asked;
mod batch;
mod chart;
mod collocates;
mod compare;
mod dispersion;
mod fillers;
mod help;
mod keywords;
mod kwic;
mod layout;
mod login;
mod marks;
mod narrow;
mod parts;
mod related;
mod reprints;
mod search;
mod similar;
mod status;
mod trends;
mod wordlist;

pub(crate) use article::page as article;
pub(crate) use batch::page as batch;
pub(crate) use collocates::page as collocates;
pub(crate) use compare::page as compare;
pub(crate) use dispersion::page as dispersion;
pub(crate) use fillers::page as fillers;
pub(crate) use help::{form, page as help};
pub(crate) use keywords::page as keywords;
pub(crate) use kwic::page as kwic;
pub(crate) use layout::problem_page;
pub(crate) use login::{enter, leave, page as login, required as login_required};
pub(crate) use reprints::page as reprints;
pub(crate) use search::page as search;
pub(crate) use similar::page as similar;
pub(crate) use status::page as status;
pub(crate) use trends::page as trends;
pub(crate) use wordlist::page as wordlist;
