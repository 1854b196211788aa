#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# What runs can be signalled, stopped and deleted from elsewhere, by name or id: exactly that, and nothing is left of it.
# shellcheck disable=SC2016 source=tests/lib.sh
. "$TESTS/lib.sh"

oneTimeSetUp() {
    probe_limits
    remember_traces
}

# up NAME IMAGE COMMAND...: a sandbox that has said "ready"; its output is in $T/out
up() {
    start -- --name "$@"
    wait_for ready
    wait_until '"$CRIB" get pods -o name 2>/dev/null | grep -q .'
    wait_until '"$CRIB" get pods 2>/dev/null | grep -q Running'
}

# other ARGUMENT...: a second crib; $status, $said, $complained. call would overwrite what the first one prints
other() {
    crib "$@" >"$T/other.out" 2>"$T/other.err"
    other_status=$?
    said=$(cat "$T/other.out")
    complained=$(cat "$T/other.err")
}

# other_is STATUS OUT [WORDS]: so it ended and this it said, complaining in these words
other_is() {
    assertEquals "exit status ($complained)" "$1" "$other_status"
    assertEquals "output" "$2" "$said"
    if [ -z "${3:-}" ]; then assertEquals "standard error" "" "$complained"; else assertContains "$complained" "$3"; fi
}

# A signal reaches the command, which goes on if it likes; without a word it is SIGKILL.
test_kill() {
    up sig busybox sh -c 'trap "echo got USR1" USR1; echo ready; while :; do sleep 0.1; done'
    other kill -s USR1 sig
    other_is 0 sig
    wait_for "got USR1"
    other kill --signal SIGUSR1 sig
    other_is 0 sig
    other kill sig
    other_is 0 sig
    finish_job
    assertEquals "exit status of the run" 137 "$status"
}

# stop asks with the run's own signal, and takes no for an answer until its time is over.
test_stop() {
    up polite --stop-signal USR1 busybox sh -c 'trap "echo bye; exit 5" USR1; echo ready; while :; do sleep 0.1; done'
    other stop polite
    other_is 0 polite
    finish_job
    assertEquals "exit status of the run" 5 "$status"
    assertContains "$out" bye
    up stubborn busybox sh -c 'trap "" TERM; echo ready; while :; do sleep 0.1; done'
    other stop -t 1 stubborn
    other_is 0 stubborn
    finish_job
    assertEquals "exit status of the run" 137 "$status"
    up slow --stop-timeout 1 busybox sh -c 'trap "" TERM; echo ready; while :; do sleep 0.1; done'
    other stop slow
    other_is 0 slow
    finish_job
    assertEquals "exit status of the run" 137 "$status"
}

# When stop has come back, nothing is there any more: the name is free at once.
test_stop_is_complete() {
    for round in 1 2 3 4 5; do
        up again busybox sh -c 'echo ready; exec sleep 1000'
        other stop -t 0 again
        other_is 0 again
        run --name again busybox echo "$round"
        expect 0 "$round"
        wait "$job"
    done
    assert_no_traces
}

# kubectl's words for it.
test_delete() {
    for words in "pod gone --force" "gone --grace-period=0" "--now pods gone" "--grace-period 1 gone"; do
        up gone busybox sh -c 'trap "" TERM; echo ready; while :; do sleep 0.1; done'
        # shellcheck disable=SC2086
        other delete $words
        other_is 0 'pod "gone" deleted'
        finish_job
        assertEquals "exit status of the run" 137 "$status"
    done
}

# The beginning of an id stands for a name, if it is the beginning of one only.
test_by_id() {
    up one busybox sh -c 'echo ready; exec sleep 1000'
    id=$("$CRIB" get pods -o wide | sed -n 's/  */ /g; 2p' | cut -d' ' -f6)
    other kill -s CONT "$(echo "$id" | cut -c1-4)"
    other_is 0 "$(echo "$id" | cut -c1-4)"
    other kill ""
    other_is 125 "" "no sandbox"
    other stop -t 0 "$id"
    other_is 0 "$id"
    finish_job
}

# Of many names each is tried, and what could not be done is told.
test_many() {
    up here busybox sh -c 'echo ready; exec sleep 1000'
    other kill nothere here nowhere
    other_is 125 here '"nothere"'
    assertContains "$complained" '"nowhere"'
    finish_job
    assertEquals "exit status of the run" 137 "$status"
}

# Of a sandbox whose crib was killed nothing is left for stop, nor is it taken for a living one.
test_orphaned() {
    up orphan busybox sh -c 'echo ready; exec sleep 1000'
    kill -s KILL "$pid"
    wait "$job"
    other stop orphan
    other_is 125 "" 'no sandbox "orphan"'
    crib gc >/dev/null 2>&1
    assert_no_traces
}

# A pid that is another process's by now is no sandbox: it is left alone.
test_pid_reused() {
    up reused busybox sh -c 'echo ready; exec sleep 1000'
    sleep 1000 &
    bystander=$!
    cp "$CRIB_ROOT/sandboxes/reused" "$T/journal"
    # in place: the lock is the file's
    sed "s/^note process [0-9]*/note process $bystander/" "$T/journal" >"$T/forged"
    cat "$T/forged" >"$CRIB_ROOT/sandboxes/reused"
    for verb in kill stop delete; do
        other $verb reused
        other_is 125 "" "ended"
    done
    assertTrue "the bystander lives" "kill -0 $bystander"
    kill $bystander
    wait $bystander 2>/dev/null
    cat "$T/journal" >"$CRIB_ROOT/sandboxes/reused"
    other stop -t 0 reused
    other_is 0 reused
    finish_job
}

# Wrong words.
test_wrong() {
    for verb in kill stop delete; do
        refuse 125 "which sandbox" $verb
        refuse 125 '"../x"' $verb ../x
        refuse 125 '".x"' $verb .x
    done
    refuse 125 "no such signal" kill -s NOSUCH x
    refuse 125 "--timeout abc" stop -t abc x
    refuse 125 "--grace-period 1x" delete --grace-period 1x x
}

# Thirty-two that want to end the same one at once: it ends, and none of them fails but for having come too late.
test_race() {
    up raced busybox sh -c 'echo ready; exec sleep 1000'
    racers=
    for n in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30 31 32; do
        crib delete raced --force >"$T/race.$n" 2>&1 &
        racers="$racers $!"
    done
    ok=0
    for racer in $racers; do
        if wait "$racer"; then ok=$((ok + 1)); fi
    done
    assertTrue "none of them did it" "[ $ok -ge 1 ]"
    assertEquals "other complaints" "" "$(cat "$T"/race.* | grep -v -e 'deleted$' -e 'no sandbox' -e 'just ended')"
    finish_job
    assertEquals "exit status of the run" 137 "$status"
    assert_no_traces
}

run_tests
