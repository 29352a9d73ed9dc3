use serde_json::{Value, json};

use super::{
    Heard, Server, authorization,
    sample::{FOLLOWER, FRIEND, FRIEND_TOKEN, LONER, ME, MY_TOKEN, NO_XUID_TOKEN, NOBODY, THIRD_PARTY_TOKEN, person},
    send, start,
};

const JSON: &str = "content-type: application/json";

fn post(server: &Server, token: &str, target: &str, xuids: &[&str]) -> Heard {
    let body = json!({ "xuids": xuids }).to_string();
    send(server, &format!("POST /users/{target}"), &[&authorization(token), JSON], &body)
}

/// The people that are left of these.
fn people(server: &Server, xuids: &[&str]) -> Value {
    post(server, MY_TOKEN, "me/people/xuids", xuids).json()
}

#[test]
fn those_who_were_asked_for_and_are_friends() {
    let server = start();
    let cases: [(&[&str], Value); 4] = [
        (&[LONER, FRIEND, FOLLOWER, NOBODY, ME], json!([person(FRIEND, true, true), person(LONER, false, false)])),
        (&[FRIEND, FRIEND], json!([person(FRIEND, true, true)])),
        (&[FOLLOWER], json!([])),
        (&[], json!([])),
    ];
    for (xuids, expected) in cases {
        for _again in 0..2 {
            assert_eq!(people(&server, xuids), json!({"totalCount": 2, "people": expected}), "{xuids:?}");
        }
    }
}

#[test]
fn owners_and_callers() {
    let server = start();
    let cases = [
        (MY_TOKEN, "me", 200),
        (MY_TOKEN, "xuid(2533274791381930)", 200),
        (MY_TOKEN, "xuid%282533274791381930%29", 200),
        (MY_TOKEN, "gt(Zo%C3%A9%20(2))", 200),
        (MY_TOKEN, "gt(ZO%C3%89%20(2))", 200),
        (MY_TOKEN, "xuid(2533274792986770)", 403),
        (MY_TOKEN, "xuid(404)", 403),
        (MY_TOKEN, "gt(Bob)", 403),
        (FRIEND_TOKEN, "gt(Bob)", 200),
        (MY_TOKEN, "xuid(abc)", 400),
        (MY_TOKEN, "xuid(18446744073709551616)", 400),
        (MY_TOKEN, "2533274791381930", 400),
        (THIRD_PARTY_TOKEN, "me", 403),
        (NO_XUID_TOKEN, "me", 403),
        ("XBL3.0 x=1;garbled", "me", 403),
        ("garbled", "me", 403),
        ("", "me", 401),
    ];
    for (token, owner, status) in cases {
        let heard = post(&server, token, &format!("{owner}/people/xuids"), &[FRIEND]);
        assert_eq!(heard.status, status, "{token} {owner}");
        assert_eq!(heard.header("www-authenticate").is_some(), status == 401);
    }
}

#[test]
fn bodies_and_methods() {
    let server = start();
    let me = authorization(MY_TOKEN);
    let cases = [
        ("", JSON, r#"{"xuids":["1"]}"#, 200),
        ("?method=get", JSON, r#"{"xuids":["1"]}"#, 200),
        ("?method=", JSON, r#"{"xuids":["1"]}"#, 400),
        ("?method=GET", JSON, r#"{"xuids":["1"]}"#, 400),
        ("?method=list", JSON, r#"{"xuids":["1"]}"#, 400),
        ("?method=get&method=add", JSON, r#"{"xuids":["1"]}"#, 400),
        ("", "content-type: text/json", r#"{"xuids":["1"]}"#, 400),
        ("", "accept: application/json", r#"{"xuids":["1"]}"#, 400),
        ("", JSON, r#"{"xuids":["1",]}"#, 400),
        ("", JSON, r#"{"xuids":[1]}"#, 400),
        ("", JSON, r#"{"xuids":["abc"]}"#, 400),
        ("", JSON, r#"{"xuids":["1"],"totalCount":1}"#, 400),
        ("", JSON, r#"{"XuidList":["1"]}"#, 400),
        ("?method=add", JSON, r#"{"xuids":["404","abc"]}"#, 400),
        ("", JSON, "", 400),
    ];
    for (query, content_type, body, status) in cases {
        let line = format!("POST /users/me/people/xuids{query}");
        let heard = send(&server, &line, &[&me, content_type], body);
        assert_eq!(heard.status, status, "{query} {content_type} {body}");
    }
    assert_eq!(people(&server, &[NOBODY]), json!({"totalCount": 2, "people": []}));
}

#[test]
fn people_are_added_and_removed() {
    let server = start();
    let change = |method: &str, xuids: &[&str]| {
        let heard = post(&server, MY_TOKEN, &format!("me/people/xuids?method={method}"), xuids);
        assert_eq!((heard.status, heard.body.as_str(), heard.header("content-type")), (204, "", None));
    };
    let follower = json!({
        "xuid": FOLLOWER,
        "isFavorite": false,
        "isFollowingCaller": true,
        "socialNetworks": [],
    });

    change("add", &[FOLLOWER, FRIEND]);
    let expected = json!({"totalCount": 3, "people": [person(FRIEND, true, true), follower]});
    assert_eq!(people(&server, &[FRIEND, FOLLOWER]), expected);

    change("remove", &[FOLLOWER, NOBODY]);
    let expected = json!({"totalCount": 2, "people": [person(FRIEND, true, true)]});
    assert_eq!(people(&server, &[FRIEND, FOLLOWER]), expected);
}
