package io.wideevents.config;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * The bootstrap addresses of a cluster.
 *
 * @param addresses at least one
 */
public record HostPorts(List<HostPort> addresses) {
  public HostPorts {
    addresses = List.copyOf(addresses);
  }

  static Parsed<HostPorts> parse(String text) {
    List<HostPort> addresses = new ArrayList<>();
    for (String part : text.split(",", -1)) {
      switch (HostPort.parse(part.strip())) {
        case Parsed.Value<HostPort> address -> addresses.add(address.value());
        case Parsed.Invalid<HostPort> invalid -> {
          return Parsed.invalid(invalid.problem());
        }
      }
    }
    return Parsed.value(new HostPorts(addresses));
  }

  /** {@code host:port,host:port}: the format of Kafka's {@code bootstrap.servers}. */
  @Override
  public String toString() {
    return addresses.stream().map(HostPort::toString).collect(Collectors.joining(","));
  }
}
