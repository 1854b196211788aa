#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# A command runs in a sandbox: from anywhere, with its arguments as they were said, and ends as it ended.
# shellcheck disable=SC2016 source=tests/lib.sh
. "$TESTS/lib.sh"

# The first thing anybody types works: a command, its output, nothing else.
test_hello() {
    run busybox echo hello
    expect 0 hello
}

# The sandbox has a name of its own, and the command sees itself and its init only.
test_greeting() {
    run --name greeter busybox sh -c 'echo hello from $(hostname); ps -o args >/tmp/ps; tail -n 1 /tmp/ps'
    expect 0 "hello from greeter
ps -o args"
}

# Without a command the image's own is run: a shell, that reads what is typed.
test_default_command() {
    echo 'echo read by $0' | crib run -i busybox >"$T/out" 2>"$T/err"
    assertEquals 0 $?
    assertEquals "read by sh" "$(cat "$T/out")"
}

# The exit status is the command's, whatever it is.
test_exit_status() {
    for n in 0 1 3 42 125 126 127 128 255; do
        run busybox sh -c "exit $n"
        expect $n ""
    done
}

# A caller that ignores SIGCHLD still learns how the command ended.
test_ignored_sigchld() {
    (trap '' CHLD; exec "$CRIB" run busybox sh -c 'exit 5') 2>"$T/err"
    assertEquals "$(cat "$T/err")" 5 $?
}

# A few descriptors are enough.
test_few_descriptors() {
    # shellcheck disable=SC3045 # dash and ash have it
    (ulimit -n 40; exec "$CRIB" run busybox sh -c 'ulimit -n') >"$T/out" 2>"$T/err"
    assertEquals "$(cat "$T/err")" 0 $?
    assertEquals 40 "$(cat "$T/out")"
}

# A command that a signal killed gives 128 and the signal's number.
test_signal_status() {
    for n in 1 2 6 9 11 13 14 15; do
        run busybox sh -c "kill -$n \$\$"
        expect $((128 + n)) ""
    done
}

# Arguments arrive byte for byte: blanks, quotes, nothing at all, line breaks, what is no text.
test_argument_bytes() {
    odd=$(printf '\001\033\177\200\377\303\050')
    set -- 'two words' '' '*' "it's" '"' \\ '$HOME' '
new line' ' ' "$odd" -- -x --name =
    run busybox printf '[%s]\n' "$@"
    expect 0 "$(printf '[%s]\n' "$@")"
}

# What follows the image is the command's alone, though it look like a flag of crib's.
test_arguments_are_not_flags() {
    run busybox printf '%s ' -it --name x --memory=1 --help -v
    expect 0 "-it --name x --memory=1 --help -v "
}

# There may be many arguments, and long ones.
test_many_arguments() {
    # shellcheck disable=SC2046 # words
    run busybox sh -c 'echo $# ${20000}' sh $(seq 1 20000)
    expect 0 "20000 20000"
    long=$(seq 1 20000 | tr -d '\n')
    run busybox sh -c 'echo ${#1}' sh "$long"
    expect 0 ${#long}
}

# No program of the host is needed: an empty PATH, an empty environment.
test_empty_path() {
    did="crib with an empty PATH"
    PATH='' "$HELPERS/bound" "$CRIB" run busybox echo ok >"$T/out" 2>"$T/err"
    status=$?
    take_result
    expect 0 ok
    did="crib with an empty environment"
    env -i CRIB_ROOT="$CRIB_ROOT" "$HELPERS/bound" "$CRIB" run busybox echo ok >"$T/out" 2>"$T/err"
    status=$?
    take_result
    expect 0 ok
}

# The file alone is enough: a copy in an empty folder works, and nothing appears beside it.
test_one_file() {
    mkdir "$T/alone"
    cp "$CRIB" "$T/alone/crib"
    did="a copy of crib"
    (cd / && PATH='' "$HELPERS/bound" "$T/alone/crib" run busybox sh -c 'echo hello from $(hostname)' >"$T/out" 2>"$T/err")
    assertEquals 0 $?
    take_result
    case $out in "hello from "?*) ;; *) fail "output: $out" ;; esac
    assertEquals "" "$err"
    assertEquals "crib" "$(ls -A "$T/alone")"
}

# The file may be called by another name, through a link or by a relative path.
test_other_names() {
    mkdir "$T/names"
    ln -s "$CRIB" "$T/names/krippe"
    did="crib through a symbolic link"
    "$HELPERS/bound" "$T/names/krippe" run busybox echo ok >"$T/out" 2>"$T/err"
    status=$?
    take_result
    expect 0 ok
    cp "$CRIB" "$T/names/crib"
    did="crib by a relative path"
    (cd "$T" && "$HELPERS/bound" names/crib run busybox echo ok >"$T/out" 2>"$T/err")
    status=$?
    take_result
    expect 0 ok
}

# It does not matter where crib is started, not even in a folder that is no more; the command starts in the root.
test_any_directory() {
    mkdir "$T/gone" "$T/closed"
    chmod 0 "$T/closed"
    for dir in / /proc "$T"; do
        (cd "$dir" && crib run busybox pwd >"$T/out" 2>"$T/err")
        assertEquals "status in $dir" 0 $?
        assertEquals "in $dir" / "$(cat "$T/out")"
    done
    (cd "$T/gone" && rmdir "$T/gone" && crib run busybox pwd >"$T/out" 2>"$T/err")
    assertEquals "status in a folder that is gone" 0 $?
    assertEquals / "$(cat "$T/out")"
}

# The environment starts from nothing: what the caller has is the caller's.
test_environment() {
    export SECRET=1 LD_PRELOAD_X=2
    run --name envy busybox env
    unset SECRET LD_PRELOAD_X
    assertEquals "status" 0 "$status"
    assertEquals "HOME=/root
HOSTNAME=envy
PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin" "$(echo "$out" | sort)"
}

# Nor does the command inherit the caller's file mode mask, ignored or blocked signals, or limits of core dumps.
test_clean_start() {
    (
        umask 077
        trap '' HUP USR1 TERM PIPE
        run busybox grep -E '^(Sig(Blk|Ign)|Umask):' /proc/self/status
        expect 0 "Umask:	0022
SigBlk:	0000000000000000
SigIgn:	0000000000000000"
        echo "$out" >"$T/clean"
    )
    assertEquals 3 "$(wc -l <"$T/clean" | tr -d ' ')"
}

# Output and errors are told apart.
test_streams_apart() {
    run busybox sh -c 'echo to out; echo to err >&2'
    expect 0 "to out" "to err"
}

# The BusyBox root is a whole small system: the programs people expect are there and run.
test_programs() {
    run busybox sh -c 'for p in awk vi wget nc httpd tar gzip sed grep find xargs top ping ip mount; do
        command -v $p >/dev/null || echo no $p; done; echo abc | awk "{ print toupper(\$1) }"; busybox --list | wc -l'
    assertEquals 0 "$status"
    assertEquals ABC "$(echo "$out" | sed -n 1p)"
    assertTrue "only $(echo "$out" | sed -n 2p) programs" "[ \"$(echo "$out" | sed -n 2p)\" -ge 300 ]"
}

# The root is the sandbox's own: what one writes, the next does not see.
test_root_is_fresh() {
    run busybox sh -c 'echo mine >/etc/motd; rm /bin/vi; mkdir /new; cat /etc/motd'
    expect 0 mine
    run busybox sh -c 'ls -d /etc/motd /new 2>/dev/null; ls /bin/vi'
    expect 0 /bin/vi
}

# Help and version are there for the asking: on standard output, with status 0.
test_help_and_version() {
    for words in help --help "run --help" "help run" version --version; do
        # shellcheck disable=SC2086 # words
        call $words
        assertEquals "status of crib $words" 0 "$status"
        assertEquals "errors of crib $words" "" "$err"
        assertNotEquals "output of crib $words" "" "$out"
    done
}

run_tests
