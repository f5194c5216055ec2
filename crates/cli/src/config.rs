//! Settings and where each comes from: flag, environment, project, user, default.

mod origin;
mod searches;
mod sources;

use std::env;
use std::ffi::{OsStr, OsString};
use std::fs;
use std::io;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use clap::ValueEnum;
use timbao_alerts::SavedSearch;
use timbao_cluster::Address;
use timbao_export::{CsvOptions, UnknownOption};
use timbao_index::update::SourceDefaults;
use timbao_views::language::Language;

use crate::cli::{Accents, Color, GlobalArgs, LanguageName, Memory, Order, Paging, days};
use crate::error::{Failure, Result};

pub(crate) use origin::Origin;
use origin::nearest;

/// The project's configuration file, in the working directory or one above it.
const PROJECT_FILE: &str = "timbao.toml";

/// The keys of a configuration file, in the order they are shown.
const KEYS: [&str; 16] = [
    "index",
    "cluster_auth",
    "cluster_ca",
    "synonyms",
    "color",
    "lang",
    "pager",
    "csv",
    "limit",
    "accents",
    "sort",
    "recency",
    "threads",
    "memory",
    "sources",
    "searches",
];

/// Every setting with its value.
#[derive(Debug)]
pub(crate) struct Settings {
    /// Directory of the index, or the address of one in a cluster.
    pub index: PathBuf,
    /// File with the user and the password for a cluster.
    pub cluster_auth: Option<PathBuf>,
    /// File with the authorities to trust for a cluster.
    pub cluster_ca: Option<PathBuf>,
    /// File of synonyms and abbreviations that are searched for as well.
    pub synonyms: Option<PathBuf>,
    /// When to use colours.
    pub color: Color,
    /// The language of results and charts; `None` if nothing says.
    pub language: Option<Language>,
    /// When to use a pager.
    pub pager: Paging,
    /// How CSV is written.
    pub csv: CsvOptions,
    /// Hits to print.
    pub limit: usize,
    /// How accents are compared.
    pub accents: Accents,
    /// Order of hits.
    pub sort: Order,
    /// Half-life of the recency bonus in days; `None` for no bonus.
    pub recency: Option<f32>,
    /// Threads of indexing; `None` for all cores.
    pub threads: Option<NonZeroUsize>,
    /// Memory to index with.
    pub memory: Memory,
    /// Metadata of articles that do not state their own, by source.
    pub defaults: Vec<SourceDefaults>,
    /// The saved searches of the files, with their origins.
    pub searches: Vec<(SavedSearch, Origin)>,
    /// The same as they would be written, with their origins.
    pub entries: Vec<Entry>,
    /// The invalid parts of the files.
    pub warnings: Vec<String>,
}

/// One setting as it would be written.
#[derive(Debug)]
pub(crate) struct Entry {
    /// The key.
    pub key: &'static str,
    /// The value; empty if the default is nothing.
    pub value: String,
    /// The origin of the value.
    pub origin: Origin,
}

/// The treatment of files that cannot be read and of invalid values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Invalid {
    /// An error.
    Error,
    /// A warning, and the default applies.
    Warning,
}

impl Settings {
    /// Reads the environment and the files; flags override them.
    ///
    /// # Errors
    ///
    /// With [`Invalid::Error`], a file that cannot be read and an invalid value.
    pub(crate) fn load(flags: &GlobalArgs, invalid: Invalid) -> Result<Self> {
        let variable = |name: &str| env::var_os(name);
        let mut layers = Layers::new(&variable, invalid);
        layers.add_project(&env::current_dir().unwrap_or_default())?;
        layers.add_user()?;
        layers.settings(flags)
    }

    /// The directory of saved searches and marks; `None` if the index is in a cluster, and the environment
    /// names no directory of the user.
    pub(crate) fn alerts_directory(&self) -> Option<PathBuf> {
        alerts_directory(&self.index, &|name| env::var_os(name))
    }

    /// The colours for answers given before the arguments are parsed, such as help and errors of
    /// usage. `flag` is the value of `--color`, if there is a valid one.
    pub(crate) fn early_color(flag: Option<Color>) -> Color {
        let flags = GlobalArgs {
            color: flag,
            ..GlobalArgs::default()
        };
        Self::load(&flags, Invalid::Warning).map_or(flag.unwrap_or_default(), |s| s.color)
    }
}

/// A directory of the user for files of one kind, by the XDG Base Directory Specification; under Windows
/// the one that a variable names. `None` if the environment names none.
fn base_directory(
    environment: &dyn Fn(&str) -> Option<OsString>,
    variable: &str,
    windows: &str,
    below_home: &str,
) -> Option<PathBuf> {
    let absolute = |variable: &str| {
        environment(variable)
            .map(PathBuf::from)
            .filter(|path| path.is_absolute())
    };
    let of_windows = || absolute(windows).filter(|_| cfg!(windows));
    let of_home = || absolute("HOME").map(|home| home.join(below_home));
    absolute(variable).or_else(of_windows).or_else(of_home)
}

/// The directory of saved searches and marks: next to an index in a directory; for one in a cluster, which
/// is not on this machine, in that of the user for such files.
fn alerts_directory(
    index: &Path,
    environment: &dyn Fn(&str) -> Option<OsString>,
) -> Option<PathBuf> {
    let address = index.to_str().filter(|text| Address::is_one(text));
    let Some(address) = address else {
        return Some(timbao_alerts::directory(index));
    };
    let name = address.rsplit('/').next().unwrap_or_default();
    let base = base_directory(
        environment,
        "XDG_STATE_HOME",
        "LOCALAPPDATA",
        ".local/state",
    )?;
    Some(base.join("timbao").join(format!("{name}-alerts")))
}

/// Everything below the flags, the strongest first.
struct Layers<'e> {
    environment: &'e dyn Fn(&str) -> Option<OsString>,
    invalid: Invalid,
    files: Vec<(Origin, toml::Table)>,
    warnings: Vec<String>,
    entries: Vec<Entry>,
}

impl<'e> Layers<'e> {
    fn new(environment: &'e dyn Fn(&str) -> Option<OsString>, invalid: Invalid) -> Self {
        Self {
            environment,
            invalid,
            files: Vec::new(),
            warnings: Vec::new(),
            entries: Vec::new(),
        }
    }

    /// Adds the file of the nearest directory that has one, from `directory` upward.
    fn add_project(&mut self, directory: &Path) -> Result<()> {
        for directory in directory.ancestors() {
            let path = directory.join(PROJECT_FILE);
            if self.add_file(&path, Origin::Project(path.clone()))? {
                break;
            }
        }
        Ok(())
    }

    /// Adds the file of the user, at its place by the XDG Base Directory Specification; under
    /// Windows in the directory of application data.
    fn add_user(&mut self) -> Result<()> {
        let base = base_directory(self.environment, "XDG_CONFIG_HOME", "APPDATA", ".config");
        let Some(base) = base else { return Ok(()) };
        let path = base.join("timbao").join("config.toml");
        self.add_file(&path, Origin::User(path.clone())).map(drop)
    }

    /// Adds a file if it is there; returns `true` if it was.
    fn add_file(&mut self, path: &Path, origin: Origin) -> Result<bool> {
        let table = match read_table(path) {
            Ok(Some(table)) => table,
            Ok(None) => return Ok(false),
            Err(failure) => {
                self.forgive(failure)?;
                return Ok(true);
            }
        };
        for key in table.keys().filter(|key| !KEYS.contains(&key.as_str())) {
            let guess = nearest(key, &KEYS)
                .map(|guess| format!("; did you mean `{guess}`?"))
                .unwrap_or_default();
            self.warnings
                .push(format!("{}: unknown key `{key}`{guess}", path.display()));
        }
        self.files.push((origin, table));
        Ok(true)
    }

    /// Turns an error into a warning, if that is what invalid values cause.
    fn forgive(&mut self, failure: Failure) -> Result<()> {
        match (self.invalid, failure) {
            (Invalid::Warning, Failure::Error { message, .. }) => {
                self.warnings.push(message);
                Ok(())
            }
            (_, failure) => Err(failure),
        }
    }

    fn settings(mut self, flags: &GlobalArgs) -> Result<Settings> {
        let index = self.path("index", flags.index.as_ref())?;
        let cluster_auth = self.path("cluster_auth", flags.cluster_auth.as_ref())?;
        let cluster_ca = self.path("cluster_ca", flags.cluster_ca.as_ref())?;
        let synonyms = self.path("synonyms", flags.synonyms.as_ref())?;
        let color = self
            .pick("color", flags.color, choice::<Color>, choice_name)?
            .unwrap_or_default();
        let language = self.language(flags)?;
        let pager = flags.no_pager.then_some(Paging::Never);
        let pager = self
            .pick("pager", pager, choice::<Paging>, choice_name)?
            .unwrap_or_default();
        let csv = self
            .pick("csv", flags.csv, options, CsvOptions::to_string)?
            .unwrap_or_default();
        let limit = self.pick("limit", None, number::<usize>, usize::to_string)?;
        let accents = self
            .pick("accents", None, choice::<Accents>, choice_name)?
            .unwrap_or_default();
        let sort = self
            .pick("sort", None, choice::<Order>, choice_name)?
            .unwrap_or_default();
        let recency = self.pick("recency", None, days, f32::to_string)?;
        let threads = self.pick(
            "threads",
            None,
            number::<NonZeroUsize>,
            NonZeroUsize::to_string,
        )?;
        let memory = self.pick("memory", None, Memory::from_str, Memory::to_string)?;
        let searches = self.searches()?;
        let of_sources = self.of_sources()?;
        self.show_defaults();
        Ok(Settings {
            index: index.unwrap_or_else(|| PathBuf::from("./.timbao")),
            cluster_auth,
            cluster_ca,
            synonyms,
            color,
            language,
            pager,
            csv,
            limit: limit.unwrap_or(DEFAULT_LIMIT),
            accents,
            sort,
            recency,
            threads,
            memory: memory.unwrap_or(DEFAULT_MEMORY),
            defaults: of_sources,
            searches,
            entries: self.entries,
            warnings: self.warnings,
        })
    }

    /// Fills the entries that have no other origin with the defaults.
    fn show_defaults(&mut self) {
        let defaults = [
            ("index", "./.timbao".to_owned()),
            ("limit", DEFAULT_LIMIT.to_string()),
            ("memory", DEFAULT_MEMORY.to_string()),
            ("color", choice_name(&Color::default())),
            ("lang", Language::English.words().code.to_owned()),
            ("pager", choice_name(&Paging::default())),
            ("csv", CsvOptions::default().to_string()),
            ("accents", choice_name(&Accents::default())),
            ("sort", choice_name(&Order::default())),
        ];
        for entry in self
            .entries
            .iter_mut()
            .filter(|entry| entry.origin == Origin::Default)
        {
            if let Some((_, value)) = defaults.iter().find(|(key, _)| *key == entry.key) {
                entry.value.clone_from(value);
            }
        }
    }

    /// The saved searches, those of the project before those of the user.
    fn searches(&mut self) -> Result<Vec<(SavedSearch, Origin)>> {
        let mut all = Vec::new();
        for (origin, table) in self.files.clone() {
            match searches::read(&table, &origin) {
                Ok(searches) if searches.is_empty() => {}
                Ok(searches) => {
                    let names: Vec<&str> = searches.iter().map(|s| s.name.as_str()).collect();
                    self.entries.push(Entry {
                        key: "searches",
                        value: names.join(", "),
                        origin: origin.clone(),
                    });
                    all.extend(searches.into_iter().map(|search| (search, origin.clone())));
                }
                Err(failure) => self.forgive(failure)?,
            }
        }
        Ok(all)
    }

    /// The defaults of sources, those of the project before those of the user.
    fn of_sources(&mut self) -> Result<Vec<SourceDefaults>> {
        let mut all = Vec::new();
        for (origin, table) in std::mem::take(&mut self.files) {
            match sources::read(&table, &origin, &mut self.warnings) {
                Ok(defaults) if defaults.is_empty() => {}
                Ok(defaults) => {
                    let names: Vec<&str> = defaults.iter().map(|d| d.collection.as_str()).collect();
                    self.entries.push(Entry {
                        key: "sources",
                        value: names.join(", "),
                        origin,
                    });
                    all.extend(defaults);
                }
                Err(failure) => self.forgive(failure)?,
            }
        }
        Ok(all)
    }

    /// The language that is set, else that of the locale, as POSIX finds it.
    fn language(&mut self, flags: &GlobalArgs) -> Result<Option<Language>> {
        let set = self.pick("lang", flags.lang, choice::<LanguageName>, choice_name)?;
        if let Some(LanguageName(language)) = set {
            return Ok(Some(language));
        }
        let locale = ["LC_ALL", "LC_MESSAGES", "LANG"]
            .into_iter()
            .filter_map(|name| Some((name, (self.environment)(name)?)))
            .find(|(_, value)| !value.is_empty());
        let Some((name, locale)) = locale else {
            return Ok(None);
        };
        let language = locale.to_str().and_then(Language::of_locale);
        if let (Some(language), Some(entry)) = (language, self.entries.last_mut()) {
            entry.value = language.words().code.to_owned();
            entry.origin = Origin::Environment(name.to_owned());
        }
        Ok(language)
    }

    /// A path. In a file it is relative to the file's directory; in the environment it need not be
    /// UTF-8.
    fn path(&mut self, key: &'static str, flag: Option<&PathBuf>) -> Result<Option<PathBuf>> {
        let variable = format!("TIMBAO_{}", key.to_ascii_uppercase());
        let (path, origin) = if let Some(path) = flag {
            (Some(path.clone()), Origin::Flag)
        } else if let Some(path) = (self.environment)(&variable).filter(|path| !path.is_empty()) {
            (Some(path.into()), Origin::Environment(variable))
        } else {
            let written = match self.written(key) {
                Ok(written) => written,
                Err(failure) => {
                    self.forgive(failure)?;
                    None
                }
            };
            match written {
                Some((value, origin)) => {
                    let directory = match &origin {
                        _ if key == "index" && Address::is_one(&value) => None,
                        Origin::Project(file) | Origin::User(file) => file.parent(),
                        _ => None,
                    };
                    let path = match Address::is_one(&value) {
                        true => PathBuf::from(value),
                        false => directory.unwrap_or(Path::new("")).join(value),
                    };
                    (Some(path), origin)
                }
                None => (None, Origin::Default),
            }
        };
        let value = path
            .as_ref()
            .map(|path| path.display().to_string())
            .unwrap_or_default();
        self.entries.push(Entry { key, value, origin });
        Ok(path)
    }

    /// The strongest value of a key.
    fn pick<T>(
        &mut self,
        key: &'static str,
        flag: Option<T>,
        parse: impl Fn(&str) -> Result<T, String>,
        print: impl Fn(&T) -> String,
    ) -> Result<Option<T>> {
        let (value, origin) = match flag {
            Some(value) => (Some(value), Origin::Flag),
            None => match self.parsed(key, parse) {
                Ok(Some((value, origin))) => (Some(value), origin),
                Ok(None) => (None, Origin::Default),
                Err(failure) => {
                    self.forgive(failure)?;
                    (None, Origin::Default)
                }
            },
        };
        let text = value.as_ref().map(print).unwrap_or_default();
        self.entries.push(Entry {
            key,
            value: text,
            origin,
        });
        Ok(value)
    }

    /// A key's value in the environment or the first file that has it.
    fn parsed<T>(
        &self,
        key: &'static str,
        parse: impl Fn(&str) -> Result<T, String>,
    ) -> Result<Option<(T, Origin)>> {
        let Some((text, origin)) = self.written(key)? else {
            return Ok(None);
        };
        match parse(&text) {
            Ok(value) => Ok(Some((value, origin))),
            Err(error) => Err(Failure::new(format!(
                "`{text}` is not a value of `{key}` ({origin}): {error}"
            ))),
        }
    }

    /// A key's value in the environment or the first file that has it, as text.
    fn written(&self, key: &str) -> Result<Option<(String, Origin)>> {
        let variable = format!("TIMBAO_{}", key.to_ascii_uppercase());
        let value = (self.environment)(&variable).filter(|value| !value.is_empty());
        // The variable contains the pager itself; only the keywords are values
        // of the key.
        let value = value.filter(|value| key != "pager" || paging(value).is_some());
        if let Some(value) = value {
            let value = value.into_string().map_err(|_| {
                Failure::new(format!("the environment variable {variable} is not UTF-8"))
            })?;
            return Ok(Some((value, Origin::Environment(variable))));
        }
        for (origin, table) in &self.files {
            let Some(value) = table.get(key) else {
                continue;
            };
            let text = match value {
                toml::Value::String(text) => text.clone(),
                toml::Value::Integer(number) => number.to_string(),
                toml::Value::Float(number) => number.to_string(),
                _ => {
                    let kind = value.type_str();
                    return Err(Failure::new(format!(
                        "`{key}` cannot be of type {kind} ({origin})"
                    )));
                }
            };
            return Ok(Some((text, origin.clone())));
        }
        Ok(None)
    }
}

/// The value of the key `pager` that a variable has, if it is not a program.
pub(crate) fn paging(variable: &OsStr) -> Option<Paging> {
    Paging::from_str(variable.to_str()?, true).ok()
}

/// Reads a configuration file; `None` if there is none.
fn read_table(path: &Path) -> Result<Option<toml::Table>> {
    use io::ErrorKind::{NotADirectory, NotFound};
    let text = match fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) if matches!(error.kind(), NotFound | NotADirectory) => return Ok(None),
        Err(error) => return Err(Failure::file(path, &error)),
    };
    text.parse().map(Some).map_err(|error: toml::de::Error| {
        let before = error.span().and_then(|span| text.get(..span.start));
        let line = before.map_or(1, |before| before.matches('\n').count() + 1);
        Failure::new(format!("{}:{line}: {}", path.display(), error.message()))
    })
}

/// Hits to print where nothing else is said.
const DEFAULT_LIMIT: usize = 10;
/// Memory to index with where nothing else is said.
const DEFAULT_MEMORY: Memory = Memory(512_000_000);

fn choice<T: ValueEnum>(text: &str) -> Result<T, String> {
    T::from_str(text, true).map_err(|_| {
        let names: Vec<_> = T::value_variants().iter().map(choice_name).collect();
        let guess = nearest(text, &names.iter().map(String::as_str).collect::<Vec<_>>())
            .map(|guess| format!("; did you mean `{guess}`?"))
            .unwrap_or_default();
        format!("expected one of {}{guess}", names.join(", "))
    })
}

pub(crate) fn choice_name<T: ValueEnum>(value: &T) -> String {
    value
        .to_possible_value()
        .map(|value| value.get_name().to_owned())
        .unwrap_or_default()
}

/// Parses options of CSV.
fn options(text: &str) -> Result<CsvOptions, String> {
    text.parse()
        .map_err(|error: UnknownOption| error.to_string())
}

fn number<T: FromStr>(text: &str) -> Result<T, String> {
    text.parse()
        .map_err(|_| "expected a whole number".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn flags() -> GlobalArgs {
        GlobalArgs::default()
    }

    fn layers<'e>(
        environment: &'e dyn Fn(&str) -> Option<OsString>,
        files: &[(Origin, &str)],
    ) -> Layers<'e> {
        let mut layers = Layers::new(environment, Invalid::Error);
        layers.files = files
            .iter()
            .map(|(origin, text)| (origin.clone(), text.parse().unwrap()))
            .collect();
        layers
    }

    #[test]
    fn alerts_are_next_to_a_directory_and_those_of_a_cluster_with_the_user() {
        let all = |name: &str| match name {
            "XDG_STATE_HOME" => Some("/var/lib".into()),
            "HOME" => Some("/home/lan".into()),
            _ => None,
        };
        let home = |name: &str| (name != "XDG_STATE_HOME").then(|| all(name)).flatten();
        let cluster = Path::new("opensearch+http://a:9200,b:9200/bao");
        let directory = |index, environment| alerts_directory(index, environment);
        let local = directory(Path::new("/srv/bao/index"), &|_| None);
        assert_eq!(local, Some("/srv/bao/.index-alerts".into()));
        assert_eq!(
            directory(cluster, &all),
            Some("/var/lib/timbao/bao-alerts".into())
        );
        assert_eq!(
            directory(cluster, &home),
            Some("/home/lan/.local/state/timbao/bao-alerts".into())
        );
        assert_eq!(directory(cluster, &|_| None), None);
    }

    #[test]
    fn the_nearer_layer_wins() {
        let project = (
            Origin::Project("/p/timbao.toml".into()),
            "limit = 20\nsort = '-date'\nindex = 'i'",
        );
        let user = (
            Origin::User("/u/config.toml".into()),
            "limit = 30\ncolor = 'never'\nmemory = '1GiB'",
        );
        let environment = |name: &str| match name {
            "TIMBAO_SORT" => Some("date".into()),
            "LANG" => Some("vi_VN.UTF-8".into()),
            _ => None,
        };
        let settings = layers(&environment, &[project, user])
            .settings(&GlobalArgs {
                color: Some(Color::Always),
                ..flags()
            })
            .unwrap();
        assert_eq!((settings.limit, settings.sort), (20, Order::Date));
        assert_eq!(settings.language, Some(Language::Vietnamese));
        assert_eq!(
            (settings.color, settings.memory),
            (Color::Always, Memory(1 << 30))
        );
        assert_eq!(
            (settings.index, settings.recency),
            (PathBuf::from("/p/i"), None)
        );
        let origins: Vec<_> = settings
            .entries
            .iter()
            .map(|e| (e.key, e.origin.name()))
            .collect();
        let expected = [
            "project",
            "default",
            "default",
            "default",
            "flag",
            "environment",
            "default",
            "default",
            "project",
            "default",
            "environment",
            "default",
            "default",
            "user",
        ];
        assert_eq!(origins, KEYS.into_iter().zip(expected).collect::<Vec<_>>());
    }

    #[test]
    fn wrong_values_say_where_they_stand() {
        let said = |file: &str| {
            let user = (Origin::User("/u/config.toml".into()), file);
            match layers(&|_| None, &[user]).settings(&flags()) {
                Err(Failure::Error { message, .. }) => message,
                other => format!("{other:?}"),
            }
        };
        assert_eq!(
            said("color = 'alway'"),
            "`alway` is not a value of `color` (user /u/config.toml): \
             expected one of auto, always, never; did you mean `always`?"
        );
        assert_eq!(
            said("limit = -1"),
            "`-1` is not a value of `limit` (user /u/config.toml): expected a whole number"
        );
        assert_eq!(
            said("limit = [1]"),
            "`limit` cannot be of type array (user /u/config.toml)"
        );
        assert_eq!(
            said("recency = 'nan'"),
            "`nan` is not a value of `recency` (user /u/config.toml): expected a number of days above 0"
        );
    }

    #[test]
    fn the_locale_gives_the_language() {
        use Language::{English, Vietnamese};
        for (variables, expected) in [
            (&[][..], None),
            (&[("LANG", "vi_VN.UTF-8")], Some(Vietnamese)),
            (
                &[("LANG", "vi_VN"), ("LC_MESSAGES", "en_GB.utf8")],
                Some(English),
            ),
            (&[("LANG", "vi"), ("LC_ALL", "C.UTF-8")], None),
            (&[("LANG", "vi"), ("LC_ALL", "")], Some(Vietnamese)),
            (&[("LANG", "de_DE.UTF-8")], None),
            (&[("LC_ALL", "C"), ("TIMBAO_LANG", "vi")], Some(Vietnamese)),
        ] {
            let environment = |name: &str| {
                let found = variables.iter().find(|(variable, _)| *variable == name);
                found.map(|(_, value)| value.into())
            };
            let settings = layers(&environment, &[]).settings(&flags()).unwrap();
            assert_eq!(settings.language, expected, "{variables:?}");
        }
    }

    #[test]
    fn a_pager_in_the_environment_is_a_program_unless_it_is_a_value_of_the_key() {
        for (variable, paging) in [
            ("less -R", Paging::Auto),
            ("'quoted", Paging::Auto),
            ("neverland", Paging::Auto),
            ("never", Paging::Never),
            ("NEVER", Paging::Never),
            ("auto", Paging::Auto),
        ] {
            let environment = |name: &str| (name == "TIMBAO_PAGER").then(|| variable.into());
            let settings = layers(&environment, &[]).settings(&flags()).unwrap();
            assert_eq!(settings.pager, paging, "{variable}");
        }
    }

    #[test]
    fn invalid_values_are_warnings_where_they_are_not_errors() {
        let file = "limit = -1\nsort = 'dat'\nindex = 3.5\nthreads = [1]\ncolor = 'never'";
        let user = (Origin::User("/u/config.toml".into()), file);
        let environment = |name: &str| (name == "TIMBAO_MEMORY").then(|| "viel".into());
        let mut layers = layers(&environment, &[user]);
        layers.invalid = Invalid::Warning;
        let settings = layers.settings(&flags()).unwrap();
        assert_eq!((settings.limit, settings.sort), (10, Order::Relevance));
        assert_eq!((settings.color, settings.threads), (Color::Never, None));
        assert_eq!(settings.warnings.len(), 4, "{:?}", settings.warnings);
    }

    #[test]
    fn errors_of_syntax_name_the_line() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("timbao.toml");
        for (text, line) in [
            ("limit = 1\nlimit = 2\n", 2),
            ("limit = 1\n\n# \u{1ec7}\n  limit = 2", 4),
            ("color = 'never'\nlimit =\n", 2),
            ("\n\n[limit", 3),
            ("limit 3\n", 1),
        ] {
            fs::write(&path, text).unwrap();
            let Err(Failure::Error { message, .. }) = read_table(&path) else {
                panic!("{text:?}");
            };
            let place = format!("timbao.toml:{line}: ");
            assert!(message.contains(&place), "{text:?}: {message}");
        }
    }

    #[test]
    fn keys_are_guessed() {
        assert_eq!(nearest("limt", &KEYS), Some("limit"));
        assert_eq!(nearest("colour", &KEYS), Some("color"));
        assert_eq!(nearest("analyzer", &KEYS), None);
    }
}
