# shellcheck shell=bash
# What run can be told.

usage() {
    cat <<'TEXT'
usage: tests/lab/run --kernel NAME [options] [-- COMMAND...]

Runs COMMAND as root under Debian's kernel NAME and ends with its exit status.
Without COMMAND: a shell on the console.

  --kernel NAME   6.1, 6.12, 6.1-full or 6.12-full
  --build DIR     its executables appear in /lab/build (default: build/release,
                  else build/dev)
  --in PATH       appears in /lab/in; repeatable
  --out DIR       what the command left in /lab/out is put there
  --timeout S     seconds for the command (default 600); then the status is 124
  --memory MiB    default 2048
  --cpus N        default 2
  --no-resume     boot, instead of continuing a machine that has booted
  --setup-only    only make what is cached
TEXT
}

need_value() { [[ $# -ge 2 ]] || die "$1 needs a value"; }

# parse_options ARGUMENT...: sets the variables named in its first two lines.
parse_options() {
    kernel='' build='' out='' timeout=600 memory=2048 cpus=2 resume=1 setup_only=
    inputs=() command=()
    while [[ $# -gt 0 ]]; do
        case $1 in
        --kernel | --build | --in | --out | --timeout | --memory | --cpus) need_value "$@" ;;&
        --kernel) kernel=$2; shift ;;
        --build) build=$2; shift ;;
        --in) inputs+=("$2"); shift ;;
        --out) out=$2; shift ;;
        --timeout) timeout=$2; shift ;;
        --memory) memory=$2; shift ;;
        --cpus) cpus=$2; shift ;;
        --no-resume) resume= ;;
        --setup-only) setup_only=1 ;;
        -h | --help) usage; exit 0 ;;
        --) shift; command=("$@"); break ;;
        *) die "unknown option $1 (see --help)" ;;
        esac
        shift
    done
    [[ -n $kernel ]] || die "which kernel? (--kernel 6.1 or --kernel 6.12)"
    local number path
    for number in "$timeout" "$memory" "$cpus"; do
        [[ $number =~ ^[1-9][0-9]*$ ]] || die "not a number: $number"
    done
    [[ -z $build || -d $build ]] || die "no such build: $build"
    for path in "${inputs[@]}"; do [[ -e $path ]] || die "no such file: $path"; done
    build=${build:-$(default_build)}
    [[ -z $build ]] || build=$(readlink -f "$build")
    [[ ${#command[@]} -gt 0 || -n $setup_only || -t 0 ]] || die "a shell needs a terminal; or give a command after --"
    # A shell that someone sits at ends when they end it.
    [[ ${#command[@]} -gt 0 ]] || timeout=864000
}
