#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# What the command can see and reach of the host: nothing that was not asked for.
# shellcheck disable=SC2016 source=tests/lib.sh
. "$TESTS/lib.sh"

# inside_ns [FLAG...]: the names of the sandbox's namespaces that are the host's too
inside_ns() {
    crib run "$@" busybox sh -c 'cd /proc/self/ns && for n in *; do echo "$n $(readlink $n)"; done' >"$T/ns" 2>/dev/null
    (cd /proc/self/ns && for n in *; do echo "$n $(readlink "$n")"; done) | sort >"$T/host-ns"
    sort "$T/ns" | comm -12 - "$T/host-ns" | sed '/_for_children/d; s/ .*//' | tr '\n' ' '
    grep -q '^pid ' "$T/ns" || echo nothing
}

# Every kind of namespace is the sandbox's own; time is only when asked for.
test_namespaces() {
    assertEquals "shared with the host" "time " "$(inside_ns)"
}

# The host's network is shared when asked for, and only that.
test_host_network() {
    assertEquals "shared with the host" "net time " "$(inside_ns --network host)"
}

# Processes of the host cannot be seen: there are init, the command and what it starts.
test_processes() {
    run busybox ps -o pid,args
    assertEquals 0 "$status"
    assertEquals "as many processes: $out" 3 "$(echo "$out" | wc -l | tr -d ' ')"
    assertEquals "PID 1: $out" 1 "$(echo "$out" | awk 'NR == 2 { print $1 }')"
    assertEquals "ps" "$(echo "$out" | awk 'NR == 3 { print $2 }')"
}

# The host name is the sandbox's name, or what was said, and the host's own stays.
test_hostname() {
    before=$(uname -n)
    run --name webby busybox sh -c 'hostname; hostname other 2>/dev/null; cat /etc/hostname; grep -c webby /etc/hosts'
    expect 0 "webby
webby
1"
    assertEquals "$before" "$(uname -n)"
}

# Mounts: none shows where things lie on the host, and the old root is gone.
test_mounts() {
    run busybox cat /proc/self/mountinfo
    assertEquals 0 "$status"
    assertNotContains "the state directory is named" "$out" "$CRIB_ROOT"
    assertNotContains "the state directory is named" "$out" "${CRIB_ROOT##*/crib}"
    assertNotContains "a home directory is named" "$out" "${HOME:-/root}/"
    assertEquals "mount points" "/ /dev /dev/mqueue /dev/pts /dev/shm /proc /sys " \
        "$(echo "$out" | awk '{ print $5 }' | grep -v -E '^/(proc|sys)/|^/dev/(null|zero|full|random|urandom|tty)$' | sort -u | tr '\n' ' ')"
    run busybox sh -c 'ls -Ad /.old_root /old_root /.pivot* /oldroot /put_old 2>/dev/null; ls -A /'
    expect 0 "bin
dev
etc
home
lib
media
mnt
opt
proc
root
run
sbin
srv
sys
tmp
usr
var"
}

# Nothing that is mounted inside can reach the host: no mount has a peer anywhere.
test_mount_propagation() {
    run -v "$T:/data" --network host busybox awk '{ for (i = 7; $i != "-"; i++) print $5, $i }' /proc/self/mountinfo
    expect 0 ""
}

# On a host whose mounts are shared, as systemd has them, no mount of a sandbox appears outside, not even one below a volume.
test_shared_mounts() {
    is_root || { skip "not root: cannot mount"; return; }
    mkdir -p "$T/outer" "$T/other"
    cat >"$T/script" <<'END'
mount --make-rshared / && mount -t tmpfs outer "$1/outer" && mount --make-shared "$1/outer" && mkdir "$1/outer/inner" || exit 70
dir=$1
shift
cut -d' ' -f4- /proc/self/mountinfo >"$dir/mounts.before"
"$@" run -v "$dir/outer:/data" -v "$dir/other:/data/inner" --tmpfs /data/inner/deep busybox awk '{ for (i = 7; $i != "-"; i++) print $5, $i }' /proc/self/mountinfo
"$@" run --network host -v "$dir/outer:/data" -v "$dir/other:/sys/class" --tmpfs /tmp busybox true
"$@" run --read-only --tmpfs /data --tmpfs /data/inner busybox true
cut -d' ' -f4- /proc/self/mountinfo | diff "$dir/mounts.before" -
END
    unshare -m sh "$T/script" "$T" "$HELPERS/bound" "$CRIB" >"$T/out" 2>"$T/err"
    assertEquals "status: $(cat "$T/err")" 0 $?
    assertEquals "appeared outside, or has peers" "" "$(cat "$T/out")"
}

# The command has its three standard descriptors and no other, whatever its caller had open.
test_descriptors() {
    exec 7</ 8>"$T/eight"
    run busybox sh -c 'sleep 9 & ls /proc/$!/fd; readlink /proc/$!/cwd; readlink /proc/$!/root; kill $!'
    exec 7<&- 8>&-
    expect 0 "0
1
2
/
/"
}

# Neither init nor the command points to a file of the host's.
test_init_is_hidden() {
    run busybox sh -c 'readlink /proc/1/exe; readlink /proc/1/cwd; readlink /proc/1/root; ls -l /proc/1/fd; cat /proc/1/maps; tr "\0" "\n" </proc/1/cmdline; tr "\0" "\n" </proc/1/environ'
    assertNotContains "$out" "$CRIB"
    assertNotContains "$out" "$CRIB_ROOT"
    assertNotContains "$out" CRIB
}

# What runs inside is not crib's file, nor mapped from it; PID 1's is not to be written to, and no further descriptor is open.
test_no_image_of_crib() {
    cp "$HELPERS/reach" "$T/reach"
    chmod 755 "$T" "$T/reach"
    for flags in "" --no-init "--landlock off --seccomp unconfined" "--userns host"; do
        case $flags in --userns*) is_root || continue ;; esac
        # shellcheck disable=SC2086 # words
        run $flags -v "$T/reach:/reach:ro" busybox /reach images
        expect 0 nothing
    done
}

# The caller's session keyring and its keys are out of reach, even with no filter of system calls.
test_keyring() {
    cp "$HELPERS/reach" "$T/reach"
    chmod 755 "$T" "$T/reach"
    case $("$T/reach" add-key crib-test true 2>&1) in no:*) skip "no keys can be added here"; return 0 ;; esac
    # shellcheck disable=SC2016 # for the inner shell
    out=$("$T/reach" add-key crib-test sh -c '"$1" read-key "$REACH_KEY" crib-test; "$2" -t 30 "$3" run --seccomp unconfined -v "$1:/reach:ro" busybox /reach read-key "$REACH_KEY" crib-test
        "$2" -t 30 "$3" run --seccomp unconfined -v "$1:/reach:ro" busybox /reach keyring' sh "$T/reach" "$HELPERS/bound" "$CRIB" 2>/dev/null)
    assertEquals "outside" "payload of outside" "$(echo "$out" | sed -n 1p)"
    case $(echo "$out" | sed -n 2p) in
    "no: "*) ;;
    *) fail "a key of the caller's was read: $out" ;;
    esac
    assertNotContains "$(echo "$out" | sed -n 3p)" reach-outside
    assertContains "the new one is empty: $out" "$(echo "$out" | sed -n 3p)" "_ses 0"
}

# The network has loopback, it is up and works, and there is nothing else.
test_network() {
    run busybox sh -c 'ls /sys/class/net; ip -o -4 addr | awk "{ print \$2, \$4 }"; ip route; ping -c 1 -W 5 127.0.0.1 >/dev/null 2>&1
        nc -l -p 7000 -e echo over loopback & sleep 0.3; nc 127.0.0.1 7000 </dev/null'
    expect 0 "lo
lo 127.0.0.1/8
over loopback"
}

# /dev has what a program may need and no more, with the modes it should have.
test_dev() {
    run busybox sh -c 'cd /dev && for f in *; do
        if [ -h $f ]; then echo "$f -> $(readlink $f)"; else echo "$f $(stat -c "%A %t:%T" $f)"; fi; done'
    expect 0 "fd -> /proc/self/fd
full crw-rw-rw- 1:7
mqueue drwxrwxrwt 0:0
null crw-rw-rw- 1:3
ptmx -> pts/ptmx
pts drwxr-xr-x 0:0
random crw-rw-rw- 1:8
shm drwxrwxrwt 0:0
stderr -> /proc/self/fd/2
stdin -> /proc/self/fd/0
stdout -> /proc/self/fd/1
tty crw-rw-rw- 5:0
urandom crw-rw-rw- 1:9
zero crw-rw-rw- 1:5"
}

# The devices do what they are for.
test_dev_works() {
    run busybox sh -c 'echo lost >/dev/null; head -c 3 /dev/zero | wc -c; echo x >/dev/full; head -c 5 /dev/urandom | wc -c
        { echo to stderr >/dev/stderr; } 2>&1 | cat; { echo to stdout >/dev/stdout; } | cat; echo a >/dev/shm/a && cat /dev/shm/a; ls -A /dev/pts'
    assertEquals 0 "$status"
    assertEquals "3
5
to stderr
to stdout
a
ptmx" "$out"
    assertContains "$err" "No space left"
}

# Devices of the host cannot be made.
test_no_mknod() {
    run busybox sh -c 'mknod /tmp/sda b 8 0 && echo made; mknod /dev/mem2 c 1 1 && echo made; true'
    assertEquals "" "$out"
}

# What of /proc and /sys would change the host cannot be written, not even by the sandbox's root.
test_kernel_is_read_only() {
    pattern=$(cat /proc/sys/kernel/core_pattern)
    run busybox sh -c 'for f in /proc/sys/kernel/core_pattern /proc/sysrq-trigger /proc/sys/vm/drop_caches /proc/sys/kernel/hostname \
        /proc/irq/default_smp_affinity /proc/sys/kernel/modprobe /sys/kernel/uevent_helper /sys/kernel/mm/ksm/run \
        /sys/power/state /proc/sys/net/ipv4/ip_forward; do
        { [ ! -e $f ] || echo h >$f; } 2>/dev/null && [ -e $f ] && echo $f was written; done; echo tried
        mount -o remount,rw /proc/sys 2>/dev/null && echo remounted; umount /proc/sys 2>/dev/null && echo unmounted
        mount -t proc proc /mnt 2>/dev/null && echo mounted; true'
    expect 0 tried
    assertEquals "$pattern" "$(cat /proc/sys/kernel/core_pattern)"
}

# What of /proc and /sys tells about the host is empty or missing.
test_kernel_is_masked() {
    run busybox sh -c 'for f in /proc/kcore /proc/keys /proc/timer_list /proc/sched_debug /proc/interrupts /proc/latency_stats; do
        [ ! -e $f ] || [ -z "$(head -c 1 $f 2>/dev/null | tr "\0" x)" ] || echo $f tells something; done
        for d in /proc/acpi /proc/scsi /proc/asound /sys/firmware /sys/devices/virtual/powercap /sys/fs/selinux; do
        [ ! -e $d ] || [ -z "$(ls -A $d 2>/dev/null)" ] || echo $d tells something; done
        for f in /proc/kcore /proc/keys /proc/timer_list /proc/sched_debug /proc/interrupts /proc/latency_stats /proc/acpi /proc/scsi \
        /proc/asound /sys/firmware /sys/devices/virtual/powercap /sys/fs/selinux; do
        [ ! -e $f ] || grep -q " $f " /proc/self/mountinfo || echo $f is as the kernel made it; done; echo looked'
    expect 0 looked
}

# /proc can be had with the processes only, or with those of other users hidden; what is set through it is set as ever.
test_proc_options() {
    run --security-opt proc-opts=subset=pid,hidepid=2 --sysctl net.ipv4.ip_unprivileged_port_start=81 busybox sh -c 'ls /proc | grep -v "^[0-9]" | tr "\n" " "; unshare -U true 2>/dev/null && echo made
        grep " /proc " /proc/self/mountinfo | grep -c "hidepid=[a-z0-9]*,subset=pid"'
    expect 0 "self thread-self 1"
    refuse 125 "hidepid=1, 2 or 4 and subset=pid are known" run --security-opt proc-opts=gid=5 busybox true
}

# Capabilities are those of the Pod Security baseline less two, none is inheritable or ambient, and no exec gives new ones.
test_capabilities() {
    run busybox grep -E '^(Cap|NoNewPrivs)' /proc/self/status
    expect 0 "CapInh:	0000000000000000
CapPrm:	00000000800405fb
CapEff:	00000000800405fb
CapBnd:	00000000800405fb
CapAmb:	0000000000000000
NoNewPrivs:	1"
}

# The sandbox's root can do a root's work among its own files and not more.
test_root_inside() {
    run busybox sh -c 'id -u; id -g; id -G; echo x >/etc/x && chmod 600 /etc/x && ls -l /etc/x | cut -c1-10
        mount -t tmpfs t /mnt 2>/dev/null && echo mounted; dmesg >/dev/null 2>&1; swapoff -a 2>/dev/null; hostname x 2>/dev/null && echo renamed
        chroot / true && echo chroot'
    expect 0 "0
0
0
-rw-------
chroot"
}

# The groups of the caller are not those of the command.
test_groups() {
    run busybox grep '^Groups:' /proc/self/status
    case $out in
    "Groups:	 " | "Groups:	" | "Groups:	0 ") ;;
    *) if is_root; then fail "groups: $out"; fi ;;
    esac
}

# Its cgroup looks to the command as if it were the only one, and cannot be changed from inside.
test_cgroup_view() {
    [ -n "$(cat /proc/self/cgroup)" ] || { skip "no cgroup hierarchy here"; return 0; }
    run busybox sh -c 'cut -d: -f3 /proc/self/cgroup | sort -u; find /sys/fs/cgroup -mindepth 1 -type d 2>/dev/null
        mkdir /sys/fs/cgroup/x 2>/dev/null && echo made; for f in /sys/fs/cgroup/*.max; do (echo max >$f) 2>/dev/null && echo wrote $f; done; true'
    expect 0 /
}

# System V objects of the host cannot be seen.
test_ipc() {
    run busybox sh -c 'for k in msg sem shm; do tail -n +2 /proc/sysvipc/$k; done'
    expect 0 ""
}

# The session is a new one: nobody outside can be reached through a terminal or a process group.
test_session() {
    run busybox sh -c 'cut -d" " -f5,6 /proc/self/stat | tr " " "\n" | grep -c "^0$"; [ -t 0 ] && echo tty; true'
    expect 0 0
}

# The root has the sandbox's files only, nobody's setuid programs, and executes nothing of a device.
test_no_setuid() {
    run busybox find / -xdev '(' -perm -4000 -o -perm -2000 ')' -type f
    expect 0 ""
}

# No user namespace can be made inside: in it a process would have all capabilities again, and could lift the limits.
test_no_nested_users() {
    run busybox sh -c 'cat /proc/sys/user/max_user_namespaces; unshare -U true 2>/dev/null && echo made; unshare -Ur true 2>/dev/null && echo made; true'
    expect 0 0
}

# From a chroot no sandbox starts that could leave the chroot.
test_chroot() {
    [ -z "${CRIB_TEST_SANITIZED:-}" ] || { skip "the build with sanitizers needs libraries that a chroot has not"; return 0; }
    if ! is_root || ! has unshare || ! has chroot; then skip "needs root, unshare(1) and chroot(1)"; return 0; fi
    mkdir "$T/jail"
    cp "$CRIB" "$T/crib-copy"
    # shellcheck disable=SC2016 # for the inner shell
    unshare -m sh -c 'mount -t tmpfs jail "$1/jail" && cd "$1/jail" && mkdir proc dev sys tmp && cp ../crib-copy crib &&
        mount --rbind /proc proc && mount --rbind /dev dev && mount --rbind /sys sys &&
        exec chroot . /crib --root /tmp/state run --userns host busybox echo out' sh "$T" >"$T/out" 2>"$T/err"
    status=$?
    take_result
    did="crib run --userns host in a chroot"
    expect_refusal 125 "chroot"
}

# Who is root of another user namespace, as in a container, gets a sandbox with the ids that there are.
test_root_of_user_namespace() {
    unshare -Ur true 2>/dev/null || { skip "no user namespace with a root of its own"; return 0; }
    out=$(CRIB_ROOT="$T/nested" unshare -Ur "$HELPERS/bound" -t "$LIMIT" "$CRIB" run busybox sh -c 'id -u; wc -l </proc/self/uid_map; echo >/dev/null && echo written' 2>"$T/err")
    assertEquals "$(cat "$T/err")" "0
1
written" "$out"
}

# After it all the machine is as it was.
test_zz_traces() {
    remember_traces
    run busybox true
    assert_no_traces
}

run_tests
