#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Any step may fail: one system call after the other is made to, in the creator, the first process and init alike. Then there
# is a sentence or no harm was done, and nothing is left.
# shellcheck source=tests/lib.sh
. "$TESTS/lib.sh"

can_inject() {
    has strace && [ -z "${CRIB_TEST_SANITIZED:-}" ] && strace -o /dev/null -e inject=getppid:error=EIO true 2>/dev/null
}

# left_by NAME: what a sandbox of that name left
left_by() {
    ls "$CRIB_ROOT/sandboxes" 2>/dev/null
    find /sys/fs/cgroup -type d -name "crib-$1-*" 2>/dev/null
}

# inject ERROR CALL...: makes the first of each call fail, then the second, and so on until there is none
inject() {
    error=$1
    shift
    for call in "$@"; do
        nth=1
        while [ $nth -le 80 ]; do
            "$HELPERS/bound" -t "$LIMIT" strace -f -qq -o "$T/trace" -e "trace=$call" -e "inject=$call:error=$error:when=$nth" \
                "$CRIB" run --name "$NAME" busybox /bin/true >"$T/out" 2>"$T/err" </dev/null
            status=$?
            grep -q INJECTED "$T/trace" || break
            injected=$((injected + 1))
            [ $status = 0 ] || grep -q '^crib: ' "$T/err" || fail "$call $nth $error: status $status without a sentence"
            left=$(left_by "$NAME")
            [ -z "$left" ] || fail "$call $nth $error: left behind: $left"
            nth=$((nth + 1))
        done
    done
}
NAME=fault-$$

# Calls that make or change what a sandbox is made of.
test_making() {
    can_inject || { skip "no strace that can make calls fail"; return 0; }
    injected=0
    inject EIO clone3 clone socketpair signalfd4 fsopen fsconfig fsmount move_mount open_tree mount_setattr mount pivot_root umount2 \
        unshare setns sethostname memfd_create fchdir mkdirat mkdir symlinkat mknodat fsetxattr
    assertTrue "only $injected calls failed" "[ $injected -gt 50 ]"
}

# Calls that give the command its place and its rights.
test_rights() {
    can_inject || { skip "no strace that can make calls fail"; return 0; }
    injected=0
    inject EIO prctl setresuid setresgid setgroups capset setsid chdir dup2 dup3 close_range execveat
    inject ENOMEM execve
    assertTrue "only $injected calls failed" "[ $injected -gt 50 ]"
}

# Calls that read, write and tell.
test_talking() {
    can_inject || { skip "no strace that can make calls fail"; return 0; }
    injected=0
    inject EIO sendmsg recvmsg openat openat2 open write read fcntl ioctl
    inject EMFILE openat2 open_tree socketpair memfd_create
    assertTrue "only $injected calls failed" "[ $injected -gt 50 ]"
}

# What failed inside is told, not what its end made fail outside: here the process has gone before the creator comes to its network.
test_cause() {
    can_inject || { skip "no strace that can make calls fail"; return 0; }
    mkdir "$T/root" && : >"$T/root/proc"
    "$HELPERS/bound" -t "$LIMIT" strace -f -qq -o "$T/trace" -e trace=clone -e inject=clone:delay_enter=200000:when=1 \
        "$CRIB" run --name "$NAME" --verify off --rootfs "$T/root" true >"$T/out" 2>"$T/err" </dev/null
    assertEquals "exit status" 125 $?
    assertContains "standard error" "$(cat "$T/err")" "/proc: Not a directory"
    assertEquals "left behind" "" "$(left_by "$NAME")"
}

run_tests
