#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Sandboxes in the background: they outlive their caller, what they print is kept, how they ended is known, and nothing is left of
# them once they are deleted.
# shellcheck disable=SC2016 source=tests/lib.sh
. "$TESTS/lib.sh"

oneTimeSetUp() {
    probe_limits
    up --name first --rm busybox true
    wait_until '! "$CRIB" get pods -o name 2>/dev/null | grep -q .'
    remember_traces
}
tearDown() {
    for left in $("$CRIB" get pods -o name 2>/dev/null | sed 's,^pod/,,'); do crib delete --force "$left" >/dev/null 2>&1; done
    return 0
}

# up NAME|FLAG... IMAGE COMMAND...: in the background, by bound's leave: it stays when crib has ended
up() {
    did="crib run -d $*"
    "$CRIB" run -d "$@" >"$T/out" 2>"$T/err" </dev/null
    status=$?
    take_result
}

field() { "$CRIB" get pods "$1" -o wide 2>/dev/null | sed -n 's/  */ /g; 2p' | cut -d' ' -f"$2"; }
supervisor_of() { sed -n 's/^note background \([0-9]*\) .*/\1/p' "$CRIB_ROOT/sandboxes/$1"; }

# Its id is printed when the command runs, and the caller's streams are let go of.
test_detach() {
    id=$(CRIB_ROOT=$CRIB_ROOT "$CRIB" run -d --name web busybox sleep 1000 2>/dev/null)
    assertTrue "an id: $id" "echo '$id' | grep -qx '[0-9a-f]\{8\}'"
    assertEquals Running "$(field web 3)"
    assertEquals "$id" "$(field web 6)"
    call delete web --force
    expect 0 'pod "web" deleted'
    assert_no_traces
}

# What it prints is kept, streams apart, in order, whether it ended its last line or not.
test_logs() {
    up --name talk busybox sh -c 'echo one; echo two >&2; printf three; exit 3'
    assertEquals 0 "$status"
    call wait talk
    expect 0 3
    call logs talk
    expect 0 "one
three" two
    call logs --tail 1 talk
    assertEquals 0 "$status"
    assertEquals "one entry: $out$err" 1 "$(printf '%s%s' "$out" "$err" | grep -c .)"
    call logs -t talk
    assertTrue "times: $out" "echo '$out' | head -n 1 | grep -q '^[-0-9]*T[0-9:.]*Z one$'"
    call logs --since 1h talk
    assertContains "$out" one
    call logs --since 2099-01-01T00:00:00Z talk
    expect 0 ""
    assertEquals Error "$(field talk 3)"
}

# Who follows reads all of it, until it ends.
test_follow() {
    up --name follow busybox sh -c 'for i in 1 2 3 4 5 6 7 8 9 10; do echo $i; sleep 0.1; done'
    call logs -f follow
    expect 0 "1
2
3
4
5
6
7
8
9
10"
}

# Not a byte is lost or out of order, through rotation, with or without a reader.
test_many_bytes() {
    mib=$(scaled 64)
    up --name flood busybox sh -c "i=0; while [ \$i -lt $mib ]; do head -c 1048576 /dev/zero | tr '\\0' x | fold -w 99; i=\$((i + 1)); done"
    call wait flood
    expect 0 0
    # the kept files are bounded: what is there is a whole number of the last lines
    call logs --tail 1000 flood
    assertEquals 0 "$status"
    assertEquals "" "$(grep -vx -e 'x\{99\}' -e 'x\{67\}x*' "$T/out" | head -n 3)"
    assertTrue "files: $(ls "$CRIB_ROOT/pods/flood")" "[ $(find "$CRIB_ROOT/pods/flood" -name 'log.*' | wc -l) -le 5 ]"
    up --name exact busybox sh -c "head -c 9000000 /dev/zero | tr '\\0' y | fold -w 7001"
    call wait exact
    "$CRIB" logs exact | cksum >"$T/got"
    crib run busybox sh -c "head -c 9000000 /dev/zero | tr '\\0' y | fold -w 7001" 2>/dev/null | cksum >"$T/want"
    assertEquals "$(cat "$T/want")" "$(cat "$T/got")"
}

# A command that cannot be started is told to the caller, with its exit status, and nothing is kept.
test_cannot_start() {
    up --name none busybox no-such-command
    assertEquals 127 "$status"
    assertContains "$err" no-such-command
    up --name none busybox /etc/passwd
    assertEquals 126 "$status"
    up --name none --rootfs /nonexistent true
    assertEquals 125 "$status"
    call get pods
    expect 0 "" "No sandboxes are here."
    assert_no_traces
}

# The name of one that has ended stays its own until it is deleted; with --rm nothing is kept.
test_kept_or_not() {
    up --name kept busybox true
    crib wait kept >/dev/null
    assertEquals Completed "$(field kept 3)"
    refuse 125 'crib delete kept' run --name kept busybox true
    up --name kept busybox true
    assertEquals 125 "$status"
    assertContains "$err" 'crib delete kept'
    call delete kept
    expect 0 'pod "kept" deleted'
    up --name gone --rm busybox sleep 0.2
    wait_until '! "$CRIB" get pods -o name 2>/dev/null | grep -q .'
    assert_no_traces
}

# stop gives it its time, kills it then, and keeps what it said.
test_stop() {
    up --name polite busybox sh -c 'trap "echo bye; exit 5" TERM; echo ready; while :; do sleep 0.1; done'
    wait_until '"$CRIB" logs polite 2>/dev/null | grep -q ready'
    call stop polite
    expect 0 polite
    call wait polite
    expect 0 5
    call logs polite
    assertContains "$out" bye
    call stop polite
    expect 0 polite
    up --name stubborn busybox sh -c 'trap "" TERM; echo ready; while :; do sleep 0.1; done'
    wait_until '"$CRIB" logs stubborn 2>/dev/null | grep -q ready'
    call stop -t 1 stubborn
    expect 0 stubborn
    call wait stubborn
    expect 0 137
}

# A command is started again as its policy says, at once and then after ten seconds; what it said before is kept.
test_restart() {
    up --name again --restart on-failure:1 busybox sh -c 'echo start; exit 4'
    call wait again
    expect 0 4
    assertEquals "restarts" 1 "$(field again 4)"
    call logs -p again
    expect 0 start
    up --name fine --restart on-failure busybox true
    call wait fine
    expect 0 0
    assertEquals "restarts" 0 "$(field fine 4)"
    up --name loop --restart always busybox sh -c 'echo start; exit 0'
    wait_until '[ "$(field loop 4)" = 1 ] && [ "$(field loop 3)" = CrashLoopBackOff ]'
    call stop loop
    expect 0 loop
    assertEquals Completed "$(field loop 3)"
}

# A kill of the command is an end like another one for the policy; stop is for good.
test_restart_and_stop() {
    up --name always --restart always busybox sleep 1000
    call kill always
    expect 0 always
    wait_until '[ "$(field always 3)" = Running ] && [ "$(field always 4)" = 1 ]'
    call stop -t 0 always
    expect 0 always
    assertEquals Error "$(field always 3)"
}

# Memory that ran out is called so.
test_out_of_memory() {
    can_limit memory || { skip "no memory limit can be had here"; return 0; }
    up --name oom -m 16m busybox sh -c 'x=$(head -c 100000000 /dev/zero | tr "\0" x)'
    crib wait oom >/dev/null
    assertEquals OOMKilled "$(field oom 3)"
}

# Where the process that answers for it is killed, the next crib says so and clears up: nothing runs unattended for ever.
test_supervisor_killed() {
    up --name orphan busybox sleep 1000
    kill -s KILL "$(supervisor_of orphan)"
    wait_until '[ "$(field orphan 3)" = Unknown ]'
    call wait orphan
    expect 0 255
    call delete orphan
    expect 0 'pod "orphan" deleted'
    assert_no_traces
    up --name orphan --rm busybox sleep 1000
    kill -s KILL "$(supervisor_of orphan)"
    wait_until '! "$CRIB" get pods -o name 2>/dev/null | grep -q .'
    assert_no_traces
}

# Killed at whatever moment of their start, supervisors leave nothing that the next crib does not clear.
test_storm() {
    n=0
    while [ $n -lt "$(scaled 40)" ]; do
        "$CRIB" run -d --name "storm-$n" busybox sleep 1000 >/dev/null 2>&1 &
        victim=$!
        # shellcheck disable=SC2046
        sleep 0.00$((n % 10))
        kill -s KILL $victim $(pgrep -P $victim 2>/dev/null) 2>/dev/null
        wait $victim 2>/dev/null
        n=$((n + 1))
    done
    crib gc >/dev/null
    for left in $("$CRIB" get pods -o name 2>/dev/null | sed 's,^pod/,,'); do crib delete --force "$left" >/dev/null; done
    assert_no_traces
}

# A terminal in the background has its output in the log too.
test_terminal() {
    up --name term -t busybox sh -c 'test -t 1 && echo terminal; exit 6'
    call wait term
    expect 0 6
    call logs term
    assertContains "$out" terminal
}

# Inside, its outputs can be opened again by name, as programs with log files do that are links to /dev/stdout.
test_reopen() {
    up --name reopen busybox sh -c 'echo by name >/dev/stdout; echo by number >/proc/self/fd/2'
    crib wait reopen >/dev/null
    call logs reopen
    expect 0 "by name" "by number"
}

# Wrong words.
test_wrong() {
    refuse 125 'no sandbox "nothere"' logs nothere
    refuse 125 'no sandbox "nothere"' wait nothere
    refuse 125 "which sandbox" logs
    refuse 125 "which sandbox" wait
    up --name w busybox true
    crib wait w >/dev/null
    refuse 125 "--tail x" logs --tail x w
    refuse 125 "--since yesterday" logs --since yesterday w
    refuse 125 "not started before" logs -p w
    refuse 125 "not running any more" kill w
}

run_tests
