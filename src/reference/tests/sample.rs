//! A world small enough to keep in mind: me, a friend, a follower I don't know, and users of every
//! privacy.

use serde_json::{Value, json};

pub(in super::super) const ME: &str = "2533274791381930";
pub(in super::super) const MY_TOKEN: &str = "XBL3.0 x=1;me";

/// Lists me, and I list him.
pub(super) const FRIEND: &str = "2533274792986770";
pub(super) const FRIEND_TOKEN: &str = "XBL3.0 x=2;friend";

/// Lists me and shows her presence to friends only; I don't list her.
pub(super) const FOLLOWER: &str = "2533274794866999";
pub(super) const FOLLOWER_TOKEN: &str = "XBL3.0 x=3;follower";

/// Is on my list, but has nobody on theirs, and no presence.
pub(super) const LONER: &str = "18446744073709551615";

pub(super) const NOBODY: &str = "404";
pub(super) const THIRD_PARTY_TOKEN: &str = "XBL3.0 x=9;site";
pub(super) const NO_XUID_TOKEN: &str = "XBL3.0 x=-;nobody";

pub(in super::super) fn world() -> Value {
    json!({
        "users": [
            {
                "persona": "me", "xuid": ME, "gamertag": "Zoé (2)",
                "authorization": MY_TOKEN,
                "settings": {"Gamertag": "Zoé (2)", "Gamerscore": "0", "GameDisplayPicRaw": ""},
                "privacy": "blocked",
                "friends": [
                    person(FRIEND, true, true),
                    person(LONER, false, false),
                ],
                "presence": record(ME),
            },
            {
                "persona": "friend", "xuid": FRIEND, "gamertag": "Bob",
                "authorization": FRIEND_TOKEN,
                "settings": {"Gamertag": "Bob"},
                "privacy": "everyone",
                "friends": [person(ME, false, true)],
                "presence": record(FRIEND),
            },
            {
                "persona": "follower", "xuid": FOLLOWER, "gamertag": "Eve",
                "authorization": FOLLOWER_TOKEN,
                "settings": {"Gamertag": "Eve"},
                "privacy": "friends-only",
                "friends": [person(ME, false, false)],
                "presence": record(FOLLOWER),
            },
            {
                "persona": "loner", "xuid": LONER, "gamertag": "Max",
                "authorization": "XBL3.0 x=4;loner",
                "settings": {}, "privacy": "everyone", "friends": [], "presence": null,
            },
        ],
        "credentials": {"third-party": THIRD_PARTY_TOKEN, "no-xuid": NO_XUID_TOKEN},
        "console": {
            "users": [
                {"UserId": 16, "EmailAddress": "ann@example.com", "AutoSignIn": false,
                 "Gamertag": "Ann", "XboxUserId": "1234566789012345", "SignedIn": true},
                {"UserId": "1", "SignedIn": true, "SponsoredUser": true, "Gamertag": "Ann(1)",
                 "XboxUserId": "7036874539097560"},
            ],
            "accounts": [
                {"EmailAddress": "new@example.com", "Password": "secret", "Gamertag": "New",
                 "XboxUserId": "1234566789012399"},
            ],
        },
    })
}

pub(super) fn person(xuid: &str, is_favorite: bool, follows: bool) -> Value {
    json!({
        "xuid": xuid,
        "isFavorite": is_favorite,
        "isFollowingCaller": follows,
        "socialNetworks": ["LegacyXboxLive"],
    })
}

pub(super) fn record(xuid: &str) -> Value {
    json!({"xuid": xuid, "state": "Online", "devices": [
        {"type": "XboxOne", "titles": [
            {"id": "7", "name": "A", "activity": {"richPresence": "canary"}},
        ]},
    ]})
}
