# shellcheck shell=bash
# Kernels of other releases of Debian than this machine's, by an apt configuration of the lab's own:
# the archive is the one that the system's sources name, the system's own lists stay as they are.

# suite_apt SUITE COMMAND...: COMMAND is an apt tool with its arguments.
suite_apt() {
    local suite=$1 tool=$2 folder
    shift 2
    folder=$(suite_folder "$suite") || return
    "$tool" -q -o APT::Sandbox::User=root -o Dir::Etc::sourcelist="$folder/sources.list" -o Dir::Etc::sourceparts=- \
        -o Dir::State::lists="$folder/lists" -o Dir::Cache="$folder/cache" "$@"
}

# suite_folder SUITE: its configuration, made and updated once a day.
suite_folder() {
    local folder archive
    folder=$(cache_dir)/suite-$1
    if [[ ! -e $folder/updated || -n $(find "$folder/updated" -mmin +1440) ]]; then
        archive=$(apt-get indextargets --format '$(SITE)' 'Created-By: Packages' \
            "Codename: $(lsb_codename)" 'Component: main' | head -n 1)
        [[ -n $archive ]] || die "apt's sources name no archive of Debian"
        mkdir -p "$folder"/lists/partial "$folder"/cache/archives/partial
        printf 'deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] %s %s main\n' \
            "$archive" "$1" >"$folder/sources.list"
        : >"$folder/updated"
        suite_apt "$1" apt-get update >&2 || { rm "$folder/updated"; die "cannot read suite $1"; }
    fi
    printf '%s\n' "$folder"
}

lsb_codename() { sed -n 's/^VERSION_CODENAME=//p' /etc/os-release; }

# suite_releases SUITE LINE: the releases of cloud kernels of that line (7.3; - for all) in the
# suite, newest first: "7.3.4+deb13-cloud-amd64".
suite_releases() {
    local line=${2//./\\.}
    [[ $2 != - ]] || line='[0-9]+\.[0-9]+'
    suite_apt "$1" apt-cache pkgnames linux- |
        sed -nE "s/^linux-(image|modules)-($line(\.[0-9]+[^-]*)?(-[0-9]+)?(\+[a-z0-9]+)?-cloud-amd64)\$/\2/p" |
        sort -ruV
}

# suite_packages SUITE RELEASE: what has its image and its modules. From 7.0 on these are apart, with
# the lists of what is built in (modules.builtin) in a third.
suite_packages() {
    local name
    suite_apt "$1" apt-cache pkgnames linux- |
        grep -xE "linux-(image|modules|binary|base)-${2//[.+]/\\&}" |
        awk '{ kind = $1; sub(/^linux-/, "", kind); sub(/-[0-9].*/, "", kind); name[kind] = $1 }
             END {
                 if (name["modules"]) {
                     print name["modules"]
                     print name["binary"]
                     print name["base"]
                 } else print name["image"]
             }'
}

# download_from_suite SUITE LINE FOLDER: fetches the newest kernel of the line that the archive still
# has; of a line that is gone the oldest newer one, and says so. Prints its release.
download_from_suite() {
    local suite=$1 line=$2 folder=$3 release
    local -a releases packages
    mapfile -t releases < <(suite_releases "$suite" "$line")
    if [[ ${#releases[@]} -eq 0 ]]; then
        mapfile -t releases < <(suite_releases "$suite" - | sort -V | awk -v line="$line" '
            { split($1, a, "."); split(line, b, ".") }
            a[1] > b[1] || (a[1] == b[1] && a[2] > b[2])')
        [[ ${#releases[@]} -eq 0 ]] || say "suite $suite has no kernel $line any more: ${releases[0]} instead"
    fi
    for release in "${releases[@]}"; do
        mapfile -t packages < <(suite_packages "$suite" "$release")
        (cd "$folder" && suite_apt "$suite" apt-get download "${packages[@]}") >/dev/null 2>&1 || continue
        printf '%s\n' "$release"
        return
    done
    die "suite $suite has no kernel $line that can be downloaded"
}
