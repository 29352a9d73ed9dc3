//! Content codings undone (RFC 9110, section 8.4), within limits: a few bytes can stand for any number of them.

use std::cell::Cell;
use std::io::{self, BufRead, BufReader, Read};
use std::rc::Rc;

use bytes::Bytes;
use flate2::bufread::{DeflateDecoder, MultiGzDecoder, ZlibDecoder};
use ruzstd::decoding::errors::{FrameDecoderError, ReadFrameHeaderError};
use ruzstd::decoding::{BlockDecodingStrategy, FrameDecoder};

use super::budget::{Body, Budget, Waits};
use crate::model::exchange::{Answer, Ending};
use crate::model::limits::{Limit, Limits, RATIO_FROM};

/// More codings than this on one body serve no honest purpose.
const MOST_CODINGS: usize = 4;

/// The window of zstd that HTTP allows, in bytes (RFC 9659, section 3).
const ZSTD_WINDOW: u64 = 8 << 20;

/// How much is decoded at once, in bytes.
const PIECE: usize = 32 << 10;

/// A content coding that can be undone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Coding {
    Gzip,
    Deflate,
    Brotli,
    Zstd,
}

/// The answer with its content codings undone.
///
/// What was sent remains where it can't be decoded, with the reason why nothing can be said of the content.
pub(super) async fn decoded(answer: Answer, budget: &Budget, limits: &Limits) -> Answer {
    // A part of an encoded content can't be decoded by itself (RFC 9110, section 14.2).
    if answer.body.is_empty() || answer.status == 206 {
        return answer;
    }
    let named: Vec<String> = answer
        .header("content-encoding")
        .flat_map(|value| {
            String::from_utf8_lossy(value).split(',').map(|one| one.trim().to_lowercase()).collect::<Vec<_>>()
        })
        .filter(|name| !name.is_empty() && name != "identity")
        .collect();
    if named.is_empty() {
        return answer;
    }
    let codings: Result<Vec<Coding>, &String> = named.iter().map(|name| coding(name).ok_or(name)).collect();
    let codings = match codings {
        Err(unknown) => {
            return unread(answer, format!("the body is in the coding `{unknown}`, which can't be undone here"));
        }
        Ok(codings) if codings.len() > MOST_CODINGS => {
            return unread(
                answer,
                format!("the body is in {} codings, of which {MOST_CODINGS} are undone", codings.len()),
            );
        }
        Ok(codings) => codings,
    };
    let waits = Waits::default();
    let mut content = Body::decoded(budget, &waits, limits);
    let ended = decode(&answer.body, &codings, limits, &mut content).await;
    let whole = answer.unknown_body().is_none();
    let mut answer = answer;
    match ended {
        Ok(()) => {}
        Err(Stop::Limit(reason)) => return Answer { body: content.whole(), ..unread(answer, reason) },
        // Of a beginning no end can be decoded.
        Err(Stop::Broken(_)) if !whole => {}
        Err(Stop::Broken(cause)) => {
            answer.wire.miscoded =
                Some(format!("the body isn't {} as Content-Encoding says: {cause}", named.join(", ")));
            return answer;
        }
    }
    answer.wire.encoded = Some(answer.body.len());
    answer.body = content.whole();
    answer
}

fn unread(mut answer: Answer, reason: String) -> Answer {
    answer.wire.encoded = Some(answer.body.len());
    // What was found out first is what is to be told.
    answer.wire.cut.get_or_insert(reason);
    if answer.ending == Ending::Complete {
        answer.ending = Ending::Short;
    }
    answer
}

fn coding(name: &str) -> Option<Coding> {
    match name {
        "gzip" | "x-gzip" => Some(Coding::Gzip),
        "deflate" => Some(Coding::Deflate),
        "br" => Some(Coding::Brotli),
        "zstd" => Some(Coding::Zstd),
        _ => None,
    }
}

/// Why decoding came to no good end.
enum Stop {
    /// A limit was reached: the reason.
    Limit(String),
    /// The bytes aren't in that coding: the cause.
    Broken(String),
}

async fn decode(body: &Bytes, codings: &[Coding], limits: &Limits, content: &mut Body<'_>) -> Result<(), Stop> {
    let most = limits.ratio.saturating_mul(body.len()).max(RATIO_FROM);
    let exceeded = Rc::new(Cell::new(false));
    let mut source: Box<dyn BufRead + '_> = Box::new(&body[..]);
    // The coding that was applied last is named last.
    for coding in codings.iter().rev() {
        let layer = layer(*coding, source);
        let bounded = Bounded { layer, left: most, exceeded: Rc::clone(&exceeded) };
        source = Box::new(BufReader::with_capacity(PIECE, bounded));
    }
    loop {
        let piece = match source.fill_buf() {
            Ok([]) => return Ok(()),
            Ok(piece) => piece,
            Err(_) if exceeded.get() => return Err(Stop::Limit(limits.reached(Limit::Ratio))),
            Err(error) => return Err(Stop::Broken(cause(&error))),
        };
        content.copy(piece).await.map_err(Stop::Limit)?;
        let length = piece.len();
        source.consume(length);
    }
}

fn cause(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::UnexpectedEof => "it ends too soon".into(),
        _ => error.to_string(),
    }
}

fn layer<'b>(coding: Coding, mut source: Box<dyn BufRead + 'b>) -> Box<dyn Read + 'b> {
    match coding {
        Coding::Gzip => Box::new(MultiGzDecoder::new(source)),
        Coding::Deflate => {
            // Some leave out the wrapper that RFC 9110, section 8.4.1.2, asks for, and every client reads that too.
            let wrapped = matches!(source.fill_buf(), Ok([method, flags, ..])
                if method & 0x0f == 8 && u16::from_be_bytes([*method, *flags]).is_multiple_of(31));
            if wrapped { Box::new(ZlibDecoder::new(source)) } else { Box::new(DeflateDecoder::new(source)) }
        }
        Coding::Brotli => Box::new(brotli_decompressor::Decompressor::new(source, PIECE)),
        Coding::Zstd => {
            let mut decoder = FrameDecoder::new();
            decoder.set_max_window_size(ZSTD_WINDOW);
            Box::new(Zstd { source, decoder, in_frame: false })
        }
    }
}

/// A layer that may give so many bytes: one within another could otherwise be endless though the last gives nothing.
struct Bounded<'b> {
    layer: Box<dyn Read + 'b>,
    left: usize,
    exceeded: Rc<Cell<bool>>,
}

impl Read for Bounded<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.layer.read(buffer)?;
        if count > self.left {
            self.exceeded.set(true);
            return Err(io::Error::other("too much"));
        }
        self.left -= count;
        Ok(count)
    }
}

/// Frames of zstd, one after the other (RFC 8878, section 3.1).
struct Zstd<'b> {
    source: Box<dyn BufRead + 'b>,
    decoder: FrameDecoder,
    in_frame: bool,
}

impl Read for Zstd<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            if self.in_frame {
                while self.decoder.can_collect() == 0 && !self.decoder.is_finished() {
                    let blocks = BlockDecodingStrategy::UptoBlocks(1);
                    self.decoder.decode_blocks(&mut self.source, blocks).map_err(io::Error::other)?;
                }
                if self.decoder.can_collect() > 0 {
                    return self.decoder.read(buffer);
                }
                self.in_frame = false;
            }
            if self.source.fill_buf()?.is_empty() {
                return Ok(0);
            }
            match self.decoder.init(&mut self.source) {
                Ok(()) => self.in_frame = true,
                Err(FrameDecoderError::ReadFrameHeaderError(ReadFrameHeaderError::SkipFrame { length, .. })) => {
                    io::copy(&mut (&mut self.source).take(u64::from(length)), &mut io::sink())?;
                }
                Err(error) => return Err(io::Error::other(error)),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use flate2::Compression;
    use flate2::write::{DeflateEncoder, GzEncoder, ZlibEncoder};

    use super::*;
    use crate::model::exchange::Wire;

    fn gzip(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
        encoder.write_all(bytes).expect("written");
        encoder.finish().expect("an end")
    }

    fn zlib(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = ZlibEncoder::new(Vec::new(), Compression::best());
        encoder.write_all(bytes).expect("written");
        encoder.finish().expect("an end")
    }

    fn deflate(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = DeflateEncoder::new(Vec::new(), Compression::best());
        encoder.write_all(bytes).expect("written");
        encoder.finish().expect("an end")
    }

    fn zstd(bytes: &[u8]) -> Vec<u8> {
        ruzstd::encoding::compress_to_vec(bytes, ruzstd::encoding::CompressionLevel::Fastest)
    }

    /// `{"tea":"green"}` as a brotli stream of one block that isn't compressed (RFC 7932, section 9.2).
    const BROTLI: &[u8] = b"\x0b\x07\x80{\"tea\":\"green\"}\x03";

    const GREEN: &[u8] = b"{\"tea\":\"green\"}";

    async fn answered(coding: &'static [u8], body: Vec<u8>, ending: Ending) -> Answer {
        let headers = vec![("Content-Encoding".to_owned(), Bytes::from_static(coding))];
        let (reason, wire) = (String::new(), Wire::default());
        let answer = Answer { status: 200, reason, headers, body: body.into(), ending, wire };
        let limits = Limits { ratio: 50, decoded: 1 << 20, ..Limits::default() };
        decoded(answer, &Budget::for_bodies_of(limits.decoded), &limits).await
    }

    #[tokio::test]
    async fn codings_are_undone_and_the_length_on_the_wire_is_known() {
        let skippable = [b"\x50\x2a\x4d\x18\x02\0\0\0xx".to_vec(), zstd(b"{\"tea\":"), zstd(b"\"green\"}")].concat();
        for (coding, body) in [
            (&b"gzip"[..], gzip(GREEN)),
            (b"X-GZIP", gzip(GREEN)),
            (b"gzip", [gzip(b"{\"tea\":"), gzip(b"\"green\"}")].concat()),
            (b"deflate", zlib(GREEN)),
            (b"deflate", deflate(GREEN)),
            (b"zstd", zstd(GREEN)),
            (b"zstd", skippable),
            (b"br", BROTLI.to_vec()),
            (b"deflate, gzip", gzip(&zlib(GREEN))),
            (b"identity, gzip ,", gzip(GREEN)),
        ] {
            let length = body.len();
            let answer = answered(coding, body, Ending::Complete).await;
            let shown = String::from_utf8_lossy(coding);
            assert_eq!((&answer.body[..], answer.sent_length()), (GREEN, length), "{shown}: {:?}", answer.wire);
            assert_eq!((answer.unknown_body(), &answer.wire.miscoded), (None, &None), "{shown}");
        }
    }

    #[tokio::test]
    async fn what_is_no_such_coding_is_said_and_left_as_it_is() {
        let short = gzip(GREEN)[..20].to_vec();
        for (coding, body, said) in [
            (&b"gzip"[..], GREEN.to_vec(), "isn't gzip as Content-Encoding says: "),
            (b"gzip", short, "it ends too soon"),
            (b"br", b"\xff\xff\xff\xff".to_vec(), "isn't br"),
            (b"br", BROTLI[..9].to_vec(), "isn't br"),
            (b"zstd", GREEN.to_vec(), "isn't zstd"),
            (b"deflate", b"\xff\xff\xff\xff".to_vec(), "isn't deflate"),
            (b"gzip, gzip", gzip(GREEN), "isn't gzip, gzip"),
        ] {
            let answer = answered(coding, body.clone(), Ending::Complete).await;
            assert!(answer.wire.miscoded.as_ref().is_some_and(|cause| cause.contains(said)), "{:?}", answer.wire);
            assert_eq!((&answer.body[..], answer.wire.encoded), (&body[..], None));
        }
    }

    #[tokio::test]
    async fn what_grows_beyond_a_limit_is_cut_with_its_reason() {
        let zeros = vec![0; 100 << 20];
        let random: Vec<u8> =
            (0_u32..3 << 18).flat_map(|n| (n.wrapping_mul(2_654_435_761) >> 12).to_le_bytes()).collect();
        let nothing = gzip(&gzip(b"").repeat(1 << 20));
        for (coding, body, said) in [
            (&b"gzip"[..], gzip(&zeros), "grows to more than 50 times"),
            (b"deflate", deflate(&zeros), "grows to more than 50 times"),
            (b"zstd", zstd(&zeros), "grows to more than 50 times"),
            (b"gzip, gzip", gzip(&gzip(&zeros)), "grows to more than 50 times"),
            (b"gzip, gzip", nothing, "grows to more than 50 times"),
            (b"gzip", gzip(&random), "the decoded body has more than 1 MiB; another limit: `--limit decoded=SIZE`"),
            (b"gzip, gzip, gzip, gzip, gzip", GREEN.to_vec(), "in 5 codings"),
            (b"compress", GREEN.to_vec(), "the coding `compress`, which can't be undone here"),
        ] {
            let answer = answered(coding, body, Ending::Complete).await;
            assert!(answer.unknown_body().is_some_and(|reason| reason.contains(said)), "{said}: {:?}", answer.wire);
            assert_eq!(answer.ending, Ending::Short);
            assert!(answer.body.len() <= 1 << 20);
        }
    }

    #[tokio::test]
    async fn the_beginning_of_what_was_cut_short_is_decoded_too() {
        let random: Vec<u8> = (0_u32..9999).flat_map(|n| n.wrapping_mul(2_654_435_761).to_le_bytes()).collect();
        let mut body = gzip(&random);
        body.truncate(body.len() / 2);
        let answer = answered(b"gzip", body, Ending::Short).await;
        assert!(answer.body.len() > 999 && random.starts_with(&answer.body));
        assert_eq!((answer.ending, answer.wire.miscoded), (Ending::Short, None));
    }
}
