#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Wrong use: one line on standard error that begins "crib: ", the documented status, nothing on standard output, nothing left.
# shellcheck disable=SC2016 source=tests/lib.sh
. "$TESTS/lib.sh"

setUp() { [ -e "$T/before" ] || { crib run busybox true >/dev/null 2>&1; remember_traces; }; }

# A command that is not there.
test_no_such_command() {
    refuse 127 no-such-command run busybox no-such-command
    refuse 127 /no/such/command run busybox /no/such/command
    refuse 127 ./here run busybox ./here
    refuse 127 /etc/passwd/x run busybox /etc/passwd/x
    refuse 127 '' run busybox ''
}

# A command that is no program.
test_not_executable() {
    refuse 126 /etc/passwd run busybox /etc/passwd
    refuse 126 /etc run busybox /etc
    refuse 126 / run busybox /
    mkdir "$T/programs"
    printf 'no program\n' >"$T/programs/text"
    printf '#!/no/interpreter\n' >"$T/programs/script"
    printf '\177ELF garbage' >"$T/programs/elf"
    chmod 755 "$T/programs"/*
    refuse 126 text run -v "$T/programs:/p" busybox /p/text
    refuse 126 elf run -v "$T/programs:/p" busybox /p/elf
    refuse 127 script run -v "$T/programs:/p" busybox /p/script
}

# An image that is not there, or not one.
test_no_such_image() {
    refuse 125 no-such-image run no-such-image true
    refuse 125 '' run
    refuse 125 '' run ''
    refuse 125 '' run --name x
}

# Verbs and flags that do not exist, with the one that may have been meant.
test_unknown_words() {
    refuse 125 nonsense nonsense
    refuse 125 run rnu busybox true
    refuse 125 --nonsense run --nonsense busybox true
    refuse 125 --memory run --memry 1m busybox true
    refuse 125 Z run -Z busybox true
    refuse 125 '' run -
    refuse 125 --name run --name
    refuse 125 --bad --bad run busybox true
}

# Sizes and numbers that are none, or make no sense.
test_bad_numbers() {
    for flag in --memory=0 --memory=-2 --memory=1k --memory=x --memory=1x --memory= --memory=99999999999999999999 --memory=nan --memory=1.2.3 \
        --cpus=0 --cpus=-1 --cpus=x --cpus= --cpus=nan --cpus=inf --cpus=1e99 --pids-limit=0 --pids-limit=-2 --pids-limit=0x --pids-limit=x --pids-limit= --pids-limit=99999999999999999999 \
        --stop-timeout=x --stop-timeout= --stop-signal=NONE --stop-signal=0 --stop-signal=99 --stop-signal= \
        --ulimit=nofile --ulimit=x=1 --ulimit=nofile=x --ulimit=nofile=5:1 --ulimit= --ulimit=nofile=-2; do
        refuse 125 "${flag%%=*}" run "$flag" busybox true
    done
}

# Names that are none.
test_bad_names() {
    for name in '' . .. a/b ../x 'a b' -x A a_b "$(printf 'a\nb')" "$(printf %064d 0)" a. é; do
        refuse 125 name run "--name=$name" busybox true
    done
    for name in '' 'a b' a/b "$(printf %064d 0)x" -a; do
        refuse 125 host run "--hostname=$name" busybox true
    done
}

# Volumes and mounts that cannot be.
test_bad_mounts() {
    refuse 125 "$T/missing" run -v "$T/missing:/x" busybox true
    assertFalse "the missing source was made" "[ -e '$T/missing' ]"
    touch "$T/present"
    for volume in '' : :/x "$T:" "$T:relative" "$T:/x:nonsense" "$T:/x:ro:rw:z" relative:/x "$T:/" "$T:/x/../.."; do
        refuse 125 '' run "--volume=$volume" busybox true
    done
    refuse 125 '' run -v "$T:/etc/passwd" busybox true
    refuse 125 '' run -v "$T/present:/etc" busybox true
    for mount in '' x type=nonsense,target=/x type=bind,target=/x "type=bind,source=$T" "type=bind,source=$T,target=x" type=tmpfs \
        "type=bind,source=$T,target=/x,nonsense" type=tmpfs,target=/x,tmpfs-size=x "type=bind,source=$T/missing,target=/x"; do
        refuse 125 '' run "--mount=$mount" busybox true
    done
    for tmpfs in '' relative /x:size=x /x:nonsense /; do
        refuse 125 '' run "--tmpfs=$tmpfs" busybox true
    done
}

# Users that cannot be.
test_bad_users() {
    refuse 125 no-such-user run -u no-such-user busybox true
    refuse 125 no-such-group run -u 0:no-such-group busybox true
    for user in -1 4294967296 4294967295 : 0: 1x ' 0' +0 '0 0' root:root:root; do
        refuse 125 '' run "--user=$user" busybox true
    done
}

# The environment, the working directory, sysctls: what is no such thing.
test_bad_values() {
    refuse 125 "$T/no-env" run --env-file "$T/no-env" busybox true
    refuse 125 '' run --env-file "$T" busybox true
    refuse 125 '' run -e =x busybox true
    refuse 125 '' run -e '' busybox true
    refuse 125 '' run -w relative busybox true
    refuse 125 '' run -w '' busybox true
    refuse 125 '' run -w /etc/passwd busybox true
    refuse 125 '' run --network nonsense busybox true
    for sysctl in kernel.core_pattern=x vm.drop_caches=3 net..x=1 net=1 nonsense net.ipv4.no_such=1 net.ipv4.ip_forward=nonsense \
        net/../kernel/core_pattern=x kernel.shm_../../x=1 ''; do
        refuse 125 '' run "--sysctl=$sysctl" busybox true
    done
    refuse 125 '' run --network host --sysctl net.ipv4.ip_forward=1 busybox true
    refuse 125 forward-to run --forward-to nobody busybox true
    refuse 125 time-offset run --time-offset x busybox true
    refuse 125 storage-opt run --storage-opt size=0 busybox true
    refuse 125 storage-opt run --storage-opt nonsense=1 busybox true
}

# A root of one's own that is none.
test_bad_rootfs() {
    refuse 125 "$T/missing" run --rootfs "$T/missing" true
    touch "$T/file"
    refuse 125 "$T/file" run --rootfs "$T/file" true
    mkdir "$T/empty"
    refuse 127 true run --rootfs "$T/empty" true
    assertEquals "" "$(ls -A "$T/empty")"
    refuse 125 '' run --rootfs "" true
    if ! is_root; then
        mkdir -m 0 "$T/unreadable"
        refuse 125 "$T/unreadable" run --rootfs "$T/unreadable" true
    fi
}

# What crib has not got is refused and not dropped.
test_not_supported() {
    refuse 125 '' run -p 80:80 busybox true
    refuse 125 '' run --network bridge busybox true
    refuse 125 '' run --restart always busybox true
    refuse 125 '' run -d --rm --restart always busybox true
    refuse 125 '' run -d -i busybox cat
    refuse 125 '' run -d --restart sometimes busybox true
    refuse 125 '' run -d --restart always:3 busybox true
    refuse 125 '' run -d --restart on-failure:0 busybox true
}

# A state directory that cannot be written.
test_state_not_writable() {
    CRIB_ROOT=$T/present-file
    touch "$CRIB_ROOT"
    refuse 125 present-file run busybox true
    CRIB_ROOT=/proc/state
    refuse 125 /proc/state run busybox true
    if ! is_root; then
        mkdir -m 555 "$T/readonly"
        CRIB_ROOT=$T/readonly/state
        refuse 125 readonly run busybox true
        CRIB_ROOT=$T/readonly
        refuse 125 readonly run busybox true
    fi
    CRIB_ROOT=$T/state
}

# in_private_mounts SCRIPT ARGUMENT...: crib with these arguments, after the script changed mounts that only it sees
in_private_mounts() {
    did="after $1, crib"
    printf '%s\nexec "$@"\n' "$1" >"$T/script"
    shift
    unshare -m sh "$T/script" "$HELPERS/bound" -t "$LIMIT" "$CRIB" "$@" >"$T/out" 2>"$T/err"
    status=$?
    take_result
}

# A state directory on a read-only file system, and on one that is full.
test_state_disk() {
    is_root || { skip "not root: cannot mount"; return; }
    mkdir "$T/disk"
    export DISK="$T/disk"
    saved=$CRIB_ROOT
    CRIB_ROOT=$T/disk/state
    in_private_mounts 'mount -t tmpfs -o size=256k disk "$DISK"' run busybox true
    expect_refusal 125 "No space left"
    in_private_mounts 'mount -t tmpfs -o size=256k disk "$DISK"; mount -o remount,ro "$DISK"' run busybox true
    expect_refusal 125 "Read-only file system"
    in_private_mounts 'mount -t tmpfs -o nr_inodes=40 disk "$DISK"' run busybox true
    expect_refusal 125 "No space left"
    CRIB_ROOT=$saved
}

# What was begun on a full disk is not left there.
test_full_disk_is_clean() {
    is_root || { skip "not root: cannot mount"; return; }
    mkdir -p "$T/disk"
    export DISK="$T/disk"
    saved=$CRIB_ROOT
    CRIB_ROOT=$T/disk/state
    printf 'mount -t tmpfs -o size=256k disk "$DISK"; "$@"; find "$DISK" -type f -size +0' >"$T/script"
    left=$(unshare -m sh "$T/script" "$HELPERS/bound" -t "$LIMIT" "$CRIB" run busybox true 2>/dev/null)
    CRIB_ROOT=$saved
    assertEquals "left on the disk" "" "$left"
}

# A host whose /proc is not mounted.
test_no_proc() {
    is_root || { skip "not root: cannot mount"; return; }
    [ -z "${CRIB_TEST_SANITIZED:-}" ] || { skip "sanitizers need /proc"; return; }
    in_private_mounts 'mount -t tmpfs none /proc' run busybox true
    expect_refusal 125 /proc
}

# A host that forbids user namespaces.
test_no_user_namespaces() {
    cat >"$T/forbid" <<'END'
echo 0 >/proc/sys/user/max_user_namespaces || exit 70
exec "$@"
END
    unshare -U -r sh "$T/forbid" "$HELPERS/bound" -t "$LIMIT" "$CRIB" run busybox true >"$T/out" 2>"$T/err"
    status=$?
    did="crib where user namespaces are forbidden"
    take_result
    # there are no ids to choose from either, which is said in a line of its own
    err=$(echo "$err" | sed '/^crib: no ids of its own/d')
    [ "$status" != 70 ] || { skip "cannot forbid user namespaces here"; return; }
    expect_refusal 125 namespace
}

# Output formats that do not exist.
test_bad_output() {
    refuse 125 '' version -o nonsense
    refuse 125 '' doctor -o nonsense
    refuse 125 '' plan -o nonsense busybox true
    refuse 125 '' version too many words
}

# All of this left nothing behind.
# Too few descriptors are told before anything is made, with the number that does.
test_few_descriptors() {
    # shellcheck disable=SC3045 # dash and ash have it
    (ulimit -n 20; crib run busybox true) >"$T/out" 2>"$T/err"
    status=$? did="crib with 20 descriptors"
    take_result
    expect_refusal 125 "ulimit -n"
}

# A directory as a standard stream would lead out of the root (CVE-2024-21626).
test_directory_as_stream() {
    for stream in 0 1 2; do
        # shellcheck disable=SC2094
        case $stream in
        0) crib run -i busybox ls -l /proc/self/fd/0/ </ >"$T/out" 2>"$T/err" ;;
        1) crib run busybox true 1</ 2>"$T/err" ;;
        2) crib run busybox true 2</ ;;
        esac
        assertEquals "exit status with a directory as descriptor $stream" 125 $?
    done
    assertContains "standard error" "$(cat "$T/err")" "is a directory"
}

test_zz_traces() { assert_no_traces; }

run_tests
