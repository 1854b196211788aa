# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# The guest's cgroups: each layout as systemd would have it on a real machine, down to the scope that the user's shell is in.
# Takes: layout, user, account, delegate of /guest/conf. Gives: make_cgroups, enter_cgroups.
#   v2     everything on one unified hierarchy
#   v1     a hierarchy for each controller, no unified one at all
#   hybrid v1, and a unified one at unified/ that only holds processes (and what the kernel does not offer on v1)
#   mixed  memory and pids on the unified hierarchy at unified/, the other controllers on v1
#   none   nothing is mounted
# user "user" is in a scope below user@1000.service, which is delegated to the account (on v2; on v1 only where systemd does
# it, in its own hierarchy); "login" is in a session scope that belongs to root, as after ssh.

: "${layout:=v2}" "${user:=root}" "${account:=root}" "${delegate:=cpu memory pids}"
top=/sys/fs/cgroup
scopes= # the cgroups that the shell goes into

write() { echo "$1" >"$2" || echo "@broken cannot write $1 to $2" >&3; }

# add_scope HIERARCHY: makes the scope that the shell will be in
add_scope() {
    slice=user.slice/user-$(id -u "$account").slice
    if [ "$user" = user ]; then
        service=$1/$slice/user@1000.service
        scope=$service/app.slice/run.scope
        mkdir -p "$scope" "$service/init.scope"
    else
        scope=$1/$slice/session-1.scope
        mkdir -p "$scope"
    fi
    scopes="$scopes $scope"
}

# delegate_to_account FOLDER...: as systemd does it: the folder and the files that steer it, not those that limit it
delegate_to_account() {
    for folder; do
        for file in "$folder" "$folder/cgroup.procs" "$folder/cgroup.subtree_control" "$folder/cgroup.threads" "$folder/tasks"; do
            [ ! -e "$file" ] || chown 1000:1000 "$file"
        done
    done
}

# hand_down CONTROLLERS FOLDER: for the folder's children, those of the controllers that it has
hand_down() {
    for controller in $1; do
        if grep -qw "$controller" "$2/cgroup.controllers"; then write "+$controller" "$2/cgroup.subtree_control"; fi
    done
}

mount_unified() {
    mkdir -p "$1"
    mount -t cgroup2 -o nosuid,nodev,noexec,nsdelegate,memory_recursiveprot cgroup2 "$1" 2>/dev/null ||
        mount -t cgroup2 -o nosuid,nodev,noexec,nsdelegate cgroup2 "$1"
}

# fill_unified FOLDER: slices, scopes and controllers of the unified hierarchy
fill_unified() {
    add_scope "$1"
    hand_down "cpuset cpu io memory pids" "$1"
    hand_down "$delegate" "$1/user.slice"
    hand_down "$delegate" "$1/$slice"
    mkdir -p "$1/init.scope" "$1/system.slice"
    if [ "$user" = user ]; then
        delegate_to_account "$service" "$service/init.scope" "$service/app.slice" "$scope"
        hand_down "$delegate" "$service"
        hand_down "$delegate" "$service/app.slice"
    fi
    write $$ "$1/init.scope/cgroup.procs"
}

# v1_controllers: what the kernel offers, without those that stay on the unified hierarchy; those of one mount with commas
v1_controllers() {
    offered=$(awk '$4 == 1 { print $1 }' /proc/cgroups)
    [ "$layout" != mixed ] || offered=$(echo "$offered" | grep -v -x -e memory -e pids)
    for group in cpu,cpuacct cpuset memory devices freezer blkio pids net_cls,net_prio perf_event hugetlb rdma misc; do
        here=
        for controller in $(echo "$group" | tr , ' '); do
            ! echo "$offered" | grep -qx "$controller" || here="$here${here:+,}$controller"
        done
        [ -z "$here" ] || echo "$here"
    done
}

# mount_v1 OPTIONS: one hierarchy; a kernel may list a controller and have no v1 side of it
mount_v1() {
    dir=$top/${1#none,name=}
    mkdir -p "$dir"
    mount -t cgroup -o "nosuid,nodev,noexec,$1" cgroup "$dir" 2>/dev/null || { rmdir "$dir"; return 1; }
    case $1 in
    *,name=*) ;;
    *,*) for controller in $(echo "$1" | tr , ' '); do ln -s "$1" "$top/$controller"; done ;;
    esac
}

make_v1() {
    mount -t tmpfs -o nosuid,nodev,noexec,mode=755 cgroup "$top"
    if mount_v1 none,name=systemd; then
        add_scope "$top/systemd"
        mkdir -p "$top/systemd/init.scope"
        [ "$user" != user ] || delegate_to_account "$service" "$service/init.scope" "$service/app.slice" "$scope"
        write $$ "$top/systemd/init.scope/cgroup.procs"
    fi
    for group in $(v1_controllers); do
        mount_v1 "$group" || continue
        case $group in
        memory | pids) add_scope "$top/$group" ;;
        cpu,* | cpu | devices) mkdir -p "$top/$group/user.slice" && scopes="$scopes $top/$group/user.slice" ;;
        esac
    done
    case $layout in
    hybrid | mixed) mount_unified "$top/unified" && fill_unified "$top/unified" ;;
    esac
    mount -o remount,ro "$top"
}

make_cgroups() {
    case $layout in
    v2) mount_unified "$top" && fill_unified "$top" ;;
    v1 | hybrid | mixed) make_v1 ;;
    none) ;;
    *) echo "@broken no such cgroup layout: $layout" >&3; return 1 ;;
    esac
}

enter_cgroups() {
    for scope in $scopes; do write 0 "$scope/cgroup.procs"; done
}
