#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# What the suites share: crib bounded in time, assertions on all that it says, skips with a reason, the count at the end.
# Sourced first by each suite, which ends by calling run_tests. Runs under dash and BusyBox's ash, on a host and in a guest.
# Takes: CRIB, TESTS, HELPERS (tests/helpers, built), SHUNIT2, CRIB_TEST_SCALE (divides the counts of the long tests),
#   CRIB_TEST_LIMIT (seconds for one crib), CRIB_TEST_ONLY (names of tests, for use by hand).
# Gives: $T, a folder that goes at the end, and in it the suite's own state directory.
: "${CRIB:?the crib to test}" "${TESTS:?the folder tests}"
HELPERS=${HELPERS:-$TESTS/../build/helpers}
if [ -z "${SHUNIT2:-}" ]; then
    SHUNIT2=/usr/share/shunit2/shunit2
    [ -r "$SHUNIT2" ] || SHUNIT2=/usr/bin/shunit2
fi
if [ -n "${CRIB_GUEST:-}" ]; then
    : "${CRIB_TEST_SCALE:=10}" "${CRIB_TEST_LIMIT:=90}"
fi
SCALE=${CRIB_TEST_SCALE:-1}
LIMIT=${CRIB_TEST_LIMIT:-30}
export SHUNIT_COLOR=none LC_ALL=C
unset CRIB_ROOT

SUITE=${0##*/}
SUITE=${SUITE%.sh}
T=$(mktemp -d "${TMPDIR:-/tmp}/crib-$SUITE.XXXXXX") || exit 1
export CRIB_ROOT="$T/state"
exec </dev/null
[ -x "$HELPERS/bound" ] || { echo "$SUITE: $HELPERS/bound is not built"; exit 1; }

N_SKIPPED=0

# skip REASON: to be followed by return
skip() {
    N_SKIPPED=$((N_SKIPPED + 1))
    # shellcheck disable=SC2154 # shunit2's
    echo "skipped: $SUITE: $_shunit_test_: $*"
}

is_root() { [ "$(id -u)" = 0 ]; }

# kernel_has MAJOR MINOR: whether this is that Linux or a newer one
kernel_has() {
    release=$(uname -r)
    major=${release%%.*} minor=${release#*.}
    minor=${minor%%.*}
    [ "$major" -gt "$1" ] || { [ "$major" = "$1" ] && [ "$minor" -ge "$2" ]; }
}

has() { command -v "$1" >/dev/null 2>&1; }

# scaled N: a count that a slow machine can afford
scaled() {
    scaled_=$(($1 / SCALE))
    [ $scaled_ -ge 2 ] || scaled_=2
    echo $scaled_
}

# crib ARGUMENT...: bounded in time, and status 99 when it leaves a process behind
crib() {
    case "$IDS:$1: $* " in
    :*) ;;
    *:run:*" -v "* | *:run:*type=bind*)
        shift
        # shellcheck disable=SC2086 # words
        set -- run $IDS "$@"
        ;;
    esac
    "$HELPERS/bound" -t "$LIMIT" "$CRIB" "$@"
}
# how root's sandboxes get volumes whose files belong to them on a host that cannot map ids
IDS=

# take_result: $out and $err out of the files
take_result() {
    out=$(cat "$T/out")
    err=$(sed "$WARNING" "$T/err")
}
WARNING=

# call ARGUMENT...: crib so called; $status, $out, $err
call() {
    did="crib $*"
    crib "$@" >"$T/out" 2>"$T/err"
    status=$?
    take_result
}

# run ARGUMENT...: crib run
run() { call run "$@"; }

# expect STATUS OUT [ERR]: exactly this is what the last call gave
expect() {
    assertEquals "exit status of $did ($err):" "$1" "$status"
    assertEquals "output of $did:" "$2" "$out"
    assertEquals "standard error of $did:" "${3:-}" "$err"
}

# expect_refusal STATUS WORDS: nothing but one line on standard error, which says these words (besides the one about default limits)
expect_refusal() {
    assertEquals "exit status of $did ($err):" "$1" "$status"
    assertEquals "output of $did:" "" "$out"
    assertEquals "lines on standard error of $did:" 1 "$(printf '%s\n' "$err" | wc -l | tr -d ' ')"
    case $err in
    "crib: "*"$2"*) ;;
    *) fail "standard error of $did should be a line beginning \"crib: \" and saying \"$2\": $err" ;;
    esac
}

# refuse STATUS WORDS ARGUMENT...: crib so called is refused
refuse() {
    refuse_status=$1 refuse_words=$2
    shift 2
    call "$@"
    expect_refusal "$refuse_status" "$refuse_words"
}

# start [bound's OPTION...] -- ARGUMENT...: crib run in the background, its process id in $pid; finish_job waits for it
start() {
    start_options=
    while [ "$1" != -- ]; do
        start_options="$start_options $1"
        shift
    done
    shift
    did="crib run $*"
    rm -f "$T/pid"
    # shellcheck disable=SC2086 # words
    "$HELPERS/bound" -t "$LIMIT" $start_options -p "$T/pid" "$CRIB" run "$@" >"$T/out" 2>"$T/err" &
    job=$!
    wait_until "[ -s '$T/pid' ]"
    # shellcheck disable=SC2034 # for the suites
    pid=$(cat "$T/pid")
}

# finish_job: waits for what start started; $status, $out, $err
finish_job() {
    wait "$job"
    status=$?
    take_result
}

# wait_until CONDITION: evaluates it until it is true, as long as a crib may take
wait_until() {
    wait_rounds=$((LIMIT * 20))
    until eval "$1"; do
        wait_rounds=$((wait_rounds - 1))
        if [ $wait_rounds -lt 0 ]; then
            fail "never came true: $1"
            return 1
        fi
        sleep 0.05
    done
}

# wait_for TEXT: until the started crib has printed it
wait_for() { wait_until "grep -q '$1' \"\$T/out\""; }

# make_root DIR: a root of one's own, with a shell, out of crib's BusyBox
make_root() {
    mkdir -p "$1/bin" "$1/etc" "$1/proc" "$1/sys" "$1/dev" "$1/tmp" "$1/usr/bin"
    crib run busybox cat /bin/busybox >"$1/bin/busybox" 2>/dev/null
    chmod 755 "$1/bin/busybox"
    for make_root_applet in sh cat echo ls true id touch sleep mkdir rm grep; do
        ln -s busybox "$1/bin/$make_root_applet"
    done
    printf 'root:x:0:0:root:/root:/bin/sh\n' >"$1/etc/passwd"
    printf 'root:x:0:\n' >"$1/etc/group"
}

# listing DIR: all that there is below, with contents
listing() {
    (cd "$1" && find . 2>/dev/null | sort | xargs stat -c '%A %u:%g %h %Y %s %N'
    find . -type f 2>/dev/null | sort | xargs cksum 2>/dev/null)
}

# traces: what a sandbox could leave on this machine, one thing a line; the unpacked image may stay. A cgroup with processes is
# that of another's living sandbox: bound has seen that none of ours is left.
traces() {
    cut -d' ' -f4- /proc/self/mountinfo | sed 's/^/mount /' | sort
    find /sys/fs/cgroup -type d -name 'crib-*' 2>/dev/null | sort | while read -r traces_dir; do
        [ -n "$(cat "$traces_dir/cgroup.procs" 2>/dev/null)" ] || [ ! -d "$traces_dir" ] || echo "cgroup $traces_dir"
    done
    [ ! -d "$CRIB_ROOT" ] || find "$CRIB_ROOT" -path "$CRIB_ROOT/image*/*" -prune -o -print | sed 's/^/state /' | sort
}

# remember_traces, then assert_no_traces: all is as it was. The kernel may still be taking things down.
remember_traces() { traces >"$T/before"; }
assert_no_traces() {
    for assert_round in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
        traces >"$T/after"
        ! cmp -s "$T/before" "$T/after" || break
        sleep 0.1
    done
    assertEquals "left behind ($assert_round rounds waited)" "" "$(diff "$T/before" "$T/after" | grep '^[<>]' | grep -v '^< cgroup')"
}

# Can limits be had here? Found out once, without asking crib for its opinion of the host: by what it does.
# Where they cannot be had, crib says so in a line that the other tests need not see: $WARNING is sed's way to drop it.
probe_limits() {
    crib run busybox true >/dev/null 2>&1
    for probe in memory:--memory=64m pids:--pids-limit=64 cpu:--cpus=1; do
        if crib run "${probe#*:}" busybox true >/dev/null 2>&1; then
            eval "LIMIT_${probe%%:*}=yes"
        else
            eval "LIMIT_${probe%%:*}="
            WARNING='/^crib: no .*limit.*crib doctor/d'
        fi
    done
    probe_ids
}

# Can ids of volumes be mapped here? Where they cannot be, roots of directories are copied too, which crib says each time.
probe_ids() {
    is_root || return 0
    if ! crib run -v "$T:/probe" busybox sh -c ': >/probe/.probe' >/dev/null 2>&1; then
        IDS="--userns identity"
        WARNING="$WARNING
/^crib: the root is copied into memory/d
/^crib: mount .* belong to nobody inside/d"
    fi
    rm -f "$T/.probe"
}

can_limit() { eval "[ -n \"\$LIMIT_$1\" ]"; }

suite() { for suite_test in ${CRIB_TEST_ONLY:-}; do suite_addTest "$suite_test"; done; }
setUp() { :; }
tearDown() { :; }
oneTimeSetUp() { probe_limits; }
oneTimeTearDown() {
    # shellcheck disable=SC2154 # shunit2's
    echo "$__shunit_testsPassed $__shunit_testsFailed $N_SKIPPED" >"$T.counts"
    chmod -R u+rwx "$T" 2>/dev/null
    rm -rf "$T"
}

# left_cgroups FILE: those of crib that nobody is in and that are not in the file; the kernel may still be taking some down
left_cgroups() {
    for _ in 1 2 3 4 5 6 7 8 9 10; do
        left_found=$(find /sys/fs/cgroup -type d -name 'crib-*' 2>/dev/null | grep -vxF -f "$1" | while read -r left_dir; do
            [ -n "$(cat "$left_dir/cgroup.procs" 2>/dev/null)" ] || [ ! -d "$left_dir" ] || echo "$left_dir"
        done)
        [ -n "$left_found" ] || break
        sleep 0.2
    done
    echo "$left_found"
}

# run_tests: all functions of the suite whose names begin with test. shunit2 ends its shell.
run_tests() {
    trap 'rm -rf "$T" "$T.counts" "$T.cgroups"; exit 143' HUP INT TERM
    { echo /; find /sys/fs/cgroup -type d -name 'crib-*' 2>/dev/null; } >"$T.cgroups"
    # shellcheck source=/dev/null
    (. "$SHUNIT2")
    run_status=$?
    run_left=$(left_cgroups "$T.cgroups")
    rm -f "$T.cgroups"
    read -r run_passed run_failed N_SKIPPED <"$T.counts" || return 1
    rm -f "$T.counts"
    if [ -n "$run_left" ]; then
        echo "ASSERT:left behind by the suite: $run_left"
        run_failed=$((run_failed + 1))
    fi
    # it ended amidst a test
    if [ $run_status != 0 ] && [ "$run_failed" = 0 ]; then run_failed=1; fi
    echo "$SUITE: $((run_passed - N_SKIPPED)) passed, $run_failed failed, $N_SKIPPED skipped"
    [ "$run_failed" = 0 ]
}
