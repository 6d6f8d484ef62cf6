#!/bin/sh
# Prints the path of a Chromium for the browser tests, installing Debian's when it can.
set -eu

find_one() {
    for name in "${CHROMIUM:-}" chromium chromium-browser google-chrome; do
        [ -n "$name" ] && command -v "$name" 2>/dev/null && exit 0
    done
    return 0
}

find_one
if [ -r /etc/debian_version ] && command -v apt-get >/dev/null; then
    if [ "$(id -u)" = 0 ]; then as_root=; else as_root="sudo -n"; fi
    echo "Installing Debian's chromium for the browser tests." >&2
    $as_root apt-get install -y --no-install-recommends chromium </dev/null >/dev/null 2>&1 ||
        { $as_root apt-get update && $as_root apt-get install -y --no-install-recommends chromium; } </dev/null >/dev/null 2>&1 ||
        true
    find_one
fi
echo "The browser tests need Chromium: install it (on Debian: apt-get install chromium), or set CHROMIUM to its path." >&2
exit 1
