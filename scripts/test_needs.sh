#!/bin/sh
# See that what `make test` needs of Debian's packages is there. Root installs what is missing; anybody else is told how.
# No service of the machine is started or used: the tests start programs of their own on free ports.
set -eu

missing=""
need() { # a file that is there when the package is
    [ -e "$1" ] || missing="$missing $2"
}
need /usr/lib/rabbitmq/bin/rabbitmq-server rabbitmq-server
need /usr/bin/redis-server redis-server
need /usr/sbin/mosquitto mosquitto
need /usr/lib/postgresql/15/bin/postgres postgresql-15
need /usr/bin/chromium chromium
need /usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc fonts-noto-cjk
need /usr/sbin/clamd clamav-daemon
need /usr/bin/tesseract tesseract-ocr
need /usr/share/tesseract-ocr/5/tessdata/eng.traineddata tesseract-ocr-eng
need /usr/share/tesseract-ocr/5/tessdata/jpn.traineddata tesseract-ocr-jpn
need /usr/share/fonts/opentype/ipafont-gothic/ipag.ttf fonts-ipafont-gothic
need /usr/share/fonts/opentype/ipafont-mincho/ipam.ttf fonts-ipafont-mincho
need /usr/share/fonts/truetype/motoya-l-cedar/MTLc3m.ttf fonts-motoya-l-cedar
need /usr/share/fonts/truetype/umeplus/umeplus-p-gothic.ttf fonts-umeplus
need /usr/share/fonts/truetype/vlgothic/VL-PGothic-Regular.ttf fonts-vlgothic
[ -n "$missing" ] || exit 0

install="apt-get install --yes --no-install-recommends$missing"
if [ "$(id -u)" -ne 0 ] || ! command -v apt-get >/dev/null; then
    echo "The tests need packages that are not installed. Run: sudo $install   (or make test-local)" >&2
    exit 2
fi

echo "Installing$missing ..."
# A policy of "no" keeps the packages from starting their services (invoke-rc.d(8)).
policy=/usr/sbin/policy-rc.d
if [ ! -e "$policy" ]; then
    trap 'rm -f "$policy"' EXIT
    printf '#!/bin/sh\nexit 101\n' >"$policy"
    chmod 755 "$policy"
fi
log=$(mktemp)
export DEBIAN_FRONTEND=noninteractive
# The names are separate words.
if { apt-get update && $install; } >"$log" 2>&1; then
    rm -f "$log"
else
    tail -n 5 "$log" >&2
    echo "The packages could not be installed; $log says why. Without them: make test-local" >&2
    exit 2
fi
