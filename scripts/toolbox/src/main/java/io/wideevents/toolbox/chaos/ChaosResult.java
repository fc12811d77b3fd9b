package io.wideevents.toolbox.chaos;

import java.time.Duration;
import java.util.List;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * The result of a completed run.
 *
 * @param occurrences the faults, in order
 * @param scoreboard does not change any more
 * @param rest how the pipeline became idle afterwards
 * @param remains events that are left in the spool
 */
record ChaosResult(
    ChaosSettings settings,
    List<FaultInjector.Occurrence> occurrences,
    Scoreboard scoreboard,
    Settling.Rest rest,
    SpoolRemains remains,
    Findings findings,
    Duration took) {

  ChaosResult {
    occurrences = List.copyOf(occurrences);
  }

  /** Whether the guarantees held and no event was left in the pipeline. */
  boolean isGood() {
    return findings.isGood()
        && scoreboard.wrongIds() == 0
        && rest.stuck().isEmpty()
        && remains.isEmpty();
  }

  /** The result as one JSON object; times in milliseconds. */
  ObjectNode json() {
    ObjectNode json =
        JsonMapper.shared()
            .createObjectNode()
            .put("good", isGood())
            .put("seed", settings.seed())
            .put("clients", settings.clients())
            .put("faultMillis", settings.schedule().length().toMillis())
            .put("tookMillis", took.toMillis());
    json.putObject("events")
        .put("posted", findings.posted())
        .put("acknowledged", findings.acknowledged())
        .put("stored", findings.stored())
        .put("storedUnacknowledged", findings.storedUnacknowledged())
        .put("deadLettered", findings.deadLettered())
        .put("givenUp", findings.givenUp())
        .put("lost", findings.lost())
        .put("duplicates", findings.duplicates())
        .put("unexpected", findings.unexpected())
        .put("unequal", findings.unequal())
        .put("refused", findings.refused())
        .put("wrongIds", scoreboard.wrongIds());
    json.putPOJO("deadLetterReasons", findings.deadLetterReasons());
    json.putPOJO("examples", findings.examples());
    json.putPOJO("acknowledgedByTier", scoreboard.tally().acceptedByTier());
    json.putPOJO("repliesByStatus", scoreboard.tally().repliesByStatus());
    json.putPOJO("refusedByCode", scoreboard.tally().refusedByCode());
    json.put("brokenConnections", scoreboard.tally().unanswered())
        .put("longestSilenceMillis", scoreboard.longestSilence().toMillis())
        .put("longestSilenceWithGatewayMillis", scoreboard.longestSilenceWithGateway().toMillis());
    ArrayNode latencies = json.putArray("latencies");
    scoreboard
        .latencies()
        .forEach(
            (phase, window) ->
                latencies
                    .addObject()
                    .put("phase", phase)
                    .put("requests", window.requests())
                    .put("p50Millis", window.millis(50))
                    .put("p99Millis", window.millis(99))
                    .put("maxMillis", window.maxMillis()));
    json.putObject("rest")
        .put("tookMillis", rest.took().toMillis())
        .put("endOffsets", rest.endOffset())
        .put("committedOffsets", rest.committed())
        .put("spoolPending", remains.pending())
        .put("spoolRefused", remains.refused())
        .put("spoolQuarantinedFiles", remains.quarantined());
    ArrayNode schedule = json.putArray("schedule");
    for (FaultInjector.Occurrence occurrence : occurrences) {
      schedule
          .addObject()
          .put("atMillis", occurrence.at().toMillis())
          .put("tookMillis", occurrence.took().toMillis())
          .put("episode", occurrence.episode().label())
          .put("target", occurrence.target().label())
          .put("action", occurrence.action().label());
    }
    return json;
  }
}
