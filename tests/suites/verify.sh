#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# crib verify: what should not be in a root is found, an honest one passes, any change from a manifest shows; the same in front of a run.
# shellcheck disable=SC2016,SC2154 source=tests/lib.sh
. "$TESTS/lib.sh"

root=$T/root

# fresh_root: an honest root with a bit of everything that is allowed
fresh_root() {
    chmod -R u+rwx "$root" 2>/dev/null
    rm -rf "$root"
    make_root "$root"
    mkdir -p "$root/var/log" "$root/run" "$root/home/user"
    chmod 1777 "$root/tmp"
    ln -s ../run "$root/var/run"
    ln -s /run/lock "$root/var/lock"
    ln -s ../../bin/sh "$root/usr/bin/shell"
    ln -s /bin/sh "$root/usr/bin/sh"
    ln -s ../proc/self/mounts "$root/etc/mtab"
    echo 'root:x:0:0:root:/:/bin/sh' >"$root/etc/passwd"
    echo text >"$root/etc/text"
}

# finds TOPIC LINE: crib verify refuses the root for exactly that
finds() {
    call verify "$root"
    assertEquals "exit status of $did: $out $err" 1 "$status"
    assertEquals "refused: $out" 1 "$(printf '%s\n' "$out" | grep -c '^refused')"
    assertContains "$out" "refused  $1: "
    assertContains "$out" "
         $2"
}

# notes TOPIC LINE: it is told, and no reason to refuse
notes() {
    call verify "$root"
    assertEquals "exit status of $did: $out $err" 0 "$status"
    assertContains "$out" "note     $1: "
    assertContains "$out" "
         $2"
}

# An honest root passes, with a command and without one; nothing but the count is said.
test_clean() {
    fresh_root
    call verify "$root"
    assertEquals "$out $err" 0 "$status"
    assertEquals "lines of $out" 1 "$(printf '%s\n' "$out" | wc -l | tr -d ' ')"
    assertContains "$out" "entries looked at: nothing is wrong"
    call verify "$root" sh
    assertEquals "$out $err" 0 "$status"
    call verify -o json "$root" /bin/sh
    assertContains "$out" '"ok": true'
}

# Device nodes of both types, with their numbers.
test_devices() {
    is_root || { skip "device nodes are root's to make"; return; }
    fresh_root
    if ! mknod "$root/etc/disk" b 8 0 2>/dev/null; then skip "no device node can be made here"; return; fi
    finds "device nodes" "etc/disk (block device 8:0, "
    rm "$root/etc/disk"
    mknod "$root/var/null" c 1 3
    finds "device nodes" "var/null (character device 1:3, "
}

# Programs that would raise who runs them: by user, by group, by file capabilities.
test_raising() {
    fresh_root
    cp "$root/bin/busybox" "$root/bin/su"
    chmod 4755 "$root/bin/su"
    finds "set-user-ID programs" "bin/su (4755, owner $(id -u))"
    chmod 2755 "$root/bin/su"
    finds "set-group-ID programs" "bin/su (2755, group $(id -g))"
    chmod 755 "$root/bin/su"
    "$HELPERS/odd" capability "$root/bin/su" 2>/dev/null || { skip "file capabilities cannot be set here"; return; }
    finds "file capabilities" "bin/su"
    # a directory with the bit gives its group to what is made in it, and nothing to anybody
    rm "$root/bin/su"
    chmod g+s "$root/var"
    call verify "$root"
    assertEquals "$out" 0 "$status"
}

# Directories where everybody may remove what others have; with the sticky bit they are as /tmp is. Files are a note.
test_writable() {
    fresh_root
    chmod 777 "$root/var/log"
    finds "open directories" "var/log (0777)"
    chmod 1777 "$root/var/log"
    call verify "$root"
    assertEquals "$out" 0 "$status"
    chmod 666 "$root/etc/text"
    notes "writable by all" "etc/text (0666)"
}

# Links that climb above the root, from where they lie; those that end at it or name something in it are honest.
test_links() {
    fresh_root
    ln -s ../../../etc/shadow "$root/var/log/out"
    finds "links out of the root" "var/log/out -> ../../../etc/shadow"
    rm "$root/var/log/out"
    ln -s /usr/../../etc "$root/var/log/round"
    finds "links out of the root" "var/log/round -> /usr/../../etc"
    rm "$root/var/log/round"
    ln -s ../../etc/text "$root/var/log/in"
    call verify "$root"
    assertEquals "$out" 0 "$status"
    ln -s /srv/secret "$root/var/log/nowhere"
    notes "links to nothing" "var/log/nowhere -> /srv/secret"
}

# A socket is refused, a FIFO is a note; neither is opened.
test_sockets() {
    fresh_root
    (cd "$root/run" && "$HELPERS/odd" socket s) || { skip "no socket can be made here"; return; }
    finds "sockets" "run/s"
    rm "$root/run/s"
    mkfifo "$root/etc/fifo"
    notes "FIFOs" "etc/fifo"
}

# A file that says it is larger than the disk.
test_sparse() {
    fresh_root
    truncate -s 8G "$root/var/log/bomb" 2>/dev/null || dd if=/dev/null of="$root/var/log/bomb" bs=1M seek=8192 2>/dev/null || { skip "no sparse file can be made here"; return; }
    finds "sparse files" "var/log/bomb (8589934592 bytes, "
}

# What a terminal would act upon is never printed as it is.
test_names() {
    fresh_root
    : >"$root/etc/$(printf 'a\033[31m\nb')"
    finds "unprintable names" 'etc/a\033[31m\012b'
    assertEquals "escapes in the output" 0 "$(printf '%s' "$out" | grep -c "$(printf '\033')")"
}

# A second user 0, and accounts without a password.
test_accounts() {
    fresh_root
    echo 'toor:x:0:0::/:/bin/sh' >>"$root/etc/passwd"
    finds "accounts" "etc/passwd: toor is user 0, as root is"
    fresh_root
    echo 'guest::1000:1000::/:/bin/sh' >>"$root/etc/passwd"
    finds "accounts" "etc/passwd: guest has no password"
    fresh_root
    printf 'root::19000:0:99999:7:::\n' >"$root/etc/shadow"
    finds "accounts" "etc/shadow: root has no password"
}

# A file with a name outside, owners beyond those of a sandbox: notes.
test_notes() {
    fresh_root
    ln "$root/etc/text" "$T/outside"
    notes "shared files" "etc/text: 1 of its 2 names"
    rm "$T/outside"
    ln "$root/etc/text" "$root/etc/second"
    call verify "$root"
    assertNotContains "$out" "shared files"
    is_root || return 0
    chown 70000:0 "$root/etc/text"
    notes "far owners" "etc/text (70000:0)"
}

# What this user may not read is told, and the rest is looked at all the same.
test_closed() {
    fresh_root
    if is_root; then skip "root may read everything"; return; fi
    chmod 0 "$root/var/log"
    ln -s ../../out "$root/var/out"
    call verify "$root"
    chmod 755 "$root/var/log"
    assertEquals "$out" 1 "$status"
    assertContains "$out" "var/out -> ../../out"
    assertContains "$out" "var/log: Permission denied"
}

# A mount below is told and not entered.
test_mounts() {
    is_root || { skip "mounts are root's to make"; return; }
    fresh_root
    "$HELPERS/bound" -t "$LIMIT" unshare -m sh -c 'mount -t tmpfs t "$1/home" && ln -s ../../out "$1/home/out" && exec "$2" verify "$1"' sh "$root" "$CRIB" >"$T/out" 2>"$T/err" || {
        grep -q 'home$' "$T/out" || { skip "unshare -m: $(cat "$T/err")"; return; }
    }
    assertContains "$(cat "$T/out")" "
         home"
    assertNotContains "$(cat "$T/out")" "home/out"
}

# Directories ten thousand deep with the longest names, and very many files: a bounded time, bounded memory, a path that can be read.
test_hostile_size() {
    mkdir "$T/deep" "$T/deep/wide"
    if ! "$HELPERS/odd" deep "$T/deep" "$(scaled 10000)" 255; then
        skip "no deep directory can be made here"
    else
        "$HELPERS/odd" wide "$T/deep/wide" "$(scaled 100000)"
        # shellcheck disable=SC3045 # dash and ash have it
        (ulimit -n 64; [ -n "${CRIB_TEST_SANITIZED:-}" ] || ulimit -v 400000; crib verify "$T/deep" >"$T/out" 2>"$T/err")
        assertEquals "$(cat "$T/err")" 0 $?
        call verify --write "$T/m" "$T/deep"
        expect 0 "$out"
        call verify --against "$T/m" "$T/deep"
        assertEquals "$(printf '%s\n' "$out" | cut -c 1-300) $err" 0 "$status"
        : >"$T/deep/wide/new"
        call verify --against "$T/m" "$T/deep"
        assertEquals "$err" 1 "$status"
    fi
    "$HELPERS/odd" shallow "$T/deep" 255
    rm -rf "$T/deep"
}

# Each reason for which a command cannot be executed, in one sentence: by verify, and with its status in front of a run.
test_commands() {
    fresh_root
    printf '#!/usr/bin/python9\n' >"$root/bin/script"
    printf '#!/bin/script\n' >"$root/bin/twice"
    printf '#!/bin/sh\r\necho\r\n' >"$root/bin/dos"
    printf 'echo hello\n' >"$root/bin/bare"
    : >"$root/bin/empty"
    : >"$root/etc/none"
    # an ELF header of a machine that this one is not (of the year 1978)
    cp "$root/bin/busybox" "$root/bin/foreign"
    printf '\001\000' | dd of="$root/bin/foreign" bs=1 seek=18 conv=notrunc 2>/dev/null
    chmod 755 "$root/bin/script" "$root/bin/twice" "$root/bin/dos" "$root/bin/bare" "$root/bin/empty"
    while read -r want name says; do
        call verify "$root" "$name"
        assertEquals "$did: $out" 1 "$status"
        assertContains "$did" "$out" "command $says"
        for policy in once refuse warn off; do
            refuse "$want" "command $says" run --verify "$policy" --name box --rootfs "$root" "$name"
        done
    done <<EOF
127 nosuch nosuch: not found in PATH (/usr/local/sbin:
127 /bin/nosuch /bin/nosuch: No such file or directory
127 /etc/text/x /etc/text/x: No
126 /bin /bin: is a directory
126 /etc/none /etc/none: Permission denied (not executable)
127 script /bin/script: its script interpreter /usr/bin/python9 was not found
127 /bin/script /bin/script: its script interpreter /usr/bin/python9 was not found
127 /bin/twice /bin/twice: its script interpreter: command /bin/script: its script interpreter /usr/bin/python9 was not found
127 /bin/dos /bin/dos: its first line ends in a carriage return
126 /bin/bare /bin/bare: exec format error: it is neither an ELF program nor a script
126 /bin/empty /bin/empty: exec format error: the file is empty
126 /bin/foreign /bin/foreign: it is for
EOF
}

# A program whose ELF loader is missing: told by its name.
test_loader() {
    fresh_root
    for program in /bin/true /usr/bin/true /bin/ls; do
        case $(dd if="$program" bs=4096 count=1 2>/dev/null | tr -d '\000') in
        */lib*/ld-*) break ;;
        *) program= ;;
        esac
    done
    [ -n "$program" ] || { skip "there is no program here that has an ELF loader"; return; }
    cp "$program" "$root/bin/dynamic"
    for policy in once off; do
        refuse 127 "command /bin/dynamic: its ELF loader /lib" run --verify $policy --rootfs "$root" /bin/dynamic
        assertContains "$err" "was not found"
    done
}

# A command that comes with a volume is not judged by the root below it.
test_volume_command() {
    fresh_root
    mkdir -p "$T/tools"
    cp "$root/bin/busybox" "$T/tools/echo"
    run --rootfs "$root" -v "$T/tools:/opt:ro" /opt/echo hello
    expect 0 hello
}

# An honest root runs without a word by every policy; links and scripts in it work.
test_run_clean() {
    fresh_root
    printf '#!/usr/bin/sh\necho from $0\n' >"$root/bin/script"
    chmod 755 "$root/bin/script"
    for policy in refuse warn once off; do
        run --verify $policy --rootfs "$root" script
        expect 0 "from /bin/script"
    done
}

# What verify refuses, a run refuses when told so, warns of in one line, says once a day, or is silent about.
test_run_policies() {
    fresh_root
    cp "$root/bin/busybox" "$root/bin/su"
    chmod 4755 "$root/bin/su"
    ln -s ../../out "$root/var/out"
    remember_traces
    refuse 125 "set-user-ID programs (bin/su (4755, owner $(id -u))), links out of the root (var/out -> ../../out); all of it: crib verify $root" \
        run --name box --verify refuse --rootfs "$root" true
    assert_no_traces
    WARNING_WAS=$WARNING
    for round in 1 2; do
        run --verify warn --rootfs "$root" echo "$round"
        assertEquals "$err" 0 "$status"
        assertEquals "$round" "$out"
        assertEquals "lines of $err" 1 "$(printf '%s\n' "$err" | wc -l | tr -d ' ')"
        assertContains "$err" "crib: the root $root has set-user-ID programs"
    done
    # the default, in a state directory that has not seen it
    rm -rf "$T/other"
    crib --root "$T/other" run --rootfs "$root" true 2>"$T/err"
    assertContains "$(cat "$T/err")" "the root $root has"
    crib --root "$T/other" run --rootfs "$root" true 2>"$T/err"
    assertNotContains "$(cat "$T/err")" "the root $root has"
    # another directory in its place is another root
    touch "$root/new"
    crib --root "$T/other" run --rootfs "$root" true 2>"$T/err"
    assertContains "$(cat "$T/err")" "the root $root has"
    run --verify off --rootfs "$root" true
    expect 0 ""
    # shellcheck disable=SC2034 # lib.sh's
    WARNING=$WARNING_WAS
}

# Wrong words are refused, and what is not there is told.
test_words() {
    refuse 125 "--verify maybe: refuse, warn, once (to warn once a day) or off" run --verify maybe --rootfs / true
    refuse 125 "--verify is about the directory of --rootfs" run --verify warn busybox true
    refuse 125 "--verify-against is about the directory of --rootfs" run --verify-against /x busybox true
    refuse 125 "which directory?" verify
    refuse 125 "--write and --against: one of them" verify --write a --against b /
    refuse 125 "No such file or directory" verify "$T/nowhere"
    refuse 125 "Not a directory" verify "$CRIB"
}

# ---- manifests ----

# manifest_root: a fresh root and its manifest, which holds
manifest_root() {
    fresh_root
    call verify --write "$T/manifest" "$root"
    assertEquals "$did: $out $err" 0 "$status"
    call verify --against "$T/manifest" "$root"
    assertEquals "$did: $out $err" 0 "$status"
    assertContains "$out" "all is as in the manifest"
}

# differs TOPIC LINE: exactly that is told
differs() {
    call verify --against "$T/manifest" "$root"
    assertEquals "exit status of $did: $out $err" 1 "$status"
    assertEquals "told: $out" 1 "$(printf '%s\n' "$out" | grep -c '^refused')"
    assertContains "$out" "refused  $1"
    assertContains "$out" "
         $2"
}

# Each thing that can change, changed alone, is found and named.
test_changes() {
    manifest_root
    printf 'tExt\n' >"$root/etc/text"
    differs "content changed" "etc/text"
    manifest_root
    echo more >>"$root/etc/text"
    differs "content changed" "etc/text (10 bytes, were 5)"
    manifest_root
    chmod 600 "$root/etc/text"
    differs "mode changed" "etc/text (0600, was 0"
    manifest_root
    chmod u+s "$root/bin/busybox"
    differs "mode changed" "bin/busybox (4755, was 0755)"
    manifest_root
    chmod 700 "$root/var"
    differs "mode changed" "var (0700, was 0755)"
    manifest_root
    rm "$root/var/run"
    ln -s ../etc "$root/var/run"
    differs "link changed" "var/run (../etc, was ../run)"
    manifest_root
    rm "$root/etc/text"
    mkdir "$root/etc/text"
    differs "type changed" "etc/text (d, was f)"
    manifest_root
    rm -r "$root/var/log"
    differs "missing" "var/log"
    manifest_root
    mkdir "$root/var/log/new"
    : >"$root/var/log/new/file"
    differs "added" "var/log/new/"
    manifest_root
    chmod 711 "$root"
    differs "mode changed" ". (0711, was 0755)"
}

# The same for owners, attributes and devices, where they can be had.
test_changes_by_root() {
    manifest_root
    if ! "$HELPERS/odd" xattr "$root/etc/text" user.note one 2>/dev/null; then
        skip "no extended attributes here"
    else
        differs "attribute changed" "etc/text (user.note is new)"
        call verify --write "$T/manifest" "$root"
        "$HELPERS/odd" xattr "$root/etc/text" user.note two
        differs "attribute changed" "etc/text (user.note)"
        cp "$root/etc/text" "$root/etc/copy"
        rm "$root/etc/text"
        mv "$root/etc/copy" "$root/etc/text"
        differs "attribute changed" "etc/text (user.note is gone)"
    fi
    is_root || return 0
    manifest_root
    chown 7:8 "$root/etc/text"
    differs "owner changed" "etc/text (7:8, was $(id -u):$(id -g))"
    fresh_root
    mknod "$root/etc/dev" c 1 3 2>/dev/null || { skip "no device node can be made here"; return; }
    crib verify --write "$T/manifest" "$root" >/dev/null
    rm "$root/etc/dev"
    mknod "$root/etc/dev" c 1 5
    differs "device changed" "etc/dev (1:5, was 1:3)"
}

# A manifest is text in an order of its own, the same for a copy of the tree; times do not count.
test_manifest_text() {
    manifest_root
    cp "$T/manifest" "$T/first"
    touch -t 200001010000 "$root/etc/text"
    rm -rf "$T/copy"
    cp -a "$root" "$T/copy"
    call verify --write "$T/manifest" "$T/copy"
    assertTrue "the copy's manifest is another: $(diff "$T/first" "$T/manifest" | head -n 5)" "cmp -s '$T/first' '$T/manifest'"
    assertEquals "crib-manifest 1 sha256 $(sed 1d "$T/manifest" | sha256sum | cut -d' ' -f1)" "$(sed -n 1p "$T/manifest")"
    assertContains "$(cat "$T/manifest")" "f 0$(stat -c %a "$root/etc/text") $(id -u) $(id -g) 5 $(sha256sum <"$root/etc/text" | cut -d' ' -f1) text"
    rm -rf "$T/copy"
}

# A manifest in the tree itself is not part of it.
test_manifest_inside() {
    fresh_root
    for round in 1 2; do
        call verify --write "$root/manifest" "$root"
        assertEquals "round $round: $out $err" 0 "$status"
        call verify --against "$root/manifest" "$root"
        assertEquals "round $round: $out $err" 0 "$status"
    done
}

# What is damaged, cut off or something else is told as such, whatever the tree is.
test_manifest_damaged() {
    manifest_root
    sed 's/^f 0644/f 0645/' "$T/manifest" >"$T/bad"
    refuse 125 "damaged, its lines have not the digest that its first one says" verify --against "$T/bad" "$root"
    size=$(wc -c <"$T/manifest")
    dd if="$T/manifest" of="$T/bad" bs=1 count=$((size - 3)) 2>/dev/null
    refuse 125 "manifest $T/bad: line " verify --against "$T/bad" "$root"
    : >"$T/bad"
    refuse 125 "is no manifest" verify --against "$T/bad" "$root"
    refuse 125 "is no manifest" verify --against "$root/etc/text" "$root"
    sed '1s/ 1 / 2 /' "$T/manifest" >"$T/bad"
    refuse 125 "of another version of crib, or damaged" verify --against "$T/bad" "$root"
    refuse 125 "No such file or directory" verify --against "$T/nowhere" "$root"
    refuse 125 "is no regular file" verify --against "$T" "$root"
}

# A manifest is written whole or not at all: what cannot be read is told, the old one stays.
test_manifest_unreadable() {
    fresh_root
    echo old >"$T/manifest"
    if is_root; then
        dd if=/dev/null of="$root/etc/bomb" bs=1M seek=4096 2>/dev/null
        refuse 125 "etc/bomb has 4294967296 bytes, nearly none of them on the disk" verify --write "$T/manifest" "$root"
    else
        chmod 0 "$root/etc/text"
        refuse 125 "etc/text: Permission denied" verify --write "$T/manifest" "$root"
    fi
    assertEquals old "$(cat "$T/manifest")"
    # shellcheck disable=SC2012 # names of our own
    assertEquals "files left" 1 "$(ls -d "$T"/manifest* | wc -l | tr -d ' ')"
    refuse 125 "No such file or directory" verify --write "$T/nowhere/manifest" "$root"
    is_root && return
    chmod 644 "$root/etc/text"
    manifest_root
    chmod 0 "$root/etc/text"
    call verify --against "$T/manifest" "$root"
    assertContains "$out" "etc/text: Permission denied"
    assertEquals 1 "$status"
}

# A run with a manifest starts only when nothing was changed.
test_run_against() {
    manifest_root
    run --verify-against "$T/manifest" --rootfs "$root" echo same
    expect 0 same
    echo x >>"$root/etc/text"
    refuse 125 "the root is not as $T/manifest has it: content changed (etc/text (7 bytes, were 5))" \
        run --verify-against "$T/manifest" --rootfs "$root" echo same
}

# Looking through a large root can be interrupted, and nothing is left behind.
test_interrupted() {
    fresh_root
    dd if=/dev/null of="$root/etc/large" bs=1M seek=1000 2>/dev/null
    call verify --write "$T/manifest" "$root"
    assertEquals "$err" 0 "$status"
    remember_traces
    start -- --verify-against "$T/manifest" --rootfs "$root" true
    sleep 0.2
    kill -TERM "$pid"
    finish_job
    assertEquals "$err" 143 "$status"
    assert_no_traces
}

run_tests
