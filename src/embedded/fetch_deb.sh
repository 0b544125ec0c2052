#!/bin/sh
# Fetches Debian packages without touching the system: own apt state, own cache, no root needed.
# apt verifies the archive's signature with the given keyring and the packages' hashes with the index.
#
#   fetch_deb.sh DIRECTORY "deb [OPTIONS] URI SUITE COMPONENT" ORIGIN PACKAGE MINIMUM_VERSION [OTHER...]
#
# Unpacks the package, and others in whatever version is there, into DIRECTORY/root, and prints the
# package's version. With others come the libraries that they and the package need, but for the C
# library: its loader is the machine's own. Exit 3: the suite has no such version.
# Exit 5: the archive is not ORIGIN's, by its own signed word.
set -eu

dir=$1 source=$2 origin=$3 package=$4 minimum=$5
shift 5
case $dir in *[\"\\]*)
  echo "cannot work in $dir: choose a path without quotes and backslashes" >&2
  exit 4
  ;;
esac
command -v apt-get >/dev/null && command -v dpkg-deb >/dev/null || {
  echo "apt-get and dpkg-deb are needed" >&2
  exit 4
}

mkdir -p "$dir/state/lists/partial" "$dir/cache/archives/partial" "$dir/root"
cd "$dir"
echo "$source" >sources.list
cat >apt.conf <<EOF
Dir::State "$dir/state";
Dir::State::status "/dev/null";
Dir::Cache "$dir/cache";
Dir::Etc::sourcelist "$dir/sources.list";
Dir::Etc::sourceparts "-";
APT::Sandbox::User "";
Acquire::Languages "none";
Acquire::Retries "2";
Acquire::http::Timeout "20";
Acquire::https::Timeout "20";
#clear APT::Update::Pre-Invoke;
#clear APT::Update::Post-Invoke;
#clear APT::Update::Post-Invoke-Success;
EOF
export LC_ALL=C

apt-get -c apt.conf -qq update -o APT::Update::Error-Mode=any >&2
apt-cache -c apt.conf policy | grep -q "release .*o=$origin," || {
  echo "the archive does not say that it is $origin's" >&2
  exit 5
}
version=$(apt-cache -c apt.conf madison "$package" | head -n 1 | cut -d '|' -f 2 | tr -d ' ')
[ -n "$version" ] && dpkg --compare-versions "$version" ge "$minimum" || exit 3
if [ $# -gt 0 ]; then
  needed=$(apt-cache -c apt.conf depends "$package" "$@") || exit 3
  set -- "$@" $(echo "$needed" | sed -n 's/^ *|\{0,1\}Depends: \(lib[^ ]*\)$/\1/p' | grep -vx libc6 | sort -u)
fi
apt-get -c apt.conf -qq download "$package=$version" "$@" >&2
for deb in *.deb; do dpkg-deb -x "$deb" root; done
echo "$version"
