package io.wideevents.worker;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClasses;
import io.wideevents.architecture.ModuleRules;
import org.junit.jupiter.api.Test;

class ArchitectureTest {
  private static final JavaClasses CLASSES = ModuleRules.classesOfThisModule();

  @Test
  void worker_knowsNeitherTheGatewayNorMongoDbsDriver() {
    noClasses()
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(
            "io.wideevents.gateway..",
            "io.wideevents.query..",
            "io.wideevents.otlp..",
            "com.mongodb..",
            "io.javalin..")
        .check(CLASSES);
  }

  @Test
  void packages_haveNoCycles() {
    ModuleRules.noCyclesBelow("io.wideevents.worker").check(CLASSES);
  }

  @Test
  void environmentAndConsole_areLeftToTheMains() {
    ModuleRules.ONLY_MAINS_READ_THE_ENVIRONMENT.check(CLASSES);
    ModuleRules.NO_PRINTING.check(CLASSES);
    ModuleRules.NO_JAVA_LOGGING.check(CLASSES);
  }
}
