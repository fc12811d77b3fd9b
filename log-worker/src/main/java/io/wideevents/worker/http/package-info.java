/** How the outside sees whether the worker works: health and metrics over HTTP, read-only. */
@NullMarked
package io.wideevents.worker.http;

import org.jspecify.annotations.NullMarked;
