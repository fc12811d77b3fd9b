package io.wideevents.toolbox.chaos;

import java.time.Duration;

/**
 * An episode with its times.
 *
 * @param rest time in which everything is up before it
 * @param lasting from its first fault to the last step that ends one; what is started again by then
 *     may take longer to be there
 */
record ScheduledEpisode(Episode episode, Duration rest, Duration lasting) {}
