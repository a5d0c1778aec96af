# shellcheck shell=bash
# The programs that the lab itself needs on this machine.

# program:package
readonly HOST_TOOLS=(
    qemu-system-x86_64:qemu-system-x86
    busybox:busybox-static
    cpio:cpio
    depmod:kmod
    flock:util-linux
    mke2fs:e2fsprogs
    setpriv:util-linux
    xz:xz-utils
)

# install_packages NAME...: from the distribution, without a question.
install_packages() {
    say "installing: $*"
    local apt=(apt-get -q -y -o DPkg::Lock::Timeout=300)
    export DEBIAN_FRONTEND=noninteractive
    "${apt[@]}" install --no-install-recommends "$@" >/dev/null 2>&1 && return
    # Package lists that are missing or old name versions that are gone.
    "${apt[@]}" update >/dev/null || die "apt-get update failed"
    "${apt[@]}" install --no-install-recommends "$@" >/dev/null || die "cannot install $*"
}

ensure_host_tools() {
    local entry missing=()
    for entry in "${HOST_TOOLS[@]}"; do
        command -v "${entry%%:*}" >/dev/null || missing+=("${entry##*:}")
    done
    # The initramfs has nothing but busybox: one that needs libraries is no use.
    if [[ ${#missing[@]} -eq 0 ]] && ! is_static busybox; then missing+=(busybox-static); fi
    [[ ${#missing[@]} -eq 0 ]] || install_packages "${missing[@]}"
}

is_static() { ! ldd "$(command -v "$1")" >/dev/null 2>&1; }
