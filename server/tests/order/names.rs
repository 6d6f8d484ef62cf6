//! What one file names: its imports, its paths, its strings, and what it defines itself. What is built
//! for tests only is left out.

use std::collections::{HashMap, HashSet};

use super::lex::{Kind, Token, tokens};

/// A name that `use` brings into a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Import {
    pub path: Vec<String>,
    /// The name in this file: the last of the path unless renamed, `*` for everything.
    pub name: String,
    pub public: bool,
    /// The modules written out in this file, around the line.
    pub inside: Vec<String>,
    pub line: usize,
}

/// A path of two names or more, written in an expression, a type, an attribute or a macro.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Path {
    pub path: Vec<String>,
    pub inside: Vec<String>,
    pub line: usize,
}

/// What one file names.
#[derive(Debug, Default)]
pub struct Names {
    pub imports: Vec<Import>,
    pub paths: Vec<Path>,
    /// Every string, with the line on which it begins.
    pub texts: Vec<(String, usize)>,
    /// What is defined here: true for functions.
    pub defined: HashMap<String, bool>,
    /// Macros that are exported to the root of the crate.
    pub exported_macros: HashSet<String>,
    /// Modules in files of their own that only tests have.
    pub test_modules: HashSet<String>,
}

/// Reads a file's text.
pub fn names(source: &str) -> Names {
    let mut reader = Reader { tokens: tokens(source), at: 0, inside: Vec::new(), depth: 0, names: Names::default() };
    while reader.at < reader.tokens.len() {
        reader.step();
    }
    reader.names
}

/// What an item begins with.
const ITEMS: [&str; 12] =
    ["fn", "impl", "mod", "struct", "enum", "union", "trait", "use", "const", "static", "type", "macro_rules"];

struct Reader {
    tokens: Vec<Token>,
    at: usize,
    /// The modules that are open, with the depth of their braces.
    inside: Vec<(String, usize)>,
    depth: usize,
    names: Names,
}

impl Reader {
    /// Reads what begins at the next token.
    fn step(&mut self) {
        if self.is(0, "#") && self.is(1, "[") {
            return self.attribute();
        }
        let token = self.tokens[self.at].clone();
        match token.kind {
            Kind::Text => self.text(token),
            Kind::Ident => self.ident(&token),
            Kind::Punct => self.brace(&token),
            Kind::Other => self.at += 1,
        }
    }

    fn brace(&mut self, token: &Token) {
        self.at += 1;
        if token.is("{") {
            self.depth += 1;
        } else if token.is("}") {
            self.depth = self.depth.saturating_sub(1);
            if self.inside.last().is_some_and(|&(_, depth)| depth == self.depth) {
                self.inside.pop();
            }
        }
    }

    /// A string; one that holds nothing but a path is one, as in serde's attributes.
    fn text(&mut self, token: Token) {
        self.at += 1;
        let path: Vec<String> = token.text.split("::").map(str::to_owned).collect();
        if path.len() > 1 && ["crate", "super", "self"].contains(&path[0].as_str()) {
            let inside = self.modules();
            self.names.paths.push(Path { path, inside, line: token.line });
        }
        self.names.texts.push((token.text, token.line));
    }

    fn ident(&mut self, token: &Token) {
        match token.text.as_str() {
            "use" if !self.is(1, "<") => self.import(),
            "mod" if self.is(2, "{") => {
                self.inside.push((self.word(1), self.depth));
                self.at += 2;
            }
            "mod" if self.is(2, ";") => self.at += 3,
            "macro_rules" if self.is(1, "!") => {
                self.names.defined.insert(self.word(2), false);
                self.at += 3;
            }
            "fn" | "struct" | "enum" | "union" | "trait" | "type" | "const" | "static"
                if self.kind(1) == Some(Kind::Ident) =>
            {
                self.names.defined.entry(self.word(1)).or_insert(token.is("fn"));
                // The name of `const fn` stands behind the next keyword.
                self.at += if self.is(1, "fn") { 1 } else { 2 };
            }
            _ => self.path(token),
        }
    }

    fn path(&mut self, token: &Token) {
        let before = &self.tokens[..self.at];
        let says = |back: usize, text: &str| before.iter().rev().nth(back).is_some_and(|token| token.is(text));
        // A field or a method, or a macro's variable; what ends a range is neither.
        let other = says(0, ".") && !says(1, ".") || says(0, "$") && !token.is("crate");
        let mut path = vec![token.text.clone()];
        self.at += 1;
        while self.is(0, "::") && self.kind(1) == Some(Kind::Ident) {
            path.push(self.word(1));
            self.at += 2;
        }
        if path.len() > 1 && !other {
            let inside = self.modules();
            self.names.paths.push(Path { path, inside, line: token.line });
        }
    }

    /// `use …;`
    fn import(&mut self) {
        let public = self.is_public();
        self.at += 1;
        self.tree(&[], public);
    }

    /// Whether `pub` or `pub(…)` stands before the next token.
    fn is_public(&self) -> bool {
        let before = &self.tokens[..self.at];
        let closed = before.last().is_some_and(|token| token.is(")"));
        let open = if closed { before.iter().rposition(|token| token.is("(")) } else { Some(before.len()) };
        open.and_then(|open| open.checked_sub(1)).is_some_and(|at| before[at].is("pub"))
    }

    /// One branch of an import, up to the `,`, `}` or `;` behind it.
    fn tree(&mut self, prefix: &[String], public: bool) {
        let mut path = prefix.to_vec();
        let line = self.tokens.get(self.at).map_or(0, |token| token.line);
        loop {
            if self.is(0, "::") || self.is(0, "$") {
                self.at += 1;
            } else if self.is(0, "{") {
                return self.group(&path, public);
            } else if self.is(0, "*") {
                self.at += 1;
                return self.leaf(path, "*".to_owned(), public, line);
            } else if self.is(0, "as") {
                let name = self.word(1);
                self.at += 2;
                return self.leaf(path, name, public, line);
            } else if self.kind(0) == Some(Kind::Ident) {
                if !self.is(0, "self") || path.is_empty() {
                    path.push(self.word(0));
                }
                self.at += 1;
            } else {
                let name = path.last().cloned().unwrap_or_default();
                return self.leaf(path, name, public, line);
            }
        }
    }

    fn group(&mut self, prefix: &[String], public: bool) {
        self.at += 1;
        while self.at < self.tokens.len() && !self.is(0, "}") {
            if self.is(0, ",") {
                self.at += 1;
            } else {
                let before = self.at;
                self.tree(prefix, public);
                // What is no import (a macro's `$(…)`) is passed over.
                self.at += usize::from(self.at == before);
            }
        }
        self.at += 1;
    }

    fn leaf(&mut self, path: Vec<String>, name: String, public: bool, line: usize) {
        if !path.is_empty() {
            let inside = self.modules();
            self.names.imports.push(Import { path, name, public, inside, line });
        }
    }

    /// `#[…]`: what follows one for tests only is passed over.
    fn attribute(&mut self) {
        let end = self.group_end(self.at + 1);
        let words = &self.tokens[self.at + 2..end];
        let says = |word: &str| words.iter().any(|token| token.is(word));
        if says("macro_export") {
            let name = self.tokens[end..].windows(3).find(|three| three[0].is("macro_rules"));
            self.names.exported_macros.extend(name.map(|three| three[2].text.clone()));
        }
        let test = words.first().is_some_and(|token| token.is("cfg")) && says("test") && !says("not");
        if test || (words.len() == 1 && says("test")) {
            self.at = self.item_end(end + 1);
        } else {
            // What the attribute says is read as well.
            self.at += 2;
        }
    }

    /// Behind the item that begins here, its attributes included.
    fn item_end(&mut self, from: usize) -> usize {
        let mut at = from;
        // A field, an argument or an arm ends at a comma; an item may hold one.
        let mut item = false;
        while let Some(token) = self.tokens.get(at) {
            if token.is("mod") && self.tokens.get(at + 2).is_some_and(|token| token.is(";")) {
                self.names.test_modules.insert(self.tokens[at + 1].text.clone());
            }
            item |= ITEMS.iter().any(|word| token.is(word));
            if token.is(";") || token.is(",") && !item {
                return at + 1;
            } else if token.is("}") {
                return at;
            } else if token.is("(") || token.is("[") {
                at = self.group_end(at);
            } else if token.is("{") {
                return self.group_end(at) + 1;
            }
            at += 1;
        }
        at
    }

    /// Where the bracket is closed that is opened here.
    fn group_end(&self, open: usize) -> usize {
        let mut depth = 0_usize;
        for (at, token) in self.tokens.iter().enumerate().skip(open) {
            if ["(", "[", "{"].iter().any(|bracket| token.is(bracket)) {
                depth += 1;
            } else if [")", "]", "}"].iter().any(|bracket| token.is(bracket)) {
                depth -= 1;
                if depth == 0 {
                    return at;
                }
            }
        }
        self.tokens.len() - 1
    }

    fn is(&self, ahead: usize, text: &str) -> bool {
        self.tokens.get(self.at + ahead).is_some_and(|token| token.is(text))
    }

    fn kind(&self, ahead: usize) -> Option<Kind> {
        self.tokens.get(self.at + ahead).map(|token| token.kind)
    }

    fn word(&self, ahead: usize) -> String {
        self.tokens.get(self.at + ahead).map(|token| token.text.clone()).unwrap_or_default()
    }

    fn modules(&self) -> Vec<String> {
        self.inside.iter().map(|(name, _)| name.clone()).collect()
    }
}
