use serde_json::{Value, json};

use super::{
    Heard, authorization,
    sample::{FRIEND, LONER, ME, MY_TOKEN, NO_XUID_TOKEN, NOBODY, THIRD_PARTY_TOKEN},
    send, start,
};

const LINE: &str = "POST /users/batch/profile/settings";
const VERSION: &str = "x-xbl-contract-version: 2";
const JSON: &str = "content-type: application/json";

fn ask(body: &Value) -> Heard {
    send(&start(), LINE, &[&authorization(MY_TOKEN), VERSION, JSON], &body.to_string())
}

fn profile(xuid: &str, settings: &Value) -> Value {
    json!({"id": xuid, "hostId": xuid, "settings": settings, "isSponsoredUser": false})
}

#[test]
fn settings_that_were_asked_for_of_users_that_exist() {
    let body = json!({
        "userIds": [FRIEND, 2_533_274_791_381_930_u64, NOBODY, FRIEND, LONER],
        "settings": ["Gamerscore", "Gamertag", "RealName", "Gamertag"],
    });
    let heard = ask(&body);
    assert_eq!(heard.status, 200);
    let mine = json!([
        {"id": "Gamerscore", "value": "0"},
        {"id": "Gamertag", "value": "Zoé (2)"},
    ]);
    assert_eq!(
        heard.json(),
        json!({"profileUsers": [
            profile(FRIEND, &json!([{"id": "Gamertag", "value": "Bob"}])),
            profile(ME, &mine),
            profile(LONER, &json!([])),
        ]})
    );
}

#[test]
fn bodies() {
    let cases = [
        (json!({"userIds": [ME], "settings": ["Gamertag"]}), 200),
        (json!({"userIds": [], "settings": []}), 200),
        (json!({"userIds": [ME], "settings": ["Gamertag"], "more": 1}), 200),
        (json!({"userIds": [ME], "settings": ["NoSuchSetting"]}), 400),
        (json!({"userIds": [ME], "settings": [1]}), 400),
        (json!({"userIds": [ME], "settings": "Gamertag"}), 400),
        (json!({"userIds": ["abc"], "settings": []}), 400),
        (json!({"userIds": [-1], "settings": []}), 400),
        (json!({"userIds": [1.5], "settings": []}), 400),
        (json!({"userIds": ["18446744073709551616"], "settings": []}), 400),
        (json!({"userIds": [null], "settings": []}), 400),
        (json!({"userIds": ME, "settings": []}), 400),
        (json!({"userIds": [ME]}), 400),
        (json!({"settings": ["Gamertag"]}), 400),
        (json!([]), 400),
        (json!(null), 400),
    ];
    for (body, status) in cases {
        assert_eq!(ask(&body).status, status, "{body}");
    }
}

#[test]
fn headers() {
    let server = start();
    let me = authorization(MY_TOKEN);
    let body = json!({"userIds": [ME], "settings": ["Gamertag"]}).to_string();
    let cases: [(&[&str], u16); 15] = [
        (&[&me, VERSION, JSON], 200),
        (&[&me, "x-xbl-contract-version: 3", JSON], 200),
        (&[&me, VERSION, "content-type: Application/Json; charset=utf-8"], 200),
        (&[&authorization(THIRD_PARTY_TOKEN), VERSION, JSON], 200),
        (&[VERSION, JSON], 401),
        (&["authorization:", VERSION, JSON], 401),
        (&["authorization: XBL3.0 x=1;other", VERSION, JSON], 401),
        (&[&authorization(NO_XUID_TOKEN), VERSION, JSON], 401),
        (&[&me, JSON], 400),
        (&[&me, "x-xbl-contract-version: two", JSON], 400),
        (&[&me, "x-xbl-contract-version: +2", JSON], 400),
        (&[&me, "x-xbl-contract-version: 4294967296", JSON], 400),
        (&[&me, "x-xbl-contract-version: 1", JSON], 400),
        (&[&me, VERSION], 400),
        (&[&me, VERSION, "content-type: text/plain"], 400),
    ];
    for (headers, status) in cases {
        assert_eq!(send(&server, LINE, headers, &body).status, status, "{headers:?}");
    }
}

#[test]
fn every_other_profile_address_is_blocked() {
    let server = start();
    let lines = [
        "GET /users/me/profile",
        "GET /users/me/profile/settings?settings=Gamertag",
        "GET /users/xuid(2533274791381930)/profile/settings",
        "POST /users/me/profile/settings/people/people",
        "GET /users/batch/profile",
    ];
    for line in lines {
        let heard = send(&server, line, &[&authorization(MY_TOKEN), VERSION, JSON], "");
        assert_eq!((heard.status, heard.body.contains("Zo")), (403, false), "{line}");
    }
}
