package io.wideevents.toolbox.sample;

import java.util.Map;

/**
 * What the gateway said about one batch; the three add up to its events.
 *
 * @param accepted events that are durable, by tier
 * @param refused events that would be refused again, by the code of the first problem
 * @param unconfirmed events it never answered for, however often it was asked
 */
record PostResult(Map<String, Integer> accepted, Map<String, Integer> refused, int unconfirmed) {

  PostResult {
    accepted = Map.copyOf(accepted);
    refused = Map.copyOf(refused);
  }

  static PostResult allRefused(int events, String code) {
    return new PostResult(Map.of(), Map.of(code, events), 0);
  }

  static PostResult allUnconfirmed(int events) {
    return new PostResult(Map.of(), Map.of(), events);
  }
}
