package io.wideevents.client;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClasses;
import io.wideevents.architecture.ModuleRules;
import org.junit.jupiter.api.Test;

class ArchitectureTest {
  private static final JavaClasses CLASSES = ModuleRules.classesOfThisModule();

  @Test
  void client_knowsNeitherTheTiersNorAProcess() {
    noClasses()
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(
            "io.wideevents.delivery.*..",
            "io.wideevents.inprocess..",
            "io.wideevents.kafka..",
            "io.wideevents.mongo..",
            "io.wideevents.gateway..",
            "io.wideevents.worker..")
        .check(CLASSES);
  }

  @Test
  void client_needsOnlyTheJdkAndSlf4j() {
    noClasses()
        .should()
        .dependOnClassesThat()
        .resideOutsideOfPackages(
            "io.wideevents..", "java..", "javax..", "org.slf4j..", "org.jspecify..")
        .check(CLASSES);
  }

  @Test
  void environmentAndConsole_areLeftToTheMains() {
    ModuleRules.ONLY_MAINS_READ_THE_ENVIRONMENT.check(CLASSES);
    ModuleRules.NO_PRINTING.check(CLASSES);
    ModuleRules.NO_JAVA_LOGGING.check(CLASSES);
  }
}
