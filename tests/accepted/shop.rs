//! A shop whose answers can be changed.

use std::collections::BTreeMap;
use std::fs;
use std::io::Write as _;
use std::path::PathBuf;
use std::process::Command;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use tempfile::TempDir;

use crate::support::binary::{Outcome, command, probity};
use crate::support::folder::folder;
use crate::support::server::Server;

const SUITE: &str = "suite: tea
service: shop
snapshots: {headers: [x-kind], redact: [{at: $..brewed, as: timestamp}]}
lawful:
  - {change: change-value, at: $.note, because: a note says what its writer likes}
  - {change: add-member, because: recipients ignore what they don't know}
cases:
  - case: pot
    requirements: [TEA-POT]
    as: ann
    request: GET /pot
    expect:
      status: 200
      headers: {content-type: present}
      body: [{at: $.size, equals: 3}]
      snapshot: {redact: [{at: $.id, as: uuid}, {at: $.owner, as: persona}, {header: x-trace, as: number}], headers: [x-trace]}
  - case: leaf
    requirements: [TEA-LEAF]
    request: GET /leaf
    repeat: 2
    expect: {status: 200, snapshot: true}
";

pub(crate) const POT: &str = "{\"id\": \"0f8fad5b-d9cb-469f-a165-70867728950e\", \"owner\": \"17\", \"size\": 3, \"note\": \"good\", \
                   \"list\": [1, 2, 3], \"brewed\": \"2018-03-28T00:26:51Z\", \"key\": \"key-of-ann-1234\"}";

/// By path: the head without a length, and the body. In both `%N%` is another number each time.
type Answers = BTreeMap<String, (String, Vec<u8>)>;

/// The server, and the contract that it is judged by.
pub(crate) struct Shop {
    pub(crate) server: Server,
    answers: Arc<Mutex<Answers>>,
    pub(crate) folder: TempDir,
}

impl Shop {
    pub(crate) fn open() -> Self {
        let answers: Arc<Mutex<Answers>> = Arc::default();
        let (told, count) = (Arc::clone(&answers), AtomicUsize::new(0));
        let server = Server::start(move |request, stream| {
            let path = request.split(' ').nth(1).unwrap_or_default();
            let answers = told.lock().expect("no test panicked with it");
            let (head, body) = answers.get(path).expect("a known path");
            let number = 10 + count.fetch_add(1, Ordering::Relaxed) % 50;
            let head = head.replace("%N%", &number.to_string());
            let body = match std::str::from_utf8(body) {
                Ok(text) => text.replace("%N%", &number.to_string()).into_bytes(),
                Err(_) => body.clone(),
            };
            write!(stream, "HTTP/1.1 {head}\r\ncontent-length: {}\r\nconnection: close\r\n\r\n", body.len())?;
            stream.write_all(&body)
        });
        let world: &[u8] = b"users: [{id: '17', key: key-of-ann-1234}]\n";
        let files: [(&str, &[u8]); 5] = [
            ("contract.yaml", b"contract: tea\nversion: 1.0.0\nservices: {shop: }\nsecrets: ['$.users[*].key']\n"),
            (
                "requirements.yaml",
                b"- {id: TEA-POT, level: must, source: {document: tea.md, section: Pots}, says: a pot holds three cups}\n\
                  - {id: TEA-LEAF, level: must, source: {document: tea.md, section: Leaves}, says: a leaf is there}\n",
            ),
            ("personas.yaml", b"- {persona: ann, is: '$.users[0]', headers: {x-key: '{{ann.key}}'}}\n"),
            ("world.yaml", world),
            ("suites/tea.yaml", SUITE.as_bytes()),
        ];
        let shop = Self { folder: folder(files), server, answers };
        let target = format!("target: shop\nurl: {}\nsnapshots: accepted\n", shop.server.url());
        fs::write(shop.path("target.yaml"), target).expect("a file can be written");
        shop.serves("/pot", "200 OK\r\ncontent-type: application/json\r\nx-trace: 77\r\nx-kind: pot", POT);
        shop.serves("/leaf", "200 OK\r\ncontent-type: text/plain", "green\r\n");
        shop
    }

    pub(crate) fn serves(&self, path: impl Into<String>, head: &str, body: impl AsRef<[u8]>) {
        let answer = (head.to_owned(), body.as_ref().to_owned());
        self.answers.lock().expect("no test panicked with it").insert(path.into(), answer);
    }

    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        command(self.folder.path(), arguments)
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn probity(&self, arguments: &[&str]) -> Outcome {
        probity(self.folder.path(), arguments)
    }

    pub(crate) fn run(&self, more: &[&str]) -> Outcome {
        probity(self.folder.path(), &[&["run", ".", "--target", "target.yaml"], more].concat())
    }

    pub(crate) fn review(&self, more: &[&str]) -> Outcome {
        probity(self.folder.path(), &[&["review", ".", "--target", "target.yaml"], more].concat())
    }

    /// Every file of the snapshots with its text.
    pub(crate) fn files(&self) -> BTreeMap<String, String> {
        let mut found = BTreeMap::new();
        let Ok(entries) = fs::read_dir(self.path("accepted/tea")) else { return found };
        for entry in entries {
            let path = entry.expect("an entry").path();
            let name = path.file_name().and_then(|name| name.to_str()).expect("a name").to_owned();
            found.insert(name, fs::read_to_string(path).expect("a text"));
        }
        found
    }

    pub(crate) fn names(&self) -> Vec<String> {
        self.files().into_keys().collect()
    }
}
