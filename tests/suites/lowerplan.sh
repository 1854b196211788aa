#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# crib lower and crib plan explain what would be done, to anybody, and do nothing.
# shellcheck disable=SC2016 source=tests/lib.sh
. "$TESTS/lib.sh"

# as_nobody ARGUMENT...: crib as a user without any rights, whose folders do not exist
as_nobody() {
    did="as nobody: crib $*"
    if is_root; then
        [ -x "$T/public/crib" ] || { mkdir "$T/public" && cp "$CRIB" "$T/public/crib" && chmod 711 "$T" && chmod 755 "$T/public" "$T/public/crib"; }
        quoted=
        for word; do quoted="$quoted '$word'"; done
        su -s /bin/sh nobody -c "cd /; HOME=/nonexistent CRIB_ROOT=/nonexistent/state exec '$T/public/crib' $quoted" >"$T/out" 2>"$T/err" </dev/null
    else
        (HOME=/nonexistent CRIB_ROOT=/nonexistent/state crib "$@" >"$T/out" 2>"$T/err")
    fi
    status=$?
    out=$(cat "$T/out") err=$(cat "$T/err")
}

# is_json: $out is one valid JSON text, by a tool that is not crib
is_json() {
    if has jq; then
        jq -e . "$T/out" >/dev/null 2>"$T/json" || fail "$did: $(cat "$T/json")"
    elif has python3; then
        python3 -m json.tool "$T/out" >/dev/null 2>"$T/json" || fail "$did: $(cat "$T/json")"
    else
        skip "neither jq nor python3 here"
        return 1
    fi
}

# Anybody can see the spec, as JSON.
test_lower() {
    as_nobody lower --name web --memory 64m -e A=1 -v /srv:/data:ro busybox httpd -f
    assertEquals "$err" 0 "$status"
    assertEquals "" "$err"
    is_json || return 0
    assertContains "$out" '"web"'
    assertContains "$out" 67108864
    assertContains "$out" '/data'
    assertContains "$out" 'A=1'
}

# Anybody can see the plan: what would be done, in order, as text and as JSON.
test_plan() {
    as_nobody plan --name web busybox true
    assertEquals "$err" 0 "$status"
    for word in web /proc /dev pivot user; do
        assertContains "the plan does not say $word" "$out" "$word"
    done
    as_nobody plan -o json --name web busybox true
    assertEquals "$err" 0 "$status"
    is_json || return 0
}

# What is odd is quoted right.
test_odd_words() {
    as_nobody lower --name odd busybox echo 'a "b" \ c' 'line
break' "$(printf 'tab\there')"
    assertEquals "$err" 0 "$status"
    is_json || return 0
    as_nobody plan -o json --name odd busybox echo 'a "b" \ c' 'line
break'
    assertEquals "$err" 0 "$status"
    is_json
}

# The plan of another host can be asked for: as an ordinary user, on another cgroup layout.
test_facts() {
    for facts in uid=0,cgroup=v2 uid=0,cgroup=v1 uid=1000,cgroup=none uid=0,cgroup=hybrid,kernel=5.10; do
        as_nobody plan --facts "$facts" --name web busybox true
        assertEquals "$facts: $err" 0 "$status"
        assertNotEquals "" "$out"
    done
    as_nobody plan --facts uid=0,cgroup=v2 --name web busybox true
    assertContains "$out" crib-web
    as_nobody plan --facts nonsense --name web busybox true
    expect_refusal 125 nonsense
}

# The same words give the same plan.
test_repeatable() {
    as_nobody plan --facts uid=0,cgroup=v2 --name web busybox true
    first=$out
    as_nobody plan --facts uid=0,cgroup=v2 --name web busybox true
    assertEquals "$first" "$out"
    as_nobody lower --name web busybox true
    first=$out
    as_nobody lower --name web busybox true
    assertEquals "$first" "$out"
}

# Nothing is done: no file, no process, no cgroup, though crib would have the right to.
test_nothing_is_done() {
    remember_traces
    mkdir "$T/watched"
    HOME=$T/watched CRIB_ROOT=$T/watched/state XDG_RUNTIME_DIR=$T/watched TMPDIR=$T/watched crib lower --name web busybox true >"$T/out" 2>&1
    assertEquals "$(cat "$T/out")" 0 $?
    HOME=$T/watched CRIB_ROOT=$T/watched/state XDG_RUNTIME_DIR=$T/watched TMPDIR=$T/watched crib plan --name web busybox true >"$T/out" 2>&1
    assertEquals "$(cat "$T/out")" 0 $?
    assertEquals "" "$(ls -A "$T/watched")"
    assert_no_traces
}

# Wrong words are refused as by run, with the same sentence.
test_refused_like_run() {
    for verb in run lower plan; do
        call $verb --memory nonsense busybox true
        expect_refusal 125 --memory
        sentences="${sentences:-}$err
"
    done
    assertEquals "$sentences" 1 "$(printf '%s' "$sentences" | sort -u | wc -l | tr -d ' ')"
}

# The doctor sees anybody, and says what is wrong, with a remedy, or that all is well.
test_doctor() {
    as_nobody doctor
    case $status in 0 | 1) ;; *) fail "status $status: $err" ;; esac
    assertContains "$out" "user namespaces"
    as_nobody doctor -o json
    is_json || return 0
    as_nobody version -o json
    is_json
}

run_tests
