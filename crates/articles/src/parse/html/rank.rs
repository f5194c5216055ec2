//! Ranks of values, the most trusted first. The title that the page shows is
//! preferred: titles in the head have the site's name and are cut short.

pub(super) const SHOWN: u8 = 1;
pub(super) const LINKED: u8 = 2;
pub(super) const META: u8 = 10;
pub(super) const GUESSED: u8 = 100;
/// Lines of the text.
pub(super) const LINE: u8 = 200;
