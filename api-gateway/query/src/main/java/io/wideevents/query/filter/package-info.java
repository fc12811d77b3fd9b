/**
 * The filter of a query: one grammar for the API, the page and the command line. It reads text and
 * makes a condition for MongoDB of it. No text of a caller becomes an operator of the database.
 */
@NullMarked
package io.wideevents.query.filter;

import org.jspecify.annotations.NullMarked;
