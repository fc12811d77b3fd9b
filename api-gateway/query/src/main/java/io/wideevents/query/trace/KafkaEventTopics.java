package io.wideevents.query.trace;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.wideevents.event.EventId;
import io.wideevents.kafka.AdminCall;
import io.wideevents.kafka.ClientProperties;
import io.wideevents.kafka.GroupLag;
import io.wideevents.kafka.GroupLag.PartitionLag;
import io.wideevents.kafka.StoredDeadLetter;
import io.wideevents.query.trace.RecordSearch.Range;
import io.wideevents.query.trace.TraceResult.DeadLettered;
import io.wideevents.query.trace.TraceResult.Pending;
import io.wideevents.time.Deadline;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.kafka.clients.CommonClientConfigs;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListOffsetsOptions;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.internals.BuiltInPartitioner;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/**
 * The topics of a real broker. Each call builds its clients and closes them. A call commits nothing
 * and joins no group. Safe for concurrent use.
 */
final class KafkaEventTopics implements EventTopics {
  static final long MAX_PENDING = 50_000;
  static final long MAX_DEAD_LETTERS = 10_000;

  private static final Duration PENDING_TIME = Duration.ofSeconds(5);
  private static final Duration DEAD_LETTER_TIME = Duration.ofSeconds(3);
  private static final long DEAD_LETTER_STRETCH = 1_000;

  private static final Duration REQUEST_TIMEOUT = Duration.ofSeconds(2);
  private static final Duration CALL_TIMEOUT = Duration.ofSeconds(3);
  private static final Duration CLOSE_TIMEOUT = Duration.ofMillis(500);
  // A partition that was read to its end must not delay the others.
  private static final Duration FETCH_WAIT = Duration.ofMillis(100);
  private static final int FETCH_BYTES = 8 * 1024 * 1024;
  private static final int PARTITION_FETCH_BYTES = 1024 * 1024;

  /** The code at the beginning of an error, such as {@code timestamp_expired timestamp (1:75)}. */
  private static final Pattern CODE = Pattern.compile("([a-z]+(?:_[a-z]+)+)\\b.*", Pattern.DOTALL);

  private final TopicSettings settings;

  KafkaEventTopics(TopicSettings settings) {
    this.settings = settings;
  }

  @Override
  public Pending pending(EventId id, Optional<String> requestId) {
    GroupLag lag = lag();
    OptionalInt keyed =
        requestId
            .map(key -> OptionalInt.of(partition(key, lag.partitions().size())))
            .orElse(OptionalInt.empty());
    try (Consumer<byte[], Boolean> consumer = consumer(id)) {
      RecordSearch search = new RecordSearch(consumer, MAX_PENDING, Deadline.after(PENDING_TIME));
      // The key decides the partition, unless the topic got more partitions after the event was
      // sent, or a client has another partitioner.
      List<Range> ofKey = new ArrayList<>();
      List<Range> others = new ArrayList<>();
      for (PartitionLag partition : lag.partitions()) {
        boolean isOfKey = keyed.isPresent() && keyed.getAsInt() == partition.partition();
        (isOfKey ? ofKey : others)
            .add(
                new Range(
                    new TopicPartition(settings.events(), partition.partition()),
                    partition.firstPending(),
                    partition.end()));
      }
      return result(search.firstIn(ofKey).or(() -> search.firstIn(others)), keyed, lag, search);
    }
  }

  private static Pending result(
      Optional<ConsumerRecord<byte[], Boolean>> found,
      OptionalInt keyed,
      GroupLag lag,
      RecordSearch search) {
    OptionalInt partition = found.map(record -> OptionalInt.of(record.partition())).orElse(keyed);
    Optional<PartitionLag> of =
        lag.partitions().stream()
            .filter(each -> partition.isPresent() && each.partition() == partition.getAsInt())
            .findFirst();
    OptionalLong ahead =
        found.isPresent() && of.isPresent()
            ? OptionalLong.of(found.get().offset() - of.get().firstPending())
            : OptionalLong.empty();
    return new Pending(
        partition,
        ahead,
        of.map(PartitionLag::lag).orElse(lag.total()),
        search.records(),
        search.isComplete());
  }

  /** The partition that the producer of a gateway chooses for a key. */
  private static int partition(String key, int partitions) {
    return BuiltInPartitioner.partitionForKey(key.getBytes(UTF_8), partitions);
  }

  @Override
  public DeadLetters deadLetters(EventId id) {
    List<Range> all = withAdmin(admin -> bounds(admin, settings.deadLetters()));
    try (Consumer<byte[], Boolean> consumer = consumer(id)) {
      RecordSearch search =
          new RecordSearch(consumer, MAX_DEAD_LETTERS, Deadline.after(DEAD_LETTER_TIME));
      Optional<ConsumerRecord<byte[], Boolean>> found = Optional.empty();
      List<Range> older = all;
      while (found.isEmpty() && search.isComplete() && !older.isEmpty()) {
        found = search.newestIn(older.stream().map(KafkaEventTopics::newest).toList());
        older =
            older.stream()
                .map(range -> new Range(range.partition(), range.from(), newest(range).from()))
                .filter(range -> range.from() < range.to())
                .toList();
      }
      return new DeadLetters(
          found.map(KafkaEventTopics::deadLetter), search.records(), search.isComplete());
    }
  }

  /** The last stretch of a range. */
  private static Range newest(Range range) {
    return new Range(
        range.partition(), Math.max(range.from(), range.to() - DEAD_LETTER_STRETCH), range.to());
  }

  private static DeadLettered deadLetter(ConsumerRecord<byte[], Boolean> record) {
    StoredDeadLetter letter =
        new StoredDeadLetter(
            new ConsumerRecord<>(
                record.topic(),
                record.partition(),
                record.offset(),
                record.timestamp(),
                record.timestampType(),
                record.serializedKeySize(),
                record.serializedValueSize(),
                record.key(),
                new byte[0],
                record.headers(),
                record.leaderEpoch()));
    Matcher code = CODE.matcher(letter.error());
    return new DeadLettered(
        letter.reason(),
        code.matches() ? Optional.of(code.group(1)) : Optional.empty(),
        record.partition(),
        record.offset());
  }

  @Override
  public GroupLag lag() {
    return withAdmin(admin -> GroupLag.of(admin, settings.events(), settings.group()));
  }

  @Override
  public long deadLetterCount() {
    return withAdmin(
        admin ->
            bounds(admin, settings.deadLetters()).stream()
                .mapToLong(range -> range.to() - range.from())
                .sum());
  }

  /** The whole log of each partition; empty if the topic does not exist. */
  private static List<Range> bounds(Admin admin, String topic) {
    TopicDescription description;
    try {
      description =
          AdminCall.about(
              topic, AdminCall.await(admin.describeTopics(List.of(topic)).allTopicNames()));
    } catch (UnknownTopicOrPartitionException e) {
      return List.of();
    }
    Map<TopicPartition, OffsetSpec> earliest = new HashMap<>();
    Map<TopicPartition, OffsetSpec> latest = new HashMap<>();
    description
        .partitions()
        .forEach(
            info -> {
              TopicPartition partition = new TopicPartition(topic, info.partition());
              earliest.put(partition, OffsetSpec.earliest());
              latest.put(partition, OffsetSpec.latest());
            });
    ListOffsetsOptions committedOnly = new ListOffsetsOptions(IsolationLevel.READ_COMMITTED);
    var starts = AdminCall.await(admin.listOffsets(earliest, committedOnly).all());
    var ends = AdminCall.await(admin.listOffsets(latest, committedOnly).all());
    return starts.entrySet().stream()
        .map(
            start ->
                new Range(
                    start.getKey(),
                    start.getValue().offset(),
                    AdminCall.about(start.getKey(), ends).offset()))
        .toList();
  }

  private <T> T withAdmin(Function<Admin, T> work) {
    Map<String, Object> properties = ClientProperties.admin(settings.access(), REQUEST_TIMEOUT);
    properties.put(
        CommonClientConfigs.DEFAULT_API_TIMEOUT_MS_CONFIG, (int) CALL_TIMEOUT.toMillis());
    Admin admin = Admin.create(properties);
    try {
      return work.apply(admin);
    } finally {
      admin.close(CLOSE_TIMEOUT);
    }
  }

  private Consumer<byte[], Boolean> consumer(EventId id) {
    Map<String, Object> properties = ClientProperties.common(settings.access());
    properties.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
    properties.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "none");
    properties.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
    properties.put(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, false);
    properties.put(ConsumerConfig.FETCH_MAX_BYTES_CONFIG, FETCH_BYTES);
    properties.put(ConsumerConfig.FETCH_MAX_WAIT_MS_CONFIG, (int) FETCH_WAIT.toMillis());
    properties.put(ConsumerConfig.MAX_PARTITION_FETCH_BYTES_CONFIG, PARTITION_FETCH_BYTES);
    properties.put(ConsumerConfig.REQUEST_TIMEOUT_MS_CONFIG, (int) REQUEST_TIMEOUT.toMillis());
    properties.put(ConsumerConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, (int) CALL_TIMEOUT.toMillis());
    return new KafkaConsumer<>(properties, new ByteArrayDeserializer(), new IdMatch(id)) {
      @Override
      public void close() {
        close(CloseOptions.timeout(CLOSE_TIMEOUT));
      }
    };
  }
}
