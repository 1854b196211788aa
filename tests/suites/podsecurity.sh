#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# --security against Kubernetes' own test pods (pod-security-admission's testdata), where they lie beside the project: each is turned
# into flags of run, and crib's verdict has to be Kubernetes'. $CRIB_REFERENCE/pod-security/LEVEL/VERSION/{pass,fail}/CONTROL*.yaml
# shellcheck disable=SC2016,SC2034,SC2154 source=tests/lib.sh
. "$TESTS/lib.sh"

REFERENCE=${CRIB_REFERENCE:-$TESTS/../../shared/reference}/pod-security
VERSION=v1.36

# flags FILE: the words of a run that asks for the same, one a line; "?" where crib has no word for it
flags() {
    awk -v pass="$2" '
        function say(words, n, i, w) { n = split(words, w, " "); for (i = 1; i <= n; i++) print w[i] }
        function key(line) { sub(/^[ -]*/, "", line); sub(/:.*/, "", line); return line }
        function value(line) { sub(/^[^:]*: */, "", line); gsub(/"/, "", line); return line }
        { match($0, /^ */); depth = RLENGTH; k = key($0); v = value($0) }
        /^ *[a-zA-Z]+:$/ || /: \{\}$/ { while (at && depths[at] >= depth) at--; depths[++at] = depth; part = k }
        /hostNetwork: true/ { say("--network host") }
        /hostIPC: true/ { say("--ipc host") }
        /hostPID: true|hostPort: [1-9]|hostProcess: true|  host: / { say("?") }
        /[ ]privileged: true/ { say("--privileged") }
        /procMount: Unmasked/ { say("--security-opt unmask=ALL") }
        /hostUsers: false/ { say("--userns private") }
        /allowPrivilegeEscalation: true/ { say("--allow-new-privs") }
        /apparmor.security.beta.*: unconfined/ { say("--security-opt apparmor=unconfined") }
        /type: Unconfined/ { say("--security-opt " (part == "appArmorProfile" ? "apparmor" : "seccomp") "=unconfined") }
        part == "add" && /^ *- / { say("--cap-add " substr($0, depth + 3)) }
        part == "seLinuxOptions" && /^ *(type|user|role|level): ./ { say("--security-opt label=" k ":" v) }
        part == "sysctls" && /name: / { name = v }
        part == "sysctls" && /value: / { say("--sysctl " name "=" v) }
        /hostPath:/ { say("-v /srv:/volume" ++volumes) }
        /(gcePersistentDisk|awsElasticBlockStore|gitRepo|nfs|iscsi|glusterfs|rbd|flexVolume|cinder|cephfs|flocker|fc|azureFile|vsphereVolume|quobyte|azureDisk|photonPersistentDisk|portworxVolume|scaleIO|storageos):/ { say("?") }
        /runAsUser: / { user = v }
        /runAsNonRoot: true/ { nonroot = 1 }
        /runAsNonRoot: false/ { say("?") }
        END { if (user != "") say("-u " user); else if (nonroot || pass) say("-u 65535") }' "$1"
}

# what crib gives by itself, and so does not refuse to who leaves it out
given() {
    case $1 in
    # a capability that is spelled otherwise than Kubernetes does: a flag takes any spelling
    capabilities_baseline[23]) return 0 ;;
    # drop ALL, a seccomp profile, no new privileges, a user who must not be root
    capabilities_restricted[0-3] | seccompprofile_restricted[0-4] | allowprivilegeescalation[0-3] | runasnonroot[0-3]) return 0 ;;
    esac
    return 1
}

# the words of the control that a fixture is about
control() {
    case $1 in
    hostnamespaces*) echo "host namespaces" ;;
    privileged*) echo privileged ;;
    capabilities_baseline*) if [ "$2" = baseline ]; then echo "non-default capabilities"; else echo "unrestricted capabilities"; fi ;;
    capabilities_restricted*) echo "unrestricted capabilities" ;;
    hostpathvolumes*) if [ "$2" = baseline ]; then echo "hostPath volumes"; else echo "restricted volume types"; fi ;;
    restrictedvolumes*) echo "restricted volume types" ;;
    apparmorprofile*) echo "forbidden AppArmor profile" ;;
    selinuxoptions*) echo seLinuxOptions ;;
    procmount*) echo procMount ;;
    seccompprofile*) echo seccompProfile ;;
    sysctls*) echo "forbidden sysctls" ;;
    allowprivilegeescalation*) echo "allowPrivilegeEscalation != false" ;;
    runasnonroot*) echo "runAsNonRoot != true" ;;
    runasuser*) echo "runAsUser=0" ;;
    *) echo "?" ;;
    esac
}

# plan_of LEVEL FILE PASS: crib plan with the flags of that pod; 1: crib has no words for it
plan_of() {
    flags "$2" "$3" >"$T/flags"
    ! grep -qx '?' "$T/flags" || return 1
    level=$1
    set -- plan --facts uid=0,kernel=6.12,cgroup=v2 --security "$1"
    while IFS= read -r word; do set -- "$@" "$word"; done <"$T/flags"
    call "$@" busybox true
}

have_reference() {
    [ -d "$REFERENCE" ] || { skip "Kubernetes' test pods are not here"; return 1; }
}

# Every pod that Kubernetes lets pass passes here.
test_pass() {
    have_reference || return 0
    checked=0
    for level in baseline restricted; do
        for file in "$REFERENCE/$level/$VERSION/pass"/*.yaml; do
            plan_of "$level" "$file" "$([ "$level" = baseline ] || echo pass)" || continue
            checked=$((checked + 1))
            case $err in
            *PodSecurity*) fail "$level ${file##*/}: $err" ;;
            esac
        done
    done
    [ $checked -ge 25 ] || fail "only $checked pods were looked at"
}

# Every pod that it refuses and that can be said in flags is refused here, by the same control; what crib gives unasked it does not ask for.
test_fail() {
    have_reference || return 0
    checked=0 mute=0
    for level in baseline restricted; do
        for file in "$REFERENCE/$level/$VERSION/fail"/*.yaml; do
            name=${file##*/} name=${name%.yaml}
            plan_of "$level" "$file" "" || { mute=$((mute + 1)); continue; }
            if [ "$status" = 0 ] && given "$name"; then mute=$((mute + 1)); continue; fi
            checked=$((checked + 1))
            case $err in
            *"violates PodSecurity \"$level:latest\": "*"$(control "$name" "$level")"*) ;;
            *) fail "$level $name ($(tr '\n' ' ' <"$T/flags")): $status $err" ;;
            esac
        done
    done
    [ $checked -ge 40 ] || fail "only $checked pods were looked at, $mute have no flags"
}

# Without the pods too: a level names all that is against it, at once, and runs nothing.
test_all_told() {
    refuse 125 'violates PodSecurity "restricted:latest": host namespaces (--ipc host), restricted volume types (volume /v), allowPrivilegeEscalation != false (new privileges are allowed), runAsNonRoot != true (the user is root unless -u names another), unrestricted capabilities (--cap-add CAP_SYS_ADMIN)' \
        run --security restricted --ipc host -v "$T:/v" --allow-new-privs --cap-add SYS_ADMIN busybox echo ran
}

# A user whose name hides that it is root is found out inside, before the command runs.
test_named_root() {
    make_root "$T/toor"
    printf 'toor:x:0:0:root:/root:/bin/sh\n' >>"$T/toor/etc/passwd"
    refuse 125 "must not be" run --security restricted -u toor --verify off --rootfs "$T/toor" /bin/echo ran
    run --security baseline -u toor --verify off --rootfs "$T/toor" /bin/id -u
    expect 0 0
}

# The levels' settings, as the kernel tells them inside.
test_settings() {
    run --security restricted --userns private busybox grep -E '^(CapBnd|NoNewPrivs)' /proc/self/status
    expect 0 "CapBnd:	0000000000000000
NoNewPrivs:	1"
    run --security baseline busybox grep -E '^(CapBnd|NoNewPrivs)' /proc/self/status
    expect 0 "CapBnd:	00000000800405fb
NoNewPrivs:	1"
}

run_tests
