//! Ways of altering an answer, and where a contract allows an answer to be that other way.

use super::case::Condition;
use super::expectation::StatusRule;
use super::path::JsonPath;
use crate::diagnostic::Place;

crate::diagnostic::explained! {
    /// One way of altering an answer. Its slug is stable.
    Operator {
        OtherClassStatus "other-class-status"
            "The status becomes one of another class: 200 becomes 404, 500 or 302; 403 becomes 200."
        SameClassStatus "same-class-status"
            "The status becomes another one of its class: 200 becomes 201, 403 becomes 404."
        DropHeader "drop-header"
            "A header is left out."
        EmptyHeader "empty-header"
            "A header loses its value."
        ChangeHeader "change-header"
            "A header gets another value; a Content-Length is one too high or too low."
        DoubleHeader "double-header"
            "A header is sent a second time with the same value. Only lists may be split like this (RFC 9110, section 5.3)."
        ForbiddenHeader "forbidden-header"
            "A header is there that an expectation says must be absent."
        MediaType "media-type"
            "Content-Type names another media type."
        Charset "charset"
            "Content-Type names another charset."
        EmptyBody "empty-body"
            "The body is left out; its length is right."
        FillBody "fill-body"
            "An answer without a body gets one."
        TruncateBody "truncate-body"
            "The body ends early; its length is right."
        TrailingBytes "trailing-bytes"
            "More bytes follow the body; its length is right."
        BrokenJson "broken-json"
            "The JSON of the body has a comma too many."
        DuplicateName "duplicate-name"
            "An object of the body has a name twice."
        ByteOrderMark "byte-order-mark"
            "The body begins with a byte order mark (RFC 8259, section 8.1)."
        BrokenUtf8 "broken-utf8"
            "A byte of the body isn't UTF-8."
        ChangeText "change-text"
            "A character of a body that isn't JSON is another one."
        DropMember "drop-member"
            "A member of an object is left out."
        RenameMember "rename-member"
            "A member of an object has another name."
        RecaseMember "recase-member"
            "The name of a member begins with a letter of the other case."
        NullValue "null-value"
            "A value becomes null."
        RetypeValue "retype-value"
            "A value is of another type: a number becomes a text, a text a number or a list, an object a list."
        ChangeValue "change-value"
            "A value becomes another one of its type."
        AddMember "add-member"
            "An object has one more member."
        EmptyArray "empty-array"
            "A list has nothing in it."
        DropItem "drop-item"
            "A list lacks one of its items."
        DoubleItem "double-item"
            "A list has one of its items twice."
        ReorderItems "reorder-items"
            "A list has its items in another order."
        OtherAnswer "other-answer"
            "The answer is that which another persona got, or which tells of somebody else."
        InsertCanary "insert-canary"
            "A text that this persona must not see stands somewhere in the answer: in the reason phrase, in a header, in the body, plain or encoded."
        Misframe "misframe"
            "The answer is framed in a way that an expectation says it isn't: with two lengths, a chunk without an end, bytes after the end."
        AddHeader "add-header"
            "There is one more header, of a name that nobody knows. Recipients ignore it (RFC 9110, section 5.1), so every case must."
        RecaseHeader "recase-header"
            "The names of headers are written in upper case. They compare without case (RFC 9110, section 5.1), so every case must tolerate it."
        ReorderHeaders "reorder-headers"
            "Headers of different names come in another order, which means nothing (RFC 9110, section 5.3), so every case must tolerate it."
        RespaceJson "respace-json"
            "The JSON of the body is written with blanks and line feeds, which mean nothing (RFC 8259, section 2), so every case must tolerate it."
        EscapeJson "escape-json"
            "Letters of the body's texts are written as escapes, which mean the same (RFC 8259, section 7), so every case must tolerate it."
        ReorderMembers "reorder-members"
            "The members of the body's objects come in another order, which means nothing (RFC 8259, section 4), so every case must tolerate it."
    }
}

/// Those that alter a header that the answer has, whatever it says.
const OF_A_HEADER: &[Operator] =
    &[Operator::DropHeader, Operator::EmptyHeader, Operator::ChangeHeader, Operator::DoubleHeader];

/// Those that alter one value of a JSON body.
const OF_A_VALUE: &[Operator] = &[
    Operator::DropMember,
    Operator::RenameMember,
    Operator::RecaseMember,
    Operator::NullValue,
    Operator::RetypeValue,
    Operator::ChangeValue,
    Operator::AddMember,
    Operator::EmptyArray,
    Operator::DropItem,
    Operator::DoubleItem,
    Operator::ReorderItems,
];

/// Those that alter the bytes of a body.
const OF_THE_BYTES: &[Operator] = &[
    Operator::EmptyBody,
    Operator::FillBody,
    Operator::TruncateBody,
    Operator::TrailingBytes,
    Operator::BrokenJson,
    Operator::DuplicateName,
    Operator::ByteOrderMark,
    Operator::BrokenUtf8,
    Operator::ChangeText,
];

/// Words that stand for several operators where a contract declares what is lawful.
pub const GROUPS: [(&str, &[&[Operator]]); 3] =
    [("any-header", &[OF_A_HEADER]), ("any-json", &[OF_A_VALUE]), ("any-body", &[OF_THE_BYTES, OF_A_VALUE])];

impl Operator {
    /// Whether an RFC says that the alteration means nothing, whatever the contract.
    #[must_use]
    pub fn means_nothing(self) -> bool {
        matches!(
            self,
            Self::AddHeader
                | Self::RecaseHeader
                | Self::ReorderHeaders
                | Self::RespaceJson
                | Self::EscapeJson
                | Self::ReorderMembers
        )
    }

    /// Whether it alters a header that the answer has.
    #[must_use]
    pub fn alters_a_header(self) -> bool {
        OF_A_HEADER.contains(&self) || matches!(self, Self::MediaType | Self::Charset)
    }

    /// Whether it alters one value of a JSON body.
    #[must_use]
    pub fn alters_a_value(self) -> bool {
        OF_A_VALUE.contains(&self)
    }
}

/// A way in which an answer may be different without breaking a clause.
#[derive(Clone, Debug)]
pub struct Lawful {
    /// The alterations that are allowed.
    pub changes: Vec<Operator>,
    /// Of which answers.
    pub when: Condition,
    /// Of which nodes of the body; of all, if empty.
    pub at: Vec<JsonPath>,
    /// Of which headers.
    pub headers: Option<HeaderNames>,
    /// To which status.
    pub status: Option<StatusRule>,
    /// In which outcomes of a matrix; in all, if empty.
    pub sees: Vec<String>,
    /// Why no clause forbids it.
    pub because: String,
    /// Where it is declared.
    pub place: Place,
}

/// Some header names, or all but some.
#[derive(Clone, Debug)]
pub struct HeaderNames {
    /// Names in lower case.
    pub names: Vec<String>,
    /// Whether all others are meant.
    pub negated: bool,
}

impl HeaderNames {
    /// Whether the header is meant; the name compares without case.
    #[must_use]
    pub fn include(&self, name: &str) -> bool {
        self.names.iter().any(|known| known.eq_ignore_ascii_case(name)) != self.negated
    }
}

/// A gap that the contract's owner knows of.
#[derive(Clone, Debug)]
pub struct Tolerance {
    /// The trials in which it may show: a pattern as for `--only`.
    pub trials: String,
    /// The alterations that go unnoticed.
    pub changes: Vec<Operator>,
    /// Where: a JSON Pointer with `*` for any index, or the name of a header; anywhere, if left out.
    pub at: Option<String>,
    /// Why nothing is done about it.
    pub because: String,
    /// Where it is declared.
    pub place: Place,
}
