# What the scripts that look at containers share. To be sourced.

# Prints the CPU time, in microseconds, that container $1 has taken: from control groups of version 2,
# else of version 1, which counts in nanoseconds.
cpu_usage() {
  docker exec "$1" sh -c '
    if [ -r /sys/fs/cgroup/cpu.stat ]; then
      cat /sys/fs/cgroup/cpu.stat
    else
      cat /sys/fs/cgroup/cpuacct/cpuacct.usage
    fi' | awk '$1 == "usage_usec" { print $2 } NF == 1 { printf "%.0f\n", $1 / 1000 }'
}
