#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Whose ids a sandbox has: its own, seen from the host; and to whom its files belong, inside and on the host.
# shellcheck disable=SC2016 source=tests/lib.sh
. "$TESTS/lib.sh"

oneTimeSetUp() {
    probe_limits
    # here the volumes and roots are the subject
    CAN_IDMAP=
    if is_root && [ -z "$IDS" ]; then CAN_IDMAP=yes; fi
    IDS=
}

# child_of PID: a process that it started
child_of() {
    for child_stat in /proc/[0-9]*/stat; do
        { read -r child_line <"$child_stat"; } 2>/dev/null || continue
        # shellcheck disable=SC2086 # fields
        set -- "$1" ${child_line##*) }
        [ "$3" != "$1" ] || { child_dir=${child_stat%/stat}; echo "${child_dir#/proc/}"; return 0; }
    done
    return 1
}

# first_ids FILE: of an id map of one line
first_ids() { awk 'NR == 1 { print $2 }' "$1"; }

# Seen from the host, a sandbox of root's has 65536 ids that are nobody else's, and runs with one of them.
test_own_ids() {
    is_root || { skip "not root"; return; }
    start -- busybox sh -c 'echo ready; sleep 20'
    wait_for ready
    one=$(child_of "$pid")
    cp "/proc/$one/uid_map" "$T/map1"
    cp "/proc/$one/gid_map" "$T/gmap1"
    owner=$(awk '/^Uid:/ { print $2 }' "/proc/$one/status")
    first_job=$job first_pid=$pid
    mv "$T/out" "$T/out1"
    start -- busybox sh -c 'echo ready; sleep 20'
    wait_for ready
    cp "/proc/$(child_of "$pid")/uid_map" "$T/map2"
    kill -9 "$pid" "$first_pid"
    wait "$first_job"
    finish_job
    for map in "$T/map1" "$T/gmap1" "$T/map2"; do
        assertEquals "$(cat "$map")" "0 65536" "$(awk '{ print $1, $3 }' "$map")"
    done
    a=$(first_ids "$T/map1") b=$(first_ids "$T/map2")
    assertTrue "$a and $b overlap" "[ $a -ge $((b + 65536)) ] || [ $b -ge $((a + 65536)) ]"
    assertEquals "runs as its first id" "$a" "$owner"
    for map in "$T/map1" "$T/map2" "$T/gmap1"; do
        first=$(first_ids "$map")
        assertEquals "users of the host in it" "" \
            "$(awk -F: -v a="$first" '$3 >= a && $3 < a + 65536' /etc/passwd /etc/group)"
    done
}

# Many at once never share an id, whatever state directory they have.
test_many() {
    is_root || { skip "not root"; return; }
    n=$(scaled 32)
    i=0
    jobs=
    while [ $i -lt "$n" ]; do
        "$HELPERS/bound" -t "$LIMIT" "$CRIB" --root "$T/state$((i % 3))" run busybox sh -c 'cat /proc/self/uid_map; sleep 8' >"$T/many$i" 2>/dev/null &
        jobs="$jobs $!"
        i=$((i + 1))
    done
    # shellcheck disable=SC2086 # words
    wait $jobs
    cat "$T"/many* >"$T/many"
    assertEquals "sandboxes" "$n" "$(wc -l <"$T/many" | tr -d ' ')"
    sort -n -k 2 "$T/many" | awk '$2 < end { print "overlap:", $0 } { end = $2 + $3 }' >"$T/overlap"
    assertEquals "" "$(cat "$T/overlap")"
}

# After a crib that was killed its ids can be had again, and the next sandbox runs.
test_killed() {
    i=$(scaled 5)
    while [ "$i" -gt 0 ]; do
        start -- busybox sh -c 'echo ready; sleep 20'
        wait_for ready
        kill -9 "$pid"
        finish_job
        run busybox echo next
        expect 0 next
        i=$((i - 1))
    done
}

# The root's files belong to the sandbox's root, which has a root's rights over them.
test_root_files() {
    run busybox stat -c '%u:%g %n' / /bin/busybox /etc/passwd /etc/hosts /etc/hostname /dev /dev/null /dev/pts /dev/shm /tmp
    assertEquals "$err" 0 "$status"
    # the host's own node, where none can be made
    is_root || out=$(echo "$out" | sed 's,^65534:65534 /dev/null$,0:0,')
    assertEquals "" "$(echo "$out" | grep -v '^0:0')"
    run busybox sh -c 'touch /f && chmod 600 /etc/passwd && rm /bin/vi && echo x >>/etc/hosts && mkdir /opt/d && ls -ln /f | cut -d" " -f5-11 | tr -s " "'
    assertEquals "$err" 0 "$status"
}

# Users are users: chown, su and --user work, and each may open its own streams anew.
test_users() {
    is_root || { skip "one id only, or none granted here"; return; }
    run busybox sh -c 'touch /f; chown 1000:65534 /f; stat -c %u:%g /f; su daemon -s /bin/sh -c id'
    expect 0 "1000:65534
uid=1(daemon) gid=1(daemon) groups=1(daemon)"
    crib run -u 1000:1000 busybox sh -c 'id -u; touch /tmp/f; stat -c %u:%g /tmp/f; touch /f 2>/dev/null || echo refused; echo out >/dev/stdout; echo err >/dev/stderr' 2>"$T/err" | cat >"$T/out"
    assertEquals "$(cat "$T/err")" "1000
1000:1000
refused
out" "$(cat "$T/out")"
    run -u 65535 busybox id -u
    expect 0 65535
    refuse 125 "not mapped" run -u 65536 busybox true
}

# A pipe can be opened anew by /dev/stdout; a file of the host's stays the host's.
test_streams() {
    is_root || { skip "not root"; return; }
    crib run busybox sh -c 'echo hello >/dev/stdout' 2>"$T/err" | cat >"$T/out"
    assertEquals "$(cat "$T/err")" hello "$(cat "$T/out")"
    echo hello | crib run -i busybox sh -c 'cat /dev/stdin' 2>"$T/err" | cat >"$T/out"
    assertEquals "$(cat "$T/err")" hello "$(cat "$T/out")"
    run busybox sh -c 'echo by descriptor; echo by name >/dev/stdout'
    assertEquals "by descriptor" "$out"
    assertEquals "0" "$(stat -c %u "$T/out")"
}

# A volume's files have the same owners inside as outside, both ways.
test_volumes() {
    is_root || { skip "not root"; return; }
    mkdir "$T/volume"
    echo roots >"$T/volume/root" && chmod 600 "$T/volume/root"
    echo users >"$T/volume/user" && chown 1000:100 "$T/volume/user"
    echo far >"$T/volume/far" && chown 70000:70000 "$T/volume/far"
    if [ -z "$CAN_IDMAP" ]; then
        call run -v "$T/volume:/v" busybox stat -c %u:%g /v/root
        assertContains "$(cat "$T/err")" "belong to nobody inside"
        assertEquals 65534:65534 "$out"
        refuse 125 "idmap" run -v "$T/volume:/v:idmap" busybox true
        return
    fi
    run -v "$T/volume:/v" busybox sh -c 'cat /v/root; stat -c %u:%g /v/root /v/user /v/far; touch /v/new /v/theirs; chown 1000:5 /v/theirs
        echo x 2>/dev/null >/v/far || echo refused'
    expect 0 "roots
0:0
1000:100
65534:65534
refused"
    assertEquals "0:0 1000:5" "$(stat -c %u:%g "$T/volume/new" "$T/volume/theirs" | tr '\n' ' ' | sed 's/ $//')"
    run --mount "type=bind,source=$T/volume,target=/v,idmap=true" busybox stat -c %u:%g /v/user
    expect 0 1000:100
}

# noidmap: the host's files are nobody's, and what is made belongs to the sandbox's own ids.
test_volumes_as_they_are() {
    is_root || { skip "not root"; return; }
    mkdir "$T/plain" && chmod 1777 "$T/plain"
    echo roots >"$T/plain/root" && chmod 600 "$T/plain/root"
    call run -v "$T/plain:/v:noidmap" busybox sh -c 'stat -c %u:%g /v/root; cat /v/root 2>/dev/null || echo closed; touch /v/new; chmod 4755 /v/new'
    expect 0 "65534:65534
closed"
    assertTrue "belongs to $(stat -c %u "$T/plain/new")" "[ $(stat -c %u "$T/plain/new") -ge 100000 ]"
}

# A directory as the root: owners are those of the host, closed files are open to its root, and ids that it has not are nobody's.
test_rootfs() {
    make_root "$T/R"
    chmod 700 "$T/R"
    echo secret >"$T/R/etc/secret" && chmod 600 "$T/R/etc/secret"
    ln -s busybox "$T/R/bin/stat"
    if is_root; then
        echo u >"$T/R/etc/user" && chown 1000:100 "$T/R/etc/user" && chmod 600 "$T/R/etc/user"
        echo u >"$T/R/etc/far" && chown 70000:70000 "$T/R/etc/far"
        run --rootfs "$T/R" sh -c 'cat /etc/secret; stat -c %u:%g / /etc/secret /etc/user /etc/far; cat /etc/user'
        expect 0 "secret
0:0
0:0
1000:100
65534:65534
u"
    else
        run --rootfs "$T/R" sh -c 'cat /etc/secret; stat -c %u:%g / /etc/secret'
        expect 0 "secret
0:0
0:0"
    fi
}

# --private-root: the root is a copy in memory of the sandbox's own; it can be written to, and the bound holds.
test_private_root() {
    run --private-root busybox sh -c 'awk "\$5 == \"/\" { print \$(NF - 2) }" /proc/self/mountinfo; stat -c %u:%g / /bin/busybox /etc/passwd; echo x >/x && cat /x; id -u'
    expect 0 "tmpfs
0:0
0:0
0:0
x
0"
    [ -d "$T/R" ] || make_root "$T/R"
    run --private-root --rootfs "$T/R" sh -c 'echo x >/x && cat /x; cat /etc/hostname >/dev/null && echo there'
    expect 0 "x
there"
}

# The words that open it, and those that are refused.
test_words() {
    if is_root; then
        run --userns identity busybox sh -c 'cat /proc/self/uid_map | tr -s " "; readlink /proc/self/ns/user'
        assertEquals " 0 0 4294967295" "$(echo "$out" | sed -n 1p)"
        assertNotEquals "$(readlink /proc/self/ns/user)" "$(echo "$out" | sed -n 2p)"
        run --uidmap 0:3000000000:1000 --gidmap 0:3100000000:500 --gidmap 500:3200000000:5 busybox sh -c 'tr -s " " </proc/self/uid_map; tr -s " " </proc/self/gid_map; stat -c %u:%g /bin/busybox'
        expect 0 " 0 3000000000 1000
 0 3100000000 500
 500 3200000000 5
0:0"
        refuse 125 "ordinary users" run --userns single busybox true
    else
        run --userns single busybox sh -c 'tr -s " " </proc/self/uid_map; cat /proc/self/setgroups'
        expect 0 " 0 $(id -u) 1
deny"
        refuse 125 "root" run --userns identity busybox true
        refuse 125 "" run --uidmap 0:3000000000:1000 busybox true
    fi
    refuse 125 "0 inside" run --uidmap 1:100000:65536 busybox true
    refuse 125 "INSIDE:OUTSIDE:COUNT" run --uidmap 0:1 busybox true
    refuse 125 "private, single, identity or host" run --userns other busybox true
}

# as_granted LINES ARGUMENT...: crib as the user 4711 called granted, with these lines in /etc/subuid and /etc/subgid
as_granted() {
    printf '%s\n' "$1" >"$T/subid"
    shift
    [ -d "$T/public" ] || { mkdir "$T/public" && cp "$CRIB" "$HELPERS/bound" "$T/public/" && chmod -R a+rX "$T/public" && chmod 711 "$T"; }
    (cat /etc/passwd; echo "granted:x:4711:4711::/:/bin/sh") >"$T/passwd"
    cat >"$T/script" <<'END'
for file in subuid subgid; do [ -e "/etc/$file" ] || exit 70; mount --bind "$1/subid" "/etc/$file" || exit 70; done
mount --bind "$1/passwd" /etc/passwd || exit 70
dir=$1 limit=$2
shift 2
exec setpriv --reuid 4711 --regid 4711 --clear-groups env -i PATH=/nowhere "$dir/public/bound" -t "$limit" "$dir/public/crib" --root /tmp/crib-granted-4711 "$@"
END
    unshare -m sh "$T/script" "$T" "$LIMIT" "$@" >"$T/out" 2>"$T/err"
    status=$?
    did="crib $* with granted ids"
    take_result
    err=$(printf '%s\n' "$err" | grep -v 'no .*limit.*crib doctor')
    rm -rf /tmp/crib-granted-4711
}

# An ordinary user to whom ids were granted has them behind its own.
test_granted() {
    if ! is_root || ! has unshare || ! has setpriv || [ ! -u /usr/bin/newuidmap ] || [ ! -e /etc/subuid ]; then
        skip "needs root, unshare(1), setpriv(1), newuidmap(1) and /etc/subuid"
        return
    fi
    for line in granted:300000:65536 4711:300000:65536; do
        as_granted "$line" run busybox sh -c 'tr -s " " </proc/self/uid_map; tr -s " " </proc/self/gid_map; stat -c %u:%g /bin/busybox; touch /f; chown 1000:1000 /f; stat -c %u:%g /f
            su daemon -s /bin/sh -c id; cat /proc/self/setgroups'
        expect 0 " 0 4711 1
 1 300000 65535
 0 4711 1
 1 300000 65535
0:0
1000:1000
uid=1(daemon) gid=1(daemon) groups=1(daemon)
allow"
        as_granted "$line" run -u 1000 busybox id -u
        expect 0 1000
    done
    as_granted "granted:300000:65536" run --userns single busybox sh -c 'tr -s " " </proc/self/uid_map'
    expect 0 " 0 4711 1"
    as_granted "granted:0:65536
granted:x:y
other:300000:65536" run busybox sh -c 'tr -s " " </proc/self/uid_map'
    expect 0 " 0 4711 1"
    as_granted "granted:300000:1000" run busybox sh -c 'tr -s " " </proc/self/uid_map'
    expect 0 " 0 4711 1
 1 300000 1000"
    as_granted "granted:300000:65536" run --uidmap 0:300000:10 busybox true
    assertEquals "$err" 0 "$status"
    as_granted "granted:300000:65536" run --uidmap 0:5000:10 busybox true
    assertEquals 125 "$status"
    assertContains "$err" "newuidmap"
    as_granted "granted:300000:65536" doctor
    assertContains "$out" "300000-365535"
}

# Ids that were granted to crib are those of root's sandboxes.
test_granted_to_crib() {
    if ! is_root || ! has unshare || [ ! -e /etc/subuid ] || [ ! -e /etc/subgid ]; then
        skip "needs root, unshare(1) and /etc/subuid"
        return
    fi
    printf 'crib:400000:65536\nother:1:2\ncrib:600000:131072\n' >"$T/subid"
    cat >"$T/script" <<'END'
mount --bind "$1/subid" /etc/subuid && mount --bind "$1/subid" /etc/subgid || exit 70
shift
for i in 1 2 3 4; do "$@" run busybox sh -c 'tr -s " " </proc/self/uid_map; sleep 6' & done
wait
END
    unshare -m sh "$T/script" "$T" "$HELPERS/bound" -t "$LIMIT" "$CRIB" >"$T/out" 2>"$T/err"
    assertEquals "$(cat "$T/err")" " 0 400000 65536
 0 600000 65536
 0 665536 65536" "$(sort "$T/out")"
    assertContains "$(cat "$T/err")" "all 3 ranges"
}

run_tests
