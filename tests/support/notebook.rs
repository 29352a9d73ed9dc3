//! A little server of notes, with faults that can be switched on.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex};
use std::thread;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::{HeaderMap, Method, Response, Uri};
use percent_encoding::percent_decode_str;
use serde_json::{Value, json};

/// A way in which the server breaks the contract.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    OpensToAnybody,
    ListsEverything,
    ListsTwice,
    TakesOneTag,
    CountsNoWords,
    HidesFromReaders,
    ShowsToEverybody,
    NamesWhatItHides,
    KeepsTheTag,
    SendsAgain,
    LeadsElsewhere,
    TakesAnything,
    ForgetsToDelete,
    SharesWithOne,
    WritesLatin1,
    NamesTwice,
    CountsOneSide,
    MovesForNow,
    SaysPublic,
}

/// A server that runs as long as the test.
pub(crate) struct Notebook {
    pub(crate) url: String,
}

impl Notebook {
    /// Serves the notes of a world, with a fault or without.
    pub(crate) fn start(world: &Value, fault: Option<Fault>) -> Self {
        let shelf = Arc::new(Shelf::new(world, fault));
        let listener = std::net::TcpListener::bind(SocketAddr::from((Ipv4Addr::LOCALHOST, 0))).expect("a free port");
        listener.set_nonblocking(true).expect("a listener that doesn't block");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
            runtime.block_on(async {
                let listener = tokio::net::TcpListener::from_std(listener).expect("a listener");
                axum::serve(listener, Router::new().fallback(answer).with_state(shelf)).await
            })
        });
        Self { url }
    }
}

#[derive(Clone)]
struct Note {
    id: String,
    owner: String,
    readers: Vec<String>,
    title: String,
    text: String,
    tags: Vec<String>,
    written: String,
    version: usize,
}

struct Shelf {
    tokens: Vec<(String, String)>,
    notes: Mutex<Vec<Note>>,
    fault: Option<Fault>,
}

type Answer = Response<Body>;

async fn answer(State(shelf): State<Arc<Shelf>>, method: Method, uri: Uri, headers: HeaderMap, body: Bytes) -> Answer {
    let request = Request { method, uri, headers, body };
    shelf.answer(&request)
}

struct Request {
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
}

impl Request {
    fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    fn accepts(&self, media_type: &str) -> bool {
        self.header("accept").is_none_or(|accept| accept.contains(media_type) || accept.contains("*/*"))
    }

    /// The tags asked for, in the query and in headers.
    fn tags(&self) -> Vec<String> {
        let sent = self.headers.get_all("x-tag").iter().filter_map(|value| value.to_str().ok()).map(str::to_owned);
        fields(self.uri.query().unwrap_or_default(), "tag").into_iter().chain(sent).collect()
    }
}

/// The values of a field in a query or form.
fn fields(text: &str, name: &str) -> Vec<String> {
    text.split('&')
        .filter_map(|pair| pair.split_once('='))
        .filter(|(known, _)| *known == name)
        .map(|(_, value)| percent_decode_str(value).decode_utf8_lossy().into_owned())
        .collect()
}

impl Shelf {
    fn new(world: &Value, fault: Option<Fault>) -> Self {
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let texts = |value: &Value| value.as_array().into_iter().flatten().map(text).collect::<Vec<_>>();
        let writers = world["writers"].as_array().expect("writers");
        let notes_of = |writer: &Value| {
            let notes = writer["notes"].as_array().cloned().unwrap_or_default();
            let owner = text(&writer["name"]);
            notes.into_iter().map(move |note| Note {
                id: text(&note["id"]),
                owner: owner.clone(),
                readers: texts(&note["readers"]),
                title: text(&note["title"]),
                text: text(&note["text"]),
                tags: texts(&note["tags"]),
                written: text(&note["written"]),
                version: 1,
            })
        };
        Self {
            tokens: writers.iter().map(|writer| (text(&writer["token"]), text(&writer["name"]))).collect(),
            notes: Mutex::new(writers.iter().flat_map(notes_of).collect()),
            fault,
        }
    }

    fn has(&self, fault: Fault) -> bool {
        self.fault == Some(fault)
    }

    fn answer(&self, request: &Request) -> Answer {
        let path: Vec<&str> = request.uri.path().trim_matches('/').split('/').collect();
        if let ["paper", _, sheets] = path[..] {
            return self.paper(sheets);
        }
        let token = request.header("x-writer").unwrap_or_default();
        let known = self.tokens.iter().find(|(known, _)| known == token).map(|(_, name)| name.clone());
        let Some(writer) = known.or_else(|| self.has(Fault::OpensToAnybody).then(|| "ann".to_owned())) else {
            let challenge = [("www-authenticate", "Writer realm=notes")];
            return self.respond(401, &challenge, &json!({"problem": "no writer"}));
        };
        match (request.method.as_str(), &path[..]) {
            ("GET", ["old", id]) => {
                let status = if self.has(Fault::MovesForNow) { 302 } else { 301 };
                self.respond(status, &[("location", &format!("/notes/{id}"))], &json!(null))
            }
            ("GET", ["notes"]) => self.list(request, &writer),
            ("POST", ["notes"]) => self.create(request, &writer),
            ("GET", ["notes", id, "text"]) => self.text(id, &writer),
            ("GET", ["notes", id]) => self.read(request, id, &writer),
            ("PUT", ["notes", id]) => self.update(request, id, &writer),
            ("PUT", ["notes", id, "readers"]) => self.share(request, id, &writer),
            ("DELETE", ["notes", id]) => self.delete(id, &writer),
            _ => self.respond(404, &[], &json!({"problem": "no such address"})),
        }
    }

    fn cache(&self) -> &'static str {
        if self.has(Fault::SaysPublic) { "public" } else { "no-store, Private" }
    }

    fn respond(&self, status: u16, headers: &[(&str, &str)], body: &Value) -> Answer {
        let mut text = if body.is_null() { String::new() } else { body.to_string() };
        if self.has(Fault::NamesTwice) {
            text = text.replacen("{\"took\":", "{\"took\":1,\"took\":", 1);
        }
        let mut answer = Response::builder().status(status).header("cache-control", self.cache());
        if !text.is_empty() {
            answer = answer.header("content-type", "application/json; charset=utf-8");
        }
        for (name, value) in headers {
            answer = answer.header(*name, *value);
        }
        answer.body(Body::from(text)).expect("an answer")
    }

    fn note(&self, note: &Note) -> Value {
        let words = if self.has(Fault::CountsNoWords) { 0 } else { note.text.split_whitespace().count() };
        json!({
            "id": note.id, "title": note.title, "text": note.text, "tags": note.tags, "words": words,
            "written": note.written,
        })
    }

    fn tag(&self, note: &Note) -> String {
        let version = if self.has(Fault::KeepsTheTag) { 1 } else { note.version };
        format!("\"{}.{version}\"", note.id)
    }

    fn may_read(&self, note: &Note, writer: &str) -> bool {
        let reads = note.readers.iter().any(|reader| reader == writer) && !self.has(Fault::HidesFromReaders);
        note.owner == writer || reads
    }

    /// Shows a note, if the writer may read it.
    fn show(&self, id: &str, writer: &str, show: impl FnOnce(&Note) -> Answer) -> Answer {
        let notes = self.notes.lock().expect("no panic");
        let found = notes.iter().find(|note| note.id == id);
        let readable = found.filter(|note| self.has(Fault::ShowsToEverybody) || self.may_read(note, writer));
        readable.map_or_else(
            || {
                let hidden = found.filter(|_| self.has(Fault::NamesWhatItHides)).map_or("", |note| note.text.as_str());
                self.respond(404, &[], &json!({"problem": format!("no such note {hidden}")}))
            },
            show,
        )
    }

    fn list(&self, request: &Request, writer: &str) -> Answer {
        if !request.accepts("application/json") {
            return self.respond(406, &[], &json!({"problem": "JSON only"}));
        }
        let mut tags = request.tags();
        if self.has(Fault::TakesOneTag) {
            tags.truncate(1);
        }
        let notes = self.notes.lock().expect("no panic");
        let wanted = |note: &&Note| {
            // Readers are left out of the list by no fault: one fault breaks one clause.
            let mine = note.owner == writer || note.readers.iter().any(|reader| reader == writer);
            let tagged = tags.is_empty() || note.tags.iter().any(|tag| tags.contains(tag));
            (mine || self.has(Fault::ListsEverything)) && tagged
        };
        let mut found: Vec<Value> = notes.iter().filter(wanted).map(|note| self.note(note)).collect();
        if self.has(Fault::ListsTwice) && tags.is_empty() {
            found.extend(found.first().cloned());
        }
        let count = found.len();
        self.respond(200, &[], &json!({"took": count, "notes": found, "count": count}))
    }

    fn read(&self, request: &Request, id: &str, writer: &str) -> Answer {
        self.show(id, writer, |note| {
            if !request.accepts("application/json") {
                return self.respond(406, &[], &json!({"problem": "JSON only"}));
            }
            let tag = self.tag(note);
            if request.header("if-none-match") == Some(tag.as_str()) && !self.has(Fault::SendsAgain) {
                return self.respond(304, &[("etag", &tag)], &json!(null));
            }
            self.respond(200, &[("etag", &tag)], &self.note(note))
        })
    }

    fn text(&self, id: &str, writer: &str) -> Answer {
        let charset = if self.has(Fault::WritesLatin1) { "iso-8859-1" } else { "UTF-8" };
        self.show(id, writer, |note| {
            let answer = Response::builder().header("content-type", format!("text/plain; charset={charset}"));
            let answer = answer.header("cache-control", self.cache());
            answer.body(Body::from(note.text.clone())).expect("an answer")
        })
    }

    /// The title, text and tags that a body gives.
    fn written(&self, request: &Request) -> Option<(String, String, Vec<String>)> {
        let value: Value = serde_json::from_slice(&request.body).unwrap_or_default();
        let tags = |value: &Value| {
            value.as_array().into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect()
        };
        match (value["title"].as_str(), value["text"].as_str()) {
            (Some(title), Some(text)) => Some((title.to_owned(), text.to_owned(), tags(&value["tags"]))),
            _ => self.has(Fault::TakesAnything).then(|| ("Untitled".into(), value.to_string(), Vec::new())),
        }
    }

    fn create(&self, request: &Request, writer: &str) -> Answer {
        let Some((title, text, tags)) = self.written(request) else {
            return self.respond(422, &[], &json!({"problem": "no note"}));
        };
        let mut notes = self.notes.lock().expect("no panic");
        let number = notes.iter().filter_map(|note| note.id.strip_prefix("n-")?.parse::<usize>().ok()).max();
        let id = format!("n-{}", number.unwrap_or(0) + 1);
        let (owner, written) = (writer.to_owned(), "2024-04-01T00:00:00Z".to_owned());
        let note = Note { id, owner, readers: Vec::new(), title, text, tags, written, version: 1 };
        notes.push(note.clone());
        let place = if self.has(Fault::LeadsElsewhere) { "n-1" } else { &note.id };
        self.respond(201, &[("location", &format!("/notes/{place}"))], &self.note(&note))
    }

    /// Changes a note of the writer's own.
    fn change(&self, id: &str, writer: &str, change: impl FnOnce(&mut Note) -> Answer) -> Answer {
        let mut notes = self.notes.lock().expect("no panic");
        match notes.iter_mut().find(|note| note.id == id && note.owner == writer) {
            Some(note) => change(note),
            None => self.respond(404, &[], &json!({"problem": "no such note"})),
        }
    }

    fn update(&self, request: &Request, id: &str, writer: &str) -> Answer {
        let Some((title, text, tags)) = self.written(request) else {
            return self.respond(422, &[], &json!({"problem": "no note"}));
        };
        self.change(id, writer, |note| {
            if request.header("if-match").is_some_and(|tag| tag != self.tag(note)) {
                return self.respond(412, &[], &json!({"problem": "another version"}));
            }
            *note = Note { title, text, tags, version: note.version + 1, ..note.clone() };
            self.respond(200, &[("etag", &self.tag(note))], &self.note(note))
        })
    }

    fn share(&self, request: &Request, id: &str, writer: &str) -> Answer {
        let mut readers = fields(&String::from_utf8_lossy(&request.body), "reader");
        if self.has(Fault::SharesWithOne) {
            readers.truncate(1);
        }
        self.change(id, writer, |note| {
            note.readers = readers;
            self.respond(303, &[("location", &format!("/notes/{id}"))], &json!(null))
        })
    }

    fn delete(&self, id: &str, writer: &str) -> Answer {
        let found = self.change(id, writer, |note| {
            note.readers.clear();
            self.respond(204, &[], &json!(null))
        });
        if found.status() == 204 && !self.has(Fault::ForgetsToDelete) {
            self.notes.lock().expect("no panic").retain(|note| note.id != id);
        }
        found
    }

    fn paper(&self, sheets: &str) -> Answer {
        let Ok(sheets) = sheets.parse::<u32>() else {
            return self.respond(404, &[], &json!({"problem": "no number"}));
        };
        let sides = if self.has(Fault::CountsOneSide) && sheets == 1 { 1 } else { sheets * 2 };
        self.respond(200, &[], &json!({"sheets": sheets, "sides": sides}))
    }
}
