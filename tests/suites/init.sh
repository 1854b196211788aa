#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# PID 1 of a sandbox: it reaps, forwards signals, ends as the command ended, and takes everything with it.
# shellcheck disable=SC2016 source=tests/lib.sh
. "$TESTS/lib.sh"

# listener SIGNAL...: a script that says which of these signals came, until TERM
listener() {
    for listener_signal; do
        printf 'trap "echo got %s" %s\n' "$listener_signal" "$listener_signal"
    done
    echo 'trap "echo got TERM; exit 5" TERM; echo ready; while :; do sleep 0.05; done'
}

# PID 1 is crib's init and the command is another process.
test_init_is_pid_1() {
    run busybox sh -c '[ $$ != 1 ] && echo not 1; [ "$(cat /proc/1/comm)" != sh ] && echo not sh; echo parent $PPID'
    expect 0 "not 1
not sh
parent 1"
    run --init busybox sh -c 'echo parent $PPID'
    expect 0 "parent 1"
}

# Without init the command is PID 1, as in docker.
test_no_init() {
    run --no-init busybox sh -c 'echo $$ $PPID; exit 4'
    expect 4 "1 0"
    run --no-init busybox sh -c 'kill -9 $$; echo a PID 1 survives its own signals'
    expect 0 "a PID 1 survives its own signals"
    run --no-init busybox no-such-command
    expect_refusal 127 no-such-command
}

# Ten thousand orphans are reaped, and none is left as a zombie.
test_orphans() {
    n=$(scaled 10000)
    run busybox sh -c 'i=0; while [ $i -lt $1 ]; do ( : & ); i=$((i + 1)); done
        for round in 1 2 3 4 5 6 7 8 9 10; do set -- /proc/[0-9]*; [ $# = 2 ] && break; sleep 0.2; done
        echo $i; echo $# processes; cat /proc/[0-9]*/stat | grep -c ") Z "' sh "$n"
    assertEquals "errors" "" "$err"
    assertEquals "$n
2 processes
0" "$out"
}

# So are many that end in one moment.
test_orphans_at_once() {
    n=$(scaled 200)
    run busybox sh -c 'mkfifo /tmp/gate; i=0
        while [ $i -lt $1 ]; do ( cat /tmp/gate >/dev/null & ); i=$((i + 1)); done; sleep 1; : >/tmp/gate
        for round in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do set -- /proc/[0-9]*; [ $# = 2 ] && break; sleep 0.2; done
        echo $i; echo $# processes' sh "$n"
    assertEquals "$n
2 processes" "$out"
}

# The exit status is the command's, not that of the last orphan.
test_status_despite_orphans() {
    run busybox sh -c '(sleep 0.2; exit 9) & (exit 8) & sleep 0.3; exit 7'
    expect 7 ""
}

# When the command ends, what it left running ends too, without a wait.
test_leftovers_end() {
    started=$(date +%s)
    run busybox sh -c 'sleep 1000 & (trap "" TERM HUP; sleep 1000) & (setsid sleep 1000 &); exit 3'
    expect 3 ""
    assertTrue "took too long" "[ $(($(date +%s) - started)) -lt $((LIMIT / 2)) ]"
}

# Signals sent to crib arrive at the command: each one that can be forwarded.
test_signals() {
    signals="HUP INT QUIT USR1 USR2 ALRM WINCH PWR URG IO PROF VTALRM XCPU"
    # shellcheck disable=SC2086 # words
    start -- busybox sh -c "$(listener $signals)"
    wait_for ready
    for s in $signals; do
        kill -s "$s" "$pid"
        wait_for "got $s" || break
    done
    kill -s TERM "$pid"
    finish_job
    assertEquals "status" 5 "$status"
    assertEquals "$(echo ready; for s in $signals TERM; do echo "got $s"; done)" "$out"
    assertEquals "" "$err"
}

# What the caller ignores, as under nohup(1), is not passed on.
test_signals_ignored() {
    trap '' HUP
    start -- busybox sh -c "$(listener HUP USR1)"
    trap - HUP
    wait_for ready
    kill -s HUP "$pid"
    kill -s USR1 "$pid"
    wait_for "got USR1"
    kill -s TERM "$pid"
    finish_job
    assertEquals "ready
got USR1
got TERM" "$out"
}

# Each signal arrives once.
test_signals_once() {
    start -- busybox sh -c "$(listener USR1)"
    wait_for ready
    for n in 1 2 3 4 5; do
        kill -s USR1 "$pid"
        wait_until "[ \"\$(grep -c USR1 \"\$T/out\")\" -ge $n ]"
    done
    sleep 0.3
    kill -s TERM "$pid"
    finish_job
    assertEquals 5 "$(grep -c USR1 "$T/out")"
}

# A command that knows nothing of signals dies of TERM, INT and HUP, and crib says so by its status.
test_default_actions() {
    for s in TERM:143 INT:130 HUP:129 USR1:138; do
        start -- busybox sh -c 'echo ready; exec sleep 1000'
        wait_for ready
        kill -s ${s%:*} "$pid"
        finish_job
        assertEquals "status after ${s%:*}" ${s#*:} "$status"
        assertEquals "" "$err"
    done
}

# By default the command alone gets a signal; with --forward-to group its whole process group does.
test_forward_to() {
    script='trap "echo parent" USR1; sh -c "trap \"echo child\" USR1; echo ready; while :; do sleep 0.05; done" & while :; do sleep 0.05; done'
    for case in process:parent group:both; do
        start --  --forward-to ${case%:*} busybox sh -c "$script"
        wait_for ready
        kill -s USR1 "$pid"
        wait_for parent
        if [ $case = group:both ]; then wait_for child; else sleep 0.3; fi
        kill -s KILL "$pid"
        finish_job
        found=$(sort -u "$T/out" | tr '\n' ' ')
        case $case in
        process:*) assertEquals "parent ready " "$found" ;;
        group:*) assertEquals "child parent ready " "$found" ;;
        esac
    done
}

# crib takes everything with it when it is killed: within a second nothing of the sandbox lives.
test_dies_with_crib() {
    for flags in "" --no-init; do
        # shellcheck disable=SC2086 # words
        start -g 1000 -- $flags busybox sh -c '(trap "" TERM HUP INT; setsid sleep 1000) & echo ready; sleep 1000'
        wait_for ready
        kill -s KILL "$pid"
        finish_job
        assertEquals "status after kill -9 ($flags) $err" 137 "$status"
    done
}

# A command that does not go by TERM goes when the time is up, if a stop timeout is said.
test_stop_timeout() {
    start -- --stop-timeout 1 busybox sh -c 'trap "echo not yet" TERM; echo ready; while :; do sleep 0.05; done'
    wait_for ready
    kill -s TERM "$pid"
    finish_job
    assertEquals 137 "$status"
    assertEquals "ready
not yet" "$out"
}

# TERM becomes the stop signal that was said.
test_stop_signal() {
    for name in USR2 SIGUSR2 12; do
        start -- --stop-signal $name busybox sh -c 'trap "echo asked by USR2; exit 6" USR2; echo ready; while :; do sleep 0.05; done'
        wait_for ready
        kill -s TERM "$pid"
        finish_job
        assertEquals "status with --stop-signal $name" 6 "$status"
        assertEquals "ready
asked by USR2" "$out"
    done
}

# A stopped command can be told to go on.
test_stop_and_continue() {
    start -- busybox sh -c 'echo ready; kill -STOP $$; echo on again'
    wait_for ready
    sleep 0.2
    assertEquals ready "$(cat "$T/out")"
    kill -s CONT "$pid"
    finish_job
    assertEquals 0 "$status"
    assertEquals "ready
on again" "$out"
}

# The command cannot kill its init or stop it.
test_init_cannot_be_killed() {
    run busybox sh -c 'kill -9 1; kill -STOP 1; sleep 0.2; (exit 3) & wait $!; echo still here; exit 2'
    assertEquals 2 "$status"
    assertEquals "still here" "$out"
}

# Being sent everything at once harms nobody.
test_signal_storm() {
    start -- busybox sh -c "$(listener USR1 USR2 HUP)"
    wait_for ready
    n=$(scaled 500)
    while [ "$n" -gt 0 ]; do
        kill -s USR1 "$pid"; kill -s USR2 "$pid"; kill -s HUP "$pid"; kill -s WINCH "$pid"; kill -s CHLD "$pid"; kill -s CONT "$pid"
        n=$((n - 1))
    done
    kill -s TERM "$pid"
    finish_job
    assertEquals 5 "$status"
    assertEquals "" "$err"
}

run_tests
