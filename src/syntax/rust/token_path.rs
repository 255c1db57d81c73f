//! One pass over the bytes before anything parses them: an upper bound of how deep a recursive parser would descend,
//! and the comments, which `syn` drops.
//!
//! A parser can only be as deep as there are tokens on the path from the start of the file: in each open bracket,
//! those since the last place where everything begun is certainly finished. The bound sums them.

use super::super::ir::Comment;
use crate::source::Span;

/// Longest token path that is parsed. Ordinary code stays below 800.
const LONGEST_PATH: usize = 2_000;

/// Longest number that is parsed: reading one takes time in the square of its length.
const LONGEST_NUMBER: usize = 1_000;

/// What the pass found.
pub(super) struct Scan {
    /// Every comment in order.
    pub(super) comments: Vec<Comment>,
    /// The bound of the token path.
    pub(super) longest_path: usize,
    /// Bytes of the longest number.
    longest_number: usize,
}

impl Scan {
    /// Why the text must not be parsed, when it must not.
    pub(super) fn refusal(&self) -> Option<&'static str> {
        if self.longest_path > LONGEST_PATH {
            Some("nested too deeply")
        } else if self.longest_number > LONGEST_NUMBER {
            Some("a number is too long")
        } else {
            None
        }
    }
}

/// Scans a text.
pub(super) fn scan(bytes: &[u8]) -> Scan {
    let mut scanner = Scanner {
        bytes,
        offset: 0,
        comments: Vec::new(),
        longest_number: 0,
    };
    let mut path = TokenPath::default();
    while let Some(token) = scanner.next_token() {
        path.push(token);
    }
    Scan {
        comments: scanner.comments,
        longest_path: path.longest,
        longest_number: scanner.longest_number,
    }
}

/// Tokens as far as the bound tells them apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Token {
    Open,
    CloseBrace,
    CloseParenthesis,
    CloseBracket,
    Semicolon,
    Comma,
    /// `=>`
    FatArrow,
    /// `->`
    ThinArrow,
    Pipe,
    /// `||`
    Pipes,
    Less,
    Greater,
    /// `#`
    Pound,
    /// `else`, `as`, `in`: what may follow a block inside one expression.
    Continuation,
    Keyword,
    Word,
    Literal,
    Lifetime,
    Operator,
}

/// The tokens that may still be open inside one bracket.
#[derive(Clone, Copy, Default)]
struct Segment {
    tokens: usize,
    /// `<` without their `>`; a comparison counts as one.
    open_angles: usize,
    /// Tokens of closures and function types, which commas do not end.
    kept: usize,
}

#[derive(Default)]
struct TokenPath {
    outer: Vec<Segment>,
    current: Segment,
    /// Tokens in `outer`.
    outer_tokens: usize,
    longest: usize,
    previous: Option<Token>,
}

impl TokenPath {
    fn push(&mut self, token: Token) {
        if self.previous == Some(Token::CloseBrace) {
            self.end_block(token);
        }
        self.current.tokens += 1;
        self.longest = self.longest.max(self.outer_tokens + self.current.tokens);
        match token {
            Token::Open => {
                self.outer_tokens += self.current.tokens;
                self.outer.push(std::mem::take(&mut self.current));
            }
            Token::CloseBrace | Token::CloseParenthesis | Token::CloseBracket => {
                if let Some(outer) = self.outer.pop() {
                    self.outer_tokens -= outer.tokens;
                    self.current = outer;
                }
            }
            Token::Semicolon | Token::FatArrow => self.current = Segment::default(),
            Token::Comma => self.end_segment(),
            Token::Less => self.current.open_angles += 1,
            Token::Greater => {
                self.current.open_angles = self.current.open_angles.saturating_sub(1);
            }
            Token::ThinArrow | Token::Pipes => self.current.kept += 1,
            // After an operand it is an operator, or the end of a closure's parameters.
            Token::Pipe if !self.after_operand() => self.current.kept += 2,
            _ => {}
        }
        self.previous = Some(token);
    }

    /// A `]` may end an attribute, a `}` a statement: neither is certain to be one.
    fn after_operand(&self) -> bool {
        matches!(
            self.previous,
            Some(Token::Word | Token::Literal | Token::CloseParenthesis)
        )
    }

    /// What a comma finishes: all but type arguments, closures and function types.
    fn end_segment(&mut self) {
        if self.current.open_angles == 0 {
            self.current.tokens = self.current.kept;
        }
    }

    /// A block ends what it is in, unless the next token may carry on.
    fn end_block(&mut self, next: Token) {
        if matches!(
            next,
            Token::Word | Token::Keyword | Token::Literal | Token::Lifetime | Token::Pound
        ) {
            self.current = Segment::default();
        }
    }
}

struct Scanner<'a> {
    bytes: &'a [u8],
    offset: usize,
    comments: Vec<Comment>,
    longest_number: usize,
}

impl Scanner<'_> {
    fn peek(&self, ahead: usize) -> u8 {
        self.bytes.get(self.offset + ahead).copied().unwrap_or(0)
    }

    fn next_token(&mut self) -> Option<Token> {
        loop {
            let byte = *self.bytes.get(self.offset)?;
            match byte {
                b'/' if self.peek(1) == b'/' => self.line_comment(),
                b'/' if self.peek(1) == b'*' => self.block_comment(),
                _ if byte.is_ascii_whitespace() || byte == 0x0b => self.offset += 1,
                b'"' => return Some(self.string()),
                b'\'' => return Some(self.quote()),
                b'0'..=b'9' => return Some(self.number()),
                b'a'..=b'z' | b'A'..=b'Z' | b'_' | 0x80.. => return Some(self.word()),
                _ => return Some(self.punctuation(byte)),
            }
        }
    }

    fn line_comment(&mut self) {
        let start = self.offset;
        while !matches!(self.peek(0), b'\n') && self.offset < self.bytes.len() {
            self.offset += 1;
        }
        let mut end = self.offset;
        if self.bytes.get(end - 1) == Some(&b'\r') {
            end -= 1;
        }
        self.comments.push(Comment {
            span: Span::new(start, end),
        });
    }

    fn block_comment(&mut self) {
        let start = self.offset;
        self.offset += 2;
        let mut depth = 1;
        while depth > 0 && self.offset < self.bytes.len() {
            match (self.peek(0), self.peek(1)) {
                (b'/', b'*') => {
                    depth += 1;
                    self.offset += 2;
                }
                (b'*', b'/') => {
                    depth -= 1;
                    self.offset += 2;
                }
                _ => self.offset += 1,
            }
        }
        self.comments.push(Comment {
            span: Span::new(start, self.offset.min(self.bytes.len())),
        });
    }

    /// A string from its opening quote.
    fn string(&mut self) -> Token {
        self.offset += 1;
        while let Some(byte) = self.bytes.get(self.offset) {
            self.offset += 1;
            match byte {
                b'"' => break,
                b'\\' => self.offset += 1,
                _ => {}
            }
        }
        Token::Literal
    }

    /// A raw string from its first `#` or quote.
    fn raw_string(&mut self, hashes: usize) -> Token {
        self.offset += hashes + 1;
        while self.offset < self.bytes.len() {
            self.offset += 1;
            if self.bytes[self.offset - 1] == b'"' && self.hashes() >= hashes {
                self.offset += hashes;
                break;
            }
        }
        Token::Literal
    }

    /// How many `#` come next.
    fn hashes(&self) -> usize {
        self.bytes[self.offset.min(self.bytes.len())..]
            .iter()
            .take_while(|byte| **byte == b'#')
            .count()
    }

    /// A character or a lifetime from its quote.
    fn quote(&mut self) -> Token {
        self.offset += 1;
        let first = self.peek(0);
        if first == b'\\' {
            self.offset += 2;
            while !matches!(self.peek(0), b'\'' | b'\n') && self.offset < self.bytes.len() {
                self.offset += 1;
            }
            self.offset += 1;
            return Token::Literal;
        }
        let length = match first {
            0xf0.. => 4,
            0xe0.. => 3,
            0xc0.. => 2,
            _ => 1,
        };
        if self.peek(length) == b'\'' {
            self.offset += length + 1;
            return Token::Literal;
        }
        self.skip_word();
        Token::Lifetime
    }

    fn skip_word(&mut self) {
        while matches!(self.peek(0), b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'_' | 0x80..) {
            self.offset += 1;
        }
    }

    fn number(&mut self) -> Token {
        let start = self.offset;
        self.skip_word();
        if self.peek(0) == b'.' && self.peek(1).is_ascii_digit() {
            self.offset += 1;
            self.skip_word();
        }
        self.longest_number = self.longest_number.max(self.offset - start);
        Token::Literal
    }

    fn word(&mut self) -> Token {
        let start = self.offset;
        self.skip_word();
        let word = &self.bytes[start..self.offset];
        match (word, self.peek(0)) {
            (b"r" | b"br" | b"cr", b'"') => return self.raw_string(0),
            (b"r" | b"br" | b"cr", b'#') => {
                let hashes = self.hashes();
                if self.peek(hashes) == b'"' {
                    return self.raw_string(hashes);
                }
                if word == b"r" && hashes == 1 {
                    self.offset += 1;
                    self.skip_word();
                }
                return Token::Word;
            }
            (b"b" | b"c", b'"') => return self.string(),
            (b"b", b'\'') => {
                self.quote();
                return Token::Literal;
            }
            _ => {}
        }
        match word {
            b"else" | b"as" | b"in" => Token::Continuation,
            b"async" | b"become" | b"break" | b"const" | b"do" | b"dyn" | b"for" | b"if"
            | b"impl" | b"let" | b"match" | b"move" | b"mut" | b"ref" | b"return" | b"static"
            | b"unsafe" | b"use" | b"where" | b"while" | b"yeet" | b"yield" => Token::Keyword,
            _ => Token::Word,
        }
    }

    fn punctuation(&mut self, byte: u8) -> Token {
        let next = self.peek(1);
        let (length, token) = match (byte, next) {
            (b'=', b'>') => (2, Token::FatArrow),
            (b'-', b'>') => (2, Token::ThinArrow),
            (b':', b':') => (2, Token::Operator),
            // A shift: no type begins with a number.
            (b'<', b'<') if self.shifts_by_number() => (2, Token::Operator),
            (b'|', b'|') => (2, Token::Pipes),
            (b'|', _) => (1, Token::Pipe),
            (b'<', _) => (1, Token::Less),
            (b'>', _) => (1, Token::Greater),
            (b'(' | b'[' | b'{', _) => (1, Token::Open),
            (b'}', _) => (1, Token::CloseBrace),
            (b')', _) => (1, Token::CloseParenthesis),
            (b']', _) => (1, Token::CloseBracket),
            (b';', _) => (1, Token::Semicolon),
            (b',', _) => (1, Token::Comma),
            (b'#', _) => (1, Token::Pound),
            _ => (1, Token::Operator),
        };
        self.offset += length;
        token
    }

    fn shifts_by_number(&self) -> bool {
        self.bytes[self.offset + 2..]
            .iter()
            .find(|byte| !byte.is_ascii_whitespace())
            .is_some_and(u8::is_ascii_digit)
    }
}
