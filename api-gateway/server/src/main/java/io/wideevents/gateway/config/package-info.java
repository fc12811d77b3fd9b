/** The settings of the gateway: one validated record, built once from flags and environment. */
@NullMarked
package io.wideevents.gateway.config;

import org.jspecify.annotations.NullMarked;
