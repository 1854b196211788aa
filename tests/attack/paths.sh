#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Words, volumes and files that want to lead out of a sandbox: working directories by descriptors, targets by links and `..`,
# a false /proc, users, environments and settings of many spellings. And honest links, which have to work.
# shellcheck disable=SC2016,SC2154 source=tests/lib.sh
. "$TESTS/lib.sh"

oneTimeSetUp() {
    probe_limits
    make_root "$T/good"
    mkdir -p "$T/canary/sys/kernel" "$T/canary/self/ns" "$T/mounted"
    for canary in canary sys/kernel/core_pattern self/uid_map self/setgroups kcore keys passwd hosts; do
        echo "untouched $canary" >"$T/canary/$canary"
    done
    echo mounted >"$T/mounted/file"
    listing "$T/canary" >"$T/canary.before"
    off=
    ! crib help run | grep -q -- '--verify ' || off='--verify off'
}

setUp() { cut -d' ' -f4- /proc/self/mountinfo >"$T/mounts.before"; }

# assert_untouched WORDS
assert_untouched() {
    listing "$T/canary" >"$T/canary.after"
    assertEquals "$1: the canary was touched" "" "$(diff "$T/canary.before" "$T/canary.after")"
    cut -d' ' -f4- /proc/self/mountinfo >"$T/mounts.after"
    assertEquals "$1: mounts of the host" "" "$(diff "$T/mounts.before" "$T/mounts.after")"
}

# CVE-2024-21626: a working directory by a descriptor that may have leaked, of the process itself, of PID 1, of the thread, and back up
# from it. Refused, or a directory of the sandbox's.
test_working_directory() {
    exec 7<"$T/canary" 9</
    numbers="3 4 5 6 7 8 9 10 11 12 13 20 63 255 1023"
    [ "$SCALE" = 1 ] || numbers="3 7 8 9"
    for n in $numbers; do
        for path in "/proc/self/fd/$n" "/proc/1/fd/$n" "/proc/thread-self/fd/$n/../.." "/proc/self/fd/$n/$T/canary"; do
            run -w "$path" busybox sh -c 'cat canary ../canary sys/kernel/core_pattern 2>/dev/null; readlink /proc/self/cwd'
            case $status in
            0) assertEquals "$path: $out" "" "$(printf '%s' "$out" | grep -E "untouched|unreachable|$T")" ;;
            *) expect_refusal 125 "" ;;
            esac
        done
    done
    exec 7<&- 9<&-
    assert_untouched "working directories"
}

# With the directory at hand on purpose the same words lead there: the test can fail.
test_working_directory_opened() {
    assertContains "$(cd "$T/good" && sh -c 'exec 7<"$1"; cd /proc/self/fd/7 && cat canary' sh "$T/canary")" untouched
}

# Targets of volumes by links in the root, `..` and descriptors: below the root, or refused.
test_targets() {
    cp -a "$T/good" "$T/R"
    ln -s "$T/canary" "$T/R/abs"
    ln -s ../../../../../../../../.."$T/canary" "$T/R/up"
    ln -s /proc/self/root "$T/R/magic"
    ln -s /proc/1/cwd "$T/R/magic1"
    ln -s loop "$T/R/loop"
    mkdir -p "$T/R/inner/deep"
    ln -s deep/../../../../.. "$T/R/inner/out"
    for target in /abs /abs/new /up /up/new/er /magic /magic/etc /magic1/x /loop /loop/x /inner/out /inner/out"$T"/canary /proc/self/fd/3 /proc/self/root/etc \
        /proc/self/cwd/x /dev/fd/3 /dev/stdin /a/../../../..//b /./etc/../etc/x; do
        for how in "-v $T/mounted:$target" "-v $T/mounted/file:$target/file" "--tmpfs $target" "-w $target"; do
            # shellcheck disable=SC2086 # words
            run $off $how --rootfs "$T/R" sh -c 'cat /canary /abs/canary /up/canary 2>/dev/null; true'
            case $status in
            0) assertEquals "$how" "" "$out" ;;
            *) expect_refusal 125 "" ;;
            esac
        done
        [ "$SCALE" = 1 ] || [ "$target" != /loop ] || break
    done
    assert_untouched "targets"
}

# CVE-2019-16884, CVE-2019-19921, CVE-2023-27561: a volume that pretends to be /proc, /sys or /dev. Nothing is written to it, and what it
# pretends is not believed: the fences that are set by /proc stand.
test_false_proc() {
    for place in /proc /proc/sys /proc/self /sys /dev /etc; do
        run -v "$T/canary:$place" --sysctl kernel.shm_rmid_forced=1 busybox sh -c 'unshare -U true 2>/dev/null && echo nested; true'
        case $status in
        0) assertEquals "$place" "" "$out" ;;
        *) assertEquals "$place: $err" 1 "$(printf '%s\n' "$err" | grep -cv nobody)" ;;
        esac
        assert_untouched "a volume on $place"
    done
}

# Links that an honest root has: absolute, relative, through each other, through a link to a folder, to nowhere until it is made.
test_honest_links() {
    cp -a "$T/good" "$T/H"
    mkdir -p "$T/H/run" "$T/H/var" "$T/H/usr/sbin" "$T/H/data/real"
    ln -s /run "$T/H/var/run"
    ln -s ../run/lock "$T/H/var/lock"
    ln -s usr/sbin "$T/H/sbin"
    ln -s /data/two "$T/H/data/one"
    ln -s real "$T/H/data/two"
    mv "$T/H/bin" "$T/H/usr/bin2"
    ln -s usr/bin2 "$T/H/bin"
    mkdir "$T/H/run/lock"
    # shellcheck disable=SC2086
    run $off --rootfs "$T/H" -v "$T/mounted:/var/run/v" -v "$T/mounted:/data/one/v" -v "$T/mounted:/sbin/v" -v "$T/mounted:/var/lock/v" -w /data/one/work \
        sh -c 'cat /run/v/file /data/real/v/file /usr/sbin/v/file /run/lock/v/file; pwd -P'
    assertEquals "$err" 0 "$status"
    assertEquals "mounted
mounted
mounted
mounted
/data/real/work" "$out"
}

# A user is a number or a name, and every spelling is the one or an error: never root by accident (CVE-2016-3697, CVE-2026-30892).
test_users() {
    ! crib run -u 1:1 busybox true 2>/dev/null || several=yes
    [ -n "${several:-}" ] || { skip "the sandbox has one user here"; return; }
    while read -r user want; do
        [ "$user" != - ] || user=
        run "--user=$user" busybox sh -c 'echo $(id -u):$(id -g)'
        case $want in
        no) assertEquals "user \"$user\": $out" 125 "$status" ;;
        *) assertEquals "user \"$user\": $err" "$want" "$out" ;;
        esac
    done <<END
77 77:0
1 1:1
1:1 1:1
077 77:0
0:7 0:7
01 1:1
root 0:0
nobody 65534:65534
nobody:7 65534:7
nobody:nogroup no
: no
1: no
:1 no
+1 no
-1 no
1x no
0x1 no
1:x no
1.0 no
1e3 no
4294967295 no
4294967296 no
18446744073709551616 no
18446744073709551617 no
root:: no
END
}

# The environment is what was asked for, whatever the caller has (CVE-2026-57231: names with a star took all).
test_environment() {
    SECRET=hidden run -e 'SE*' -e NO_SUCH_NAME -e X=1 busybox env
    assertEquals "$err" 0 "$status"
    assertNotContains "$out" hidden
    assertEquals "HOME HOSTNAME PATH X " "$(printf '%s\n' "$out" | sed 's/=.*//' | grep -v '^SE' | sort | tr '\n' ' ')"
    printf 'A=1\nSE*\nSECRET2\n' >"$T/env"
    SECRET=hidden run --env-file "$T/env" busybox env
    assertNotContains "$out" hidden
}

# Settings have names of the sandbox's own, whatever they are spelt like (CVE-2022-0811), and values of one line.
test_sysctls() {
    pattern=$(cat /proc/sys/kernel/core_pattern)
    for sysctl in 'kernel.shm_rmid_forced+kernel.core_pattern=|/evil' 'kernel.shm_rmid_forced=1+kernel.core_pattern=|/evil' 'net.ipv4.conf.../kernel.core_pattern=x' \
        'net/../kernel/core_pattern=x' 'net.../../kernel.core_pattern=x' 'kernel.sem/../core_pattern=x' 'kernel.msg.../core_pattern=x' 'kernel.core_pattern=x' \
        'kernel/core_pattern=x' '/proc/sys/kernel/core_pattern=x' 'net. =1' "$(printf 'net.x\n=1')" 'kernel.shm*=1' 'kernel.modprobe=/evil' 'vm.overcommit_memory=1' \
        'user.max_user_namespaces=100' 'fs.protected_symlinks=0' 'kernel.ns_last_pid=5' 'kernel.hostname=x'; do
        run "--sysctl=$sysctl" busybox true
        assertEquals "$sysctl: $err" 125 "$status"
    done
    assertEquals "$pattern" "$(cat /proc/sys/kernel/core_pattern)"
}

# What follows the image is the command's, whatever it looks like (CVE-2024-32462).
test_command_words() {
    for word in --privileged -v --userns=host -- -x ''; do
        run busybox "$word"
        assertEquals "command \"$word\": $err" 127 "$status"
    done
    run busybox echo --privileged -v /:/host
    expect 0 "--privileged -v /:/host"
}

# crib that was made set-user-ID does nothing: its words would come from who has less rights.
test_set_user_id() {
    is_root || { skip "needs root to make a set-user-ID file of another's"; return; }
    [ -z "${CRIB_TEST_SANITIZED:-}" ] || { skip "the build with sanitizers reports by its environment"; return; }
    place=$T
    # /tmp may be nosuid, where the bit would do nothing
    if grep -E " $(df -P "$T" | awk 'NR == 2 { print $6 }') [^ ]*nosuid" /proc/self/mountinfo >/dev/null; then place=/var/tmp; fi
    dir=$(mktemp -d "$place/crib-suid.XXXXXX")
    chmod 755 "$dir" "$T"
    cp "$CRIB" "$dir/crib"
    chmod 4755 "$dir/crib"
    cp "$HELPERS/attacker" "$T/attacker"
    for words in "run busybox id" "--root $dir/state run busybox id" doctor "version" "gc"; do
        # shellcheck disable=SC2086 # words
        "$T/attacker" as 4711 4711 "$dir/crib" $words >"$T/out" 2>"$T/err"
        status=$?
        take_result
        did="set-user-ID crib $words"
        expect_refusal 125 "set-user-ID"
    done
    assertEquals "made" crib "$(ls -A "$dir")"
    chmod 755 "$dir/crib"
    assertTrue "without the bit it runs" "'$T/attacker' as 4711 4711 '$dir/crib' version"
    rm -rf "$dir"
}

# The 32-bit door (CVE-2026-31431 came by socketcall): closed to programs and to calls; a 32-bit program is told what it is.
test_32_bit() {
    [ "$(uname -m)" = x86_64 ] || { skip "x86 only"; return; }
    mkdir -p "$T/32"
    # exit(42): mov $1,%al; mov $42,%bl; int $0x80
    printf '\177ELF\1\1\1\0\0\0\0\0\0\0\0\0\2\0\3\0\1\0\0\0\124\200\4\10\64\0\0\0\0\0\0\0\0\0\0\0\64\0\40\0\1\0\0\0\0\0\0\0' >"$T/32/exit"
    printf '\1\0\0\0\0\0\0\0\0\200\4\10\0\200\4\10\144\0\0\0\144\0\0\0\5\0\0\0\0\20\0\0' >>"$T/32/exit"
    printf '\61\300\61\333\260\1\263\52\315\200\0\0\0\0\0\0' >>"$T/32/exit"
    chmod 755 "$T/32/exit"
    "$T/32/exit" 2>/dev/null
    [ $? = 42 ] || { skip "this kernel runs no 32-bit programs"; return; }
    run -v "$T/32:/p" busybox /p/exit
    assertNotEquals "a 32-bit program ran" 42 "$status"
    run --seccomp unconfined -v "$T/32:/p" busybox /p/exit
    assertEquals "opted in: $err" 42 "$status"
}

run_tests
