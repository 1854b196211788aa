#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# A payload that takes all that it can get: files, inodes, descriptors, terminals, shared memory, depth, mounts, environment. It hits a
# bound, nothing outside is worse off, and when it is over the machine is as before. (Memory and processes: tests/suites/limits.sh.)
# shellcheck disable=SC2016,SC2154 source=tests/lib.sh
. "$TESTS/lib.sh"

# attacker FLAG... -- WORDS: the attacker's program in a sandbox
attacker() {
    attacker_flags=
    while [ "$1" != -- ]; do
        attacker_flags="$attacker_flags $1"
        shift
    done
    shift
    # shellcheck disable=SC2086 # words
    run $attacker_flags -v "$HELPERS/attacker:/attacker:ro" busybox /attacker "$@"
}

# bounded MOST: the filling ended by an error at no more than that, or by the memory limit's end
bounded() {
    case $status in
    0) assertTrue "$did: $out" "[ '${out%% *}' -gt 0 ] && [ '${out%% *}' -le $1 ]" ;;
    137) can_limit memory || fail "$did: killed without a limit" ;;
    *) fail "$did: status $status: $err" ;;
    esac
}

# Bytes: each place that can be written to ends, the generated files of /etc too (CVE-2020-8557).
test_bytes() {
    used=$(df -P "$T" | awk 'NR == 2 { print $3 }')
    for file in /fill /tmp/fill /etc/hosts /etc/resolv.conf /dev/shm/fill /run/fill; do
        attacker -- fill bytes $file
        bounded 64
    done
    attacker -- fill bytes /dev/fill
    [ "$status" = 0 ] || [ "$status" = 1 ] || fail "$did: $status"
    attacker --tmpfs /t:size=3m -- fill bytes /t/fill
    assertEquals "3 No space left on device" "$out"
    grown=$(($(df -P "$T" | awk 'NR == 2 { print $3 }') - used))
    assertTrue "the host's disk grew by $grown KiB" "[ $grown -lt 20000 ]"
}

# Inodes: an empty file takes no bytes of a tmpfs, but the kernel's memory.
test_inodes() {
    for dir in / /tmp /dev/shm /dev /run; do
        attacker -- fill files $dir
        case $dir,$status in /dev,1) ;; *) bounded 70000 ;; esac
    done
    attacker --tmpfs /t:size=1m -- fill files /t
    bounded 2000
}

# Descriptors: as many as the limits of processes and of descriptors allow, of the host's table they are given back.
test_descriptors() {
    can_limit pids || { skip "no limit of processes here"; return; }
    before=$(cut -f1 /proc/sys/fs/file-nr) most=$(cut -f3 /proc/sys/fs/file-nr)
    attacker --pids-limit 20 --ulimit nofile=500 --memory max -- fill fds
    assertContains "$out$err" "processes with"
    sleep 0.3
    after=$(cut -f1 /proc/sys/fs/file-nr)
    assertTrue "open files on the host: $before before, $after after, of $most" "[ $((after - before)) -lt 2000 ]"
}

# Terminals: the host's own keep some for themselves, and all come back.
test_terminals() {
    [ -r /proc/sys/kernel/pty/nr ] || { skip "no terminals here"; return; }
    before=$(cat /proc/sys/kernel/pty/nr)
    attacker --memory max -- fill ptys
    bounded 4096
    wait_until "[ \$(cat /proc/sys/kernel/pty/nr) -le $((before + 20)) ]"
}

# System V objects go with the sandbox, and so does their memory.
test_shared_memory() {
    tail -n +2 /proc/sysvipc/shm >"$T/before-shm"
    attacker -- fill shm
    assertEquals "$err" 0 "$status"
    assertTrue "segments: $out" "[ '$out' -gt 0 ]"
    assertEquals "segments outside" "$(cat "$T/before-shm")" "$(tail -n +2 /proc/sysvipc/shm)"
    run busybox sh -c 'tail -n +2 /proc/sysvipc/shm'
    expect 0 ""
}

# Depth: a tree too deep for names, made inside, in a volume and in a root, stops neither the end nor the next start.
test_depth() {
    attacker -w /tmp -- deep "$(scaled 3000)"
    assertEquals "$err" 0 "$status"
    make_root "$T/R"
    (cd "$T/R" && "$HELPERS/attacker" deep "$(scaled 3000)") >"$T/depth"
    off=
    ! crib help run | grep -q -- '--verify ' || off='--verify off'
    # shellcheck disable=SC2086 # words
    run $off --rootfs "$T/R" echo up
    case $status in 0) assertEquals up "$out" ;; *) expect_refusal 125 "" ;; esac
    run --rootfs "$T/R" echo up
    case $status in 0) assertContains "$out" up ;; *) assertEquals "$err" 125 "$status" ;; esac
    path=$(printf '/d%.0s' $(seq "$(scaled 1900)"))
    run -w "$path" busybox pwd
    case $status in 0) assertEquals "$path" "$out" ;; *) expect_refusal 125 "" ;; esac
    chmod -R u+rwx "$T/R"
}

# Mounts by the hundred work or are refused by a line; what the kernel cannot hold is none of the host's (CVE-2021-43784).
test_many_mounts() {
    set --
    n=$(scaled 600)
    while [ "$n" -gt 0 ]; do
        set -- "$@" --tmpfs "/t/$n:size=4k"
        n=$((n - 1))
    done
    run "$@" busybox sh -c 'grep -c " /t/" /proc/self/mountinfo'
    case $status in 0) assertEquals "$(scaled 600)" "$out" ;; *) expect_refusal 125 "" ;; esac
}

# An environment of a gibibyte is refused, in time and by a line, whether of one word, of many lines or of nothing but zero bytes.
test_environment() {
    started=$(date +%s)
    truncate -s 1G "$T/zeros"
    refuse 125 "$T/zeros" run --env-file "$T/zeros" busybox true
    rm "$T/zeros"
    { printf A=; head -c 8000000 /dev/zero | tr '\0' x; echo; } >"$T/wide"
    run --env-file "$T/wide" busybox true
    expect_refusal "$status" ""
    assertTrue "status $status" "[ $status -ge 125 ]"
    yes 'A=1' | head -n 300000 >"$T/same"
    run --env-file "$T/same" busybox true
    case $status in 0) ;; *) expect_refusal "$status" "" ;; esac
    seq -f 'V%.0f=1' "$(scaled 200000)" >"$T/many"
    run --env-file "$T/many" busybox true
    case $status in 0) ;; *) expect_refusal "$status" "" ;; esac
    assertTrue "took $(($(date +%s) - started)) s" "[ $(($(date +%s) - started)) -le $LIMIT ]"
}

# Whatever it was, nothing is left.
test_zz_traces() {
    remember_traces
    attacker -- fill files /dev/shm
    attacker -- fill shm
    assert_no_traces
}

run_tests
