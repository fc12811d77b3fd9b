package io.wideevents.worker.command;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.wideevents.kafka.StoredDeadLetter;
import io.wideevents.process.CommandFailedException;
import io.wideevents.process.ExitCode;
import io.wideevents.worker.deadletter.DeadLetterReader;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.util.Base64;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.apache.kafka.common.header.Header;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
    name = "show",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = {
      "Shows one dead letter with key, value and headers. The output has the content of the event,"
          + " so take care who can see it."
    },
    footer = {
      "",
      "Examples:",
      "  log-worker dlq show 3:42",
      "  log-worker dlq show 3:42 --value | jq ."
    })
final class DlqShowCommand implements Callable<Integer> {
  @Parameters(
      paramLabel = "<partition:offset>",
      description = "Position of the dead letter, as dlq list shows it.")
  private String position = "";

  @Option(names = "--value", description = "Only the value, as text.")
  private boolean valueOnly;

  @Option(names = "--json", description = "One JSON object; what is not UTF-8 is in base64.")
  private boolean json;

  @Spec private @Nullable CommandSpec spec;

  @Override
  public Integer call() throws Exception {
    CommandSpec command = Objects.requireNonNull(spec);
    if (!position.matches("\\d{1,6}:\\d{1,18}")) {
      throw new ParameterException(
          command.commandLine(), position + " is not partition:offset, such as 3:42");
    }
    int colon = position.indexOf(':');
    int partition = Integer.parseInt(position.substring(0, colon));
    long offset = Long.parseLong(position.substring(colon + 1));
    return Operator.run(
        command,
        (settings, out) ->
            Operator.withKafka(
                settings,
                kafka -> {
                  try (DeadLetterReader reader = DlqReplayCommand.open(kafka, settings)) {
                    StoredDeadLetter letter =
                        reader
                            .find(partition, offset)
                            .orElseThrow(
                                () ->
                                    new CommandFailedException(
                                        ExitCode.FAILURE,
                                        "There is no dead letter at %s in %s; see log-worker dlq list"
                                            .formatted(
                                                position, settings.kafka().deadLetters().name())));
                    show(letter, out);
                    return ExitCode.OK;
                  }
                }));
  }

  private void show(StoredDeadLetter letter, Output out) {
    if (json) {
      showJson(letter, out);
    } else if (valueOnly) {
      out.line(text(letter.record().value()));
    } else {
      out.line("position  " + letter.position());
      out.line("time      " + letter.time());
      out.line("reason    " + letter.reason());
      out.line("error     " + letter.error());
      out.line("source    " + letter.source());
      out.line("kept      " + kept(letter));
      out.line("key       " + text(letter.record().key()));
      for (Header header : letter.record().headers()) {
        out.line("header    " + header.key() + ": " + text(header.value()));
      }
      out.line("value     " + letter.valueBytes() + " bytes");
      out.line(text(letter.record().value()));
    }
  }

  private static String kept(StoredDeadLetter letter) {
    String cut = letter.cut().isEmpty() ? "" : "; cut: " + String.join(", ", letter.cut());
    return letter.isStub()
        ? "a stub, which cannot be replayed: the record was too large for this topic; the original"
            + " was at "
            + letter.source()
            + cut
        : "the whole record" + cut;
  }

  private static void showJson(StoredDeadLetter letter, Output out) {
    out.json(
        object -> {
          object.writeStringProperty("position", letter.position());
          object.writeStringProperty("time", letter.time().toString());
          object.writeStringProperty("reason", letter.reason());
          object.writeStringProperty("error", letter.error());
          object.writeStringProperty("source", letter.source());
          object.writeBooleanProperty("stub", letter.isStub());
          object.writeArrayPropertyStart("cut");
          letter.cut().forEach(object::writeString);
          object.writeEndArray();
          object.writeStringProperty("key", text(letter.record().key()));
          object.writeObjectPropertyStart("headers");
          for (Header header : letter.record().headers()) {
            object.writeStringProperty(header.key(), text(header.value()));
          }
          object.writeEndObject();
          object.writeStringProperty("value", text(letter.record().value()));
        });
  }

  private static String text(byte @Nullable [] bytes) {
    if (bytes == null) {
      return "";
    }
    try {
      return UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    } catch (CharacterCodingException notText) {
      return "base64:" + Base64.getEncoder().encodeToString(bytes);
    }
  }
}
