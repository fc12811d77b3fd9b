package io.wideevents.worker.query;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Stack;
import picocli.CommandLine.IParameterPreprocessor;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import picocli.CommandLine.UnmatchedArgumentException;

/**
 * The filter of a command, in one argument or in one for each term; a mixin of picocli. A negated
 * term such as {@code -outcome:FAILED} begins like an option.
 */
final class FilterArgument {
  @Parameters(
      arity = "0..*",
      paramLabel = "<filter>",
      preprocessor = NextTerm.class,
      description = "Terms that an event must match. Default: all events.")
  private List<String> terms = new ArrayList<>();

  /** The filter as the query API reads it; empty for all events. */
  String text() {
    return String.join(" ", terms);
  }

  /** Called by picocli. */
  @Spec(Spec.Target.MIXEE)
  void setCommand(CommandSpec command) {
    command.parser().posixClusteredShortOptionsAllowed(false);
    command.parser().unmatchedOptionsArePositionalParams(true);
  }

  /** Takes an argument as it is. Without this, picocli looks for {@code -o} in the term. */
  static final class NextTerm implements IParameterPreprocessor {
    @Override
    public boolean preprocess(
        Stack<String> arguments, CommandSpec command, ArgSpec filter, Map<String, Object> info) {
      String term = arguments.pop();
      // A mistyped option. A term has one hyphen at most.
      if (term.startsWith("--") || term.matches("-o(table|json|csv)")) {
        throw new UnmatchedArgumentException(command.commandLine(), List.of(term));
      }
      List<String> terms = filter.getValue();
      terms.add(term);
      return true;
    }
  }
}
