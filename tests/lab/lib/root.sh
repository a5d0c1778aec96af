# shellcheck shell=bash
# The guest's root: files of this machine's packages as one ext4 image. It is
# the same for all kernels and knows nothing of the build under test.
#
# The artefact: image.ext4, and `files`, the list of what is in it, from which
# input.sh sees which libraries a build needs beyond that.

# Room for what a run writes; the file is sparse.
readonly ROOT_SIZE=6G

root_artefact() {
    local packages missing key
    missing=$(root_packages | missing_packages)
    # shellcheck disable=SC2086 # one word for each package
    [[ -z $missing ]] || install_packages $missing
    packages=$(root_packages)
    # shellcheck disable=SC2086
    key=$(hash_of "$(cat "$lab/packages" "$lab/lib/root.sh" "$lab/guest/init" "$lab/guest/etc"/*)" \
        "$(dpkg-query -W libc6 libstdc++6 $packages)")
    cached "root-$key" build_root
}

# The packages to copy: the required ones and the optional ones that are here.
root_packages() {
    local name
    while read -r name; do
        case $name in
        '' | '#'*) ;;
        '?'*) ! is_installed "${name#?}" || printf '%s\n' "${name#?}" ;;
        *) printf '%s\n' "$name" ;;
        esac
    done <"$lab/packages"
}

missing_packages() {
    local name
    while read -r name; do
        is_installed "$name" || printf '%s\n' "$name"
    done
}

is_installed() { [[ $(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null) == installed ]]; }

build_root() {
    local out=$1 tree=$1/tree
    say "making the guest's root"
    mkdir "$tree"
    root_packages | package_files >"$out/packaged"
    { cat "$out/packaged"; alternatives_of "$out/packaged"; } >"$out/chosen"
    { cat "$out/chosen"; elf_files <"$out/chosen" | libraries_of; } | sort -u >"$out/files"
    tar -C / -c --no-recursion --verbatim-files-from -T <(sed 's,^/,,' "$out/files") | tar -x -C "$tree"
    furnish_root "$tree"
    mke2fs -q -t ext4 -O ^has_journal,^metadata_csum -E nodiscard,lazy_itable_init=0 -N 100000 -m 0 \
        -d "$tree" "$out/image.ext4" "$ROOT_SIZE" >/dev/null
    rm -rf "$tree" "$out/packaged" "$out/chosen"
}

# Files and folders of the packages named on stdin, without documentation.
# Package lists still say /bin/x where the machine has /usr/bin/x.
package_files() {
    xargs dpkg -L | grep '^/' |
        grep -vE '^/usr/share/(doc|man|info|locale|lintian|bug|zoneinfo)(/|$)' |
        sed -E 's,^/(bin|sbin|lib|lib32|lib64|libx32)(/|$),/usr/\1\2,' |
        while read -r path; do [[ ! -e $path && ! -L $path ]] || printf '%s\n' "$path"; done |
        sort -u
}

# Links as /usr/sbin/iptables -> /etc/alternatives/iptables -> ...: no package
# owns them.
alternatives_of() {
    local link
    find /usr/bin /usr/sbin -lname '/etc/alternatives/*' | while read -r link; do
        ! grep -qxF "$(readlink -f "$link")" "$1" || printf '%s\n' "$link" "$(readlink "$link")"
    done
}

# elf_files: those of the paths on stdin that a dynamic linker may look at.
elf_files() {
    local path magic
    while read -r path; do
        [[ -f $path && -r $path ]] || continue
        LC_ALL=C IFS= read -r -N 4 magic 2>/dev/null <"$path" || continue
        [[ $magic != $'\x7fELF' ]] || printf '%s\n' "$path"
    done
}

# libraries_of: what the ELF files on stdin load; links and what they name.
libraries_of() {
    local library
    { xargs -r ldd 2>/dev/null || true; } | grep -oE '/[^ ]+ \(0x' | sed 's/ (0x$//' | sort -u |
        while read -r library; do
            printf '%s/%s\n' "$(readlink -f "$(dirname "$library")")" "$(basename "$library")"
            readlink -f "$library"
        done
}

# What no package brings: mount points, users, the lab's own init.
furnish_root() {
    local tree=$1 dir
    for dir in bin sbin lib lib64; do
        mkdir -p "$tree/usr/$dir"
        [[ -e $tree/$dir ]] || ln -s "usr/$dir" "$tree/$dir"
    done
    mkdir -p "$tree"/{dev,proc,sys,run,tmp,root,lab,var/tmp,usr/lib/modules}
    [[ -e $tree/var/run ]] || ln -s ../run "$tree/var/run"
    chmod 1777 "$tree/tmp" "$tree/var/tmp"
    cp "$tree/usr/share/base-passwd/passwd.master" "$tree/etc/passwd"
    cp "$tree/usr/share/base-passwd/group.master" "$tree/etc/group"
    cp "$lab/guest/etc"/* "$tree/etc/"
    ln -sf ../proc/mounts "$tree/etc/mtab"
    install -m 755 "$lab/guest/init" "$tree/usr/sbin/lab-init"
    ldconfig -r "$tree"
}
