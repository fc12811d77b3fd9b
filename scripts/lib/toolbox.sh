# Runs a program of the toolbox. To be sourced after common.sh.

toolbox_jar=$project_root/scripts/toolbox/target/toolbox.jar

# Replaces this shell by the main class $1 with the other arguments.
exec_toolbox() {
  toolbox_main=$1
  shift
  find_java
  build_unless_present "$toolbox_jar" "$project_root/scripts/stack/target/stack.jar"
  toolbox_terminal=false
  if [ -t 2 ]; then
    toolbox_terminal=true
  fi
  # The last two: what mongo-java-server's Netty does is no news to the user. Java 21 knows them not.
  exec "$java_home/bin/java" -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -Xshare:auto \
    -Dlogback.configurationFile=toolbox-logback.xml \
    -Dstdout.encoding=UTF-8 -Dstderr.encoding=UTF-8 \
    -Dwideevents.terminal="$toolbox_terminal" \
    -Dwideevents.home="$project_root" \
    -Dwideevents.broker.lib="$project_root/scripts/stack/target/broker-lib" \
    -XX:+IgnoreUnrecognizedVMOptions --enable-native-access=ALL-UNNAMED \
    --sun-misc-unsafe-memory-access=allow \
    -cp "$toolbox_jar:$project_root/scripts/toolbox/target/lib/*" "$toolbox_main" "$@"
}
