#!/bin/sh
# The first program of the small machine: loads the drivers, mounts the project, runs the tests, switches off.
export PATH=/bin:/sbin:/usr/bin:/usr/sbin
/bin/busybox --install -s /bin
mount -t proc none /proc
mount -t sysfs none /sys
mount -t devtmpfs none /dev
mount -t tmpfs -o mode=1777 none /tmp
mkdir -p /dev/pts
mount -t devpts none /dev/pts
for module in /modules/*.ko; do
  case "$module" in
    # Two ports: one for a reader, one for a printer.
    *-dummy_hcd.ko) insmod "$module" num=2 ;;
    *) insmod "$module" ;;
  esac || echo "lodge: $module does not load"
done
mount -t configfs none /sys/kernel/config
ip link set lo up
mount -t 9p -o trans=virtio,version=9p2000.L,cache=loose,msize=1048576,ro project /project || poweroff -f
mount -t 9p -o trans=virtio,version=9p2000.L,cache=loose,msize=1048576 results /results || poweroff -f
# A machine that everybody has forgotten goes off by itself.
(sleep 400; poweroff -f) &
stty -F /dev/ttyS1 raw -echo
export HOME=/tmp TMPDIR=/tmp NODE_COMPILE_CACHE=/results/compiled UV_THREADPOOL_SIZE=8
cd /project
/project/node_modules/node/bin/node --no-warnings "$(cat /results/entry)" "$(cat /results/only)" </dev/null
echo "lodge: the tests ended with $?"
poweroff -f
