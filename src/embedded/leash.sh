#!/bin/sh
# Runs one server for exactly as long as standard input stays open.
#
# The hub holds the other end of that pipe, so the server stops when the hub closes it and also
# when the hub dies without a word (SIGKILL, out of memory, a power button pressed on a container).
#
#   leash.sh [--stop SIGNAL] [--grace SECONDS] [--as UID --reach PATH] PROGRAM [ARG...]
#   leash.sh --end PIDFILE MARK      waits for, then ends, a server that an earlier hub left behind
#
# --as     run the program as this unprivileged user (needs root and setpriv)
# --reach  a directory that user must get to; where a private directory lies in its way, such as
#          root's home, it is given leave to pass through and read, but not to write
set -u

fail() {
  echo "leash: $1" >&2
  exit 64
}

# The whole command line of a process, from /proc where there is one.
command_line() {
  if [ -r "/proc/$1/cmdline" ]; then tr '\0' ' ' <"/proc/$1/cmdline"; else ps -o args= -p "$1"; fi 2>/dev/null
}

# A process id alone proves nothing after a reboot: its command line must carry our mark, too.
still_ours() {
  case $(command_line "$1") in *"$2"*) return 0 ;; *) return 1 ;; esac
}

# Waits up to $3 tenths of a second for process $1 (marked $2) to be gone.
gone_within() {
  tenths=$3
  while [ "$tenths" -gt 0 ]; do
    still_ours "$1" "$2" || return 0
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
  gone_within "$pid" "$2" 30 && exit 0
  kill -s TERM "$pid"
  gone_within "$pid" "$2" 50 && exit 0
  kill -s KILL "$pid"
  gone_within "$pid" "$2" 30 && exit 0
  fail "process $pid does not end"
}

stop=TERM grace=10 uid= reach=/
while [ $# -gt 0 ]; do
  case $1 in
  --end) end_stale "$2" "$3" ;;
  --stop) stop=$2 && shift 2 ;;
  --grace) grace=$2 && shift 2 ;;
  --as) uid=$2 && shift 2 ;;
  --reach) reach=$2 && shift 2 ;;
  *) break ;;
  esac
done
[ $# -gt 0 ] || fail "no program given"
# What this script may be used for: it is the only program that the hub is allowed to run.
case ${1##*/} in nats-server | postgres | initdb) ;; *) fail "will not run ${1##*/}" ;; esac

if [ -n "$uid" ]; then
  command -v setpriv >/dev/null || fail "setpriv (util-linux) is needed to run ${1##*/} as root"
  become="setpriv --reuid=$uid --regid=$uid --clear-groups --no-new-privs --inh-caps=-all"
  # Tried and not asked: access(2) ignores the very capability that is given here.
  try='cd "$1" && "$2" --version'
  if ! $become sh -c "$try" sh "$reach" "$1" >/dev/null 2>&1; then
    become="$become,+dac_read_search --ambient-caps=-all,+dac_read_search"
    $become sh -c "$try" sh "$reach" "$1" >/dev/null 2>&1 ||
      fail "user $uid cannot get to $1 and $reach: open the directories above them (chmod o+x)"
  fi
  set -- $become -- "$@"
fi

exec 3<&0
"$@" </dev/null 3<&- &
child=$!

# Once the hub is dead nobody reads what the shell itself says of its children.
trap '' PIPE
{
  while read -r _; do :; done
  kill -s "$stop" "$child"
  tenths=$((grace * 10))
  while [ "$tenths" -gt 0 ] && kill -0 "$child"; do
    sleep 0.1
    tenths=$((tenths - 1))
  done
  kill -s KILL "$child"
} <&3 >/dev/null 2>&1 &
watcher=$!
exec 3<&-

# A signal to the leash means the same as the end of its input; `wait` has to be asked again after one.
trap 'kill -s "$stop" "$child" 2>/dev/null' TERM INT HUP
wait "$child"
status=$?
while kill -0 "$child" 2>/dev/null; do
  wait "$child"
  status=$?
done
kill "$watcher" 2>/dev/null
exit "$status"
