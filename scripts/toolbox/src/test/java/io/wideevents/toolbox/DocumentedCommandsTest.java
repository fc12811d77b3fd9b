package io.wideevents.toolbox;

import static org.assertj.core.api.Assertions.assertThat;

import io.wideevents.gateway.ApiGateway;
import io.wideevents.toolbox.pipeline.ProjectHome;
import io.wideevents.worker.LogWorker;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/** The pages for users name no script, subcommand or flag that there is not. */
class DocumentedCommandsTest {
  private static final Path HOME = ProjectHome.find().path();
  private static final Pattern CODE =
      Pattern.compile("^ *```[^\n]*\n(.*?)^ *```|`([^`\n]+)`", Pattern.DOTALL | Pattern.MULTILINE);
  // At the start of a line of code, with what a shell may have before it; up to what ends a
  // command.
  private static final Pattern COMMAND =
      Pattern.compile(
          "^(?:\\$ )?(?:[A-Z_]+=\\S* )*(?:(?:\\./)?scripts/([a-z-]+)|(api-gateway|log-worker))"
              + "((?: [^\\s#|>&;()]+)*)",
          Pattern.MULTILINE);
  private static final Pattern WORD = Pattern.compile("\\S+");
  private static final Pattern MAIN_CLASS =
      Pattern.compile("^exec_toolbox (\\S+)", Pattern.MULTILINE);

  static List<Path> pages() throws IOException {
    try (Stream<Path> top = Files.list(HOME);
        Stream<Path> docs = Files.walk(HOME.resolve("docs"))) {
      return Stream.concat(top, docs).filter(page -> page.toString().endsWith(".md")).toList();
    }
  }

  @ParameterizedTest
  @MethodSource("pages")
  void page_namesOnlyCommandsThatExist(Path page) throws Exception {
    for (MatchResult command : commands(Files.readString(page))) {
      String name = command.group(1) == null ? command.group(2) : command.group(1);
      Path script = HOME.resolve("scripts").resolve(name);
      assertThat(Files.exists(script)).as(command.group()).isTrue();
      Optional<CommandLine> commandLine = commandLine(script);
      if (commandLine.isPresent()) {
        assertThat(unknown(commandLine.get(), command.group(3))).as(command.group()).isEmpty();
      }
    }
  }

  @Test
  void commands_areFoundInBlocksAndInLinesAndTheirMistakesAreSeen() throws Exception {
    String page =
        """
        Run `scripts/chaos --seed 7` or:
        ```sh
        $ MQ_BATCH_SIZE=3 log-worker dlq list --reson x | head
        ./scripts/demo --keep   # until Ctrl-C
        ```
        """;

    List<MatchResult> found = commands(page);

    assertThat(found)
        .extracting(MatchResult::group)
        .containsExactly(
            "scripts/chaos --seed 7",
            "$ MQ_BATCH_SIZE=3 log-worker dlq list --reson x",
            "./scripts/demo --keep");
    assertThat(unknown(LogWorker.commandLine(), found.get(1).group(3))).contains("--reson");
    assertThat(unknown(LogWorker.commandLine(), " dlq lst")).contains("lst");
    assertThat(commandLine(HOME.resolve("scripts/demo"))).isPresent();
  }

  private static List<MatchResult> commands(String page) {
    List<MatchResult> commands = new ArrayList<>();
    Matcher code = CODE.matcher(page);
    while (code.find()) {
      String text = code.group(1) == null ? code.group(2) : code.group(1);
      COMMAND.matcher(text.replace("\\\n", " ")).results().forEach(commands::add);
    }
    return commands;
  }

  /** Empty for a script that is no program of ours. */
  private static Optional<CommandLine> commandLine(Path script) throws Exception {
    switch (script.getFileName().toString()) {
      case "api-gateway":
        return Optional.of(ApiGateway.commandLine());
      case "log-worker":
        return Optional.of(LogWorker.commandLine());
      default:
        Matcher main =
            MAIN_CLASS.matcher(Files.isRegularFile(script) ? Files.readString(script) : "");
        return main.find()
            ? Optional.of(
                new CommandLine(Class.forName(main.group(1)).getConstructor().newInstance()))
            : Optional.empty();
    }
  }

  /** What the command does not know; what it would want besides is left to the reader. */
  private static String unknown(CommandLine commandLine, String arguments) {
    try {
      commandLine.parseArgs(
          WORD.matcher(arguments).results().map(MatchResult::group).toArray(String[]::new));
      return "";
    } catch (UnmatchedArgumentException e) {
      return e.getMessage();
    } catch (ParameterException e) {
      return "";
    }
  }
}
