package io.wideevents.query;

import io.wideevents.stack.ChildProcess;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** Runs a main class of the tests in a JVM with a heap of 64 MiB, which ends when it is full. */
public final class SmallHeap {
  private SmallHeap() {}

  /**
   * @param log the file for what the process prints
   */
  public static ChildProcess start(Class<?> main, Path log, String... arguments) {
    Stream<String> java =
        Stream.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-Xmx64m",
            "-XX:+ExitOnOutOfMemoryError",
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1",
            "-cp",
            System.getProperty("java.class.path"),
            main.getName());
    List<String> command = Stream.concat(java, Stream.of(arguments)).toList();
    return ChildProcess.start(main.getSimpleName(), command, Map.of(), log);
  }
}
