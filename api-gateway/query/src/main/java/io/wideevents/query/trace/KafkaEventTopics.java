package io.wideevents.query.trace;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.wideevents.event.EventId;
import io.wideevents.kafka.AdminCall;
import io.wideevents.kafka.ClientProperties;
import io.wideevents.kafka.GroupLag;
import io.wideevents.kafka.GroupLag.PartitionLag;
import io.wideevents.kafka.StoredDeadLetter;
import io.wideevents.kafka.TopicOffsets;
import io.wideevents.kafka.partition.LeaderReader;
import io.wideevents.kafka.partition.PartitionReader;
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
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.internals.BuiltInPartitioner;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.TopicPartitionInfo;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;

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

  // A record of another producer may inflate to any size. Larger ones are skipped: no gateway
  // accepts such an event.
  private static final int LARGEST_RECORD_BYTES = 16 * 1024 * 1024;
  private static final int HEAP_PART = 16;

  /** The code at the beginning of an error, such as {@code timestamp_expired timestamp (1:75)}. */
  private static final Pattern CODE = Pattern.compile("([a-z]+(?:_[a-z]+)+)\\b.*", Pattern.DOTALL);

  private final TopicSettings settings;

  KafkaEventTopics(TopicSettings settings) {
    this.settings = settings;
  }

  /** The records that the workers have not stored. */
  private record PendingLog(GroupLag lag, List<Range> ranges) {}

  @Override
  public Pending pending(EventId id, Optional<String> requestId) {
    PendingLog log = withAdmin(this::pendingLog);
    OptionalInt keyed =
        requestId
            .map(key -> OptionalInt.of(partition(key, log.ranges.size())))
            .orElse(OptionalInt.empty());
    // The key decides the partition, unless the topic got more partitions after the event was
    // sent, or a client has another partitioner.
    List<Range> ofKey = new ArrayList<>();
    List<Range> others = new ArrayList<>();
    for (Range range : log.ranges) {
      boolean isOfKey = keyed.equals(OptionalInt.of(range.partition().partition()));
      (isOfKey ? ofKey : others).add(range);
    }
    try (PartitionReader reader = reader()) {
      RecordSearch search =
          new RecordSearch(reader, new IdMatch(id), MAX_PENDING, Deadline.after(PENDING_TIME));
      Optional<ConsumerRecord<byte[], byte[]>> found =
          search.firstIn(ofKey).or(() -> search.firstIn(others));
      return result(found, keyed, log.lag, search);
    }
  }

  private PendingLog pendingLog(Admin admin) {
    GroupLag lag = GroupLag.of(admin, settings.events(), settings.group());
    Map<Integer, Node> leaders = leaders(TopicOffsets.describe(admin, settings.events()));
    return new PendingLog(
        lag,
        lag.partitions().stream()
            .map(
                partition ->
                    new Range(
                        new TopicPartition(settings.events(), partition.partition()),
                        leaders.get(partition.partition()),
                        partition.firstPending(),
                        partition.end()))
            .toList());
  }

  private static Pending result(
      Optional<ConsumerRecord<byte[], byte[]>> found,
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
    try (PartitionReader reader = reader()) {
      RecordSearch search =
          new RecordSearch(
              reader, new IdMatch(id), MAX_DEAD_LETTERS, Deadline.after(DEAD_LETTER_TIME));
      Optional<ConsumerRecord<byte[], byte[]>> found = Optional.empty();
      List<Range> older = all;
      while (found.isEmpty() && search.isComplete() && !older.isEmpty()) {
        found = search.newestIn(older.stream().map(KafkaEventTopics::newest).toList());
        older =
            older.stream()
                .map(range -> range.before(newest(range).from()))
                .filter(range -> !range.isEmpty())
                .toList();
      }
      return new DeadLetters(
          found.map(KafkaEventTopics::deadLetter), search.records(), search.isComplete());
    }
  }

  /** The last stretch of a range. */
  private static Range newest(Range range) {
    return range.after(Math.max(range.from(), range.to() - DEAD_LETTER_STRETCH));
  }

  private static DeadLettered deadLetter(ConsumerRecord<byte[], byte[]> record) {
    StoredDeadLetter letter = new StoredDeadLetter(record);
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
  private static List<Range> bounds(Admin admin, String name) {
    TopicDescription topic;
    try {
      topic = TopicOffsets.describe(admin, name);
    } catch (UnknownTopicOrPartitionException e) {
      return List.of();
    }
    Map<Integer, Node> leaders = leaders(topic);
    Map<TopicPartition, Long> starts = TopicOffsets.starts(admin, topic);
    return TopicOffsets.ends(admin, topic).entrySet().stream()
        .map(
            end ->
                new Range(
                    end.getKey(),
                    leaders.get(end.getKey().partition()),
                    AdminCall.about(end.getKey(), starts),
                    end.getValue()))
        .toList();
  }

  private static Map<Integer, Node> leaders(TopicDescription topic) {
    Map<Integer, Node> leaders = new HashMap<>();
    for (TopicPartitionInfo partition : topic.partitions()) {
      if (partition.leader() != null) {
        leaders.put(partition.partition(), partition.leader());
      }
    }
    return leaders;
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

  private PartitionReader reader() {
    Map<String, Object> properties = ClientProperties.common(settings.access());
    properties.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false); // which would need a group
    return new LeaderReader(
        properties,
        (int) Math.min(LARGEST_RECORD_BYTES, Runtime.getRuntime().maxMemory() / HEAP_PART));
  }
}
