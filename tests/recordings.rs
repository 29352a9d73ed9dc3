//! Bodies as the real services send them, and bodies that they never send, judged by the shipped schemas.

use std::fs;
use std::path::Path;

use probity::model::schema::{Schema, SchemaSet};
use serde_json::{Value, json};

fn schema(name: &str) -> Schema {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("schemas");
    let mut schemas = Vec::new();
    for (inner, prefix) in [(folder.clone(), ""), (folder.join("types"), "types/")] {
        for entry in fs::read_dir(inner).expect("a folder of schemas") {
            let path = entry.expect("an entry").path();
            if let Some(stem) =
                path.file_name().and_then(|name| name.to_str()).and_then(|name| name.strip_suffix(".json"))
            {
                let text = fs::read_to_string(&path).expect("a schema");
                schemas.push((format!("{prefix}{stem}"), serde_json::from_str(&text).expect("JSON")));
            }
        }
    }
    let set = SchemaSet::new(&schemas).expect("schemas that refer to each other");
    set.compile(name).expect("a schema of this name").expect("a valid schema")
}

fn check(name: &str, good: &[Value], bad: &[(&str, Value)]) {
    let schema = schema(name);
    for body in good {
        assert_eq!(schema.errors(body, 99), [], "{body}");
    }
    for (pointer, body) in bad {
        let errors = schema.errors(body, 99);
        assert!(errors.iter().any(|error| error.pointer == *pointer), "{body}: {errors:?}");
    }
}

#[test]
fn profiles() {
    let of = |id: Value, settings: Value| json!({"profileUsers": [{"id": id, "settings": settings}]});
    let real = json!({"profileUsers": [{
        "id": "2533274799999999", "hostId": "2533274799999999", "isSponsoredUser": false,
        "settings": [{"id": "Gamerscore", "value": "89410"}, {"id": "Bio", "value": ""}],
    }]});
    check(
        "profile",
        &[real, json!({"profileUsers": []}), of(json!("1"), json!([]))],
        &[
            ("", json!({})),
            ("", json!([])),
            ("/profileUsers/0/id", of(json!(2_533_274_799_999_999_u64), json!([]))),
            ("/profileUsers/0/id", of(json!("18446744073709551616"), json!([]))),
            ("/profileUsers/0/settings", of(json!("1"), json!({"Gamerscore": "0"}))),
            ("/profileUsers/0/settings/0/value", of(json!("1"), json!([{"id": "Gamerscore", "value": 0}]))),
            ("/profileUsers/0/settings/0", of(json!("1"), json!([{"id": "Gamerscore"}]))),
        ],
    );
}

#[test]
fn people() {
    let of = |person: Value| json!({"totalCount": 1, "people": [person]});
    let real = json!({
        "isKnown": false, "isFavorite": true, "isFollowedByCaller": true, "isUnfollowingFeed": false,
        "xuid": "2533274799999998", "isFollowingCaller": true, "socialNetworks": [],
        "addedDateTimeUtc": "2017-08-05T17:03:51.7279382Z",
    });
    check(
        "people",
        &[of(real), of(json!({"xuid": "1", "isFavorite": false})), json!({"people": [], "totalCount": 0})],
        &[
            ("", json!({"people": []})),
            ("/totalCount", json!({"people": [], "totalCount": "0"})),
            ("/totalCount", json!({"people": [], "totalCount": -1})),
            ("/people/0", of(json!({"xuid": "1"}))),
            ("/people/0/xuid", of(json!({"xuid": 1, "isFavorite": false}))),
            ("/people/0/isFavorite", of(json!({"xuid": "1", "isFavorite": "false"}))),
            ("/people/0/socialNetworks", of(json!({"xuid": "1", "isFavorite": true, "socialNetworks": null}))),
        ],
    );
}

#[test]
fn presence_records() {
    let title =
        |title: Value| json!({"xuid": "1", "state": "Online", "devices": [{"type": "Win32", "titles": [title]}]});
    let real = json!({
        "id": "750323071", "placement": "Background", "name": "", "state": "Active",
        "lastModified": "2018-06-06T19:38:14.0770062Z", "activity": {"richPresence": "Watching"},
    });
    let seen =
        json!({"titleId": "1653768775", "deviceType": "iOS", "timestamp": "2026-05-30T20:38:04.399", "titleName": ""});
    check(
        "presence-record",
        &[
            title(real),
            title(json!({"id": "1", "name": "n", "placement": "full", "timestamp": "2012-09-17T07:15:23.4930000"})),
            json!({"xuid": "0123456789", "state": "offline"}),
            json!({"xuid": "1", "state": "Offline", "lastSeen": seen, "cloaked": false}),
            json!({"xuid": "1", "state": "Away", "devices": []}),
        ],
        &[
            ("", json!({"state": "Online"})),
            ("/xuid", json!({"xuid": 1, "state": "Online"})),
            ("/state", json!({"xuid": "1", "state": "Busy"})),
            ("/devices", json!({"xuid": "1", "state": "Online", "devices": null})),
            ("/devices/0", json!({"xuid": "1", "state": "Online", "devices": [{}]})),
            ("/devices/0/titles/0/id", title(json!({"id": 1, "name": "n"}))),
            ("/devices/0/titles/0/id", title(json!({"id": "4294967296", "name": "n"}))),
            ("/devices/0/titles/0/lastModified", title(json!({"id": "1", "name": "n", "lastModified": "yesterday"}))),
            ("/devices/0/titles/0/activity", title(json!({"id": "1", "name": "n", "activity": "Watching"}))),
        ],
    );
}

#[test]
fn console_users() {
    let real = json!({
        "UserId": 16, "EmailAddress": "someone@example.com", "AutoSignIn": false, "Gamertag": "Someone",
        "XboxUserId": "12345667890123456", "SignedIn": true,
    });
    let sponsored =
        json!({"UserId": "1", "SignedIn": true, "SponsoredUser": true, "Gamertag": "Someone(1)", "XboxUserId": "7"});
    let without = |member: &str| {
        let mut user = real.clone();
        user.as_object_mut().expect("an object").remove(member);
        json!({"Users": [user]})
    };
    check(
        "console-users",
        &[json!({"Users": [real, sponsored]}), json!({"Users": []}), without("EmailAddress"), without("AutoSignIn")],
        &[
            ("", json!([real])),
            ("/Users/0", without("Gamertag")),
            ("/Users/0", without("SignedIn")),
            ("/Users/0", without("UserId")),
            ("/Users/0", without("XboxUserId")),
            (
                "/Users/0/SignedIn",
                json!({"Users": [{"UserId": 1, "Gamertag": "g", "XboxUserId": "7", "SignedIn": "true"}]}),
            ),
        ],
    );
}
