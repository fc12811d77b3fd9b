package io.wideevents.toolbox.sample;

import java.util.Map;

/**
 * The gateway's answer for one batch. The sum of the three components is the number of its events.
 *
 * @param accepted events that are durable, by tier
 * @param refused events that would be rejected again, by the code of the first problem
 * @param unconfirmed events without a final answer after all retries
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
