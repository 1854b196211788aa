#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Standard input, output and errors: bytes in, the same bytes out, whatever they are connected to.
# shellcheck disable=SC2016 source=tests/lib.sh
. "$TESTS/lib.sh"

# stream MIB: so many mebibytes that are not all alike
stream() { dd if=/dev/zero bs=1048576 count="$1" 2>/dev/null | tr '\0' '\305'; }

# A hundred megabytes go in and come out again unchanged.
test_pipe_through() {
    n=$(scaled 100)
    sum=$(stream "$n" | cksum)
    assertEquals "$sum" "$(stream "$n" | crib run -i busybox cat 2>"$T/err" | cksum)"
    assertEquals "$sum" "$(stream "$n" | crib run -i busybox cksum 2>"$T/err")"
}

# All byte values pass both ways.
test_bytes() {
    i=0
    while [ $i -lt 256 ]; do
        # shellcheck disable=SC2059 # the format is the byte
        printf "\\$(printf %03o $i)"
        i=$((i + 1))
    done >"$T/bytes"
    crib run -i busybox cat <"$T/bytes" >"$T/out" 2>"$T/err"
    assertEquals 0 $?
    assertTrue "bytes changed" "cmp '$T/bytes' '$T/out'"
}

# Without -i the command has no input, whatever crib's is.
test_no_input() {
    echo 'not for you' | crib run busybox cat >"$T/out" 2>"$T/err"
    assertEquals 0 $?
    assertEquals "" "$(cat "$T/out")"
}

# Nor does crib take input away that is meant for another.
test_input_is_left() {
    printf 'one\ntwo\n' >"$T/lines"
    { crib run busybox true 2>/dev/null; read -r line; } <"$T/lines"
    assertEquals one "$line"
}

# The end of the input is seen.
test_end_of_input() {
    printf 'a\nb\nc' | crib run -i busybox wc -c >"$T/out" 2>"$T/err"
    assertEquals 5 "$(cat "$T/out")"
    crib run -i busybox cat </dev/null >"$T/out" 2>"$T/err"
    assertEquals 0 $?
    assertEquals "" "$(cat "$T/out")"
}

# The command may end before its input does.
test_input_not_read() {
    stream 4 | crib run -i busybox sh -c 'head -c 3 | wc -c; exit 6' >"$T/out" 2>"$T/err"
    assertEquals 3 "$(cat "$T/out")"
    mkfifo "$T/open"
    sleep 1000 >"$T/open" &
    holder=$!
    crib run -i busybox sh -c 'exit 6' <"$T/open" >"$T/out" 2>"$T/err"
    assertEquals "status while the input stays open" 6 $?
    kill $holder
}

# Files can be input and output: they are read, written and appended to as usual.
test_files() {
    echo first >"$T/file"
    echo 'said twice' | crib run -i busybox sh -c 'cat; echo and more' >>"$T/file" 2>/dev/null
    assertEquals "first
said twice
and more" "$(cat "$T/file")"
}

# With any of the three closed, the command runs as ever, and no other file takes the place.
test_closed() {
    for how in '<&-' '>&-' '2>&-' '<&- >&-' '<&- 2>&-' '>&- 2>&-' '<&- >&- 2>&-'; do
        for flags in '' -i; do
            echo untouched >"$T/guard"
            eval "crib run $flags busybox sh -c 'echo a; echo b >&2; read x; exit 7' $how" >"$T/closed" 2>&1
            assertEquals "status with $how $flags ($(cat "$T/closed"))" 7 $?
            assertEquals untouched "$(cat "$T/guard")"
        done
    done
    did="crib with standard output closed"
    eval 'crib run busybox sh -c "echo nobody hears; echo errors >&2" >&-' 2>"$T/err"
    take_result
    assertContains "$err" errors
    assertNotContains "$err" nobody
}

# The same where there is not even a /dev/null: no descriptor of crib's own, a directory of the host say, becomes a stream.
test_closed_without_null() {
    if ! is_root || ! has unshare; then skip "needs root and unshare(1)"; return; fi
    mkdir "$T/seen"
    export CRIB T IDS
    unshare -m sh -c 'mount -t tmpfs none /dev || exit 9
        "$CRIB" run $IDS -i -v "$T/seen:/seen" busybox sh -c '\''for fd in 0 1 2; do readlink /proc/$$/fd/$fd; done >/seen/fds; exit 7'\'' <&- >&- 2>&-'
    status=$?
    [ $status != 9 ] || { skip "no tmpfs can be mounted"; return; }
    assertEquals "status" 7 $status
    assertEquals "streams" '' "$(grep -v -e '^socket:' -e '^/seen/fds$' "$T/seen/fds")"
}

# A reader that goes away ends the writer, as without a sandbox.
test_closed_pipe() {
    { crib run busybox yes 2>"$T/err"; echo $? >"$T/status"; } | head -n 2 >"$T/out"
    wait_until '[ -s "$T/status" ]'
    assertEquals "y
y" "$(cat "$T/out")"
    assertEquals "$(cat "$T/err")" 141 "$(cat "$T/status")"
}

# A slow reader gets everything.
test_slow_reader() {
    n=$(crib run busybox sh -c 'dd if=/dev/zero bs=65536 count=64 2>/dev/null' 2>"$T/err" | { sleep 1; wc -c; })
    assertEquals 4194304 "$(echo "$n" | tr -d ' ')"
}

# Output that was written right before the end is there.
test_last_words() {
    i=$(scaled 50)
    while [ "$i" -gt 0 ]; do
        run busybox sh -c 'echo first; echo error >&2; echo last'
        case $out:$err in
        "first
last:error") ;;
        *) fail "output: $out, errors: $err" ;;
        esac
        i=$((i - 1))
    done
}

# A full disk under the output is the command's error, and crib goes by its status.
test_output_fails() {
    crib run busybox sh -c 'echo x || exit 9' >/dev/full 2>"$T/err"
    assertEquals "$(cat "$T/err")" 9 $?
}

# Commands can be piped into each other, each in a sandbox of its own.
test_pipeline() {
    out=$(crib run busybox seq 1 1000 2>/dev/null | crib run -i busybox grep 7 2>/dev/null | crib run -i busybox wc -l 2>/dev/null)
    assertEquals 271 "$out"
}

# A descendant that keeps the output open does not keep crib.
test_held_output() {
    out=$(crib run busybox sh -c 'sleep 1000 & echo done' 2>/dev/null)
    assertEquals "done" "$out"
}

run_tests
