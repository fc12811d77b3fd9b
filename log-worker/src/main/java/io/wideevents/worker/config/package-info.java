/** The settings of the worker: one validated record, built once from flags and environment. */
@NullMarked
package io.wideevents.worker.config;

import org.jspecify.annotations.NullMarked;
