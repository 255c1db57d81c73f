//! The small language of the models: where a slot's value stands in a call, and what a value must be.
//!
//! ```text
//! source    := one (" | " one)*                      the first that is there
//! one       := "arg" (N | "last")                    a positional argument, from 0
//!            | "named" NAME                          a named argument; "named *": all of them, as an options object
//!            | "option" PATH "of" one                a member of an options object, or by number of a list
//!            | "elements of" one                      every element of a list; what is no list is its own element
//!            | "variant" NAME "of" one               an element of a list by the name of its enum variant: its content
//!            | "field" NAME                          a field written on the receiver or policy
//!            | "call" NAME("|"NAME)* [one]           an argument of a call made on the receiver; alone: that it was made
//!            | "made" one                            from the call that made the receiver
//!            | "return of" one                       what the function there returns, or hands to its callback; it gets the header
//!            | "answer of" one                       the same for a function that gets a request, a payload, anything but the header
//!            | "result of" one                         the same for a function that gets unknown arguments: a factory
//!            | "returned by" one                     what the function returns whose name is the text there
//!            | "method" NAME "of" one                what a method of the object or class there returns: a factory of its own
//!            | "type argument" N                     a type argument
//!            | "receiver"                            the object the method is called on
//!            | "value" WORD                          a constant
//! condition := source ["is" ("set"|"missing"|"true"|"false"|"null"|"pattern"|"text"|"list"|"empty"|"zero") | "has" WORD]
//! ```

use std::fmt;

use serde::{Deserialize, Serialize, Serializer};

/// Where a slot's value comes from: the first alternative that is present.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct Source(pub Vec<Place>);

/// One alternative of a [`Source`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// A positional argument.
    Argument(usize),
    /// The last positional argument.
    LastArgument,
    /// A named argument.
    Named(String),
    /// A member, by path, of an options object.
    Option {
        /// Names from the outside in.
        path: Vec<String>,
        /// Where the options object is.
        of: Box<Place>,
    },
    /// Every element of a list.
    Elements(Box<Place>),
    /// The element of a list that is this enum variant: what it holds, or that it is there.
    Variant {
        /// Name of the variant.
        name: String,
        /// Where the list is.
        of: Box<Place>,
    },
    /// A field of the receiver or policy.
    Field(String),
    /// A call on the receiver: its argument, or that it was made.
    Call {
        /// Names of the method.
        names: Vec<String>,
        /// Which argument; `None`: that it was made at all.
        argument: Option<Box<Place>>,
    },
    /// An argument of the call that made the receiver.
    Made(Box<Place>),
    /// What a function returns that gets the token's header.
    Return(Box<Place>),
    /// What a function returns that gets anything else.
    Answer(Box<Place>),
    /// What a function returns whose arguments are not known.
    Result(Box<Place>),
    /// What a function returns that is named by a text.
    ReturnedBy(Box<Place>),
    /// What a method returns that the library calls on an object, or on an instance of a class.
    Method {
        /// The method's name.
        name: String,
        /// Where the object or class is.
        of: Box<Place>,
    },
    /// A type argument of the call.
    TypeArgument(usize),
    /// The receiver itself.
    Receiver,
    /// A constant.
    Constant(String),
}

/// A [`Source`] and what its value must be.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct Condition {
    /// Where the value stands.
    pub source: Source,
    /// What it must be.
    pub test: Test,
}

/// What a value must be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Test {
    /// Present, whatever it is.
    Set,
    /// Not present.
    Missing,
    /// True, or truthy.
    True,
    /// False.
    False,
    /// Null.
    Null,
    /// A regular expression.
    Pattern,
    /// A string.
    Text,
    /// A list.
    List,
    /// An empty string, list or map.
    Empty,
    /// The number 0.
    Zero,
    /// A list or map that holds a name or text.
    Has(String),
    /// A list or map that does not.
    Lacks(String),
}

impl TryFrom<String> for Source {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        text.split(" | ")
            .map(place)
            .collect::<Result<_, _>>()
            .map(Self)
    }
}

impl TryFrom<String> for Condition {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let (source, test) = if let Some((source, word)) = text.rsplit_once(" has ") {
            (source, Test::Has(word.trim().to_owned()))
        } else if let Some((source, word)) = text.rsplit_once(" lacks ") {
            (source, Test::Lacks(word.trim().to_owned()))
        } else if let Some((source, word)) = text.rsplit_once(" is ") {
            let test = match word.trim() {
                "set" => Test::Set,
                "missing" => Test::Missing,
                "true" => Test::True,
                "false" => Test::False,
                "null" => Test::Null,
                "pattern" => Test::Pattern,
                "text" => Test::Text,
                "list" => Test::List,
                "empty" => Test::Empty,
                "zero" => Test::Zero,
                other => {
                    return Err(format!(
                        "`{other}` is not a test; see `is set`, `is true`, ..."
                    ));
                }
            };
            (source, test)
        } else {
            (text.as_str(), Test::Set)
        };
        Ok(Self {
            source: Source::try_from(source.to_owned())?,
            test,
        })
    }
}

impl fmt::Display for Source {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, place) in self.0.iter().enumerate() {
            if index > 0 {
                formatter.write_str(" | ")?;
            }
            write!(formatter, "{place}")?;
        }
        Ok(())
    }
}

impl fmt::Display for Place {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Argument(index) => write!(formatter, "arg {index}"),
            Self::LastArgument => formatter.write_str("arg last"),
            Self::Named(name) => write!(formatter, "named {name}"),
            Self::Option { path, of } => write!(formatter, "option {} of {of}", path.join(".")),
            Self::Elements(of) => write!(formatter, "elements of {of}"),
            Self::Variant { name, of } => write!(formatter, "variant {name} of {of}"),
            Self::Field(name) => write!(formatter, "field {name}"),
            Self::Call { names, argument } => {
                write!(formatter, "call {}", names.join("|"))?;
                match argument {
                    Some(argument) => write!(formatter, " {argument}"),
                    None => Ok(()),
                }
            }
            Self::Made(place) => write!(formatter, "made {place}"),
            Self::Return(place) => write!(formatter, "return of {place}"),
            Self::Answer(place) => write!(formatter, "answer of {place}"),
            Self::Result(place) => write!(formatter, "result of {place}"),
            Self::ReturnedBy(place) => write!(formatter, "returned by {place}"),
            Self::Method { name, of } => write!(formatter, "method {name} of {of}"),
            Self::TypeArgument(index) => write!(formatter, "type argument {index}"),
            Self::Receiver => formatter.write_str("receiver"),
            Self::Constant(word) => write!(formatter, "value {word}"),
        }
    }
}

impl fmt::Display for Condition {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let source = &self.source;
        let test = match &self.test {
            Test::Set => "set",
            Test::Missing => "missing",
            Test::True => "true",
            Test::False => "false",
            Test::Null => "null",
            Test::Pattern => "pattern",
            Test::Text => "text",
            Test::List => "list",
            Test::Empty => "empty",
            Test::Zero => "zero",
            Test::Has(word) => return write!(formatter, "{source} has {word}"),
            Test::Lacks(word) => return write!(formatter, "{source} lacks {word}"),
        };
        write!(formatter, "{source} is {test}")
    }
}

impl Serialize for Source {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl Serialize for Condition {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

fn place(text: &str) -> Result<Place, String> {
    let text = text.trim();
    let (word, rest) = text.split_once(' ').unwrap_or((text, ""));
    let rest = rest.trim();
    let number = |text: &str| {
        text.parse::<usize>()
            .map_err(|_| format!("`{text}` is not a number"))
    };
    Ok(match word {
        "arg" if rest == "last" => Place::LastArgument,
        "arg" => Place::Argument(number(rest)?),
        "named" if !rest.is_empty() => Place::Named(rest.to_owned()),
        "option" => {
            let (path, of) = rest
                .split_once(" of ")
                .ok_or(format!("`{text}`: `option PATH of ...` expected"))?;
            Place::Option {
                path: path.split('.').map(str::to_owned).collect(),
                of: Box::new(place(of)?),
            }
        }
        "elements" => Place::Elements(Box::new(place(rest.strip_prefix("of ").unwrap_or(rest))?)),
        "variant" | "method" => {
            let (name, of) = rest
                .split_once(" of ")
                .ok_or(format!("`{text}`: `{word} NAME of ...` expected"))?;
            let (name, of) = (name.to_owned(), Box::new(place(of)?));
            if word == "variant" {
                Place::Variant { name, of }
            } else {
                Place::Method { name, of }
            }
        }
        "field" if !rest.is_empty() => Place::Field(rest.to_owned()),
        "call" => {
            let (names, argument) = rest.split_once(' ').unwrap_or((rest, ""));
            Place::Call {
                names: names.split('|').map(str::to_owned).collect(),
                argument: if argument.is_empty() {
                    None
                } else {
                    Some(Box::new(place(argument)?))
                },
            }
        }
        "made" => Place::Made(Box::new(place(rest)?)),
        "return" => Place::Return(Box::new(place(rest.strip_prefix("of ").unwrap_or(rest))?)),
        "answer" => Place::Answer(Box::new(place(rest.strip_prefix("of ").unwrap_or(rest))?)),
        "result" => Place::Result(Box::new(place(rest.strip_prefix("of ").unwrap_or(rest))?)),
        "returned" => Place::ReturnedBy(Box::new(place(rest.strip_prefix("by ").unwrap_or(rest))?)),
        "type" => Place::TypeArgument(number(rest.strip_prefix("argument ").unwrap_or(rest))?),
        "receiver" => Place::Receiver,
        "value" => Place::Constant(rest.to_owned()),
        _ => {
            return Err(format!(
                "`{text}` is not a place: see `arg 0`, `named x`, `option x of arg 2`, `field x`, `call x arg 0`"
            ));
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn alternatives_and_nesting() {
        let source =
            Source::try_from("option alg of call header|setHeader arg 0 | named alg".to_owned())
                .unwrap();
        let call = Place::Call {
            names: vec!["header".into(), "setHeader".into()],
            argument: Some(Box::new(Place::Argument(0))),
        };
        assert_eq!(
            source.0,
            [
                Place::Option {
                    path: vec!["alg".into()],
                    of: Box::new(call)
                },
                Place::Named("alg".into())
            ]
        );
    }

    #[test]
    fn conditions() {
        let parse = |text: &str| Condition::try_from(text.to_owned());
        assert_eq!(parse("arg 2 is true").unwrap().test, Test::True);
        assert_eq!(
            parse("arg 2 has none").unwrap().test,
            Test::Has("none".into())
        );
        assert_eq!(
            parse("arg 2 lacks exp").unwrap().test,
            Test::Lacks("exp".into())
        );
        assert_eq!(parse("call insecure").unwrap().test, Test::Set);
        assert!(parse("arg 2 is wobbly").is_err());
        assert!(parse("argument 2").is_err());
    }

    #[test]
    fn texts_come_back() {
        for text in [
            "return of arg 1 | answer of arg 2 | arg last | named key",
            "option a.b of made named options",
            "option alg of call header|setHeader arg 0",
            "result of call insecure",
            "option a of elements of arg 1 | variant Issuer of arg 2",
            "option secret of method options of option maker of arg 0",
            "field aud | type argument 0 | receiver | value x | returned by named default",
        ] {
            assert_eq!(Source::try_from(text.to_owned()).unwrap().to_string(), text);
        }
        for text in ["arg 2 is missing", "named x has none", "arg 2 lacks exp"] {
            assert_eq!(
                Condition::try_from(text.to_owned()).unwrap().to_string(),
                text
            );
        }
    }
}
