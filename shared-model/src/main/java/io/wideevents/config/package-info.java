/**
 * Settings of both processes. The call that reads a setting also declares it: flag, environment
 * variable, default, meaning and a valid example. The command line, the tables in
 * docs/configuration.md and the start-up report are derived from that call.
 */
@NullMarked
package io.wideevents.config;

import org.jspecify.annotations.NullMarked;
