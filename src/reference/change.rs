//! The rules by which the users of the console change. Nothing here knows of HTTP or of bodies.

use super::roster::{ConsoleUser, Roster};

/// One entry of the list that is put: whom it is about, and what is to become of them.
#[derive(Clone, Default)]
pub(super) struct Change {
    pub(super) email_address: Option<String>,
    pub(super) user_id: Option<u32>,
    pub(super) password: Option<String>,
    pub(super) signed_in: Option<bool>,
    pub(super) auto_sign_in: Option<bool>,
    pub(super) sponsored_user: bool,
    pub(super) delete: bool,
}

/// Why a change can't be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum Impossible {
    #[error("EmailAddress or UserId is needed, unless a sponsored user is being signed in.")]
    NobodyNamed,
    #[error("There is no such user on the console.")]
    UnknownUser,
    #[error("EmailAddress and UserId are of different users.")]
    DifferentUsers,
    #[error("Password is needed for a user who is not on the console yet.")]
    PasswordMissing,
    #[error("There is no account with this EmailAddress and Password.")]
    WrongCredentials,
    #[error("A user with an account is not a sponsored user.")]
    NotSponsored,
    #[error("The maximum number of sponsored users is already signed in.")]
    TooManySponsored,
}

/// No document says how many; this leaves room, and keeps the list from growing without end.
const MOST_SPONSORED_SIGNED_IN: usize = 16;

/// Makes every change, in order, or none.
pub(super) fn apply(roster: &mut Roster, changes: &[Change]) -> Result<(), Impossible> {
    let mut draft = roster.clone();
    for change in changes {
        apply_one(&mut draft, change)?;
    }
    *roster = draft;
    Ok(())
}

fn apply_one(roster: &mut Roster, change: &Change) -> Result<(), Impossible> {
    match find(roster, change)? {
        // Whatever else the change says of a user who leaves, they leave.
        Some(index) if change.delete => {
            roster.users.remove(index);
        }
        Some(index) => update(roster, index, change)?,
        None if change.delete => return Err(Impossible::UnknownUser),
        None => add(roster, change)?,
    }
    Ok(())
}

/// Where the user is whom the change is about; `None` when they are to be added.
fn find(roster: &Roster, change: &Change) -> Result<Option<usize>, Impossible> {
    match (change.user_id, &change.email_address) {
        (None, None) if signs_in_new_sponsored(change) => Ok(None),
        (None, None) => Err(Impossible::NobodyNamed),
        (None, Some(email)) => Ok(roster.with_email(email)),
        (Some(id), email) => {
            let index = roster.with_id(id).ok_or(Impossible::UnknownUser)?;
            match email {
                Some(email) if !roster.users[index].has_email(email) => Err(Impossible::DifferentUsers),
                _ => Ok(Some(index)),
            }
        }
    }
}

/// The one change that needs to name nobody, since whom it adds has no name yet.
fn signs_in_new_sponsored(change: &Change) -> bool {
    change.sponsored_user && change.signed_in == Some(true) && !change.delete
}

fn update(roster: &mut Roster, index: usize, change: &Change) -> Result<(), Impossible> {
    let user = &roster.users[index];
    if change.sponsored_user && !user.is_sponsored() {
        return Err(Impossible::NotSponsored);
    }
    let signs_in = change.signed_in == Some(true) && !user.is_signed_in();
    if signs_in && user.is_sponsored() {
        require_room_for_sponsored(roster)?;
    }
    set_flags(&mut roster.users[index], change);
    Ok(())
}

fn add(roster: &mut Roster, change: &Change) -> Result<(), Impossible> {
    let mut user = match &change.email_address {
        Some(_) if change.sponsored_user => return Err(Impossible::NotSponsored),
        Some(email) => user_with_account(roster, email, change.password.as_deref())?,
        None => {
            require_room_for_sponsored(roster)?;
            ConsoleUser::sponsored(roster.next_id())
        }
    };
    set_flags(&mut user, change);
    roster.users.push(user);
    Ok(())
}

/// A wrong password and an unknown address are one answer, so that addresses can't be tried out.
fn user_with_account(roster: &Roster, email: &str, password: Option<&str>) -> Result<ConsoleUser, Impossible> {
    let password = password.ok_or(Impossible::PasswordMissing)?;
    let account = roster.account(email, password).ok_or(Impossible::WrongCredentials)?;
    Ok(ConsoleUser::with_account(roster.next_id(), account))
}

fn require_room_for_sponsored(roster: &Roster) -> Result<(), Impossible> {
    if roster.sponsored_signed_in() < MOST_SPONSORED_SIGNED_IN { Ok(()) } else { Err(Impossible::TooManySponsored) }
}

fn set_flags(user: &mut ConsoleUser, change: &Change) {
    if let Some(signed_in) = change.signed_in {
        user.set("SignedIn", signed_in);
    }
    if let Some(auto_sign_in) = change.auto_sign_in {
        user.set("AutoSignIn", auto_sign_in);
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::{super::roster::Account, *};

    fn roster() -> Roster {
        let account = |email: &str| Account {
            email_address: email.to_owned(),
            password: "secret".to_owned(),
            gamertag: "Gamer".to_owned(),
            xbox_user_id: "1".to_owned(),
        };
        Roster {
            users: vec![ConsoleUser::with_account(20, &account("Ann@example.com")), ConsoleUser::sponsored(7)],
            accounts: vec![account("New@example.com")],
        }
    }

    fn add_sponsored() -> Change {
        Change { sponsored_user: true, signed_in: Some(true), ..Change::default() }
    }

    fn of_id(id: u32) -> Change {
        Change { user_id: Some(id), ..Change::default() }
    }

    #[test]
    fn a_newcomer_gets_the_next_id_and_what_was_asked() {
        let mut roster = roster();
        let newcomer = Change {
            email_address: Some("NEW@example.com".to_owned()),
            password: Some("secret".to_owned()),
            auto_sign_in: Some(true),
            ..Change::default()
        };
        assert_eq!(apply(&mut roster, &[newcomer, add_sponsored()]), Ok(()));

        let added = roster.users[2..].iter();
        let added: Vec<Value> = added.map(|user| Value::Object(user.listing.clone())).collect();
        let expected = json!([
            {
                "UserId": 21, "EmailAddress": "New@example.com", "AutoSignIn": true,
                "Gamertag": "Gamer", "XboxUserId": "1", "SignedIn": false,
            },
            {
                "UserId": 22, "Gamertag": "Guest(22)", "XboxUserId": "7036874500000022",
                "SignedIn": true, "SponsoredUser": true,
            },
        ]);
        assert_eq!(Value::Array(added), expected);
    }

    #[test]
    fn one_impossible_change_undoes_the_others() {
        let mut roster = roster();
        let delete = Change { delete: true, ..of_id(20) };
        let changes = [delete.clone(), of_id(99)];
        assert_eq!(apply(&mut roster, &changes), Err(Impossible::UnknownUser));
        assert_eq!(roster.users.len(), 2);
        assert_eq!(apply(&mut roster, &[delete]), Ok(()));
        assert_eq!(roster.users.len(), 1);
    }

    #[test]
    fn sponsored_users_have_a_maximum_while_signed_in() {
        let mut roster = roster();
        let most = vec![add_sponsored(); MOST_SPONSORED_SIGNED_IN];
        assert_eq!(apply(&mut roster, &most), Ok(()));
        let sign_in = Change { signed_in: Some(true), ..of_id(7) };
        for change in [add_sponsored(), sign_in] {
            assert_eq!(apply(&mut roster, &[change]), Err(Impossible::TooManySponsored));
        }
    }
}
