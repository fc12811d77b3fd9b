package io.wideevents.toolbox.benchmark;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;

/** Runs {@link CodecBenchmark} in its own JVM: from JSON to a validated document, one thread. */
final class CodecMeasurement {
  private static final String ALLOCATED = "gc.alloc.rate.norm";

  private final Path log;
  private final int seconds;
  private final PrintWriter talk;

  /**
   * @param log file for the output of JMH
   * @param seconds of each iteration
   * @param talk for progress
   */
  CodecMeasurement(Path log, int seconds, PrintWriter talk) {
    this.log = log;
    this.seconds = seconds;
    this.talk = talk;
  }

  SpeedReport.Part run() {
    talk.println("Codec: JSON to a validated document");
    talk.flush();
    RunResult result = runBenchmark();
    return new SpeedReport.Part(
        "codec",
        "",
        List.of(),
        List.of(
            Goal.atMost(
                "codec: JSON to a validated document",
                result.getPrimaryResult().getScore(),
                2.5,
                "us"),
            Goal.atMost(
                "codec: allocated memory, ratio to the event's size",
                allocatedBytes(result) / SizedEvents.meanBytes(CodecBenchmark.EVENTS),
                1.5,
                "x")));
  }

  // The signature of JMH has a raw type.
  @SuppressWarnings("rawtypes")
  private static double allocatedBytes(RunResult result) {
    for (Map.Entry<String, Result> secondary : result.getSecondaryResults().entrySet()) {
      if (secondary.getKey().endsWith(ALLOCATED)) {
        return secondary.getValue().getScore();
      }
    }
    return Double.NaN;
  }

  /** The collector and the object headers that the launchers choose for both services. */
  private static String[] optionsOfServices() {
    return Runtime.version().feature() >= 25
        ? new String[] {"-Xmx512m", "-XX:+UseSerialGC", "-XX:+UseCompactObjectHeaders"}
        : new String[] {"-Xmx512m", "-XX:+UseSerialGC"};
  }

  private RunResult runBenchmark() {
    try {
      return new Runner(
              new OptionsBuilder()
                  .include(CodecBenchmark.class.getName() + "\\.decodeForeign")
                  .addProfiler(GCProfiler.class)
                  // Instead of the options of this JVM, which starts fast and compiles little.
                  .jvmArgs(optionsOfServices())
                  .warmupTime(TimeValue.seconds(seconds))
                  .measurementTime(TimeValue.seconds(seconds))
                  .output(log.toString())
                  .build())
          .runSingle();
    } catch (RunnerException e) {
      throw new IllegalStateException("JMH failed: " + e.getMessage(), e);
    }
  }
}
