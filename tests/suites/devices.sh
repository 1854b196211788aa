#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Devices: only the harmless ones are there, a node that was smuggled in is refused twice, and those that were asked for are had.
# guest-modules: fuse loop
# shellcheck disable=SC2016,SC2154 source=tests/lib.sh
. "$TESTS/lib.sh"

# Some device that this host has and no sandbox should: "TYPE MAJOR MINOR" in $odd; opening it for reading does nothing.
oneTimeSetUp() {
    probe_limits
    odd=
    is_root || return 0
    mount_nodes
    for probe_device in 'c 10 229' 'b 7 0' 'c 10 235' 'c 10 237' 'c 10 183' 'c 1 11'; do
        # shellcheck disable=SC2086 # three words
        mknod "$T/nodes/probe" $probe_device 2>/dev/null || continue
        if (: <"$T/nodes/probe") 2>/dev/null; then
            odd=$probe_device
            break
        fi
        rm -f "$T/nodes/probe"
    done
    umount "$T/nodes"
}

# mount_nodes: $T/nodes, where device nodes work, whatever the mounts around it are; for one test
mount_nodes() {
    mkdir -p "$T/nodes"
    mount -t tmpfs -o mode=755 nodes "$T/nodes"
}

tearDown() { ! mountpoint -q "$T/nodes" 2>/dev/null || umount "$T/nodes"; }

# want_odd: whether there is such a device, and a skip where there is none
want_odd() {
    if ! is_root; then
        skip "an ordinary user makes no device nodes"
    elif [ -z "$odd" ]; then
        skip "no device to try with can be opened here"
    fi
    [ -n "$odd" ] && mount_nodes
}

# make_odd FILE
make_odd() {
    # shellcheck disable=SC2086 # three words
    mknod -m 666 "$1" $odd
}

# odd_rule ACCESS: as a rule of the devices cgroup
odd_rule() { echo "$odd" | sed "s/ \([0-9]*\)\$/:\1 $1/"; }

# fenced: whether devices are confined by a cgroup here, as the plan sees it
fenced() { crib plan busybox 2>/dev/null | grep -q '^outside   devices '; }

# /dev holds these entries and no others, and each does what it is there for.
test_minimal() {
    run busybox sh -c 'ls -A /dev | tr "\n" " "; echo x >/dev/null && head -c 3 /dev/zero | wc -c
        head -c 3 /dev/urandom | wc -c; head -c 3 /dev/random | wc -c; echo x >/dev/full; : </dev/tty' 2>/dev/null
    assertEquals "fd full mqueue null ptmx pts random shm stderr stdin stdout tty urandom zero 3
3
3" "$out"
    assertContains "/dev/full" "$err" "No space left"
    assertContains "there is no terminal: $err" "$err" "/dev/tty: No such device or address"
}

# A terminal works inside the fence.
test_terminal() {
    out=$("$HELPERS/pty" -t "$LIMIT" "expect hello" "$CRIB" run -t busybox sh -c 'tty; echo hello >/dev/tty; echo again >/dev/console' 2>/dev/null |
        sed "$WARNING")
    assertEquals "/dev/pts/0
hello
again" "$out"
}

# Files of the image can be removed: that makes nodes of overlay's own, which the fence lets through.
test_whiteout() {
    run busybox sh -c 'rm /etc/passwd && rm -r /etc/network 2>/dev/null; ls /etc/passwd 2>&1; echo x >/etc/passwd && cat /etc/passwd'
    assertEquals "ls: /etc/passwd: No such file or directory
x" "$out"
}

# Nobody inside makes a node, not even of a device that is there.
test_mknod() {
    run busybox sh -c 'mknod /dev/x c 1 3; mknod /tmp/x c 1 3; mknod /tmp/y b 7 0; ls /dev/x /tmp/x /tmp/y'
    assertEquals "nothing was made: $err" "" "$out"
    assertEquals "three refusals: $err" 3 "$(echo "$err" | grep -c -e 'mknod: .*Operation not permitted' -e 'mknod: .*Permission denied')"
}

# A node that host's root left in a volume or in the root is no device inside: nodev. The same node in a mount without nodev, by a
# sandbox that was opened to CAP_SYS_ADMIN, is refused by the fence; and with its rule it opens, so that this test can fail.
test_smuggled() {
    want_odd || return 0
    make_root "$T/nodes/root"
    make_odd "$T/nodes/root/node"
    make_odd "$T/nodes/node"
    run -v "$T/nodes:/v" busybox sh -c ': </v/node'
    assertContains "in a volume" "$err" "Permission denied"
    run --rootfs "$T/nodes/root" sh -c '(: </node) && echo opened'
    assertEquals "in the root: $err" "" "$out"
    # a root that has to be copied has no devices in the copy
    case $err in *"Permission denied"* | *"o such file"*) ;; *) fail "in the root: $err" ;; esac
    open='mount -o remount,bind,dev /v && (: </v/node) && echo opened'
    if fenced; then
        run -v "$T/nodes:/v" --userns host --cap-add SYS_ADMIN --landlock off --security-opt seccomp=unconfined busybox sh -c "$open"
        assertEquals "opened: $err" "" "$out"
        assertContains "in an opened sandbox" "$err" "Operation not permitted"
        run -v "$T/nodes:/v" --userns host --cap-add SYS_ADMIN --landlock off --security-opt seccomp=unconfined \
            --device-cgroup-rule "$(odd_rule r)" busybox sh -c "$open"
        assertEquals "with the rule: $err" "opened" "$out"
    else
        skip "the fence: this host has no cgroup to make it with"
    fi
}

# With CAP_MKNOD in the host's user namespace, by name, the fence is what keeps from making nodes; a rule opens it.
test_mknod_capability() {
    want_odd || return 0
    fenced || { skip "this host has no cgroup to fence devices with"; return 0; }
    run --userns host --cap-add MKNOD --landlock off --security-opt seccomp=unconfined busybox sh -c "mknod /tmp/x $odd"
    assertContains "$did" "$err" "Operation not permitted"
    run --userns host --cap-add MKNOD --landlock off --security-opt seccomp=unconfined --device-cgroup-rule "$(odd_rule m)" busybox sh -c "mknod /tmp/x $odd"
    expect 0 ""
}

# --device gives a device of the host at its own or another path, with the directories on the way, to root inside; the host's own
# node stays as it is.
test_device() {
    want_odd || return 0
    make_odd "$T/nodes/node"
    chmod 600 "$T/nodes/node"
    ln -s node "$T/nodes/link"
    before=$(stat -c '%a %u:%g %t %T' "$T/nodes/node")
    run --device "$T/nodes/link:/dev/some/where/odd" busybox sh -c ': </dev/some/where/odd && stat -c "%a %u:%g %t %T" /dev/some/where/odd &&
        chmod 640 /dev/some/where/odd; ls -A /dev/some'
    expect 0 "$before
where"
    assertEquals "$before" "$(stat -c '%a %u:%g %t %T' "$T/nodes/node")"
    run --device "$T/nodes/node:/srv/odd" busybox sh -c ': </srv/odd && echo opened'
    # bound from the host, it has the host's permissions, which may say that root inside is nobody
    [ "$out" = opened ] || assertContains "$did" "$err" "Permission denied"
}

# The device that was allowed for reading alone is not written to.
test_device_access() {
    want_odd || return 0
    fenced || { skip "this host has no cgroup to fence devices with"; return 0; }
    make_odd "$T/nodes/node"
    run --device "$T/nodes/node:/dev/odd:r" busybox sh -c '(: </dev/odd) && echo read; (: >>/dev/odd) && echo written'
    assertEquals "$err" "read" "$out"
    assertContains "$did" "$err" "Operation not permitted"
}

# A directory gives all devices below it.
test_device_directory() {
    want_odd || return 0
    mkdir -p "$T/nodes/odds/below"
    make_odd "$T/nodes/odds/one"
    make_odd "$T/nodes/odds/below/two"
    ln -s /etc "$T/nodes/odds/link"
    run --device "$T/nodes/odds:/dev/odds" busybox sh -c 'cd /dev/odds && find . | sort | tr "\n" " "; : <one && : <below/two && echo opened'
    expect 0 ". ./below ./below/two ./one opened"
}

# Devices of one's own: an ordinary user gives what the user may open; here another name for /dev/zero.
test_device_of_the_user() {
    run --device /dev/zero:/dev/more/nil busybox sh -c 'head -c 3 /dev/more/nil | wc -c; ls -A /dev/more'
    expect 0 "3
nil"
    run --device /dev/null busybox sh -c 'echo x >/dev/null && echo fine'
    expect 0 "fine"
}

# What cannot be given is refused before anything is made, in a sentence.
test_refusals() {
    remember_traces
    refuse 125 "/dev/none-such: No such file" run --device /dev/none-such busybox true
    refuse 125 "is no device node" run --device /etc/passwd busybox true
    refuse 125 "a /dev/null of its own" run --device /dev/zero:/dev/null busybox true
    refuse 125 "no device can be at /proc/x" run --device /dev/zero:/proc/x busybox true
    refuse 125 'must not contain ".."' run -v /etc:/a/../b busybox true
    refuse 125 'without ".", ".."' run --device /dev/zero:/dev/../etc/x busybox true
    refuse 125 "not of the form" run --device-cgroup-rule 'c 1:3' busybox true
    mkdir "$T/empty"
    refuse 125 "no device node in this directory" run --device "$T/empty" busybox true
    rmdir "$T/empty"
    assert_no_traces
}

# Less than the permissions allow cannot be promised where nothing enforces it.
test_unenforceable() {
    fenced && return 0
    refuse 125 "cannot be enforced" run --device /dev/zero:/dev/nil:r busybox true
    run --device-cgroup-rule 'c 10:200 rwm' busybox true
    assertEquals "$err" 0 "$status"
    assertContains "a rule that nothing enforces is told" "$err" "device rules are not enforced"
}

# A root that is hostile gets no device made outside of it.
test_hostile_root() {
    make_root "$T/hostile"
    mkdir -p "$T/canary"
    ln -s "$T/canary" "$T/hostile/srv"
    rmdir "$T/hostile/dev"
    ln -s "$T/canary" "$T/hostile/dev"
    run --rootfs "$T/hostile" --device /dev/zero:/srv/deep/nil --device /dev/zero:/dev/deep/nil true
    assertEquals "nothing appears on the host" "" "$(ls -A "$T/canary")"
}

# --privileged has no fence, as its help says.
test_privileged() {
    assertNotContains "$(crib plan --privileged busybox 2>/dev/null)" "outside   devices"
}

# The version 1 cgroup holds exactly the list, from before the command runs.
test_list() {
    { fenced && [ -d /sys/fs/cgroup/devices ] && crib plan busybox | grep -q 'cgroup v1 .*/devices/'; } ||
        { skip "no devices controller of version 1 here"; return 0; }
    start -- --name fence busybox sh -c 'echo here; sleep 5; :'
    wait_for here
    assertEquals "c 136:* rw c 1:3 rw c 1:5 rw c 1:7 rw c 1:8 rw c 1:9 rw c 5:0 rw c 5:2 rw " \
        "$(sort /sys/fs/cgroup/devices/crib-fence-*/devices.list | tr '\n' ' ')"
    assertEquals "init and the command are in it" 3 "$(sort -u /sys/fs/cgroup/devices/crib-fence-*/cgroup.procs | wc -l | tr -d ' ')"
    kill -TERM "$pid"
    finish_job
}

run_tests
