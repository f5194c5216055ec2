//! Flags of all commands.

use std::path::PathBuf;

use clap::Args;
use timbao_export::CsvOptions;

use super::values::{Color, LanguageName};

/// Flags that every command takes.
#[derive(Debug, Default, Args)]
#[command(next_help_heading = "Global options")]
pub(crate) struct GlobalArgs {
    /// Directory of the index [default: ./.timbao]
    ///
    /// Or the address of an index in an OpenSearch cluster, opensearch+https://HOST:9200,HOST:9200/NAME.
    /// Also set by the environment variable TIMBAO_INDEX, or by `index` in a configuration file.
    #[arg(long, global = true, value_name = "DIR", value_hint = clap::ValueHint::DirPath)]
    pub index: Option<PathBuf>,
    /// File with the user and the password for a cluster
    ///
    /// One line: USER:PASSWORD, or `ApiKey KEY`. Also set by the environment variable
    /// TIMBAO_CLUSTER_AUTH, or by `cluster_auth` in a configuration file. The environment variable
    /// TIMBAO_CLUSTER_LOGIN contains the line itself.
    #[arg(long, global = true, value_name = "FILE", value_hint = clap::ValueHint::FilePath)]
    pub cluster_auth: Option<PathBuf>,
    /// File with the certificates of the authorities to trust for a cluster
    ///
    /// In PEM format; by default those of the system are trusted. Also set by the environment
    /// variable TIMBAO_CLUSTER_CA, or by `cluster_ca` in a configuration file.
    #[arg(long, global = true, value_name = "FILE", value_hint = clap::ValueHint::FilePath)]
    pub cluster_ca: Option<PathBuf>,
    /// File of synonyms and abbreviations to search for as well
    ///
    /// Also set by the environment variable TIMBAO_SYNONYMS, or by `synonyms` in a configuration
    /// file. The file is TOML, such as `entry = [{ same = ["tham ô", "tham nhũng"] }]`.
    #[arg(long, global = true, value_name = "FILE", value_hint = clap::ValueHint::FilePath)]
    pub synonyms: Option<PathBuf>,
    /// Use colours: auto, always or never [default: auto]
    ///
    /// `auto` uses them on a terminal, unless NO_COLOR is set or TERM is `dumb`.
    #[arg(long, global = true, value_name = "WHEN", hide_possible_values = true)]
    pub color: Option<Color>,
    /// Language of results and charts: vi or en [default: that of the locale]
    ///
    /// LC_ALL, LC_MESSAGES and LANG name the locale. If it is neither, results are in English and
    /// charts in Vietnamese. Keys of JSON and CSV are the same in all languages; help and errors
    /// are in English.
    #[arg(
        long,
        global = true,
        value_name = "LANGUAGE",
        hide_possible_values = true
    )]
    pub lang: Option<LanguageName>,
    /// How CSV is written: excel, or a list of bom, semicolon, tab, decimal-comma, guard
    ///
    /// `excel` is for Excel with Vietnamese settings: bom,semicolon,decimal-comma,guard. `guard` puts
    /// an apostrophe before text that a spreadsheet would evaluate as a formula. By default values
    /// are separated by commas and written as they are.
    #[arg(long, global = true, value_name = "OPTIONS")]
    pub csv: Option<CsvOptions>,
    /// Do not send long output through a pager
    ///
    /// On a terminal the pager is TIMBAO_PAGER, else PAGER, else `less -FRX`: a program and its
    /// arguments, quoted as for a shell. TIMBAO_PAGER can also be `never`.
    #[arg(long, global = true)]
    pub no_pager: bool,
}
