# Runs a program of the toolbox. To be sourced after common.sh.

toolbox_jar=$project_root/scripts/toolbox/target/toolbox.jar

# Replaces this shell by the main class $1 with the other arguments. JAVA_OPTS is split into words.
exec_toolbox() {
  toolbox_main=$1
  shift
  toolbox_began=$(date +%s)
  find_java
  build_unless_present "$toolbox_jar" "$project_root/scripts/stack/target/stack.jar"
  toolbox_terminal=false
  if [ -t 2 ]; then
    toolbox_terminal=true
  fi
  # The options about native access and memory: what mongo-java-server's Netty does is no news to
  # the user, and Java 21 does not know the second one.
  # shellcheck disable=SC2086
  exec "$java_home/bin/java" -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -Xshare:auto \
    -Dlogback.configurationFile=toolbox-logback.xml \
    -Dstdout.encoding=UTF-8 -Dstderr.encoding=UTF-8 \
    -Dwideevents.terminal="$toolbox_terminal" -Dwideevents.began="$toolbox_began" \
    -Dwideevents.broker.lib="$project_root/scripts/stack/target/broker-lib" \
    -XX:+IgnoreUnrecognizedVMOptions --enable-native-access=ALL-UNNAMED \
    --sun-misc-unsafe-memory-access=allow ${JAVA_OPTS:-} \
    -cp "$toolbox_jar:$project_root/scripts/toolbox/target/lib/*" "$toolbox_main" "$@"
}
