#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# crib profile: what a command calls becomes a seccomp profile; under it the command runs as it did, and nothing else passes.
# shellcheck disable=SC2016 source=tests/lib.sh
. "$TESTS/lib.sh"

# record NAME COMMAND...: the profile $T/NAME.json, and what the command gave in $recorded
record() {
    record_file=$T/$1.json
    shift
    call profile -o "$record_file" -- "$@"
    recorded=$out recorded_status=$status
    assertEquals "standard error of recording $*" "" "$err"
}

# same COMMAND...: under the last profile it does what it did
same() {
    run --seccomp "$record_file" busybox "$@"
    assertEquals "exit status of $did ($err)" "$recorded_status" "$status"
    assertEquals "output of $did" "$recorded" "$out"
    assertEquals "standard error of $did" "" "$err"
}

# A simple command: the second run is as the first, and another command is refused what it needs.
test_simple() {
    record ls ls -l /etc/passwd /bin/busybox
    assertEquals 0 "$recorded_status"
    same ls -l /etc/passwd /bin/busybox
    run --seccomp "$T/ls.json" busybox mkdir /tmp/x
    assertEquals "mkdir under the profile of ls" 1 "$status"
    run --seccomp "$T/ls.json" busybox sh -c 'echo >/tmp/x'
    assertNotEquals "sh under the profile of ls" 0 "$status"
}

# What was not recorded is refused with EPERM: the same program, other calls of it.
test_refused_with_eperm() {
    record sh sh -c 'cd /tmp; echo yes >y; read x <y; echo $x; ls /nowhere 2>/dev/null; echo $?'
    same sh -c 'cd /tmp; echo yes >y; read x <y; echo $x; ls /nowhere 2>/dev/null; echo $?'
    for words in 'rm /tmp/y' 'ln -s a b' 'chmod 700 .' 'kill -CONT $$' 'umask 7; mkdir d'; do
        run --seccomp "$T/sh.json" busybox sh -c "cd /tmp; echo yes >y; $words"
        assertNotEquals "exit status of $words" 0 "$status"
        case $err in
        *"not permitted"*) ;;
        *) fail "$words should say that it is not permitted: $err" ;;
        esac
    done
}

# Pipelines, children, the command's own exit status.
test_pipeline() {
    record pipe sh -c 'for i in 1 2 3 4 5 6 7 8; do echo $i; done | sort -r | head -n 3 | while read x; do echo "<$x>"; done; exit 7'
    assertEquals 7 "$recorded_status"
    assertEquals "<8>
<7>
<6>" "$recorded"
    same sh -c 'for i in 1 2 3 4 5 6 7 8; do echo $i; done | sort -r | head -n 3 | while read x; do echo "<$x>"; done; exit 7'
}

# Sockets on the loopback; a family that was not used is refused. The shell always has to wait at the end: whether it
# does is part of what it calls.
NETWORK='(echo hello | nc -l -p 5000 -w 5 >/dev/null; sleep 2) & sleep 1; nc -w 5 127.0.0.1 5000 </dev/null; wait'
test_network() {
    record net sh -c "$NETWORK"
    assertEquals hello "$recorded"
    same sh -c "$NETWORK"
    run --seccomp "$T/net.json" busybox sh -c 'nc -w 1 local:/tmp/s </dev/null'
    assertNotEquals "a socket of another family" 0 "$status"
    run --seccomp "$T/net.json" busybox ip link
    assertNotEquals "netlink under the profile of nc" 0 "$status"
}

# Signals that come while a call is being told of, and handlers for them.
test_signals() {
    record sig sh -c 'trap "n=\$((n+1))" USR1; n=0; for i in 1 2 3 4 5 6 7 8 9 10; do kill -USR1 $$; done; echo $n; kill -TERM $$'
    assertEquals 143 "$recorded_status"
    assertEquals 10 "$recorded"
    same sh -c 'trap "n=\$((n+1))" USR1; n=0; for i in 1 2 3 4 5 6 7 8 9 10; do kill -USR1 $$; done; echo $n; kill -TERM $$'
    record victim sh -c 'sleep 100 & kill -9 $!; sleep 1; wait $! 2>/dev/null; echo $?' 2>/dev/null
    assertEquals 137 "$recorded"
    same sh -c 'sleep 100 & kill -9 $!; sleep 1; wait $! 2>/dev/null; echo $?'
}

# Commands that are over before anybody can look; those that leave others behind; PID 1 itself.
test_short_and_orphaned() {
    n=$(scaled 20)
    while [ "$n" -gt 0 ]; do
        n=$((n - 1))
        record true true
        assertEquals 0 "$recorded_status"
    done
    same true
    record orphan sh -c 'sleep 100 >/dev/null 2>&1 & echo gone'
    assertEquals gone "$recorded"
    same sh -c 'sleep 100 >/dev/null 2>&1 & echo gone'
    call profile --no-init -o "$T/pid1.json" -- sh -c 'echo $$; exit 4'
    expect 4 1
    run --no-init --seccomp "$T/pid1.json" busybox sh -c 'echo $$; exit 4'
    expect 4 1
}

# The same calls give the same bytes.
test_deterministic() {
    for n in 1 2 3; do
        record "$n" sh -c 'echo a | cat; ls / >/dev/null'
    done
    cmp "$T/1.json" "$T/2.json" || fail "two recordings of one command differ"
    cmp "$T/1.json" "$T/3.json" || fail "two recordings of one command differ"
}

# Several runs become one profile; what is added again changes nothing.
test_add() {
    record first ls /
    call profile -o "$T/sum.json" --add "$T/first.json" -- mkdir /tmp/a
    expect 0 ""
    for words in 'ls /' 'mkdir /tmp/a'; do
        # shellcheck disable=SC2086 # words
        run --seccomp "$T/sum.json" busybox $words
        assertEquals "$words under the sum ($err)" 0 "$status"
    done
    run --seccomp "$T/first.json" busybox mkdir /tmp/a
    assertNotEquals "mkdir under the first" 0 "$status"
    call profile -o "$T/again.json" --add "$T/sum.json" -- ls /
    cmp "$T/sum.json" "$T/again.json" || fail "adding what is there changed the profile"
    echo '{"defaultAction":"SCMP_ACT_ALLOW"}' >"$T/open.json"
    refuse 125 "a recording cannot be added to it" profile --add "$T/open.json" -- true
}

# What the filter of the run refuses stays refused, is not recorded, and is refused with the same error.
test_within_the_default() {
    record mount sh -c 'mount -t tmpfs none /mnt 2>/dev/null; echo $?'
    assertEquals 1 "$recorded"
    assertEquals "mount in the profile" 0 "$(grep -c '"mount"' "$T/mount.json")"
    assertEquals "clone3 in the profile, as a refusal" 1 "$(grep -c '"clone3"' "$T/mount.json")"
    call profile --seccomp unconfined -o "$T/open.json" -- sh -c 'mount -t tmpfs none /mnt 2>/dev/null; echo $?'
    assertEquals "mount in the profile of an unconfined run ($err)" 1 "$(grep -c '"mount"' "$T/open.json")"
    call profile --seccomp "$T/mount.json" -o "$T/less.json" -- ls /nowhere
    assertEquals "a recording under a profile ($err)" 1 "$status"
    assertEquals "stat in less" 0 "$(grep -c '"mkdir"' "$T/less.json")"
}

# Without -o the profile is standard output's, alone, and the command's own output goes to standard error.
test_standard_output() {
    call profile -- sh -c 'echo out; echo err >&2'
    assertEquals "$err" 0 "$status"
    assertEquals "out
err" "$err"
    case $out in
    '{
  "defaultAction": "SCMP_ACT_ERRNO",'*'
}') ;;
    *) fail "not a profile: $out" ;;
    esac
    call profile -o "$T/o.json" busybox -- echo image -- named
    expect 0 "image -- named"
    call profile -o "$T/o.json" busybox echo image -- named
    expect 0 "image -- named"
    rm -f "$T/pipe"
    mkfifo "$T/pipe"
    cat "$T/pipe" >"$T/through" &
    call profile -o "$T/pipe" busybox true
    expect 0 ""
    wait $!
    assertEquals "{" "$(head -n 1 "$T/through")"
}

# The file is there whole or not at all; where it cannot be, nothing is run.
test_file() {
    echo before >"$T/kept.json"
    call profile -o "$T/kept.json" -- no-such-command
    expect_refusal 127 "not found"
    assertEquals before "$(cat "$T/kept.json")"
    (umask 077; crib profile -o "$T/kept.json" -- true)
    assertEquals "mode of a new file" 600 "$(stat -c %a "$T/kept.json")"
    (umask 022; crib profile -o "$T/new.json" -- true)
    assertEquals "mode of a new file" 644 "$(stat -c %a "$T/new.json")"
    # a path without a directory is below the caller's, not the sandbox's
    (cd "$T" && crib profile -o relative.json -- true)
    assertTrue "a relative path" "[ -s '$T/relative.json' ]"
    run busybox ls /relative.json
    assertEquals "the image has the profile" 1 "$status"
    refuse 125 "No such file or directory" profile -o "$T/none/p.json" -- sh -c 'echo ran'
    refuse 125 "is a directory" profile -o "$T" -- sh -c 'echo ran'
    refuse 125 "is a directory" profile -o "$T/none/" -- sh -c 'echo ran'
    refuse 125 "not made in the background" profile -d -o "$T/p.json" -- true
    refuse 125 "a recording is of one run" profile --restart always -o "$T/p.json" -- true
    refuse 125 "not a terminal" profile -it -o "$T/p.json" -- true
    refuse 125 "which command?" profile -o "$T/p.json"
    refuse 125 "which command?" profile -o "$T/p.json" busybox
    refuse 125 "No such file or directory" profile --add "$T/none.json" -- true
    assertEquals "left beside" "" "$(find "$T" -maxdepth 1 -name '.*json*')"
}

# Wrong files are refused before anything is made, in one sentence that names the place.
test_bad_files() {
    bad=0
    while IFS='|' read -r words text; do
        bad=$((bad + 1))
        printf '%s' "$text" >"$T/bad.json"
        refuse 125 "seccomp profile $T/bad.json: $words" run --seccomp "$T/bad.json" busybox echo ran
    done <<END
line 1, column 1: not JSON: |
line 1, column |{"defaultAction":
must be an object, and is an array|[]
defaultAction is missing|{}
defaultAction: action "ALLOW" is not known: there are SCMP_ACT_KILL_PROCESS|{"defaultAction":"ALLOW"}
defaultAction: said twice|{"defaultAction":"SCMP_ACT_KILL","defaultAction":"SCMP_ACT_ALLOW"}
syscall: no such member, did you mean syscalls?|{"defaultAction":"SCMP_ACT_ALLOW","syscall":[]}
syscalls[0]: names is missing|{"defaultAction":"SCMP_ACT_ALLOW","syscalls":[{"action":"SCMP_ACT_KILL"}]}
syscalls[1].args[0].op: comparison "SCMP_CMP_XX" is not known|{"defaultAction":"SCMP_ACT_ALLOW","syscalls":[{"names":["read"],"action":"SCMP_ACT_ALLOW"},{"names":["read"],"action":"SCMP_ACT_ALLOW","args":[{"index":0,"value":0,"op":"SCMP_CMP_XX"}]}]}
syscalls[0].args[0].index: 6 is more than 5|{"defaultAction":"SCMP_ACT_ALLOW","syscalls":[{"names":["read"],"action":"SCMP_ACT_ALLOW","args":[{"index":6,"value":0,"op":"SCMP_CMP_EQ"}]}]}
syscalls[0].names[0]: "Read" cannot be the name|{"defaultAction":"SCMP_ACT_ALLOW","syscalls":[{"names":["Read"],"action":"SCMP_ACT_ALLOW"}]}
END
    assertEquals "rows" 11 $bad
    dd if=/dev/zero of="$T/bad.json" bs=1024 count=1025 2>/dev/null
    refuse 125 "is larger than a megabyte" run --seccomp "$T/bad.json" busybox echo ran
    rm -f "$T/fifo"
    mkfifo "$T/fifo"
    refuse 125 "is not a regular file" run --seccomp "$T/fifo" busybox echo ran
    refuse 125 "is not a regular file" run --seccomp /dev/zero busybox echo ran
    refuse 125 "is a directory" run --seccomp "$T" busybox echo ran
    refuse 125 "No such file" run --seccomp "$T/none.json" busybox echo ran
}

# A file in docker's own format is taken: conditions, the map of architectures, the old and the new names.
test_docker_format() {
    run --seccomp "$TESTS/data/seccomp-docker.json" busybox sh -c 'echo ok; mkdir /tmp/x; echo $?; chroot / true; echo $?'
    expect 0 "ok
0
0"
    run --cap-drop SYS_CHROOT --seccomp "$TESTS/data/seccomp-docker.json" busybox sh -c 'chroot / true 2>/dev/null; echo $?'
    expect 0 1
    run --seccomp "$TESTS/data/seccomp-docker.json" busybox sh -c 'unshare -m true 2>/dev/null; echo $?; rmdir /proc 2>&1'
    assertEquals "1
rmdir: '/proc': No such device" "$out"
}

# crib lower shows the profile as it was understood, and that is a profile again.
test_lower() {
    record lower ls /
    call lower --seccomp "$T/lower.json" busybox true
    assertEquals 0 "$status"
    assertEquals "the profile's action in crib lower" 1 "$(printf '%s\n' "$out" | grep -c '"defaultAction": "SCMP_ACT_ERRNO"')"
}

# Nothing is left behind by a recording, a failed one or one that was killed.
test_traces() {
    remember_traces
    record traces sh -c 'true | cat'
    call profile -o "$T/t.json" -- no-such-command
    "$CRIB" profile -o "$T/untimely.json" -- sh -c 'echo here; sleep 100' >"$T/out" 2>&1 &
    killed=$!
    wait_for here
    kill -9 $killed
    wait $killed 2>/dev/null
    [ ! -e "$T/untimely.json" ] || fail "there is a profile of a killed recording: $(head -c 300 "$T/untimely.json")"
    call gc
    assert_no_traces
}

run_tests
