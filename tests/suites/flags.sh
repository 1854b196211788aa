#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Each flag of run does what it says, seen from inside. (Limits have a suite of their own; so have signals and terminals.)
# shellcheck disable=SC2016 source=tests/lib.sh
. "$TESTS/lib.sh"

# -e sets a variable, takes it from the caller or unsets it; the last word counts.
test_env() {
    export MINE=from-outside
    run -e A=1 --env=B='two words' -e MINE -e C= -e A=3 -e UNSET_OUTSIDE busybox sh -c 'echo "$A|$B|$MINE|${C-unset}|${UNSET_OUTSIDE-unset}"'
    unset MINE
    expect 0 "3|two words|from-outside||unset"
    run -eA=joined busybox sh -c 'echo "$A"'
    expect 0 joined
    run -e PATH=/nowhere:/bin -e HOME=/tmp busybox sh -c 'echo "$PATH $HOME"'
    expect 0 "/nowhere:/bin /tmp"
}

# The command is looked for in the PATH that it will have.
test_path() {
    run -e PATH=/nowhere busybox true
    expect_refusal 127 true
    run -e PATH=/nowhere:/bin busybox sh -c 'echo found'
    expect 0 found
}

# --env-file has a variable a line; flags count more.
test_env_file() {
    printf '# a comment\n\nA=from file\nB=x=y \n  C=indented\nMINE\r\nGONE\n' >"$T/env"
    export MINE=outside
    run --env-file "$T/env" -e A=flag busybox sh -c 'echo "$A|$B|$C|$MINE|${GONE-unset}"'
    unset MINE
    expect 0 "flag|x=y |indented|outside|unset"
}

# -w is where the command starts; the folder is made when it is missing.
test_workdir() {
    run -w /usr/bin busybox pwd
    expect 0 /usr/bin
    run -w /not/there/yet busybox sh -c 'pwd; stat -c "%a %u:%g" /not/there/yet; touch here && ls'
    expect 0 "/not/there/yet
755 0:0
here"
    run --workdir=/var/run busybox pwd
    assertEquals "$err" 0 "$status"
}

# -u is the command's user and group, by number or by the names of the sandbox's files.
test_user() {
    run -u 0:0 busybox id
    expect 0 "uid=0(root) gid=0(root)$(echo "$out" | sed -n 's/.*gid=0(root)//p')"
    run -u root busybox sh -c 'id -u; echo $HOME'
    expect 0 "0
/root"
    is_root || { skip "not root: other users cannot be had"; return; }
    run -u 1000:1001 busybox sh -c 'id -u; id -g; id -G; echo $HOME; touch /tmp/mine && stat -c %u:%g /tmp/mine'
    expect 0 "1000
1001
1001
/
1000:1001"
    run -u nobody busybox sh -c 'id -un; id -gn; grep ^CapEff /proc/self/status; echo x >/etc/passwd || echo may not'
    assertEquals "nobody
nobody
CapEff:	0000000000000000
may not" "$out"
    run -u daemon:tty busybox sh -c 'id -u; id -g'
    expect 0 "1
5"
    run -u 1234 busybox sh -c 'id -u; id -g'
    expect 0 "1234
0"
}

# An ordinary user's sandbox has one user, and another one is refused by name.
test_user_not_mapped() {
    ! is_root || { skip "root has all users"; return; }
    for user in 1000 nobody 0:5; do
        refuse 125 "$user" run -u $user busybox true
    done
}

# -h is the host name, in all the places where it stands.
test_hostname() {
    run -h first --hostname web-1 busybox sh -c 'hostname; cat /etc/hostname; echo $HOSTNAME; getent hosts web-1 2>/dev/null || grep web-1 /etc/hosts | cut -f1'
    expect 0 "web-1
web-1
web-1
127.0.0.1"
    run --domainname example.org busybox cat /proc/sys/kernel/domainname
    expect 0 example.org
}

# The last word on a thing counts.
test_last_word() {
    run --name a --name b -h x --hostname=y -w /bin -w /etc --read-only --read-only=false --init --no-init --init busybox sh -c 'hostname; pwd; echo $PPID; touch /x && echo wrote'
    expect 0 "y
/etc
1
wrote"
}

# Flags may be written in docker's ways.
test_spellings() {
    echo in >"$T/in"
    crib run -i=false busybox cat <"$T/in" >"$T/out" 2>"$T/err"
    assertEquals "" "$(cat "$T/out")"
    crib run --interactive=true --name=x busybox cat <"$T/in" >"$T/out" 2>"$T/err"
    assertEquals in "$(cat "$T/out")"
    run -w=/bin busybox pwd
    expect 0 /bin
    run -w/bin busybox pwd
    expect 0 /bin
    run --rm --name x -- busybox echo ok
    expect 0 ok
}

# -v shows a folder of the host: what is written on one side is there on the other.
test_volume() {
    mkdir "$T/data"
    echo "from the host" >"$T/data/host"
    run -v "$T/data:/data" busybox sh -c 'cat /data/host; echo from inside >/data/inside; ls /data; mkdir /data/d'
    expect 0 "from the host
host
inside"
    assertEquals "from inside" "$(cat "$T/data/inside")"
    assertEquals "owner" "$(id -u)" "$(stat -c %u "$T/data/inside")"
    assertTrue "[ -d '$T/data/d' ]"
    mkdir "$T/data/d/below"
    (cd "$T" && crib run -v ./data/d:/data busybox ls /data >"$T/out" 2>"$T/err")
    assertEquals "a relative source: $(cat "$T/err")" below "$(cat "$T/out")"
}

# :ro is read-only, whatever the sandbox's root tries.
test_volume_readonly() {
    mkdir "$T/ro"
    echo kept >"$T/ro/file"
    for flag in "-v $T/ro:/data:ro" "--mount type=bind,source=$T/ro,target=/data,readonly" "--mount type=bind,src=$T/ro,dst=/data,ro=true"; do
        # shellcheck disable=SC2086 # words
        run $flag busybox sh -c 'cat /data/file; echo x >/data/file; rm /data/file; touch /data/new; mount -o remount,rw /data; mount -o remount,bind,rw /data; chmod 777 /data/file; echo y >>/data/file'
        assertEquals "$flag" kept "$out"
        assertNotEquals "$flag" 0 "$status"
    done
    assertEquals kept "$(cat "$T/ro/file")"
    assertEquals file "$(ls "$T/ro")"
    run -v "$T/ro:/data:rw" busybox sh -c 'echo changed >/data/file'
    expect 0 ""
    assertEquals changed "$(cat "$T/ro/file")"
}

# What is mounted below a read-only folder is read-only too.
test_volume_readonly_below() {
    is_root || { skip "not root: cannot mount"; return; }
    mkdir -p "$T/tree/below"
    cat >"$T/script" <<'END'
mount -t tmpfs below "$1/below" || exit 70
tree=$1
shift
"$@" -v "$tree:/data:ro" busybox sh -c 'touch /data/x; touch /data/below/x; ls /data/below; grep " /data" /proc/self/mountinfo | cut -d" " -f5,6 | cut -d, -f1'
ls "$tree/below"
END
    unshare -m sh "$T/script" "$T/tree" "$HELPERS/bound" "$CRIB" run >"$T/out" 2>"$T/err"
    assertEquals "$(cat "$T/err")" "/data ro
/data/below ro" "$(cat "$T/out")"
}

# A single file can be mounted, also over one that is there.
test_volume_file() {
    echo mine >"$T/file"
    run -v "$T/file:/etc/motd" -v "$T/file:/etc/passwd:ro" -v "$T/file:/new/folder/file" busybox sh -c 'cat /etc/motd /etc/passwd /new/folder/file; echo inside >/etc/motd'
    expect 0 "mine
mine
mine"
    assertEquals inside "$(cat "$T/file")"
}

# Volumes may lie in one another, and their order is that of the words.
test_volumes_nested() {
    mkdir -p "$T/outer/inner" "$T/other"
    echo outer >"$T/outer/file"
    echo other >"$T/other/file"
    run -v "$T/outer:/data" -v "$T/other:/data/inner" busybox sh -c 'cat /data/file /data/inner/file'
    expect 0 "outer
other"
    assertEquals "" "$(ls "$T/outer/inner")"
}

# A link on the way to the target is followed inside the root.
test_volume_link_in_target() {
    mkdir "$T/linked"
    echo content >"$T/linked/file"
    run -v "$T/linked:/var/run/here" busybox cat /run/here/file
    expect 0 content
    ln -s "$T/linked" "$T/link"
    run -v "$T/link:/data" busybox cat /data/file
    expect 0 content
}

# Devices and set-user-id programs of a volume are not for the sandbox.
test_volume_options() {
    mkdir "$T/options"
    run -v "$T/options:/data" busybox sh -c 'grep " /data " /proc/self/mountinfo | cut -d" " -f6'
    assertContains "$out" nosuid
    assertContains "$out" nodev
    assertNotContains "$out" noexec
    printf '#!/bin/sh\necho executed\n' >"$T/options/program"
    chmod 755 "$T/options/program"
    run -v "$T/options:/data" busybox /data/program
    expect 0 executed
    run -v "$T/options:/data:noexec" busybox /data/program
    expect_refusal 126 /data/program
}

# --mount says the same in words.
test_mount() {
    mkdir "$T/mount"
    echo content >"$T/mount/file"
    run --mount "type=bind,source=$T/mount,target=/data" busybox cat /data/file
    expect 0 content
    mkdir "$T/a,b"
    echo comma >"$T/a,b/file"
    run --mount "type=bind,\"source=$T/a,b\",target=/data" busybox cat /data/file
    expect 0 comma
    run --mount type=tmpfs,target=/scratch,tmpfs-size=64k,tmpfs-mode=0700 busybox sh -c 'stat -c %a /scratch; dd if=/dev/zero of=/scratch/f bs=1k count=100 2>/dev/null || stat -c %s /scratch/f'
    expect 0 "700
65536"
}

# --tmpfs is an empty folder in memory, of bounded size.
test_tmpfs() {
    run --tmpfs /scratch:size=1m,mode=755 --tmpfs /etc busybox sh -c 'ls -A /scratch /etc | grep -v :; stat -c %a /scratch
        dd if=/dev/zero of=/scratch/f bs=64k count=32 2>/dev/null || stat -c %s /scratch/f; grep " /scratch " /proc/self/mountinfo | cut -d" " -f6'
    assertEquals "$err" 0 "$status"
    assertContains "$out" 755
    assertContains "$out" 1048576
    assertContains "$out" "nosuid,nodev,noexec"
    run --tmpfs /scratch:ro busybox sh -c 'touch /scratch/x 2>/dev/null || echo refused'
    expect 0 refused
    run --tmpfs /run:exec busybox sh -c 'cp /bin/busybox /run/echo && /run/echo executed'
    expect 0 executed
}

# --read-only: nothing can be written to the root; what is mounted for writing can.
test_read_only() {
    run --read-only busybox sh -c 'for d in / /etc /tmp /usr/bin /root /var/tmp; do touch $d/x 2>/dev/null && echo wrote $d; done; rm /bin/vi 2>/dev/null && echo removed; echo x >/dev/shm/x && cat /dev/shm/x; touch /dev/new 2>/dev/null; true'
    expect 0 x
    run --read-only --tmpfs /tmp -w /tmp -v "$T:/data" busybox sh -c 'touch x; ls; touch /y 2>/dev/null || echo refused; mount -o remount,rw / 2>/dev/null || echo refused'
    expect 0 "x
refused
refused"
}

# Without a word the root can be written to, up to a bound.
test_storage() {
    run --storage-opt size=4m busybox sh -c 'dd if=/dev/zero of=/f bs=64k count=128 2>/dev/null || echo full; s=$(stat -c %s /f); [ $s -le 4194304 ] && [ $s -ge 2000000 ] && echo about what was said; rm /f; echo again >/g && cat /g'
    expect 0 "full
about what was said
again"
    run --memory max busybox sh -c 'dd if=/dev/zero of=/f bs=1M count=200 2>/dev/null && echo no bound; true'
    assertNotContains "$out" "no bound"
}

# --ulimit: soft and hard limits of the command.
test_ulimit() {
    run --ulimit nofile=64:128 --ulimit core=0 --ulimit nofile=100:200 busybox sh -c 'ulimit -Sn; ulimit -Hn; ulimit -c; ulimit -Hc'
    expect 0 "100
200
0
0"
    run --ulimit fsize=4096 busybox sh -c 'dd if=/dev/zero of=/tmp/f bs=4096 count=2 2>/dev/null; stat -c %s /tmp/f'
    assertEquals 4096 "$out"
}

# --sysctl sets what belongs to the sandbox's namespaces, and the host's stays.
test_sysctl() {
    before=$(cat /proc/sys/net/ipv4/ip_forward 2>/dev/null)
    run --sysctl net.ipv4.ip_forward=1 --sysctl net.ipv4.ping_group_range='0 0' busybox sh -c \
        'cat /proc/sys/net/ipv4/ip_forward; cat /proc/sys/net/ipv4/ping_group_range'
    expect 0 "1
0	0"
    assertEquals "$before" "$(cat /proc/sys/net/ipv4/ip_forward 2>/dev/null)"
}

# The same for System V IPC.
test_sysctl_ipc() {
    kernel_has 5 19 || { skip "before Linux 5.19 these settings are the host's root's alone"; return 0; }
    before=$(cat /proc/sys/kernel/shm_rmid_forced)
    run --sysctl kernel.shm_rmid_forced=1 busybox cat /proc/sys/kernel/shm_rmid_forced
    expect 0 1
    assertEquals "$before" "$(cat /proc/sys/kernel/shm_rmid_forced)"
}

# --entrypoint is put in front of the words of the command.
test_entrypoint() {
    run --entrypoint /bin/echo busybox a b
    expect 0 "a b"
    run --entrypoint pwd busybox
    expect 0 /
    run --entrypoint '' busybox echo plain
    expect 0 plain
}

# --network host has the host's network, and its host name stays apart.
test_network_host() {
    run --network host --name nets busybox sh -c 'ls /sys/class/net | tr "\n" " "; hostname'
    expect 0 "$(cd /sys/class/net && for n in *; do printf '%s ' "$n"; done)nets"
    run --network none busybox ls /sys/class/net
    expect 0 lo
}

# A namespace can be the host's when asked for.
test_host_namespaces() {
    for pair in ipc:ipc uts:uts cgroupns:cgroup; do
        run "--${pair%:*}" host busybox readlink "/proc/self/ns/${pair#*:}"
        expect 0 "$(readlink "/proc/self/ns/${pair#*:}")"
        run "--${pair%:*}" private busybox readlink "/proc/self/ns/${pair#*:}"
        assertNotEquals "$(readlink "/proc/self/ns/${pair#*:}")" "$out"
    done
    if is_root; then
        run --userns host busybox sh -c 'readlink /proc/self/ns/user; grep ^CapEff /proc/self/status'
        expect 0 "$(readlink /proc/self/ns/user)
CapEff:	00000000800405fb"
    else
        refuse 125 user run --userns host busybox true
    fi
}

# --time-offset moves the clocks since boot, in a time namespace.
test_time_offset() {
    [ -e /proc/self/ns/time ] || { skip "no time namespaces here"; return; }
    host=$(cut -d. -f1 /proc/uptime)
    run --time-offset 1000000 busybox sh -c 'cut -d. -f1 /proc/uptime; readlink /proc/self/ns/time'
    assertEquals "$err" 0 "$status"
    inside=$(echo "$out" | sed -n 1p)
    assertTrue "uptime $host outside, $inside inside" "[ $((inside - host - 1000000)) -ge -1 ] && [ $((inside - host - 1000000)) -le $LIMIT ]"
    assertNotEquals "$(readlink /proc/self/ns/time)" "$(echo "$out" | sed -n 2p)"
    run --time-offset -5 busybox true
    assertEquals "$err" 0 "$status"
}

# --rootfs: a folder of one's own as the root, that nothing is written to.
test_rootfs() {
    make_root "$T/rootfs"
    listing "$T/rootfs" >"$T/rootfs.before"
    run --rootfs "$T/rootfs" --name own sh -c 'ls /; echo x >/file; mkdir /etc/x; rm /bin/true; hostname 2>/dev/null || cat /proc/sys/kernel/hostname'
    expect 0 "bin
dev
etc
proc
sys
tmp
usr
own"
    run --rootfs "$T/rootfs" -w /a/b -v "$T:/mnt/x" --tmpfs /run cat /etc/hostname
    assertEquals "$err" 0 "$status"
    (cd "$T" && crib run --rootfs rootfs cat /etc/passwd >"$T/out" 2>"$T/err")
    assertEquals "$(cat "$T/err")" "root:x:0:0:root:/root:/bin/sh" "$(cat "$T/out")"
    run --read-only --rootfs "$T/rootfs" sh -c 'touch /x 2>/dev/null || echo refused'
    expect 0 refused
    listing "$T/rootfs" >"$T/rootfs.after"
    assertEquals "" "$(diff "$T/rootfs.before" "$T/rootfs.after")"
}

# A root that lies on a read-only mount, or that belongs to another, will do.
test_rootfs_readonly() {
    is_root || { skip "not root: cannot mount"; return; }
    [ -d "$T/rootfs" ] || make_root "$T/rootfs"
    printf 'mount --bind "$1" "$1" && mount -o remount,bind,ro "$1" || exit 70\nroot=$1\nshift\nexec "$@" --rootfs "$root" sh -c "echo x >/x && cat /x"\n' >"$T/script"
    unshare -m sh "$T/script" "$T/rootfs" "$HELPERS/bound" "$CRIB" run >"$T/out" 2>"$T/err"
    assertEquals "$(cat "$T/err")" x "$(cat "$T/out")"
}

# Notes on a sandbox are taken.
test_label() {
    run -l role=web --label tier busybox echo ok
    expect 0 ok
}

# After all of it the machine is as before.
test_zz_traces() {
    remember_traces
    run -v "$T:/data" --tmpfs /x --read-only -w /y --ulimit core=0 --sysctl net.ipv4.ip_forward=1 busybox true
    assert_no_traces
}

run_tests
