package io.wideevents.toolbox.pipeline;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code scripts/test} in a copy of the project, with a Maven that only writes reports. */
@Timeout(60)
class TestScriptTest {
  private static final Path PROJECT = ProjectHome.find().path();
  private static final String REPORT =
      """
      <?xml version="1.0" encoding="UTF-8"?>
      <testsuite name="a.b.TraceIT" time="1.5" tests="4" errors="1" skipped="0" failures="1">
        <properties><property name="tests" value="99"/></properties>
        <testcase name="find_works" classname="a.b.TraceIT" time="0.1"/>
        <testcase name="find_counts" classname="a.b.TraceIT" time="0.1">
          <failure message="[the key&apos;s &lt;partition&gt;] &#10;expected: 1L&#10; but was: 2L" type="x.Failed"><![CDATA[x.Failed: ...
      	at org.junit.jupiter.Engine.run(Engine.java:7)
      	at a.b.TraceIT.find_counts(TraceIT.java:131)
      	at a.b.TraceIT.other(TraceIT.java:9)
      ]]></failure>
        </testcase>
        <testcase name="find_ends" classname="a.b.TraceIT" time="0.1">
          <error type="java.lang.NullPointerException">java.lang.NullPointerException
      </error>
        </testcase>
        <testcase name="find_again" classname="a.b.TraceIT" time="0.1"/>
      </testsuite>
      """;

  @TempDir private Path directory;

  @BeforeEach
  void copyProject() throws IOException {
    for (String file :
        List.of("scripts/test", "scripts/lib/common.sh", "scripts/lib/test-summary.awk")) {
      Path copy = directory.resolve(file);
      Files.createDirectories(copy.getParent());
      Files.copy(PROJECT.resolve(file), copy);
    }
    write("jdk/release", "JAVA_VERSION=\"25.0.1\"\n");
    executable("jdk/bin/java", "#!/bin/sh\n");
    write("report.xml", REPORT);
    write("passed.xml", "<testsuite name=\"a.C\" tests=\"3\" errors=\"0\" failures=\"0\"/>\n");
    write(
        "output.txt",
        "a line\n\tat org.junit.jupiter.Engine.run(Engine.java:7)\n\tat a.b.Trace.find(Trace.java:5)\n");
  }

  @Test
  void failedTests_areNamedRightBeforeTheCounts() throws Exception {
    maven(
        """
        mkdir -p target/failsafe-reports module/target/surefire-reports
        cp report.xml target/failsafe-reports/TEST-a.b.TraceIT.xml
        cp output.txt target/failsafe-reports/a.b.TraceIT-output.txt
        cp passed.xml module/target/surefire-reports/TEST-a.C.xml
        echo 'Kafka: a broker' >>"$TEST_STACK_REPORT"
        exit 7
        """);

    assertThat(run()).isEqualTo(7);

    assertThat(Files.readAllLines(directory.resolve("out")))
        .endsWith(
            "a line",
            "\tat a.b.Trace.find(Trace.java:5)",
            "Kafka: a broker (1 times)",
            "FAILED a.b.TraceIT.find_counts (TraceIT.java:131):"
                + " [the key's <partition>] expected: 1L but was: 2L",
            "FAILED a.b.TraceIT.find_ends: java.lang.NullPointerException",
            "Tests run: 7, Failures: 1, Errors: 1, Skipped: 0");
  }

  @Test
  void reportsOfAnEarlierRun_areNotCounted() throws Exception {
    write("target/surefire-reports/TEST-a.b.TraceIT.xml", REPORT);
    maven("exit 0\n");

    assertThat(run()).isEqualTo(1);

    assertThat(Files.readAllLines(directory.resolve("out")))
        .containsExactly(
            "scripts/test: no test ran", "Tests run: 0, Failures: 0, Errors: 0, Skipped: 0");
  }

  private void maven(String script) throws IOException {
    executable("jdk/bin/mvn", "#!/bin/sh\n" + script);
  }

  private Path write(String file, String content) throws IOException {
    Path path = directory.resolve(file);
    Files.createDirectories(path.getParent());
    return Files.writeString(path, content);
  }

  private void executable(String file, String content) throws IOException {
    Files.setPosixFilePermissions(
        write(file, content), PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  private int run() throws Exception {
    ProcessBuilder builder = new ProcessBuilder(directory.resolve("scripts/test").toString());
    builder.environment().put("JAVA_HOME", directory.resolve("jdk").toString());
    builder
        .environment()
        .merge("PATH", directory.resolve("jdk/bin") + ":", (path, first) -> first + path);
    Process process =
        builder.redirectErrorStream(true).redirectOutput(directory.resolve("out").toFile()).start();
    assertThat(process.waitFor(30, SECONDS)).isTrue();
    return process.exitValue();
  }
}
