#!/bin/sh
# Stops what runs. Settings and data stay, also on a purge: keys and ledgers are the administrator's to delete.
set -e
if [ -z "${DPKG_ROOT-}" ] && [ "$1" = remove ] && [ -d /run/systemd/system ]; then
  systemctl disable --now @NAME@.service || true
fi
