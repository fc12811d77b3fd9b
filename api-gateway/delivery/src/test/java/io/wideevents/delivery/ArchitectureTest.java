package io.wideevents.delivery;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClasses;
import io.wideevents.architecture.ModuleRules;
import org.junit.jupiter.api.Test;

class ArchitectureTest {
  private static final JavaClasses CLASSES = ModuleRules.classesOfThisModule();

  @Test
  void delivery_knowsNoModuleAboveIt() {
    noClasses()
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(
            "io.wideevents.logging..",
            "io.wideevents.otlp..",
            "io.wideevents.query..",
            "io.wideevents.gateway..",
            "io.wideevents.worker..")
        .check(CLASSES);
  }

  @Test
  void delivery_isFreeOfWhatAProcessNeeds() {
    noClasses()
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(
            "io.wideevents.metrics..",
            "io.micrometer..",
            "picocli..",
            "ch.qos.logback..",
            "net.logstash..",
            "io.javalin..")
        .check(CLASSES);
  }

  @Test
  void onlyTheMongoPackageAndTheSetup_talkToMongoDbsDriver() {
    noClasses()
        .that()
        .resideOutsideOfPackages("io.wideevents.delivery.setup", "io.wideevents.delivery.mongo..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("com.mongodb..")
        .check(CLASSES);
  }

  @Test
  void onlyTheKafkaPackage_talksToKafka() {
    noClasses()
        .that()
        .resideOutsideOfPackages("io.wideevents.delivery.kafka..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("org.apache.kafka..")
        .check(CLASSES);
  }

  @Test
  void tiers_knowNothingOfTheSpoolsFiles() {
    noClasses()
        .that()
        .resideOutsideOfPackages(
            "io.wideevents.delivery.setup",
            "io.wideevents.delivery.spool..",
            "io.wideevents.delivery.kafka..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("io.wideevents.delivery.spool..")
        .check(CLASSES);
  }

  @Test
  void packages_haveNoCycles() {
    ModuleRules.noCyclesBelow("io.wideevents.delivery").check(CLASSES);
  }

  @Test
  void environmentAndConsole_areLeftToTheMains() {
    ModuleRules.ONLY_MAINS_READ_THE_ENVIRONMENT.check(CLASSES);
    ModuleRules.NO_PRINTING.check(CLASSES);
    ModuleRules.NO_JAVA_LOGGING.check(CLASSES);
  }
}
