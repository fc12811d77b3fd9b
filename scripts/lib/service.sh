# Runs one of the two processes. To be sourced after common.sh.

# Prints the JVM options for the worker's memory (docs/decisions/worker-speed.md): a heap of four
# times MQ_HELD_MAX_BYTES, a young generation in which the records of the batches in flight die, and
# no large network buffers outside of the heap. A collector in JAVA_OPTS replaces this one, because a
# JVM does not start with two.
worker_memory() {
  echo -Djdk.nio.maxCachedBufferSize=262144
  case ${JAVA_OPTS:-} in
    *-XX:+Use*GC*) echo -Xmx192m ;;
    *) echo -Xms32m -Xmx192m -XX:+UseSerialGC -XX:NewRatio=1 -XX:SurvivorRatio=4 ;;
  esac
  if [ "$(java_major "$java_home")" -ge 25 ]; then
    echo -XX:+UseCompactObjectHeaders -XX:TrimNativeHeapInterval=5000
  fi
}

# Replaces this shell, so that the process id stays the same, by the service $1, built in the
# directory $2, with the other arguments. JAVA_OPTS is split into words and comes last, so that it
# wins.
exec_service() {
  service_name=$1
  service_jar=$project_root/$2/target/$1.jar
  shift 2
  find_java
  build_unless_present "$service_jar"
  service_terminal=false
  if [ -t 2 ]; then
    service_terminal=true
  fi
  # Out of memory, a JVM that limps on would hold its port and do nothing. The worker decides for
  # itself: it recovers from a record that is larger than its heap.
  service_memory=-XX:+ExitOnOutOfMemoryError
  if [ "$service_name" = log-worker ]; then
    service_memory="-XX:-ExitOnOutOfMemoryError $(worker_memory)"
    # With one arena per thread, glibc keeps what the JIT compiler has used for a while.
    export MALLOC_ARENA_MAX="${MALLOC_ARENA_MAX:-1}"
  fi
  # shellcheck disable=SC2086
  exec "$java_home/bin/java" $service_memory --enable-native-access=ALL-UNNAMED \
    -Dwideevents.terminal="$service_terminal" ${JAVA_OPTS:-} -jar "$service_jar" "$@"
}
