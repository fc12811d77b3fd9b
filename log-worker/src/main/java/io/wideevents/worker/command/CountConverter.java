package io.wideevents.worker.command;

import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Parses a number: 0 or more. */
public final class CountConverter implements ITypeConverter<Long> {
  @Override
  public Long convert(String value) {
    if (!value.matches("\\d{1,18}")) {
      throw new TypeConversionException("'%s' is not a number from 0 on".formatted(value));
    }
    return Long.parseLong(value);
  }
}
