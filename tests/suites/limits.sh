#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Memory, processes and processor time have bounds, seen by what happens at them.
# shellcheck disable=SC2016 source=tests/lib.sh
. "$TESTS/lib.sh"

# needs CONTROLLER: true when it can be had; else skips
needs() {
    can_limit "$1" && return
    skip "no $1 limit can be had here"
    return 1
}

# eat MIB: a command that needs so much memory at once
eat() { echo "dd if=/dev/zero of=/dev/null bs=${1}M count=1 2>/dev/null"; }

# A root whose machine has the controllers gets limits: it must not be told that there are none.
test_root_gets_limits() {
    is_root || { skip "not root"; return; }
    for controller in memory pids cpu; do
        for dir in /sys/fs/cgroup /sys/fs/cgroup/unified /sys/fs/cgroup/$controller; do
            offered=$controller
            case $dir in */$controller) ;; *) offered=$(cat "$dir/cgroup.controllers" 2>/dev/null) ;; esac
            if [ -w "$dir/cgroup.procs" ] && echo "$offered" | grep -qw $controller; then
                assertTrue "no $controller limit, though it is at $dir" "can_limit $controller"
            fi
        done
    done
}

# A command that takes more memory than its limit is killed, and crib says so by its status.
test_memory() {
    needs memory || return 0
    run --memory 32m busybox sh -c "exec $(eat 64)"
    assertEquals "status of a hog: $err" 137 "$status"
    run --memory 128m busybox sh -c "$(eat 64); echo fits"
    expect 0 fits
}

# Only the hog dies, where there is another process: the machine and the sandbox go on.
test_memory_kills_inside_only() {
    needs memory || return 0
    sleep 1000 &
    neighbour=$!
    run --memory 32m busybox sh -c "$(eat 64); echo hog \$?; echo and on"
    assertEquals 0 "$status"
    assertEquals "hog 137
and on" "$out"
    assertTrue "a process of the host was killed" "kill -0 $neighbour"
    kill $neighbour
}

# There is a limit without asking: 100 MiB.
test_memory_default() {
    needs memory || return 0
    run busybox sh -c "$(eat 64); echo \$?; $(eat 160); echo \$?"
    assertEquals "0
137" "$out"
}

# Files in memory count: the sandbox's own writes cannot take the machine's memory.
test_memory_of_files() {
    needs memory || return 0
    run --memory 24m busybox sh -c 'dd if=/dev/zero of=/dev/shm/f bs=1M count=48 2>/dev/null && echo all written; true'
    assertNotContains "$out" "all written"
}

# Swap is not given on top.
test_no_swap() {
    needs memory || return 0
    [ "$(wc -l </proc/swaps)" -gt 1 ] || { skip "no swap here"; return; }
    run --memory 32m busybox sh -c "exec $(eat 256)"
    assertEquals 137 "$status"
}

# All spellings of a size mean the same.
test_memory_spellings() {
    needs memory || return 0
    for size in 33554432 32768k 32m 32M 32mb 32Mi 0.03125g; do
        run --memory $size busybox sh -c "exec $(eat 64)"
        assertEquals "status with $size: $err" 137 "$status"
        run --memory $size busybox sh -c "$(eat 8)"
        assertEquals "status with $size: $err" 0 "$status"
    done
}

# No more processes than allowed, all of them counted.
test_pids() {
    needs pids || return 0
    run --pids-limit 20 busybox sh -c '(i=0; while [ $i -lt 40 ]; do sleep 1000 & i=$((i + 1)); done) 2>/dev/null; set -- /proc/[0-9]*; echo $#'
    assertEquals 0 "$status"
    assertTrue "processes: $out" "[ '$out' -gt 10 ] && [ '$out' -le 20 ]"
}

# A fork bomb is bounded, harms nobody and leaves nothing (the count is taken while processes come and go: no exact number).
test_fork_bomb() {
    needs pids || return 0
    sleep 3 | crib run -i --pids-limit 30 busybox sh -c 'bomb() { bomb | bomb & }; bomb 2>/dev/null; read x; set -- /proc/[0-9]*; echo $#' >"$T/out" 2>"$T/err"
    assertEquals "$(tail -n 1 "$T/err")" 0 $?
    assertTrue "processes: $(cat "$T/out")" "[ '$(cat "$T/out")' -le 60 ]"
    run busybox echo still fine
    expect 0 "still fine"
}

# There is a limit on processes without asking: 1024.
test_pids_default() {
    needs pids || return 0
    run --memory max busybox sh -c '(i=0; while [ $i -lt 1100 ]; do sleep 1000 & i=$((i + 1)); done) 2>/dev/null; set -- /proc/[0-9]*; echo $#'
    assertEquals 0 "$status"
    assertTrue "processes: $out" "[ '$out' -gt 1000 ] && [ '$out' -le 1024 ]"
}

# cpu_used FLAG...: hundredths of seconds of processor time that two seconds of busy loop get
cpu_used() {
    crib run "$@" busybox sh -c 'time -p timeout 2 sh -c "while :; do :; done"' 2>&1 |
        awk '/^(user|sys)/ { sum += $2 } END { print int(sum * 100) }'
}

# Processor time is bounded: a fifth of a processor gets about a fifth of the time.
test_cpus() {
    needs cpu || return 0
    used=$(cpu_used --cpus 0.2)
    assertTrue "used $used of 40" "[ '$used' -gt 5 ] && [ '$used' -lt 100 ]"
}

# A limit that was asked for and cannot be had is a refusal, with its name.
test_refused_when_asked() {
    refused=
    for limit in memory:--memory=64m pids:--pids-limit=64 cpu:--cpus=1; do
        can_limit "${limit%%:*}" && continue
        refuse 125 "${limit%%:*}" run "${limit#*:}" busybox true
        refused=yes
    done
    [ -n "$refused" ] || skip "all limits can be had here"
}

# A default that cannot be had is one line, and the command runs.
test_warned_by_default() {
    if can_limit memory && can_limit pids; then
        run busybox echo ran
        expect 0 ran
        skip "all default limits can be had here"
        return
    fi
    crib run busybox echo ran >"$T/out" 2>"$T/err"
    assertEquals 0 $?
    assertEquals ran "$(cat "$T/out")"
    assertEquals "lines: $(cat "$T/err")" 1 "$(wc -l <"$T/err" | tr -d ' ')"
    assertContains "$(cat "$T/err")" "crib: "
    assertContains "$(cat "$T/err")" "limit"
}

# The same on a host without any cgroups: one line by default, a refusal when asked.
test_no_cgroups() {
    is_root || { skip "not root: cannot mount"; return; }
    cat >"$T/hidden" <<'END'
mount -t tmpfs none /sys/fs/cgroup || exit 70
"$@"
END
    unshare -m sh "$T/hidden" "$HELPERS/bound" "$CRIB" run busybox echo ran >"$T/out" 2>"$T/err"
    assertEquals "$(cat "$T/err")" 0 $?
    assertEquals ran "$(cat "$T/out")"
    assertEquals "lines: $(cat "$T/err")" 1 "$(wc -l <"$T/err" | tr -d ' ')"
    unshare -m sh "$T/hidden" "$HELPERS/bound" "$CRIB" run --memory 64m busybox echo ran >"$T/out" 2>"$T/err"
    status=$? did="crib run --memory where there are no cgroups" out=$(cat "$T/out") err=$(cat "$T/err")
    expect_refusal 125 memory
}

# The cgroups are gone when the sandbox is.
test_zz_traces() {
    remember_traces
    run busybox sh -c 'sleep 1000 & true'
    run busybox sh -c "exec $(eat 160)"
    assert_no_traces
}

run_tests
