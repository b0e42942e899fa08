# Boots a tree's own systemd as process 1 of namespaces of its own; the network is this machine's. Ends with the process.
# usage: boot.sh TREE CGROUP
set -e
tree=$1
cgroup=$2
mkdir "$cgroup"
echo $$ > "$cgroup/cgroup.procs"
exec unshare --mount --pid --fork --uts --ipc --cgroup --kill-child /bin/sh -ec '
tree=$1
mount --make-rprivate /
mount --bind "$tree" "$tree"
mount -t proc proc "$tree/proc"
mount -t sysfs -o ro sysfs "$tree/sys"
mount -t cgroup2 cgroup2 "$tree/sys/fs/cgroup"
mount -t tmpfs -o mode=755 tmpfs "$tree/run"
mount -t tmpfs -o mode=755 tmpfs "$tree/dev"
for device in null zero full random urandom tty; do
  touch "$tree/dev/$device"
  mount --bind "/dev/$device" "$tree/dev/$device"
done
mkdir "$tree/dev/pts" "$tree/dev/shm"
mount -t devpts devpts "$tree/dev/pts"
mount -t tmpfs -o mode=1777 tmpfs "$tree/dev/shm"
ln -s pts/ptmx "$tree/dev/ptmx"
ln -s /proc/self/fd "$tree/dev/fd"
# As after a boot: credentials of units are mounted by a child of systemd, and must be seen by all.
mount --make-rshared "$tree"
hostname clean-machine
exec env -i container=other PATH=/usr/sbin:/usr/bin:/sbin:/bin chroot "$tree" /sbin/init --unit=multi-user.target
' sh "$tree"
