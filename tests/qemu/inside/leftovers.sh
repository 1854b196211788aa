# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# snapshot: prints what of the machine a sandbox could leave behind, one thing a line, without numbers that change by themselves:
# mounts, cgroups, processes (zombies too), files (not those in crib's own folders, nor the history of the guest's own shells),
# network interfaces, System V objects, loop devices.

# kernel threads are the children of process 2; the state is only told for zombies
processes() {
    for dir in /proc/[0-9]*; do
        # a process may be gone by now
        { read -r line <"$dir/stat"; } 2>/dev/null || continue
        name=${line#*\(}
        name=${name%)*}
        # shellcheck disable=SC2086 # fields
        set -- ${line##*) }
        case $1,$2,${dir#/proc/} in
        *,2,* | *,2) ;;
        Z,*) echo "zombie $name" ;;
        *) echo "process $name $(tr '\0' ' ' 2>/dev/null <"$dir/cmdline")" ;;
        esac
    done
}

snapshot() {
    cut -d' ' -f3- /proc/self/mountinfo | sed 's/^/mount /' | sort
    find /sys/fs/cgroup -type d | sed 's/^/cgroup /' | sort
    processes >/guest/processes # not through a pipe: sort itself would be in the list, or not
    sort -u /guest/processes
    find /tmp /var /run /dev /home /root /etc -xdev ! -path '*/crib' ! -path '*/crib/*' ! -path '/dev/pts/*' ! -name 'crib-ids*' ! -name .ash_history |
        sed 's/^/file /' | sort
    find /dev/shm /dev/mqueue | sed 's/^/file /' | sort
    for link in /sys/class/net/*; do echo "link ${link##*/}"; done
    for kind in msg sem shm; do sed "1d; s/^ *\([^ ]* *[^ ]*\).*/sysvipc $kind \1/" "/proc/sysvipc/$kind"; done
    for loop in /sys/block/loop*/loop/backing_file; do [ ! -e "$loop" ] || echo "loop $(cat "$loop")"; done
}
