#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# What is running can be seen, by those whose it is, as long as it runs.
# shellcheck disable=SC2016 source=tests/lib.sh
. "$TESTS/lib.sh"

setUp() {
    start -- --name web busybox sh -c 'echo ready; exec sleep 1000' "a b"
    wait_for ready
    wait_until '"$CRIB" get pods 2>/dev/null | grep -q Running'
}
tearDown() {
    kill -s KILL "$pid" 2>/dev/null
    wait "$job" 2>/dev/null
    crib gc >/dev/null 2>&1
    return 0
}

# kubectl's columns, one line a sandbox.
test_table() {
    call get pods
    assertEquals 0 "$status"
    assertEquals "NAME READY STATUS RESTARTS AGE" "$(echo "$out" | sed -n '1s/  */ /gp')"
    assertEquals "web 1/1 Running 0" "$(echo "$out" | sed -n '2s/  */ /gp' | cut -d' ' -f1-4)"
    assertEquals 2 "$(echo "$out" | wc -l | tr -d ' ')"
}

# The process that it names is the sandbox's first, and the command can be recognized.
test_wide() {
    call get pods -o wide
    assertContains "$out" "busybox"
    assertContains "$out" "sleep 1000"
    first=$(echo "$out" | sed -n '2s/  */ /gp' | cut -d' ' -f7)
    assertEquals "parent of process $first" "$pid" "$(sed 's/.*) //' "/proc/$first/stat" | cut -d' ' -f2)"
}

# Names alone for scripts, and JSON that kubectl's readers know, in whatever order the words are.
test_forms() {
    call get pods -o name
    expect 0 "pod/web"
    call get -o json pod web
    assertEquals 0 "$status"
    for words in '"kind": "List"' '"kind": "Pod"' '"name": "web"' '"phase": "Running"' '"image": "busybox"'; do
        assertContains "$out" "$words"
    done
}

# What is not there, or not understood, is said.
test_wrong() {
    refuse 125 '"nothere"' get pods nothere
    refuse 125 '"nothere"' get pods web nothere
    refuse 125 'get what' get
    refuse 125 '"services"' get services
    refuse 125 'yaml' get pods -o yaml
}

# A sandbox of another state directory is not shown; one whose crib was killed is gone.
test_ended() {
    mkdir -m 700 "$T/elsewhere"
    call --root "$T/elsewhere" get pods
    expect 0 "" "No sandboxes are here."
    kill -s KILL "$pid"
    wait "$job"
    call get pods
    expect 0 "" "No sandboxes are here."
    # and what it left is cleared by the name of the next
    call get pods -o name
    expect 0 ""
}

# A journal is no trusted input: pids that are none, and lines of whatever length, are shown for what they are.
test_damaged() {
    has flock || { skip "no flock"; return 0; }
    { echo "crib-journal 2"; echo "note process -5 x y"; echo "note image $(printf '%05000d' 0)"; echo "note"; echo "x"; } >"$CRIB_ROOT/sandboxes/odd"
    (flock 9 && exec sleep 1000) 9<>"$CRIB_ROOT/sandboxes/odd" &
    holder=$!
    wait_until '"$CRIB" get pods -o name 2>/dev/null | grep -q odd'
    call get pods
    assertEquals "odd 0/1 Pending 0" "$(echo "$out" | sed -n '2s/  */ /gp' | cut -d' ' -f1-4)"
    kill $holder
    wait $holder 2>/dev/null
    rm "$CRIB_ROOT/sandboxes/odd"
}

run_tests
