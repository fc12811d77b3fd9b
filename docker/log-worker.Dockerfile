# The image of the log-worker. From the project's root directory, with BuildKit:
#   docker build -f docker/log-worker.Dockerfile -t wide-events/log-worker .
# JAVA_VERSION=21 works too: without compact headers and without the AOT cache, which need 25.
ARG JAVA_VERSION=25

# ---- The same in every Dockerfile of this directory, to the letter: built once for all images.
FROM maven:3-eclipse-temurin-${JAVA_VERSION} AS build
WORKDIR /src
COPY . .
# The cache keeps what Maven downloads from one build to the next.
RUN --mount=type=cache,target=/root/.m2/repository \
    mvn -q -B -DskipTests -Dspotless.apply.skip=true package
# What others made apart from what is made here: the first changes with the versions only, and is a
# layer of its own in each image.
RUN set -eu; \
    for module in api-gateway/server log-worker scripts/toolbox; do \
      process=$(basename "${module%/server}"); \
      mkdir -p "/out/$process/own/lib"; \
      cp -p "$module/target/$process.jar" "/out/$process/own/"; \
      cp -pr "$module/target/lib" "/out/$process/lib"; \
      find "/out/$process/lib" \( -name 'shared-model-*.jar' -o -name 'stack-*.jar' \
          -o -name 'wide-events-*.jar' \) -exec mv -t "/out/$process/own/lib/" {} +; \
    done; \
    cp -pr scripts/stack/target/broker-lib /out/broker-lib
# ---- end of what is the same.

FROM eclipse-temurin:${JAVA_VERSION}-jre AS runtime
# By number, so that Kubernetes can see that it is not root.
RUN groupadd --system --gid 10001 wide-events && \
    useradd --system --uid 10001 --gid 10001 --no-create-home --home-dir /nonexistent \
      --shell /usr/sbin/nologin wide-events
WORKDIR /app
COPY --from=build /out/log-worker/lib/ lib/
COPY --from=build /out/log-worker/own/ ./
COPY docker/healthcheck LICENSE ./
# An argument file, because what a JVM can do depends on JAVA_VERSION. The heap is a share of the
# container's limit: 160 MiB of 512 MiB, as with scripts/log-worker. The rest is for code, threads,
# network buffers and decompression. No collector is named: with less than 1792 MB of memory the JVM
# takes the serial one, and with two named collectors it does not start. Without
# ExitOnOutOfMemoryError: the worker recovers from a record that is larger than its heap, and ends
# itself when the heap is too small for anything else.
RUN set -eu; \
    printf '%s\n' -XX:MaxRAMPercentage=31.25 -XX:NewRatio=1 -XX:SurvivorRatio=8 \
      -Djdk.nio.maxCachedBufferSize=262144 -XX:-UsePerfData -XX:CompileThresholdScaling=4 \
      --enable-native-access=ALL-UNNAMED >java.options; \
    if [ "$(sed -n 's/^JAVA_VERSION="\([0-9]*\).*/\1/p' "$JAVA_HOME/release")" -ge 25 ]; then \
      printf '%s\n' -XX:+UseCompactObjectHeaders -XX:TrimNativeHeapInterval=5000 \
        -XX:AOTCache=/app/app.aot >>java.options; \
    fi

FROM runtime AS trained
COPY --from=build /out/toolbox/lib/ /toolbox/lib/
COPY --from=build /out/toolbox/own/ /toolbox/
COPY --from=build /out/broker-lib/ /toolbox/broker-lib/
COPY --from=build /out/api-gateway/lib/ /opt/api-gateway/lib/
COPY --from=build /out/api-gateway/own/ /opt/api-gateway/
COPY docker/train-aot /toolbox/
RUN set -eu; \
    mkdir /cache; \
    if grep -q AOTCache java.options; then \
      cp java.options /opt/api-gateway/; \
      /toolbox/train-aot log-worker; \
      cp -p app.aot /cache/; \
    fi

FROM runtime
COPY --from=trained /cache/ ./
ARG VERSION=0.1.0-SNAPSHOT
ARG REVISION=unknown
LABEL org.opencontainers.image.title="log-worker" \
      org.opencontainers.image.description="Batches wide events from Kafka into MongoDB" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}"
# Health and metrics are for those outside of the container, and show no event.
# With one arena per thread, glibc keeps what the JIT compiler has used for a while.
ENV WORKER_HTTP_HOST=0.0.0.0 \
    MALLOC_ARENA_MAX=1
USER 10001:10001
EXPOSE 8081
# The exec form: the JVM is process 1 and gets SIGTERM itself; it ends within 8 seconds.
ENTRYPOINT ["java", "@/app/java.options", "-jar", "/app/log-worker.jar"]
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s --retries=3 \
  CMD /app/healthcheck "${WORKER_HTTP_PORT:-8081}"
