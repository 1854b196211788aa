#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Labels of security modules: the sandbox has the one that was asked for, or there is no sandbox.
# shellcheck disable=SC2016,SC2154 source=tests/lib.sh
. "$TESTS/lib.sh"

# Guests load the profiles by themselves; on a host nobody's policy is touched.
oneTimeSetUp() {
    probe_limits
    # read as a process that nobody labelled reads it
    apparmor=$(cat /proc/self/attr/apparmor/current 2>/dev/null)
    profiles=
    [ -n "${CRIB_GUEST:-}" ] && is_root && [ -n "$apparmor" ] && [ -s "$TESTS/apparmor/compiled" ] || return 0
    mount -t securityfs securityfs /sys/kernel/security 2>/dev/null
    if cat "$TESTS/apparmor/compiled" >/sys/kernel/security/apparmor/.replace; then profiles=yes; fi
    umount /sys/kernel/security
}

# want_profiles: whether they are loaded, and a skip where they are not
want_profiles() {
    if [ -z "$apparmor" ]; then
        skip "AppArmor is not on here"
    elif [ -z "${CRIB_GUEST:-}" ] || ! is_root; then
        skip "profiles are loaded only in a guest, by its root"
    elif [ -z "$profiles" ]; then
        skip "no compiled profiles: apparmor_parser was not there to make them, or the kernel does not take them"
    fi
    [ -n "$profiles" ]
}

# The command, init and what they start are in the profile, whatever kind of sandbox it is.
test_profile() {
    want_profiles || return 0
    for flags in '' --no-init '-u 1000' --allow-new-privs '--userns host' '--security-opt seccomp=unconfined' --read-only; do
        # shellcheck disable=SC2086 # words
        run --security-opt apparmor=crib-test $flags busybox sh -c 'cat /proc/self/attr/apparmor/current /proc/1/attr/apparmor/current; sh -c "cat /proc/self/attr/current"'
        assertEquals "$did: $err" "crib-test (enforce)
crib-test (enforce)
crib-test (enforce)" "$out"
    done
}

# What the profile refuses is refused, and only with the profile.
test_denials() {
    want_profiles || return 0
    mkdir -p "$T/files/closed"
    try='echo x >/tmp/closed/file && echo written; cat /etc/secret'
    make_root "$T/root"
    echo told >"$T/root/etc/secret"
    mkdir -p "$T/root/tmp/closed"
    run --rootfs "$T/root" sh -c "$try"
    assertEquals "without: $err" "written
told" "$out"
    run --security-opt apparmor=crib-test --rootfs "$T/root" sh -c "$try"
    assertEquals "with: $err" "" "$out"
    assertEquals "two refusals: $err" 2 "$(echo "$err" | grep -c 'Permission denied')"
}

# A profile that is not loaded is no reason to run without one.
test_unknown_profile() {
    want_profiles || return 0
    refuse 125 "AppArmor profile crib-nowhere: no such profile is loaded on this host" run --security-opt apparmor=crib-nowhere busybox echo ran
    refuse 125 "crib-nowhere: no such profile" run --no-init --security-opt apparmor=crib-nowhere busybox echo ran
}

# A sandbox whose profile lets nobody send it signals still ends.
test_profile_without_signals() {
    want_profiles || return 0
    start -- --stop-timeout 1 --security-opt apparmor=crib-mute busybox sh -c 'trap "" TERM; echo here; while :; do sleep 1; done'
    wait_for here
    kill -TERM "$pid"
    finish_job
    assertNotEquals "$err" 0 "$status"
    run --security-opt apparmor=crib-mute busybox echo fine
    expect 0 fine
}

# An image or a root cannot pretend to be procfs: what it has at /proc is not asked.
test_hostile_proc() {
    want_profiles || return 0
    make_root "$T/hostile"
    rmdir "$T/hostile/proc"
    mkdir -p "$T/hostile/real/thread-self/attr/apparmor"
    echo crib-test >"$T/hostile/real/thread-self/attr/apparmor/exec"
    ln -s real "$T/hostile/proc"
    run --security-opt apparmor=crib-test --rootfs "$T/hostile" sh -c 'cat /proc/self/attr/apparmor/current'
    [ "$status" != 0 ] || assertEquals "crib-test (enforce)" "$out"
    assertNotContains "$out" unconfined
}

# unconfined asks for nothing, and so can be had anywhere.
test_unconfined() {
    run --security-opt apparmor=unconfined --security-opt label=disable busybox echo fine
    expect 0 fine
}

# Without the module there is no sandbox, and a sentence.
test_absent_module() {
    if [ -z "$apparmor" ]; then
        refuse 125 "AppArmor profile docker-default cannot be had: AppArmor is not enabled" run --security-opt apparmor=docker-default busybox echo ran
    fi
    if [ ! -e /sys/fs/selinux/enforce ]; then
        refuse 125 "SELinux is not enabled" run --security-opt label=type:container_t busybox echo ran
    fi
}

# The doctor tells which modules there are.
test_doctor() {
    call doctor
    if [ -n "$apparmor" ]; then
        assertContains "$out" "AppArmor"
    else
        assertContains "$out" "neither AppArmor nor SELinux"
    fi
}

run_tests
