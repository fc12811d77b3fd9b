/** Health and metrics of the worker over HTTP, read-only. */
@NullMarked
package io.wideevents.worker.http;

import org.jspecify.annotations.NullMarked;
