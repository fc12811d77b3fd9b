package io.wideevents.samplespring;

import io.wideevents.client.WideEventsClient;
import io.wideevents.logging.servlet.WideEventsFilter;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.context.annotation.Bean;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;

/** A web application of which every request leaves one wide event: two beans set this up. */
@SpringBootApplication(proxyBeanMethods = false)
public class SampleApplication {
  /** Starts the application. */
  public static void main(String... arguments) {
    SpringApplication.run(SampleApplication.class, arguments);
  }

  @Bean(destroyMethod = "close")
  WideEventsClient wideEvents() {
    return WideEventsClient.start("sample-spring", System.getenv());
  }

  @Bean
  @Order(Ordered.HIGHEST_PRECEDENCE)
  WideEventsFilter wideEventsFilter(WideEventsClient events) {
    return new WideEventsFilter(events.logging());
  }
}
