//! How the list shows its users.

use serde_json::json;

use super::{
    super::{super::route::Service, Defect},
    put::shown,
};

pub(super) const DEFECTS: &[Defect] = &[
    Defect {
        name: "console-lists-null-for-no-automatic-sign-in",
        says: "AutoSignIn is null where it was never set.",
        breaks: "CONSOLE-AUTOSIGNIN",
        also: &["CONSOLE-USERS"],
        service: Service::Console,
        bend: |turn| {
            shown(turn, |user| {
                if user.get("AutoSignIn").is_none() {
                    user["AutoSignIn"] = json!(null);
                }
            })
        },
    },
    Defect {
        name: "console-lists-0-for-no-automatic-sign-in",
        says: "AutoSignIn is 0 where it is off.",
        breaks: "CONSOLE-AUTOSIGNIN",
        also: &["CONSOLE-USERS"],
        service: Service::Console,
        bend: |turn| {
            shown(turn, |user| {
                if user.get("AutoSignIn") == Some(&json!(false)) {
                    user["AutoSignIn"] = json!(0);
                }
            })
        },
    },
    Defect {
        name: "console-lists-sponsored-users-with-a-sponsors-address",
        says: "A sponsored user has the address of somebody else.",
        breaks: "CONSOLE-EMAIL",
        also: &[],
        service: Service::Console,
        bend: |turn| {
            shown(turn, |user| {
                if user.get("SponsoredUser").is_some() {
                    user["EmailAddress"] = json!("ada@console.example");
                }
            })
        },
    },
    Defect {
        name: "console-lists-sponsored-users-with-a-null-address",
        says: "The address of a sponsored user is null.",
        breaks: "CONSOLE-USERS",
        also: &["CONSOLE-EMAIL"],
        service: Service::Console,
        bend: |turn| {
            shown(turn, |user| {
                if user.get("SponsoredUser").is_some() {
                    user["EmailAddress"] = json!(null);
                }
            })
        },
    },
    Defect {
        name: "console-lists-sponsored-as-text",
        says: "SponsoredUser is a text for who isn't sponsored.",
        breaks: "CONSOLE-SPONSORED",
        also: &["CONSOLE-USERS"],
        service: Service::Console,
        bend: |turn| {
            shown(turn, |user| {
                if user.get("SponsoredUser").is_none() {
                    user["SponsoredUser"] = json!("false");
                }
            })
        },
    },
    Defect {
        name: "console-lists-masked-passwords",
        says: "Each user has a password, though masked.",
        breaks: "CONSOLE-NO-PASSWORD",
        also: &[],
        service: Service::Console,
        bend: |turn| shown(turn, |user| user["password"] = json!("********")),
    },
    Defect {
        name: "console-lists-empty-passwords",
        says: "Each user has a password, though empty.",
        breaks: "CONSOLE-NO-PASSWORD",
        also: &["CONSOLE-USERS"],
        service: Service::Console,
        bend: |turn| shown(turn, |user| user["Password"] = json!("")),
    },
];
