#!/bin/sh
# Tries what `packaging/` and the Containerfile promise, as far as this machine can: the unit, the system
# calls that it allows, the program in an otherwise empty read-only root, and the proxy in front of it.
#
#   tools/packaging.sh [PROGRAM]         the release program unless told otherwise
#
# It wants systemd-analyze, strace, bwrap, nginx, openssl and curl; what is missing is left out, and said.
set -eu

here=$(dirname "$0")/..
program=$(realpath "${1:-$here/target/release/server}")
folder=$(mktemp -d)
port=$((20000 + $$ % 20000))
running=
trap 'for one in $running; do kill "$one" 2>/dev/null || :; done; rm -rf "$folder"' EXIT
trap 'exit 130' INT TERM

say() { printf '%s\n' "$*"; }
fail() { say "FAILED: $*"; exit 1; }
has() { for one in "$@"; do command -v "$one" >/dev/null || { say "left out, $one is missing: $what"; return 1; }; done; }

# What is done as nobody, when root asks for it.
nobody=
[ "$(id -u)" != 0 ] || nobody="setpriv --reuid=65534 --regid=65534 --clear-groups"

until_ready() {
    for _ in $(seq 100); do
        [ "$(curl -sk -o /dev/null -w '%{http_code}' "$1/health")" = 200 ] && return
        sleep 0.1
    done
    cat "$2" >&2
    fail "$1 does not answer"
}

status() { curl -sk -o "$folder/body" -w '%{http_code}' "$@"; }

chmod 755 "$folder"
mkdir -p "$folder/data" "$folder/traced"
[ "$(id -u)" != 0 ] || chown 65534:65534 "$folder/data" "$folder/traced"
cp "$program" "$folder/server"
cp "$here/end2end/files/points.xlsx" "$folder/points.xlsx"
chmod 755 "$folder/server" && chmod 644 "$folder/points.xlsx"

what="the unit is well-formed"
if has systemd-analyze; then
    sed "s|^ExecStart=/opt/baton/server|ExecStart=$folder/server|" "$here/packaging/baton.service" >"$folder/baton.service"
    systemd-analyze verify "$folder/baton.service" || fail "$what"
    say "ok: $what; $(systemd-analyze security --offline=true "$folder/baton.service" | tail -n1 | sed 's/[^A-Za-z0-9:. ]//g; s/^ *//')"
fi

# The members of a group of system calls, those of the groups in it too.
members() {
    systemd-analyze syscall-filter "$1" | sed -n 's/^    \([@a-z_0-9-]*\).*/\1/p' | while read -r one; do
        case $one in @*) members "$one" ;; ?*) echo "$one" ;; esac
    done
}

what="the server and the reader of workbooks make no system call that the unit refuses"
if has systemd-analyze strace curl setpriv; then
    # shellcheck disable=SC2086 # the list is meant to be split
    $nobody strace -f -c -U name -o "$folder/traced/server.calls" "$folder/server" serve --demo \
        --data "$folder/traced/baton.db" --addr "127.0.0.1:$port" >"$folder/traced.log" 2>&1 &
    tracer=$!
    running=$tracer
    until_ready "http://127.0.0.1:$port" "$folder/traced.log"
    curl -s "http://127.0.0.1:$port/sign-in" >/dev/null
    # Not the tracer, which heeds no signal.
    kill -TERM "$(pgrep -f "^$folder/server serve")"
    wait "$tracer" || :
    running=
    # shellcheck disable=SC2086
    $nobody env -i MIMALLOC_ARENA_RESERVE=65536 "$(command -v strace)" -f -c -U name -o "$folder/traced/reader.calls" \
        "$folder/server" read-table <"$folder/points.xlsx" >/dev/null || fail "the workbook is not read"
    { members @system-service; members @privileged | sed 's/^/-/'; } |
        awk '/^-/ { delete allowed[substr($0, 2)]; next } { allowed[$0] } END { for (one in allowed) print one }' |
        sort >"$folder/allowed"
    sed -n 's/^\([a-z_0-9]*\) *$/\1/p' "$folder"/traced/*.calls | grep -v '^syscall$\|^total$\|^$' | sort -u >"$folder/made"
    [ "$(wc -l <"$folder/made")" -gt 20 ] || fail "the system calls were not seen"
    refused=$(comm -13 "$folder/allowed" "$folder/made" | tr '\n' ' ')
    [ -z "$refused" ] || fail "the unit would refuse: $refused"
    say "ok: $what ($(wc -l <"$folder/made") different ones seen)"
fi

# A root in which there is the program, what a slim system has of libraries, a folder for the store and /tmp.
alone() {
    libraries=
    for one in /lib /lib64 /usr/lib /usr/lib64; do [ ! -e $one ] || libraries="$libraries --ro-bind $one $one"; done
    # shellcheck disable=SC2086 # the list is meant to be split
    exec $nobody bwrap --unshare-all --share-net --uid 65534 --gid 65534 --cap-drop ALL --die-with-parent --new-session \
        $libraries --ro-bind "$folder/server" /opt/baton/server --bind "$folder/data" /var/lib/baton \
        --proc /proc --dev /dev --tmpfs /tmp --remount-ro / --chdir / --clearenv "$@"
}

what="the program serves from an otherwise empty, read-only root, as nobody"
if has bwrap curl; then
    (alone --setenv BATON_DATA /var/lib/baton/baton.db /opt/baton/server serve --demo --addr "127.0.0.1:$port") \
        >"$folder/alone.log" 2>&1 &
    running=$!
    until_ready "http://127.0.0.1:$port" "$folder/alone.log"
    [ "$(status "http://127.0.0.1:$port/sign-in")" = 200 ] || fail "$what: no page"
    style=$(sed -n 's/.*href="\([^"]*baton\.css\)".*/\1/p' "$folder/body" | head -n1)
    # The digest of no files at all is that of a debug build, which reads them from the disk.
    case $style in
    */e3b0c44298fc/*) say "note: this program has no style sheet in it: it is no release" ;;
    *) [ "$(status "http://127.0.0.1:$port$style")" = 200 ] || fail "$what: no style sheet" ;;
    esac
    if (alone /opt/baton/server --data /var/lib/baton/baton.db backup /opt/copy.db) >"$folder/backup.log" 2>&1; then
        fail "the root can be written"
    fi
    grep -qi 'read-only' "$folder/backup.log" || fail "the backup failed otherwise: $(cat "$folder/backup.log")"
    (alone --setenv MIMALLOC_ARENA_RESERVE 65536 /opt/baton/server read-table) <"$folder/points.xlsx" >"$folder/table" ||
        fail "the workbook is not read there"
    grep -q '^{"Ok":' "$folder/table" || fail "the workbook is refused there: $(head -c 200 "$folder/table")"
    kill "$running"
    wait "$running" 2>/dev/null || :
    running=
    say "ok: $what: /health, a page, a workbook; nothing outside /var/lib/baton and /tmp can be written"
fi

what="the example proxy passes pages and forms on"
if has nginx openssl curl; then
    mkdir "$folder/proxy"
    openssl req -x509 -newkey rsa:2048 -nodes -days 1 -subj /CN=localhost -keyout "$folder/proxy/baton.key" \
        -out "$folder/proxy/baton.pem" 2>/dev/null
    {
        echo "daemon off; pid $folder/proxy/pid; error_log $folder/proxy/error.log; events {}"
        [ "$(id -u)" != 0 ] || echo "user root;"
        echo "http {"
        for one in client_body proxy fastcgi uwsgi scgi; do echo "${one}_temp_path $folder/proxy/$one;"; done
        sed -e "s|/etc/ssl/[a-z]*/|$folder/proxy/|; s|/var/log/nginx/|$folder/proxy/|; s|127.0.0.1:3000|127.0.0.1:$port|" \
            -e "/listen \[::\]/d; s|listen 80;|listen 127.0.0.1:$((port + 2));|; s|listen 443|listen 127.0.0.1:$((port + 1))|" \
            -e "s|baton.example.org|localhost|" "$here/packaging/nginx.conf"
        echo "}"
    } >"$folder/proxy/nginx.conf"
    public="https://localhost:$((port + 1))"
    # With what the unit sets, such as that it stands behind a proxy.
    # shellcheck disable=SC2046 # each is a word
    env $(sed -n 's/^Environment=//p' "$here/packaging/baton.service") "$folder/server" serve \
        --data "$folder/proxied/baton.db" --addr "127.0.0.1:$port" --public-url "$public" >"$folder/proxied.log" 2>&1 &
    running=$!
    nginx -c "$folder/proxy/nginx.conf" -e "$folder/proxy/error.log" &
    running="$running $!"
    until_ready "$public" "$folder/proxied.log"
    [ "$(status -D "$folder/head" "$public/sign-in")" = 200 ] || fail "$what: no page"
    grep -qi '^strict-transport-security:' "$folder/head" || fail "$what: no HSTS"
    key=$(sed 's/<input/\n<input/g' "$folder/body" | sed -n 's/.*name="_key" value="\([^"]*\)".*/\1/p' | head -n1)
    post() { status -H 'Accept: text/html' -H "Origin: $1" --data-urlencode "_key=$key" -d '_page=/sign-in&address=ada@example.org&password=wrong' "$public/api/sign-in"; }
    [ "$(post "$public")" = 303 ] || fail "$what: a form from its own page is answered with $(post "$public")"
    [ "$(post https://elsewhere.example)" = 403 ] || fail "$what: a form from elsewhere is not refused"
    head -c 1500000 /dev/zero | tr '\0' 'a' >"$folder/long"
    answered=$(status -H 'Accept: text/html' -H "Origin: $public" --data-binary "@$folder/long" "$public/api/sign-in")
    [ "$answered" = 413 ] || fail "$what: a long form is answered with $answered"
    grep -q 'too large' "$folder/body" || fail "$what: who sends a long form is not told why it is refused"
    for one in $running; do kill "$one"; done
    wait
    running=
    say "ok: $what"
fi
