package io.wideevents.worker.command;

import io.wideevents.process.ExitCode;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.json.JsonFactory;

/**
 * A command's standard output. When the reader of the output has gone, as in {@code … | head}, the
 * command ends at the next write, without a message and with success.
 */
public final class Output {
  private static final JsonFactory JSON = new JsonFactory();

  // Also the characters that end a line in some programs, and those that change the direction.
  private static final Pattern CONTROL = Pattern.compile("[\\p{Cc}\u2028-\u202E\u2066-\u2069]");

  private final PrintWriter out;
  private final boolean lasting;

  Output(PrintWriter out) {
    this(out, false);
  }

  private Output(PrintWriter out, boolean lasting) {
    this.out = out;
    this.lasting = lasting;
  }

  /** The same output for a command that must complete even if the reader has gone. */
  Output lasting() {
    return new Output(out, true);
  }

  /** Runs a command's body. Returns {@link ExitCode#OK} if the reader has gone. */
  static int quietly(Callable<Integer> body) throws Exception {
    try {
      return body.call();
    } catch (ReaderGoneException e) {
      return ExitCode.OK;
    }
  }

  /** Writes a line. */
  public void line(String text) {
    print(text + System.lineSeparator());
  }

  /** Writes text as it is. */
  public void print(String text) {
    out.print(text);
    if (out.checkError() && !lasting) { // checkError flushes
      throw new ReaderGoneException();
    }
  }

  /** Writes an object as one line of JSON. */
  void json(Consumer<JsonGenerator> members) {
    line(object(members));
  }

  /** An object as JSON in one line. */
  public static String object(Consumer<JsonGenerator> members) {
    StringWriter text = new StringWriter();
    try (JsonGenerator json = JSON.createGenerator(ObjectWriteContext.empty(), text)) {
      json.writeStartObject();
      members.accept(json);
      json.writeEndObject();
    }
    return text.toString();
  }

  /**
   * Replaces control characters, so that text of an event or of a server cannot send control
   * sequences to the terminal, forge a line or reverse the rest of one.
   */
  public static String printable(String text) {
    return CONTROL.matcher(text).replaceAll("\uFFFD");
  }

  /**
   * Replaces the same characters in JSON by their escapes. A document in one line has them only in
   * its strings, so it keeps its meaning.
   */
  public static String printableJson(String json) {
    return CONTROL
        .matcher(json)
        .replaceAll(found -> "\\\\u%04x".formatted((int) found.group().charAt(0)));
  }

  /** Replaces the same characters, except those with which text is laid out. */
  public static String printableLines(String text) {
    return CONTROL
        .matcher(text)
        .replaceAll(found -> "\t\r\n".contains(found.group()) ? found.group() : "\uFFFD");
  }

  private static final class ReaderGoneException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    ReaderGoneException() {
      super("the reader of the output has closed it", null, false, false);
    }
  }
}
