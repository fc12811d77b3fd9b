package io.wideevents.worker.command;

import io.wideevents.kafka.GroupLag;
import io.wideevents.kafka.KafkaTrouble;
import io.wideevents.process.ExitCode;
import io.wideevents.worker.config.WorkerSettings;
import java.io.PrintWriter;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.errors.RetriableException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

@Command(
    name = "lag",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = {
      "Shows how many records of the topic the group has not stored yet.",
      "LOST counts the records that retention deleted before they were read. LAG does not include"
          + " them."
    },
    footer = {
      "",
      "Examples:",
      "  log-worker lag                    a table, once",
      "  log-worker lag --watch            a line every two seconds until Ctrl-C, through outages",
      "  log-worker lag --max-lag 1000     exit code 5 when more than 1000 records wait",
      "  log-worker lag --json | jq .lag"
    })
final class LagCommand implements Callable<Integer> {
  private static final int WATCH_SECONDS = 2;

  @Option(names = "--watch", description = "Print a line every two seconds until Ctrl-C.")
  private boolean watch;

  @Option(
      names = "--max-lag",
      paramLabel = "<records>",
      converter = CountConverter.class,
      description = {
        "Exit with 5 when the lag is greater than this; with --watch, as soon as it is."
      })
  private @Nullable Long maxLag;

  @Option(names = "--json", description = "One JSON object a line.")
  private boolean json;

  @Spec private @Nullable CommandSpec spec;

  @Override
  public Integer call() throws Exception {
    return Operator.run(
        spec,
        (settings, out) ->
            Operator.withKafka(
                settings,
                kafka -> {
                  try (Admin admin = kafka.newAdmin()) {
                    return show(admin, settings, out);
                  }
                }));
  }

  private int show(Admin admin, WorkerSettings settings, Output out) throws InterruptedException {
    String topic = settings.kafka().events().name();
    String group = settings.kafka().group();
    GroupLag lag = GroupLag.of(admin, topic, group);
    print(lag, topic, group, out);
    while (watch && !isTooMuch(lag)) {
      TimeUnit.SECONDS.sleep(WATCH_SECONDS);
      try {
        lag = GroupLag.of(admin, topic, group);
        print(lag, topic, group, out);
      } catch (RetriableException e) {
        // The command keeps running, so that an operator who watches also sees the end of an
        // outage.
        PrintWriter err = Objects.requireNonNull(spec).commandLine().getErr();
        err.println("Kafka does not answer: " + KafkaTrouble.what(e));
        err.flush();
      }
    }
    return isTooMuch(lag) ? ExitCode.CHECK_FAILED : ExitCode.OK;
  }

  private boolean isTooMuch(GroupLag lag) {
    return maxLag != null && lag.total() > maxLag;
  }

  private void print(GroupLag lag, String topic, String group, Output out) {
    if (json) {
      printJson(lag, topic, group, out);
    } else if (watch) {
      out.line(
          "%,d records behind, group %s, workers: %d"
              .formatted(lag.total(), lag.state(), lag.members()));
    } else {
      printTable(lag, topic, group, out);
    }
  }

  private static void printTable(GroupLag lag, String topic, String group, Output out) {
    out.line(
        "Topic %s, group %s: %s, workers: %d".formatted(topic, group, lag.state(), lag.members()));
    out.line("%9s %14s %14s %12s %8s".formatted("PARTITION", "COMMITTED", "END", "LAG", "LOST"));
    for (GroupLag.PartitionLag partition : lag.partitions()) {
      out.line(
          "%9d %14s %14d %12d %8d"
              .formatted(
                  partition.partition(),
                  text(partition.committed()),
                  partition.end(),
                  partition.lag(),
                  partition.lost()));
    }
    out.line("%9s %14s %14s %12d".formatted("total", "", "", lag.total()));
    if (lag.recreated()) {
      out.line(
          "The topic was deleted and created again since the last commit; workers read it from its"
              + " start");
    }
  }

  private static void printJson(GroupLag lag, String topic, String group, Output out) {
    out.json(
        json -> {
          json.writeStringProperty("topic", topic);
          json.writeStringProperty("group", group);
          json.writeStringProperty("state", lag.state());
          json.writeNumberProperty("workers", lag.members());
          json.writeNumberProperty("lag", lag.total());
          json.writeArrayPropertyStart("partitions");
          for (GroupLag.PartitionLag partition : lag.partitions()) {
            json.writeStartObject();
            json.writeNumberProperty("partition", partition.partition());
            partition.committed().ifPresent(at -> json.writeNumberProperty("committed", at));
            json.writeNumberProperty("end", partition.end());
            json.writeNumberProperty("lag", partition.lag());
            json.writeNumberProperty("lost", partition.lost());
            json.writeBooleanProperty("recreated", partition.recreated());
            json.writeEndObject();
          }
          json.writeEndArray();
        });
  }

  private static String text(OptionalLong offset) {
    return offset.isPresent() ? Long.toString(offset.getAsLong()) : "-";
  }
}
