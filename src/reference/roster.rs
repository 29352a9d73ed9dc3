//! Who is on the console, and which accounts could be added to it. How they change is in `change`.

use serde_json::{Map, Value, json};

/// The users of the console, in the order in which it lists them.
#[derive(Clone)]
pub(super) struct Roster {
    pub(super) users: Vec<ConsoleUser>,
    pub(super) accounts: Vec<Account>,
}

/// A user of the console.
#[derive(Clone)]
pub(super) struct ConsoleUser {
    pub(super) id: u32,
    /// The entry as the console lists it, so never with a password.
    pub(super) listing: Map<String, Value>,
}

/// An account that can be added to the console by whoever knows its password.
#[derive(Clone)]
pub(super) struct Account {
    pub(super) email_address: String,
    pub(super) password: String,
    pub(super) gamertag: String,
    pub(super) xbox_user_id: String,
}

/// Sponsored users have an XUID without having an account: one out of a range of its own.
const SPONSORED_XUIDS: u64 = 7_036_874_500_000_000;

impl Roster {
    pub(super) fn with_id(&self, id: u32) -> Option<usize> {
        self.users.iter().position(|user| user.id == id)
    }

    pub(super) fn with_email(&self, email: &str) -> Option<usize> {
        self.users.iter().position(|user| user.has_email(email))
    }

    /// The account with that address, for whoever has its password.
    pub(super) fn account(&self, email: &str, password: &str) -> Option<&Account> {
        let mut accounts = self.accounts.iter();
        accounts.find(|account| same_email(&account.email_address, email) && account.password == password)
    }

    pub(super) fn sponsored_signed_in(&self) -> usize {
        let users = self.users.iter();
        users.filter(|user| user.is_sponsored() && user.is_signed_in()).count()
    }

    pub(super) fn next_id(&self) -> u32 {
        let highest = self.users.iter().map(|user| user.id).max();
        highest.unwrap_or(0).saturating_add(1)
    }
}

impl ConsoleUser {
    /// Somebody with an account, not signed in yet.
    pub(super) fn with_account(id: u32, account: &Account) -> ConsoleUser {
        ConsoleUser::listed(
            id,
            [
                ("UserId", json!(id)),
                ("EmailAddress", json!(account.email_address)),
                ("AutoSignIn", json!(false)),
                ("Gamertag", json!(account.gamertag)),
                ("XboxUserId", json!(account.xbox_user_id)),
                ("SignedIn", json!(false)),
            ],
        )
    }

    /// A guest without an account, not signed in yet.
    pub(super) fn sponsored(id: u32) -> ConsoleUser {
        ConsoleUser::listed(
            id,
            [
                ("UserId", json!(id)),
                ("Gamertag", json!(format!("Guest({id})"))),
                ("XboxUserId", json!((SPONSORED_XUIDS + u64::from(id)).to_string())),
                ("SignedIn", json!(false)),
                ("SponsoredUser", json!(true)),
            ],
        )
    }

    fn listed<const N: usize>(id: u32, members: [(&str, Value); N]) -> ConsoleUser {
        let members = members.into_iter();
        ConsoleUser { id, listing: members.map(|(name, value)| (name.to_owned(), value)).collect() }
    }

    pub(super) fn set(&mut self, flag: &str, value: bool) {
        self.listing.insert(flag.to_owned(), Value::Bool(value));
    }

    pub(super) fn has_email(&self, email: &str) -> bool {
        let own = self.listing.get("EmailAddress").and_then(Value::as_str);
        own.is_some_and(|own| same_email(own, email))
    }

    pub(super) fn is_signed_in(&self) -> bool {
        self.is("SignedIn")
    }

    pub(super) fn is_sponsored(&self) -> bool {
        self.is("SponsoredUser")
    }

    fn is(&self, flag: &str) -> bool {
        self.listing.get(flag) == Some(&Value::Bool(true))
    }
}

/// Microsoft accounts are the same in any case.
fn same_email(one: &str, other: &str) -> bool {
    one.to_lowercase() == other.to_lowercase()
}
