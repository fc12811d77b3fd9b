/**
 * Wide events for servlet applications (Spring Boot 3 and 4, Tomcat, Jetty): a filter that logs one
 * event per request. Needs the API of Jakarta Servlet 6, which the application brings.
 */
@NullMarked
package io.wideevents.logging.servlet;

import org.jspecify.annotations.NullMarked;
