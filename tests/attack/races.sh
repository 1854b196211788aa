#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Somebody swaps a directory for a link that leads out, as fast as can be, in a volume or in the root, while sandboxes start that
# mount there: CVE-2021-30465, CVE-2024-45310, CVE-2025-31133, CVE-2025-52565, CVE-2025-52881. Each start is refused or stays
# inside; nothing appears at the place that the links lead to, and nothing of it is seen.
# shellcheck disable=SC2016,SC2154 source=tests/lib.sh
. "$TESTS/lib.sh"
PROBE=$HELPERS/probe

oneTimeSetUp() {
    probe_limits
    make_root "$T/good"
    mkdir -p "$T/canary/pts" "$T/canary/shm" "$T/canary/sys" "$T/canary/deep"
    for canary in null zero ptmx console hosts hostname resolv.conf passwd canary deep/canary sys/core_pattern; do
        mkdir -p "$(dirname "$T/canary/$canary")"
        echo "untouched $canary" >"$T/canary/$canary"
    done
    chmod -R a+rwX "$T/canary"
    listing "$T/canary" >"$T/canary.before"
    cut -d' ' -f4- /proc/self/mountinfo >"$T/mounts.before"
    mkdir "$T/mounted"
    echo mounted >"$T/mounted/file"
    # what --rootfs is told of its links is another suite's
    off=
    ! crib help run | grep -q -- '--verify ' || off='--verify off'
}

# fresh: a good root at $R
fresh() {
    R=$T/R
    rm -rf "$R"
    cp -a "$T/good" "$R"
}

# race ROUNDS A B ARGUMENT...: crib run with these arguments, that often, while A and B are exchanged all the time
race() {
    rounds=$(scaled "$1") a=$2 b=$3
    shift 3
    "$HELPERS/attacker" swap "$a" "$b" >"$T/swaps" 2>"$T/swap.err" &
    racer=$!
    inside=0 refused=0
    while [ "$rounds" -gt 0 ]; do
        run "$@"
        rounds=$((rounds - 1))
        case $status in
        0) inside=$((inside + 1)) ;;
        125 | 126 | 127) refused=$((refused + 1)); assertEquals "one line: $err" 1 "$(printf '%s\n' "$err" | wc -l | tr -d ' ')" ;;
        *) fail "$*: status $status: $err" ;;
        esac
        assertNotContains "$*: the canary was seen" "$out" untouched
    done
    kill $racer
    wait $racer
    assertEquals "racer" "" "$(cat "$T/swap.err")"
    # it has to have been fast enough to hit between two steps of crib
    assertTrue "$(cat "$T/swaps") swaps in $inside + $refused starts" "[ '$(cat "$T/swaps")' -gt 100 ]"
    listing "$T/canary" >"$T/canary.after"
    assertEquals "$a: the canary was touched" "" "$(diff "$T/canary.before" "$T/canary.after")"
    cut -d' ' -f4- /proc/self/mountinfo >"$T/mounts.after"
    assertEquals "$a: mounts of the host" "" "$(diff "$T/mounts.before" "$T/mounts.after")"
}

LOOK='cat /canary /etc/canary /dev/canary /proc/canary /sys/canary /data/t/canary /data/t/deep/canary /srv/t/canary 2>/dev/null
echo harm >/data/t/harm; echo harm >/etc/harm; echo harm >/dev/harm; true'

# The mount point in a volume that somebody else has too.
test_volume() {
    mkdir -p "$T/shared/dir"
    ln -s "$T/canary" "$T/shared/link"
    race 40 "$T/shared/dir" "$T/shared/link" -v "$T/shared:/data" -v "$T/mounted:/data/dir" busybox sh -c "$LOOK"
    # deeper, where crib has to make it; a relative link; a tmpfs and a file
    mkdir -p "$T/shared/t/x"
    ln -s ../../../../../../../../../../../.."$T/canary" "$T/shared/up"
    race 20 "$T/shared/t" "$T/shared/up" -v "$T/shared:/data" -v "$T/mounted:/data/t/deep/made" busybox sh -c "$LOOK"
    race 20 "$T/shared/t" "$T/shared/up" -v "$T/shared:/data" --tmpfs /data/t/deep busybox sh -c "$LOOK"
    race 20 "$T/shared/t" "$T/shared/up" -v "$T/shared:/data" -v "$T/mounted/file:/data/t/new" -w /data/t/work busybox sh -c "$LOOK"
    assertFalse "made outside" "[ -e '$T/canary/new' ] || [ -e '$T/canary/work' ]"
}

# The same from inside: the racer is a payload that shares the volume.
test_volume_from_inside() {
    mkdir -p "$T/both/dir"
    chmod 777 "$T/both" "$T/both/dir"
    ln -s "$T/canary" "$T/both/link"
    "$HELPERS/bound" -t "$LIMIT" "$CRIB" run -v "$T/both:/v:noidmap" -v "$HELPERS/attacker:/attacker:ro,noidmap" busybox \
        timeout -s TERM 3 /attacker swap /v/dir /v/link >"$T/inside.out" 2>"$T/inside.err" &
    payload=$!
    rounds=$(scaled 60)
    while [ "$rounds" -gt 0 ] && kill -0 $payload 2>/dev/null; do
        run -v "$T/both:/data" -v "$T/mounted:/data/dir" busybox sh -c "$LOOK"
        assertNotContains "the canary was seen" "$out" untouched
        rounds=$((rounds - 1))
    done
    wait $payload
    assertTrue "swaps: $(cat "$T/inside.out")" "[ '$(cat "$T/inside.out")' -gt 100 ]"
    listing "$T/canary" >"$T/canary.after"
    assertEquals "the canary was touched" "" "$(diff "$T/canary.before" "$T/canary.after")"
}

# Each folder of the root that crib mounts on or writes into.
test_root() {
    for dir in proc sys dev etc tmp; do
        fresh
        ln -s "$T/canary" "$R/link"
        # shellcheck disable=SC2086 # words or none
        race 16 "$R/$dir" "$R/link" $off --rootfs "$R" -v "$T/mounted:/srv/t" --tmpfs /tmp sh -c "$LOOK"
    done
    fresh
    mkdir -p "$R/srv/t"
    ln -s "$T/canary" "$R/srv/link"
    # shellcheck disable=SC2086
    race 30 "$R/srv/t" "$R/srv/link" $off --rootfs "$R" -v "$T/mounted:/srv/t/deep/er" sh -c "$LOOK"
}

# What is hidden stays hidden, and /proc as it is, whatever the root's own /dev/null or /dev/console becomes meanwhile.
test_masks() {
    pattern=$(cat /proc/sys/kernel/core_pattern)
    for name in null console pts; do
        fresh
        rm -rf "${R:?}/dev/$name" 2>/dev/null
        if [ $name = pts ]; then mkdir "$R/dev/pts"; else : >"$R/dev/$name"; fi
        ln -s /proc/sys/kernel/core_pattern "$R/dev/link"
        # shellcheck disable=SC2086
        race 10 "$R/dev/$name" "$R/dev/link" $off --rootfs "$R" -v "$PROBE:/probe:ro,noidmap" sh -c \
            '/probe all core-pattern host-secrets proc-writable sys-writable other-devices unmask >/tmp/o; grep "	open	" /tmp/o && exit 9; true'
        assertEquals "with /dev/$name swapped: $out" 0 "$(printf '%s' "$out" | grep -c open)"
    done
    assertEquals "$pattern" "$(cat /proc/sys/kernel/core_pattern)"
}

# A program that looks first and opens then loses the race: so it is one.
test_race_can_be_won() {
    mkdir -p "$T/won/dir"
    ln -s "$T/canary" "$T/won/link"
    "$HELPERS/attacker" swap "$T/won/dir" "$T/won/link" >"$T/swaps" &
    racer=$!
    assertTrue "five million careless looks hit no swap" "timeout $LIMIT '$HELPERS/attacker' look '$T/won/dir' canary"
    kill $racer
    wait $racer
}

run_tests
