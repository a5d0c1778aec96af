# shellcheck shell=bash
# What goes into the guest for one run, as one tar on a raw disk: the build under
# test with the libraries that the root lacks, the repository's kernel tests and
# profiles, the files of --in, and the command.

# default_build: build/release, else build/dev, else nothing.
default_build() {
    local name
    for name in release dev; do
        [[ ! -d $repository/build/$name ]] || { printf '%s\n' "$repository/build/$name"; return; }
    done
}

# make_input TAR ROOT_FILES BUILD: uses run's arrays inputs, command, variables.
make_input() {
    local tar=$1 root_files=$2 build=$3 folder=${1%/*}/input path
    mkdir -p "$folder/run"
    : >"$folder/run/lab-command"
    [[ ${#command[@]} -eq 0 ]] || printf '%s\0' "${command[@]}" >"$folder/run/lab-command"
    printf '%s\0' "${variables[@]}" >"$folder/run/lab-environment"
    tar -C "$folder" -cf "$tar" --owner=0 --group=0 run/lab-command run/lab-environment

    [[ -z $build ]] || add_build "$tar" "$root_files" "$build" "$folder"
    for path in tests/kernel profiles; do
        [[ ! -e $repository/$path ]] || append "$tar" "$repository" lab/ "$path"
    done
    for path in "${inputs[@]}"; do
        path=$(readlink -f "$path")
        append "$tar" "$(dirname "$path")" lab/in/ "$(basename "$path")"
    done
}

# append TAR FOLDER PREFIX TAR_ARGUMENTS...: S leaves what symlinks name alone.
append() {
    local tar=$1 folder=$2 prefix=$3
    shift 3
    tar -C "$folder" -rf "$tar" --owner=0 --group=0 --transform "s,^,$prefix,S" "$@"
}

add_build() {
    local tar=$1 root_files=$2 build=$3 folder=$4
    (
        cd "$build" || exit
        find . -name CMakeFiles -prune -o -name _deps -prune -o \
            \( -type f -perm -u+x -o -type l -xtype f \) -printf '%P\n'
    ) >"$folder/executables"
    append "$tar" "$build" lab/build/ --verbatim-files-from -T "$folder/executables"
    # Libraries at their own places; those inside the build are there already.
    sed "s,^,$build/," "$folder/executables" | elf_files | libraries_of | sort -u |
        grep -vxF -f "$root_files" | grep -v "^$build/" | sed 's,^/,,' >"$folder/libraries" || true
    [[ ! -s $folder/libraries ]] || append "$tar" / '' --verbatim-files-from -T "$folder/libraries"
}
