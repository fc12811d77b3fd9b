package io.wideevents.gateway;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClasses;
import io.wideevents.architecture.ModuleRules;
import org.junit.jupiter.api.Test;

class ArchitectureTest {
  private static final JavaClasses CLASSES = ModuleRules.classesOfThisModule();

  @Test
  void gateway_knowsNotTheWorker() {
    noClasses()
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("io.wideevents.worker..")
        .check(CLASSES);
  }

  @Test
  void server_talksToNoBackendItself() {
    noClasses()
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("com.mongodb..", "org.apache.kafka..")
        .check(CLASSES);
  }

  @Test
  void onlyTheComposition_knowsTheQueries() {
    noClasses()
        .that()
        .resideOutsideOfPackages("io.wideevents.gateway", "io.wideevents.gateway.config..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("io.wideevents.query..")
        .because("taking events must not depend on reading them")
        .check(CLASSES);
  }

  @Test
  void packages_haveNoCycles() {
    ModuleRules.noCyclesBelow("io.wideevents.gateway").check(CLASSES);
  }

  @Test
  void environmentAndConsole_areLeftToTheMains() {
    ModuleRules.ONLY_MAINS_READ_THE_ENVIRONMENT.check(CLASSES);
    ModuleRules.NO_PRINTING.check(CLASSES);
    ModuleRules.NO_JAVA_LOGGING.check(CLASSES);
  }
}
