use serde_json::{Value, json};

use super::{Heard, Server, sample, send, start};

fn put(server: &Server, body: &Value) -> Heard {
    send(server, "PUT /ext/user", &[], &body.to_string())
}

fn users(server: &Server) -> Value {
    send(server, "GET /ext/user", &[], "").json()["Users"].clone()
}

#[test]
fn the_list_is_the_seeded_one() {
    assert_eq!(users(&start()), sample::world()["console"]["users"]);
}

#[test]
fn what_was_put_is_what_is_got() {
    let server = start();
    let steps = [
        (
            json!({"EmailAddress": "new@example.com", "Password": "secret", "SignedIn": true}),
            2,
            json!([17, true, false]),
        ),
        (json!({"UserId": 17, "AutoSignIn": true}), 2, json!([17, true, true])),
        (json!({"EmailAddress": "New@Example.com", "SignedIn": false}), 2, json!([17, false, true])),
        (json!({"SponsoredUser": true, "SignedIn": true}), 3, json!([18, true, null])),
        (json!({"UserId": "18", "SignedIn": false}), 3, json!([18, false, null])),
        (json!({"UserId": 18, "Delete": true}), 3, json!([null, null, null])),
        (json!({"UserId": "17", "Delete": true}), 2, json!([null, null, null])),
    ];
    for (change, index, expected) in steps {
        let heard = put(&server, &json!({ "Users": [change] }));
        assert_eq!((heard.status, heard.body.as_str()), (204, ""), "{change}");
        let user = &users(&server)[index];
        assert_eq!(json!([user["UserId"], user["SignedIn"], user["AutoSignIn"]]), expected, "{change}");
    }
    assert_eq!(users(&server), sample::world()["console"]["users"]);
}

#[test]
fn what_was_got_can_be_put_back() {
    let server = start();
    let before = users(&server);
    assert_eq!(put(&server, &json!({ "Users": before })).status, 204);
    assert_eq!(users(&server), before);
    assert_eq!(put(&server, &json!({"Users": []})).status, 204);
}

#[test]
fn every_rule_says_why() {
    let server = start();
    let new = "new@example.com";
    let nobody_named = "EmailAddress or UserId is needed";
    let wrong_credentials = "There is no account with this EmailAddress and Password.";
    let cases = [
        (json!({}), nobody_named),
        (json!({"SignedIn": true}), nobody_named),
        (json!({"SponsoredUser": true}), nobody_named),
        (json!({"SponsoredUser": true, "SignedIn": false}), nobody_named),
        (json!({"SponsoredUser": true, "SignedIn": true, "Delete": true}), nobody_named),
        (json!({"UserId": 99, "SignedIn": true}), "There is no such user on the console."),
        (json!({"EmailAddress": new, "Delete": true}), "There is no such user on the console."),
        (json!({"UserId": 1, "EmailAddress": "ann@example.com"}), "EmailAddress and UserId are"),
        (json!({"EmailAddress": new}), "Password is needed"),
        (json!({"EmailAddress": new, "Password": "wrong"}), wrong_credentials),
        (json!({"EmailAddress": "x@example.com", "Password": "secret"}), wrong_credentials),
        (json!({"UserId": 16, "SponsoredUser": true}), "A user with an account"),
        (json!({"EmailAddress": new, "Password": "secret", "SponsoredUser": true}), "A user with an"),
    ];
    for (change, message) in cases {
        let heard = put(&server, &json!({ "Users": [change] }));
        assert_eq!(heard.status, 422, "{change}");
        let said = heard.json()["ErrorMessage"].to_string();
        assert!(said.contains(message), "{change}: {said}");
    }
}

#[test]
fn a_bad_change_changes_nothing() {
    let server = start();
    let delete = json!({"UserId": 16, "Delete": true});
    let cases = [
        (json!({"UserId": 99, "SignedIn": true}), 422),
        (json!({"EmailAddress": "new@example.com", "Password": "wrong"}), 422),
        (json!({"UserId": 1.5}), 400),
        (json!({"UserId": -1}), 400),
        (json!({"UserId": "one"}), 400),
        (json!({"UserId": null}), 400),
        (json!({"UserId": 1, "SignedIn": "true"}), 400),
        (json!({"UserId": 1, "AutoSignIn": 1}), 400),
        (json!({"UserId": 1, "Delete": null}), 400),
        (json!({"EmailAddress": 1}), 400),
        (json!({"EmailAddress": "new@example.com", "Password": 1}), 400),
        (json!("ann@example.com"), 400),
    ];
    for (change, status) in cases {
        let heard = put(&server, &json!({ "Users": [delete, change] }));
        assert_eq!(heard.status, status, "{change}");
        assert!(heard.json()["ErrorCode"].is_i64() && heard.json()["ErrorMessage"].is_string(), "{change}");
        assert!(!heard.body.contains('@') && !heard.body.contains("secret"), "{change}");
    }
    for body in [json!([delete]), json!({"Users": delete}), json!({"users": [delete]}), json!({})] {
        assert_eq!(put(&server, &body).status, 400, "{body}");
    }
    for body in ["", "{", "{\"Users\":[]} x", "\u{feff}{\"Users\":[]}", "{\"Users\":[NaN]}"] {
        assert_eq!(send(&server, "PUT /ext/user", &[], body).status, 400, "{body}");
    }
    assert_eq!(users(&server), sample::world()["console"]["users"]);
}
