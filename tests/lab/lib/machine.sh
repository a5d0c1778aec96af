# shellcheck shell=bash
# One emulated machine: its qemu, its ports and its end.
#
# The four disks are root, modules, input and output; the ports are named pipes
# in the run's folder. A saved machine can only be continued by one with the same
# devices in the same order, so nothing here depends on what is run.

# Without la57: a fifth level of page tables, which few machines have, makes every miss of the emulated
# TLB longer (a sixth of a collection's start). Without erms and fsrm: where they are there, the kernel
# clears and copies pages by `rep stosb` and `rep movsb`, which are emulated byte by byte (a seventh).

# start_machine FOLDER KERNEL ROOT CPUS MEMORY_MIB CONSOLE [QEMU_OPTION...]
# CONSOLE is qemu's backend of the serial console. Sets qemu_pid, control.
start_machine() {
    local folder=$1 kernel=$2 root=$3 cpus=$4 memory=$5 console=$6
    shift 6
    mkfifo "$folder"/{control.in,control.out,monitor.in,monitor.out,stdout,stderr}
    [[ -e $folder/in.tar ]] || : >"$folder/in.tar"
    truncate -s "$TRANSFER_SIZE" "$folder/in.tar" "$folder/out.tar"
    # Open both ways: neither side then waits for the other to open.
    exec {control_in}<>"$folder/control.in" {control_out}<>"$folder/control.out"
    exec {monitor_in}<>"$folder/monitor.in" {monitor_out}<>"$folder/monitor.out"

    local arguments=(
        -nodefaults -no-user-config -display none -no-reboot
        -machine pc,usb=off -accel tcg,thread=multi -cpu max,la57=off,erms=off,fsrm=off
        -smp "$cpus" -m "$memory" -rtc base=utc
        -kernel "$kernel/vmlinuz" -initrd "$kernel/initramfs"
        -append "$KERNEL_ARGUMENTS"
        -chardev "$console,id=console" -serial chardev:console
        -chardev "pipe,id=monitor,path=$folder/monitor" -mon chardev=monitor,mode=control
        # What the guest writes to its root goes to a file that is gone afterwards.
        -drive "if=none,id=root,format=raw,snapshot=on,file=$root/image.ext4"
        -drive "if=none,id=modules,format=raw,readonly=on,file=$kernel/modules.ext4"
        -drive "if=none,id=in,format=raw,readonly=on,file=$folder/in.tar"
        -drive "if=none,id=out,format=raw,cache=unsafe,file=$folder/out.tar"
        -device virtio-blk-pci,drive=root -device virtio-blk-pci,drive=modules
        -device virtio-blk-pci,drive=in -device virtio-blk-pci,drive=out
        -device virtio-serial-pci
        -chardev "pipe,id=control,path=$folder/control"
        -device virtserialport,chardev=control,name=lab.control
        -chardev "file,id=stdout,path=$folder/stdout"
        -device virtserialport,chardev=stdout,name=lab.stdout
        -chardev "file,id=stderr,path=$folder/stderr"
        -device virtserialport,chardev=stderr,name=lab.stderr
    )
    # It dies with us, whatever ends us. <&0: bash gives background processes
    # /dev/null to read, but a shell on the console needs ours.
    TMPDIR=$folder setpriv --pdeathsig KILL \
        qemu-system-x86_64 "${arguments[@]}" "$@" <&0 2>"$folder/qemu.log" \
        {control_in}>&- {control_out}>&- {monitor_in}>&- {monitor_out}>&- &
    qemu_pid=$!
}

# Sparse, so it costs nothing.
readonly TRANSFER_SIZE=8G

# tsc=reliable: emulation is too uneven for the kernel's own check of its clock.
# mitigations=off: they guard nobody here and cost a lot when emulated.
# oops=panic panic=-1 and panic_on_rcu_stall: a broken kernel, or a CPU that hangs, ends the run
# instead of hanging it.
readonly KERNEL_ARGUMENTS="console=ttyS0 quiet tsc=reliable clocksource=tsc mitigations=off \
nowatchdog oops=panic panic=-1 sysctl.kernel.panic_on_rcu_stall=1 random.trust_cpu=on"

# hear SECONDS: the guest's next line in `heard`. 1: qemu is gone, 2: too late.
hear() {
    local deadline=$((${EPOCHREALTIME/./} + $1 * 1000000))
    while :; do
        ! read -r -t 0.3 -u "$control_out" heard || return 0
        machine_runs || return 1
        [[ ${EPOCHREALTIME/./} -lt $deadline ]] || return 2
    done
}

# Not kill -0: that finds a dead child as well as long as nobody waited for it.
machine_runs() {
    local stat
    read -r stat 2>/dev/null </proc/"$qemu_pid"/stat && [[ $stat != *') Z '* ]]
}

tell() { printf '%s\n' "$*" >&"$control_in"; }

# end_machine: politely, so that all output is written, and then less so.
end_machine() {
    local tries=0
    [[ -n ${qemu_pid:-} ]] || return 0
    kill -TERM "$qemu_pid" 2>/dev/null || true
    while machine_runs; do
        tries=$((tries + 1))
        [[ $tries -lt 300 ]] || kill -KILL "$qemu_pid" 2>/dev/null || true
        read -r -t 0.01 -u "$monitor_out" _ || true
    done
    wait "$qemu_pid" 2>/dev/null || true
    qemu_pid=
}

# machine_broke FOLDER TEXT: ends with what was last seen of the machine.
machine_broke() {
    say "$2"
    [[ ! -s $1/qemu.log ]] || { say "qemu said:"; tail -n 20 "$1/qemu.log" >&2; }
    if [[ -s $1/console ]]; then
        say "the end of its console:"
        tail -n 120 "$1/console" | tr -d '\r' >&2
    fi
    exit "$LAB_FAILED"
}
