/** A Spring Boot application with the client and the servlet filter. */
@NullMarked
package io.wideevents.samplespring;

import org.jspecify.annotations.NullMarked;
