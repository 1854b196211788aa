#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Capabilities and no_new_privs, as the kernel tells them from inside: for root and others, changed by every flag.
# shellcheck disable=SC2016,SC2034,SC2154 source=tests/lib.sh
. "$TESTS/lib.sh"

BASE=00000000800405fb # chown dac_override fowner fsetid kill setgid setuid setpcap net_bind_service sys_chroot setfcap

# caps FLAG...: the five sets in the order inheritable, permitted, effective, bounding, ambient, short; $status, $err
caps() {
    did="crib run $* busybox grep Cap /proc/self/status"
    crib run "$@" busybox grep ^Cap /proc/self/status >"$T/out" 2>"$T/err"
    status=$?
    take_result
    out=$(printf '%s\n' "$out" | sed 's/.*:.0*//; s/^$/0/' | tr '\n' ' ')
}

# all_caps: the mask of all that this kernel has
all_caps() { printf '%x' $(((1 << ($(cat /proc/sys/kernel/cap_last_cap) + 1)) - 1)); }

# own_caps [WITHOUT]: the mask of what this shell has, less some bits
own_caps() { printf '%x' $((0x$(sed -n 's/^CapPrm:.//p' /proc/self/status) & ~${1:-0})); }

# can_be USER: whether another user than root can be had inside
can_be() { crib run -u "$1" busybox true >/dev/null 2>&1; }

# The default list is that of Pod Security's baseline less AUDIT_WRITE and MKNOD, exactly; nothing is inheritable or ambient.
test_default() {
    caps
    expect 0 "0 ${BASE#00000000} ${BASE#00000000} ${BASE#00000000} 0 "
}

# A name is dropped or added in any case, with CAP_ or without; many can be.
test_names() {
    caps --cap-drop cap_setfcap --cap-drop Chown --cap-add=sys_time,CAP_SYS_NICE
    expect 0 "0 28405fa 28405fa 28405fa 0 "
}

# The order of the flags does not count: docker's way.
test_order() {
    caps --cap-drop ALL --cap-add KILL
    expect 0 "0 20 20 20 0 "
    caps --cap-add KILL --cap-drop ALL
    expect 0 "0 20 20 20 0 "
    caps --cap-add KILL --cap-drop KILL
    expect 0 "0 800405fb 800405fb 800405fb 0 "
}

# Without any there is none, in no set, and root is nothing but a name.
test_none() {
    caps --cap-drop ALL
    expect 0 "0 0 0 0 0 "
    run --cap-drop ALL busybox sh -c 'echo x >/tmp/x && chown 1 /tmp/x 2>/dev/null && echo chowned; chroot / true 2>/dev/null && echo chroot; echo finished'
    expect 0 finished
}

# ALL is whatever this kernel knows, and not a bit more; what is dropped by name stays dropped.
test_all() {
    all=$(all_caps)
    caps --cap-add ALL
    expect 0 "0 $all $all $all 0 "
    less=$(printf '%x' $((0x$all & ~0x80)))
    caps --cap-drop setuid --cap-add all
    expect 0 "0 $less $less $less 0 "
}

# Another user has none of the default ones in effect, and what was added by name in all sets: ambient, over execve.
test_user() {
    can_be 1000 || { skip "no other id than root here"; return 0; }
    caps -u 1000
    expect 0 "0 0 0 800405fb 0 "
    caps -u 1000 --cap-add NET_BIND_SERVICE
    expect 0 "400 400 400 800405fb 400 "
    caps -u 1000 --cap-drop ALL --cap-add SYS_TIME
    expect 0 "2000000 2000000 2000000 2000000 2000000 "
    all=$(all_caps)
    caps -u 1000:1000 --cap-add ALL
    expect 0 "$all $all $all $all $all "
}

# It is no mere number: with the capability another user can bind a port below 1024, without it not.
test_user_uses_it() {
    can_be 1000 || { skip "no other id than root here"; return 0; }
    run -u 1000 --cap-add NET_BIND_SERVICE busybox sh -c 'nc -l -p 80 -w 1 2>&1 | grep -i denied; echo tried'
    expect 0 tried
    run -u 1000 busybox sh -c 'nc -l -p 80 -w 1 2>&1 | grep -ci denied; echo tried'
    assertEquals "${out%%
*}" 1 "${out%%
*}"
}

# In the host's user namespace as well: those and no others.
test_userns_host() {
    is_root || { skip "only root may have the host's user namespace"; return 0; }
    caps --userns host
    expect 0 "0 800405fb 800405fb 800405fb 0 "
    caps --userns host --cap-drop ALL
    expect 0 "0 0 0 0 0 "
    caps --userns host -u 1000 --cap-add KILL
    expect 0 "20 20 20 800405fb 20 "
}

# What crib itself does not have it cannot give there, and says so by name.
test_userns_host_without() {
    { is_root && setpriv --help 2>&1 | grep -q bounding-set; } || { skip "needs root and util-linux' setpriv(1)"; return 0; }
    setpriv --bounding-set -sys_time "$HELPERS/bound" -t "$LIMIT" "$CRIB" run --userns host --cap-add SYS_TIME busybox true >"$T/out" 2>"$T/err"
    status=$?
    take_result
    did="crib run --userns host --cap-add SYS_TIME without SYS_TIME"
    expect_refusal 125 CAP_SYS_TIME
    setpriv --bounding-set -sys_time "$HELPERS/bound" -t "$LIMIT" "$CRIB" run --userns host --cap-add ALL busybox grep ^CapEff /proc/self/status >"$T/out" 2>"$T/err"
    take_result
    assertEquals "$err" "$(own_caps 0x2000000)" "$(echo "$out" | sed 's/.*:.0*//')"
}

# A name that does not exist is an error with the nearest one, and nothing has run.
test_wrong_names() {
    refuse 125 "did you mean NET_ADMIN" run --cap-add NET_ADMN busybox echo ran
    refuse 125 "no capability" run --cap-drop CAP_ busybox echo ran
    refuse 125 "no capability" run --cap-drop "" busybox echo ran
    refuse 125 "no capability" run --cap-add KILL, busybox echo ran
}

# init keeps nothing but the right to signal its command.
test_init() {
    run --cap-add ALL busybox sh -c 'for i in 1 2 3 4 5 6 7 8 9; do grep -q "^CapEff:.*0020$" /proc/1/status && break; sleep 0.1; done; grep ^Cap /proc/1/status'
    assertEquals "$err" 0 "$status"
    assertContains "$out" "CapEff:	0000000000000020"
    assertContains "$out" "CapBnd:	0000000000000000"
    assertContains "$out" "CapInh:	0000000000000000"
}

# privileged: all capabilities, new privileges, nothing masked; still of its own user namespace.
test_privileged() {
    all=$(all_caps)
    caps --privileged
    expect 0 "0 $all $all $all 0 "
    run --privileged busybox sh -c 'grep ^NoNewPrivs /proc/self/status; grep -c " /proc/[a-z]" /proc/self/mountinfo; readlink /proc/self/ns/user'
    assertEquals "$err" 0 "$status"
    case $out in
    "NoNewPrivs:	0
0
"*) ;;
    *) fail "$out" ;;
    esac
    assertNotContains "$out" "$(readlink /proc/self/ns/user)"
}

# unmask shows what is hidden by default, all of it or by name, and nothing else.
test_unmask() {
    run --security-opt unmask=/proc/timer_list:/proc/bus busybox grep -cE ' /proc/(timer_list|bus) ' /proc/self/mountinfo
    expect 1 0
    run --security-opt systempaths=unconfined busybox sh -c 'grep -cE " /proc/[a-z]" /proc/self/mountinfo'
    expect 1 0
    run --security-opt mask=/etc/passwd:/tmp busybox sh -c 'cat /etc/passwd; echo x 2>/dev/null >/tmp/x || echo refused'
    expect 0 refused
    refuse 125 "/etc" run --security-opt unmask=/etc busybox echo ran
}

# setuid_root DIR: a root with a set-user-ID id program that only has to be run
setuid_root() {
    make_root "$1"
    mkdir "$1/suid"
    cp "$1/bin/busybox" "$1/suid/busybox"
    chmod 4755 "$1/suid/busybox"
}

# A set-user-ID program gives nothing: neither with no_new_privs nor by the mount; asked for by name, it works.
test_setuid() {
    is_root || { skip "a set-user-ID file of root's needs root"; return 0; }
    can_be 1000 || { skip "no other id than root here"; return 0; }
    setuid_root "$T/suid-root"
    did="crib run -u 1000 --rootfs"
    for flags in "" "--security-opt no-new-privileges" "--security-opt no-new-privileges:true" "--allow-new-privs --security-opt no-new-privileges=true"; do
        # shellcheck disable=SC2086 # words
        run -u 1000 $flags --verify off --rootfs "$T/suid-root" /suid/busybox id -u
        assertEquals "$flags: $err" "0 1000" "$status $out"
    done
    for flags in --allow-new-privs "--security-opt no-new-privileges=false" "--privileged"; do
        # shellcheck disable=SC2086 # words
        run -u 1000 $flags --verify off --rootfs "$T/suid-root" /suid/busybox id -u
        assertEquals "$flags: $err" "0 0" "$status $out"
    done
}

run_tests
