#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# crib explain: of a run without doing it, of a live sandbox by what the kernel says. What it says is held against the kernel.
# shellcheck disable=SC2016,SC2034,SC2154 source=tests/lib.sh
. "$TESTS/lib.sh"

# row CONTROL: the state and the first line of what explain printed of it
row() { printf '%s\n' "$out" | grep -E "^(on|part|open|off|reach) +$1( |\$)" | head -n 1 | sed 's/  */ /g'; }

# begin FLAG... -- COMMAND...: a live sandbox called $name, whose command has said that it is there
begin() {
    name=explain-$$
    start -- --name "$name" "$@"
    wait_for there
}

# end: of what begin began
end() {
    crib stop -t 0 "$name" >"$T/stopped" 2>&1
    finish_job
}

# Of a run: nothing is done, and each flag that opens something is named with what it opens.
test_run() {
    remember_traces
    call explain busybox true
    assertEquals "$err" 0 "$status"
    assertContains "$(row network)" "on network"
    assertContains "$(row "new privileges")" "on new privileges none"
    assertContains "$(row volumes)" "on volumes"
    assertContains "$(row kernel)" "reach kernel"
    call explain --network host --allow-new-privs -v /srv:/data --cap-add SYS_ADMIN busybox true
    assertEquals "$err" 0 "$status"
    for flag in "--network host" --allow-new-privs -v --cap-add; do
        assertContains "$out" "($flag"
    done
    assertContains "$(row network)" "open network"
    assertContains "$(row capabilities)" "open capabilities 12: "
    assertContains "$(row volume)" "open volume /srv of the host at /data, writable"
    assert_no_traces
}

# What a run would refuse, explain refuses, with the same sentence.
test_refused() {
    call run --security restricted busybox true
    before=$err
    refuse 125 PodSecurity explain --security restricted busybox true
    assertEquals "$before" "$err"
    refuse 125 "no sandbox" explain no-such-sandbox
    refuse 125 "would be a live sandbox" explain --memory 64m no-such-sandbox
    refuse 125 "text or json" explain -o yaml busybox
}

# Of a live sandbox: the sets of the kernel, the namespaces, the limits.
test_live() {
    begin --cap-drop ALL --cap-add KILL busybox sh -c 'echo there; exec sleep 100'
    call explain "$name"
    assertEquals "$err" 0 "$status"
    assertContains "$(row capabilities)" "1: KILL"
    assertContains "$(row "bounding set")" "1: KILL"
    assertEquals "on inheritable set none" "$(row "inheritable set")"
    assertEquals "on ambient set none" "$(row "ambient set")"
    assertEquals "on new privileges none by execve: no_new_privs" "$(row "new privileges")"
    assertContains "$(row "user namespace")" " user namespace its own; "
    for ns in pid mnt net ipc uts cgroup; do
        assertEquals "on $ns namespace its own" "$(row "$ns namespace")"
    done
    if can_limit pids; then
        assertContains "$out" "pids.max = 1024"
    fi
    call explain -o json "pod/$name"
    assertEquals "$err" 0 "$status"
    assertContains "$out" "\"live\": \"$name\""
    end
}

# What is open in a live one is told as open.
test_live_open() {
    mkdir -p "$T/lent"
    begin --network host --uts host --allow-new-privs --cap-add SYS_TIME -v "$T/lent:/data" busybox sh -c 'echo there; exec sleep 100'
    call explain "$name"
    assertEquals "$err" 0 "$status"
    assertEquals "open net namespace the host's" "$(row "net namespace")"
    assertEquals "open uts namespace the host's" "$(row "uts namespace")"
    assertEquals "on pid namespace its own" "$(row "pid namespace")"
    assertContains "$(row capabilities)" "open capabilities 12: "
    assertContains "$(row "new privileges")" "open new privileges"
    printf '%s\n' "$out" | grep -qE '^open +mount +/data: ' || fail "$out"
    end
}

# Without init the command itself is looked at; a name that would write to the terminal does not.
test_live_hostile() {
    begin --no-init --cap-drop ALL busybox sh -c 'printf "\033[31mx" >/proc/self/comm; echo there; read x </dev/tty; while :; do sleep 1; done'
    call explain "$name"
    assertEquals "$err" 0 "$status"
    assertEquals "on capabilities none" "$(row capabilities)"
    assertEquals "control characters: $out" 0 "$(printf '%s' "$out" | tr -d '\n' | tr -dc '\001-\037\177' | wc -c | tr -d ' ')"
    end
}

run_tests
