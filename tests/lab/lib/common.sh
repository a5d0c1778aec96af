# shellcheck shell=bash
# Messages, the cache folder and how things get into it.
#
# Everything in the cache is a folder named after a hash of what it was made
# from, so nothing in it is ever changed: another package list is another
# folder. It is made in a temporary folder and renamed when it is complete, so
# an interrupted build leaves nothing that looks usable.

# The status for failures of the lab itself, as of docker and env.
readonly LAB_FAILED=125

say() { printf 'lab: %s\n' "$*" >&2; }

die() {
    say "$*"
    exit "$LAB_FAILED"
}

cache_dir() {
    local dir=${TRACKER_LAB_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/tracker-lab}
    mkdir -p "$dir"
    printf '%s\n' "$dir"
}

# hash_of TEXT...: a short name for what an artefact was made from.
hash_of() { printf '%s\0' "$@" | sha256sum | cut -c 1-12; }

# cached NAME COMMAND...: the path of the cache folder NAME. When it is missing,
# COMMAND makes its content in the folder that is appended to it. Never call it
# in a condition: bash would then ignore what fails inside.
cached() {
    local name=$1 dir
    shift
    dir=$(cache_dir)
    if [[ ! -d $dir/$name ]]; then
        (
            # One lock for each artefact: runs for two kernels build in parallel.
            exec {lock}>"$dir/$name.lock"
            flock "$lock"
            [[ ! -d $dir/$name ]] || exit 0
            forget_unused "$dir"
            temporary=$(mktemp -d "$dir/building.XXXXXXXX")
            trap 'rm -rf "$temporary"' EXIT
            "$@" "$temporary" >&2 {lock}>&-
            mv -T "$temporary" "$dir/$name"
        )
    fi
    touch "$dir/$name"
    printf '%s\n' "$dir/$name"
}

# Nothing replaces old artefacts, so what no run touched for two weeks goes.
forget_unused() {
    find "$1" -mindepth 1 -maxdepth 1 -mtime +14 ! -name '*.lock' -exec rm -rf {} +
}
