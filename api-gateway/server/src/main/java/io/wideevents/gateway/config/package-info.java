/**
 * The settings of the gateway: one validated record, built once from flags and environment
 * variables.
 */
@NullMarked
package io.wideevents.gateway.config;

import org.jspecify.annotations.NullMarked;
