#!/bin/sh
# Makes the account and its folder. In a root of its own (dpkg --root) there is no account to make and nothing to start.
set -e
root="${DPKG_ROOT-}"
if [ "$1" = configure ]; then
  install -d -m 0755 "$root/@CONFIG@"
  install -d -m 0700 "$root/@DATA@"
  if [ -z "$root" ]; then
    if command -v systemd-sysusers >/dev/null; then systemd-sysusers @NAME@.conf
    elif ! getent passwd @USER@ >/dev/null; then adduser --system --group --home /@DATA@ --no-create-home @USER@; fi
    chown @USER@:@USER@ /@DATA@
    if [ -d /run/systemd/system ]; then
      systemctl daemon-reload
      # An upgrade brings the new program; whether it runs at all is the administrator's.
      systemctl try-restart @NAME@.service || true
    fi
  fi
fi
