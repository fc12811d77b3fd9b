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

# Prints the JVM options of the gateway (docs/decisions/gateway-speed.md). A collector in JAVA_OPTS
# replaces this one, because a JVM does not start with two.
gateway_options() {
  case ${JAVA_OPTS:-} in
    *-XX:+Use*GC*) ;;
    *) echo -XX:+UseSerialGC ;;
  esac
  if [ "$(java_major "$java_home")" -ge 25 ]; then
    echo -XX:+UseCompactObjectHeaders
  fi
}

# Sets service_cache to the option for the gateway's AOT cache, which halves the CPU time of a
# start; to nothing with a JDK below 25. Makes the cache once for each build, from a start without
# servers, in the directory .run. $1 is the first argument of the command line.
find_gateway_cache() {
  service_cache=
  [ "$(java_major "$java_home")" -ge 25 ] || return 0
  cache_file=$project_root/.run/api-gateway-$(java_major "$java_home").aot
  if is_current "$cache_file"; then
    service_cache=-XX:AOTCache=$cache_file
    return 0
  fi
  # Nothing is recorded where the result cannot be kept.
  mkdir -p "$project_root/.run" 2>/dev/null && [ -w "$project_root/.run" ] || return 0
  case $1 in
    -h | --help | -V | --version) ;;
    '' | -*)
      say "Recording a start, once for each build: some seconds …"
      if make_gateway_cache; then
        service_cache=-XX:AOTCache=$cache_file
      else
        say "The start could not be recorded; starting without the AOT cache"
      fi
      ;;
  esac
}

# Whether the cache $1 exists and no jar of the service is newer. The JVM rejects an older cache.
is_current() {
  [ -f "$1" ] && [ -z "$(find "${service_jar%/*}" -name '*.jar' -newer "$1")" ]
}

# The environment is empty, so that the start has no settings of the user and no servers.
make_gateway_cache() (
  cache_work=$(mktemp -d) || exit 1
  trap 'rm -rf "$cache_work"' EXIT
  : >"$cache_work/log"
  # shellcheck disable=SC2046
  env -i HTTP_PORT=0 SPOOL_DIR="$cache_work/spool" KAFKA_BROKER=127.0.0.1:1 \
    MONGODB_URI=mongodb://127.0.0.1:1 \
    "$java_home/bin/java" $(JAVA_OPTS='' gateway_options) --enable-native-access=ALL-UNNAMED \
    -XX:AOTCacheOutput="$cache_work/cache" -jar "$service_jar" >"$cache_work/log" 2>&1 &
  cache_process=$!
  cache_seconds=0
  until grep -q 'Listening on' "$cache_work/log"; do
    cache_seconds=$((cache_seconds + 1))
    if [ "$cache_seconds" -gt 60 ] || ! kill -0 "$cache_process" 2>/dev/null; then
      kill -KILL "$cache_process" 2>/dev/null || true
      exit 1
    fi
    sleep 1
  done
  kill -TERM "$cache_process"
  wait "$cache_process" || exit 1
  # Two scripts may do this at the same time. Each moves a complete file to the place.
  mv "$cache_work/cache" "$cache_file.$$" && mv "$cache_file.$$" "$cache_file"
)

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
  service_cache=
  if [ "$service_name" = log-worker ]; then
    service_memory="-XX:-ExitOnOutOfMemoryError $(worker_memory)"
    # With one arena per thread, glibc keeps what the JIT compiler has used for a while.
    export MALLOC_ARENA_MAX="${MALLOC_ARENA_MAX:-1}"
  else
    find_gateway_cache "${1:-}"
    service_memory="-XX:+ExitOnOutOfMemoryError $(gateway_options)"
  fi
  # shellcheck disable=SC2086
  exec "$java_home/bin/java" $service_memory ${service_cache:+"$service_cache"} \
    --enable-native-access=ALL-UNNAMED -Dwideevents.terminal="$service_terminal" ${JAVA_OPTS:-} \
    -jar "$service_jar" "$@"
}
