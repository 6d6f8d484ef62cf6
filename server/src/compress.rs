//! Compressing a page: whole, at once, with a state that each thread keeps. Made anew for each page, as the
//! layer for everything else does, a state of 270 kB costs more than compressing with it.

use std::cell::RefCell;

use axum::body::{Body, to_bytes};
use axum::response::Response;
use flate2::{Compress, Compression, Crc, FlushCompress, Status};
use http::{HeaderMap, HeaderValue, header};

/// Of gzip, by zlib-rs. Measured on a project's page and a chart's (docs/decisions/0015-speed.md).
pub const LEVEL: u32 = 2;
/// What fits into one packet is not worth it.
const LEAST: usize = 1_000;

thread_local! {
    static STATE: RefCell<Compress> = RefCell::new(Compress::new(Compression::new(LEVEL), false));
}

/// Whether a caller takes gzip.
#[must_use]
pub fn accepts_gzip(headers: &HeaderMap) -> bool {
    let codings = headers.get_all(header::ACCEPT_ENCODING).iter().filter_map(|value| value.to_str().ok());
    codings.flat_map(|value| value.split(',')).any(|coding| {
        let (name, quality) = coding.split_once(';').unwrap_or((coding, ""));
        let quality = quality.trim().strip_prefix("q=").and_then(|quality| quality.trim().parse::<f32>().ok());
        name.trim().eq_ignore_ascii_case("gzip") && quality.is_none_or(|quality| quality > 0.0)
    })
}

/// The page compressed, if that makes it smaller to a caller who takes it.
pub async fn compress_page(response: Response, accepts_gzip: bool) -> Response {
    let (mut parts, body) = response.into_parts();
    let Ok(page) = to_bytes(body, usize::MAX).await else {
        tracing::error!("a page ended before it was whole");
        return Response::from_parts(parts, Body::empty());
    };
    parts.headers.append(header::VARY, HeaderValue::from_static("accept-encoding"));
    match (accepts_gzip && page.len() >= LEAST).then(|| gzip(&page)).flatten() {
        None => Response::from_parts(parts, Body::from(page)),
        Some(compressed) => {
            parts.headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
            Response::from_parts(parts, Body::from(compressed))
        }
    }
}

/// A gzip file (RFC 1952) of this.
fn gzip(plain: &[u8]) -> Option<Vec<u8>> {
    // Deflate, no name, no time, no hint about the level, of no particular system.
    const HEAD: [u8; 10] = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255];
    let mut out = Vec::with_capacity(plain.len() / 2 + 1_024);
    out.extend(HEAD);
    let done = STATE.with_borrow_mut(|state| {
        state.reset();
        loop {
            let read = usize::try_from(state.total_in()).ok()?;
            match state.compress_vec(plain.get(read..)?, &mut out, FlushCompress::Finish).ok()? {
                Status::StreamEnd => return Some(()),
                Status::Ok | Status::BufError => out.reserve(plain.len() / 4 + 1_024),
            }
        }
    });
    done?;
    let mut sum = Crc::new();
    sum.update(plain);
    out.extend(sum.sum().to_le_bytes());
    out.extend(sum.amount().to_le_bytes());
    Some(out)
}

#[cfg(test)]
mod tests {
    use std::io::Read as _;

    use proptest::prelude::*;

    use super::*;

    fn taking(value: &'static str) -> HeaderMap {
        HeaderMap::from_iter([(header::ACCEPT_ENCODING, HeaderValue::from_static(value))])
    }

    #[test]
    fn who_accepts_gzip_says_so() {
        for value in ["gzip", "br, gzip;q=0.5", "GZIP ;q=1", "deflate,gzip"] {
            assert!(accepts_gzip(&taking(value)), "{value}");
        }
        for value in ["", "br", "gzip;q=0", "gzip; q=0.0", "x-gzipped"] {
            assert!(!accepts_gzip(&taking(value)), "{value}");
        }
        assert!(!accepts_gzip(&HeaderMap::new()));
    }

    proptest! {
        #[test]
        fn what_is_compressed_unfolds_to_what_it_was(
            words in proptest::collection::vec("[a-z<>/ ]{0,12}", 0..400),
            noise in proptest::collection::vec(any::<u8>(), 0..5_000),
        ) {
            for plain in [words.concat().into_bytes(), noise] {
                let mut unfolded = Vec::new();
                flate2::read::GzDecoder::new(gzip(&plain).expect("a file").as_slice()).read_to_end(&mut unfolded).expect("unfolded");
                prop_assert_eq!(&unfolded, &plain);
            }
        }
    }
}
