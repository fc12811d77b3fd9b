package io.wideevents.toolbox.benchmark;

import io.wideevents.stack.ChildProcess;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Starts a program of the toolbox in its own JVM, with the JVM's defaults. */
final class ReferenceProcess {
  private ReferenceProcess() {}

  /**
   * Does not block. The caller closes the process.
   *
   * @param log file for its output
   */
  static ChildProcess start(
      Class<?> main, List<String> jvmOptions, List<String> arguments, Path log) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(
        List.of(
            "-XX:-UsePerfData",
            "-Djava.io.tmpdir=" + log.getParent(),
            "-Dlogback.configurationFile=toolbox-logback.xml",
            "--enable-native-access=ALL-UNNAMED"));
    command.addAll(jvmOptions);
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), main.getName()));
    command.addAll(arguments);
    return ChildProcess.start(main.getSimpleName(), command, Map.of(), log);
  }
}
