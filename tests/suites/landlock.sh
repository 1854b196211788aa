#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Landlock, the second fence: what it keeps in where the kernel has it, each shown to be open without it; and that nothing that
# programs do is lost by it, whichever kernel this is.
# shellcheck disable=SC2016 source=tests/lib.sh
. "$TESTS/lib.sh"

oneTimeSetUp() {
    probe_limits
    mkdir "$T/v"
    chmod 777 "$T/v"
    cp "$HELPERS/reach" "$T/reach"
    chmod 755 "$T/reach" "$T"
    # what this kernel has, asked past crib
    VERSION=$("$T/reach" landlock)
}

# fence VERSION: whether the kernel's Landlock has what came with this version
fence() {
    [ "$VERSION" -ge "$1" ] || { skip "Landlock's version $1 is not there (this kernel's: $VERSION)"; return 1; }
}

# reach [FLAG...] -- WORD...: the helper in a sandbox; its first line in $out
reach() {
    reach_flags=
    while [ "$1" != -- ]; do
        reach_flags="$reach_flags $1"
        shift
    done
    shift
    # shellcheck disable=SC2086 # words
    run $reach_flags -v "$T/reach:/reach:ro" -v "$T/v:/v" busybox /reach "$@"
}

# The plan says which version it will be, and the words of the flag do what they say.
test_flag() {
    call plan busybox true
    if [ "$VERSION" -ge 2 ]; then
        assertContains "$out" "init landlock version $VERSION"
        run --landlock on busybox echo fenced
        expect 0 fenced
    else
        assertContains "$out" "init landlock none"
        refuse 125 "Landlock cannot be had" run --landlock on busybox true
    fi
    call plan --landlock off busybox true
    assertContains "$out" "init landlock none"
    refuse 125 "auto, on (refuse to start where the kernel has none) or off" run --landlock maybe busybox true
    run busybox echo works
    expect 0 works
}

# A directory of the host that comes in by a descriptor, by whoever's mistake, opens nothing (as CVE-2024-21626 did).
test_descriptor_of_outside() {
    fence 2 || return 0
    mkdir -p "$T/outside"
    echo "of outside" >"$T/outside/file"
    for how in auto off; do
        rm -f "$T/v/socket"
        "$T/reach" give "$T/v/socket" "$T/outside" &
        wait_until "[ -S '$T/v/socket' ]"
        reach --landlock $how -- take /v/socket file
        wait $!
        [ $how = off ] || expect 1 "no: openat: Permission denied"
    done
    expect 0 "of outside"
}

# A file that was opened for reading cannot be opened once more for writing.
test_stream_for_reading() {
    fence 2 || return 0
    for how in auto off; do
        echo before >"$T/stream"
        chmod 666 "$T/stream" # also to the sandbox's root, who is nobody here
        crib run -i --landlock $how busybox sh -c 'cat /dev/stdin >/dev/null && echo after >/proc/self/fd/0' <"$T/stream" >/dev/null 2>&1
        [ $how = off ] || assertEquals before "$(cat "$T/stream")"
    done
    assertEquals after "$(cat "$T/stream")"
}

# What the streams were opened for can be had by their names, be they files, pipes or devices.
test_streams_by_name() {
    echo in >"$T/in"
    : >"$T/o"
    : >"$T/e"
    chmod 666 "$T/in" "$T/o" "$T/e"
    for how in auto off; do
        crib run -i --landlock $how busybox sh -c 'cat /dev/stdin; echo out >>/dev/stdout; echo err >/dev/stderr' <"$T/in" >"$T/o" 2>"$T/e"
        assertEquals "in
out" "$(cat "$T/o")"
        assertEquals err "$(sed "$WARNING" "$T/e")"
        assertEquals "in
piped" "$(crib run -i --landlock $how busybox sh -c 'cat /dev/stdin; echo piped >/dev/stdout' <"$T/in" 2>/dev/null | cat)"
        crib run -i --landlock $how busybox sh -c 'cat /dev/stdin; echo lost >/dev/stdout; echo lost >/dev/stderr' </dev/null >/dev/null 2>/dev/null
        assertEquals 0 $?
    done
}

# No device node can be made, not even the one that the kernel lets everybody make (where its Landlock does not let it, too).
test_no_nodes() {
    fence 2 || return 0
    case $("$T/reach" fenced-node "$T/node") in made) rm "$T/node"; skip "this kernel's Landlock lets everybody make the node 0:0"; return 0 ;; esac
    reach -- node /dev/shm/node
    expect 1 "no: mknod: Permission denied"
    reach --landlock off -- node /dev/shm/node
    expect 0 made
}

# Mounts stay as they are, even for who has CAP_SYS_ADMIN; with a read-only root what is read-only is not written to by who could
# make it writable. Whoever wants to mount says --landlock off, or --privileged.
test_mounts() {
    fence 2 || return 0
    mkdir -p "$T/ro"
    chmod 777 "$T/ro"
    set -- --cap-add SYS_ADMIN --seccomp unconfined --read-only -v "$T/ro:/ro:ro"
    reach "$@" -- mount /mnt
    expect 1 "no: mount: Operation not permitted"
    reach "$@" --landlock off -- mount /mnt
    expect 0 mounted
    reach --privileged -- mount /mnt
    expect 0 mounted
    kernel_has 5 12 || return 0
    reach "$@" -- writable /ro
    expect 1 "no: open: Permission denied"
    reach "$@" --landlock off -- writable /ro
    expect 0 written
}

# The command can be run without no_new_privs too.
test_new_privileges() {
    fence 2 || return 0
    run --allow-new-privs --landlock on busybox sh -c 'grep -E "NoNewPrivs|CapEff" /proc/self/status'
    expect 0 "CapEff:	00000000800405fb
NoNewPrivs:	0"
    run --allow-new-privs --landlock on --cap-drop ALL -u 0 busybox grep CapEff /proc/self/status
    expect 0 "CapEff:	0000000000000000"
}

# Sockets without a path that belong to the host are out of reach where its network is shared; one's own are not.
test_abstract_sockets() {
    for how in auto off; do
        "$T/reach" listen "@crib-$$-$how" >"$T/heard" &
        listener=$!
        wait_until "grep -q listening '$T/heard'"
        reach --network host --landlock $how -- connect "@crib-$$-$how"
        if [ $how = auto ] && [ "$VERSION" -ge 6 ]; then
            expect 1 "no: connect: Operation not permitted"
            kill $listener
        else
            expect 0 connected
        fi
        wait $listener 2>/dev/null
    done
    [ "$VERSION" -ge 6 ] || skip "the host's were reached: Landlock's version 6 is not there (this kernel's: $VERSION)"
    for network in none host; do
        reach --network $network -- listen "@crib-$$-own" /reach connect "@crib-$$-own"
        assertEquals "one's own, network $network" "connected
reached" "$(echo "$out" | sort)"
    done
}

# Files are made, renamed and linked from directory to directory, as packages are installed; also without a name first.
test_files() {
    for flags in "" "--read-only" "--landlock off"; do
        # shellcheck disable=SC2086 # words
        run $flags --tmpfs /t -v "$T/v:/v" busybox sh -c 'for d in /t /v /dev/shm; do
            mkdir -p $d/a/deep $d/b && echo x >$d/a/deep/f && mv $d/a/deep/f $d/b/g && ln $d/b/g $d/a/h && ln -s g $d/b/s && mkfifo $d/b/p &&
            mv $d/a $d/b/a && echo y >>$d/b/a/h && cat $d/b/s && truncate -s 1 $d/b/g && chmod 600 $d/b/g && rm -r $d/b; done; ls -A /t /dev/shm'
        expect 0 "x
y
x
y
x
y
/dev/shm:

/t:"
    done
    run busybox sh -c 'mkdir /new /new/er && echo x >/new/f && mv /new/f /etc/g && mv /etc/hosts /new/ && mv /bin/vi /new/er/ && rm -r /media &&
        mkdir /media && touch /media/x && cat /etc/g && ls /new /new/er'
    expect 0 "x
/new:
er
hosts

/new/er:
vi"
    mkdir -p "$T/v/t"
    for dir in /tmp /dev/shm /v/t; do
        reach -- tmpfile $dir
        case $out in
        *"not supported"*) skip "no files without a name in $dir" ;;
        *) expect 0 linked ;;
        esac
    done
    rm -rf "$T/v/t"
}

# With a read-only root nothing is written but what was mounted for that; devices, /proc/self and the terminal work as ever.
test_read_only() {
    run --read-only --tmpfs /tmp:exec -v "$T/v:/v" -v "$T/v:/ro:ro" busybox sh -c 'echo x >/tmp/x && echo x >/v/x && cat /ro/x
        for f in /x /etc/hosts /ro/y; do { echo y >$f; } 2>/dev/null && echo wrote $f; done
        echo 100 >/proc/self/oom_score_adj && cat /proc/self/oom_score_adj; printf name >/proc/self/comm && cat /proc/$$/comm
        echo lost >/dev/null; head -c 2 /dev/zero | wc -c; touch /dev/shm/x /dev/mqueue/x && ls /dev/shm; cp /bin/busybox /tmp/echo && /tmp/echo run'
    expect 0 "x
100
name
2
x
run"
    rm -f "$T/v/x"
}

# A terminal is one: its settings can be changed, its name be opened.
test_terminal() {
    "$HELPERS/pty" -t "$LIMIT" 'expect end' "$CRIB" run -t busybox sh -c 'stty -echo </dev/console && tty && echo on >/dev/tty; echo end' >"$T/o" 2>&1
    assertContains "$(cat "$T/o")" "/dev/pts/0"
    assertContains "$(cat "$T/o")" "on"
}

# Message queues, shared memory, files in memory and debuggers work.
test_kernel_objects() {
    for word in mqueue:message shm:page memory:page trace:traced; do
        reach -- ${word%:*}
        case ${word%:*}/$out in
        mqueue/*"not implemented"*) skip "this kernel has no message queues" ;;
        *) expect 0 ${word#*:} ;;
        esac
    done
    reach --read-only -- mqueue
    case $out in *"not implemented"*) ;; *) expect 0 message ;; esac
}

# Sockets with a path in a volume are reached, also where the root is read-only and whoever listens.
test_sockets_with_path() {
    for flags in "" "--read-only"; do
        rm -f "$T/v/s"
        "$T/reach" listen "$T/v/s" >"$T/heard" &
        listener=$!
        wait_until "grep -q listening '$T/heard'"
        # shellcheck disable=SC2086 # words
        reach $flags -- connect /v/s
        expect 0 connected
        wait $listener
        assertContains "$(cat "$T/heard")" reached
    done
}

# TCP ports that were not named are closed, in both directions, and only these.
test_tcp() {
    if [ "$VERSION" -lt 4 ]; then
        refuse 125 "TCP ports cannot be fenced in" run --tcp-bind 7001 busybox true
        skip "Landlock's version 4 is not there (this kernel's: $VERSION)"
        return 0
    fi
    run --tcp-bind 0,7001 --tcp-connect 7001,7003 busybox sh -c 'for p in 7001 7002; do nc -l -p $p -e echo heard $p 2>/dev/null & done; sleep 0.3
        for p in 7001 7002; do nc 127.0.0.1 $p </dev/null 2>/dev/null || echo closed $p; done'
    expect 0 "heard 7001
closed 7002"
    run --tcp-connect none busybox sh -c 'nc -l -p 7001 -e echo heard 2>/dev/null & sleep 0.3; nc 127.0.0.1 7001 </dev/null || echo closed'
    assertEquals closed "$out"
    refuse 125 "Landlock, which is off" run --landlock off --tcp-bind none busybox true
    refuse 125 "--tcp-bind 70000" run --tcp-bind 70000 busybox true
}

# The command is told as ever what is wrong with it.
test_command_errors() {
    run busybox no-such-command
    assertEquals 127 "$status"
    run busybox /etc
    assertEquals 126 "$status"
    run -w /etc busybox pwd
    expect 0 /etc
}

run_tests
