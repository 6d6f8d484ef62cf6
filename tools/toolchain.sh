#!/bin/sh
# Decides once with which Rust everything is built, and whether it can build the WASM.
#
#   tools/toolchain.sh target/toolchain.mk
#
# The Makefile includes what this writes: PATH (the chosen cargo first), WASM (yes or no),
# WASM_CARGO (what goes before `cargo` for the WASM) and WASM_STD (the flags that build its
# standard library, where the toolchain has none). Why in this order: docs/decisions/0002-toolchain.md.
set -eu

out=$1
target=wasm32-unknown-unknown
needs="1.94" # rust-version in Cargo.toml

say() { printf '%s\n' "$*" >&2; }

# A Rust that is too old would fail late, and in words that do not help.
new_enough() {
    version=$("$1/rustc" --version 2>/dev/null | cut -d' ' -f2 | cut -d- -f1) || return 1
    [ -n "$version" ] && [ "$(printf '%s\n%s\n' "$needs" "$version" | sort -V | head -n1)" = "$needs" ]
}

has_target() {
    ls "$("$1/rustc" --print sysroot)/lib/rustlib/$target/lib/"libstd-*.rlib >/dev/null 2>&1
}

decide() {
    mkdir -p "$(dirname "$out")"
    {
        echo "# Written by tools/toolchain.sh; \`make toolchain\` decides again."
        echo "export PATH := $1:\$(PATH)"
        echo "WASM := $2"
        echo "WASM_CARGO := ${3:-}"
        echo "WASM_STD := ${4:-}"
    } >"$out.new"
    mv "$out.new" "$out"
    say "Building with $("$1/rustc" --version)${5:+, $5}."
    exit 0
}

as_root() {
    if [ "$(id -u)" = 0 ]; then "$@"; else sudo -n "$@"; fi
}

can_install() {
    [ -r /etc/debian_version ] && command -v apt-get >/dev/null && as_root true 2>/dev/null
}

install() {
    say "Installing from Debian: $*"
    as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "$@" </dev/null >/dev/null 2>&1
}

# Debian's toolchain for its browsers: new enough, and with the source of the standard library.
debian() {
    [ -x /usr/bin/cargo ] && [ -x /usr/bin/rustc ] && new_enough /usr/bin &&
        [ -r "$(/usr/bin/rustc --print sysroot)/lib/rustlib/src/rust/library/Cargo.lock" ] &&
        [ -x /usr/bin/rust-lld ]
}

# rust-lld is a link into a package that rust-web-llvm does not itself ask for.
linker_package() {
    link=$(readlink /usr/bin/rust-lld 2>/dev/null || true)
    case $link in lld-*) echo "$link" ;; *) echo lld ;; esac
}

use_debian() {
    decide /usr/bin yes \
        "RUSTC_BOOTSTRAP=1 CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER=/usr/bin/rust-lld" \
        "-Z build-std=std,panic_abort" \
        "which builds the WASM's standard library itself"
}

own=
if command -v cargo >/dev/null && command -v rustc >/dev/null; then
    own=$(dirname "$(command -v cargo)")
    # rustup's cargo and rustc stand beside each other; a rustc elsewhere would not be the one cargo finds.
    [ -x "$own/rustc" ] && new_enough "$own" || own=
fi

if [ -n "$own" ]; then
    has_target "$own" && decide "$own" yes
    if [ -x "$own/rustup" ]; then
        say "Asking rustup for $target."
        if timeout 120 rustup target add "$target" </dev/null >/dev/null 2>&1 && has_target "$own"; then
            decide "$own" yes
        fi
        say "rustup could not get it."
    fi
fi

debian && use_debian
if can_install; then
    packages="rustc-web cargo-web rust-web-src rust-web-llvm rust-web-clippy rustfmt-web"
    # shellcheck disable=SC2086 # the list is meant to be split
    install $packages || {
        as_root apt-get update </dev/null >/dev/null 2>&1 || true
        install $packages || true
    }
    [ -x /usr/bin/rust-lld ] || install "$(linker_package)" || true
    debian && use_debian
fi

if [ -n "$own" ]; then
    say "No way to build for $target was found (try: rustup target add $target), so Baton is built without the parts that run in the browser; every page works without them."
    decide "$own" no
fi
say "Baton needs Rust $needs or newer: get it from https://rustup.rs, then run make again."
exit 1
