#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The guest itself: is it the machine that its line of the matrix asks for? Run in every guest before what is tested there is
# believed. Takes: CRIB_GUEST_KERNEL, CRIB_GUEST_LAYOUT, CRIB_GUEST_USER, SHUNIT2.
# shellcheck disable=SC2317 # shunit2 calls the functions

type_of() { awk -v dir="$1" '$2 == dir { print $3; exit }' /proc/mounts; }
mine() { sed -n "s,^$1:$2:,,p" /proc/self/cgroup; }

# the kernel is the one that was asked for
testKernel() {
    case $(uname -r) in
    "$CRIB_GUEST_KERNEL"[.-]*) ;;
    *) fail "kernel $(uname -r) is not $CRIB_GUEST_KERNEL" ;;
    esac
}

# the user is an ordinary one with a home and a runtime folder of its own, or root
testUser() {
    case $CRIB_GUEST_USER in
    root) assertEquals 0 "$(id -u)" ;;
    *)
        assertEquals 1000 "$(id -u)"
        assertEquals 1000 "$(id -G)"
        assertEquals "0000000000000000" "$(sed -n 's/^CapEff:\t//p' /proc/self/status)"
        assertEquals /home/tester "$HOME"
        assertEquals "drwx------ 1000" "$(stat -c '%A %u' "$XDG_RUNTIME_DIR")"
        ;;
    esac
}

# the hierarchies are mounted as the layout says
testLayout() {
    unified=$(type_of /sys/fs/cgroup/unified)
    case $CRIB_GUEST_LAYOUT in
    v2) assertEquals cgroup2 "$(type_of /sys/fs/cgroup)" ;;
    v1)
        assertEquals tmpfs "$(type_of /sys/fs/cgroup)"
        assertEquals cgroup "$(type_of /sys/fs/cgroup/pids)"
        assertEquals "" "$unified"
        ;;
    hybrid)
        assertEquals cgroup "$(type_of /sys/fs/cgroup/pids)"
        assertEquals cgroup2 "$unified"
        ;;
    mixed)
        assertEquals cgroup "$(type_of "/sys/fs/cgroup/cpu,cpuacct")"
        assertEquals cgroup2 "$unified"
        assertContains " $(cat /sys/fs/cgroup/unified/cgroup.controllers) " " memory pids "
        ;;
    none) assertEquals "" "$(type_of /sys/fs/cgroup)" ;;
    esac
}

# the shell is in the scope that systemd would have put it in, and may make cgroups beside it exactly when that is delegated
testScope() {
    case $CRIB_GUEST_LAYOUT in
    v2) dir=/sys/fs/cgroup$(mine 0 '') ;;
    hybrid | mixed) dir=/sys/fs/cgroup/unified$(mine 0 '') ;;
    *)
        echo "skipped: no unified hierarchy in the layout $CRIB_GUEST_LAYOUT"
        startSkipping
        assertTrue :
        return
        ;;
    esac
    case $CRIB_GUEST_USER in
    user) assertEquals run.scope "${dir##*/}" ;;
    *) assertEquals session-1.scope "${dir##*/}" ;;
    esac
    mkdir "${dir%/*}/trial.scope" 2>/dev/null
    made=$?
    case $CRIB_GUEST_USER in
    login) assertNotEquals "an undelegated cgroup can be made" 0 "$made" ;;
    *)
        assertEquals "a cgroup cannot be made" 0 "$made"
        [ "$CRIB_GUEST_LAYOUT" = hybrid ] || assertContains "$(cat "${dir%/*}/trial.scope/cgroup.controllers")" memory
        rmdir "${dir%/*}/trial.scope"
        ;;
    esac
}

# shunit2 ends the shell that reads it, so the count comes by a file
oneTimeTearDown() {
    # shellcheck disable=SC2154 # shunit2's
    echo "guest: $__shunit_testsPassed passed, $__shunit_testsFailed failed, $__shunit_assertsSkipped skipped" >"$count"
}
count=$(mktemp)
# shellcheck source=/dev/null
(. "$SHUNIT2")
status=$?
cat "$count"
rm "$count"
exit $status
