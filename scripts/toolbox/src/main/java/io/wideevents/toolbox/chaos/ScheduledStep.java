package io.wideevents.toolbox.chaos;

import java.time.Duration;

/**
 * One step of an episode.
 *
 * @param at when it is due, from the start of the episode
 */
record ScheduledStep(Duration at, Target target, Action action) {}
