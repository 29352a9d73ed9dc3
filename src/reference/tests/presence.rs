use serde_json::{Value, json};

use super::{
    authorization,
    sample::{
        FOLLOWER, FOLLOWER_TOKEN, FRIEND, FRIEND_TOKEN, LONER, ME, MY_TOKEN, NO_XUID_TOKEN, NOBODY, THIRD_PARTY_TOKEN,
        record,
    },
    send, start,
};

fn nothing(xuid: &str) -> Value {
    json!({"xuid": xuid, "state": "Offline", "devices": []})
}

#[test]
fn who_sees_whom() {
    let server = start();
    let cases = [
        // I am blocked to everybody but myself.
        (MY_TOKEN, ME, true),
        (FRIEND_TOKEN, ME, false),
        (FOLLOWER_TOKEN, ME, false),
        (THIRD_PARTY_TOKEN, ME, false),
        // My friend shows everything to everyone who has an account.
        (MY_TOKEN, FRIEND, true),
        (FOLLOWER_TOKEN, FRIEND, true),
        (THIRD_PARTY_TOKEN, FRIEND, false),
        // My follower shows it to me, because I am on her list, and not to others.
        (MY_TOKEN, FOLLOWER, true),
        (FRIEND_TOKEN, FOLLOWER, false),
        (FOLLOWER_TOKEN, FOLLOWER, true),
        (THIRD_PARTY_TOKEN, FOLLOWER, false),
        // There is nothing to see of these.
        (MY_TOKEN, LONER, false),
        (MY_TOKEN, NOBODY, false),
        (MY_TOKEN, "0", false),
    ];
    for (token, xuid, sees) in cases {
        let heard = send(&server, &format!("GET /users/xuid({xuid})?level=all"), &[&authorization(token)], "");
        let expected = if sees { record(xuid) } else { nothing(xuid) };
        assert_eq!((heard.status, heard.json()), (200, expected), "{token} asks about {xuid}");
    }
}

#[test]
fn a_friendship_that_ends_hides_what_it_showed() {
    let server = start();
    let me = authorization(MY_TOKEN);
    let her = authorization(FOLLOWER_TOKEN);
    let line = format!("GET /users/xuid({FOLLOWER})?level=all");
    assert_eq!(send(&server, &line, &[&me], "").json(), record(FOLLOWER));

    let body = json!({"xuids": [ME]}).to_string();
    let headers = [her.as_str(), "content-type: application/json"];
    assert_eq!(send(&server, "POST /users/me/people/xuids?method=remove", &headers, &body).status, 204);
    assert_eq!(send(&server, &line, &[&me], "").json(), nothing(FOLLOWER));
}

#[test]
fn levels_and_addresses() {
    let server = start();
    let activity = "canary";
    let cases = [
        ("xuid(2533274792986770)", 200, Some(false)),
        ("xuid%282533274792986770%29?level=title", 200, Some(false)),
        ("xuid(2533274792986770)?level=user", 200, Some(false)),
        ("xuid(2533274792986770)?level=device", 200, Some(false)),
        ("xuid(2533274792986770)?level=all", 200, Some(true)),
        ("xuid(18446744073709551615)?level=user", 200, Some(false)),
        ("xuid(2533274792986770)?level=All", 400, None),
        ("xuid(2533274792986770)?level=", 400, None),
        ("xuid(2533274792986770)?level=user&level=all", 400, None),
        ("xuid(18446744073709551616)", 400, None),
        ("xuid(-1)", 400, None),
        ("xuid(abc)", 400, None),
        ("xuid()", 400, None),
        ("2533274792986770", 404, None),
        ("gt(Bob)", 404, None),
    ];
    for (address, status, shows_activity) in cases {
        let heard = send(&server, &format!("GET /users/{address}"), &[&authorization(MY_TOKEN)], "");
        let shown = (heard.status == 200).then(|| heard.body.contains(activity));
        assert_eq!((heard.status, shown), (status, shows_activity), "{address}");
    }
}

#[test]
fn a_caller_without_an_xuid_is_forbidden() {
    let server = start();
    let line = format!("GET /users/xuid({FRIEND})");
    for token in ["", " ", NO_XUID_TOKEN, "XBL3.0 x=1;garbled", "garbled"] {
        assert_eq!(send(&server, &line, &[&authorization(token)], "").status, 403, "{token}");
    }
    assert_eq!(send(&server, &line, &[], "").status, 403);
}
