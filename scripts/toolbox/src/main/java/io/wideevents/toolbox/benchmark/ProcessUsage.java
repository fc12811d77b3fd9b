package io.wideevents.toolbox.benchmark;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What the operating system accounts to a process. NaN where it does not report a value. */
final class ProcessUsage {
  private static final double BYTES_PER_MEGABYTE = 1e6;

  private ProcessUsage() {}

  /** CPU time since the start of the process, user and system. */
  static double cpuSeconds(long pid) {
    return ProcessHandle.of(pid)
        .flatMap(process -> process.info().totalCpuDuration())
        .map(ProcessUsage::seconds)
        .orElse(Double.NaN);
  }

  /** Resident memory now, in MB of a million bytes. */
  static double residentMegabytes(long pid) {
    return memory(pid, "VmRSS");
  }

  /** The most resident memory since the start, in MB of a million bytes. */
  static double peakMegabytes(long pid) {
    return memory(pid, "VmHWM");
  }

  private static double memory(long pid, String field) {
    try {
      String status = Files.readString(Path.of("/proc", Long.toString(pid), "status"));
      Matcher line = Pattern.compile(field + ":\\s+(\\d+) kB").matcher(status);
      return line.find() ? Long.parseLong(line.group(1)) * 1024 / BYTES_PER_MEGABYTE : Double.NaN;
    } catch (IOException e) {
      return Double.NaN;
    }
  }

  private static double seconds(Duration duration) {
    return duration.toNanos() / 1e9;
  }
}
