/**
 * The filter of a query: one grammar for the API, the page and the command line. This package
 * converts the text of a filter to a condition for MongoDB. Text of a caller does not become an
 * operator of the database.
 */
@NullMarked
package io.wideevents.query.filter;

import org.jspecify.annotations.NullMarked;
