package io.wideevents.toolbox.chaos;

import java.time.Duration;

/**
 * An episode with its times.
 *
 * @param rest time before the episode in which everything is up
 * @param lasting from the first fault to the last step that ends a fault; a server that is started
 *     again may become ready later
 */
record ScheduledEpisode(Episode episode, Duration rest, Duration lasting) {}
