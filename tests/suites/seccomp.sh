#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The seccomp filter, from the inside and by raw system calls (tests/helpers/calls.c): what is refused with it, and that the same
# call reaches the kernel without it; that programs still work; profiles of one's own.
# shellcheck disable=SC2016,SC2034,SC2154 source=tests/lib.sh
. "$TESTS/lib.sh"

oneTimeSetUp() { # the helper where the sandbox can have it
    probe_limits
    mkdir -p "$T/bin"
    cp "$HELPERS/calls" "$T/bin/calls"
    chmod 755 "$T" "$T/bin" "$T/bin/calls"
}

# calls WORD... [-- FLAG...]: what tests/helpers/calls prints in a sandbox with these flags
calls() {
    words=
    while [ $# -gt 0 ] && [ "$1" != -- ]; do
        words="$words $1"
        shift
    done
    [ $# = 0 ] || shift
    # shellcheck disable=SC2086 # words
    crib run -v "$T/bin:/calls:ro" "$@" busybox /calls/calls $words 2>"$T/err"
}

# answers EXPECTED WORD...: with the filter
answers() {
    expected=$1
    shift
    assertEquals "calls $*:" "$expected" "$(calls "$@")"
}

# reaches WORD... [-- FLAG...]: without the filter the kernel itself decides, which says something else than EPERM
reaches() {
    case " $* " in *" -- "*) set -- "$@" --seccomp unconfined ;; *) set -- "$@" -- --seccomp unconfined ;; esac
    reached=$(calls "$@")
    case $reached in
    "" | 1 | "killed 31") fail "calls $* says \"$reached\" where it should reach the kernel: $(cat "$T/err")" ;;
    esac
}

is_x86_64() { [ "$(uname -m)" = x86_64 ] || { skip "the numbers are those of x86-64"; return 1; }; }

# The filter is on from the start, for root and others, and none is there when that is asked for.
test_is_on() {
    run busybox grep '^Seccomp:' /proc/self/status
    expect 0 "Seccomp:	2"
    run --seccomp default --read-only --no-init busybox grep '^Seccomp:' /proc/self/status
    expect 0 "Seccomp:	2"
    run --seccomp unconfined busybox grep '^Seccomp:' /proc/self/status
    expect 0 "Seccomp:	$(sed -n 's/^Seccomp:.//p' /proc/self/status)"
}

# PID 1 has a filter of its own, also where the command has none; it reaps, forwards and ends under it.
test_pid_1() {
    run busybox sh -c 'sleep 0.3; grep ^Seccomp: /proc/1/status' # it lets the command go first
    expect 0 "Seccomp:	2"
    run --seccomp unconfined busybox sh -c 'for i in 1 2 3; do (sleep 0 &); done; sleep 0.5; grep ^Seccomp: /proc/1/status; ps -o stat | grep -c Z; exit 7'
    expect 7 "Seccomp:	2
0"
    start -- busybox sh -c 'trap "echo got; exit 3" TERM; echo ready; while :; do sleep 0.1; done'
    wait_until "grep -q ready '$T/out'"
    kill -TERM "$pid"
    wait "$job"
    assertEquals "status of what was asked to end" 3 $?
    assertContains "$(cat "$T/out")" got
}

# Every number from 0 to 600: the published list is refused with the published errors, and nothing else: all others get the
# kernel's own answer, the same as without a filter.
test_every_number() {
    is_x86_64 || return
    calls all 0 600 >"$T/with"
    calls all 0 600 -- --seccomp unconfined >"$T/without"
    assertEquals "numbers asked" "601 601" "$(wc -l <"$T/with" | tr -d ' ') $(wc -l <"$T/without" | tr -d ' ')"
    grep -v '^#' "$TESTS/suites/seccomp.refused" >"$T/refused"
    awk -v refused="$T/refused" -v without="$T/without" '
        BEGIN {
            while ((getline line <refused) > 0) { split(line, f, " "); want[f[1]] = f[2]; name[f[1]] = f[3] }
            while ((getline line <without) > 0) { n = line; sub(/ .*/, "", n); sub(/^[0-9]* /, "", line); open[n] = line }
        }
        {
            got = $0; sub(/^[0-9]* /, "", got)
            if ($1 in want) { if (got != want[$1]) print $1, name[$1], got, "in place of", want[$1] }
            else if (got != open[$1]) print $1, got, "with the filter,", open[$1], "without"
        }' "$T/with" >"$T/wrong"
    assertEquals "calls that are answered otherwise:" "" "$(cat "$T/wrong")"
    # the list can fail: without the filter most of it gets other answers
    grep -vxFf "$T/with" "$T/without" >"$T/differ"
    assertTrue "only $(wc -l <"$T/differ") answers differ" "[ $(wc -l <"$T/differ") -ge 25 ]"
}

# Sockets are had of four address families, of netlink only the route protocol; all else is EAFNOSUPPORT.
test_sockets() {
    is_x86_64 || return
    assertEquals "families" "1 ok,2 ok,10 ok,16 ok," "$(calls families | grep -v ' 97$' | tr '\n' ',')"
    assertEquals "families asked" 65 "$(calls families | wc -l | tr -d ' ')"
    assertEquals "netlink protocols" "0 ok," "$(calls netlink | grep -v ' 97$' | tr '\n' ',')"
    # AF_PACKET reaches the kernel, which wants a capability; so do other protocols of netlink
    assertContains "$(calls families -- --seccomp unconfined)" "17 1"
    assertNotContains "$(calls netlink -- --seccomp unconfined)" "15 97"
    # as asked for: by the capability that is for it
    assertContains "$(calls families -- --cap-add NET_RAW)" "17 ok"
    assertContains "$(calls netlink -- --cap-add NET_ADMIN)" "15 ok"
    # an int is 32 bits, whatever lies above
    answers 97 call 41 0x100000026 5 0
    answers 97 call 41 38 5 0
    answers ok call 41 0x100000001 1 0
    answers 97 call 53 2 1 0 -
}

# No other way into the kernel is open: neither the one of 32-bit programs, nor x32.
test_other_ways_in() {
    is_x86_64 || return
    answers "killed 31" int80
    answers "killed 31" call 0x40000027
    case $(calls int80 -- --seccomp unconfined) in
    ok | "killed 11") ;; # with and without CONFIG_IA32_EMULATION
    *) fail "int 0x80 does not reach the kernel" ;;
    esac
    reaches call 0x40000027
}

# No new namespaces, by none of the calls that make or join them.
test_namespaces() {
    is_x86_64 || return
    for flag in 0x20000 0x2000000 0x4000000 0x8000000 0x10000000 0x20000000 0x40000000; do
        answers 1 clone $flag
        answers 1 call 272 $flag
    done
    answers 1 call 272 0x80       # CLONE_NEWTIME
    answers 1 call 272 0x100000   # UNSHARE_EMPTY_MNTNS
    answers 1 call 308 0 0        # setns
    answers 38 call 435 - 88      # clone3: libc falls back to clone
    answers ok clone 0
    answers ok call 272 0x400     # CLONE_FILES
    reaches call 272 0x10000000
    reaches call 308 -1 0
    reaches call 435 - 88
    # as asked for: with the capability they are there
    assertEquals ok "$(calls call 272 0x4000000 -- --cap-add SYS_ADMIN)"
    assertEquals 14 "$(calls call 165 - - - 0 0 -- --cap-add SYS_ADMIN)"
}

# Nothing is typed into a terminal by who only reads it, whatever stands in the high half of the request.
test_tiocsti() {
    is_x86_64 || return
    for request in 0x5412 0x100005412 0xffffffff00005412 0x541c 0x80000000541c; do
        answers 1 call 16 0 $request @x
    done
    reaches call 16 0 0x5412 @x
    reaches call 16 0 0x541c @x
    answers 25 call 16 0 0x5401 - # TCGETS of what is no terminal
}

# A program may be what it is, and not switch off what protects it.
test_personality() {
    is_x86_64 || return
    for kind in 0 8 0x20000 0x20008 0xffffffff; do answers ok call 135 $kind; done
    for kind in 0x40000 1 0x400000 0x100040000; do answers 1 call 135 $kind; done
    reaches call 135 0x40000
}

# What has been a way out is refused; each reaches the kernel without the filter.
test_ways_out() {
    is_x86_64 || return
    # io_uring_setup, bpf, add_key, keyctl, userfaultfd, perf_event_open, open_by_handle_at, fsopen, open_tree, kexec_load
    for words in "425 1 -" "321 0 - 8" "248 - - - 0 0" "250 0 -3 1" "323 0" "298 - 0 -1 -1 0" "304 -1 - 0" "430 - 0" "428 -1 - 0" "246 0 0 - 0"; do
        # shellcheck disable=SC2086 # words
        answers 1 call $words
    done
    # of the others the kernel itself may say EPERM
    for words in "425 1 -" "248 - - - 0 0" "250 0 -3 1"; do
        # shellcheck disable=SC2086 # words
        reaches call $words
    done
}

# Somebody who is not root has the filter too, and with privileges to be gained as well as without.
test_for_all() {
    run --security-opt no-new-privileges=false busybox grep -E '^(Seccomp|NoNewPrivs):' /proc/self/status
    expect 0 "NoNewPrivs:	0
Seccomp:	2"
    if crib run -u 1 busybox true 2>/dev/null; then
        run -u 1 busybox grep '^Seccomp:' /proc/self/status
        expect 0 "Seccomp:	2"
        run -u 1 --security-opt no-new-privileges=false busybox grep -E '^(Seccomp|NoNewPrivs|CapPrm):' /proc/self/status
        expect 0 "CapPrm:	0000000000000000
NoNewPrivs:	0
Seccomp:	2"
    else
        skip "an ordinary user cannot be another one inside"
    fi
}

# BusyBox's everyday work goes on: files, processes, pipes, signals, links, archives, sockets of its own.
test_busybox() {
    run busybox sh -c 'set -e
        mkdir /tmp/d; cd /tmp/d; seq 1000 >a; gzip -k a; tar cf t.tar a a.gz; tar tf t.tar | wc -l; ln -s a b; mv a c; touch -d 2020-01-01 c
        chmod 600 c; chown 0:0 c; mkfifo p; (echo through >p &); cat p; dd if=/dev/zero of=z bs=4k count=4 2>/dev/null; sync
        (sleep 100 & kill $!; wait $! || echo $?; timeout 1 sleep 5 || echo $?) 2>/dev/null; nice true; ps >/dev/null; time true 2>/dev/null
        (echo hello | nc -l -p 7777 >/dev/null &) ; usleep 300000; nc 127.0.0.1 7777 </dev/null; chroot / true; id -u; uptime >/dev/null; free >/dev/null
        find / -xdev -name sh | wc -l >/dev/null; ip addr show lo | grep -c 127.0.0.1; df / >/dev/null; stat -f / >/dev/null; flock c echo locked'
    expect 0 "2
through
143
143
hello
0
1
locked"
}

# on_host PROGRAM [ARGUMENT...]: a program of this machine, in the sandbox, with this machine's libraries
on_host() {
    run -v /usr:/usr:ro -v /usr/lib:/lib:ro -v /usr/lib64:/lib64:ro -v /etc/alternatives:/etc/alternatives:ro -m max "$@"
}

# Programs of glibc with threads and children, an interpreter, and Go, whose runtime makes its own calls, work.
test_programs() {
    [ -e /usr/lib64/ld-linux-x86-64.so.2 ] || { skip "no glibc that could be lent to a sandbox"; return; }
    on_host busybox /usr/bin/dash -c 'echo $((6 * 7)) | cat'
    expect 0 42
    if [ -x /usr/bin/python3 ]; then
        on_host busybox /usr/bin/python3 -c '
import subprocess, threading, multiprocessing, socket, asyncio, tempfile, os, signal
assert subprocess.run(["/bin/echo", "x"], stdout=subprocess.PIPE).stdout == b"x\n"
t = threading.Thread(target=lambda: None); t.start(); t.join()
with multiprocessing.Pool(2) as pool: assert pool.map(abs, [-1, -2]) == [1, 2]
async def main():
    server = await asyncio.start_server(lambda r, w: w.close(), "127.0.0.1", 0)
    r, w = await asyncio.open_connection(*server.sockets[0].getsockname())
    await r.read(); w.close()
    p = await asyncio.create_subprocess_exec("/bin/true"); assert await p.wait() == 0
asyncio.run(main())
a, b = socket.socketpair(); a.send(b"1"); assert b.recv(1) == b"1"
with tempfile.NamedTemporaryFile() as f: os.posix_fallocate(f.fileno(), 0, 4096); os.sendfile(f.fileno(), f.fileno(), 0, 1)
os.sched_yield(); signal.setitimer(signal.ITIMER_REAL, 5); os.getrandom(4); os.memfd_create("m"); os.getxattr
print("python works")'
        expect 0 "python works"
    else
        skip "no python3"
    fi
    if has runc; then
        on_host busybox "$(command -v runc)" --version
        assertEquals "runc, a Go program: $err" 0 "$status"
        assertContains "$out" "go: go"
    else
        skip "no program of Go"
    fi
    if has strace; then
        on_host busybox /usr/bin/strace -f -o /dev/null /bin/sh -c 'echo traced | cat'
        expect 0 traced
    else
        skip "no strace"
    fi
}

# A profile of one's own is taken as it is; what it names and nobody knows is told; what is no profile is refused.
test_file() {
    cat >"$T/profile.json" <<'END'
{ "defaultAction": "SCMP_ACT_ALLOW", "syscalls": [
  { "names": [ "mkdir", "mkdirat", "no_such_call" ], "action": "SCMP_ACT_ERRNO", "errnoRet": 28 },
  { "names": [ "kill" ], "action": "SCMP_ACT_ERRNO", "args": [ { "index": 1, "value": 12, "op": "SCMP_CMP_EQ" } ] } ] }
END
    run --seccomp "$T/profile.json" busybox sh -c 'mkdir /tmp/x; kill -12 $$; kill -0 $$ && echo done'
    assertEquals "$err" 0 "$status"
    assertEquals "done" "$out"
    assertContains "$err" "no_such_call"
    assertContains "$err" "No space left on device"
    assertContains "$err" "Operation not permitted"
    run --security-opt seccomp="$T/profile.json" busybox mkdir /tmp/x
    assertEquals 1 "$status"
    echo '{' >"$T/bad.json"
    refuse 125 "$T/bad.json" run --seccomp "$T/bad.json" busybox true
    refuse 125 "/nonexistent" run --seccomp /nonexistent busybox true
    echo '{ "defaultAction": "SCMP_ACT_NOTIFY", "listenerPath": "/run/x" }' >"$T/notify.json"
    refuse 125 "not supported" run --seccomp "$T/notify.json" busybox true
}

# A profile that allows little: the filter is the last thing before the command.
test_strict() {
    echo '{ "defaultAction": "SCMP_ACT_KILL_PROCESS", "syscalls": [ { "names": [ "execve", "exit_group", "arch_prctl",
        "set_tid_address", "exit" ], "action": "SCMP_ACT_ALLOW" } ] }' >"$T/strict.json"
    run --seccomp "$T/strict.json" busybox sh -c 'echo no'
    assertEquals "$err" 159 "$status"
    assertEquals "" "$out"
}

# crib's own profile, taken out of the plan as a file, is the same profile.
test_round_trip() {
    has jq || { skip "no jq"; return; }
    crib plan -o json busybox true | jq .process.seccomp.profile >"$T/own.json"
    assertEquals "the program's digest" "$(crib plan -o json busybox true | jq -r .process.seccomp.sha256)" \
        "$(crib plan -o json --seccomp "$T/own.json" busybox true | jq -r .process.seccomp.sha256)"
}

run_tests
