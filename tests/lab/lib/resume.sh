# shellcheck shell=bash
# A machine that has booted and waits for orders, saved to a file: continuing it
# takes a fraction of a boot. The artefact: `memory`, a migration stream.
#
# It fits only the same qemu, devices, size and images, so all of these are in
# its name. Should continuing fail all the same, run boots plainly.

# saved_name KERNEL ROOT CPUS MEMORY_MIB
saved_name() {
    local key
    key=$(hash_of "${1##*/}" "${2##*/}" "$3" "$4" "$(dpkg-query -W qemu-system-x86 seabios)" \
        "$(cat "$lab/lib/machine.sh" "$lab/lib/resume.sh")")
    printf 'saved-%s\n' "$key"
}

# build_saved KERNEL ROOT CPUS MEMORY_MIB OUT: boots and saves.
build_saved() {
    local out=$5 machine=$5/machine
    say "booting once to save the machine"
    mkdir "$machine"
    start_machine "$machine" "$1" "$2" "$3" "$4" "file,path=$machine/console"
    cat "$machine/stdout" >/dev/null &
    cat "$machine/stderr" >/dev/null &
    hear 180 || machine_broke "$machine" "the machine did not get ready"
    [[ $heard == ready ]] || machine_broke "$machine" "not understood: $heard"
    monitor '{"execute": "qmp_capabilities"}' '"return"'
    monitor '{"execute": "migrate-set-capabilities", "arguments": {"capabilities":
        [{"capability": "events", "state": true}]}}' '"return"'
    monitor '{"execute": "migrate-set-parameters", "arguments": {"max-bandwidth": 4294967296}}' '"return"'
    monitor '{"execute": "migrate", "arguments": {"uri": "exec:cat >'"$out"'/memory"}}' '"completed"'
    end_machine
    rm -rf "$machine"
}

# monitor COMMAND REPLY: tells qemu COMMAND, waits for a line that has REPLY.
monitor() {
    local line
    printf '%s\n' "$1" >&"$monitor_in"
    while read -r -t 60 -u "$monitor_out" line; do
        [[ $line != *'"error"'* && $line != *'"failed"'* ]] || die "qemu refuses: $line"
        [[ $line != *"$2"* ]] || return 0
    done
    die "no answer from qemu to: $1"
}
