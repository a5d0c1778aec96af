# shellcheck shell=bash
# A kernel package of Debian, made into what the lab boots: vmlinuz, a small
# initramfs and an image with the modules. It is never installed on the machine.

# kernel_package NAME: the concrete package behind a name of the file `kernels`.
kernel_package() {
    local meta stamp memo
    meta=$(awk -v name="$1" '$1 == name { print $2 }' "$lab/kernels")
    [[ -n $meta ]] || die "no kernel '$1'; known: $(awk '!/^#/ && NF { printf "%s ", $1 }' "$lab/kernels")"
    # Asking apt takes half a second: ask again only when its lists changed.
    stamp=$(stat -c %Y /var/lib/apt/lists)
    memo=$(cache_dir)/package-$(hash_of "$meta" "$stamp")
    if [[ ! -s $memo ]]; then
        ask_apt_for_kernel "$meta" >"$memo.$$" || { rm -f "$memo.$$"; die "apt knows no kernel for $meta"; }
        mv "$memo.$$" "$memo"
    fi
    cat "$memo"
}

ask_apt_for_kernel() {
    apt_depends "$1" && return
    apt-get -q update >&2 && apt_depends "$1"
}

apt_depends() {
    apt-cache depends "$1" 2>/dev/null | awk '$1 == "Depends:" && $2 ~ /^linux-image-[0-9]/ { print $2; found = 1; exit } END { exit !found }'
}

# kernel_suite NAME: "SUITE LINE" of a kernel of another release; fails for the others.
kernel_suite() { awk -v name="$1" '$1 == name && NF == 3 { print $2, $3; found = 1 } END { exit !found }' "$lab/kernels"; }

# kernel_artefact NAME: its cache folder.
kernel_artefact() {
    local package key suite line
    if read -r suite line < <(kernel_suite "$1"); then
        package=linux-image-$(suite_releases "$suite" "$line" | head -n 1)
        key=$(hash_of "$package" "$(cat "$lab/lib/kernel.sh" "$lab/lib/other_suite.sh" "$lab/guest/initramfs-init")")
        cached "kernel-$1-$key" build_suite_kernel "$suite" "$line"
        return
    fi
    package=$(kernel_package "$1")
    key=$(hash_of "$package" "$(cat "$lab/lib/kernel.sh" "$lab/guest/initramfs-init")")
    cached "kernel-${package#linux-image-}-$key" build_kernel "$package"
}

build_kernel() {
    local package=$1 out=$2
    say "fetching $package"
    (cd "$out" && { apt-get -q download "$package" || { apt-get -q update && apt-get -q download "$package"; }; }) >/dev/null 2>&1 ||
        die "cannot download $package"
    unpack_kernel "$out"
}

build_suite_kernel() {
    local suite=$1 line=$2 out=$3
    say "fetching a kernel $line of $suite"
    say "it is $(download_from_suite "$suite" "$line" "$out")"
    unpack_kernel "$out"
}

# unpack_kernel OUT: makes what the lab boots of the packages there.
unpack_kernel() {
    local out=$1 tree=$1/tree package release
    mkdir "$tree"
    for package in "$out"/*.deb; do dpkg-deb -x "$package" "$tree"; done
    rm "$out"/*.deb
    # later releases have /lib below /usr only
    [[ -d $tree/lib/modules ]] || mv "$tree/usr/lib" "$tree/lib"
    release=$(basename "$tree"/lib/modules/*)
    if [[ -e $tree/boot/vmlinuz-$release ]]; then
        mv "$tree/boot/vmlinuz-$release" "$out/vmlinuz"
    else
        mv "$tree/lib/modules/$release/vmlinuz" "$out/vmlinuz"
    fi
    printf '%s\n' "$release" >"$out/release"

    # Unpacked beforehand: xz costs the emulated machine more than reading does.
    find "$tree/lib/modules" -name '*.ko.xz' -print0 | xargs -0 -r -P "$(nproc)" -n 64 xz -d
    depmod -b "$tree" "$release"
    build_initramfs "$tree" "$release" "$out"
    build_modules_image "$tree" "$release" "$out"
    rm -rf "$tree"
}

# Only what it takes to reach the root: the smaller, the faster the boot.
build_initramfs() {
    local tree=$1 release=$2 out=$3 root=$3/initramfs-tree module file
    mkdir -p "$root"/{bin,dev,proc,sys,modules,root}
    cp "$(command -v busybox)" "$root/bin/busybox"
    install -m 755 "$lab/guest/initramfs-init" "$root/init"
    # What the cloud kernels have built in, the -full ones have as modules.
    for module in virtio_pci virtio_blk virtio_console crc32c_generic ext4; do
        # Dependencies come first; a built-in one has no file. crc32c_generic, which ext4 asks for by
        # name, is a library function in 7.3.
        { modprobe -d "$tree" -S "$release" --show-depends "$module" 2>/dev/null ||
            [[ $module == crc32c_generic ]] || die "kernel $release has no $module"; } |
            awk '$1 == "insmod" { print $2 }'
    done | awk '!seen[$0]++' | while read -r file; do
        cp "$file" "$root/modules/"
        basename "$file" >>"$root/modules/order"
    done
    touch "$root/modules/order"
    (cd "$root" && find . | cpio -o -H newc --quiet) >"$out/initramfs"
    rm -rf "$root"
}

build_modules_image() {
    local tree=$1 out=$3 size_kib
    size_kib=$(du -sk --apparent-size "$tree/lib/modules" | cut -f 1)
    mke2fs -q -t ext4 -O ^has_journal,^metadata_csum -E nodiscard -m 0 -d "$tree/lib/modules" \
        "$out/modules.ext4" $((size_kib * 5 / 4 + 16384))k >/dev/null
}
