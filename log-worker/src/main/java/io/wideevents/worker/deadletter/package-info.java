/**
 * Where records go that can never become documents: the dead-letter topic, and the brake that keeps
 * a bad deploy from emptying the log into it.
 */
@NullMarked
package io.wideevents.worker.deadletter;

import org.jspecify.annotations.NullMarked;
