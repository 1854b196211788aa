#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# A root file system that means harm: its links lead out, its files are traps. The sandbox is refused or stays inside, in
# bounded time, and nothing outside is touched.
# shellcheck disable=SC2016 source=tests/lib.sh
. "$TESTS/lib.sh"

oneTimeSetUp() {
    probe_limits
    make_root "$T/good"
    mkdir -p "$T/canary/ptmx.d" "$T/canary/pts" "$T/canary/shm" "$T/canary/mqueue" "$T/canary/sys"
    for canary in null zero full random urandom tty ptmx fd stdin stdout stderr console hosts hostname resolv.conf passwd group canary; do
        echo "untouched $canary" >"$T/canary/$canary"
    done
    listing "$T/canary" >"$T/canary.before"
    mounts >"$T/mounts.before"
}

mounts() { cut -d' ' -f4- /proc/self/mountinfo; }

# most WORD...: all of these, or a part of them where the machine is slow
most() {
    if [ "$SCALE" = 1 ]; then echo "$@"; else echo "$1" "$2"; fi
}

# fresh: a good root at $R, to be spoilt
fresh() {
    R=$T/R
    chmod -R u+rwx "$R" 2>/dev/null
    rm -rf "$R"
    cp -a "$T/good" "$R"
}

# assert_safe LABEL FLAG...: with that root, crib is refused with a line or stays inside; the canaries and the root are as before
assert_safe() {
    label=$1
    shift
    touch "$T/stamp"
    sleep 0.02 # more than a file system's unit of time
    "$HELPERS/bound" -t 20 "$CRIB" run "$@" --verify off --rootfs "$R" sh -c 'echo inside; cat /canary /etc/canary /dev/canary /proc/canary /sys/canary /tmp/canary 2>/dev/null
        echo harm >/dev/shm/harm; echo harm >/tmp/harm; echo harm >/etc/harm; echo harm >/dev/null; touch /run/harm; true' >"$T/out" 2>"$T/err"
    status=$?
    take_result
    did="$label"
    case $status in
    0) assertEquals "$label: output" inside "$out" ;;
    125 | 126 | 127) expect_refusal $status "" ;;
    *) fail "$label: status $status: $err" ;;
    esac
    listing "$T/canary" >"$T/canary.after"
    assertEquals "$label: canaries" "" "$(diff "$T/canary.before" "$T/canary.after")"
    assertEquals "$label: written to in the root" "" "$(find "$R" -newer "$T/stamp" 2>/dev/null)"
    mounts >"$T/mounts.after"
    assertEquals "$label: mounts of the host" "" "$(diff "$T/mounts.before" "$T/mounts.after")"
}

# The root that the traps are put in is a good one.
test_good_root() {
    fresh
    run --verify off --rootfs "$R" sh -c 'echo inside; id -u; echo x >/new'
    expect 0 "inside
0"
    assertFalse "the root was written to" "[ -e '$R/new' ]"
    assert_safe "a good root"
    assertEquals 0 "$status"
}

# Each folder that crib mounts on or writes in is a link that leads to the canaries: absolute, relative, or in two steps.
test_linked_folders() {
    up=../../../../../../../../../../../..
    for dir in proc sys dev etc tmp run; do
        for how in $(most relative chained absolute dangling loop); do
            fresh
            rm -rf "${R:?}/$dir"
            case $how in
            absolute) ln -s "$T/canary" "$R/$dir" ;;
            relative) ln -s "$up$T/canary" "$R/$dir" ;;
            chained) ln -s "/link2" "$R/$dir" && ln -s "$up$T/canary" "$R/link2" ;;
            dangling) ln -s "$T/canary/new" "$R/$dir" ;;
            loop) ln -s "$dir" "$R/$dir" ;;
            esac
            assert_safe "/$dir is a link ($how)"
        done
    done
}

# So is each file and folder below them.
test_linked_below() {
    for path in dev/null dev/zero dev/full dev/random dev/urandom dev/tty dev/ptmx dev/fd dev/stdin dev/console dev/pts dev/shm dev/mqueue \
        etc/hosts etc/hostname etc/resolv.conf etc/passwd etc/group; do
        fresh
        rm -rf "${R:?}/$path"
        ln -s "$T/canary/${path##*/}" "$R/$path"
        assert_safe "/$path is a link"
        [ "$SCALE" = 1 ] || continue
        fresh
        rm -rf "${R:?}/$path"
        ln -s "$T/canary/new-${path##*/}" "$R/$path"
        assert_safe "/$path is a link to nowhere"
    done
}

# The same with a terminal, a read-only root and a user of the root's own files.
test_linked_with_flags() {
    for dir in proc sys dev etc; do
        fresh
        rm -rf "${R:?}/$dir"
        ln -s "$T/canary" "$R/$dir"
        assert_safe "/$dir is a link, with flags" --read-only -u root --tmpfs /tmp --tmpfs /run
        [ "$SCALE" != 1 ] || assert_safe "/$dir is a link, with --read-only" --read-only
    done
}

# The places of volumes, tmpfs and the working directory are links that lead out.
test_linked_targets() {
    echo volume >"$T/volume"
    mkdir -p "$T/volumes"
    for target in $(most out out/deep out/deep/er); do
        fresh
        ln -s "$T/canary" "$R/out"
        assert_safe "-v folder on /$target" -v "$T/volumes:/$target"
        assert_safe "-v file on /$target" -v "$T/volume:/$target/file"
        assert_safe "--tmpfs on /$target" --tmpfs "/$target"
        assert_safe "-w /$target" -w "/$target"
    done
    fresh
    ln -s "$T/canary/canary" "$R/out"
    assert_safe "-v file on a link to a file" -v "$T/volume:/out"
    fresh
    ln -s /proc/self/fd/3 "$R/out"
    assert_safe "-w on a link to a descriptor" -w /out
    for n in 3 4 5 6 7 8 9 10; do
        run --verify off --rootfs "$R" -w "/proc/self/fd/$n" sh -c 'cat canary ../canary 2>/dev/null; pwd'
        assertNotContains "working directory /proc/self/fd/$n" "$out" untouched
    done
}

# A link that stays inside is followed as ever.
test_good_links() {
    fresh
    mkdir -p "$R/real/tmp" "$R/var"
    rm -rf "${R:?}/tmp"
    ln -s /real/tmp "$R/tmp"
    ln -s ../run "$R/var/run"
    mkdir "$R/run"
    mkdir -p "$T/volumes"
    echo content >"$T/volumes/file"
    run --verify off --rootfs "$R" -v "$T/volumes:/tmp/v" -v "$T/volumes:/var/run/v" sh -c 'cat /real/tmp/v/file /run/v/file'
    expect 0 "content
content"
}

# What should be a folder is a file, a pipe or a socket.
test_wrong_kinds() {
    for dir in $(most proc dev sys etc tmp dev/pts dev/shm); do
        for kind in file fifo; do
            fresh
            rm -rf "${R:?}/$dir"
            mkdir -p "$(dirname "$R/$dir")"
            case $kind in
            file) echo x >"$R/$dir" ;;
            fifo) mkfifo "$R/$dir" ;;
            esac
            assert_safe "/$dir is a $kind"
        done
    done
}

# Folders that are missing or closed.
test_missing_folders() {
    for dir in proc sys dev etc tmp; do
        fresh
        rm -rf "${R:?}/$dir"
        assert_safe "/$dir is missing"
        fresh
        chmod 0 "$R/$dir"
        assert_safe "/$dir is closed"
        chmod 755 "$R/$dir"
    done
}

# The file that names are looked up in is a trap: the answer comes quickly, and is no.
test_passwd_traps() {
    for trap in fifo zero huge wide dir many; do
        fresh
        rm -f "$R/etc/passwd"
        case $trap in
        fifo) mkfifo "$R/etc/passwd" ;;
        zero) ln -s /dev/zero "$R/etc/passwd" ;;
        huge) truncate -s 5G "$R/etc/passwd" ;;
        wide) head -c 2000000 /dev/zero | tr '\0' x >"$R/etc/passwd" ;;
        dir) mkdir "$R/etc/passwd" ;;
        many) yes 'x:x:1:1::/:' | head -n 200000 >"$R/etc/passwd" ;;
        esac
        for user in nosuch nosuch:nosuch; do
            started=$(date +%s)
            run --verify off --rootfs "$R" -u $user sh -c 'echo in'
            expect_refusal 125 ''
            assertTrue "$trap took too long" "[ $(($(date +%s) - started)) -le $((LIMIT / 6)) ]"
        done
        # and for root, whose home may be looked up, it does no harm
        started=$(date +%s)
        run --verify off --rootfs "$R" sh -c 'echo in'
        assertTrue "$trap took too long for root" "[ $(($(date +%s) - started)) -le $((LIMIT / 6)) ]"
        case $status in 0) assertEquals in "$out" ;; *) expect_refusal 125 '' ;; esac
    done
}

# A number is a number, whatever the root's files call so.
test_numeric_names() {
    fresh
    printf 'root:x:0:0::/:/bin/sh\n1234:x:0:0::/:/bin/sh\nplus:x:+5:7::/:\nneg:x:-1:-1::/:\nbig:x:4294967296:1::/:\nnone:x:::/:\n' >"$R/etc/passwd"
    if is_root; then
        run --verify off --rootfs "$R" -u 1234 id -u
        assertEquals 1234 "$out"
    else
        run --verify off --rootfs "$R" -u 1234 id -u
        assertNotEquals "a user called 1234 was taken for root" "0" "$out"
    fi
    for user in plus neg big none; do
        run --verify off --rootfs "$R" -u $user id -u
        expect_refusal 125 "$user"
    done
}

# A program in the root that wants to be crib's own file gets nowhere.
test_self_exe() {
    fresh
    printf '#!/proc/self/exe\n' >"$R/bin/loop"
    chmod 755 "$R/bin/loop"
    ln -s /proc/self/exe "$R/bin/self"
    sum=$(cksum <"$CRIB")
    run --verify off --rootfs "$R" loop
    assertTrue "status $status" "[ $status -ge 125 ]"
    run --verify off --rootfs "$R" /bin/self
    assertTrue "status $status" "[ $status -ge 1 ]"
    run --verify off --rootfs "$R" sh -c 'for f in /proc/1/exe /proc/self/exe; do (echo x >$f) 2>/dev/null && echo wrote $f; done; true'
    assertEquals "" "$out"
    assertEquals "$sum" "$(cksum <"$CRIB")"
}

# Set-user-id programs and devices in the root give nothing.
test_setuid_in_root() {
    fresh
    mkdir "$R/suid"
    cp "$R/bin/busybox" "$R/suid/busybox"
    chmod 4755 "$R/suid/busybox"
    if is_root; then
        run -u 1000:1000 --verify off --rootfs "$R" /suid/busybox id -u
        expect 0 1000
        mknod "$R/bin/kmsg" c 1 11
        run --verify off --rootfs "$R" sh -c 'head -c 1 /bin/kmsg >/dev/null && echo read a device'
        assertEquals "" "$out"
    else
        run --verify off --rootfs "$R" sh -c 'grep NoNewPrivs /proc/self/status'
        expect 0 "NoNewPrivs:	1"
    fi
}

run_tests
