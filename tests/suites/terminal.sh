#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# A person at a terminal: tests/helpers/pty plays the person.
# shellcheck disable=SC2016 source=tests/lib.sh
. "$TESTS/lib.sh"

# typing SCRIPT COMMAND...: $out is what the terminal showed, $err what pty says of the end
typing() {
    script=$1
    shift
    did="$*"
    "$HELPERS/bound" -t $((LIMIT + 10)) "$HELPERS/pty" -t "$LIMIT" -s 33x101 "$script" "$@" >"$T/out" 2>"$T/err"
    status=$?
    sed -i "$WARNING" "$T/out"
    take_result
}

# A shell with a prompt, without a word of warning; leaving it leaves the terminal as it was.
test_prompt() {
    typing 'expect / # 
send echo $((40 + 2))\r
expect 42
expect / # 
send exit 7\r' "$CRIB" run -it busybox
    assertEquals "$err" 7 "$status"
    assertEquals "exit 7" "$err"
    assertNotContains "$out" "job control"
    assertNotContains "$out" "can't access"
    assertNotContains "$out" "warning"
}

# Started by a shell of the host, that shell goes on afterwards, its terminal as it was.
test_from_a_shell() {
    typing "expect host> 
send '$CRIB' run -it busybox\\r
expect / # 
send exit 3\\r
expect host> 
send echo back with \$?\\r
expect back with 3
send stty -a; exit\\r
expect icanon" env PS1="host> " sh -i
    assertEquals "$err" 0 "$status"
    assertContains "$out" "isig icanon"
    assertNotContains "$err" "termios changed"
}

# Ctrl-C ends what runs in front, and the shell goes on.
test_ctrl_c() {
    typing 'expect / # 
send sleep 1000\r
sleep 500
send \003
expect / # 
send echo status $?\r
expect status 130
expect / # 
send exit\r' "$CRIB" run -it busybox
    assertEquals "$out" "exit 0" "$err"
}

# Ctrl-C reaches a command that is no shell, and crib's status says it.
test_ctrl_c_command() {
    typing 'expect ready
send \003' "$CRIB" run -it busybox sh -c 'echo ready; exec sleep 1000'
    assertEquals "$out" "exit 130" "$err"
}

# Ctrl-Z stops what runs in front; jobs shows it, fg takes it back.
test_job_control() {
    typing 'expect / # 
send sleep 1000\r
sleep 500
send \032
expect Stopped
expect / # 
send jobs\r
expect Stopped
expect sleep 1000
expect / # 
send fg\r
expect sleep 1000
sleep 300
send \003
expect / # 
send exit 4\r' "$CRIB" run -it busybox
    assertEquals "$out" "exit 4" "$err"
}

# The window's size is the terminal's at the start and follows it.
test_window_size() {
    typing 'expect / # 
send stty size\r
expect 33 101
expect / # 
size 51 77
sleep 500
send stty size\r
expect 51 77
expect / # 
send exit\r' "$CRIB" run -it busybox
    assertEquals "$out" "exit 0" "$err"
}

# The command gets to know of a change of size.
test_window_change_is_told() {
    typing 'expect ready
size 10 20
expect told 10 20' "$CRIB" run -it busybox sh -c 'trap "echo told \$(stty size); exit" WINCH; echo ready; while :; do sleep 0.05; done'
    assertEquals "$out" "exit 0" "$err"
}

# The terminal inside is one of the sandbox's own.
test_own_terminal() {
    typing 'expect end' "$CRIB" run -it busybox sh -c 'tty; ls -l /proc/self/fd/0 | sed "s/.*-> //"; stat -L -c %t /proc/self/fd/0; echo /dev/*; echo $TERM; echo end'
    assertEquals "exit 0" "$err"
    case $out in
    "/dev/console
"* | "/dev/pts/0
"*) ;;
    *) fail "$out" ;;
    esac
    assertContains "$out" "
88
"
    assertContains "$out" "console"
}

# Ctrl-D is the end of the input.
test_ctrl_d() {
    typing 'expect ready
send one line\r
send \004
expect end' "$CRIB" run -it busybox sh -c 'echo ready; cat >/tmp/typed; cat /tmp/typed; echo end'
    assertContains "$out" "one line
end"
    assertEquals "exit 0" "$err"
}

# What is typed arrives as it was typed: long lines, control characters, other alphabets.
test_typing() {
    typing 'expect ready
send \303\274ber \001\005 x\tx\r
expect got' "$CRIB" run -it busybox sh -c 'stty raw -echo; echo ready; dd bs=1 count=13 2>/dev/null | od -An -tx1; echo got'
    assertContains "$out" "c3 bc 62 65 72 20 01 05 20 78 09 78 0d"
    assertNotContains "$err" "termios changed"
}

# Output is complete, though the command ends right after it.
test_output_is_complete() {
    n=$(scaled 20000)
    typing '' "$CRIB" run -t busybox sh -c "seq 1 $n"
    assertEquals "exit 0" "$err"
    assertEquals "$(seq 1 "$n" | cksum)" "$(cksum <"$T/out")"
}

# What was changed of the terminal inside does not stay.
test_terminal_is_restored() {
    typing 'expect ready' "$CRIB" run -it busybox sh -c 'stty raw -echo -isig; echo ready; exit 2'
    assertEquals "exit 2" "$err"
}

# Nor does it when crib is told to end from outside.
test_signal_restores() {
    for s in 15:143 1:129 2:130; do
        typing "expect ready
kill ${s%:*}" "$CRIB" run -it busybox sh -c 'stty raw -echo; echo ready; exec sleep 1000'
        assertEquals "exit ${s#*:}" "$err"
    done
}

# When the terminal goes away, the sandbox does too.
test_hangup() {
    typing 'expect / # 
hangup' "$CRIB" run -it busybox
    case $status in 0 | 1 | 129) ;; *) fail "status $status after a hangup: $err" ;; esac
}

# Without a terminal outside nobody can type at one inside; output of one can be had.
test_no_terminal() {
    refuse 125 terminal run -it busybox true
    run -t busybox sh -c '[ -t 1 ] && echo a terminal'
    assertEquals "$err" 0 "$status"
    assertEquals "a terminal" "$(echo "$out" | tr -d '\r')"
}

# Without -t the command has no terminal, though crib has one, and cannot reach it.
test_not_asked_for() {
    typing 'expect end' "$CRIB" run busybox sh -c '[ -t 0 ] && echo 0; [ -t 1 ] && echo 1; [ -t 2 ] && echo 2; (: </dev/tty) 2>/dev/null && echo reached; echo end'
    assertEquals "exit 0" "$err"
    assertEquals end "$out"
    typing 'expect end' "$CRIB" run -i busybox sh -c '[ -t 0 ] && echo 0; [ -t 1 ] && echo 1; [ -t 2 ] && echo 2; (: </dev/tty) 2>/dev/null && echo reached; echo end'
    assertEquals "exit 0" "$err"
    assertEquals end "$out"
}

# A full-screen program can be used: vi writes a file.
test_vi() {
    typing 'expect ~
send ihello from vi\033
sleep 200
send :wq\r
expect end' "$CRIB" run -it busybox sh -c 'vi /tmp/f; cat /tmp/f; echo end'
    assertEquals "exit 0" "$err"
    assertContains "$out" "hello from vi
end"
}

run_tests
