//! Writes the JavaScript side of Baton's WASM: `bindgen INPUT.wasm OUT_DIR` leaves `baton.js` and
//! `baton_bg.wasm` in `OUT_DIR`.
//!
//! It is built from the same `Cargo.lock` as the WASM, so the two can't be of different versions,
//! which wasm-bindgen refuses.

use anyhow::{Context, Result, bail};
use std::path::PathBuf;
use wasm_bindgen_cli_support::Bindgen;

fn main() -> Result<()> {
    let arguments: Vec<PathBuf> = std::env::args_os().skip(1).map(PathBuf::from).collect();
    let [input, out_dir] = arguments.as_slice() else {
        bail!("usage: bindgen INPUT.wasm OUT_DIR");
    };
    Bindgen::new()
        .input_path(input)
        .web(true)
        .and_then(|bindgen| {
            bindgen
                .out_name("baton")
                .typescript(false)
                .remove_name_section(true)
                .remove_producers_section(true)
                .generate(out_dir)
        })
        .with_context(|| format!("cannot write the JavaScript side of {}", input.display()))
}
