//! Imports between the files of each crate: none may lead back to where it began.
//!
//! A file imports another one if it names an item that is defined there; re-exports are followed
//! to the definition. Declarations of modules and re-exports are no imports, nor are tests.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use syn::visit::{self, Visit};
use syn::{Attribute, Item, UseTree};

const CRATES: [&str; 11] = [
    "tokenizer",
    "articles",
    "query",
    "views",
    "cluster",
    "index",
    "alerts",
    "server",
    "mcp",
    "cli",
    "python",
];

/// The path of a module below the crate; the crate itself is empty.
type Module = Vec<String>;

/// What a file defines and names.
#[derive(Default)]
struct Source {
    defined: BTreeSet<String>,
    /// Names that `use` brings in, with their paths.
    imported: Vec<(String, Vec<String>)>,
    /// Of these, what is only passed on.
    passed_on: BTreeSet<String>,
    /// Paths of several segments, and single names.
    named: BTreeSet<Vec<String>>,
}

#[test]
fn no_file_imports_one_that_imports_it() {
    for name in CRATES {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("../crates/{name}/src"));
        let sources = Sources::read(&root);
        let imports = sources.imports();
        assert!(imports.values().any(|to| !to.is_empty()), "{name}");
        if let Some(circle) = circle(&imports) {
            let circle: Vec<String> = circle.iter().map(shown).collect();
            panic!("circle of imports in {name}: {}", circle.join(" -> "));
        }
    }
}

#[test]
fn circles_are_found() {
    let imports = |edges: &[(&str, &str)]| {
        let mut imports: BTreeMap<Module, BTreeSet<Module>> = BTreeMap::new();
        for (from, to) in edges {
            let to_module = vec![(*to).to_owned()];
            imports.entry(to_module.clone()).or_default();
            let from = imports.entry(vec![(*from).to_owned()]).or_default();
            from.insert(to_module);
        }
        imports
    };
    assert_eq!(
        circle(&imports(&[("a", "b"), ("b", "c"), ("a", "c")])),
        None
    );
    let found = circle(&imports(&[("a", "b"), ("b", "c"), ("c", "b")])).unwrap();
    assert_eq!(found.len(), 3, "{found:?}");
}

#[test]
fn no_crate_has_more_than_three_tenths_of_the_code() {
    let lines = CRATES.map(|name| {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("../crates/{name}/src"));
        let files = files(&root);
        let lines = files.iter().map(|file| {
            let text = fs::read_to_string(file).unwrap();
            let code = text.split("#[cfg(test)]\nmod tests").next().unwrap();
            code.lines().count()
        });
        lines.sum::<usize>()
    });
    let all: usize = lines.iter().sum();
    for (name, lines) in CRATES.iter().zip(lines) {
        assert!(lines * 10 <= all * 3, "{name} has {lines} of {all} lines");
    }
}

fn shown(module: &Module) -> String {
    match module.as_slice() {
        [] => "lib".to_owned(),
        parts => parts.join("/"),
    }
}

/// The modules of a circle, the first one again at its end.
fn circle(imports: &BTreeMap<Module, BTreeSet<Module>>) -> Option<Vec<Module>> {
    fn visit<'m>(
        at: &'m Module,
        imports: &'m BTreeMap<Module, BTreeSet<Module>>,
        path: &mut Vec<&'m Module>,
        done: &mut BTreeSet<&'m Module>,
    ) -> Option<Vec<Module>> {
        if let Some(start) = path.iter().position(|&module| module == at) {
            let circle = path.iter().skip(start).chain([&at]);
            return Some(circle.map(|&module| module.clone()).collect());
        }
        if !done.insert(at) {
            return None;
        }
        path.push(at);
        let found = imports.get(at).into_iter().flatten();
        let found = found
            .into_iter()
            .find_map(|to| visit(to, imports, path, done));
        path.pop();
        found
    }
    let mut done = BTreeSet::new();
    let mut modules = imports.keys();
    modules.find_map(|module| visit(module, imports, &mut Vec::new(), &mut done))
}

/// All files of Rust below a folder.
fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
    found.sort();
    found
}

/// The files of a crate by their modules.
struct Sources(BTreeMap<Module, Source>);

impl Sources {
    fn read(root: &Path) -> Self {
        let sources = files(root).into_iter().map(|file| {
            let below = file.strip_prefix(root).unwrap().with_extension("");
            let mut module: Module = below
                .iter()
                .map(|part| part.to_str().unwrap().to_owned())
                .collect();
            if matches!(
                module.last().map(String::as_str),
                Some("mod" | "lib" | "main")
            ) {
                module.pop();
            }
            let text = fs::read_to_string(&file).unwrap();
            let mut source = Source::default();
            let parsed = syn::parse_file(&text).unwrap();
            source.collect(&parsed.items);
            (module, source)
        });
        Self(sources.collect())
    }

    /// For each file the files that it imports.
    fn imports(&self) -> BTreeMap<Module, BTreeSet<Module>> {
        let of = |(module, source): (&Module, &Source)| {
            let used = source.imported.iter();
            let used = used.filter(|(name, _)| {
                !source.passed_on.contains(name) || source.named.contains(&vec![name.clone()])
            });
            let paths = used.map(|(_, path)| path);
            let paths = paths.chain(source.named.iter().filter(|path| path.len() > 1));
            let targets = paths.filter_map(|path| self.defining(module, path, 0));
            let targets = targets.filter(|target| target != module).collect();
            (module.clone(), targets)
        };
        self.0.iter().map(of).collect()
    }

    /// The file that defines what a path names in a module.
    fn defining(&self, module: &Module, path: &[String], depth: usize) -> Option<Module> {
        let mut at = module.clone();
        let mut rest = path;
        match rest.first()?.as_str() {
            "crate" => {
                at.clear();
                rest = &rest[1..];
            }
            "self" | "super" => {
                while let Some(first) = rest.first() {
                    match first.as_str() {
                        "self" => {}
                        "super" => {
                            at.pop();
                        }
                        _ => break,
                    }
                    rest = &rest[1..];
                }
            }
            first => {
                let mut child = at.clone();
                child.push(first.to_owned());
                if !self.0.contains_key(&child) {
                    return None;
                }
            }
        }
        for (number, part) in rest.iter().enumerate() {
            let mut child = at.clone();
            child.push(part.clone());
            if self.0.contains_key(&child) {
                at = child;
                continue;
            }
            let source = self.0.get(&at)?;
            if source.defined.contains(part) {
                return Some(at);
            }
            // A path that is longer than any chain of re-exports is a circle of them.
            let mut imported = source.imported.iter();
            let (_, onward) = imported.find(|(name, _)| name == part && depth < 20)?;
            let mut onward = onward.clone();
            onward.extend(rest.iter().skip(number + 1).cloned());
            return self.defining(&at, &onward, depth + 1);
        }
        Some(at)
    }
}

impl Source {
    fn collect(&mut self, items: &[Item]) {
        for item in items {
            if is_test(attributes(item)) {
                continue;
            }
            match item {
                Item::Use(item) => {
                    let is_public = !matches!(item.vis, syn::Visibility::Inherited);
                    self.bring_in(&item.tree, &mut Vec::new(), is_public);
                }
                Item::Mod(item) => {
                    if let Some((_, items)) = &item.content {
                        self.defined.insert(item.ident.to_string());
                        self.collect(items);
                    }
                }
                item => {
                    self.define(item);
                    self.visit_item(item);
                }
            }
        }
    }

    fn define(&mut self, item: &Item) {
        let name = match item {
            Item::Const(item) => &item.ident,
            Item::Enum(item) => &item.ident,
            Item::Fn(item) => &item.sig.ident,
            Item::Static(item) => &item.ident,
            Item::Struct(item) => &item.ident,
            Item::Trait(item) => &item.ident,
            Item::Type(item) => &item.ident,
            Item::Union(item) => &item.ident,
            Item::Macro(item) => match &item.ident {
                Some(name) => name,
                None => return self.define_by_macro(&item.mac.tokens.to_string()),
            },
            _ => return,
        };
        self.defined.insert(name.to_string());
    }

    /// Macros such as `facets!` define a type that bears their name: it is enough to know that
    /// the file defines every capitalised name that nothing else brings in.
    fn define_by_macro(&mut self, tokens: &str) {
        let words = tokens.split(|c: char| !c.is_alphanumeric() && c != '_');
        let words = words.filter(|word| word.starts_with(char::is_uppercase));
        self.defined.extend(words.map(str::to_owned));
    }

    fn bring_in(&mut self, tree: &UseTree, path: &mut Vec<String>, is_public: bool) {
        let (last, name) = match tree {
            UseTree::Path(tree) => {
                path.push(tree.ident.to_string());
                self.bring_in(&tree.tree, path, is_public);
                path.pop();
                return;
            }
            UseTree::Group(group) => {
                for tree in &group.items {
                    self.bring_in(tree, path, is_public);
                }
                return;
            }
            UseTree::Name(tree) => (tree.ident.to_string(), tree.ident.to_string()),
            UseTree::Rename(tree) => (tree.ident.to_string(), tree.rename.to_string()),
            UseTree::Glob(_) => return,
        };
        let mut whole = path.clone();
        let mut name = name;
        if last == "self" {
            name = whole.last().cloned().unwrap_or_default();
        } else {
            whole.push(last);
        }
        if is_public {
            self.passed_on.insert(name.clone());
        }
        self.imported.push((name, whole));
    }
}

impl<'ast> Visit<'ast> for Source {
    fn visit_path(&mut self, path: &'ast syn::Path) {
        let parts = path.segments.iter().map(|part| part.ident.to_string());
        let parts: Vec<String> = parts.collect();
        self.named.insert(parts.iter().take(1).cloned().collect());
        self.named.insert(parts);
        visit::visit_path(self, path);
    }

    fn visit_item_use(&mut self, item: &'ast syn::ItemUse) {
        self.bring_in(&item.tree, &mut Vec::new(), false);
    }

    fn visit_macro(&mut self, item: &'ast syn::Macro) {
        let tokens = item.tokens.to_string().replace(" :: ", "::");
        let words = tokens.split(|c: char| !c.is_alphanumeric() && c != '_' && c != ':');
        for word in words.filter(|word| word.contains("::")) {
            let parts = word.split("::").map(str::to_owned).collect();
            self.named.insert(parts);
        }
        visit::visit_macro(self, item);
    }
}

/// Returns `true` if an item exists in tests only.
fn is_test(attributes: &[Attribute]) -> bool {
    attributes.iter().any(|attribute| {
        attribute.path().is_ident("cfg")
            && attribute
                .meta
                .require_list()
                .is_ok_and(|list| list.tokens.to_string().starts_with("test"))
    })
}

fn attributes(item: &Item) -> &[Attribute] {
    match item {
        Item::Const(item) => &item.attrs,
        Item::Enum(item) => &item.attrs,
        Item::Fn(item) => &item.attrs,
        Item::Impl(item) => &item.attrs,
        Item::Macro(item) => &item.attrs,
        Item::Mod(item) => &item.attrs,
        Item::Static(item) => &item.attrs,
        Item::Struct(item) => &item.attrs,
        Item::Trait(item) => &item.attrs,
        Item::Type(item) => &item.attrs,
        Item::Use(item) => &item.attrs,
        _ => &[],
    }
}
