package io.wideevents.worker.command;

import io.wideevents.config.LogLevel;
import io.wideevents.config.LogSettings;
import io.wideevents.config.SettingValues;
import io.wideevents.config.SettingsCatalogue;
import io.wideevents.kafka.KafkaTrouble;
import io.wideevents.process.CommandFailedException;
import io.wideevents.process.ExitCode;
import io.wideevents.process.LogSetup;
import io.wideevents.process.SettingFlags;
import io.wideevents.worker.config.WorkerSettings;
import io.wideevents.worker.kafka.WorkerKafka;
import java.io.PrintWriter;
import java.util.Objects;
import java.util.function.Function;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.AuthenticationException;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;

/**
 * What the operator's commands share: settings, log level, and a one-line message when Kafka does
 * not answer.
 */
public final class Operator {
  private Operator() {}

  /** Adds the flags for Kafka, the topic and the group to a command. */
  static void addKafkaFlags(CommandSpec command) {
    SettingFlags.add(
        WorkerSettings.CATALOGUE.settings(
            "KAFKA_BROKER", "KAFKA_LOG_TOPIC", "MQ_DLQ_TOPIC", "KAFKA_CONSUMER_GROUP", "LOG_LEVEL"),
        command);
  }

  static void addAllFlags(CommandSpec command) {
    SettingFlags.add(WorkerSettings.CATALOGUE.settings(), command);
  }

  /** The body of a command. */
  @FunctionalInterface
  public interface Body<S> {
    /** Runs the command and returns its exit code. */
    int run(S settings, Output out) throws Exception;
  }

  /** Runs a command that has settings of the worker. */
  static int run(@Nullable CommandSpec parsed, Body<WorkerSettings> body) throws Exception {
    return run(parsed, WorkerSettings.CATALOGUE, WorkerSettings::log, body);
  }

  /**
   * Resolves the settings of a parsed command and runs its body. Log lines below ERROR are hidden
   * unless the operator asked for them, because the command prints its own messages.
   *
   * @param catalogue the settings of the command
   * @param logOf how the command logs
   * @return the exit code
   */
  public static <S> int run(
      @Nullable CommandSpec parsed,
      SettingsCatalogue<S> catalogue,
      Function<S, LogSettings> logOf,
      Body<S> body)
      throws Exception {
    CommandSpec command = Objects.requireNonNull(parsed);
    SettingValues<S> values = SettingFlags.resolve(catalogue, command, System.getenv());
    Output out = new Output(command.commandLine().getOut());
    if (SettingFlags.wantsPrint(command)) {
      return Output.quietly(
          () -> {
            out.line(values.print().stripTrailing());
            return ExitCode.OK;
          });
    }
    PrintWriter err = command.commandLine().getErr();
    values.warnings().forEach(warning -> err.println("log-worker: " + warning));
    err.flush();
    LogSettings log = logOf.apply(values.settings());
    LogSetup.start(log.isLevelExplicit() ? log.level() : LogLevel.ERROR, log.format());
    return Output.quietly(() -> body.run(values.settings(), out));
  }

  interface KafkaWork<T> {
    T with(WorkerKafka kafka) throws InterruptedException;
  }

  /**
   * Runs {@code work} with Kafka.
   *
   * @throws CommandFailedException when Kafka does not answer, denies access, or lacks a topic
   */
  static <T> T withKafka(WorkerSettings settings, KafkaWork<T> work) throws InterruptedException {
    try {
      return work.with(new WorkerKafka(settings.kafka()));
    } catch (UnknownTopicOrPartitionException e) {
      throw new CommandFailedException(
          ExitCode.FAILURE,
          "Kafka at %s has no topic %s or no topic %s; are KAFKA_LOG_TOPIC and MQ_DLQ_TOPIC right?"
                  .formatted(
                      settings.kafka().brokers(),
                      settings.kafka().events().name(),
                      settings.kafka().deadLetters().name())
              + " log-worker init creates them",
          e);
    } catch (AuthenticationException | AuthorizationException e) {
      throw new CommandFailedException(
          ExitCode.UNREACHABLE,
          "Kafka at %s: %s; check the credentials in KAFKA_CLIENT_* and what they may do"
              .formatted(settings.kafka().brokers(), KafkaTrouble.what(e)),
          e);
    } catch (KafkaException e) {
      throw new CommandFailedException(
          ExitCode.UNREACHABLE,
          "Kafka at %s: %s; is KAFKA_BROKER right, and the broker running?"
              .formatted(settings.kafka().brokers(), KafkaTrouble.what(e)),
          e);
    }
  }
}
