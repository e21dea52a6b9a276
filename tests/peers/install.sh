#!/bin/sh
# Installs from Debian what is missing for: venv (Python's venv), test (the counterparts that tests talk to), bench (wrk).
# Does nothing, at once, when all is there. No service that a package brings is started, now or at the next boot.
set -eu

here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
python=${PYTHON:-python3}
missing=''

want() { # want PACKAGE CONDITION...: the package is missing unless the condition holds
    package=$1
    shift
    "$@" >/dev/null 2>&1 || missing="$missing $package"
}

program() { # a service's programs are in sbin, which an ordinary user's PATH leaves out
    PATH="$PATH:/usr/sbin:/sbin" command -v "$1"
}

one_of() { # one_of PATH...: the first that the shell's pattern found is there
    [ -e "$1" ]
}

look() {
    case $1 in
    venv)
        want python3-venv "$python" -c 'import ensurepip, venv'
        ;;
    test)
        want kannel program bearerbox
        want postgresql one_of /usr/lib/postgresql/*/bin/initdb
        want nodejs program node
        want npm program npm
        want chromium program chromium
        want fonts-noto-core one_of /usr/share/fonts/truetype/noto/NotoSansBengali-Regular.ttf
        want util-linux program setpriv
        want libatomic1 one_of /usr/lib/*/libatomic.so.1 # the browser's driver is linked to it
        ;;
    bench)
        want wrk program wrk
        ;;
    *)
        echo "usage: install.sh venv|test|bench..." >&2
        exit 2
        ;;
    esac
}

# ---- the part that runs as root ----

policy=/usr/sbin/policy-rc.d
clusters=/etc/postgresql-common/createcluster.conf
undo() {
    [ -z "${policy_is_ours:-}" ] || rm -f "$policy"
    [ -z "${clusters_saved:-}" ] || mv -f "$clusters_saved" "$clusters"
    policy_is_ours='' clusters_saved=''
}

get() {
    apt-get -o DPkg::Lock::Timeout=300 -o Dpkg::Use-Pty=0 -qq install --yes --no-install-recommends "$@"
}

install_as_root() {
    export DEBIAN_FRONTEND=noninteractive NEEDRESTART_SUSPEND=1
    trap undo EXIT
    trap 'exit 1' HUP INT TERM
    # Kannel's own configuration listens on every interface: forbid starting services while packages are unpacked.
    if [ ! -e "$policy" ]; then
        policy_is_ours=yes
        printf '#!/bin/sh\nexit 101\n' >"$policy"
        chmod 755 "$policy"
    fi
    apt-get -qq update || echo 'install.sh: the package lists could not be refreshed; going on with the old ones' >&2
    case " $* " in *' postgresql '*)
        # Tests make clusters of their own: none is to be made, and started at each boot, by the package.
        get postgresql-common
        clusters_saved=$clusters.saved-by-tests
        cp -p "$clusters" "$clusters_saved"
        echo 'create_main_cluster = false' >>"$clusters"
        ;;
    esac
    get "$@"
    # Some versions of update-rc.d complain here that there is no systemd unit, and then do what they were asked.
    case " $* " in *' kannel '*) update-rc.d kannel disable >/dev/null 2>&1 ;; esac
}

# ---- ----

if [ "${1:-}" = --as-root ]; then
    shift
    install_as_root "$@"
    exit 0
fi

[ $# -gt 0 ] || look usage
for purpose; do look "$purpose"; done
[ -n "$missing" ] || exit 0

if ! command -v apt-get >/dev/null; then
    echo "Please install these (Debian's names) and try again:$missing" >&2
    exit 1
elif [ "$(id -u)" -eq 0 ]; then
    as_root=''
elif command -v sudo >/dev/null && sudo -n true 2>/dev/null; then
    as_root='sudo -n'
else
    echo "Please run this and try again: sudo sh $here/install.sh --as-root$missing" >&2
    exit 1
fi
echo "Installing from Debian:$missing" >&2
# Words are meant to be split here: package names, one argument each.
# shellcheck disable=SC2086
$as_root sh "$here/install.sh" --as-root $missing
