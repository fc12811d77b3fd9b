package io.wideevents.otlp;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClasses;
import io.wideevents.architecture.ModuleRules;
import org.junit.jupiter.api.Test;

class ArchitectureTest {
  private static final JavaClasses CLASSES = ModuleRules.classesOfThisModule();

  @Test
  void otlp_knowsNoOtherModuleThanTheSharedOne() {
    noClasses()
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(
            "io.wideevents.delivery..",
            "io.wideevents.logging..",
            "io.wideevents.query..",
            "io.wideevents.gateway..",
            "io.wideevents.worker..")
        .check(CLASSES);
  }

  @Test
  void otlp_knowsNoServerAndNoBackend() {
    noClasses()
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(
            "io.javalin..",
            "org.eclipse.jetty..",
            "jakarta.servlet..",
            "java.net.http..",
            "com.mongodb..",
            "org.apache.kafka..")
        .check(CLASSES);
  }

  @Test
  void environmentAndConsole_areLeftToTheMains() {
    ModuleRules.ONLY_MAINS_READ_THE_ENVIRONMENT.check(CLASSES);
    ModuleRules.NO_PRINTING.check(CLASSES);
    ModuleRules.NO_JAVA_LOGGING.check(CLASSES);
  }
}
