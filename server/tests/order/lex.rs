//! Rust's text as tokens with their lines: enough to read imports, paths and strings, inside macros too,
//! whose bodies a parser of the grammar would leave unread.

use std::iter::Peekable;
use std::str::CharIndices;

/// What a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A name or keyword; of a raw one, what follows `r#`.
    Ident,
    /// One character of punctuation, or `::`.
    Punct,
    /// What stands between the quotes of a string: escaped white space as spaces, other escapes as written.
    Text,
    /// A number, a character, a lifetime.
    Other,
}

/// A token and the line on which it begins, counted from 1.
#[derive(Clone, Debug)]
pub struct Token {
    pub kind: Kind,
    pub text: String,
    pub line: usize,
}

impl Token {
    /// Whether it is this name, keyword or punctuation; a string never is.
    pub fn is(&self, text: &str) -> bool {
        matches!(self.kind, Kind::Ident | Kind::Punct) && self.text == text
    }
}

/// All tokens of a file; comments and white space are left out.
pub fn tokens(source: &str) -> Vec<Token> {
    let mut lexer = Lexer { source, chars: source.char_indices().peekable(), line: 1 };
    let mut tokens = Vec::new();
    while let Some(token) = lexer.next_token() {
        tokens.push(token);
    }
    tokens
}

struct Lexer<'a> {
    source: &'a str,
    chars: Peekable<CharIndices<'a>>,
    line: usize,
}

impl<'a> Lexer<'a> {
    fn next_token(&mut self) -> Option<Token> {
        loop {
            let rest = self.rest();
            if rest.starts_with("//") {
                self.take_while(|c| c != '\n');
            } else if rest.starts_with("/*") {
                self.skip_block_comment();
            } else if self.peek()?.is_whitespace() {
                self.bump();
            } else {
                break;
            }
        }
        let line = self.line;
        let (kind, text) = self.token();
        Some(Token { kind, text, line })
    }

    fn token(&mut self) -> (Kind, String) {
        let rest = self.rest();
        if let Some((prefix, hashes)) = raw_string(rest) {
            self.skip(prefix);
            return (Kind::Text, self.until_raw_end(hashes));
        }
        let prefix = usize::from(rest.starts_with("b\"") || rest.starts_with("c\""));
        if rest[prefix..].starts_with('"') {
            self.skip(prefix + 1);
            return (Kind::Text, self.until_quote());
        }
        if rest.starts_with('\'') || rest.starts_with("b'") {
            return (Kind::Other, self.character_or_lifetime());
        }
        if rest.starts_with("r#") {
            self.skip(2);
        }
        match self.peek() {
            Some(c) if is_name(c) => {
                let name = self.take_while(is_name);
                let kind = if c.is_ascii_digit() { Kind::Other } else { Kind::Ident };
                (kind, name)
            }
            _ if rest.starts_with("::") => {
                self.skip(2);
                (Kind::Punct, "::".to_owned())
            }
            _ => (Kind::Punct, self.bump().map(String::from).unwrap_or_default()),
        }
    }

    /// Block comments nest.
    fn skip_block_comment(&mut self) {
        let mut depth = 0;
        loop {
            let rest = self.rest();
            if rest.starts_with("/*") {
                depth += 1;
                self.skip(2);
            } else if rest.starts_with("*/") {
                depth -= 1;
                self.skip(2);
            } else if self.bump().is_none() {
                return;
            }
            if depth == 0 {
                return;
            }
        }
    }

    fn until_raw_end(&mut self, hashes: usize) -> String {
        let end = format!("\"{}", "#".repeat(hashes));
        let mut text = String::new();
        while !self.rest().starts_with(&end) {
            let Some(c) = self.bump() else { return text };
            text.push(c);
        }
        self.skip(end.len());
        text
    }

    fn until_quote(&mut self) -> String {
        let mut text = String::new();
        while let Some(c) = self.bump() {
            match c {
                '"' => break,
                '\\' => match self.bump() {
                    Some('n' | 't' | 'r') => text.push_str("  "),
                    // The line goes on, but it is still another one.
                    Some('\n') => text.push_str(" \n"),
                    Some(escaped) => text.extend(['\\', escaped]),
                    None => break,
                },
                c => text.push(c),
            }
        }
        text
    }

    fn character_or_lifetime(&mut self) -> String {
        self.take_while(|c| c != '\'');
        self.bump();
        let mut ahead = self.rest().chars();
        let (first, second) = (ahead.next(), ahead.next());
        if first == Some('\\') {
            self.skip(2);
            self.take_while(|c| c != '\'');
            self.bump();
        } else if second == Some('\'') {
            self.bump();
            self.bump();
        } else {
            return self.take_while(is_name);
        }
        String::new()
    }

    fn rest(&mut self) -> &'a str {
        let at = self.chars.peek().map_or(self.source.len(), |&(at, _)| at);
        &self.source[at..]
    }

    fn peek(&mut self) -> Option<char> {
        self.chars.peek().map(|&(_, c)| c)
    }

    fn bump(&mut self) -> Option<char> {
        let (_, c) = self.chars.next()?;
        self.line += usize::from(c == '\n');
        Some(c)
    }

    fn skip(&mut self, characters: usize) {
        for _ in 0..characters {
            self.bump();
        }
    }

    fn take_while(&mut self, wanted: impl Fn(char) -> bool) -> String {
        let mut text = String::new();
        while let Some(c) = self.peek().filter(|&c| wanted(c)) {
            text.push(c);
            self.bump();
        }
        text
    }
}

fn is_name(c: char) -> bool {
    c == '_' || c.is_alphanumeric()
}

/// The length of what opens a raw string, quote included, and how many hashes close it.
fn raw_string(rest: &str) -> Option<(usize, usize)> {
    let after = ["r", "br", "cr"].into_iter().find_map(|prefix| rest.strip_prefix(prefix))?;
    let hashes = after.len() - after.trim_start_matches('#').len();
    after[hashes..].starts_with('"').then(|| (rest.len() - after.len() + hashes + 1, hashes))
}
