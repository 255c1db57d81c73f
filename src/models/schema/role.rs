//! What an API, method or setting does.

use serde::{Deserialize, Serialize};

/// What an API does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    /// Signs a token.
    Mint,
    /// Verifies a token.
    Verify,
    /// Reads claims without verifying.
    Decode,
    /// Reads the header only.
    Header,
    /// Gives keys and defaults to calls elsewhere.
    Register,
    /// Makes an object that says how to verify or mint.
    Policy,
    /// Takes a secret for something other than tokens: sessions, cookies, forms.
    OtherSecret,
    /// Makes a key.
    Key,
    /// Makes a key set or its client.
    Jwks,
    /// Returns a value unchanged in meaning.
    Pass,
    /// Reads an environment variable.
    Environment,
    /// Reads a setting: of the store, or of the object it is called on, when these are known.
    Setting,
    /// Makes an instance of the class it is called on, of its type argument, or of whatever type is wanted there.
    Instance,
    /// Reads a value by a schema: what comes out has the fields of the schema, each with its default. Claims are held
    /// against it.
    Parse,
    /// Says whether a value fits a schema: claims are held against it.
    Validate,
    /// Puts settings into a store. The slot `value` is the name under which they stand there.
    Define,
    /// Reads a file.
    File,
    /// Makes random bytes.
    Random,
    /// Makes numbers that look random and can be worked out: a generator that is not made for secrets.
    Guessable,
    /// Makes the default of whatever type is wanted there.
    Default,
    /// Its receiver, or another value when that is missing.
    Fallback,
    /// Loads a module.
    Import,
    /// Copies the entries of a value into the receiver or first argument.
    Merge,
    /// Copies its receiver.
    Copy,
    /// Adds an element to its receiver.
    Append,
    /// Reads a member by a name that is an argument.
    Member,
    /// The same, and takes the member away.
    Take,
    /// Writes a key out as JSON, with its private members when it has some; its kind says so when that does not depend
    /// on the key. Returns `keys` when that is a set.
    Export,
    /// The public half of a key.
    Public,
    /// Sends its arguments to whoever asked.
    Respond,
    /// Calls its argument with the receiver: `then`, `map`.
    Apply,
    /// Calls its argument with the receiver, or with its elements, and gives those that it holds for: `filter`.
    Filter,
    /// The same, and gives one of them: `find`.
    Find,
    /// Calls its argument with the elements of its receiver, to ask something of them or for what it does: `any`.
    Each,
    /// Fixes arguments of a function: those that it is given behind that function.
    Bind,
    /// Stands as the default of a parameter, or beside its type, for what a function returns that a framework calls.
    Inject,
    /// A span of time.
    Duration,
    /// Writes to a log or console.
    Log,
    /// Asks something about a value without holding it against anything.
    Inspect,
    /// Takes a text apart.
    Split,
    /// Takes the last part of a text off.
    SplitLast,
    /// Takes the next element off its receiver, or the one at a position and those before it.
    Next,
    /// Writes bytes as base64.
    Encode,
    /// Reads JSON. What it reads out of a token that was taken apart are claims that nobody verified.
    ReadJson,
    /// Makes a keyed hash of a message.
    Hash,
    /// Says whether a keyed hash of a message is the one that is given.
    VerifyHash,
    /// Says whether two values are the same.
    Equal,
    /// Puts its receiver and arguments together.
    Join,
    /// Fetches from an address.
    Fetch,
    /// Runs a command line.
    Command,
    /// Says whether a value is in a closed set.
    Membership,
}
