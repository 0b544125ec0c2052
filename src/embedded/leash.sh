#!/bin/sh
# Runs one program for exactly as long as standard input stays open.
#
# The hub holds the other end of that pipe, so the program stops when the hub closes it and also
# when the hub dies without a word (SIGKILL, out of memory).
#
#   leash.sh [--stop SIGNAL] [--grace SECONDS] [--group] [--as UID --reach PATH] PROGRAM [ARG...]
#   leash.sh --end PIDFILE PROGRAM MARK   waits for, then ends, what an earlier hub left behind
#
# --group  the signal goes to the program's own children, too
# --as     run the program as this unprivileged user (needs root and setpriv)
# --reach  a directory that user must get to; where a private directory lies in its way, such as
#          root's home, it is given leave to pass through and read, but not to write
set -u

fail() {
  echo "leash: $1" >&2
  exit 64
}

# --- what was left behind ---------------------------------------------------------------------

# The whole command line of a process, from /proc where there is one.
command_line() {
  if [ -r "/proc/$1/cmdline" ]; then tr '\0' ' ' <"/proc/$1/cmdline"; else ps -o args= -p "$1"; fi 2>/dev/null
}

# A process id alone proves nothing after a reboot: the command line must be that of our program,
# with our mark. This script's own has the mark as well.
still_ours() {
  line=$(command_line "$1")
  case $line in *leash.sh*) return 1 ;; *"$2"*) ;; *) return 1 ;; esac
  case $line in *"$3"*) return 0 ;; *) return 1 ;; esac
}

# Waits up to $4 tenths of a second for process $1 (program $2, mark $3) to be gone.
gone_within() {
  tenths=$4
  while [ "$tenths" -gt 0 ]; do
    still_ours "$1" "$2" "$3" || return 0
    sleep 0.1
    tenths=$((tenths - 1))
  done
  return 1
}

end_stale() {
  pid=$(head -n 1 "$1" 2>/dev/null)
  case $pid in '' | *[!0-9]*) exit 0 ;; esac
  [ "$pid" -gt 1 ] || exit 0
  # Its own leash is most likely ending it right now.
  gone_within "$pid" "$2" "$3" 30 && exit 0
  kill -s TERM "$pid"
  gone_within "$pid" "$2" "$3" 50 && exit 0
  kill -s KILL "$pid"
  gone_within "$pid" "$2" "$3" 30 && exit 0
  fail "process $pid ($2) does not end"
}

# --- another user -----------------------------------------------------------------------------

# Postgres asks with access(2), which knows no capabilities, whether it may run itself. From a
# private directory it could not: root keeps a copy of the programs where everybody may run them.
reachable_copy() {
  tree=${1%/bin/*} name=${1##*/}
  sum=$(cksum <"$tree/bin/postgres") || return 1
  copy=/var/cache/alkdev-hub/${sum%% *}
  if [ ! -x "$copy/bin/$name" ]; then
    mkdir -p -m 755 /var/cache/alkdev-hub && rm -rf "$copy.$$" && cp -R "$tree" "$copy.$$" &&
      chown -R 0:0 "$copy.$$" && chmod -R a+rX,go-w "$copy.$$" || return 1
    mv "$copy.$$" "$copy" 2>/dev/null || rm -rf "$copy.$$"
  fi
  echo "$copy/bin/$name"
}

stop=TERM grace=10 group= uid= reach=/
while [ $# -gt 0 ]; do
  case $1 in
  --end) end_stale "$2" "$3" "$4" ;;
  --stop) stop=$2 && shift 2 ;;
  --grace) grace=$2 && shift 2 ;;
  --group) group=yes && shift ;;
  --as) uid=$2 && shift 2 ;;
  --reach) reach=$2 && shift 2 ;;
  *) break ;;
  esac
done
[ $# -gt 0 ] || fail "no program given"
# What this script may be used for: it is the only program that the hub is allowed to run.
case ${1##*/} in nats-server | postgres | initdb | fetch_deb.sh) ;; *) fail "will not run ${1##*/}" ;; esac

if [ -n "$uid" ]; then
  command -v setpriv >/dev/null || fail "setpriv (util-linux) is needed to run ${1##*/} as root"
  become="setpriv --reuid=$uid --regid=$uid --clear-groups --no-new-privs --inh-caps=-all"
  if ! $become test -x "$1"; then
    program=$(reachable_copy "$1") || fail "user $uid cannot get to $1, and no copy could be made"
    shift
    set -- "$program" "$@"
  fi
  # Tried and not asked: what is asked with access(2) is not what the capability allows.
  enter='cd "$1"'
  if ! $become sh -c "$enter" sh "$reach" 2>/dev/null; then
    become="$become,+dac_read_search --ambient-caps=-all,+dac_read_search"
    $become sh -c "$enter" sh "$reach" 2>/dev/null ||
      fail "user $uid cannot get to $reach: open the directories above it (chmod o+x)"
  fi
  set -- $become -- "$@"
fi

# --- the leash --------------------------------------------------------------------------------

child= asked=
tell() {
  if [ -n "$group" ]; then kill -s "$stop" -- "-$$"; else kill -s "$stop" "$child"; fi 2>/dev/null
}
# A signal to the leash means the same as the end of its input.
trap 'trap "" TERM INT HUP; asked=yes; [ -z "$child" ] || tell' TERM INT HUP

exec 3<&0
"$@" </dev/null 3<&- &
child=$!
[ -z "$asked" ] || tell
# Once the hub is dead nobody reads what the shell itself says of its children.
trap '' PIPE
{
  trap '' TERM INT HUP
  while read -r _; do :; done
  tell
  tenths=$((grace * 10))
  while [ "$tenths" -gt 0 ] && kill -0 "$child"; do
    sleep 0.1
    tenths=$((tenths - 1))
  done
  kill -s KILL "$child"
} <&3 >/dev/null 2>&1 &
watcher=$!
exec 3<&-

# `wait` returns early when a signal comes, and has to be asked again.
wait "$child"
status=$?
while kill -0 "$child" 2>/dev/null; do
  wait "$child"
  status=$?
done
kill -s KILL "$watcher" 2>/dev/null
exit "$status"
