//! The site's files, embedded in the release program: styles, scripts, WASM. Their address changes with
//! their content, so browsers keep them for a year.

use std::sync::LazyLock;

use axum::extract::Path;
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, StatusCode, header};
use sha2::{Digest, Sha256};

#[derive(rust_embed::RustEmbed)]
#[folder = "$CARGO_MANIFEST_DIR/../target/site"]
#[allow_missing = true]
struct Files;

/// The address before every asset: `/assets/` and a digest of all of them.
pub static ROOT: LazyLock<String> = LazyLock::new(|| {
    let mut names: Vec<_> = Files::iter().collect();
    names.sort();
    let mut digest = Sha256::new();
    for name in names {
        digest.update(name.as_bytes());
        if let Some(file) = Files::get(&name) {
            digest.update(file.metadata.sha256_hash());
        }
    }
    format!("/assets/{}", &app::digest::hex(&digest.finalize())[..12])
});

/// Whether the WASM was built into the site.
#[must_use]
pub fn has_islands() -> bool {
    Files::get("pkg/baton_bg.wasm").is_some()
}

/// Answers with an asset, already compressed where the browser takes brotli.
pub async fn serve(Path((_, name)): Path<(String, String)>, headers: HeaderMap) -> Response {
    let brotli = headers
        .get(header::ACCEPT_ENCODING)
        .and_then(|value| value.to_str().ok())
        .is_some_and(|value| value.split(',').any(|coding| coding.trim().split(';').next() == Some("br")));
    let compressed = brotli.then(|| Files::get(&format!("{name}.br"))).flatten();
    let encoded = compressed.is_some();
    let Some(file) = compressed.or_else(|| Files::get(&name)) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let kind = mime_guess::from_path(&name).first_or_octet_stream();
    let mut response = (
        [
            (header::CONTENT_TYPE, kind.as_ref()),
            (header::CACHE_CONTROL, "public, max-age=31536000, immutable"),
            (header::VARY, "accept-encoding"),
        ],
        file.data,
    )
        .into_response();
    if encoded {
        response.headers_mut().insert(header::CONTENT_ENCODING, http::HeaderValue::from_static("br"));
    }
    response
}
