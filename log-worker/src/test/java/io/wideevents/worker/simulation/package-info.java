/**
 * Runs the real worker logic on a virtual clock against small models of a broker, a MongoDB and a
 * dead-letter topic. A seed decides everything that happens, so every run can be repeated.
 */
@NullMarked
package io.wideevents.worker.simulation;

import org.jspecify.annotations.NullMarked;
