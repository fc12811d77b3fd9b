# Runs one of the two processes. To be sourced after common.sh.

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
    service_memory=-XX:-ExitOnOutOfMemoryError
  fi
  # shellcheck disable=SC2086
  exec "$java_home/bin/java" $service_memory --enable-native-access=ALL-UNNAMED \
    -Dwideevents.terminal="$service_terminal" ${JAVA_OPTS:-} -jar "$service_jar" "$@"
}
