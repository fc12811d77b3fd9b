# Runs one of the two processes. To be sourced after common.sh.

# Prints which of "collector" and "heap" the user chooses with JVM options, or with a size of what
# the worker holds. $@ is the command line. A JVM does not start with two collectors, or with an -Xms
# above its -Xmx, and an -Xmx here would win against JDK_JAVA_OPTIONS and JAVA_TOOL_OPTIONS.
user_choices() {
  for user_option in ${JDK_JAVA_OPTIONS:-} ${JAVA_TOOL_OPTIONS:-} ${JAVA_OPTS:-} "$@"; do
    case $user_option in
      -XX:+UseGCOverheadLimit) ;;
      -XX:+Use*GC) echo collector ;;
      -Xm[sx]* | -XX:*RAM* | -XX:*HeapSize=* | --held-max-bytes*) echo heap ;;
    esac
  done
  if [ -n "${MQ_HELD_MAX_BYTES:-}" ]; then
    echo heap
  fi
}

# Prints the JVM options of the service. $@ is the command line.
service_options() {
  if [ "$service_name" = log-worker ]; then
    worker_options "$@"
  else
    gateway_options
  fi
  if [ "$(java_major "$java_home")" -ge 25 ]; then
    echo -XX:+UseCompactObjectHeaders -XX:TrimNativeHeapInterval=5000
  fi
}

# The worker (docs/decisions/worker-speed.md): a heap of three and a third times the default of
# MQ_HELD_MAX_BYTES, a young generation in which the records of the batches in flight die, and no
# large network buffers outside of the heap. A method is compiled after four times as many calls as
# by default, so that a start and an idle worker compile less. Out of memory the worker decides for
# itself: it recovers from a record that is larger than its heap. $@ is the command line.
worker_options() {
  echo -XX:-ExitOnOutOfMemoryError -Djdk.nio.maxCachedBufferSize=262144
  echo -XX:CompileThresholdScaling=4
  worker_choices=$(user_choices "$@")
  case $worker_choices in
    *heap*) ;;
    *) echo -Xms24m -Xmx160m ;;
  esac
  case $worker_choices in
    *collector*) ;;
    *) echo -XX:+UseSerialGC -XX:NewRatio=1 -XX:SurvivorRatio=8 ;;
  esac
}

# The gateway (docs/decisions/gateway-speed.md): a young generation in which the requests in flight
# die, whatever the memory of the machine. The serial collector keeps its size until a full
# collection. Out of memory, a JVM that limps on would hold its port and do nothing.
gateway_options() {
  echo -XX:+ExitOnOutOfMemoryError
  gateway_choices=$(user_choices)
  case $gateway_choices in
    *heap*) ;;
    *) echo -Xms112m -XX:NewSize=96m ;;
  esac
  case $gateway_choices in
    *collector*) ;;
    *) echo -XX:+UseSerialGC ;;
  esac
}

# Sets service_cache to the option for the AOT cache, which halves the CPU time of a start; to
# nothing with a JDK below 25, or with a collector that may not read it. Makes the cache once for
# each build and JDK, from a start without servers, in the directory .run. $1 is the first argument
# of the command line.
find_cache() {
  service_cache=
  [ "$(java_major "$java_home")" -ge 25 ] || return 0
  case $(user_choices) in
    *collector*) return 0 ;;
  esac
  cache_file=$project_root/.run/$service_name-$(build_number).aot
  if [ -f "$cache_file" ]; then
    service_cache=-XX:AOTCache=$cache_file
    return 0
  fi
  # Nothing is recorded where the result cannot be kept.
  mkdir -p "$project_root/.run" 2>/dev/null && [ -w "$project_root/.run" ] || return 0
  case $1 in
    -h | --help | -V | --version) ;;
    '' | -* | run)
      say "Recording a start, once for each build: some seconds …"
      if make_cache; then
        service_cache=-XX:AOTCache=$cache_file
      else
        say "The start could not be recorded; starting without the AOT cache"
      fi
      ;;
  esac
}

# Prints a number that changes with the service's jars and the JDK's version. A JVM may run the
# classes of a cache although a jar has other ones: it compares the sizes and times of the jars, and
# an unpacked jar has an old time. The time here is that of the last change of the file's entry,
# which no program can set.
build_number() {
  {
    cat "$java_home/release" 2>/dev/null || "$java_home/bin/java" -version 2>&1
    list_with_change_times "$service_jar" "${service_jar%/*}"/lib
  } | cksum | cut -d ' ' -f 1
}

# Lists files to the second: the first is for Linux, the second for macOS.
list_with_change_times() {
  LC_ALL=C ls -lncL --full-time "$@" 2>/dev/null || LC_ALL=C ls -lncLT "$@" 2>/dev/null || true
}

# Makes the cache in processes that are children of this shell. When this shell ends, so do they: a
# background process of a script ignores the SIGINT of Ctrl-C.
make_cache() {
  cache_process=
  cache_load=
  cache_work=$(mktemp -d) || return 1
  trap end_recording EXIT
  trap 'exit 129' HUP
  trap 'exit 130' INT
  trap 'exit 143' TERM
  cache_made=false
  if record_start && (recording_jvm -XX:AOTMode=create -XX:AOTConfiguration="$cache_work/recorded" \
    -XX:AOTCache="$cache_work/cache") >>"$cache_work/log" 2>&1; then
    # Two scripts may do this at the same time. Each moves a complete file to the place.
    rm -f "$project_root/.run/$service_name"-*.aot
    mv "$cache_work/cache" "$cache_file.$$" && mv "$cache_file.$$" "$cache_file" && cache_made=true
  fi
  end_recording
  trap - EXIT HUP INT TERM
  $cache_made
}

record_start() {
  : >"$cache_work/log"
  recording_jvm -XX:AOTMode=record -XX:AOTConfiguration="$cache_work/recorded" \
    >"$cache_work/log" 2>&1 &
  cache_process=$!
  cache_seconds=0
  until grep -q 'Listening on' "$cache_work/log"; do
    cache_seconds=$((cache_seconds + 1))
    if [ "$cache_seconds" -gt 60 ] || ! kill -0 "$cache_process" 2>/dev/null; then
      return 1
    fi
    sleep 1
  done
  if [ "$service_name" = api-gateway ]; then
    post_samples
  fi
  kill -TERM "$cache_process"
  wait "$cache_process" || return 1
  cache_process=
}

# Posts events to the recorded gateway, so that the cache also has the profiles of the methods that
# handle posts. The JIT compiler then needs less time for them. The events go to the spool of the
# recording. Nothing is posted where the toolbox is not built, and nothing after ten seconds.
post_samples() {
  all_present "$project_root/scripts/toolbox/target/toolbox.jar" \
    "$project_root/scripts/stack/target/stack.jar" || return 0
  cache_url=$(sed -n 's/.*Listening on \(http:[^ ]*\).*/\1/p' "$cache_work/log")
  env -i PATH="$PATH" JAVA_HOME="$java_home" "$project_root/scripts/sample" --url "$cache_url" \
    --batch 1 --count 3000 --concurrency 16 >/dev/null 2>&1 &
  cache_load=$!
  cache_seconds=0
  while [ "$cache_seconds" -lt 10 ] && kill -0 "$cache_load" 2>/dev/null; do
    cache_seconds=$((cache_seconds + 1))
    sleep 1
  done
  end_load
}

# Replaces this subshell by the service with the JVM options $@. The environment is empty, so that
# the start has no settings of the user and no servers.
recording_jvm() {
  # shellcheck disable=SC2046
  exec env -i HTTP_PORT=0 WORKER_HTTP_PORT=0 SPOOL_DIR="$cache_work/spool" \
    KAFKA_BROKER=127.0.0.1:1 MONGODB_URI=mongodb://127.0.0.1:1 \
    "$java_home/bin/java" $(service_options) --enable-native-access=ALL-UNNAMED "$@" \
    -jar "$service_jar"
}

end_load() {
  if [ -n "$cache_load" ]; then
    kill -KILL "$cache_load" 2>/dev/null || true
    wait "$cache_load" 2>/dev/null || true
    cache_load=
  fi
}

end_recording() {
  end_load
  if [ -n "$cache_process" ]; then
    kill -KILL "$cache_process" 2>/dev/null || true
    wait "$cache_process" 2>/dev/null || true
  fi
  # A full disk, or a signal, may have left a part of a moved file.
  rm -rf "$cache_work" "$cache_file.$$"
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
  if [ "$service_name" = log-worker ]; then
    # With one arena per thread, glibc keeps what the JIT compiler has used for a while.
    export MALLOC_ARENA_MAX="${MALLOC_ARENA_MAX:-1}"
  fi
  find_cache "${1:-}"
  # shellcheck disable=SC2046,SC2086
  exec "$java_home/bin/java" $(service_options "$@") ${service_cache:+"$service_cache"} \
    --enable-native-access=ALL-UNNAMED -Dwideevents.terminal="$service_terminal" ${JAVA_OPTS:-} \
    -jar "$service_jar" "$@"
}
