#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Many sandboxes, one after the other and at once, some of them killed: the machine is as before, and names are unique.
# shellcheck disable=SC2016 source=tests/lib.sh
. "$TESTS/lib.sh"

# A name belongs to one sandbox at a time; afterwards it is free again.
test_name_taken() {
    start -- --name only busybox sh -c 'echo ready; exec sleep 1000'
    wait_for ready
    mv "$T/out" "$T/first"
    "$HELPERS/bound" -t "$LIMIT" "$CRIB" run --name only busybox true >"$T/out2" 2>"$T/err2"
    assertEquals "status of the second" 125 $?
    assertEquals "lines: $(cat "$T/err2")" 1 "$(wc -l <"$T/err2" | tr -d ' ')"
    assertContains "$(cat "$T/err2")" "only"
    assertTrue "the first one runs on" "kill -0 $pid"
    kill -s TERM "$pid"
    wait "$job"
    assertEquals 143 $?
    run --name only busybox echo free again
    expect 0 "free again"
}

# A sandbox of the same name under another state directory is another's: neither sees the other, and neither is harmed.
test_same_name_elsewhere() {
    start -- --name only busybox sh -c 'echo ready; exec sleep 1000'
    wait_for ready
    mkdir -m 700 "$T/elsewhere"
    call --root "$T/elsewhere" run --name only busybox echo here too
    expect 0 "here too"
    call --root "$T/elsewhere" run --name only busybox no-such-command
    assertEquals 127 "$status"
    assertTrue "the first one runs on" "kill -0 $pid"
    kill -s TERM "$pid"
    wait "$job"
    assertEquals 143 $?
}

# Of two that want the same name at once exactly one gets it.
test_name_race() {
    for round in 1 2 3 4 5 6 7 8 9 10; do
        crib run --name race busybox sleep 0.5 >"$T/race1" 2>&1 &
        first=$!
        crib run --name race busybox sleep 0.5 >"$T/race2" 2>&1 &
        wait $!
        two=$?
        wait $first
        one=$?
        assertEquals "round $round: $(cat "$T/race1" "$T/race2")" 125 $((one + two))
        [ "$round" -lt "$(scaled 10)" ] || break
    done
}

# Names that are made up differ.
test_made_up_names() {
    names=$(for n in 1 2 3 4 5 6 7 8; do crib run busybox hostname 2>/dev/null; done | sort)
    assertEquals 8 "$(echo "$names" | uniq | wc -l | tr -d ' ')"
}

# A sandbox that failed to start leaves its name free.
test_name_after_failure() {
    run --name twice busybox no-such-command
    assertEquals 127 "$status"
    run --name twice busybox echo ok
    expect 0 ok
}

# Hundreds in a row leave nothing behind.
test_in_a_row() {
    run busybox true
    remember_traces
    n=$(scaled 300)
    failed=0
    while [ "$n" -gt 0 ]; do
        crib run busybox true >"$T/out" 2>&1 || { failed=$((failed + 1)); cat "$T/out"; }
        n=$((n - 1))
    done
    assertEquals "failed" 0 $failed
    assert_no_traces
}

# Many at once do not hinder each other and leave nothing behind.
test_at_once() {
    run busybox true
    remember_traces
    n=$(scaled 32)
    jobs=
    for i in $(seq 1 "$n"); do
        crib run busybox sh -c 'echo $(($1 * 2)); sleep 0.5; exit $1' sh "$i" >"$T/out$i" 2>"$T/err$i" &
        jobs="$jobs $!:$i"
    done
    for each in $jobs; do
        wait "${each%:*}"
        assertEquals "status of ${each#*:}: $(cat "$T/err${each#*:}")" "${each#*:}" $?
        assertEquals $((${each#*:} * 2)) "$(cat "$T/out${each#*:}")"
    done
    assert_no_traces
}

# The first runs of all may come at once: one unpacks the image, none sees half of it.
test_first_at_once() {
    n=$(scaled 16)
    CRIB_ROOT=$T/fresh
    jobs=
    for i in $(seq 1 "$n"); do
        crib run busybox sh -c 'busybox --list | wc -l' >"$T/out$i" 2>"$T/err$i" &
        jobs="$jobs $!:$i"
    done
    for each in $jobs; do
        wait "${each%:*}"
        assertEquals "status of ${each#*:}: $(cat "$T/err${each#*:}")" 0 $?
    done
    CRIB_ROOT=$T/state
    assertEquals 1 "$(for i in $(seq 1 "$n"); do cat "$T/out$i"; done | sort -u | wc -l | tr -d ' ')"
}

# random MOST: a number
random() { echo $(($(od -An -N2 -tu2 /dev/urandom | tr -d ' ') * $1 / 65536)); }

# strike SIGNAL MOST: crib is hit by the signal at some moment within so many microseconds; $struck is its status
strike() {
    "$HELPERS/bound" -t "$LIMIT" -g 1000 -k "$1@$(random "$2")" "$CRIB" run busybox sh -c 'sleep 1000 & sleep 1000' >"$T/out" 2>"$T/err"
    struck=$?
}

# Killed at any moment, crib takes the sandbox with it within a second, and the next command cleans up the rest.
test_kill_9() {
    run busybox true
    remember_traces
    n=$(scaled 100)
    while [ "$n" -gt 0 ]; do
        strike 9 $((20000 * SCALE))
        assertEquals "status ($(cat "$T/err"))" 137 $struck
        n=$((n - 1))
    done
    run busybox echo next
    expect 0 next
    assert_no_traces
}

# Killed while it unpacks the image, crib does not leave half an image for the next one to run.
test_kill_9_unpacking() {
    n=$(scaled 30)
    while [ "$n" -gt 0 ]; do
        CRIB_ROOT=$T/half$n
        "$HELPERS/bound" -t "$LIMIT" -k "9@$(random $((30000 * SCALE)))" "$CRIB" run busybox true >"$T/out" 2>"$T/err"
        run busybox sh -c 'busybox --list | while read -r p; do [ -e /bin/$p ] || [ -e /sbin/$p ] || [ -e /usr/bin/$p ] || [ -e /usr/sbin/$p ] || echo $p is missing; done; tail -n 1 /etc/passwd | cut -d: -f1'
        expect 0 nobody
        assertEquals "half-made images in the state directory" 1 "$(find "$CRIB_ROOT" -type d -name bin ! -path '*/usr/*' | wc -l | tr -d ' ')"
        chmod -R u+rwx "$CRIB_ROOT"
        rm -rf "$CRIB_ROOT"
        n=$((n - 1))
    done
    CRIB_ROOT=$T/state
}

# Ctrl-C and TERM at any moment of the set-up end it, with the status that says so and nothing left.
test_interrupt() {
    run busybox true
    remember_traces
    for s in 2 15 1; do
        n=$(scaled 40)
        while [ "$n" -gt 0 ]; do
            strike $s $((15000 * SCALE))
            assertEquals "status after signal $s ($(cat "$T/err"))" $((128 + s)) $struck
            n=$((n - 1))
        done
    done
    assert_no_traces
}

# What a killed crib left is cleaned by crib gc too, and a living sandbox is not touched.
test_gc() {
    start -- --name living busybox sh -c 'echo ready; trap "exit 3" TERM; while :; do sleep 0.05; done'
    wait_for ready
    living=$job living_pid=$pid
    mv "$T/out" "$T/living"
    start -- --name dead busybox sh -c 'echo ready; exec sleep 1000'
    wait_for ready
    kill -s KILL "$pid"
    wait "$job"
    call gc
    assertEquals "$err" 0 "$status"
    assertFalse "cgroup of the dead one" "find /sys/fs/cgroup -type d -name 'crib-dead-*' 2>/dev/null | grep -q ."
    assertEquals "state of the dead one" "" "$(find "$CRIB_ROOT" -name '*dead*')"
    assertTrue "the living one is gone" "kill -0 $living_pid"
    kill -s TERM "$living_pid"
    wait "$living"
    assertEquals "status of the living one" 3 $?
}

# The state directory is for its owner alone.
test_private() {
    run busybox true
    assertEquals drwx------ "$(stat -c %A "$CRIB_ROOT")"
    start -- --name secret busybox sh -c 'echo ready; exec sleep 1000'
    wait_for ready
    assertEquals "open to others" "" "$(find "$CRIB_ROOT" -maxdepth 2 -name '*secret*' -perm -004)"
    kill -s TERM "$pid"
    finish_job
}

# The state directory may be said by a flag as well.
test_root_flag() {
    CRIB_ROOT=$T/not-this-one
    call --root "$T/flag" run busybox echo ok
    expect 0 ok
    assertTrue "nothing in the folder that was said" "[ -d '$T/flag' ]"
    assertFalse "something in the other" "[ -e '$T/not-this-one' ]"
    CRIB_ROOT=$T/state
}

# An image that was tampered with, or half deleted, is not run.
test_damaged_image() {
    CRIB_ROOT=$T/damaged
    run busybox true
    image_busybox=$(find "$CRIB_ROOT" -name busybox -type f | head -n 1)
    assertNotEquals "" "$image_busybox"
    chmod u+w "$(dirname "$image_busybox")" "$image_busybox"
    rm -rf "$(dirname "$(dirname "$image_busybox")")"
    run busybox echo whole again
    expect 0 "whole again"
    CRIB_ROOT=$T/state
}

run_tests
