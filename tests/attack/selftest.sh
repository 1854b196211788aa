#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# crib selftest: the probes out of the one file, on the user's own machine; what it says and by which status.
# shellcheck disable=SC2016,SC2154 source=tests/lib.sh
. "$TESTS/lib.sh"

# By default nothing is open, and it says so by its status too.
test_default() {
    remember_traces
    call selftest
    assertEquals "$(printf '%s\n' "$out" | grep '^open') $err" 0 "$status"
    assertContains "$out" "as root inside: 0 open, "
    assertContains "$out" "core-pattern"
    assert_no_traces
}

# The control is a sandbox in which the probes succeed: most do, or they prove nothing.
test_control() {
    call selftest -o json
    assertEquals "$err" 0 "$status"
    succeed=$(printf '%s\n' "$out" | awk '/"name": "control"/ { control = 1 } control && /"open":/ { print $2 + 0; exit }')
    assertTrue "$succeed probes succeed in the control" "[ '$succeed' -ge 40 ]"
    call selftest --no-control -o json
    assertContains "$out" '"closed": true'
    assertNotContains "$out" '"control": {'
}

# What a flag opens is shown, with the status that says so.
test_opened() {
    call selftest --no-control --cap-add SYS_ADMIN
    assertEquals "$err" 1 "$status"
    assertContains "$out" "open as root inside: capabilities: "
    call selftest --no-control --privileged
    assertEquals "$err" 1 "$status"
    call selftest --no-control -u 0 --read-only --network none
    assertEquals "$out$err" 0 "$status"
    assertNotContains "$out" USER
}

# A root of one's own, with nothing in it but folders.
test_rootfs() {
    mkdir -p "$T/R/tmp"
    call selftest --no-control --rootfs "$T/R"
    assertEquals "$(printf '%s\n' "$out" | grep '^open') $err" 0 "$status"
}

# What makes no sense with it is refused.
test_refused() {
    refuse 125 "leave out" selftest -t
    refuse 125 "leave out" selftest --entrypoint sh
    refuse 125 "takes no" selftest busybox true
    refuse 125 "no image" selftest nonsense
    refuse 125 "text or json" selftest -o yaml
    call selftest --no-control -v "$T/missing:/x"
    expect_refusal 125 "$T/missing"
}

run_tests
