package io.wideevents.plainspring;

import java.util.concurrent.CompletableFuture;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RestController;

/** A web application without any logging of requests. */
@SpringBootApplication(proxyBeanMethods = false)
public class PlainApplication {
  /** Starts the application. */
  public static void main(String... arguments) {
    SpringApplication.run(PlainApplication.class, arguments);
  }

  /** Requests that end in different ways. */
  @RestController
  static final class Orders {
    @GetMapping("/orders/{id}")
    String order(@PathVariable("id") String id) {
      return "order " + id;
    }

    @GetMapping("/failure")
    String failure() {
      throw new IllegalStateException("The order is broken");
    }

    @GetMapping("/rejected")
    ResponseEntity<String> rejected() {
      return ResponseEntity.status(422).body("no");
    }

    @GetMapping("/later")
    CompletableFuture<String> later() {
      return CompletableFuture.supplyAsync(() -> "later");
    }
  }
}
