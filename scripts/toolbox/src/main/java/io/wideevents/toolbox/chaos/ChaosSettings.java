package io.wideevents.toolbox.chaos;

import java.time.Instant;

/**
 * The settings of a run.
 *
 * @param seed selects the events
 * @param schedule the faults
 * @param clients most requests at the same time, at least 1
 * @param requestsPerSecond when the gateway delays no request, positive
 * @param start of the run; the events' own times begin here
 */
record ChaosSettings(
    long seed, FaultSchedule schedule, int clients, double requestsPerSecond, Instant start) {}
