#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The known ways out (tests/attack/probe), each tried from inside: closed by default, for root and an ordinary user inside, and
# shown to be open in a sandbox that was opened on purpose or, in a guest, outside of any: a probe that cannot succeed proves nothing.
# shellcheck disable=SC2016,SC2154 source=tests/lib.sh
. "$TESTS/lib.sh"
PROBE=$HELPERS/probe

oneTimeSetUp() {
    probe_limits
    # the sandbox's own ids, also where the kernel maps none of files: the probe may be nobody's (noidmap)
    # shellcheck disable=SC2034 # lib.sh's
    IDS=
    crib help run >"$T/flags"
}

# has_flag NAME: whether this crib has --NAME
has_flag() { grep -q -- "--$1[ =]" "$T/flags"; }

# probes_in FLAG...: all probes in a sandbox; a line "STATE NAME DETAIL" each in $T/probes, sorted
probes_in() {
    run "$@" -v "$PROBE:/probe:ro,noidmap" busybox /probe all
    printf '%s\n' "$out" | awk -F '\t' 'NF == 5 { print $2, $1, $5 }' | sort >"$T/probes"
    assertTrue "the probes ran ($*): $status $err" "[ $status -le 1 ] && [ $(wc -l <"$T/probes") -gt 100 ]"
}

setUp() { skipped=; }

# skip_once REASON: a test is skipped once, whatever parts of it are
skip_once() {
    [ -n "$skipped" ] || skip "$@"
    skipped=yes
}

# expect_closed WORDS: no line of $T/probes says open
expect_closed() { assertEquals "$1" "" "$(grep '^open' "$T/probes")"; }

# Root of the sandbox gets nowhere.
test_root_inside() {
    probes_in
    expect_closed "root inside"
}

# Neither does an ordinary user.
test_user_inside() {
    crib run -u 1000:1000 busybox true 2>/dev/null || { skip "the sandbox has one user here"; return; }
    probes_in -u 1000:1000
    expect_closed "user 1000 inside"
}

# Nor does anybody by other ways to start it: without crib's PID 1, with a terminal, a read-only root, volumes and a name space for time.
test_other_ways_inside() {
    probes_in --no-init --read-only
    expect_closed "--no-init --read-only"
    mkdir "$T/volume"
    probes_in -v "$T/volume:/tmp" --tmpfs /run --time-offset 1000
    expect_closed "with volumes"
}

# expect_open WORDS NAME...: that these probes succeed there. What this kernel has not got is absent.
expect_open() {
    expect_words=$1
    shift
    for name; do
        state=$(awk -v name="$name" '$2 == name { print $1, $3, $4, $5, $6, $7, $8 }' "$T/probes")
        case $state in
        open*) ;;
        absent*) skip_once "$expect_words: $name: $state" ;;
        *) fail "$expect_words: $name should be open: $state" ;;
        esac
    done
}

# What is opened by a flag is open, so the probe would have seen it closed by accident.
test_opened_namespaces() {
    probes_in --network host
    for link in /sys/class/net/*; do
        [ "$link" = /sys/class/net/lo ] || expect_open "--network host" interfaces
    done
    probes_in --cgroupns host
    ! cut -d: -f3 /proc/self/cgroup | grep -qv '^/$' || expect_open "--cgroupns host" cgroup-view
    is_root || { skip_once "not root: --userns host needs it"; return; }
    probes_in --userns host
    expect_open "--userns host" real-root
    probes_in --userns identity
    expect_open "--userns identity" real-root
    assertEquals "else closed" "open real-root" "$(grep '^open' "$T/probes" | cut -d' ' -f1,2)"
}

# probe_here FLAG... -- PROBE [ARG]: one probe in a sandbox; $status is its answer: 0 open, 1 closed, 2 absent
probe_here() {
    probe_flags=
    while [ "$1" != -- ]; do
        probe_flags="$probe_flags $1"
        shift
    done
    shift
    # shellcheck disable=SC2086 # words
    run $probe_flags -v "$PROBE:/probe:ro,noidmap" busybox /probe "$@"
}

# unless_opened FLAGS PROBE [ARG]: closed by default, open with the flags
unless_opened() {
    opened_by=$1
    shift
    probe_here -- "$@"
    assertEquals "$*, by default: $out $err" 1 "$status"
    # shellcheck disable=SC2086 # words
    probe_here $opened_by -- "$@"
    assertEquals "$*, with $opened_by: $out $err" 0 "$status"
}

# Objects of the host that have names there are reached where the namespace is the host's by a flag, and else not.
test_opened_names() {
    name=crib-outside-$$ key=$((0x63000000 + $$ % 65536))
    "$HELPERS/outside" "$name" "$key" >"$T/port" &
    server=$!
    wait_until '[ -s "$T/port" ]'
    fenced=
    ! has_flag landlock || fenced="--landlock off"
    unless_opened "$fenced --network host" abstract-socket "$name"
    unless_opened "$fenced --network host" loopback-service "$(cat "$T/port")"
    unless_opened "--ipc host" sysv-ipc "$key"
    unless_opened "$fenced --ipc host" posix-mq "/$name"
    probe_here -- shared-memory "/dev/shm/$name"
    assertEquals "$out" 1 "$status"
    probe_here -v /dev/shm:/dev/shm -- shared-memory "/dev/shm/$name"
    assertEquals "$out" 0 "$status"
    kill $server
    wait $server
}

# A process of the host's cannot be signalled, traced or entered by its number there.
test_outside_process() {
    sleep 1000 &
    victim=$!
    for probe in signal-outside ptrace-outside proc-root join-namespaces; do
        run -v "$PROBE:/probe:ro,noidmap" busybox /probe $probe $victim
        assertEquals "$probe: $out" 1 "$status"
    done
    assertTrue "the process is there" "kill -0 $victim"
    # and the probes can see it where it can be seen
    assertEquals "signal-outside outside" 0 "$("$PROBE" signal-outside $victim >/dev/null; echo $?)"
    kill $victim
}

# Without any sandbox, on a machine that is only ours, most of it is open to root.
test_outside_of_a_sandbox() {
    [ -n "${CRIB_GUEST:-}" ] || { skip "not in a guest: no probe runs as root outside of a sandbox"; return; }
    "$PROBE" all >"$T/out"
    awk -F '\t' 'NF == 5 { print $2, $1, $5 }' "$T/out" | sort >"$T/probes"
    is_root || { expect_open "outside, as a user" no-filter new-privileges processes personality keyctl; return; }
    expect_open "outside, as root" core-pattern modprobe-path uevent-helper sysrq poweroff-cmd drop-caches ns-last-pid panic-on-oom power-state \
        kmsg-write init-memory proc-writable sys-writable kernel-addresses kernel-log host-secrets \
        mount-proc mount-sysfs mount-cgroup2 mount-debugfs mount-tracefs mount-devpts mount-tmpfs mount-bind unmask remount \
        umount-root unshare-mnt unshare-net unshare-pid unshare-ipc unshare-uts unshare-cgroup unshare-user \
        reboot swapon swapoff acct fsopen fspick open_tree move_mount pivot_root fanotify_init \
        add_key request_key keyring keyctl bpf perf_event_open userfaultfd io_uring adjtimex sethostname open_by_handle_at \
        clone-user clone3-user personality socket-netlink socket-raw net-admin \
        processes signal-outside ptrace-outside ptrace-init init-descriptors init-program join-namespaces \
        realtime nicer oom-score capabilities new-privileges no-filter real-root setuid-program file-capabilities \
        dev-mem other-devices mknod-char
    ! kernel_has 5 12 || expect_open "outside, as root" mount_setattr
}

run_tests
