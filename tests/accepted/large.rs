//! A large body is in memory once.

use std::fs;
use std::process::Stdio;
use std::thread;
use std::time::Duration;

use crate::shop::Shop;

const LENGTH: usize = 100_000_000;

/// The most memory that the process had, in bytes, as the kernel knows it; nothing where there is no `/proc`.
fn peak(process: u32) -> Option<usize> {
    let status = fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().trim_end_matches(" kB").parse::<usize>().ok().map(|kilobytes| kilobytes * 1024)
}

#[test]
fn a_body_of_100_megabytes_is_in_memory_once() {
    let shop = Shop::open();
    // What a whole suite redacts would have every body read.
    let suite = fs::read_to_string(shop.path("suites/tea.yaml")).expect("a text");
    fs::write(
        shop.path("suites/tea.yaml"),
        suite.replace("redact: [{at: $..brewed, as: timestamp}]", "members: sorted"),
    )
    .expect("a file can be written");
    let text = "x".repeat(LENGTH - 2);
    for (media_type, body, kept) in [
        ("text/plain", format!("{text}\r\n"), "\\ text, 100000000 bytes"),
        ("application/json", format!("\"{text}\""), "\\ text, 100000000 bytes"),
        ("application/octet-stream", format!("{text}\0\0"), "\\ binary application/octet-stream, 100000000 bytes"),
    ] {
        shop.serves("/leaf", &format!("200 OK\r\ncontent-type: {media_type}"), body);
        let arguments = [
            "run",
            ".",
            "--target",
            "target.yaml",
            "--only",
            "tea/leaf",
            "--snapshots",
            "accept",
            "--limit",
            "body=128MiB",
        ];
        let mut child = shop.command(&arguments).stdout(Stdio::null()).spawn().expect("the binary starts");
        let mut most = 0;
        while child.try_wait().expect("the child can be waited for").is_none() {
            most = peak(child.id()).unwrap_or_default().max(most);
            thread::sleep(Duration::from_millis(2));
        }
        assert!(shop.files()["leaf.snap"].contains(kept), "{}", shop.files()["leaf.snap"]);
        assert!(most > LENGTH && most < LENGTH * 3 / 2, "{media_type}: {most} bytes");
    }
}
